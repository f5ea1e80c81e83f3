"""What changes over time, or with a number: areas that stand on one another, and lines."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from leadqual.report.charts.kinds import Areas, Lines
from leadqual.report.charts.parts import Drawing, drawing, local, numbers, text, time_axis, value_axis
from leadqual.report.charts.theme import PATTERNS, SERIES, series, token

_HEIGHT: Final = 380
_DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star", "hexagon")
_FEW: Final = 40
"""Up to so many places each is marked on a line."""


def areas(chart: Areas, zone: ZoneInfo) -> Drawing:
    """Return areas as plotly draws them."""
    times = [local(moment, zone) for moment in chart.times]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "stackgroup": "all",
            "name": text(name),
            "x": times,
            "y": [value or 0 for value in numbers(values)],
            "line": {"width": 1, "color": token("panel")},
            "fillcolor": series(number),
            "fillpattern": {
                "shape": PATTERNS[(number + number // SERIES) % len(PATTERNS)],
                "bgcolor": series(number), "fgcolor": token("panel"), "fgopacity": 0.25, "size": 8, "solidity": 0.15,
            },
            "hovertemplate": "%{y:,}",
        }
        for number, (name, values) in enumerate(chart.series.items())
    ]  # fmt: skip
    return drawing(
        data,
        _HEIGHT,
        xaxis=time_axis(hoverformat="%Y-%m-%d"),
        yaxis=value_axis(unit=chart.unit),
        hovermode="x unified",
        showlegend=True,
    )


def lines(chart: Lines, zone: ZoneInfo) -> Drawing:
    """Return lines as plotly draws them."""
    moments = [place for place in chart.places if isinstance(place, datetime)]
    places = [local(moment, zone) for moment in moments] if moments else [*chart.places]
    mode = "lines+markers" if len(places) <= _FEW else "lines"
    data = [
        {
            "type": "scatter",
            "mode": mode,
            "name": text(name),
            "x": places,
            "y": numbers(values),
            "line": {"width": 2.5, "color": series(number), "dash": _DASHES[number % len(_DASHES)]},
            "marker": {"size": 7, "symbol": _SYMBOLS[number % len(_SYMBOLS)], "color": series(number)},
            "hovertemplate": "%{y:.1%}" if chart.percent else "%{y:,}",
        }
        for number, (name, values) in enumerate(chart.series.items())
    ]
    below = time_axis() if moments else value_axis(unit=chart.axis)
    return drawing(
        data,
        _HEIGHT,
        xaxis=below,
        yaxis=value_axis(percent=chart.percent, unit="" if chart.percent else chart.unit),
        hovermode="x unified",
        showlegend=len(chart.series) > 1,
    )
