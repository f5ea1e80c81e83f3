"""An evaluation for people: what counts of it, in tables no wider than a small terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.analysis.backtests.measures import capacity_text
from leadqual.analysis.sheets import CI, Sheet, as_html, as_text
from leadqual.errors import cut
from leadqual.ml.evaluation.pictures import pictures_of
from leadqual.ml.evaluation.tables import tenth_of

if TYPE_CHECKING:
    from leadqual.ml.evaluation.report import Evaluation

_WIDTH: Final = 80
_NOTHING: Final = "-"
_MOST: Final = 12
_NAME: Final = 20


def report_text(report: Evaluation) -> str:
    """Return a whole report."""
    return as_text(heading(report), sheets(report, report.scorers[:1]), _WIDTH)


def report_html(report: Evaluation) -> str:
    """Return a whole report as one piece of HTML without scripts; what goes into detail is folded."""
    return as_html(heading(report), sheets(report, report.scorers), shown=2, pictures=pictures_of(report))


def heading(report: Evaluation) -> tuple[str, str]:
    """Return what was judged, and on which rows."""
    what = report.scorers[0] if len(report.scorers) == 1 else f"{len(report.scorers)} scorers"
    within = "" if report.horizon is None else f" within {report.horizon}"
    one = report.measures.row(0, named=True)
    cutoffs = report.cutoffs
    when = ""
    if cutoffs:
        first, last = _day(cutoffs[0]), _day(cutoffs[-1])
        when = f" at {first}" if len(cutoffs) == 1 else f" at {len(cutoffs):,} cutoffs, {first} to {last}"
    rate = _share(one["rate"])
    rows = f"{one['rows']:,} rows of {one['contacts']:,} contacts{when}; {one['conversions']:,} converted ({rate})."
    return f"Evaluation of {what}: {report.outcome}{within}", rows


def sheets(report: Evaluation, detailed: Sequence[str]) -> Iterator[Sheet]:
    """Yield the tables, and the notes; the course of time and groups are told of some scorers."""
    yield _ranking(report)
    if report.findings:
        yield Sheet("Findings", points=report.findings)
    if report.measures["probabilities"].any():
        yield _probabilities(report)
    for capacity in map(capacity_text, report.capacities):
        yield _capacity(report, capacity)
    if len(report.scorers) > 1:
        yield _differences(report)
    for name in detailed:
        if len(_of(report.by_time, name)) > 1:
            yield _by_time(report, name)
    for name in detailed if report.slices.width else ():
        for field in _of(report.slices, name)["field"].unique(maintain_order=True):
            yield _slices(report, name, field)
    if report.stability.width:
        yield _stability(report)
    yield Sheet("Notes", points=report.notes)


def _ranking(report: Evaluation) -> Sheet:
    several = len(_of(report.by_time, report.scorers[0])) > 1
    rows = [
        (
            cut(row["scorer"], limit=_NAME),
            *_bounded(row, "roc_auc", _three),
            *([_three(row["within_auc"])] if several else []),
            *_bounded(row, "pr_auc", _three),
            _three(row["alift"]),
        )
        for row in report.measures.to_dicts()
    ]
    within = ("within",) if several else ()
    columns = ("scorer", "ROC AUC", _sure(report), *within, "PR AUC", _sure(report), "ALIFT")
    return Sheet("How well they rank", (), columns, rows)


def _probabilities(report: Evaluation) -> Sheet:
    rows = [
        (
            cut(row["scorer"], limit=_NAME),
            *_bounded(row, "brier", _three),
            _three(row["log_loss"]),
            _share(row["mean_prediction"]),
            _share(row["ece"]),
            _two(row["slope"]),
            _two(row["intercept"]),
        )
        for row in report.measures.filter("probabilities").to_dicts()
    ]
    columns = ("scorer", "Brier", _sure(report), "log loss", "expected", "error", "slope", "intercept")
    base = report.measures["rate"][0]
    said = (
        f"{_share(base)} converted; who always says so has a Brier score of {_three(base * (1 - base))}. Error is how "
        "far a tenth of the rows is from its rate, on average. The truth has slope 1 and intercept 0.",
    )
    return Sheet("How far their probabilities can be believed", (), columns, rows, remarks=said)


def _capacity(report: Evaluation, capacity: str) -> Sheet:
    rows = [
        (
            cut(row["scorer"], limit=_NAME),
            f"{row['hits']:,.1f}".removesuffix(".0"),
            *_bounded(row, "precision", _share),
            *_bounded(row, "gain", _share),
            *_bounded(row, "lift", _tenths),
        )
        for row in report.capacity.filter(pl.col("capacity") == capacity).to_dicts()
    ]
    sure = _sure(report)
    columns = ("scorer", "hits", "precision", sure, "caught", sure, "lift", sure)
    contacts = report.capacity.filter(pl.col("capacity") == capacity)["contacts"][0]
    return Sheet(f"The best {capacity}: {contacts:,.0f} rows", (), columns, rows)


def _differences(report: Evaluation) -> Sheet:
    tenth = capacity_text(report.capacities[tenth_of(report.capacities)])
    shown = ("roc_auc", "pr_auc", "brier", f"lift at {tenth}")
    rows = [
        (cut(row["scorer"], limit=_NAME), row["measure"], _signed(row["difference"]), _signed_span(row))
        for row in report.differences.to_dicts()
        if row["measure"] in shown
    ]
    columns = ("scorer", "measure", "difference", _sure(report))
    title = f"How far they are from {cut(report.scorers[0], limit=_NAME)}, on the same samples"
    return Sheet(title, (), columns, rows, remarks=("other measures in differences",))


def _by_time(report: Evaluation, name: str) -> Sheet:
    table = _of(report.by_time, name)
    rows = [(_day(row["cutoff"]), *_figures(row), _tenths(row["lift"])) for row in table.tail(_MOST).to_dicts()]
    capacity = capacity_text(report.capacities[tenth_of(report.capacities)])
    columns = ("month" if report.monthly else "cutoff", *_columns(report), f"lift {capacity}")
    more = (f"and {len(table) - _MOST:,} earlier ones in by_time",) if len(table) > _MOST else ()
    return Sheet(f"{name} in the course of time", (), columns, rows, remarks=more)


def _slices(report: Evaluation, name: str, field: str) -> Sheet:
    table = _of(report.slices, name).filter(pl.col("field") == field)
    rows = [
        (f"{cut(row['value'], limit=_NAME)}{' *' if row['small'] else ''}", *_figures(row))
        for row in table.head(_MOST).to_dicts()
    ]
    more = (f"and {len(table) - _MOST:,} smaller ones in slices",) if len(table) > _MOST else ()
    return Sheet(f"{name} by {field}", (), ("value", *_columns(report)), rows, remarks=more)


def _columns(report: Evaluation) -> Sequence[str]:
    return "rows", "conv.", "rate", "expected", "ROC AUC", _sure(report), "Brier"


def _figures(row: dict[str, Any]) -> Iterator[object]:
    yield row["rows"]
    yield row["conversions"]
    yield _share(row["rate"])
    yield _share(row["mean_prediction"])
    yield from _bounded(row, "auc", _two)
    yield _three(row["brier"])


def _stability(report: Evaluation) -> Sheet:
    table = report.stability
    rows = [
        (row["feature"], _two(row["psi"]), row["verdict"], _share(row["missing_before"]), _share(row["missing"]))
        for row in table.head(_MOST).to_dicts()
    ]
    columns = ("feature", "PSI", "verdict", "missing then", "missing now")
    more = (f"and {len(table) - _MOST:,} that moved less in stability",) if len(table) > _MOST else ()
    return Sheet("How far features have moved since the training", (), columns, rows, remarks=more)


def _of(table: pl.DataFrame, scorer: str) -> pl.DataFrame:
    return table.filter(pl.col("scorer") == scorer)


def _sure(report: Evaluation) -> str:
    return f"{report.confidence * 100:g}{CI}"


def _day(instant: datetime | None) -> str:
    return "no time" if instant is None else f"{instant:%Y-%m-%d}"


def _bounded(row: dict[str, Any], name: str, told: Any) -> tuple[str, str]:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    between = _NOTHING if low is None or high is None else f"{told(low)}-{told(high)}".replace("%", "")
    return told(row[name]), between


def _signed_span(row: dict[str, Any]) -> str:
    return _NOTHING if row["low"] is None else f"{_signed(row['low'])} to {_signed(row['high'])}"


def _signed(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:+.3f}"


def _three(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.3f}".removeprefix("0")


def _two(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.2f}"


def _tenths(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.1f}"


def _share(value: float | None) -> str:
    return _NOTHING if value is None else f"{value * 100:.1f}%"
