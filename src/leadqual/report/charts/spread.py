"""How values are spread: a thin line for the middle eight tenths, a thick one for the middle half, and the median."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadqual.report.charts.kinds import Spread
from leadqual.report.charts.parts import Drawing, drawing, largest, name_axis, numbers, shown, text, value_axis
from leadqual.report.charts.theme import series, token


def spread(chart: Spread) -> Drawing:
    """Return a spread as plotly draws it.

    A line whose end was never reached goes on to the edge, dotted: nobody knows how long it is.
    """
    columns = [numbers(column) for column in (chart.p10, chart.p25, chart.p50, chart.p75, chart.p90)]
    rows = [*zip(*columns, strict=True)]
    edge = largest(value for row in rows for value in row) * 1.12 or 1.0
    data = [
        _lines("the middle eight tenths", [_known(row) for row in rows], {"width": 2.5}),
        _lines("the middle half", [_known(row[1:4]) for row in rows], {"width": 11}),
        _medians(chart, rows),
    ]
    unfinished = [(_known(row)[-1:], [edge]) if row[-1] is None else ([], []) for row in rows]
    if any(start for start, _ in unfinished):
        ways = [[*start, *end] if start else [] for start, end in unfinished]
        data.insert(2, _lines("not reached yet", ways, {"width": 2.5, "dash": "dot"}))
    names = name_axis(chart.categories)
    names["range"] = names["range"][::-1]  # the first category stands at the top
    values = value_axis(unit=chart.unit, range=[0, edge])
    return drawing(data, 110 + 36 * len(chart.categories), xaxis=values, yaxis=names, showlegend=True)


def _known(row: Sequence[float | None]) -> list[float]:
    return [value for value in row if value is not None]


def _lines(name: str, ways: Sequence[Sequence[float]], line: dict[str, Any]) -> Drawing:
    """Return a line from the first to the last value of each category, with a gap after each."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place, way in enumerate(ways):
        if len(way) > 1:
            x += [way[0], way[-1], None]
            y += [place, place, None]
    line = {"color": series(0), **line}
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _medians(chart: Spread, rows: Sequence[Sequence[float | None]]) -> Drawing:
    values = [row[2] for row in rows]
    unit = f" {text(chart.unit)}" if chart.unit else ""
    marker = {"size": 15, "symbol": "line-ns", "line": {"width": 3, "color": token("ink")}}
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": "the median",
        "x": values,
        "y": [*range(len(values))],
        "marker": marker,
        "text": [shown(value) for value in values],
        "textposition": "top center",
        "textfont": {"size": 12, "color": token("ink")},
        "cliponaxis": False,
        "hovertext": [
            f"{text(name, 60)}: {_range(row)}{unit}" for name, row in zip(chart.categories, rows, strict=True)
        ],
        "hoverinfo": "text",
    }


def _range(row: Sequence[float | None]) -> str:
    return " · ".join(shown(value) or "not reached" for value in row)
