"""Whether moves follow one another, and whether standings are where they lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.analysis.funnels.spells import stages_seen
from leadqual.analysis.funnels.tables import CONTACT, ROW
from leadqual.engines.tables.checks.told import FEW, share
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import Place, Problem, shown

_REPLAYED: Final = "give all moves of one replay, each once: frames.replay(policy, contacts, interactions, until=...)"
_CODES: Final = {"moves": "contradictory-moves", "standings": "contradictory-standings"}
_TOGETHER: Final = "make both with the same policy and tables, and the standings at the instant until which is replayed"


def of_moves(moves: pl.DataFrame) -> Iterator[Problem]:
    """Yield how moves contradict one another.

    Parameters
    ----------
    moves : DataFrame
        In the order of contacts and time, as `leadqual.analysis.funnels.order.in_order` returns them.
    """
    same = pl.col(CONTACT).eq_missing(pl.col(CONTACT).shift(1))
    before = pl.when(same).then(pl.col("target").shift(1))
    arrived = pl.when(same).then(pl.col("at").shift(1))
    linked = moves.with_columns(before=before, arrived=arrived)
    yield from _told(
        linked, pl.col("source") == pl.col("target"), "a move leads to where it starts",
        lambda row: f"from {row['source']!r} to {row['target']!r}", "a move leads to another stage",
    )  # fmt: skip
    broken = pl.col("source") != pl.col("before")
    twice = bool(linked.select(broken.any()).item()) and moves.drop(ROW, "position").is_duplicated().any()
    hint = f"some moves are given twice: {_REPLAYED}" if twice else _REPLAYED
    yield from _told(
        linked, broken, "a move does not start where the one before it ended",
        lambda row: f"from {row['source']!r}, where the contact had moved to {row['before']!r}", hint,
    )  # fmt: skip
    yield from _told(
        linked, (pl.col("entered_at") != pl.col("arrived")) & (pl.col("source") == pl.col("before")),
        "a stage was entered at another time than the move before tells",
        lambda row: f"{row['source']!r} entered at {row['entered_at']}, and moved to at {row['arrived']}", _REPLAYED,
    )  # fmt: skip
    yield from _told(
        linked, pl.col("arrived").is_null() & (pl.col("entered_at") > pl.col("at")),
        "a stage was left before it was entered",
        lambda row: f"{row['source']!r} entered at {row['entered_at']}, left at {row['at']}", _REPLAYED,
    )  # fmt: skip


def of_standings(standings: pl.DataFrame, moves: pl.DataFrame) -> Iterator[Problem]:
    """Yield how standings contradict themselves, or the moves (in their order) that led to them."""
    place = Place("standings")
    repeated = standings[CONTACT].n_unique() < standings.height
    if repeated:
        message, hint = "a contact has two standings", "one row a contact: " + _TOGETHER
        found = _few(standings.filter(pl.col(CONTACT).is_duplicated()), standings)
        yield Problem("duplicate-id", message, place, found, hint=hint)
    instants = standings["as_of"].unique().sort()
    if len(instants) > 1:
        found = f"{len(instants):,} instants, from {instants[0]} to {instants[-1]}"
        message, hint = "the standings are not all of one instant", "frames.standings(..., at=...) with one `at`"
        yield Problem("contradictory-standings", message, place, found, "one `as_of`", hint)
    if not repeated:
        yield from _against(standings, moves)


def _against(standings: pl.DataFrame, moves: pl.DataFrame) -> Iterator[Problem]:
    ends = pl.col(CONTACT).ne_missing(pl.col(CONTACT).shift(-1))
    last = moves.filter(ends).select(CONTACT, CONTACT_ID, ROW, "target", "at")
    lost = last.join(standings, on=CONTACT, how="anti").sort(ROW)
    if len(lost):
        message, hint = "contacts have moves and no standing", _TOGETHER
        found = f"{share(len(lost), len(last), 'contacts')}, the first: {_names(lost)}"
        yield Problem("contradictory-standings", message, Place("standings"), found, hint=hint)
    both = standings.join(last.drop(ROW, CONTACT_ID), on=CONTACT, how="left", maintain_order="left")
    checks: Sequence[tuple[pl.Expr, str, Any]] = (
        (pl.col("at") > pl.col("as_of"), "a contact moved after its standing",
         lambda row: f"as of {row['as_of']}, moved at {row['at']}"),
        ((pl.col("stage") != pl.col("target")) & (pl.col("at") <= pl.col("as_of")),
         "a contact does not stand where its last move led",
         lambda row: f"stands at {row['stage']!r}, moved to {row['target']!r}"),
        (pl.col("entered_at").ne_missing(pl.col("at")) & (pl.col("stage") == pl.col("target")),
         "a contact stands where its last move led, and since another time",
         lambda row: f"{row['stage']!r} since {row['entered_at']}, moved to at {row['at']}"),
        (pl.col("at").is_null() & (pl.col("entered_at") > pl.col("as_of")), "a stage was entered after the standing",
         lambda row: f"as of {row['as_of']}, entered at {row['entered_at']}"),
    )  # fmt: skip
    for wrong, message, told in checks:
        yield from _told(both, wrong, message, told, _TOGETHER, "standings")


def of_stages(
    stages: Sequence[str], named: str, moves: pl.DataFrame, standings: pl.DataFrame | None
) -> Iterator[Problem]:
    """Yield the stages of the tables that are not among those that are known."""
    strange = [stage for stage in stages_seen(moves) if stage not in stages]
    tables = [("moves", moves, "source"), ("moves", moves, "target")]
    if standings is not None:
        tables.append(("standings", standings, "stage"))
    for source, frame, column in tables:
        for stage in strange:
            rows = frame.filter(pl.col(column) == stage)
            if len(rows):
                message, hint = f"{named} has no stage {stage!r}", did_you_mean(stage, stages)
                place = Place(source, path=column)
                yield Problem("unknown-stage", message, place, _few(rows, frame), ", ".join(stages), hint)


def _told(
    frame: pl.DataFrame, wrong: pl.Expr, message: str, told: Any, hint: str, source: str = "moves"
) -> Iterator[Problem]:
    rows = frame.filter(wrong.fill_null(value=False))
    if len(rows):
        first = "; ".join(f"{_row(row)}: {told(row)}" for row in rows.sort(ROW).head(FEW).iter_rows(named=True))
        found = f"{share(len(rows), len(frame))}, the first: {first}"
        yield Problem(_CODES[source], message, Place(source), found, hint=hint)


def _few(rows: pl.DataFrame, frame: pl.DataFrame) -> str:
    first = ", ".join(_row(row) for row in rows.sort(ROW).head(FEW).iter_rows(named=True))
    return f"{share(len(rows), len(frame))}, the first: {first}"


def _row(row: dict[str, Any]) -> str:
    return f"row {row[ROW] + 1:,} ({shown(row[CONTACT_ID])})"


def _names(rows: pl.DataFrame) -> str:
    return ", ".join(shown(name) for name in rows[CONTACT_ID].head(FEW))
