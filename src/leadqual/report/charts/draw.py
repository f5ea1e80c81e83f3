"""A chart as plotly draws it, once for both themes."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadqual.report.charts.areas import areas, lines
from leadqual.report.charts.bars import bars
from leadqual.report.charts.flow import flow
from leadqual.report.charts.kinds import Areas, Bars, Chart, Flow, Lines
from leadqual.report.charts.parts import Drawing, nothing, numbers
from leadqual.report.charts.spread import spread
from leadqual.report.charts.theme import THEMES, ThemeName

_TOKEN: Final = re.compile(r"@([a-z]\w*)(?:/([\d.]+))?\Z")
_UTC: Final = ZoneInfo("UTC")


def drawn(chart: Chart, zone: ZoneInfo = _UTC) -> Drawing:
    """Return a chart as plotly draws it, with names of colours such as ``@ink`` in place of colours.

    Parameters
    ----------
    chart : Chart
        What is shown.
    zone : ZoneInfo, optional
        In which instants are shown.

    Examples
    --------
    >>> drawn(Bars(["lead", "mql"], {"contacts": [120, 40]}))["data"][0]["y"]
    [120, 40]
    """
    if is_empty(chart):
        return nothing()
    if isinstance(chart, Bars):
        return bars(chart)
    if isinstance(chart, Areas):
        return areas(chart, zone)
    if isinstance(chart, Lines):
        return lines(chart, zone)
    return flow(chart) if isinstance(chart, Flow) else spread(chart)


def is_empty(chart: Chart) -> bool:
    """Return whether a chart has nothing to show.

    Examples
    --------
    >>> is_empty(Bars(["lead"], {"contacts": [None]})), is_empty(Bars(["lead"], {"contacts": [0]}))
    (True, False)
    """
    if isinstance(chart, Flow):
        return all(count <= 0 for _, _, count in chart.links)
    columns = chart.series.values() if isinstance(chart, Bars | Areas | Lines) else (chart.p10, chart.p25, chart.p50)
    return all(value is None for column in columns for value in numbers(column))


def coloured(drawing: Drawing, theme: ThemeName) -> Drawing:
    """Return a drawing in the colours of a theme, as `plotly.graph_objects.Figure` takes it.

    Examples
    --------
    >>> coloured({"color": "@c0", "fill": ["@c0/0.5"], "text": "@home"}, "light")
    {'color': '#0179ab', 'fill': ['rgba(1,121,171,0.5)'], 'text': '@home'}
    """
    found: Drawing = _replaced(drawing, THEMES[theme])
    return found


def _replaced(value: Any, colours: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(inner, colours) for name, inner in value.items()}
    if isinstance(value, list):
        return [*map(partial(_replaced, colours=colours), value)]
    match = _TOKEN.match(value) if isinstance(value, str) else None
    if match is None or match[1] not in colours:
        return value
    colour, strength = colours[match[1]], match[2]
    if strength is None:
        return colour
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"
