"""What the way to a stage reads: conditions and rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from leadqual.conditions.nodes import History, Node
from leadqual.conditions.walk import histories, names
from leadqual.engines.steady import scores_behind
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Rule
from leadqual.policy.ways import stages_after, steps_of


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
    steps = steps_of(policy.transitions)
    ahead = {source, *stages_after(source, steps)}
    behind = {target, *stages_after(target, [(there, here) for here, there in steps])}
    return ahead & behind


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
