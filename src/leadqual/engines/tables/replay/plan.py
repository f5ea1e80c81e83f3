"""Columns over points, made of the answers of the history: a query that is put together once and run often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import local
from typing import Any, Final

import narwhals as nw
import polars as pl
from polars.io.plugins import register_io_source

from leadqual.engines.tables.columns import Frame, framed
from leadqual.engines.tables.scores import Step

POINT: Final = "lq_point"
"""The column that every source has: without one, a query of constants would not know how many rows there are."""

Source = Callable[[str], pl.Series]
"""From the name of a column to its values."""


class Plan:
    """Outputs that are computed from columns which a source has.

    Putting a query of hundreds of expressions together takes longer than running it on a few thousand points, and
    reviews are looked for in many small runs.

    Parameters
    ----------
    schema : mapping of str to DataType
        The columns that a source may be asked for; only those are that an output needs.
    steps : sequence of dict
        Columns made of these and of those of the steps before.
    outputs : mapping of str to nw.Expr
        What comes out.

    Notes
    -----
    Threads may run one plan at the same time: each has a query of its own, which reads from a source of its own.
    """

    def __init__(self, schema: Mapping[str, Any], steps: Iterable[Step], outputs: Mapping[str, nw.Expr]) -> None:
        self._schema = {**schema, POINT: pl.Boolean()}
        self._steps, self._outputs = list(steps), dict(outputs)
        self._of_thread = local()

    def run(self, rows: int, source: Source) -> pl.DataFrame:
        """Return the outputs for as many points as the columns of a source have."""
        if not hasattr(self._of_thread, "query"):
            self._of_thread.points = _Points(tuple(self._schema))
            self._of_thread.query = self._query(self._of_thread.points)
        points: _Points = self._of_thread.points
        query: pl.LazyFrame = self._of_thread.query
        points.rows, points.source = rows, source
        try:
            return query.collect().drop(POINT)
        finally:
            # The query holds its points where Python cannot see it, so what the source holds might never be freed.
            points.source = None

    def _query(self, points: _Points) -> pl.LazyFrame:
        frame: Frame = framed(register_io_source(points.read, schema=self._schema))
        for step in self._steps:
            if step:
                frame = frame.with_columns(value.alias(name) for name, value in step.items())
        made = frame.select(nw.col(POINT), *(value.alias(name) for name, value in self._outputs.items()))
        native: pl.LazyFrame = made.to_native()
        return native


@dataclass(slots=True)
class _Points:
    """What a query reads: the columns that it asks for, of the source that is put in for a run."""

    columns: tuple[str, ...]
    rows: int = 0
    source: Source | None = None

    def read(
        self, columns: Sequence[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        assert self.source is not None
        names = self.columns if columns is None else columns
        point = pl.repeat(value=True, n=self.rows, eager=True)
        yield pl.DataFrame({name: point if name == POINT else self.source(name) for name in names})


def typed(leaves: Iterable[str], sample: Source) -> dict[str, Any]:
    """Return what each column of a source holds, as a source without rows shows it."""
    return {name: sample(name).dtype for name in leaves}
