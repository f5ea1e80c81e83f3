"""Moves and standings from what happened to each contact, and the same reports made slowly and obviously."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import strategies as st

INSTANT = pl.Datetime("us", "UTC")
START = datetime(2026, 1, 1, tzinfo=UTC)
STAGES = ("lead", "mql", "sql", "customer")
Visits = Sequence[tuple[str, float]]
MOVES = {"contact_id": pl.String, "at": INSTANT, "source": pl.String, "target": pl.String, "entered_at": INSTANT}
STANDINGS = {"contact_id": pl.String, "stage": pl.String, "entered_at": INSTANT, "as_of": INSTANT}


def day(number: float) -> datetime:
    """Return the instant some days after the start of all things."""
    return START + timedelta(days=number)


def moves_of(lives: Mapping[str, Visits]) -> pl.DataFrame:
    """Return the moves of contacts, of which each visited some stages from some days on."""
    rows = [
        (contact, day(when), source, target, day(since))
        for contact, visits in lives.items()
        for (source, since), (target, when) in pairwise(visits)
    ]
    return pl.DataFrame(rows, schema=MOVES, orient="row")


def standings_of(lives: Mapping[str, Visits], until: float) -> pl.DataFrame:
    """Return where contacts stand; those that visited nothing have not appeared."""
    rows = [
        (contact, visits[-1][0], day(visits[-1][1]), day(until)) if visits else (contact, "lead", None, day(until))
        for contact, visits in lives.items()
    ]
    return pl.DataFrame(rows, schema=STANDINGS, orient="row")


@st.composite
def lives(draw: st.DrawFn, *, last: int = 40) -> dict[str, list[tuple[str, float]]]:
    """Draw what happened to some contacts: stages visited for whole days, some for none, some never appearing."""
    found = {}
    for number in range(draw(st.integers(1, 12))):
        if draw(st.integers(0, 9)) == 0:
            found[f"c-{number}"] = []
            continue
        when = draw(st.integers(0, last))
        visits, here = [("lead", float(when))], {"lead"}
        for _ in range(draw(st.integers(0, 6))):
            wait = draw(st.sampled_from([0, 0, 1, 2, 5, 9]))
            here = here if wait == 0 else {visits[-1][0]}
            free = [stage for stage in STAGES if stage not in here]  # none is visited twice at one instant
            if when + wait > last or not free:
                break
            when += wait
            visits.append((draw(st.sampled_from(free)), float(when)))
            here |= {visits[-1][0]}
        found[f"c-{number}"] = visits
    return found


def stays_of(visits: Visits, until: float) -> list[tuple[str, float, float | None]]:
    """Return each stay of a contact: where, from when, and until when; None if it stays still."""
    ends = [*(when for _, when in visits[1:]), None]
    return [(stage, since, end) for (stage, since), end in zip(visits, ends, strict=True)]


def kaplan_meier(stays: Sequence[tuple[float, bool]]) -> list[tuple[float, float, bool]]:
    """Return the share that still stays after each length of stay, by the textbook, and whether enough are left."""
    share, curve = 1.0, []
    for length in sorted({length for length, _ in stays}):
        at_risk = sum(other >= length for other, _ in stays)
        gone = sum(other == length and ended for other, ended in stays)
        enough = share / at_risk <= max(0.05, 3 / len(stays)) + 1e-9
        share *= (at_risk - gone) / at_risk
        curve.append((length, share, enough))
    return curve


def left_by(stays: Sequence[tuple[float, bool]], share: float) -> float | None:
    """Return by when a share has left; None if it has not, or only where too few are left."""
    return next((at for at, still, enough in kaplan_meier(stays) if enough and still <= 1 - share + 1e-9), None)
