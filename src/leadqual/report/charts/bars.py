"""Bars: one for each category and each series, beside or on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from leadqual.report.charts.kinds import Bars
from leadqual.report.charts.parts import Drawing, drawing, largest, name_axis, numbers, shown, text, value_axis
from leadqual.report.charts.theme import PATTERNS, SERIES, series, token

_LETTERS: Final = 40
"""So many letters have room side by side on a telephone."""
_SERIES_WITH_NUMBERS: Final = 3
"""With more bars than that beside one another their numbers would be a wall."""
_ROOM: Final = 1.18
"""How much longer than the longest bar the axis is, so that its number fits behind it."""
_SHARES: Final = [0, 0.25, 0.5, 0.75, 1]
_ROOM_OF: Final = 1.6
"""The same where the number says of how many it is: on a telephone a bar has little room."""


def bars(chart: Bars) -> Drawing:
    """Return bars as plotly draws them."""
    if sum(map(len, chart.categories)) > _LETTERS:
        chart = replace(chart, horizontal=True)
    places = [*range(len(chart.categories))]
    data = [_bar(chart, number, name, places) for number, name in enumerate(chart.series)]
    if len(chart.series) == 1 or chart.stacked:
        data.append(_labels(chart, places))
    end = _end(chart) * (_ROOM_OF if chart.counts else _ROOM)
    unit = "" if chart.percent else chart.unit
    # Where all is zero there is no half of a contact to mark.
    marks: dict[str, Any] = {} if end or chart.percent else {"dtick": 1}
    if chart.percent and end > 1:
        marks = {"tickmode": "array", "tickvals": _SHARES}  # beyond the whole there is room for numbers alone
    values = value_axis(percent=chart.percent, unit=unit, range=[0, end or 1], **marks)
    layout: dict[str, Any] = {
        "barmode": "stack" if chart.stacked else "group",
        "bargap": 0.32,
        "bargroupgap": 0.06,
        "showlegend": len(chart.series) > 1,
    }
    if chart.horizontal:
        names = name_axis(chart.categories, autorange=False)
        names["range"] = names["range"][::-1]  # the first category stands at the top
        each = 34 if chart.stacked else 16 + 18 * len(chart.series)
        around = 78 if unit or len(data) > 2 else 58
        return drawing(data, around + each * len(places), xaxis=values, yaxis=names, **layout)
    return drawing(data, 340, xaxis=name_axis(chart.categories), yaxis=values, **layout)


def _bar(chart: Bars, number: int, name: str, places: list[int]) -> Drawing:
    values = numbers(chart.series[name])
    known = _words(chart, values, "not known")
    hover = [f"{text(category, 60)}: {label}" for category, label in zip(chart.categories, known, strict=True)]
    drawn: Drawing = {
        "type": "bar",
        "name": text(name),
        "orientation": "h" if chart.horizontal else "v",
        "marker": {
            "color": series(number),
            "line": {"color": token("panel"), "width": 0.6 if chart.stacked else 0},
            "cornerradius": 0 if chart.stacked else 3,
            **_pattern(chart, number),
        },
        "hovertext": hover,
        "hoverinfo": "text+name" if len(chart.series) > 1 else "text",
        "textposition": "none",
    }
    if 1 < len(chart.series) <= _SERIES_WITH_NUMBERS and not chart.stacked and not chart.intervals:
        drawn |= {
            "text": [shown(value, percent=chart.percent) for value in values],
            "textposition": "outside",
            "textangle": 0,
            "textfont": {"size": 11, "color": token("ink")},
            "cliponaxis": False,
        }
    drawn |= {"x": values, "y": places} if chart.horizontal else {"x": places, "y": values}
    if intervals := chart.intervals.get(name):
        drawn["error_x" if chart.horizontal else "error_y"] = _errors(values, intervals)
    return drawn


def _pattern(chart: Bars, number: int) -> dict[str, Any]:
    """Return the pattern of a series, where it has to be told from others."""
    if len(chart.series) == 1:
        return {}
    shape = PATTERNS[(number + number // SERIES) % len(PATTERNS)]
    return {
        "pattern": {
            "shape": shape,
            "fillmode": "overlay",
            "fgcolor": token("panel"),
            "fgopacity": 0.45,
            "size": 7,
            "solidity": 0.18,
        }
    }


def _errors(values: list[float | None], intervals: Any) -> Drawing:
    pairs = [
        (0.0, 0.0) if value is None or interval is None else (interval[1] - value, value - interval[0])
        for value, interval in zip(values, intervals, strict=True)
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(0.0, up) for up, _ in pairs],
        "arrayminus": [max(0.0, down) for _, down in pairs],
        "color": token("ink"),
        "thickness": 1.4,
        "width": 4,
    }


def _tops(chart: Bars) -> list[float | None]:
    """Return where each bar ends, with its interval; of stacked bars, where the whole does."""
    columns = [numbers(values) for values in chart.series.values()]
    rows = [[value for value in row if value is not None] for row in zip(*columns, strict=True)]
    return [(sum(row) if chart.stacked else max(row)) if row else None for row in rows]


def _end(chart: Bars) -> float:
    highs = [pair[1] for pairs in chart.intervals.values() for pair in pairs if pair is not None]
    return max(largest(_tops(chart)), largest(highs))


def _words(chart: Bars, values: list[float | None], unknown: str = "") -> list[str]:
    """Return values as they stand beside bars; of a share, of how many it is."""
    words = [shown(value, percent=chart.percent) for value in values]
    of: Sequence[int | None] = chart.counts or [None] * len(words)
    told = (
        f"{word} of {count:,}" if word and count is not None else word for word, count in zip(words, of, strict=True)
    )
    return [word or unknown for word in told]


def _labels(chart: Bars, places: list[int]) -> Drawing:
    """Return the numbers behind the bars."""
    tops = _tops(chart)
    words = _words(chart, tops)
    intervals = next(iter(chart.intervals.values()), None) or [None] * len(tops)
    ends = [
        None if top is None else max(top, pair[1]) if pair else top for top, pair in zip(tops, intervals, strict=True)
    ]
    drawn: Drawing = {
        "type": "scatter",
        "mode": "text",
        "text": [f" {word}" if word else "" for word in words],
        "textfont": {"size": 12, "color": token("ink")},
        "textposition": "middle right" if chart.horizontal else "top center",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return drawn | ({"x": ends, "y": places} if chart.horizontal else {"x": places, "y": ends})
