"""The pictures of an evaluation that its card shows; `Evaluation.plot` draws them larger, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadqual.cards.lines import Line, line_chart
from leadqual.errors import cut

if TYPE_CHECKING:
    from leadqual.ml.evaluation.report import Evaluation

_NAME: Final = 28


def pictures_of(report: Evaluation) -> str:
    """Return what there is to see at a glance: who is found among the best, and whether probabilities hold."""
    charts = [line_chart("Found among the best", _gains(report), "share of the contacts", "share of the conversions")]
    if report.calibration.width:
        shown = _calibration(report)
        charts.append(line_chart("Said, and what came of it", shown, "probability", "share that converted"))
    return f"<div style='display:flex;flex-wrap:wrap;gap:1.5rem;margin:.6rem 0'>{''.join(charts)}</div>"


def _gains(report: Evaluation) -> list[Line]:
    return [
        Line(cut(name, limit=_NAME), [(0.0, 0.0), *_points(report.gains, name, "share", "gain")])
        for name in report.scorers
    ]


def _calibration(report: Evaluation) -> list[Line]:
    lines = [
        Line(cut(name, limit=_NAME), _points(report.calibration, name, "mean_prediction", "rate"))
        for name in report.scorers
    ]
    return [line for line in lines if line.points]


def _points(table: pl.DataFrame, name: str, across: str, up: str) -> list[tuple[float, float]]:
    rows = table.filter(pl.col("scorer") == name).select(across, up).drop_nulls().sort(across)
    return [(float(x), float(y)) for x, y in rows.iter_rows()]
