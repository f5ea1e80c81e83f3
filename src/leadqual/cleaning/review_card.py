"""A review in a notebook: each pair with both contacts beside one another, those first on which nobody decided."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import polars as pl

from leadqual.cards.frame import folded, framed, heading, table
from leadqual.cards.values import cut
from leadqual.cleaning.counting import counted
from leadqual.cleaning.review_rows import LEFT, RIGHT

_SHOWN: Final = 10
_OPEN: Final = 3
_LONG: Final = 80
_WORDS: Final = {"company.name": "company"}


def review_card(review: pl.DataFrame, said: str) -> str:
    """Return a review as HTML: what is said of it, and its first pairs.

    Parameters
    ----------
    review : DataFrame
        The table.
    said : str
        How far it has come; the first line is the title.
    """
    title, _, rest = said.partition("\n")
    pairs = _undecided_first(review).head(_SHOWN).rows(named=True)
    shown = "".join(_pair(row, is_open=place < _OPEN) for place, row in enumerate(pairs))
    left_out = review.height - len(pairs)
    more = f"and {counted(left_out, 'pair')} more, in .table" if left_out else ""
    return framed(heading(title, [rest.strip(), _how(pairs)]) + shown + escape(more), width=60)


def _how(pairs: list[dict[str, Any]]) -> str:
    """Return how to decide on the first pair, in words that can be copied."""
    undecided = next((row for row in pairs if not row.get("decision")), None)
    if undecided is None:
        return ""
    return f'To decide: review.decide({{({undecided["left"]!r}, {undecided["right"]!r}): "same"}}), or "different".'


def _undecided_first(review: pl.DataFrame) -> pl.DataFrame:
    if "decision" not in review.columns:
        return review
    decided = pl.col("decision").cast(pl.String).str.strip_chars().fill_null("") != ""
    return review.sort(decided, maintain_order=True)


def _pair(row: Mapping[str, Any], *, is_open: bool) -> str:
    left, right = _text(row.get("left")), _text(row.get("right"))
    likely = row.get("probability")
    words = [
        f"{left} and {right}: {row.get('decision') or 'not decided'}",
        _text(row.get("why")),
        f"probability {likely:.4f}" if isinstance(likely, float) and likely < 1 else "",
        f"conflicts: {row['conflicts']}" if row.get("conflicts") else "",
    ]
    sides = table(["", left, right], _sides(row))
    return folded("; ".join(filter(None, words)), sides, is_open=is_open)


def _sides(row: Mapping[str, Any]) -> list[list[str]]:
    """Return a line for each field that either of the two has; what differs stands out."""
    lines = []
    for name in (column.removesuffix(LEFT) for column in row if column.endswith(LEFT)):
        one, other = _text(row[name + LEFT]), _text(row.get(name + RIGHT))
        if one or other:
            cells = [escape(cut(one, _LONG)) or "–", escape(cut(other, _LONG)) or "–"]
            differs = one and other and one != other
            label = escape(_WORDS.get(name, name.replace("_", " ")))
            lines.append([label, *(f"<strong>{cell}</strong>" if differs else cell for cell in cells)])
    return lines


def _text(value: Any) -> str:
    return "" if value is None else str(value)
