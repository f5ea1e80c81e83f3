"""A number and its word, in one place: one pair, two pairs."""

from __future__ import annotations


def counted(number: int, word: str) -> str:
    """Return a number with its word, which takes an ``s`` unless there is one of it.

    Examples
    --------
    >>> counted(1, "pair"), counted(1200, "contact")
    ('1 pair', '1,200 contacts')
    """
    return f"{number:,} {word}{'s' * (number != 1)}"
