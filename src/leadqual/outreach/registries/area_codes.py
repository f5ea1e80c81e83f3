"""Which area codes a copy of a registry covers: of the others it says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import numpy as np

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.registries.blocks import BLOCK, Blocks
from leadqual.outreach.registries.layouts import Numbers, Truths
from leadqual.outreach.registries.numbering import Numbering

AreaCodes: TypeAlias = str | Iterable[str | int]
"""``"all"``, or area codes."""

ALL: Final = "all"
_CODES: Final = 1_000
_FIRST: Final = 200
"""No area code is smaller."""
_OF_CODE: Final = 10_000_000
"""Numbers of an area code."""


def read_area_codes(given: Any, numbering: Numbering) -> frozenset[int] | None:
    """Return the area codes that were named, None for the whole registry; raise `InputError` if they are none."""
    if given == ALL:
        return None
    if not numbering.has_area_codes:
        message = f"the numbers of {numbering.country} have no area codes of three digits, by which a copy could be cut"
        hint = 'area_codes="all" if the copy holds the whole registry'
        raise InputError(Problem("bad-argument", message, Place("area_codes"), shown(given), repr(ALL), hint))
    codes = [given] if isinstance(given, str | int) or not isinstance(given, Iterable) else list(given)
    bad = [code for code in codes if not _is_area_code(code)]
    if bad:
        expected = "'all', or area codes of three digits, such as ['212', '646']"
        message = "these are no area codes"
        raise InputError(Problem("bad-argument", message, Place("area_codes"), shown(bad), expected))
    return frozenset(map(int, codes))


def area_codes_in(blocks: Blocks) -> frozenset[int]:
    """Return the area codes that occur."""
    return frozenset(np.unique(blocks.used() // (_OF_CODE // BLOCK)).tolist())


def check_covered(occurring: frozenset[int], named: frozenset[int] | None) -> None:
    """Raise `InputError` if numbers are of area codes that the copy was said not to cover."""
    more = sorted(occurring - named) if named is not None else []
    if more:
        hint = "name these area codes as well, or leave area_codes out: those that occur are covered"
        message = "there are numbers of area codes that were not named"
        found = ", ".join(map(str, more))
        raise InputError(Problem("area-not-covered", message, Place("area_codes"), shown(found), hint=hint))


class Coverage:
    """Whether numbers are of area codes that a copy covers.

    Parameters
    ----------
    numbering : Numbering
        The numbers of the country.
    codes : frozenset of int, optional
        The area codes; without them it covers all.
    """

    __slots__ = ("_by_code", "_one", "codes")

    def __init__(self, numbering: Numbering, codes: frozenset[int] | None) -> None:
        self.codes = codes
        table = np.full(_CODES, not numbering.has_area_codes)  # where there are no area codes, all numbers are covered
        table[slice(_FIRST, None) if codes is None else sorted(codes)] = True
        self._by_code: Truths = table
        self._one = table.tobytes()  # quicker for a single number

    def holds(self, number: int) -> bool:
        """Return whether a national number is covered."""
        return self._one[number // _OF_CODE] == 1

    def hold(self, numbers: Numbers) -> Truths:
        """Return which national numbers are covered."""
        return self._by_code[numbers // _OF_CODE]


def _is_area_code(code: object) -> bool:
    text = str(code) if isinstance(code, str | int) and not isinstance(code, bool) else ""
    return len(text) == 3 and text.isascii() and text.isdigit() and int(text) >= _FIRST
