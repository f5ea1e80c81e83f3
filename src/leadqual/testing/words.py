"""Wordings that the reports share: shares, counts, and lines that are safe in a terminal."""

from __future__ import annotations

import math


def percent_of(part: int, whole: int) -> float:
    """Return a share from 0 to 100; all of nothing is 100."""
    return 100.0 * part / whole if whole else 100.0


def share_of(part: int, whole: int) -> str:
    """Return a share in words; rounded down, so that only everything is 100.

    Examples
    --------
    >>> share_of(2, 3), share_of(9_999, 10_000), share_of(0, 0)
    ('66.6 %', '99.9 %', '100.0 %')
    """
    return f"{math.floor(1000 * part / whole) / 10 if whole else 100:.1f} %"


def cases_of(number: int) -> str:
    """Return a number of cases in words.

    Examples
    --------
    >>> cases_of(1), cases_of(1200)
    ('1 case', '1,200 cases')
    """
    return "1 case" if number == 1 else f"{number:,} cases"


def printable(line: str) -> str:
    """Return a line without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)
