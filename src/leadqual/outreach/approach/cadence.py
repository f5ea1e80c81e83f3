"""When an approach is due again: what counts as having done it, and how long to wait."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from leadqual.conditions.nodes import Selection
from leadqual.engines.view import View
from leadqual.model.interactions.base import Interaction
from leadqual.model.vocabulary import CallOutcome, Direction, Purpose
from leadqual.outreach.approach.document import Approaches
from leadqual.outreach.approach.plan import Approach

_OURS: Final = frozenset({"call_outbound", "email_sent", "message_sent"})
_SELLING: Final = (Purpose.MARKETING, Purpose.TELEMARKETING)


def is_outreach(one: Interaction) -> bool:
    """Return whether we reached out to the contact with it, or tried to."""
    return one.kind in _OURS or one.direction == Direction.OUTBOUND


def due_at(approach: Approach, approaches: Approaches, view: View) -> int | None:
    """Return when an approach is due at the earliest (UTC microseconds); None if it waits for nothing.

    It waits until `every` has passed since it was last done, and until `rest` has passed since we last reached out
    at all, if only in vain. What answers the contact does not rest; after a call in vain it waits for `every`.
    """
    tried = _latest(one.instant for one in reversed(view.history) if is_outreach(one) and one.instant <= view.now)
    waits = []
    if approach.answers:
        since = waiting_since(approach, view)
        if approach.every is not None and tried is not None and since is not None and tried >= since:
            waits.append(tried + approach.every.micros)
        return max(waits, default=None)
    if approach.every is not None and (done := _last_done(approach, approaches, view)) is not None:
        waits.append(done + approach.every.micros)
    if approaches.rest is not None and tried is not None:
        waits.append(tried + approaches.rest.micros)
    return max(waits, default=None)


def waiting_since(approach: Approach, view: View) -> int | None:
    """Return when the contact last came to us with what an approach answers; None if it has its answer."""
    came = _last_of(approach.answers, view)
    if came is None or view.now - came >= approach.answers_within.micros:
        return None
    answered = (one for one in reversed(view.history) if is_outreach(one) and _reached(one) and one.instant <= view.now)
    spoken = _latest(one.instant for one in answered)
    return came if spoken is None or spoken < came else None


def _last_of(selections: Iterable[Selection], view: View) -> int | None:
    """Return when the latest interaction happened that one of several selections is about."""
    questions, found = view.engine.questions, []
    for selection in selections:
        times = questions.series(view, questions.slot(selection)).times
        before = bisect_right(times, view.now)
        found += [times[before - 1]] if before else []
    return max(found, default=None)


def _last_done(approach: Approach, approaches: Approaches, view: View) -> int | None:
    """Return when an approach was last done, as its document reckons it."""
    ids = frozenset(one.id for one in approaches.approaches)
    seen = (one for one in reversed(view.history) if one.instant <= view.now and is_outreach(one))
    if not approach.done:
        return _latest(one.instant for one in seen if _counts(one, approach, ids))
    named = _latest(one.instant for one in seen if one.campaign == approach.id)
    chosen = _last_of(approach.done, view)
    return max((instant for instant in (named, chosen) if instant is not None), default=None)


def _latest(instants: Iterable[int]) -> int | None:
    return next(iter(instants), None)


def _counts(one: Interaction, approach: Approach, ids: frozenset[str]) -> bool:
    """Return whether an outreach counts as an approach, by the usual reckoning.

    Its campaign says so, where that is the id of an approach. Otherwise a call counts that reached the contact for
    the same purpose, and a message that was written by hand, or from a template where the approach is sent so. A
    message of another campaign is not about a debt.
    """
    if one.campaign in ids:
        return one.campaign == approach.id
    if one.kind == "call_outbound":
        purpose = one.value("purpose")
        return _reached(one) and not approach.template and (purpose is None or _same(purpose, approach.purpose))
    if one.campaign is not None and approach.purpose is Purpose.TELECOLLECTION:
        return False
    return (one.value("template") is not None) == approach.template


def _reached(one: Interaction) -> bool:
    """Return whether an outreach arrived: a message does, a call only if somebody spoke."""
    outcome = one.value("outcome") if one.kind == "call_outbound" else None
    return outcome is None or CallOutcome(outcome).reached


def _same(one: str, other: str) -> bool:
    return one == other or (one in _SELLING and other in _SELLING)
