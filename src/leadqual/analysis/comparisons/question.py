"""What a comparison over a history is asked: its arguments, checked, and the tables as either policy sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.analysis.comparisons.stages import StageMap
from leadqual.analysis.past import APPEARED, Past
from leadqual.conditions.check import check_selection
from leadqual.conditions.nodes import Selection
from leadqual.conditions.parse import parse_selection
from leadqual.engines.tables.columns import KIND, OCCURRED_AT
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.frames.native import into_polars
from leadqual.frames.opened import Check, opened
from leadqual.lifecycle.explain import known_zone
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import aware

SALES: Final = "sql"
"""The stage that the sales desk works, where nobody says another one."""
_ANY_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """What is asked of two policies over a history, checked.

    Parameters
    ----------
    old, new : Policy
        The policies.
    past : Past
        The tables, up to `until`.
    since, until : datetime
        The time that is looked at.
    stages : StageMap
        Which stage of one is which of the other.
    desk : tuple of str
        The stages that the sales desk works, as they were given; empty if neither policy has such a stage.
    outcome : Selection or None
        What makes a customer.
    zone : ZoneInfo
        Whose days are counted.
    check : str or None
        What is looked at in the tables.
    """

    old: Policy
    new: Policy
    past: Past
    since: datetime
    until: datetime
    stages: StageMap
    desk: tuple[str, ...]
    outcome: Selection | None
    zone: ZoneInfo
    check: Check | None

    def worked(self) -> dict[str, set[str]]:
        """Return the stages that the desk works, in the names of either policy."""
        back = {new: old for old, new in self.stages.pairs.items()}
        in_old = {name for name in self.desk if name in self.old.stages}
        alone = {name for name in self.desk if name not in self.old.stages}
        return {
            "old": in_old | {back[name] for name in alone if name in back},
            "new": {self.stages.pairs[name] for name in in_old if name in self.stages.pairs} | alone,
        }

    def unknown_kinds(self, policy: Policy) -> list[str]:
        """Return the kinds of interactions that one of the two policies declares and a policy does not know."""
        return _unknown_kinds(policy, (self.old, self.new))

    def seen_by(self, policy: Policy, interactions: pl.DataFrame) -> pl.DataFrame:
        """Return the interactions that a policy knows of; what neither of the two knows is left in to be refused."""
        return _seen_by(policy, (self.old, self.new), interactions)

    def policy_of_outcome(self) -> Policy:
        """Return a policy that knows the outcome: the old one, if it does."""
        assert self.outcome is not None
        return self.old if not check_selection(self.outcome, self.old.catalogue) else self.new


def asked(
    old: Policy,
    new: Policy,
    contacts: Any,
    interactions: Any,
    *,
    until: Any,
    since: Any,
    stages: StageMap,
    outcome: Any,
    desk: Any,
    time_zone: Any,
    check: Check | None,
) -> Question:
    """Return what is asked; raise `LeadqualError` with everything that is wrong with the arguments or the columns."""
    people, events = into_polars(contacts, "contacts"), into_polars(interactions, "interactions")
    problems: list[Problem] = []

    def attempt(read: Any, *given: Any) -> Any:
        try:
            return read(*given)
        except LeadqualError as error:
            problems.extend(problem for problem in error.problems if problem not in problems)
            return None

    for policy in (old, new):
        # Also what lies after the end is looked at: a row without a time would else be lost in silence.
        rows = _seen_by(policy, (old, new), events)
        attempt(lambda one, seen: opened(one, people, seen, _ANY_TIME, check=check or "all"), policy, rows)
    selection = None if outcome is None else attempt(_outcome, old, new, outcome)
    worked = attempt(_desk, old, new, desk)
    zone = attempt(known_zone, time_zone)
    first = None if since is None else attempt(aware, since, "since")
    last = None if until is None else attempt(aware, until, "until")
    if problems:
        raise InputError(problems)
    if last is None:
        last = _last(events)
    past = Past.of(people, events, last)
    if first is None:
        first = past.appeared.select(pl.col(APPEARED).min()).item() or last
        first = min(first, last)
    if first > last:
        found = f"since {first.isoformat()}, until {last.isoformat()}"
        raise InputError(Problem("bad-argument", "the time ends before it begins", Place("since"), found))
    return Question(old, new, past, first, last, stages, worked, selection, zone, check)


def _unknown_kinds(policy: Policy, both: Iterable[Policy]) -> list[str]:
    declared = dict.fromkeys(kind for one in both for kind in one.interactions)
    return [kind for kind in declared if kind not in policy.catalogue.kinds]


def _seen_by(policy: Policy, both: Iterable[Policy], interactions: pl.DataFrame) -> pl.DataFrame:
    unknown = _unknown_kinds(policy, both)
    if not unknown or interactions.schema.get(KIND) != pl.String:
        return interactions
    return interactions.filter(~pl.col(KIND).is_in(unknown).fill_null(value=False))


def _outcome(old: Policy, new: Policy, given: Any) -> Selection:
    if not isinstance(given, str | Selection):
        expected = "a kind, with or without a filter, such as 'purchase' or 'purchase[amount > 100]'"
        message = "this names no interactions"
        raise InputError(Problem("not-a-selection", message, Place("outcome"), shown(given), expected))
    try:
        selection = parse_selection(given) if isinstance(given, str) else given
    except LeadqualError as error:
        raise InputError(problem.at(source="outcome") for problem in error.problems) from None
    found = [check_selection(selection, policy.catalogue) for policy in (old, new)]
    if all(found):
        raise InputError(problem.at(source="outcome") for problem in found[0])
    return selection


def _desk(old: Policy, new: Policy, given: Any) -> tuple[str, ...]:
    known = list(dict.fromkeys((*old.stages, *new.stages)))
    if given is None:
        return (SALES,) if SALES in known else ()
    if not isinstance(given, str | Iterable):
        message, expected = "these are no stages", "the names of stages: ('sql', 'prospect')"
        raise InputError(Problem("wrong-type", message, Place("desk"), shown(given), expected))
    names = tuple(dict.fromkeys([given] if isinstance(given, str) else given))
    message, expected = "neither policy has such a stage", f"one of: {', '.join(known)}"
    if unknown := [name for name in names if name not in known]:
        raise InputError(
            Problem("unknown-stage", message, Place("desk"), shown(name), expected, did_you_mean(str(name), known))
            for name in unknown
        )
    return names


def _last(events: pl.DataFrame) -> datetime:
    last = events[OCCURRED_AT].max()
    if not isinstance(last, datetime):
        message, hint = "there is no interaction, so nothing says until when to look", "until=datetime(..., tzinfo=UTC)"
        raise InputError(Problem("missing-argument", message, Place("until"), hint=hint))
    return aware(last)
