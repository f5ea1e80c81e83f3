"""Looking up many numbers at once, in columns of whatever library."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
import numpy as np
import polars as pl

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.registries.about import Copy
from leadqual.outreach.registries.layouts import Numbers, Truths
from leadqual.outreach.registries.numbering import MOST_DIGITS, Numbering, not_international

_E164: Final = r"^\+[1-9][0-9]{6,14}$"
_SHOWN: Final = 50


def answers(copy: Copy, numbers: Any) -> pl.Series:
    """Return for each number whether the copy holds it: null where it does not cover it, or nothing is given."""
    column = _column(numbers)
    known, given = _national(column, copy.origin.numbering)
    given &= copy.coverage.hold(known)
    found = pl.Series("registered", copy.blocks.have(known))
    return found if given.all() else pl.select(registered=pl.when(pl.Series(given)).then(found)).to_series()


def _column(numbers: Any) -> pl.Series:
    if isinstance(numbers, pl.Series):
        return numbers
    if isinstance(numbers, np.ndarray) and numbers.dtype != np.object_:
        return pl.Series(numbers)
    try:
        if isinstance(numbers, list | tuple | np.ndarray):
            return pl.Series("numbers", list(numbers))
        column: pl.Series = nw.from_native(numbers, series_only=True).to_polars()
        return column
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise _wrong_type(str(error).splitlines()[0]) from None


def _national(column: pl.Series, numbering: Numbering) -> tuple[Numbers, Truths]:
    """Return the national numbers, 0 where there is none of this country, and where there is one."""
    if column.dtype == pl.String:
        known = _of_texts(column, numbering)
    elif column.dtype.is_integer():
        known = _of_integers(column, numbering)
    elif column.dtype == pl.Null:
        known = column.cast(pl.Int64)
    else:
        raise _wrong_type(f"a column of {column.dtype}")
    return known.fill_null(0).to_numpy().astype(np.int64, copy=False), known.is_not_null().to_numpy().copy()


def _of_texts(column: pl.Series, numbering: Numbering) -> pl.Series:
    bad = ~column.str.contains(_E164)
    if bad.any():
        _refuse(column, bad, str(not_international("").problems[0].message))
    digits = column.str.slice(len(numbering.prefix))
    ours = column.str.starts_with(numbering.prefix) & ~digits.str.starts_with("0")
    ours &= digits.str.len_bytes().is_between(numbering.fewest_digits, MOST_DIGITS)
    return pl.select(pl.when(ours).then(digits)).to_series().cast(pl.Int64)


def _of_integers(column: pl.Series, numbering: Numbering) -> pl.Series:
    least = numbering.smallest if numbering.has_area_codes else 1
    bad = ~column.is_between(least, 10**MOST_DIGITS - 1)
    if bad.any():
        _refuse(column, bad, f"this is no national number of {numbering.country}")
    return column.cast(pl.Int64)


def _refuse(column: pl.Series, bad: pl.Series, message: str) -> None:
    rows = bad.arg_true().to_list()
    problems = [
        Problem("bad-phone", message, Place("numbers", path=f"[{row}]"), shown(column[row]), "such as '+12125550123'")
        for row in rows[:_SHOWN]
    ]
    if len(rows) > _SHOWN:
        problems = [Problem("bad-phone", f"{len(rows):,} numbers cannot be read; the first follow"), *problems[:-1]]
    raise InputError(problems)


def _wrong_type(found: str) -> InputError:
    expected = "E.164 texts, or whole numbers of the country"
    return InputError(Problem("wrong-type", "these are no telephone numbers", Place("numbers"), found, expected))
