"""A score as a card for notebooks: where it lies in its range, and the ledger as bars to both sides of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.cards.frame import BAD, GOOD, SMALL, folded_lines, framed
from leadqual.cards.values import rounded

if TYPE_CHECKING:
    from leadqual.model.score import LedgerLine, Score

KINDS: Final = {
    "rule": "",
    "part": "",
    "cap": "cap of the rule ",
    "group_cap": "cap of the group ",
    "clip": "clip to the range of ",
}
"""What stands before the name of a line of a ledger."""

_BARS: Final = 8
"""The width of all bars of a ledger together, in letters."""
_CELL: Final = "border:0;background:none;vertical-align:top;padding:.1rem .7rem .1rem 0"


def score_card(score: Score) -> str:
    """Return a score as one piece of HTML without scripts."""
    unknown = [f"{line.id}: cannot be told" for line in score.ledger if line.unknown]
    silent = [_name(line) for line in score.ledger if not line.points and not line.unknown]
    below = (
        folded_lines("Not known", score.missing)
        + folded_lines("Rules that cannot be told", unknown)
        + folded_lines("Rules that add nothing", silent)
    )
    return framed(score_html(score) + below, width=46)


def score_html(score: Score) -> str:
    """Return a score with the lines of its ledger that add or take something."""
    lines = [line for line in score.ledger if line.points]
    title = f"<strong>{escape(score.name)}</strong> {escape(score_text(score))}"
    return f"<div style='margin-top:.6rem'>{title}{_meter(score)}{ledger_html(lines)}</div>"


def score_text(score: Score) -> str:
    """Return a score's value with its range."""
    if score.value is None:
        return "abstains"
    low, high = score.range or (None, None)
    return f"{score.value:g}" + (f" (from {low:g} to {high:g})" if low is not None and high is not None else "")


def _meter(score: Score) -> str:
    """Return where a score lies in its range, as a bar in a frame; words beside it say the same."""
    if score.value is None or score.range is None:
        return ""
    low, high = score.range
    share = 100 * min(1.0, max(0.0, (score.value - low) / (high - low)))
    bar = f"<div style='height:100%;width:{share:.1f}%;background:currentColor;opacity:.55;border-radius:3px'></div>"
    frame = "height:.5em;max-width:22rem;border:1px solid #8888;border-radius:4px;margin:.15rem 0"
    return f"<div style='{frame}' aria-hidden='true'>{bar}</div>"


def ledger_html(lines: Sequence[LedgerLine]) -> str:
    """Return lines of a ledger as a table: points, a bar to the left or right of nothing, and what for."""
    if not lines:
        return ""
    below = max(0.0, *(-line.points for line in lines))
    above = max(0.0, *(line.points for line in lines))
    rows = "".join(_row(line, below, above) for line in lines)
    table = "border:0;border-collapse:collapse;font-size:.9em;margin:.2rem 0;background:none;color:inherit"
    return f"<table style='{table}'>{rows}</table>"


def _row(line: LedgerLine, below: float, above: float) -> str:
    times = f" <span style='opacity:.75'>({line.count:,} counted)</span>" if line.count is not None else ""
    why = f"<div style='{SMALL}'>{escape(line.description)}</div>" if line.description else ""
    what = f"{escape(_name(line))}{times}{why}"
    cells = (
        f"<td style='{_CELL};text-align:right;white-space:nowrap'>{rounded(line.points, 4, signed=True)}</td>"
        f"<td style='{_CELL}' aria-hidden='true'>{_bar(line.points, below, above)}</td>"
        f"<td style='{_CELL};text-align:left;white-space:normal;overflow-wrap:anywhere'>{what}</td>"
    )
    return f"<tr style='background:none'>{cells}</tr>"


def _bar(points: float, below: float, above: float) -> str:
    """Return a bar that begins at nothing: what takes away reaches to the left, what adds to the right."""
    scale = _BARS / (below + above)
    left = (below - max(0.0, -points)) * scale
    colour, width = GOOD if points > 0 else BAD, abs(points) * scale
    bar = f"height:.75em;margin:.25em 0 0 {left:.2f}em;width:{width:.2f}em;min-width:2px;background:{colour}"
    return f"<div style='width:{_BARS}em'><div style='{bar};border-radius:2px'></div></div>"


def _name(line: LedgerLine) -> str:
    return f"{KINDS[line.kind]}{line.id}"
