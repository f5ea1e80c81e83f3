"""The tables of a funnel report as Polars frames of known columns and types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any, Final

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, OCCURRED_AT
from leadqual.errors import InputError, Place, Problem, cut, shown
from leadqual.frames.native import into_polars
from leadqual.frames.types import INSTANT

ROW: Final = "lq_row"
"""The column with the place of each row in the table that was given, counted from 0."""
CONTACT: Final = "contact"
"""The column with the number of each contact, which is cheaper to sort and join by than its id."""
_TEXT: Final = pl.String()
MOVES: Final[dict[str, Any]] = {
    CONTACT_ID: _TEXT, "at": INSTANT, "source": _TEXT, "target": _TEXT, "entered_at": INSTANT,
}  # fmt: skip
STANDINGS: Final[dict[str, Any]] = {CONTACT_ID: _TEXT, "stage": _TEXT, "entered_at": INSTANT, "as_of": INSTANT}
CONTACTS: Final[dict[str, Any]] = {CONTACT_ID: _TEXT}
INTERACTIONS: Final[dict[str, Any]] = {CONTACT_ID: _TEXT, INTERACTION_ID: _TEXT, OCCURRED_AT: INSTANT}
_FROM: Final = {
    "moves": "leadqual.frames.replay(policy, contacts, interactions, until=...)",
    "standings": "leadqual.frames.standings(policy, contacts, interactions, at=...)",
    "contacts": "leadqual.frames.from_models(contacts, histories)",
    "interactions": "leadqual.frames.from_models(contacts, histories)",
}
"""What gives each table."""


def read_table(native: Any, source: str, needed: Mapping[str, Any], *optional: str) -> pl.DataFrame:
    """Return the columns of a table that a report reads, with the places of its rows under `ROW`.

    Parameters
    ----------
    native : DataFrame, LazyFrame, Table or relation
        The table, of any library.
    source : str
        What errors call it.
    needed : mapping of str to type
        The columns that must be there; those of texts and of instants hold that and nothing else.
    *optional : str
        Columns that are kept as they are where the table has them.

    Raises
    ------
    InputError
        With everything that is wrong with its columns, and how many rows miss what every row needs.
    """
    frame = _opened(native, source)
    problems = [*_of_columns(frame.schema, source, needed)]
    if problems:
        raise InputError(problems)
    kept = [_typed(name, kind) for name, kind in needed.items()]
    # Categories are texts here: those of two tables need not be the same.
    kept += [_plain(name, frame.schema[name]) for name in optional if name in frame.schema and name not in needed]
    made = frame.select(kept).with_row_index(ROW)
    if problems := [*_of_rows(made, source, needed)]:
        raise InputError(problems)
    return made


def _opened(native: Any, source: str) -> pl.DataFrame:
    try:
        if isinstance(native, str | PathLike):
            raise InputError(Problem("not-a-table", "", Place(source)))
        return into_polars(native, source)
    except InputError as error:
        if error.code != "not-a-table":
            raise
        message, found = f"{source} is no table", " ".join(shown(native).split())
        expected = "a table of pandas, Polars (lazy too), PyArrow, DuckDB or PySpark"
        hint = f"it comes from {_FROM[source]}"
        raise InputError(Problem("not-a-table", message, Place(source), found, expected, hint)) from None


def _of_columns(schema: Mapping[str, Any], source: str, needed: Mapping[str, Any]) -> Iterator[Problem]:
    strange = [name for name in schema if name not in needed]
    for name, kind in needed.items():
        if name not in schema:
            found, hint = cut(", ".join(schema)) or "no columns", did_you_mean(name, strange)
            hint = f"rename the column: {hint}" if hint else f"the table comes from {_FROM[source]}"
            yield Problem("missing-column", f"the column {name!r} is missing", Place(source), found, hint=hint)
        elif problem := _mistyped(schema[name], source, name, instant=kind == INSTANT):
            yield problem


def _mistyped(found: Any, source: str, name: str, *, instant: bool) -> Problem | None:
    place = Place(source, path=name)
    if found == pl.Null or (not instant and found in (pl.String, pl.Categorical, pl.Enum)):
        return None
    if instant and isinstance(found, pl.Datetime):
        if found.time_zone is not None:
            return None
        message, hint = "the times have no time zone, so they name no instant", "say where they were written down"
        return Problem("naive-datetime", message, place, str(found), "times with their zone", hint)
    expected = "times with their zone" if instant else "texts"
    message, hint = "the column holds values of the wrong type", "convert the column where it is read"
    return Problem("wrong-type", message, place, str(found), expected, hint)


def _typed(name: str, kind: Any) -> pl.Expr:
    if kind != INSTANT:
        return pl.col(name).cast(pl.String)
    return pl.col(name).cast(INSTANT)


def _plain(name: str, kind: Any) -> pl.Expr:
    return pl.col(name).cast(pl.String) if kind in (pl.Categorical, pl.Enum) else pl.col(name)


def _of_rows(frame: pl.DataFrame, source: str, needed: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the columns in which rows miss what every row needs: all but the beginning, which may be unknown."""
    for name in needed:
        lacking = frame.filter(pl.col(name).is_null()) if name != "entered_at" else frame.clear()
        if len(lacking):
            first = ", ".join(f"{row + 1:,}" for row in lacking[ROW].head(3))
            message, found = f"{name!r} is null", f"{len(lacking):,} of {len(frame):,} rows, the first: row {first}"
            yield Problem("missing-field", message, Place(source, path=name), found, hint="every row needs one")
