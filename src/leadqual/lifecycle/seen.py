"""The fingerprint of what a standing was made from, and the check that it is still so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Final

from leadqual.errors import LateInteraction, Place, Problem
from leadqual.model.interactions.base import Interaction
from leadqual.model.profile import PROFILE_UPDATED
from leadqual.model.standing import Standing
from leadqual.model.time import micros

_MODULUS: Final = 1 << 128
_MICROSECOND: Final = timedelta(microseconds=1)
_FINGERPRINT: Final = attrgetter("fingerprint")


def fingerprint(history: Iterable[Interaction], as_of: int, lookback: timedelta | None) -> str:
    """Return the number and a 128-bit sum of the interactions that can still matter at `as_of`.

    A sum does not depend on the order, and grows by the new interactions alone. Profile updates always count: they
    matter however old they are.
    """
    seen = still_matter(history, as_of, lookback)
    return f"{len(seen)}:{sum(map(_FINGERPRINT, seen)) % _MODULUS:032x}"


def still_matter(history: Iterable[Interaction], as_of: int, lookback: timedelta | None) -> list[Interaction]:
    """Return the interactions up to `as_of` that can still matter."""
    if lookback is None:
        return [one for one in history if one.instant <= as_of]
    after = as_of - lookback // _MICROSECOND
    return [one for one in history if after < one.instant <= as_of or _is_older_update(one, after)]


def _is_older_update(one: Interaction, after: int) -> bool:
    return one.instant <= after and one.kind == PROFILE_UPDATED


def check_seen(standing: Standing, history: Sequence[Interaction], lookback: timedelta | None, contact_id: str) -> None:
    """Raise `LateInteraction` if what lies before a standing is not what it was made from."""
    now_seen = fingerprint(history, micros(standing.as_of), lookback)
    if now_seen == standing.seen:
        return
    then, now = standing.seen.partition(":")[0], now_seen.partition(":")[0]
    reach = "all of it" if lookback is None else f"everything after {standing.as_of - lookback}"
    counts = f"{then} interactions then, {now} now" if then != now else f"{now} interactions, one of them changed"
    raise LateInteraction(
        Problem(
            "late-interaction",
            f"the history of contact {contact_id!r} up to {standing.as_of} is not the one that the standing saw",
            Place("history"),
            counts,
            f"the history from then on, {reach}, with every profile update",
            "load the missing part; if one came late or was corrected, pass late='replay' with the whole history",
        )
    )
