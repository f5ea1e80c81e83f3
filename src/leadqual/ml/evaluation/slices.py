"""Groups of contacts, each judged by itself: a scorer that serves one of them badly is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.conditions.check import check_value
from leadqual.conditions.handles import Handle, as_condition
from leadqual.conditions.nodes import Node
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.ml.evaluation.answers import Answer, Asked, columns_of
from leadqual.ml.evaluation.bootstrap import spread
from leadqual.ml.evaluation.judged import Grouped
from leadqual.ml.evaluation.measures import Array, calibration_error, quantile_bins
from leadqual.ml.evaluation.tables import mean_of, rates_of
from leadqual.ml.training.data import TrainingSet
from leadqual.scoring.features import FEATURE_TYPES

FEW: Final = 10
"""A group with fewer that converted, or fewer that did not, says too little to be judged."""
MISSING: Final = "missing"
_PARTS: Final = 4


def asked_slices(data: TrainingSet, given: Any) -> dict[str, Node]:
    """Return the fields by whose values the rows are divided; raise `InputError` with every problem of them."""
    several = [given] if isinstance(given, str | Handle) else given
    if not isinstance(several, Iterable):
        expected = "expressions such as ['contact.country', 'contact.source']"
        raise InputError(Problem("wrong-type", "these are no slices", Place("slices"), shown(given), expected))
    named = dict(several) if isinstance(several, Mapping) else {str(one): one for one in several}
    found, problems = {}, []
    for name, one in named.items():
        try:
            found[str(name)] = _groupable(as_condition(one), data)
        except LeadqualError as error:
            problems += [problem.at(source="slices", path=str(name)) for problem in error.problems]
    if problems:
        raise InputError(problems)
    return found


def _groupable(node: Node, data: TrainingSet) -> Node:
    if str(node) in data.features:
        return node
    entry, problems = check_value(node, data.policy.catalogue, single_currency=data.policy.currency is not None)
    if problems or entry is None:
        raise InputError(problems)
    if entry.type not in FEATURE_TYPES:
        message, expected = f"a {entry.type} makes no groups", "a text, a number or a condition"
        raise InputError(Problem("bad-slice", message, found=str(node), expected=expected))
    return node


@dataclass(frozen=True, eq=False)
class Slices:
    """The rows divided by the values of one field.

    Parameters
    ----------
    field : str
        What it is called.
    labels : tuple of str
        The values: the largest group first, of numbers in their order; what is missing comes last.
    place : array of int of shape (n,)
        The group of each row.
    """

    field: str
    labels: tuple[str, ...]
    place: Array


def divided_by(field: str, values: pl.Series) -> Slices:
    """Return the groups of rows by the values of a field; numbers are put into four groups of about as many rows.

    Examples
    --------
    >>> slices = divided_by("country", pl.Series(["ID", None, "SG", "ID"]))
    >>> slices.labels, slices.place.tolist()
    (('ID', 'SG', 'missing'), [0, 2, 1, 0])
    """
    labels, in_order = _labels(values), values.dtype.is_numeric()
    table = pl.DataFrame({"label": labels, "value": values.cast(pl.Float64) if in_order else labels})
    sizes = table.group_by("label").agg(pl.len(), pl.col("value").min())
    rank = [pl.col("value")] if in_order else [-pl.col("len").cast(pl.Int64), pl.col("label")]
    ranked = sizes.sort(pl.col("label").is_null(), *rank)["label"]
    place = {label: number for number, label in enumerate(ranked)}
    names = tuple(MISSING if label is None else label for label in ranked)
    return Slices(field, names, np.array([place[label] for label in labels], dtype=int))


def _labels(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Boolean:
        return values.replace_strict({True: "true", False: "false"}, default=None, return_dtype=pl.String)
    if not values.dtype.is_numeric():
        return values.cast(pl.String)
    known = values.drop_nulls().to_numpy().astype(float)
    if len(np.unique(known)) <= _PARTS:
        names = [f"{one:.6g}" for one in known]
    else:
        bins = quantile_bins(known, _PARTS)
        ends = {number: (known[bins == number].min(), known[bins == number].max()) for number in np.unique(bins)}
        names = [f"{ends[number][0]:.4g} to {ends[number][1]:.4g}" for number in bins]
    labels = np.full(len(values), None, dtype=object)
    labels[values.is_not_null().to_numpy()] = names
    return pl.Series(labels.tolist(), dtype=pl.String)


@dataclass(frozen=True)
class Doubt:
    """A difference that a group of contacts shows, with what is needed to test it.

    Parameters
    ----------
    scorer, field, label : str
        Of which scorer, and which group.
    kind : {"gap", "auc"}
        The mean probability less the rate; or the area under the ROC curve less that of the field's groups together.
    value, error : float
        The difference, and its standard error.
    beyond, beyond_error : float
        The gap less that of all rows, and its standard error; the same as `value` for an area.
    """

    scorer: str
    field: str
    label: str
    kind: str
    value: float
    error: float
    beyond: float
    beyond_error: float


def slice_table(asked: Asked, answers: Sequence[Answer], slices: Sequence[Slices]) -> tuple[pl.DataFrame, list[Doubt]]:
    """Return the figures of each scorer in each group, and the differences that have to be tested."""
    made, doubts = [], []
    for field in slices:
        rates = rates_of(asked, field.place)
        small = np.minimum(rates["conversions"], rates["rows"] - rates["conversions"]) < FEW
        for answer in answers:
            one = _sliced(asked, answer, field)
            figures: dict[str, Any] = {"scorer": answer.name, "field": field.field, "value": np.array(field.labels)}
            figures["mean_prediction"] = mean_of(answer.judged, field.place)
            for name in ("gap", "auc", "brier"):
                figures |= one.with_bounds(f"{name}_at", name)
            figures["ece"] = _errors(asked, answer, field)
            table = columns_of(figures, len(field.labels)).hstack(rates).with_columns(pl.Series("small", small))
            first = ["scorer", "field", "value", *rates.columns, "small"]
            made.append(table.select(*first, pl.exclude(first)))
            doubts += _doubts(answer, one, field, small.to_numpy() if isinstance(small, pl.Series) else small)
    return (pl.concat(made) if made else pl.DataFrame()), doubts


def _sliced(asked: Asked, answer: Answer, field: Slices) -> Answer:
    figures = Grouped(answer.judged, asked.converted, field.place)
    return Answer(answer.judged, figures(asked.every), asked.sampled(figures), asked.confidence)


def _errors(asked: Asked, answer: Answer, field: Slices) -> Array:
    judged = answer.judged
    if not judged.probable:
        return np.full(len(field.labels), np.nan)
    kept = [judged.told & (field.place == number) for number in range(len(field.labels))]
    found = [calibration_error(asked.converted[rows], judged.score[rows]) for rows in kept]
    return np.array([np.nan if one is None else one for one in found])


def _doubts(answer: Answer, one: Answer, field: Slices, small: Array) -> list[Doubt]:
    found = []
    for number in np.flatnonzero(~small):
        where = (answer.name, field.field, field.labels[number])
        if "gap_at" in one.point:
            gap, over = one.point["gap_at"][number], one.point["gap_at"][number] - one.point["gap"][0]
            drawn, beyond = (
                one.samples["gap_at"][:, number],
                one.samples["gap_at"][:, number] - one.samples["gap"][:, 0],
            )
            found.append(Doubt(*where, "gap", gap, spread(drawn), over, spread(beyond)))
        less = one.point["auc_at"][number] - one.point["within_auc"][0]
        error = spread(one.samples["auc_at"][:, number] - one.samples["within_auc"][:, 0])
        found.append(Doubt(*where, "auc", less, error, less, error))
    return found
