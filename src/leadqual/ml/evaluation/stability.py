"""Whether the contacts of now are like those that a model learned from, feature by feature."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.stats import chi2

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.ml.evaluation.measures import Array
from leadqual.model.catalogue import ValueType

BINS: Final = 10
MISSING: Final = "missing"
OTHER: Final = "other"
SHIFTED: Final = 0.1
MOVED: Final = 0.25
"""The usual marks of the population stability index: below 0.1 nothing to tell, from 0.25 on another population."""
SCHEMA: Final = {
    "feature": pl.String(),
    "bin": pl.String(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "value": pl.String(),
    "share": pl.Float64(),
    "rows": pl.Int64(),
}
LEAST: Final = 1e-4
_TEXTS: Final = 20
_SURE: Final = 0.99


def psi(expected: ArrayLike, found: ArrayLike, least: float = LEAST) -> float:
    """Return the population stability index of two lists of shares; a share below the least counts as that.

    Examples
    --------
    >>> psi([0.5, 0.5], [0.5, 0.5]), round(psi([0.5, 0.5], [0.9, 0.1]), 4)
    (0.0, 0.8789)
    """
    before = np.maximum(np.asarray(expected, dtype=float), least)
    now = np.maximum(np.asarray(found, dtype=float), least)
    return float(((now - before) * np.log(now / before)).sum())


def reference_of(rows: pl.DataFrame, features: Mapping[str, ValueType]) -> pl.DataFrame:
    """Return how the values of each feature are spread, as a plain table to compare later rows with.

    Parameters
    ----------
    rows : DataFrame
        With a column a feature.
    features : mapping of str to ValueType
        The features.

    Returns
    -------
    DataFrame
        ``feature``, ``bin``, ``share``, of how many ``rows``, and what belongs to the bin: of a number those from
        ``low`` to below ``high`` (ten bins of about as many rows), of a text or a condition its ``value`` (the twenty
        most frequent). ``other`` and ``missing`` are bins too.

    Examples
    --------
    >>> rows = pl.DataFrame({"contact.country": ["ID", "ID", "SG", None]})
    >>> reference_of(rows, {"contact.country": ValueType.TEXT}).select("bin", "share").rows()
    [('ID', 0.5), ('SG', 0.25), ('other', 0.0), ('missing', 0.25)]
    """
    made: list[dict[str, Any]] = []
    for name, kind in features.items():
        bins = _of_numbers(rows[name]) if kind is ValueType.NUMBER else _of_values(rows[name])
        made += [
            {"feature": name, "low": None, "high": None, "value": None, "share": 0.0, "rows": len(rows), **one}
            for one in bins
        ]
    table = pl.DataFrame(made, schema=SCHEMA)
    return table.with_columns(pl.Series("share", found_in(table, rows), dtype=pl.Float64))


def _of_numbers(values: pl.Series) -> list[dict[str, Any]]:
    known = values.drop_nulls().to_numpy()
    bounds = [None, *map(float, _edges(known)), None]
    bins = [{"bin": _limits(low, high), "low": low, "high": high} for low, high in pairwise(bounds)]
    return [*bins, {"bin": MISSING}]


def _edges(known: Array) -> Array:
    """Return where bins begin; a value that a tenth of the rows have has a bin of its own, such as nothing done yet."""
    distinct, counts = np.unique(known, return_counts=True)
    frequent = np.flatnonzero(counts[:-1] * BINS >= len(known))
    deciles = np.quantile(known, np.arange(1, BINS) / BINS, method="higher") if len(known) else distinct
    return np.setdiff1d(np.union1d(deciles, distinct[frequent + 1]), distinct[:1])


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return "all" if high is None else f"below {high:.6g}"
    return f"{low:.6g} and more" if high is None else f"{low:.6g} to below {high:.6g}"


def _of_values(values: pl.Series) -> list[dict[str, Any]]:
    known = values.drop_nulls().cast(pl.String).alias("value").to_frame()
    often = known.group_by("value").len().sort(-pl.col("len").cast(pl.Int64), "value").head(_TEXTS)["value"]
    return [*({"bin": one, "value": one} for one in often), {"bin": OTHER}, {"bin": MISSING}]


def found_in(reference: pl.DataFrame, rows: pl.DataFrame) -> list[float]:
    """Return the share of the rows in each bin of a reference."""
    found: list[float] = []
    for (name,), bins in reference.group_by("feature", maintain_order=True):
        values = rows[str(name)]
        counts = _counted(values, bins)
        found += [count / max(1, len(values)) for count in counts]
    return found


def _counted(values: pl.Series, bins: pl.DataFrame) -> Array:
    last = len(bins) - 1  # what is missing
    if bins["value"].null_count() == len(bins) and OTHER not in bins["bin"]:
        edges = bins["low"].drop_nulls().to_numpy()
        place = np.searchsorted(edges, values.cast(pl.Float64).fill_null(0.0).to_numpy(), side="right")
    else:
        known = {value: number for number, value in enumerate(bins["value"]) if value is not None}
        texts = values.cast(pl.String)
        place = np.array([known.get(text, last - 1) for text in texts], dtype=int)
    place = np.where(values.is_null().to_numpy(), last, place)
    return np.bincount(place, minlength=len(bins))


def stability_table(
    reference: pl.DataFrame, rows: pl.DataFrame, *, contacts: int | None = None, confidence: float = _SURE
) -> pl.DataFrame:
    """Return how far each feature has moved from a reference.

    Parameters
    ----------
    reference : DataFrame
        As `reference_of` makes it.
    rows : DataFrame
        With a column for each feature that the reference has.
    contacts : int, optional
        How many of the rows are independent of one another; all unless given.
    confidence : float, default 0.99
        How often chance alone stays below `by_chance`.

    Returns
    -------
    DataFrame
        Of each feature: ``psi``; ``expected``, what chance alone makes of it on average, and ``by_chance``, what it is
        below in 99 of 100 samples of so many contacts if nothing has moved (Yurdakul and Naranjo 2020); ``verdict``:
        *stable*, *shifted* from 0.1 on, *moved* from 0.25 on, and stable where chance explains it; the shares that are
        missing (``missing_before``, ``missing``); and ``other``, the share of texts that were rare or never seen.

    Raises
    ------
    InputError
        If the reference is no such table (code ``bad-reference``).
    """
    features = check_reference(reference, rows)
    table = reference.with_columns(pl.Series("found", found_in(reference, rows), dtype=pl.Float64))
    made = []
    for (name,), bins in table.group_by("feature", maintain_order=True):
        # Half a row is the least that a bin may hold: the logarithm of nothing would say more than a few rows can.
        index = psi(bins["share"], bins["found"], max(LEAST, 0.5 / max(1, len(rows))))
        apart = 1 / max(1, len(rows) if contacts is None else contacts) + 1 / max(1, bins["rows"][0])
        free = max(1, len(bins) - 1)
        chance = float(chi2.ppf(confidence, free) * apart)
        before, now = bins.filter(pl.col("bin") == MISSING).select("share", "found").row(0)
        other = bins.filter((pl.col("bin") == OTHER) & pl.col("value").is_null())["found"].to_list()
        verdict = "stable" if index < max(SHIFTED, chance) else "shifted" if index < MOVED else "moved"
        made.append((name, index, free * apart, chance, verdict, before, now, other[0] if other else None))
    columns = ("feature", "psi", "expected", "by_chance", "verdict", "missing_before", "missing", "other")
    found = pl.DataFrame(made, schema=columns, orient="row", schema_overrides={"other": pl.Float64})
    return found.sort("psi", descending=True, maintain_order=True) if features else found


def check_reference(reference: Any, rows: pl.DataFrame) -> list[str]:
    """Return the features of a reference; raise `InputError` if it is none, or the rows lack one of them."""
    place = Place("reference")
    if not isinstance(reference, pl.DataFrame) or not set(SCHEMA) <= set(reference.columns):
        expected, hint = f"a table of {', '.join(SCHEMA)}", "that of a fitted model: model.reference_"
        raise InputError(Problem("bad-reference", "this is no reference", place, shown(reference), expected, hint))
    features = [str(name) for name in reference["feature"].unique(maintain_order=True)]
    if absent := [name for name in features if name not in rows.columns]:
        message, hint = "the rows lack features of the reference", "make the training set with the model's features"
        raise InputError(Problem("bad-reference", message, place, ", ".join(absent), hint=hint))
    return features
