"""What the libraries behind the engine do differently: everything else is said once, through narwhals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import narwhals as nw

from leadqual.engines.tables.columns import DTYPES, Frame, Schema, framed, holds_nothing, safe
from leadqual.model.catalogue import Field, ValueType

_EXACT: Final = 2.0**52
"""Beyond it a float holds no halves, so that rounding leaves it as it is."""

VALUE: Final = "value"
"""The field of a value within a row that `Dialect.outermost` found."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one library spells what narwhals leaves to it.

    Parameters
    ----------
    name : {"polars", "duckdb", "pyspark"}
        The library that computes.
    """

    name: str

    @property
    def is_sql(self) -> bool:
        """Whether a query is planned as SQL is."""
        return self.name != "polars"

    @property
    def shuffles(self) -> bool:
        """Whether rows lie on many machines, so that every other way through them costs a shuffle of all of them."""
        return self.name == "pyspark"

    def total(self, value: nw.Expr, chosen: nw.Expr) -> nw.Expr:
        """Return the sum of `value` over the chosen rows of a group, as a float; nothing is 0 or null."""
        # Polars adds only what a filter leaves, which is faster than adding zeros; SQL has no such filter in narwhals.
        kept = value.filter(chosen) if self.name == "polars" else nw.when(chosen).then(value)
        return kept.sum()

    def number(self, chosen: nw.Expr) -> nw.Expr:
        """Return how many rows of a group are chosen, as a float."""
        one = nw.when(chosen).then(nw.lit(1, dtype=nw.Int64()))
        return (chosen.sum() if self.name == "polars" else one.sum()).cast(nw.Float64())

    def largest(self, value: nw.Expr, chosen: nw.Expr) -> nw.Expr:
        """Return the largest value among the chosen rows of a group; null if there is none."""
        return self._kept(value, chosen).max()

    def smallest(self, value: nw.Expr, chosen: nw.Expr) -> nw.Expr:
        """Return the smallest value among the chosen rows of a group; null if there is none."""
        return self._kept(value, chosen).min()

    def _kept(self, value: nw.Expr, chosen: nw.Expr) -> nw.Expr:
        return value.filter(chosen) if self.name == "polars" else nw.when(chosen).then(value)

    def outermost(
        self, keep: Literal["first", "last"], order: Sequence[str], value: nw.Expr, chosen: nw.Expr
    ) -> nw.Expr:
        """Return the chosen row of a group that comes first or last in an order of columns, as a struct.

        Its field `VALUE` holds the value. For a cluster: Polars knows no order of structs, and DuckDB is slow at it.
        """
        row = nw.when(chosen).then(nw.struct(*order, value.alias(VALUE)))
        return row.min() if keep == "first" else row.max()

    def rounded(self, value: nw.Expr) -> nw.Expr:
        """Return a number rounded to six decimals, halves up: ``floor(x * 1e6 + 0.5) / 1e6``."""
        scaled = value * 1e6
        near = (scaled + 0.5).floor() / 1e6
        # Spark's floor is a whole number of 64 bits, and refuses what none of them holds.
        return near if self.name != "pyspark" else nw.when(scaled.abs() < _EXACT).then(near).otherwise(value)

    def coded(self, frame: Frame, column: str, values: Sequence[str]) -> Frame:
        """Return a frame whose column holds one of few texts, others missing; comparing with it is what we do most."""
        if self.name != "polars":
            return frame.with_columns(nw.col(column).cast(nw.String()))
        import polars as pl  # noqa: PLC0415 - an optional dependency

        # narwhals casts strictly only: a kind that nobody knows would be an error in place of a missing value
        codes = pl.col(column).cast(pl.Enum(values), strict=False)
        return framed(frame.to_native().with_columns(codes))

    def micros(self, instant: nw.Expr) -> nw.Expr:
        """Return an instant as UTC microseconds since 1970-01-01T00:00Z."""
        match self.name:
            case "duckdb":
                return instant.dt.total_microseconds()  # narwhals has no other way to DuckDB's epoch_us
            case "pyspark":
                return instant.cast(nw.Int64()) * 1_000_000 + instant.dt.microsecond() % 1_000_000
            case _:
                return instant.dt.timestamp("us")

    def instants(self, frame: Frame, columns: Collection[str]) -> Frame:
        """Return a frame in which columns of UTC microseconds have become instants."""
        if not columns:
            return frame
        # narwhals casts a number to an instant for Polars alone: DuckDB refuses it, and Spark would read seconds.
        match self.name:
            case "duckdb":
                import duckdb  # noqa: PLC0415 - an optional dependency

                made = (
                    duckdb.FunctionExpression("make_timestamptz", duckdb.ColumnExpression(name)).alias(name)
                    if name in columns
                    else duckdb.ColumnExpression(name)
                    for name in frame.collect_schema()
                )
                return framed(frame.to_native().select(*made))
            case "polars":
                return frame.with_columns(nw.col(name).cast(nw.Datetime("us", "UTC")) for name in columns)
            case _:
                from pyspark.sql import functions  # noqa: PLC0415 - an optional dependency

                told = {name: functions.timestamp_micros(name) for name in columns}
                return framed(frame.to_native().withColumns(told))

    def typed(self, column: str, entry: Field, schema: Schema) -> nw.Expr:
        """Return a column as the engine computes with it; missing throughout where the table lacks it.

        Numbers that are no numbers (NaN, infinity) are missing: the checks of tables refuse them.
        """
        dtype = schema.get(column)
        if dtype is None or holds_nothing(dtype):
            return nothing(entry.type)
        read = nw.col(safe(column))
        match entry.type:
            case ValueType.NUMBER:
                number = read.cast(nw.Float64())
                return nw.when(number.is_finite()).then(number) if dtype.is_float() else number
            case ValueType.INSTANT:
                return self.micros(read)
            case ValueType.TEXT if not isinstance(dtype, nw.String):
                return read.cast(nw.String())
            case ValueType.TEXTS if isinstance(dtype, nw.List) and not isinstance(dtype.inner, nw.String):
                return read.cast(DTYPES[entry.type])  # lists that are all empty hold no type, until another row does
            case _:
                return read


def nothing(kind: ValueType) -> nw.Expr:
    """Return a missing value of a type."""
    return nw.lit(None, dtype=DTYPES[kind])


def dialect_of(implementation: Any) -> Dialect:
    """Return the dialect of a narwhals implementation."""
    return Dialect(str(implementation.value))
