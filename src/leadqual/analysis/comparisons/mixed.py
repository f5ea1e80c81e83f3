"""Policies between two: the old one with some parts of the new one, for finding out which change does what."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final, TypeVar

from leadqual.analysis.comparisons.changes import ORDER, Change, Unit
from leadqual.conditions.walk import names
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.policy.rules import ScoreRules

T = TypeVar("T")

_NAMED: Final = ("fields", "interactions", "scorers", "grades", "stages")
_PLAIN: Final = ("currency", "review_every", "active_within")
_PURE: Final = ("fields", "scores", "scorers", "grades", "stages", "groups")
_WORD: Final = re.compile(r"\w+")


class Mixer:
    """Makes policies that take some parts from a new policy and the others from an old one.

    Parameters
    ----------
    old, new : Policy
        The two policies, in the same names of stages, rules and transitions.
    changes : sequence of Change
        What they differ in.
    """

    def __init__(self, old: Policy, new: Policy, changes: Sequence[Change]) -> None:
        self._old, self._new = old, new
        self._documents = old.to_dict(), new.to_dict()
        self._changes: dict[Unit, list[Change]] = {}
        for change in changes:
            if change.decides or change.unit == ORDER:
                self._changes.setdefault(change.unit, []).append(change)

    @property
    def units(self) -> list[Unit]:
        """The parts that can move a contact: a declaration that is only added moves nobody before it is read."""
        return [unit for unit, changes in self._changes.items() if unit[0] != "active_within" and not _pure(changes)]

    def with_one(self, unit: Unit) -> tuple[Policy | None, frozenset[Unit]]:
        """Return the old policy with one part of the new one and what it needs; None if that is the whole."""
        return self._valid({unit}, lambda taken: taken)

    def without_one(self, unit: Unit) -> tuple[Policy | None, frozenset[Unit]]:
        """Return the new policy with one part as it was before, and what that needs; None if that is the whole."""
        every = set(self._changes)
        return self._valid({unit}, lambda taken: every - taken)

    def _valid(
        self, taken: set[Unit], wanted: Callable[[set[Unit]], set[Unit]]
    ) -> tuple[Policy | None, frozenset[Unit]]:
        """Return a policy that is sound, taking along what hangs together until it is."""
        while len(taken) < len(self._changes):
            try:
                return self._mixed(wanted(taken)), frozenset(taken)
            except LeadqualError:
                more = {other for other in self._changes if other not in taken and self._hang_together(other, taken)}
                if not more:
                    break
                taken = taken | more
        return None, frozenset(taken)

    def _hang_together(self, unit: Unit, others: Iterable[Unit]) -> bool:
        return any(self._names(unit, other) or self._names(other, unit) for other in others)

    def _names(self, unit: Unit, other: Unit) -> bool:
        """Return whether a part speaks of another one, before or after."""
        return any(other[-1] in _words(_part(document, unit)) for document in self._documents)

    def _mixed(self, taken: Collection[Unit]) -> Policy:
        document: dict[str, Any] = {name: getattr(self._old, name) for name in ("name", "version")}
        for name in _PLAIN:
            document[name] = getattr(self._new if (name,) in taken else self._old, name)
        for section in _NAMED:
            document[section] = _chosen((section,), getattr(self._old, section), getattr(self._new, section), taken)
        document["scores"] = self._scores(taken)
        document["transitions"] = _listed(
            ("transitions",), self._old.transitions, self._new.transitions, taken, reordered=ORDER in taken
        )
        return self._attached(Policy(**document), taken)

    def _scores(self, taken: Collection[Unit]) -> dict[str, ScoreRules]:
        whole = _chosen(("scores",), self._old.scores, self._new.scores, taken)
        for name in whole:
            if name in self._old.scores and name in self._new.scores:
                whole[name] = _score(("scores", name), self._old.scores[name], self._new.scores[name], taken)
        return _readable(whole)

    def _attached(self, policy: Policy, taken: Collection[Unit]) -> Policy:
        for name in policy.scorers:
            sides = (self._new, self._old) if ("scorers", name) in taken else (self._old, self._new)
            given = next((side.attached_scorers[name] for side in sides if name in side.attached_scorers), None)
            if given is not None:
                policy = policy.with_scorer(name, given)
        return policy


def _pure(changes: Sequence[Change]) -> bool:
    return all(change.action == "added" and change.unit[-2:][0] in _PURE for change in changes)


def _chosen(path: Unit, old: Mapping[str, T], new: Mapping[str, T], taken: Collection[Unit]) -> dict[str, T]:
    """Return the named parts of a section, each from the policy that it is taken from."""
    found: dict[str, T] = {}
    for name in dict.fromkeys((*old, *new)):
        side = new if (*path, name) in taken else old
        if name in side:
            found[name] = side[name]
    return found


def _score(path: Unit, old: ScoreRules, new: ScoreRules, taken: Collection[Unit]) -> ScoreRules:
    return ScoreRules(
        range=(new if path in taken else old).range,
        groups=_chosen((*path, "groups"), old.groups, new.groups, taken),
        rules=_listed((*path, "rules"), old.rules, new.rules, taken, reordered=False),
    )


def _readable(scores: Mapping[str, ScoreRules]) -> dict[str, ScoreRules]:
    """Return scores in an order in which each reads those before it alone, if there is one."""
    reads = {
        name: {
            path.removeprefix("score.") for rule in score.rules if rule.when is not None for path in names(rule.when)
        }
        for name, score in scores.items()
    }
    try:
        order = TopologicalSorter({name: read & scores.keys() for name, read in reads.items()}).static_order()
        return {name: scores[name] for name in order}
    except CycleError:
        return dict(scores)  # the check of policies says what is wrong


def _part(document: Mapping[str, Any], unit: Unit) -> Any:
    here: Any = document
    for name in unit:
        if isinstance(here, list):
            here = next((one for one in here if one["id"] == name), None)
        else:
            here = None if here is None else here.get(name)
    return here


def _listed(
    path: Unit, old: Sequence[Any], new: Sequence[Any], taken: Collection[Unit], *, reordered: bool
) -> tuple[Any, ...]:
    """Return rules or transitions, each from the policy that it is taken from, in the order of one of them.

    What only the other policy has comes after what it follows there.
    """
    chosen = _chosen(path, {one.id: one for one in old}, {one.id: one for one in new}, taken)
    first, second = (new, old) if reordered else (old, new)
    order = [one.id for one in first]
    known = set(order)
    for place, one in enumerate(second):
        if one.id not in known:
            before = second[place - 1].id if place else None
            order.insert(0 if before is None else order.index(before) + 1, one.id)
            known.add(one.id)
    return tuple(chosen[name] for name in order if name in chosen)


def _words(part: Any) -> set[str]:
    return set(_WORD.findall(str(part)))
