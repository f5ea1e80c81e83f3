"""What every check asks of a policy: whether conditions can hold, whether one follows from another, who shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Final

from leadqual.conditions.nodes import (
    And,
    Compare,
    History,
    In,
    IsMissing,
    Items,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Selection,
)
from leadqual.conditions.walk import conjuncts, names
from leadqual.lifecycle.policy import Policy
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Bands, Rule
from leadqual.proofs.build import built
from leadqual.proofs.funnel import STAGE, happens_now, stands_at
from leadqual.proofs.ranges import TRUE
from leadqual.proofs.reach import Reach, reach_of, sum_of
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.scope import Scope
from leadqual.proofs.search import Search
from leadqual.proofs.solve import scope_of, search_of
from leadqual.proofs.standing import stage_of
from leadqual.proofs.witness import answer_for, witness_of

_STEPS: Final = 3_000
"""After so many steps a question is left undecided."""


class Look:
    """A policy that is looked at; what was found out once is remembered.

    Parameters
    ----------
    policy : Policy
        The policy.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._possible: dict[str, bool] = {}
        self._reach: dict[str, Reach] = {}

    # Whether.

    def can_hold(self, node: Node) -> bool:
        """Return False only if it is proved that a condition is true of no contact at any instant."""
        text = str(node)
        if text not in self._possible:
            self._possible[text] = self.holds_somewhere(all_of([node, *self.facts_of(node)]))
        return self._possible[text]

    def holds_somewhere(self, node: Node) -> bool:
        """Return the same, as long as scores may lie anywhere in their ranges."""
        asked = [(part, TRUE) for part in conjuncts(node)]
        return search_of(scope_of(self.policy), asked, scored=False, steps=_STEPS)[0].may_find()

    def inside(self, kind: str) -> Callable[[Node], bool]:
        """Return the function that says False only if it is proved that a filter lets nothing of a kind through."""
        scope = Scope(self.policy, kind)

        def can_hold(where: Node) -> bool:
            conditions = built(scope, [where])
            wanted = [conditions.wanted(part, TRUE) for part in conjuncts(where)]
            return Search(conditions.variables, wanted, steps=_STEPS).may_find()

        return can_hold

    def follows(self, one: Node, other: Node) -> bool:
        """Return whether it is proved that wherever one condition is true the other is."""
        return not self.can_hold(And((one, not_true(other))))

    def is_sure(self, node: Node) -> bool:
        """Return whether it is proved that a condition is true of every contact at every instant."""
        return not self.can_hold(not_true(node))

    # What is known besides.

    def reach(self, score: str) -> Reach:
        """Return between which values a score can lie."""
        if score not in self._reach:
            self._reach[score] = reach_of(self.policy, score, self.can_hold, self._happens)
        return self._reach[score]

    def sum_of(self, rules: Iterable[Rule]) -> tuple[float, float]:
        """Return between what the sum of some rules of one score can lie."""
        return sum_of(rules, self.can_hold, self._happens)

    def _happens(self, each: Selection) -> bool:
        return each.where is None or self.inside(each.kind)(each.where)

    def scores_read(self, node: Node) -> list[str]:
        """Return the scores that a condition reads, behind grades too."""
        return list(dict.fromkeys(score for name in names(node) for score in self._scores_behind(name)))

    def _scores_behind(self, name: str) -> list[str]:
        owner, _, rest = name.partition(".")
        if owner == "score":
            return [rest]
        if owner != "grade":
            return []
        grade = self.policy.grades[rest]
        if isinstance(grade, Bands):
            return [grade.score]
        return [score for side in (grade.rows, grade.columns) for score in self._scores_behind(f"grade.{side}")]

    def facts_of(self, node: Node) -> list[Node]:
        """Return what is true of every contact: between which values the scores lie that a condition reads."""
        found: list[Node] = []
        for score in self.scores_read(node):
            reach, (low, high) = self.reach(score), self.policy.score_ranges[score]
            if reach.low > low:
                found.append(Compare(Name(f"score.{score}"), ((">=", Literal(reach.low)),)))
            if reach.high < high:
                found.append(Compare(Name(f"score.{score}"), (("<=", Literal(reach.high)),)))
        return found

    @cached_property
    def freed(self) -> Look:
        """The same policy where the days at each stage are numbers of their own, as `days_at` names them."""
        if not any(way.when is not None and "days_in_stage" in names(way.when) for way in self.policy.transitions):
            return self
        days = {days_at(stage).path.partition(".")[2]: {"type": "number"} for stage in self.policy.stages}
        freed = Look(self.policy.model_copy(update={"fields": {**self.policy.fields, **days}}))
        freed._reach = {score: self.reach(score) for score in self.policy.scores}
        return freed

    # Who shows it.

    def shown(
        self, node: Node, by: Callable[[Scenario], bool] | None = None, *, stage: str | None = None
    ) -> Scenario | None:
        """Return a contact that passes a test and of whom a condition is true; None if none was found.

        Parameters
        ----------
        by : callable, optional
            The test; by default, that the engine finds it at the stage and the condition true.
        stage : str, optional
            Where it is to stand.
        """
        here = [] if stage is None else [stands_at(stage)]
        asked = [(part, TRUE) for part in conjuncts(all_of([node, *here, *self.facts_of(node)]))]

        def is_one(scenario: Scenario) -> bool:
            stands = stage is None or stage_of(self.policy, scenario) == stage
            return stands and self.is_true(node, scenario)

        return witness_of(self.policy, asked, by or is_one)

    def is_true(self, node: Node, scenario: Scenario) -> bool:
        """Return whether a condition is true of a contact, as the engine finds."""
        return answer_for(self.policy, scenario, node) is True

    # The funnel.

    def setting(self, way: Transition, sources: Iterable[str] | None = None) -> list[tuple[Node, str]]:
        """Return what is true wherever a transition is tried, in words too: the stage, and what has just happened."""
        stages = list(way.source if sources is None else sources)
        facts: list[tuple[Node, str]] = []
        if self.policy.stages:
            standing = In(STAGE, Items(tuple(map(Literal, stages))))
            facts.append((standing, f"it is tried at {' or '.join(stages)}"))
        if way.event is not None:
            said, since = f"it is tried as a {way.event} happens", History("days_since", Selection(way.event))
            facts += [(Compare(since, (("==", Literal(0)),)), said), (happens_now(way.event), said)]
        return facts

    def guard(self, way: Transition, sources: Iterable[str] | None = None) -> Node:
        """Return the condition of a transition together with what is true wherever it is tried."""
        own = [] if way.when is None else [way.when]
        return all_of([*own, *(fact for fact, _ in self.setting(way, sources))])

    @cached_property
    def live(self) -> set[tuple[str, str]]:
        """The pairs of a transition's id and a source from which it is not proved that it never fires."""
        return {
            (way.id, source) for way in self.policy.transitions for source in way.source if self._may_fire(way, source)
        }

    def shut(self, way: Transition, source: str) -> None:
        """Remember that it is proved that a transition never fires from a stage."""
        self.live.discard((way.id, source))

    def _may_fire(self, way: Transition, source: str) -> bool:
        return way.when is None or self.can_hold(self.guard(way, [source]))


def days_at(stage: str) -> Name:
    """Return the name of the days at a stage in `Look.freed`."""
    return Name(f"contact.days_of_24_hours_at_{stage}")


def all_of(nodes: Iterable[Node]) -> Node:
    """Return the condition that all of some hold; one that is given twice stands once."""
    parts = tuple(dict.fromkeys(part for node in nodes for part in conjuncts(node)))
    return parts[0] if len(parts) == 1 else And(parts)


def any_of(nodes: Iterable[Node]) -> Node:
    """Return the condition that any of some holds."""
    parts = tuple(dict.fromkeys(nodes))
    return parts[0] if len(parts) == 1 else Or(parts)


def not_true(node: Node) -> Node:
    """Return the condition that another is false or unknown."""
    return Or((Not(node), IsMissing(node)))
