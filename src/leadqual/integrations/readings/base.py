"""What comes out of reading a column of cells, and reading each distinct cell once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from leadqual.errors import InputError
from leadqual.frames.types import Type

AT: Final = "at"
CELL: Final = "cell"
PART: Final = "part"
"""What of a cell could not be read, where the rest of it could."""
_REFUSED: Final = {AT: pl.UInt32(), "code": pl.String(), "hint": pl.String()}


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the cells of a column were written.

    Parameters
    ----------
    country : str, optional
        Whose numbers have no country code.
    zone : ZoneInfo, optional
        Where times without a zone were written down.
    day_first : bool, optional
        Whether 03/04 is the third of April.
    decimal : str, optional
        What begins decimals: ``"point"`` or ``"comma"``.
    at : datetime, optional
        The instant of the export.
    """

    country: str | None = None
    zone: ZoneInfo | None = None
    day_first: bool | None = None
    decimal: str | None = None
    at: datetime | None = None


class Cells(NamedTuple):
    """A column that was read.

    Parameters
    ----------
    values : Series
        The values, null where there is none.
    refused : DataFrame
        The cells that could not be read: where, with which code, and a hint.
    """

    values: pl.Series
    refused: pl.DataFrame


def none_refused() -> pl.DataFrame:
    """Return the table of no refused cells."""
    return pl.DataFrame(schema=_REFUSED)


def by_distinct(cells: pl.Series, kind: Type, read: Callable[[str], Any]) -> Cells:
    """Read each distinct cell once.

    Parameters
    ----------
    cells : Series
        Texts, null where the cell is empty.
    kind : polars type
        What the values are.
    read : callable
        From a text to its value; raises `InputError` where there is none, and returns None for nothing.
    """
    distinct = cells.drop_nulls().unique()
    values: list[Any] = []
    wrong: dict[str, tuple[str, str | None]] = {}
    for text in distinct:
        try:
            values.append(read(text))
        except InputError as error:
            values.append(None)
            wrong[text] = (error.code, error.problems[0].hint)
    table = pl.DataFrame([distinct.rename(CELL), pl.Series("value", values, dtype=kind)])
    joined = cells.to_frame(CELL).join(table, on=CELL, how="left", maintain_order="left")
    return Cells(joined["value"].rename(cells.name), refused_of(cells, wrong))


def refused_of(cells: pl.Series, wrong: dict[str, tuple[str, str | None]]) -> pl.DataFrame:
    """Return where the cells stand that are wrong, by their text."""
    if not wrong:
        return none_refused()
    told = pl.DataFrame(
        {CELL: list(wrong), "code": [code for code, _ in wrong.values()], "hint": [hint for _, hint in wrong.values()]},
        schema={CELL: pl.String(), "code": pl.String(), "hint": pl.String()},
    )
    placed = cells.to_frame(CELL).with_row_index(AT).join(told, on=CELL, maintain_order="left")
    return placed.select(AT, "code", "hint")


def together(tables: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the refused cells of several tables."""
    return pl.concat([none_refused(), *tables])
