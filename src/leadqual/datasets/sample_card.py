"""The sample as a card for notebooks: who is in it, and how much happened in each month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC
from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.cards.frame import GOOD, card, facts
from leadqual.cards.values import plain

if TYPE_CHECKING:
    from leadqual.datasets.sample import Demo

_HEIGHT: Final = 56
_MOST: Final = 6


def demo_card(demo: Demo) -> str:
    """Return a sample as one piece of HTML without scripts."""
    told = [one for history in demo.histories.values() for one in history]
    kinds = Counter(one.kind for one in told).most_common(_MOST)
    countries = Counter(contact.country or "not known" for contact in demo.contacts).most_common(_MOST)
    months = Counter(one.occurred_at.astimezone(UTC).strftime("%Y-%m") for one in told)
    rows = [
        ("countries", escape(_counted(countries)), "Of the contacts, as their records have them."),
        ("mostly", escape(_counted(kinds)), "The kinds of interactions of which there are most."),
    ]
    said = [f"until {plain(demo.at)}; invented, by a truth that is known: demo.truth"]
    title = f"{len(demo.contacts):,} contacts with {len(told):,} interactions"
    return card(title, said, facts(rows) + _by_month(dict(sorted(months.items()))), 48)


def _counted(several: list[tuple[str, int]]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in several)


def _by_month(months: Mapping[str, int]) -> str:
    """Return a bar for each month, with the first and last of them below."""
    if not months:
        return ""
    most, width = max(months.values()), 100 / len(months)
    bars = "".join(
        f'<rect x="{place * width:.2f}%" width="{width * 0.8:.2f}%" y="{_HEIGHT - _HEIGHT * number / most:.1f}" '
        f'height="{_HEIGHT * number / most:.1f}" fill="{GOOD}"><title>{month}: {number:,} interactions</title></rect>'
        for place, (month, number) in enumerate(months.items())
    )
    first, *_, last = [*months, *months]
    ends = "".join(
        f'<text x="{x}" y="{_HEIGHT + 13}" text-anchor="{anchor}" font-size="11" fill="currentColor">{text}</text>'
        for x, anchor, text in (("0%", "start", first), ("100%", "end", last))
    )
    label = f"interactions a month, from {first} to {last}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" width="100%" '
        f'height="{_HEIGHT + 17}" style="display:block;height:{_HEIGHT + 17}px;margin-top:.5rem">{bars}{ends}</svg>'
    )
