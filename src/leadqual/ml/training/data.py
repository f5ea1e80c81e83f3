"""Rows to learn from: what was known of each contact at a cutoff, and whether the outcome came after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF
from leadqual.analysis.past import Past
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.frames.types import INSTANT
from leadqual.lifecycle.policy import Policy
from leadqual.ml.training.text import data_html, data_text
from leadqual.ml.training.wide import wide
from leadqual.model.catalogue import ValueType
from leadqual.model.time import Duration, aware

TYPES: Final[Mapping[ValueType, pl.DataType]] = {
    ValueType.NUMBER: pl.Float64(),
    ValueType.BOOLEAN: pl.Boolean(),
    ValueType.TEXT: pl.String(),
}
"""How the rows hold features."""


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Rows to learn from: one for each contact at each cutoff.

    `X` and `y` go into any estimator of scikit-learn; `before` and `at` divide the rows by time.

    Parameters
    ----------
    policy : Policy
        Whose names the features use.
    outcome : str
        What was looked for.
    horizon : Duration or None
        How long after the cutoff it could come; None in a table without interactions.
    until : datetime or None
        Up to when the data tell what happened.
    features : mapping of str to ValueType
        The expressions with what they yield, in the order of the columns.
    rows : DataFrame
        ``contact_id``, ``cutoff`` (null where no time is known), ``outcome_at``, ``converted``, and a column a
        feature, null where it is missing.
    counts : DataFrame
        Of each cutoff: ``contacts``, of whom ``not_yet`` had appeared and ``before`` had had the outcome already; the
        ``judged`` rest, how many of them ``converted``, and the ``rate``. Of a table without interactions one row.
    left_out : mapping of str to str
        Cutoffs and features that are left out, each with the reason.
    timed : bool
        Whether the features are those of before the outcome. False for a table without interactions.
    library : str
        Of which `X` is a table: that in which the contacts came, or polars.
    past : Past or None
        The two tables behind the rows.
    """

    policy: Policy
    outcome: str
    horizon: Duration | None
    until: datetime | None
    features: Mapping[str, ValueType]
    rows: pl.DataFrame = field(repr=False)
    counts: pl.DataFrame = field(repr=False)
    left_out: Mapping[str, str]
    timed: bool
    library: str
    past: Past | None = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def X(self) -> Any:  # noqa: N802 - what scikit-learn calls it
        """The features: a table of shape (rows, features); numbers and conditions as floats (1 and 0), texts."""
        return wide(self.rows, self.features, self.library)

    @property
    def y(self) -> npt.NDArray[np.int8]:
        """Whether the outcome came, 1 or 0; shape (rows,)."""
        return self.rows[CONVERTED].cast(pl.Int8).to_numpy()

    @property
    def groups(self) -> npt.NDArray[Any]:
        """The contacts, for splits that keep all rows of a contact together; shape (rows,)."""
        return self.rows[CONTACT_ID].to_numpy()

    @property
    def times(self) -> npt.NDArray[np.datetime64]:
        """The cutoffs in UTC, in microseconds, NaT where no time is known; shape (rows,)."""
        return self.rows[CUTOFF].dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")

    @property
    def cutoffs(self) -> tuple[datetime, ...]:
        """The cutoffs in their order."""
        return tuple(self.rows[CUTOFF].drop_nulls().unique().sort())

    @property
    def conversions(self) -> int:
        """How many rows converted."""
        return int(self.rows[CONVERTED].sum())

    def before(self, time: datetime, *, overlap: bool = False) -> TrainingSet:
        """Return the rows of which all was known at an instant: their cutoff and their horizon lie before it.

        Parameters
        ----------
        time : datetime
            With its time zone.
        overlap : bool, default False
            Whether to take rows too whose horizon was not over. A model that learns from them has looked at what came
            after `time`, and a test on rows from `time` on flatters it.

        Raises
        ------
        InputError
            If no row is left (code ``no-rows``).
        """
        end = aware(time, "time")
        length = timedelta(0) if overlap or self.horizon is None else timedelta(microseconds=self.horizon.micros)
        ended = pl.col(CUTOFF) + length
        kept = ended < end if length == timedelta(0) else ended <= end
        return self._of(kept, "time", f"before {end:%Y-%m-%d %H:%M}", self._too_early(end, length))

    def at(self, time: datetime) -> TrainingSet:
        """Return the rows of one cutoff; raise `InputError` if there are none (code ``no-rows``).

        Parameters
        ----------
        time : datetime
            A cutoff, with its time zone.
        """
        end = aware(time, "time")
        last = ", ".join(f"{one:%Y-%m-%d %H:%M}" for one in self.cutoffs[-5:])
        known = f"the last cutoffs are {last}" if last else "no time is known"
        return self._of(pl.col(CUTOFF) == end, "time", f"at {end:%Y-%m-%d %H:%M}", known)

    def since(self, time: datetime) -> TrainingSet:
        """Return the rows from an instant on; raise `InputError` if there are none (code ``no-rows``).

        Parameters
        ----------
        time : datetime
            The first cutoff to keep, with its time zone.
        """
        end = aware(time, "time")
        known = f"the last cutoff is {self.cutoffs[-1]:%Y-%m-%d %H:%M}" if self.cutoffs else "no time is known"
        return self._of(pl.col(CUTOFF) >= end, "time", f"since {end:%Y-%m-%d %H:%M}", known)

    def where(self, condition: pl.Expr) -> TrainingSet:
        """Return some rows, by an expression of Polars over `rows`.

        Parameters
        ----------
        condition : polars.Expr
            What has to be true of a row.

        Raises
        ------
        InputError
            If no row is left (code ``no-rows``), or the expression says nothing of these rows.
        """
        try:
            return self._of(condition, "condition", str(condition), "there are no such rows")
        except (pl.exceptions.PolarsError, TypeError) as error:
            message, found = f"this says nothing of the rows: {error}", shown(condition)
            expected = "a condition of Polars on the columns of rows"
            raise InputError(Problem("bad-argument", message, Place("condition"), found, expected)) from error

    def split(self, n_splits: int = 5) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
        """Yield pairs of places, earlier rows to train and later ones to test, as ``cv=`` of scikit-learn takes them.

        The rows of a cutoff stay together, and a training row is used only if its horizon was over at the first
        cutoff of the test rows.

        Parameters
        ----------
        n_splits : int, default 5
            How many pairs at most; fewer where there are fewer cutoffs.

        Raises
        ------
        InputError
            If no cutoff leaves earlier rows to train on (code ``no-rows``).
        """
        if isinstance(n_splits, bool) or not isinstance(n_splits, int) or n_splits < 1:
            message, expected = "this is no number of pairs", "a whole number, at least 1"
            raise InputError(Problem("bad-argument", message, Place("n_splits"), shown(n_splits), expected))
        length = np.timedelta64(0 if self.horizon is None else self.horizon.micros, "us")
        times, cutoffs, found = self.times, np.unique(self.times[~np.isnat(self.times)]), False
        tests = np.array_split(cutoffs, n_splits + 1)[1:] if len(cutoffs) > n_splits else [[one] for one in cutoffs[1:]]
        for test in tests:
            train = (times + length <= test[0]) & (times < test[0])
            if train.any():
                found = True
                yield np.flatnonzero(train), np.flatnonzero(np.isin(times, test))
        if not found:
            hint = "take more cutoffs, further apart than the horizon"
            message = "no cutoff leaves earlier rows whose horizon was over"
            raise InputError(Problem("no-rows", message, Place("n_splits"), f"{len(cutoffs)} cutoffs", hint=hint))

    def emptied(self) -> TrainingSet:
        """Return the description of the set, without its rows and tables."""
        return replace(self, rows=self.rows.clear(), past=None)

    def explain(self) -> str:
        """Return what the rows are, for people."""
        return data_text(self)

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return data_html(self)

    def _too_early(self, end: datetime, length: timedelta) -> str:
        if not self.cutoffs:
            return "no time is known"
        first = self.cutoffs[0] + length
        if first > end and self.cutoffs[0] < end:
            said = f"the horizon of the first cutoff is over on {first:%Y-%m-%d %H:%M}"
            return f"{said}: take an earlier cutoff, or a later time (overlap=True looks into the future)"
        return f"the first cutoff is {self.cutoffs[0]:%Y-%m-%d %H:%M}"

    def _of(self, kept: pl.Expr, source: str, what: str, hint: str) -> TrainingSet:
        rows = self.rows.filter(kept)
        if rows.is_empty():
            raise InputError(Problem("no-rows", f"no rows are left {what}", Place(source), what, hint=hint))
        counts, end = self._recounted(rows), rows[CUTOFF].max()
        if not isinstance(end, datetime) or self.horizon is None:
            return replace(self, rows=rows, counts=counts)
        until = pl.select(pl.lit(end, INSTANT) + pl.duration(microseconds=self.horizon.micros)).item()
        return replace(self, rows=rows, counts=counts, until=min(until, self.until or until))

    def _recounted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the counts for some of the rows."""
        judged = rows.select(CUTOFF if self.timed else pl.lit(None, INSTANT).alias(CUTOFF), CONVERTED).group_by(CUTOFF)
        found = judged.agg(pl.len().cast(pl.Int64).alias("judged"), pl.col(CONVERTED).sum().cast(pl.Int64))
        found = found.with_columns((pl.col(CONVERTED) / pl.col("judged")).alias("rate"))
        kept = self.counts.drop("judged", CONVERTED, "rate")
        return kept.join(found, on=CUTOFF, how="inner", nulls_equal=True, maintain_order="left")
