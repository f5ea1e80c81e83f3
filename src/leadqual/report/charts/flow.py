"""A flow: how many go from each stage, on the left, to each other one, on the right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from leadqual.report.charts.kinds import Flow
from leadqual.report.charts.parts import Drawing, drawing, shown, text
from leadqual.report.charts.theme import series, token

_LEAST: Final = 320
_EACH: Final = 46
_PAD: Final = 16
_EDGE: Final = 14
STRENGTH: Final = 0.36
"""How much of its colour a link shows, so that what is written on it can be read."""


def flow(chart: Flow) -> Drawing:
    """Return a flow as plotly draws it.

    Every stage has one place on the left, for those who leave it, and one on the right, for those who come: people
    go back and round, and in a single row of stages their ways would cross the others.
    """
    links = [(source, target, count) for source, target, count in chart.links if count > 0]
    left, right = Counter[str](), Counter[str]()
    for source, target, count in links:
        left[source] += count
        right[target] += count
    nodes = [(stage, True) for stage in chart.stages if left[stage]]
    nodes += [(stage, False) for stage in chart.stages if right[stage]]
    place = {node: number for number, node in enumerate(nodes)}
    colour = {stage: series(number) for number, stage in enumerate(chart.stages)}
    sums = [left[stage] if leaves else right[stage] for stage, leaves in nodes]
    height = max(_LEAST, 60 + _EACH * max(len(left), len(right)))
    data = {
        "type": "sankey",
        "orientation": "h",
        "arrangement": "snap",
        "valueformat": ",",
        "textfont": {"size": 13, "color": token("ink")},
        "node": {
            "label": [f"{text(stage, 22)} {shown(total)}" for (stage, _), total in zip(nodes, sums, strict=True)],
            "color": [colour[stage] for stage, _ in nodes],
            "pad": _PAD,
            "x": [0.001 if leaves else 0.999 for _, leaves in nodes],
            "y": [*_middles(sums[: len(left)], height), *_middles(sums[len(left) :], height)],
            "thickness": 14,
            "line": {"width": 0},
            "hoverinfo": "skip",
        },
        "link": {
            "source": [place[source, True] for source, _, _ in links],
            "target": [place[target, False] for _, target, _ in links],
            "value": [count for _, _, count in links],
            "color": [f"{colour[source]}/{STRENGTH}" for source, _, _ in links],
            "customdata": [
                f"{text(source)} → {text(target)}: {shown(count)} {text(chart.unit)}" for source, target, count in links
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    }
    return drawing([data], height, margin={"l": 4, "r": 4, "t": _EDGE, "b": _EDGE})


def _middles(sums: Sequence[int], height: int) -> list[float]:
    """Return where the middle of each node lies from the top, in the order of the stages."""
    gap = _PAD / (height - 2 * _EDGE)
    room = max(0.1, 1 - gap * (len(sums) - 1)) / (sum(sums) or 1)
    found, top = [], 0.0
    for total in sums:
        found.append(round(min(0.999, max(0.001, top + room * total / 2)), 4))
        top += room * total + gap
    return found
