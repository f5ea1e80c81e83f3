"""Approaches as a card for notebooks: which goes first, when, on which channels, and how often."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from leadqual.cards.frame import SMALL, card, code, table

if TYPE_CHECKING:
    from leadqual.outreach.approach.document import Approaches
    from leadqual.outreach.approach.plan import Approach


def approaches_card(approaches: Approaches) -> str:
    """Return a document of approaches as one piece of HTML without scripts."""
    rest = f"; at least {approaches.rest} between any two" if approaches.rest is not None else ""
    said = [
        str(approaches.description or ""),
        f"for the policy {approaches.policy}; the first that holds goes first{rest}",
    ]
    rows = [_row(one) for one in approaches.approaches]
    return card(f"{approaches.name} {approaches.version}", said, table(("approach", "when", "how"), rows), 64)


def _row(one: Approach) -> tuple[str, str, str]:
    channels = ", ".join(channel.value for channel in one.channels)
    often = f"every {one.every} at most" if one.every is not None else "always due"
    how = f"{escape(channels)}<div style='{SMALL}'>{escape(f'{often}; {one.purpose.value}')}</div>"
    what = f"{escape(str(one.title))}<div style='{SMALL}'>{escape(one.id)}</div>"
    return what, code(str(one.when)) if one.when is not None else "always", how
