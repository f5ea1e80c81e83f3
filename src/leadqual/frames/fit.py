"""A table that somebody else wrote, with the names and types that ours have: looked at by its schema alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from leadqual.errors import InputError, Place, Problem, cut
from leadqual.files.columns import CONTACT_ID, check_header
from leadqual.frames.in_python import in_python
from leadqual.frames.types import INSTANT, INTERACTION_ID, Type, spoken

_NAIVE: Final = (
    "naive-datetime",
    "the times have no time zone, so they name no instants",
    "say where they were written down, such as time_zone='Asia/Jakarta'; Spark writes UTC",
)
_IDENTIFIERS: Final = (CONTACT_ID, INTERACTION_ID)


@dataclass(frozen=True)
class Layout:
    """What a table may hold.

    Parameters
    ----------
    types : mapping of str to tuple of Type
        What each column may hold, the best first, in the order of the columns.
    required : tuple of str
        The columns that must be there.
    name_of : callable
        From a header to the one name that it stands for.
    """

    types: Mapping[str, tuple[Type, ...]]
    required: tuple[str, ...]
    name_of: Callable[[str], str]

    def column(self, header: str) -> str | None:
        """Return the column that a header stands for, or None if it is unknown."""
        return self._by_name().get(self.name_of(header))

    def check(self, source: str, headers: list[str], *, ignore_unknown: bool) -> None:
        """Raise `InputError` for headers that are unknown, given twice or missing."""
        needed = {self.name_of(column): column for column in self.required}
        check_header(source, headers, self._by_name(), needed, self.name_of, ignore_unknown=ignore_unknown)

    def _by_name(self) -> dict[str, str]:
        return {self.name_of(column): column for column in self.types}


@dataclass(frozen=True)
class _Misfit(Exception):
    code: str
    message: str
    hint: str
    have: Type
    want: Type
    path: str = ""


def fitted(
    frame: pl.LazyFrame, layout: Layout, source: str, *, zone: str | None = None, ignore_unknown: bool = False
) -> pl.LazyFrame:
    """Return a table with our names and types, nothing of it read; raise `InputError` with all columns that do not fit.

    Whole numbers in a column of decimals stay decimals: whether all are whole only the values can tell.

    Parameters
    ----------
    frame : LazyFrame
        The table.
    layout : Layout
        What it may hold.
    source : str
        What errors call it.
    zone : str, optional
        Where times without a zone were written down.
    ignore_unknown : bool, default False
        Leave out columns that nobody declared.
    """
    problems: list[Problem] = []
    found = [
        leaf for name, kind in frame.collect_schema().items() for leaf in _leaves(name, kind, pl.col(name), layout)
    ]
    try:
        layout.check(source, [header for header, _, _ in found], ignore_unknown=ignore_unknown)
    except InputError as error:
        problems += [in_python(problem.at(line=None)) for problem in error.problems]
    columns: dict[str, pl.Expr] = {}
    for header, cells, have in found:
        name = layout.column(header)
        if name is None:
            continue
        try:
            columns[name] = _fitted(name, cells, have, layout.types[name], zone).alias(name)
        except _Misfit as misfit:
            place, held = Place(source, path=f"{header}{misfit.path}"), cut(str(misfit.have))
            problems.append(Problem(misfit.code, misfit.message, place, held, spoken(misfit.want), misfit.hint))
    if problems:
        raise InputError(problems)
    return frame.select(columns[name] for name in layout.types if name in columns)


def whole(frame: pl.DataFrame, layout: Layout, source: str) -> pl.DataFrame:
    """Return a table whose decimals are whole numbers where they have to be; raise `InputError` if one is not."""
    columns, problems = [], []
    for name, kind in frame.schema.items():
        if kind != pl.Float64 or pl.Float64() in layout.types[name] or pl.Int64() not in layout.types[name]:
            continue
        wrong = frame.with_row_index("row").filter(pl.col(name) != pl.col(name).cast(pl.Int64, strict=False))
        wrong = wrong if wrong.height else frame.with_row_index("row").filter(~pl.col(name).is_finite())
        if wrong.height:
            rows = ", ".join(
                f"{value} in row {row + 1}" for row, value in wrong.select("row", name).head(3).iter_rows()
            )
            message, place = f"{wrong.height:,} values are no whole numbers", Place(source, path=name)
            problems.append(Problem("bad-number", message, place, rows, "whole numbers", "leave out the decimals"))
        columns.append(pl.col(name).cast(pl.Int64, strict=False))
    if problems:
        raise InputError(problems)
    return frame.with_columns(columns)


def naive(place: Place, have: Type) -> Problem:
    """Return the problem of a column of times without a zone."""
    code, message, hint = _NAIVE
    return Problem(code, message, place, cut(str(have)), spoken(INSTANT), hint)


def _leaves(header: str, kind: Type, cells: pl.Expr, layout: Layout) -> Iterator[tuple[str, pl.Expr, Type]]:
    """Yield a column, or those that a group of columns such as ``company`` is made of."""
    if isinstance(kind, pl.Struct) and layout.column(header) is None:
        for part in kind.fields:
            yield from _leaves(f"{header}.{part.name}", part.dtype, cells.struct.field(part.name), layout)
    else:
        yield header, cells, kind


def _fitted(name: str, cells: pl.Expr, have: Type, wanted: tuple[Type, ...], zone: str | None) -> pl.Expr:
    if name in _IDENTIFIERS and have.is_integer():
        return cells.cast(pl.String)
    misfit: _Misfit | None = None
    for want in wanted:
        try:
            return _cast(cells, have, want, zone)
        except _Misfit as found:
            misfit = misfit or found
    raise misfit or AssertionError("every column has a type")


def _cast(cells: pl.Expr, have: Type, want: Type, zone: str | None) -> pl.Expr:
    if have == want:
        return cells
    if have == pl.Null or (want == pl.String and isinstance(have, pl.Categorical | pl.Enum)):
        return cells.cast(want)
    if have.is_numeric() and want.is_numeric():
        return cells.cast(pl.Float64 if want == pl.Int64 and not have.is_integer() else want)
    if want == INSTANT and have.is_temporal() and have != pl.Time and not isinstance(have, pl.Duration):
        return _instant(cells, have, zone)
    if isinstance(want, pl.List) and isinstance(have, pl.List | pl.Array):
        lists = cells.arr.to_list() if isinstance(have, pl.Array) else cells
        return lists.list.eval(_cast(pl.element(), have.inner, want.inner, zone))
    if isinstance(want, pl.Struct) and isinstance(have, pl.Struct):
        return _struct(cells, have, want, zone)
    hint = "write the column again with this type"
    if want == INSTANT and have == pl.String:
        hint = "write times, not texts: pl.col(...).str.to_datetime(time_zone='UTC')"
    raise _Misfit("wrong-type", "the column holds something else", hint, have, want)


def _instant(cells: pl.Expr, have: Type, zone: str | None) -> pl.Expr:
    if isinstance(have, pl.Datetime) and have.time_zone is not None:
        return cells.dt.convert_time_zone("UTC").cast(INSTANT)
    if zone is None:
        raise _Misfit(*_NAIVE, have, INSTANT)
    return cells.cast(pl.Datetime("us")).dt.replace_time_zone(zone).dt.convert_time_zone("UTC")


def _struct(cells: pl.Expr, have: pl.Struct, want: pl.Struct, zone: str | None) -> pl.Expr:
    given = {part.name: part.dtype for part in have.fields}
    wanted = {part.name: part.dtype for part in want.fields}
    if unknown := ", ".join(sorted(set(given) - set(wanted))):
        raise _Misfit("unknown-field", f"there is no field {unknown} in it", "leave it out", have, want)
    parts = []
    for name, kind in wanted.items():
        try:
            part = _cast(cells.struct.field(name), given[name], kind, zone) if name in given else pl.lit(None, kind)
        except _Misfit as misfit:
            raise replace(misfit, path=f".{name}{misfit.path}") from None
        parts.append(part.alias(name))
    return pl.when(cells.is_not_null()).then(pl.struct(parts))
