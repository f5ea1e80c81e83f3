"""What all drawings share: axes, labels, numbers, and how names from data become text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from leadqual.report.charts.kinds import Values
from leadqual.report.charts.theme import FONT, token

Drawing: TypeAlias = dict[str, Any]
"""The ``data`` and ``layout`` of plotly, with names of colours in place of colours."""

_LONGEST: Final = 34
_BEYOND: Final = 1e100
"""Nothing that is counted is as large, and sums of what is smaller are still numbers."""


def drawing(data: list[Drawing], height: int, **layout: Any) -> Drawing:
    """Return a drawing with what all of them have in common."""
    common = {
        "height": height,
        "margin": {"l": 8, "r": 14, "t": 10, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": token("ink")},
        "hoverlabel": {
            "bgcolor": token("panel"),
            "bordercolor": token("edge"),
            "font": {"family": FONT, "size": 13, "color": token("ink")},
            "align": "left",
            "namelength": -1,
        },
        "dragmode": False,
        "showlegend": False,
        "legend": {
            "orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom",
            "traceorder": "normal", "itemclick": False, "itemdoubleclick": False, "font": {"size": 12},
        },
    }  # fmt: skip
    return {"data": data, "layout": common | layout}


def nothing() -> Drawing:
    """Return what is drawn where there is nothing to draw: words that say so."""
    words = {
        "text": "There is nothing to show.", "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5,
        "font": {"color": token("muted")},
    }  # fmt: skip
    hidden = {"visible": False, "fixedrange": True, "tickfont": {"size": 12}}
    return drawing([], 90, annotations=[words], xaxis=hidden, yaxis=dict(hidden))


def value_axis(*, percent: bool = False, unit: str = "", **more: Any) -> Drawing:
    """Return an axis of numbers, which begins at zero."""
    return {
        "rangemode": "tozero",
        "tickformat": ",.0%" if percent else ",",
        "title": {"text": text(unit), "font": {"size": 12, "color": token("muted")}, "standoff": 6},
        "gridcolor": token("grid"),
        "zerolinecolor": token("edge"),
        "linecolor": token("edge"),
        "tickfont": {"size": 12, "color": token("muted")},
        "automargin": True,
        "fixedrange": True,
        "nticks": 6,
        "ticklabelstandoff": 5,
        **more,
    }


def name_axis(names: Sequence[str], **more: Any) -> Drawing:
    """Return an axis of names, each at its number."""
    return {
        "tickmode": "array",
        "tickvals": [*range(len(names))],
        "ticktext": [text(name) for name in names],
        "range": [-0.6, len(names) - 0.4],
        "showgrid": False,
        "zeroline": False,
        "ticklabelstandoff": 6,
        "tickfont": {"size": 13, "color": token("ink")},
        "automargin": True,
        "fixedrange": True,
        **more,
    }


def time_axis(**more: Any) -> Drawing:
    """Return an axis of time."""
    return {
        "type": "date",
        "gridcolor": token("grid"),
        "linecolor": token("edge"),
        "tickfont": {"size": 12, "color": token("muted")},
        "automargin": True,
        "fixedrange": True,
        "nticks": 8,
        "ticklabelstandoff": 5,
        **more,
    }


def text(name: str, longest: int = _LONGEST) -> str:
    """Return a name from data as plotly shows it to the letter: without markup, and not too long.

    Examples
    --------
    >>> text("<b>Siti</b>")
    '&lt;b&gt;Siti&lt;/b&gt;'
    >>> text("a name that goes on and on and on without an end"), text("@ink")
    ('a name that goes on and on and on…', '&#64;ink')
    """
    line = " ".join(name.split())
    safe = escape(line if len(line) <= longest else f"{line[: longest - 1]}…", quote=False)
    return f"&#64;{safe[1:]}" if safe.startswith("@") else safe  # else it might name a colour


def numbers(values: Values) -> list[float | None]:
    """Return values as JSON knows them: what is not a number is nothing.

    Examples
    --------
    >>> numbers([1, None, float("nan")])
    [1, None, None]
    """
    return [value if value is not None and abs(value) < _BEYOND else None for value in values]


def largest(values: Iterable[float | None], least: float = 0.0) -> float:
    """Return the largest of the values that are known."""
    return max((value for value in values if value is not None and math.isfinite(value)), default=least)


def shown(value: float | None, *, percent: bool = False) -> str:
    """Return a value as a label of a chart.

    Examples
    --------
    >>> shown(1234), shown(0.256, percent=True), shown(3.14159), shown(None)
    ('1,234', '25.6 %', '3.1', '')
    """
    if value is None or not math.isfinite(value):
        return ""
    if percent:
        return f"{value:.1%}".replace("%", " %")
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"


def local(moment: datetime, zone: ZoneInfo) -> str:
    """Return an instant as a clock in a zone shows it, which is how plotly takes it.

    Examples
    --------
    >>> from datetime import UTC
    >>> local(datetime(2026, 11, 22, 20, tzinfo=UTC), ZoneInfo("Asia/Jakarta"))
    '2026-11-23 03:00:00'
    """
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
