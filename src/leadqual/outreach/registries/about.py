"""What is known of a copy of a registry, besides the numbers in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.time import aware
from leadqual.outreach.registries.area_codes import ALL, Coverage
from leadqual.outreach.registries.blocks import Blocks
from leadqual.outreach.registries.numbering import Numbering

_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a copy comes from.

    Parameters
    ----------
    numbering : Numbering
        The numbers of the country.
    name : str
        What people call it.
    obtained_at : datetime
        When the copy was obtained, in UTC.
    """

    numbering: Numbering
    name: str
    obtained_at: datetime

    @classmethod
    def of(cls, country: str, name: str | None, obtained_at: datetime) -> Origin:
        """Return the origin that was named; raise `InputError` if something of it cannot be."""
        numbering = Numbering.of(country)
        if name is not None and not (isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME):
            expected = f"a text of at most {_LONGEST_NAME} characters"
            problem = Problem("bad-argument", "the name is no text, or too long", Place("name"), shown(name), expected)
            raise InputError(problem)
        return cls(numbering, name or f"do-not-call registry {country}", aware(obtained_at, "obtained_at"))

    def later(self, obtained_at: datetime) -> Origin:
        """Return the origin of what was obtained after this; raise `InputError` if it was not."""
        now = aware(obtained_at, "obtained_at")
        if now <= self.obtained_at:
            message, hint = "the change list is not later than the copy", "apply only lists that were obtained after it"
            expected = f"later than {self.obtained_at.isoformat()}"
            raise InputError(Problem("older-registry", message, Place("obtained_at"), now.isoformat(), expected, hint))
        return replace(self, obtained_at=now)

    def age(self, at: datetime) -> timedelta:
        """Return how long before `at` it was obtained; raise `InputError` if it was later."""
        age = aware(at) - self.obtained_at
        if age < timedelta(0):
            message, hint = "the copy was obtained later", "take the copy that there was then"
            expected = f"not before {self.obtained_at.isoformat()}"
            raise InputError(Problem("registry-in-future", message, Place("at"), at.isoformat(), expected, hint))
        return age


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a registry.

    Parameters
    ----------
    origin : Origin
        Where it comes from.
    coverage : Coverage
        What it covers.
    count : int
        How many numbers it holds.
    blocks : Blocks
        The numbers.
    """

    origin: Origin
    coverage: Coverage
    count: int
    blocks: Blocks

    def __str__(self) -> str:
        """Return its name, what it holds and when it was obtained."""
        codes = self.coverage.codes
        where = "all area codes" if codes is None else f"{len(codes)} area code{'s' if len(codes) != 1 else ''}"
        number = f"{self.count:,} number{'s' if self.count != 1 else ''}"
        return f"{self.origin.name!r}: {number} in {where}, obtained {self.origin.obtained_at.isoformat()}"

    def as_dict(self, rejected: int) -> dict[str, Any]:
        """Return all but the numbers as plain data for JSON."""
        codes = self.coverage.codes
        return {
            "country": self.origin.numbering.country,
            "name": self.origin.name,
            "obtained_at": self.origin.obtained_at.isoformat(),
            "area_codes": ALL if codes is None else sorted(codes),
            "numbers": self.count,
            "rejected": rejected,
        }

    @classmethod
    def from_dict(cls, known: Mapping[str, Any], blocks: Blocks) -> Copy:
        """Return the copy of which `as_dict` told."""
        origin = Origin.of(known["country"], known["name"], datetime.fromisoformat(known["obtained_at"]))
        codes = None if known["area_codes"] == ALL else frozenset(map(int, known["area_codes"]))
        return cls(origin, Coverage(origin.numbering, codes), int(known["numbers"]), blocks)
