"""What the way to a stage reads: conditions, rules, and the constants against which a name is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from leadqual.conditions.nodes import Compare, History, In, IsMissing, Items, Literal, Method, Name, Node, Value
from leadqual.conditions.walk import children, histories, names, walk
from leadqual.engines.steady import scores_behind
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Rule


@dataclass
class Reads:
    """What decides whether a contact comes to a stage.

    Attributes
    ----------
    ways : tuple of Transition
        The transitions that leave a stage on any way there, also those that would lead astray.
    conditions : list of Node
        Their conditions, and those of the rules behind the scores that they read.
    rules : list of tuple of str and Rule
        The rules about interactions behind those scores, with the score.
    """

    ways: tuple[Transition, ...]
    conditions: list[Node] = field(default_factory=list)
    rules: list[tuple[str, Rule]] = field(default_factory=list)

    @property
    def events(self) -> tuple[str, ...]:
        """The kinds of interactions at which a transition is eligible."""
        return tuple(dict.fromkeys(way.event for way in self.ways if way.event is not None))

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that is read."""
        return tuple(dict.fromkeys(name for node in self.conditions for name in names(node)))

    @property
    def questions(self) -> tuple[History, ...]:
        """Every question that is put to the history, each text once."""
        asked = {str(one): one for node in self.conditions for one in histories(node)}
        return tuple(asked.values())


def stages_between(policy: PolicyDocument, source: str, target: str) -> set[str]:
    """Return the stages on any way from one stage to another, both ends among them; empty if there is none."""
    ahead = _reached(source, [(stage, way.target) for way in policy.transitions for stage in way.source])
    behind = _reached(target, [(way.target, stage) for way in policy.transitions for stage in way.source])
    return ahead & behind


def _reached(start: str, steps: Sequence[tuple[str, str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for source, target in steps:
            if source == here and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def reads_of(policy: PolicyDocument, stages: set[str]) -> Reads:
    """Return what the transitions that leave these stages read."""
    reads = Reads(tuple(way for way in policy.transitions if stages.intersection(way.source)))
    scores: set[str] = set()
    for way in reads.ways:
        if way.when is not None:
            _read(way.when, policy, reads, scores)
    return reads


def _read(node: Node, policy: PolicyDocument, reads: Reads, scores: set[str]) -> None:
    reads.conditions.append(node)
    for path in names(node):
        behind = scores_behind(path, policy) if path.startswith(("score.", "grade.")) else ()
        for score in behind:
            if score in scores or score not in policy.scores:
                continue
            scores.add(score)
            for rule in policy.scores[score].rules:
                if rule.when is None:
                    reads.rules.append((score, rule))
                else:
                    _read(rule.when, policy, reads, scores)


@dataclass
class Constants:
    """What an expression is held against.

    Attributes
    ----------
    values : list
        The constants, in the order in which they are written.
    parts : list of tuple of str and str
        Of a text: beginnings, ends and parts that it is searched for, with the method.
    direct : bool
        Whether it is compared with constants alone, so that they cut its values into all the cells there are.
    """

    values: list[Value] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    direct: bool = True


def constants_of(text: str, conditions: Iterable[Node]) -> Constants:
    """Return the constants against which the expression of a text is held anywhere in some conditions."""
    found = Constants()
    for condition in conditions:
        for node in walk(condition):
            _note(text, node, found)
    return found


def _note(text: str, node: Node, found: Constants) -> None:
    match node:
        case Compare(first, rest):
            _note_comparison(text, [first, *(operand for _, operand in rest)], found)
        case In(item, Items(values)):
            if _is(text, item):
                found.values += [value.value for value in values]
            elif _within(text, item):
                found.direct = False
        case In(item, container):
            if _is(text, container) and isinstance(item, Literal):
                found.values.append(item.value)
            elif _within(text, item) or _within(text, container):
                found.direct = False
        case Method(operand, name, Literal(value)) if _is(text, operand):
            found.parts.append((name, str(value)))
        case Method(operand, _, argument) if argument is not None:
            if _within(text, operand) or _within(text, argument):
                found.direct = False
        case IsMissing(operand) if not _is(text, operand) and _within(text, operand):
            found.direct = False
        case _:
            pass


def _note_comparison(text: str, operands: Sequence[Node], found: Constants) -> None:
    if not any(_within(text, operand) for operand in operands):
        return
    constants = [value for operand in operands for value in _literals(operand)]
    found.values += constants
    simple = all(_is(text, operand) or isinstance(operand, Literal) for operand in operands)
    found.direct = found.direct and simple


def _literals(node: Node) -> Iterator[Value]:
    yield from (part.value for part in walk(node) if isinstance(part, Literal))


def _is(text: str, node: Node) -> bool:
    """Return whether a node is the expression, or the same in small letters."""
    if isinstance(node, Method) and node.name == "lower":
        return _is(text, node.operand)
    return isinstance(node, Name | History) and str(node) == text


def _within(text: str, node: Node) -> bool:
    return _is(text, node) or any(_within(text, child) for child in children(node))
