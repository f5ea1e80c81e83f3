"""What a scorer answers for a table, held to the contract of scorers before anything reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import narwhals as nw

from leadqual.engines.tables.columns import CONTACT_ID, fits, framed, holds_nothing, safe
from leadqual.engines.tables.native import Table, open_table
from leadqual.errors import InputError, LeadqualError, Place, Problem
from leadqual.model.catalogue import ValueType

SCORE: Final = "score"
"""The column of a scorer's table that holds the score; further columns are the lines of its ledger."""

_TOLERANCE: Final = 1e-6
"""How far the lines may lie from the score: such values are rounded to six decimals."""
_TOTAL: Final = "lq_total"
_EXPECTED: Final = (
    f"a table with {CONTACT_ID} (texts), {SCORE} (numbers), and a column of numbers for each line of its ledger"
)
_ROW: Final = f"one row a contact: {CONTACT_ID}, and {SCORE}, which is null where the scorer abstains"


def checked(answer: Any, name: str, bounds: tuple[float, float], contacts: Table) -> Table:
    """Return what a scorer answered; raise `LeadqualError` (``bad-scorer``) if it breaks the contract.

    Of an answer for tables that are not in memory only the columns are looked at.

    Parameters
    ----------
    answer : table
        What the scorer answered.
    name : str
        The score.
    bounds : tuple of float
        Its smallest and largest value.
    contacts : Table
        The contacts that it was asked for.
    """
    try:
        table = open_table(answer, f"scorer {name!r}")
    except InputError as error:
        raise _wrong(name, str(error.problems[0].found)) from None
    if (found := _misfit(table, contacts)) is not None:
        raise _wrong(name, found)
    if contacts.lazy:
        return table
    rows = framed(table.frame.to_native().collect().lazy())
    for message, found, expected in _breaches(rows, table, name, bounds, contacts):
        hint = f"declare it: policy.with_scorer({name!r}, my_scorer, range=(0, 100))" if "range" in message else None
        raise LeadqualError(Problem("bad-scorer", message, Place(name), found, expected, hint))
    return replace(table, frame=rows)


def _misfit(table: Table, contacts: Table) -> str | None:
    """Return what is wrong with the columns."""
    lacking = [column for column in (CONTACT_ID, SCORE) if column not in table.schema]
    if lacking:
        return f"columns {', '.join(table.schema)}"
    if table.dialect != contacts.dialect:
        return f"a table of {table.engine}, for contacts of {contacts.engine}"
    if not fits(ValueType.TEXT, table.schema[CONTACT_ID]):
        return f"{table.schema[CONTACT_ID]} in {CONTACT_ID}"
    others = {column: dtype for column, dtype in table.schema.items() if column != CONTACT_ID}
    texts = [column for column, dtype in others.items() if not (dtype.is_numeric() or holds_nothing(dtype))]
    return f"no numbers in {', '.join(texts)}" if texts else None


def _breaches(
    rows: nw.LazyFrame[Any], table: Table, name: str, bounds: tuple[float, float], contacts: Table
) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the rows, each with what was found and what is expected."""
    low, high = bounds
    score = nw.col(SCORE).cast(nw.Float64())
    again = rows.filter(nw.col(CONTACT_ID).is_duplicated())
    if ids := _first(again):
        yield f"the scorer {name!r} has several rows of a contact", ids, _ROW
    if ids := _first(contacts.frame.join(rows, on=CONTACT_ID, how="anti")):
        yield f"the scorer {name!r} has no row of a contact", ids, _ROW
    if ids := _first(rows.filter(~score.is_finite())):
        yield f"the scorer {name!r} gives no finite number", ids, "a finite number, or null"
    value = table.dialect.rounded(score)
    if ids := _first(rows.filter((value < low) | (value > high)), SCORE):
        yield f"the scorer {name!r} left its range", ids, f"values from {low:g} to {high:g}"
    lines = [nw.col(safe(column)).cast(nw.Float64()) for column in table.schema if column not in (CONTACT_ID, SCORE)]
    if lines:
        summed = rows.with_columns(nw.sum_horizontal(*lines).alias(_TOTAL))
        if ids := _first(summed.filter(~((nw.col(_TOTAL) - score).abs() <= _TOLERANCE)), SCORE, _TOTAL):
            yield f"the ledger of the scorer {name!r} does not sum", ids, "lines whose sum is the score"


def _first(rows: nw.LazyFrame[Any], *columns: str) -> str:
    """Return the id of the first row, with some of its values; nothing if there is no row."""
    found = rows.select(CONTACT_ID, *columns).head(1).collect().rows()
    if not found:
        return ""
    contact, *values = found[0]
    told = [f"{column.removeprefix('lq_')} {value:g}" for column, value in zip(columns, values, strict=True)]
    return ", ".join([repr(contact), *told])


def _wrong(name: str, found: str) -> LeadqualError:
    message = f"the scorer {name!r} answered with something else"
    return LeadqualError(Problem("bad-scorer", message, Place(name), found, _EXPECTED))
