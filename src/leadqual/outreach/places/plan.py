"""Which digits of a number decide what it is: all that differ only in the others are answered once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PREFIX: Final = len("+1212")

_SPLIT: Final = """
    242 246 264 268 284 340 345 441 473 649 658 664 670 671 684 721 758 767 784 787 809 829 849 868 869 876 939
    523 524 800
"""
"""Codes under +1 of which more digits decide: those of other countries, of single persons, and free ones."""


def _north_america() -> dict[str, int]:
    split = {*map(int, _SPLIT.split())}
    return {f"+1{code}": 3 if code in split else 6 for code in range(200, 1000)}


_MOBILE: Final = {
    "+336": ("0123456789", 6), "+337": ("3456789", 7),                       # France
    "+316": ("123458", 7),                                                   # the Netherlands
    "+447": ("45789", 5), "+491": ("57", 6),                                # the United Kingdom, Germany
    "+601": ("0123456789", 4),                                               # Malaysia
    "+614": ("0123456789", 5),                                               # Australia
    "+628": ("12356789", 7),                                                 # Indonesia
    "+639": ("0123456789", 7),                                               # the Philippines
    "+658": ("0123456789", 5), "+659": ("012345678", 5),                     # Singapore
    "+668": ("0123456789", 7), "+669": ("0123456789", 7),                    # Thailand
    "+843": ("0123456789", 6), "+847": ("0123456789", 6),                    # Vietnam
    "+848": ("0123456789", 6), "+849": ("0123456789", 6),
    "+916": ("0123456789", 5), "+917": ("0123456789", 5),                    # India
    "+918": ("0123456789", 5), "+919": ("0123456789", 5),
}  # fmt: skip
"""The first digits of mobile numbers, the digits that may follow, and how many at the end say nothing."""


_UNDECIDING: Final[Mapping[str, int]] = _north_america() | {
    f"{start}{digit}": undeciding for start, (digits, undeciding) in _MOBILE.items() for digit in digits
}
"""How many digits at the end say nothing, by the first digits of a number; the tests prove it on the metadata."""


_ZEROS: Final = tuple("0" * count for count in range(9))


def representative(number: str) -> str:
    """Return the number that stands for all those of which the same is known: the digits that say nothing are 0.

    Examples
    --------
    >>> representative("+12125550123"), representative("+6281234567890"), representative("+442079460018")
    ('+12125000000', '+6281230000000', '+442079460018')
    """
    undeciding = _UNDECIDING.get(number[:_PREFIX])
    if undeciding is None or len(number) < _PREFIX + undeciding or not (number.isascii() and number[1:].isdigit()):
        return number
    return number[:-undeciding] + _ZEROS[undeciding]
