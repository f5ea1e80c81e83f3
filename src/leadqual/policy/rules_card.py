"""Scores by rules as cards for notebooks: each rule in a line, with what it gives points for and how they fade."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.cards.frame import SMALL, code, framed, heading, table

if TYPE_CHECKING:
    from leadqual.policy.rules import Bands, Grid, Rule, ScoreRules

_TINTS: Final = (0.6, 0.42, 0.28, 0.16, 0.08)
"""How dark the bands of a grade are drawn, best first; the lowest as light as the last."""


def rules_card(rules: ScoreRules) -> str:
    """Return a score by rules as one piece of HTML without scripts."""
    return framed(heading(f"A score {range_text(rules.range)}", [rules.description or ""]) + rules_html(rules))


def range_text(found: tuple[float, float]) -> str:
    """Return a range in words.

    Examples
    --------
    >>> range_text((0.0, 100.0))
    'from 0 to 100'
    """
    return f"from {found[0]:g} to {found[1]:g}"


def rules_html(rules: ScoreRules) -> str:
    """Return the rules of a score as a table, with the caps that groups of them share below."""
    rows = [_row(rule) for rule in rules.rules]
    shared = [f"Together {name} gives no more than {group.cap:g}." for name, group in rules.groups.items()]
    below = "".join(f"<div style='{SMALL}'>{escape(line)}</div>" for line in shared)
    return (table(("points", "rule", "for"), rows, (0,)) if rows else "No rules.") + below


def _row(rule: Rule) -> tuple[str, str, str]:
    what = code(str(rule.when if rule.when is not None else rule.each))
    short = "; ".join(options(rule))
    why = "".join(f"<div style='{SMALL}'>{escape(text)}</div>" for text in (short, rule.description) if text)
    return f"{rule.points:+g}", escape(rule.id), what + why


def options(rule: Rule) -> Iterator[str]:
    """Yield how the points of a rule are counted, in words.

    Examples
    --------
    >>> from leadqual.policy.rules import Rule
    >>> list(options(Rule(id="demo", each="demo_requested", points=40, half_life="21d", cap=50)))
    ['each time', 'halves every 21d', 'at most 50 points']
    """
    if rule.each is not None:
        yield "each time"
    if rule.within is not None:
        yield f"for {rule.within}"
    if rule.half_life is not None:
        yield f"halves every {rule.half_life}"
    if rule.linear is not None:
        yield f"fades evenly within {rule.linear}"
    if rule.step is not None:
        yield f"loses {rule.step.lose:.0%} every {rule.step.every}"
    if rule.at_most is not None:
        yield f"at most {rule.at_most}"
    if rule.cap is not None:
        yield f"at most {rule.cap:g} points"
    if rule.group is not None:
        yield f"shares the cap of {rule.group}"


def bands_card(bands: Bands) -> str:
    """Return a grade by bands as one piece of HTML without scripts."""
    return framed(
        heading(f"A grade on the score {bands.score}", [bands.description or ""]) + bands_html(bands), width=46
    )


def bands_html(bands: Bands, ends: tuple[float, float] | None = None) -> str:
    """Return the bands of a grade in words, and as a bar if the range of the score is known."""
    said = ", ".join(f"{name} from {low:g}" for name, low in bands.bands.items())
    return _bar(bands, ends) + f"<div style='{SMALL}'>{escape(said)}</div>"


def _bar(bands: Bands, ends: tuple[float, float] | None) -> str:
    """Return the bands as parts of a bar from the smallest to the largest score."""
    if ends is None:
        return ""
    low, high = ends
    parts, right = [], high
    for place, (name, least) in enumerate(bands.bands.items()):
        left = min(max(least, low), right)
        if right > left:
            parts.append(_part(name, 100 * (left - low) / (high - low), 100 * (right - left) / (high - low), place))
        right = left
    label = escape(f"the bands of {bands.score}")
    style = "display:block;height:18px;max-width:26rem;margin:.15rem 0"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" width="100%" height="18" '
        f'style="{style}">{"".join(parts)}</svg>'
    )


def _part(name: str, left: float, width: float, place: int) -> str:
    tint = _TINTS[min(place, len(_TINTS) - 1)]
    return (
        f'<svg x="{left:.2f}%" width="{width:.2f}%" height="18"><title>{escape(name)}</title>'
        f'<rect width="100%" height="18" fill="#2a9d62" fill-opacity="{tint}"/>'
        f'<rect width="1" height="18" fill="currentColor" fill-opacity=".5"/>'
        f'<text x="5" y="13" font-size="11" fill="currentColor">{escape(name)}</text></svg>'
    )


def grid_card(grid: Grid) -> str:
    """Return a grid of two grades as one piece of HTML without scripts."""
    return framed(heading(f"A grid of {grid.rows} and {grid.columns}", [grid.description or ""]) + grid_html(grid))


def grid_html(grid: Grid) -> str:
    """Return the cells of a grid as a table; where none are named, nothing but how they are called."""
    if not grid.cells:
        return f"<div style='{SMALL}'>Each cell is called after its row and its column.</div>"
    columns = list(dict.fromkeys(column for row in grid.cells.values() for column in row))
    rows = [[escape(row), *(escape(grid.cell(row, column)) for column in columns)] for row in grid.cells]
    return table((f"{grid.rows} \\ {grid.columns}", *columns), rows)
