"""What can never be, whatever is learned and whatever happens: why a stage is out of reach.

Everything that could still come is allowed for, at any time, in any number. So what is not possible here is certain
not to be; what is possible here may still not be.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from leadqual.analysis.forecasts.possible import Possibilities
from leadqual.analysis.forecasts.values import ANY_ANSWER, ANYTHING, Numbers, Possible, just
from leadqual.conditions.nodes import ANY_INTERACTION, History, Name, Node
from leadqual.conditions.walk import conjuncts
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.model.profile import DERIVED, UNCHANGEABLE
from leadqual.model.vocabulary import Role
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Rule


@dataclass(frozen=True)
class Blocked:
    """A transition that can never fire from a stage.

    Parameters
    ----------
    transition, source, target : str
        Which, from where, to where.
    condition : str
        The part of its condition that can never be true.
    values : mapping of str to object
        What that part reads, as it is now.
    """

    transition: str
    source: str
    target: str
    condition: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Allowed:
    """Which changes are allowed at all."""

    change_known: bool
    kinds: Collection[str] | None
    fields: Collection[str] | None

    def happens(self, kind: str) -> bool:
        """Return whether an interaction of a kind may happen."""
        return self.kinds is None or kind in self.kinds or (kind == ANY_INTERACTION and bool(self.kinds))

    def is_learned(self, name: str, known: object) -> bool:
        """Return whether a field may get another value."""
        allowed = self.fields is None or name in self.fields
        return allowed and name not in UNCHANGEABLE and (known is None or self.change_known)


class Limits:
    """What is out of reach for a contact.

    Parameters
    ----------
    engine : RecordEngine
        The compiled policy.
    view : View
        The contact at the decision.
    change_known : bool
        Whether known fields may become others.
    kinds, fields : collection of str, optional
        The only kinds of interactions that may happen, the only fields that may be learned.
    """

    def __init__(
        self,
        engine: RecordEngine,
        view: View,
        *,
        change_known: bool,
        kinds: Collection[str] | None = None,
        fields: Collection[str] | None = None,
    ) -> None:
        self._ahead = Allowed(change_known, kinds, fields)
        self._engine = engine
        self._view = view

    def blocked(self, target: str) -> list[Blocked] | None:
        """Return why a stage is out of reach: every transition that might lead on and never fires; else None."""
        stage = self._view.stage
        reached, waiting, stops = {stage}, [stage], list[Blocked]()
        while waiting:
            here = waiting.pop(0)
            for way in self._engine.policy.transitions:
                if here is None or here not in way.source or way.target in reached:
                    continue
                found = self._stops(way, here)
                stops += found
                if not found:
                    reached.add(way.target)
                    waiting.append(way.target)
        return None if target in reached else [one for one in stops if one.target not in reached]

    def is_closed(self, way: Transition, stage: str) -> bool:
        """Return whether a transition can never fire from a stage."""
        return bool(self._stops(way, stage))

    def _stops(self, way: Transition, stage: str) -> list[Blocked]:
        """Return what keeps a transition from firing for ever."""
        if way.event is not None and not self._ahead.happens(way.event):
            return [Blocked(way.id, stage, way.target, f"{way.event} to happen", {})]
        return [self._stop(way, stage, part) for part in self._never(way, stage)]

    def _never(self, way: Transition, stage: str) -> list[Node]:
        """Return the parts of a condition that can never be true; the whole where only their sum cannot."""
        if way.when is None:
            return []
        possible = Possibilities(self._engine.policy, _Ahead(self._engine, self._view, stage, self._ahead))
        parts = [part for part in conjuncts(way.when) if True not in possible.answers(part)]
        return parts or ([] if True in possible.answers(way.when) else [way.when])

    def _stop(self, way: Transition, source: str, part: Node) -> Blocked:
        guard = self._engine.guard(way)
        found = next((one for one in guard.parts if one.node is part), guard)
        return Blocked(way.id, source, way.target, str(part), found.values(self._view))


class _Ahead:
    """The parts of conditions at any time from now on."""

    def __init__(self, engine: RecordEngine, view: View, stage: str, allowed: Allowed) -> None:
        self._engine = engine
        self._view = view
        self._stage = stage
        self._allowed = allowed

    def certain(self, node: Node) -> Possible | None:
        return None

    def rules(self, score: str) -> tuple[Rule, ...]:
        return self._engine.policy.scores[score].rules

    def points(self, score: str, rule: Rule) -> tuple[float, float]:
        assert rule.each is not None
        most = math.inf
        if not self._allowed.happens(rule.each.kind):  # what happened fades, and nothing is added
            compiled = next(one for one in self._engine.rules[score] if one.rule.id == rule.id)
            most = abs(compiled.points(self._view, self._view.now)[0])
        return (0.0, most) if rule.points > 0 else (-most, 0.0) if rule.points < 0 else (0.0, 0.0)

    def leaf(self, node: Name | History) -> Possible:
        if isinstance(node, History):
            return self._question(node)
        match node.path:
            case "stage":
                return just(self._stage)
            case "days_in_stage":
                return Numbers(0.0, math.inf, missing=True)
            case "contact.roles":
                return self._roles()
            case "contact.is_customer":
                return just(True) if self._view.is_customer() else frozenset({True, False})
            case path if path.startswith("consent."):
                return ANY_ANSWER
            case path if path.startswith("score."):
                return Numbers(*self._engine.policy.score_ranges[path.partition(".")[2]], missing=True)
            case path:
                return self._field(path)

    def _field(self, path: str) -> Possible:
        value = self._view.values[path]
        source = DERIVED[path][0] if path in DERIVED else path
        return ANYTHING if self._allowed.is_learned(source, value) else just(value)

    def _roles(self) -> Possible:
        now = set(self._view.roles())
        gained: tuple[set[str], ...] = (
            set(),
            {Role.LEAD.value},
            {Role.CUSTOMER.value},
            {Role.LEAD.value, Role.CUSTOMER.value},
        )
        return frozenset(tuple(sorted(now | more)) for more in gained)

    def _question(self, node: History) -> Possible:
        now = self._engine.compiled(node)(self._view)
        whole = node.within is None
        if node.function == "count":
            return Numbers(now if whole else 0, math.inf if self._allowed.happens(node.selection.kind) else now)
        if node.function == "days_since":
            return Numbers(0.0, math.inf, missing=now is None or not whole)
        if node.function == "first" and whole and now is not None:
            return just(now)  # nothing that comes is earlier
        return ANYTHING
