"""The frame of a card, under the name by which it was first known."""

from __future__ import annotations

from leadqual.cards.frame import SMALL, as_written, framed, heading, text_card

__all__ = ["SMALL", "as_written", "framed", "heading", "text_card"]
