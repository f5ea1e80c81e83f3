"""How the telephone numbers of a country are written, and which whole number stands for one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from phonenumbers import country_code_for_region

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.registries.layouts import Layout

MOST_DIGITS: Final = 10
"""Digits of a national number, at most."""
_FEWEST_DIGITS: Final = 4
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_NORTH_AMERICA: Final = 1


@dataclass(frozen=True)
class Numbering:
    """The numbers of a country.

    Parameters
    ----------
    country : str
        Its ISO 3166 code.
    calling_code : int
        What stands between the plus and the national number.

    Examples
    --------
    >>> us = Numbering.of("US")
    >>> us.national("+12125550123"), us.national("+441632960001")
    (2125550123, None)
    >>> us.written("212,5550123"), us.written("1-212-555-0123")
    (2125550123, None)
    """

    country: str
    calling_code: int

    @classmethod
    def of(cls, country: str) -> Numbering:
        """Return the numbering of a country; raise `InputError` if there is no such country."""
        code = country_code_for_region(country) if isinstance(country, str) else 0
        if not code:
            expected = "an ISO 3166 code of two capital letters, such as 'US' or 'CA'"
            problem = Problem("bad-country", "the country is not a code", Place("country"), shown(country), expected)
            raise InputError(problem)
        return cls(country, code)

    @property
    def has_area_codes(self) -> bool:
        """Whether a number is an area code of three digits and seven more."""
        return self.calling_code == _NORTH_AMERICA

    @property
    def prefix(self) -> str:
        """What an international number of the country begins with."""
        return f"+{self.calling_code}"

    @property
    def fewest_digits(self) -> int:
        """How many digits a national number has at least."""
        return MOST_DIGITS if self.has_area_codes else _FEWEST_DIGITS

    @property
    def smallest(self) -> int:
        """The smallest national number of full length that there can be."""
        return 2_000_000_000 if self.has_area_codes else 1_000_000_000

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """The ways in which a number may be written, each of which leaves no doubt."""
        first = "2" if self.has_area_codes else "1"
        plain = Layout(first + "d" * (MOST_DIGITS - 1))
        if self.has_area_codes:
            return plain, Layout(f"{first}dd,ddddddd"), Layout(f"{self.prefix}:{plain.pattern}")
        lengths = range(_FEWEST_DIGITS, MOST_DIGITS + 1)
        return plain, *(Layout(f"{self.prefix}:{first}{'d' * (length - 1)}") for length in lengths)

    @cached_property
    def _international(self) -> re.Pattern[str]:
        return re.compile(rf"\{self.prefix}([1-9][0-9]{{{self.fewest_digits - 1},{MOST_DIGITS - 1}}})")

    @cached_property
    def _written(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(layout.expression) for layout in self.layouts)

    def national(self, number: str) -> int | None:
        """Return the national number in an E.164 text, or None if it is one of another country.

        Raises
        ------
        InputError
            If the text is no E.164 number.
        """
        try:
            match = self._international.fullmatch(number)
        except TypeError:
            raise not_international(number) from None
        if match is not None:
            return int(match[1])
        if _E164.fullmatch(number) is None:
            raise not_international(number)
        return None

    def written(self, text: str) -> int | None:
        """Return the national number in a text as lists hold it, or None if it cannot surely be read."""
        for pattern in self._written:
            if (match := pattern.fullmatch(text)) is not None:
                return int("".join(match.groups()))
        return None


def not_international(number: object) -> InputError:
    """Return the error of what is no E.164 number."""
    hint = "begin with + and the country's code, and leave out spaces and signs"
    message = "the phone number is not international"
    return InputError(Problem("bad-phone", message, Place("number"), shown(number), "such as '+12125550123'", hint))
