"""The transitions and stages of a policy, as they are tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadqual.conditions.nodes import Literal, Node
from leadqual.conditions.walk import names
from leadqual.engines.record import RecordEngine
from leadqual.engines.steady import scores_behind
from leadqual.engines.view import View
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Grid
from leadqual.proofs.scope import Scope
from leadqual.testing.coverage.conditions import Condition
from leadqual.testing.coverage.earlier import vain_before
from leadqual.testing.coverage.items import Item, Where
from leadqual.testing.coverage.missing import can_be_missing
from leadqual.testing.coverage.seen import Seen

_ANSWERS: Final = {True: "taken", False: "refused", None: "held"}


class Tried:
    """A transition with what is noted when it is tried."""

    def __init__(self, way: Transition, engine: RecordEngine, seen: Seen) -> None:
        self.way = way
        asked = ["taken"]
        where = Where(vain=vain_before(engine.policy, way))
        claims = {"taken": where.claim(Literal(True), True)}
        self.condition: Condition | None = None
        self.scores: tuple[str, ...] = ()
        self.grades: tuple[str, ...] = ()
        if way.when is not None:
            asked += ["refused", "held"] if can_be_missing(way.when, Scope(engine.policy)) else ["refused"]
            claims = {word: where.claim(way.when, answer) for answer, word in _ANSWERS.items()}
            self.condition = Condition(f"transition {way.id}", way.when, engine, seen, where)
            self.grades, self.scores = read_by(way.when, engine.policy)
            self._answer = engine.compiled(way.when)
        if way.event is not None:
            asked.append("happened")
        self.item = Item("transitions", "", way.id, tuple(asked), claims=claims)
        self.ways = seen.ways[self.item.key]
        self.filters = [] if self.condition is None else self.condition.filters

    def items(self) -> Iterator[Item]:
        """Yield what there is to cover of it."""
        yield self.item
        if self.condition is not None:
            yield from self.condition.items

    def answer(self, view: View) -> bool | None:
        """Return what comes of trying it, and note it unless it fires."""
        if self.way.when is None:
            return True
        answer: bool | None = self._answer(view)
        if answer is not True:
            self.ways.add(_ANSWERS[answer])
        return answer

    def look(self, view: View) -> None:
        """Note what every part of its condition is."""
        if self.condition is not None:
            self.condition.look(view)


def stage_item(stage: str) -> Item:
    """Return the item of a stage."""
    return Item("stages", "", stage, ("entered",))


def read_by(node: Node, policy: PolicyDocument) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the grades and the scores that a condition reads, directly or through others.

    Examples
    --------
    >>> from leadqual import policies
    >>> from leadqual.conditions.parse import parse_condition
    >>> read_by(parse_condition("grade.temperature == 'hot'"), policies.sales())
    (('temperature',), ('engagement', 'intent'))
    """
    grades: dict[str, None] = {}
    scores: dict[str, None] = {}
    waiting = [node]
    while waiting:
        for path in names(waiting.pop()):
            owner, _, name = path.partition(".")
            if owner == "grade":
                grades.update(dict.fromkeys(_sides(name, policy)))
            for score in scores_behind(path, policy) if owner in ("grade", "score") else ():
                if score not in scores:
                    scores[score] = None
                    rules = policy.scores[score].rules if score in policy.scores else ()
                    waiting += [rule.when for rule in rules if rule.when is not None]
    return tuple(grades), tuple(scores)


def _sides(name: str, policy: PolicyDocument) -> Iterator[str]:
    declared = policy.grades[name]
    if isinstance(declared, Grid):
        yield from _sides(declared.rows, policy)
        yield from _sides(declared.columns, policy)
    yield name
