"""The figures in a model card: those of a report on later rows, or of the rows that were held back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from leadqual.analysis.sheets import CI, Sheet

_NOTHING: Final = "-"


def figure_sheets(model: Any, report: Mapping[str, Any] | None) -> Iterator[Sheet]:
    """Yield how well the model does.

    Parameters
    ----------
    model : PropensityModel
        Fitted.
    report : mapping, optional
        What `Evaluation.to_dict` gives.
    """
    if report is None:
        yield _held_back(model)
        return
    sure = f"{report['confidence'] * 100:g}{CI}"
    one = report["measures"][0]
    lines = (
        f"On {one['rows']:,} rows of {one['contacts']:,} contacts, {one['conversions']:,} of which converted "
        f"({one['rate']:.1%}). {_when(model, report)}",
    )
    yield Sheet("How well it ranks", lines, ("scorer", "ROC AUC", sure, "PR AUC", sure), list(_ranking(report)))
    if probable := list(_probabilities(report)):
        columns = ("scorer", "Brier", sure, "expected", "converted", "error", "slope")
        said = "Error is how far the probabilities of a tenth of the rows are from what came, on average."
        yield Sheet("How far its probabilities can be believed", (), columns, probable, remarks=(said,))
    best = ("scorer", "the best", "precision", sure, "lift", sure)
    yield Sheet("What it finds", (), best, list(_capacity(report)))
    if report["findings"]:
        yield Sheet("What stands out", points=tuple(report["findings"]))
    elif report["slices"]:
        fields = ", ".join(dict.fromkeys(row["field"] for row in report["slices"]))
        yield Sheet("What stands out", (f"No group by {fields} is served worse than the others beyond chance.",))


def _when(model: Any, report: Mapping[str, Any]) -> str:
    """Return whether the rows of a report are later than those of the training."""
    times = [row["cutoff"] for row in report["by_time"] if row["cutoff"] is not None]
    last = None if model.training_ is None else model.training_.counts["cutoff"].max()
    if not times or last is None:
        return "Nothing tells whether they are later than those of the training."
    if min(map(datetime.fromisoformat, times)) <= last:
        return "Some are of the time of the training: if it learned from them, the figures flatter it."
    return "All are later than those of the training."


def _held_back(model: Any) -> Sheet:
    base = model.baseline_
    title = "How well it ranks"
    if base.auc is None:
        return Sheet(title, ("No rows were held back, and no report on later rows was given.",))
    low, high = base.auc.bounds(0.95)
    line = (
        f"On {base.held_back:,} rows that were held back when it was calibrated, {base.held_conversions:,} of which "
        f"converted: ROC AUC {base.auc.value:.3f} (95% interval {low:.3f} to {high:.3f}). No report on later rows was "
        "given."
    )
    return Sheet(title, (line,))


def _ranking(report: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in report["measures"]:
        yield row["scorer"], *_bounded(row, "roc_auc", ".3f"), *_bounded(row, "pr_auc", ".3f")


def _probabilities(report: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in report["measures"]:
        if row["brier"] is not None:
            brier = _bounded(row, "brier", ".4f")
            shares = (_told(row[name], ".1%") for name in ("mean_prediction", "rate", "ece"))
            yield row["scorer"], *brier, *shares, _told(row["slope"], ".2f")


def _capacity(report: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in report["capacity"]:
        yield row["scorer"], row["capacity"], *_bounded(row, "precision", ".1%"), *_bounded(row, "lift", ".2f")


def _bounded(row: Mapping[str, Any], name: str, form: str) -> tuple[str, str]:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    between = _NOTHING if low is None or high is None else f"{low:{form}}-{high:{form}}".replace("%", "")
    return _told(row[name], form), between


def _told(value: float | None, form: str) -> str:
    return _NOTHING if value is None else f"{value:{form}}"
