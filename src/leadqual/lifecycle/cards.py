"""The frame and the heading of every card in a notebook: plain HTML that follows the page's colours, light or dark."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

_FRAME: Final = "font-family:system-ui,sans-serif;border:1px solid #8888;border-radius:8px;padding:.8rem 1rem"

SMALL: Final = "opacity:.75;font-size:.9em"
"""The style of what is said in small letters."""


def framed(inside: str, width: int = 60) -> str:
    """Return a card around some HTML; its width is counted in letters of the page."""
    return f"<div style='{_FRAME};max-width:{width}rem'>{inside}</div>"


def heading(title: str, said: Iterable[str] = ()) -> str:
    """Return a title, and below it in small letters what is said.

    Examples
    --------
    >>> heading("Tests & more")
    "<div style='font-size:1.15em'><strong>Tests &amp; more</strong></div>"
    """
    below = "".join(f"<div style='{SMALL}'>{escape(line)}</div>" for line in said)
    return f"<div style='font-size:1.15em'><strong>{escape(title)}</strong></div>{below}"


def text_card(text: str) -> str:
    """Return a report that was made for a terminal as a card: its first line is the title."""
    title, _, rest = text.partition("\n")
    return framed(heading(title) + (as_written(rest.strip("\n")) if rest else ""))


def as_written(text: str) -> str:
    """Return text in letters of one width, line by line as it is."""
    return f"<pre style='margin:.2rem 0;white-space:pre-wrap'>{escape(text)}</pre>"
