"""The pictures of an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sklearn.metrics import roc_curve

from leadqual.errors import cut
from leadqual.ml.evaluation.drawing import (
    axes_of,
    chance,
    ink,
    key_below,
    labelled,
    line_with_band,
    picture,
    points,
    style_of,
)

if TYPE_CHECKING:
    from leadqual.ml.evaluation.report import Evaluation

_NARROW: Final = 7.0
_HEIGHT: Final = 3.1
_MOST: Final = 24
_NAME: Final = 28


def overview(report: Evaluation, width: float) -> Figure:
    """Return one figure with all pictures that the report has something for."""
    drawn: list[Callable[[Evaluation, Axes | None], Axes]] = [gain, lift, roc]
    if report.calibration.width:
        drawn = [calibration, *drawn]
    if report.by_time["cutoff"].n_unique() > 1:
        drawn.append(by_time)
    columns = 1 if width < _NARROW else 2
    lines = ceil(len(drawn) / columns)
    heights = [_HEIGHT * lines, _height(report)] if report.slices.width else [_HEIGHT * lines]
    figure = picture(width, sum(heights))
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False).ravel()
    grid = parts[0].subplots(lines, columns, squeeze=False).ravel()
    for draw, axes in zip(drawn, grid, strict=False):
        draw(report, axes)
    for axes in grid[len(drawn) :]:
        axes.set_visible(False)
    if report.slices.width:
        slices(report, parts[1].subplots())
    return figure


def calibration(report: Evaluation, ax: Axes | None = None) -> Axes:
    """Draw the rate over the mean probability of each bin."""
    axes = axes_of(ax)
    top = 0.0
    for place, name in enumerate(report.scorers):
        table = report.calibration.filter(pl.col("scorer") == name) if report.calibration.width else pl.DataFrame()
        if table.width and len(table):
            line_with_band(axes, table, "mean_prediction", "rate", style_of(place), cut(name, limit=_NAME), marked=True)
            highs = table.select(pl.max_horizontal("mean_prediction", "rate_high", "rate")).to_series().max()
            top = max(top, float(highs))  # type: ignore[arg-type] # of numbers
    edge = min(1.0, top * 1.05) or 1.0
    chance(axes, [0, edge], [0, edge])
    axes.set(xlim=(0, edge), ylim=(0, edge))
    _percent(axes.xaxis, axes.yaxis)
    return labelled(
        axes, "Calibration", "expected, by tenths of the rows", "converted", key="best" if top > 0 else None
    )


def gain(report: Evaluation, ax: Axes | None = None) -> Axes:
    """Draw the share of the conversions over the share of the rows."""
    axes = axes_of(ax)
    _curves(report, axes, "gain")
    chance(axes, [0, 1], [0, 1])
    axes.set(xlim=(0, 1), ylim=(0, 1))
    _percent(axes.xaxis, axes.yaxis)
    return labelled(axes, "Gain", "the best so many of each time", "of all conversions", key="lower right")


def lift(report: Evaluation, ax: Axes | None = None) -> Axes:
    """Draw the lift over the share of the rows."""
    axes = axes_of(ax)
    _curves(report, axes, "lift")
    chance(axes, [0, 1], [1, 1])
    axes.set(xlim=(0, 1))
    axes.set_ylim(bottom=0)
    _percent(axes.xaxis)
    return labelled(axes, "Lift", "the best so many of each time", "times as many as by lot", key="upper right")


def _curves(report: Evaluation, axes: Axes, up: str) -> None:
    for place, name in enumerate(report.scorers):
        table = report.gains.filter((pl.col("scorer") == name) & pl.col(up).is_not_null())
        line_with_band(axes, table, "share", up, style_of(place), cut(name, limit=_NAME), marked=False)


def roc(report: Evaluation, ax: Axes | None = None) -> Axes:
    """Draw the curve of true over false positives of all rows."""
    axes = axes_of(ax)
    converted = report.rows["converted"].to_numpy()
    for place, name in enumerate(report.scorers):
        score = report.rows[name]
        if 0 < converted.sum() < len(converted):
            # Whoever got no number comes last: below the lowest.
            low = float(score.min()) if score.count() else 0.0  # type: ignore[arg-type] # of numbers
            wrong, right, _ = roc_curve(converted, score.fill_null(low - 1).to_numpy())
            style = style_of(place)
            axes.plot(
                wrong, right, color=style.colour, linestyle=style.line, linewidth=1.6, label=_with_area(report, name)
            )
    chance(axes, [0, 1], [0, 1])
    axes.set(xlim=(0, 1), ylim=(0, 1))
    _percent(axes.xaxis, axes.yaxis)
    return labelled(
        axes, "ROC", "of those who did not convert", "of those who did", key="lower right" if axes.lines[1:] else None
    )


def _with_area(report: Evaluation, name: str) -> str:
    row = report.measures.filter(pl.col("scorer") == name).row(0, named=True)
    area, low, high = row["roc_auc"], row["roc_auc_low"], row["roc_auc_high"]
    told = f"{cut(name, limit=_NAME)} {area:.2f}"
    return told if low is None or high is None else f"{told} ({low:.2f} to {high:.2f})"


def by_time(report: Evaluation, ax: Axes | None = None) -> Axes:
    """Draw the area under the ROC curve of each cutoff or month."""
    axes = axes_of(ax)
    dated = report.by_time.filter(pl.col("cutoff").is_not_null())
    for place, name in enumerate(report.scorers):
        table = dated.filter(pl.col("scorer") == name)
        line_with_band(axes, table, "cutoff", "auc", style_of(place), cut(name, limit=_NAME), marked=True)
    if len(dated):
        chance(axes, [dated["cutoff"].min(), dated["cutoff"].max()], [0.5, 0.5])
        low, high = axes.get_ylim()
        axes.set_ylim(bottom=low - (0.15 + 0.09 * len(report.scorers)) * (high - low))  # room for the key
        locator = AutoDateLocator(minticks=2, maxticks=6)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        axes.xaxis.get_offset_text().set_color(ink())
    return labelled(axes, "In the course of time", "", "ROC AUC", key="lower left" if len(dated) else None)


def slices(report: Evaluation, ax: Axes | None = None) -> Axes:
    """Draw the area under the ROC curve of each group; small groups are hollow."""
    first = _shown(report)
    axes = axes_of(ax, height=_height(report))
    keys = first.select("field", "value").with_row_index("line")
    apart = 0.6 / max(1, len(report.scorers))
    for place, name in enumerate(report.scorers):
        table = keys.join(report.slices.filter(pl.col("scorer") == name), on=["field", "value"], how="left")
        style = style_of(place)
        y = table["line"].to_numpy() + (place - (len(report.scorers) - 1) / 2) * apart
        area, low, high = (table[column].fill_null(np.nan).to_numpy() for column in ("auc", "auc_low", "auc_high"))
        axes.hlines(y, low, high, color=style.colour, linewidth=1.6, alpha=0.6)
        small = table["small"].to_numpy()
        points(axes, area[~small], y[~small], style, cut(name, limit=_NAME), hollow=False)
        few = "hollow: too few to tell" if small.any() and name == report.scorers[-1] else None
        points(axes, area[small], y[small], style, few, hollow=True)
    chance(axes, [0.5, 0.5], [-0.5, len(first) - 0.5])
    axes.set_yticks(
        range(len(first)), [cut(f"{_last(row['field'])}: {row['value']}", limit=_NAME) for row in keys.to_dicts()]
    )
    axes.set_ylim(len(first) - 0.5, -0.5)
    labelled(axes, "ROC AUC by group", "", "", key=None)
    key_below(axes)
    return axes


def _shown(report: Evaluation) -> pl.DataFrame:
    return report.slices.filter(pl.col("scorer") == report.scorers[0]).head(_MOST)


def _height(report: Evaluation) -> float:
    return 0.3 * len(_shown(report)) + 0.2 * len(report.scorers) + 0.8


def _last(field: str) -> str:
    return field.rpartition(".")[2] if "(" not in field else field


def _percent(*several: Axis) -> None:
    for axis in several:
        axis.set_major_formatter(PercentFormatter(1.0))
