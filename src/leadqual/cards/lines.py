"""A small chart of lines between 0 and 100 %, as SVG in the colours of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

TINTS: Final = ("#2b8cc4", "#d08a00", "#009e73", "#c1619b", "#d55e00", "#888888")
"""Colours after Okabe and Ito (2008) that colour-blind people can tell apart, on white and on black."""

_DASHES: Final = ("", "6 3", "2 2", "8 3 2 3")
_LEFT, _TOP, _WIDTH, _HEIGHT = 40, 28, 210, 150


@dataclass(frozen=True, slots=True)
class Line:
    """A line: what it is called, and its points from left to right, shares from 0 to 1."""

    name: str
    points: Sequence[tuple[float, float]]


def line_chart(title: str, lines: Sequence[Line], across: str, up: str, *, chance: bool = True) -> str:
    """Return a chart of lines.

    Parameters
    ----------
    title : str
        What it shows.
    lines : sequence of Line
        The lines; each has its own colour, and its own dashes.
    across, up : str
        What the axes measure.
    chance : bool
        Whether to draw the diagonal.
    """
    widest = max((x for line in lines for x, _ in line.points), default=1.0)
    highest = max((y for line in lines for _, y in line.points), default=1.0)
    end = (_nice(max(widest, highest)),) * 2 if chance else (_nice(widest), _nice(highest))
    drawn = "".join(_line(line, place, end) for place, line in enumerate(lines))
    diagonal = (
        _path([(0.0, 0.0), (1.0, 1.0)], (1.0, 1.0), 'stroke="currentColor" stroke-opacity=".4"') if chance else ""
    )
    names = "".join(_key(line, place) for place, line in enumerate(lines)) if len(lines) > 1 else ""
    low = _TOP + _HEIGHT + 32 + (16 * len(lines) if names else 0)
    size = f'width="{_LEFT + _WIDTH + 14}" height="{low}" style="height:{low}px"'
    head = f'<text x="0" y="12" font-size="12" font-weight="600" fill="currentColor">{escape(title)}</text>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" {size}>'
    return f"{svg}{head}{_axes(end, across, up)}{diagonal}{drawn}{names}</svg>"


def _nice(top: float) -> float:
    """Return a round end of an axis."""
    return next((end for end in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8) if top <= end), 1.0)


def _at(point: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    return _LEFT + _WIDTH * point[0] / end[0], _TOP + _HEIGHT * (1 - point[1] / end[1])


def _path(points: Iterable[tuple[float, float]], end: tuple[float, float], style: str) -> str:
    steps = " L".join("{:.1f},{:.1f}".format(*_at(point, end)) for point in points)
    return f'<path d="M{steps}" fill="none" {style}/>'


def _line(line: Line, place: int, end: tuple[float, float]) -> str:
    if not line.points:
        return ""
    style = f'stroke="{_tint(place)}" stroke-width="2" stroke-dasharray="{_DASHES[place % len(_DASHES)]}"'
    return f"<g><title>{escape(line.name)}</title>{_path(line.points, end, style)}</g>"


def _key(line: Line, place: int) -> str:
    y = _TOP + _HEIGHT + 44 + 16 * place
    style = f'stroke="{_tint(place)}" stroke-width="2" stroke-dasharray="{_DASHES[place % len(_DASHES)]}"'
    text = f'<text x="{_LEFT + 30}" y="{y}" font-size="11" fill="currentColor">{escape(line.name)}</text>'
    return f'<path d="M{_LEFT},{y - 4} h24" {style}/>{text}'


def _tint(place: int) -> str:
    return TINTS[place % len(TINTS)]


def _axes(end: tuple[float, float], across: str, up: str) -> str:
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    lines = f'<path d="M{_LEFT},{_TOP} V{bottom} H{right}" fill="none" stroke="currentColor" stroke-opacity=".5"/>'
    turned = f'transform="translate(9,{_TOP + _HEIGHT / 2}) rotate(-90)"'
    parts = [lines, _text(f'x="{_LEFT + _WIDTH / 2}" y="{bottom + 27}"', "middle", across), _text(turned, "middle", up)]
    for share in (0, 0.5, 1):
        x, y = _LEFT + _WIDTH * share, bottom - _HEIGHT * share + 3
        parts.append(_text(f'x="{x:.0f}" y="{bottom + 13}"', "middle", f"{share * end[0]:.0%}"))
        parts.append(_text(f'x="{_LEFT - 4}" y="{y:.0f}"', "end", f"{share * end[1]:.0%}"))
    return "".join(parts)


def _text(place: str, anchor: str, text: str) -> str:
    style = 'font-size="10" fill="currentColor" fill-opacity=".8"'
    return f'<text {place} text-anchor="{anchor}" {style}>{escape(text)}</text>'
