"""Copies of do-not-call registries as the command line names them: files that were built, and lists of numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from leadqual.cli.at_once import AtOnce
from leadqual.cli.output import Watch
from leadqual.cli.permit_options import as_option, day_of
from leadqual.errors import InputError, Place, Problem
from leadqual.outreach.registries.registry import DoNotCallRegistry

_OF_COUNTRY: Final = re.compile(r"([A-Za-z]{2})=(.+)", re.DOTALL)
_USUAL: Final = "US"
_OBTAINED: Final = "--registry-obtained"


@dataclass(frozen=True)
class Named:
    """The registries that a command names.

    Parameters
    ----------
    opened : tuple of DoNotCallRegistry
        Those that were built before.
    lists : mapping of str to list of Path
        Lists of numbers by the country whose numbers they are.
    obtained : mapping of str to datetime
        When the lists of each country were downloaded.
    """

    opened: tuple[DoNotCallRegistry, ...]
    lists: Mapping[str, list[Path]]
    obtained: Mapping[str, datetime]

    def read(self, watch: Watch) -> list[DoNotCallRegistry]:
        """Return all registries; raise `InputError` with every line of a list that cannot be read."""
        steps, found = AtOnce(), [*self.opened]
        for country, files in self.lists.items():
            with steps:
                found.append(_of_lists(country, files, self.obtained[country], watch))
        steps.tell()
        return found


def named_registries(
    files: Sequence[Path] | None, obtained: Sequence[str] | None, time_zone: str | None = None
) -> Named:
    """Open what was built before, and sort lists of numbers by country; raise `InputError` with all that is wrong.

    Parameters
    ----------
    files : sequence of Path, optional
        ``numbers.txt`` or ``ca=numbers.txt``; without a country the list is one of the United States.
    obtained : sequence of str, optional
        ``2026-11-20`` for all lists, or ``ca=2026-11-20`` for those of a country.
    time_zone : str, optional
        The zone in which a day begins.
    """
    steps = AtOnce()
    opened: list[DoNotCallRegistry] = []
    lists: dict[str, list[Path]] = {}
    for given in files or ():
        with steps:
            country, file = _parts(str(given))
            there = _opened(Path(file), country)
            if there is None:
                lists.setdefault(country or _USUAL, []).append(Path(file))
            else:
                opened.append(there)
    days: dict[str | None, datetime] = {}
    for one in obtained or ():
        with steps:
            country, day = _parts(one)
            days[country] = day_of(day, time_zone, _OBTAINED)
    if not steps.failed:
        with steps:
            _check_days(lists, days)
    steps.tell()
    return Named(tuple(opened), lists, {country: days.get(country) or days[None] for country in lists})


def _parts(given: str) -> tuple[str | None, str]:
    match = _OF_COUNTRY.fullmatch(given)
    return (match[1].upper(), match[2]) if match else (None, given)


def _opened(file: Path, country: str | None) -> DoNotCallRegistry | None:
    """Return the registry in a file; None if it is a list of numbers."""
    try:
        there = DoNotCallRegistry.open(file)
    except InputError as error:
        if error.code == "not-a-registry":
            return None
        raise
    if country not in (None, there.country):
        message, hint = f"this is a registry of {there.country}", f"--registry {file}"
        raise InputError(Problem("wrong-country", message, Place(str(file)), there.country, str(country), hint))
    return there


def _check_days(lists: Mapping[str, list[Path]], days: Mapping[str | None, datetime]) -> None:
    problems = []
    for country, files in lists.items():
        if country not in days and None not in days:
            message = f"nobody says when {', '.join(map(str, files))} was obtained"
            hint = f"{_OBTAINED} 2026-11-20; laws say how old a copy may be"
            problems.append(Problem("missing-argument", message, Place(_OBTAINED), hint=hint))
    for unused in days:
        if (unused is None and not lists) or (unused is not None and unused not in lists):
            message = f"there is no list of numbers {f'of {unused} ' if unused else ''}that was obtained then"
            hint = "a registry that was built knows itself when it was obtained"
            problems.append(Problem("bad-usage", message, Place(_OBTAINED), unused, hint=hint))
    if problems:
        raise InputError(problems)


def _of_lists(country: str, files: list[Path], obtained: datetime, watch: Watch) -> DoNotCallRegistry:
    try:
        return DoNotCallRegistry.from_files(
            files,
            obtained_at=obtained,
            country=country,
            progress=lambda _, done: watch(f"registry of {country}", done),
        )
    except InputError as error:
        raise InputError([_told(problem, country) for problem in error.problems]) from None


def _told(problem: Problem, country: str) -> Problem:
    """Return a problem of a list; what only a building can say is told as that."""
    if problem.place.source == "country":
        return problem.at(source="--registry")
    if problem.place.source == "area_codes":
        hint = f"leadqual registry build FILES --country {country} --area-codes all --obtained DAY --out FILE"
        return Problem(problem.code, problem.message, Place("--registry"), country, hint=hint)
    return as_option(problem)
