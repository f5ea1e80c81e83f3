"""What a reader of exports chose, and what the documents say where nothing was chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.files.numbers import POINT, decimal_named
from leadqual.files.times import zone_named
from leadqual.integrations.document import Document, Reading, Reads
from leadqual.integrations.files.encodings import encoding_named
from leadqual.integrations.files.matching import Matched
from leadqual.integrations.readings.base import Conventions
from leadqual.integrations.readings.places import country_code
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.time import aware
from leadqual.policy.document import PolicyDocument

_SIGNS = {".": "point", ",": "comma"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen for one import.

    Parameters
    ----------
    document : Document
        The mapping.
    policy : PolicyDocument, optional
        Whose fields and kinds are known beside the built-in ones.
    country, time_zone, day_first, decimal, encoding, at : optional
        What the caller said, which comes before what the document says.
    """

    document: Document
    policy: PolicyDocument | None = None
    country: str | None = None
    time_zone: str | None = None
    day_first: bool | None = None
    decimal: str | None = None
    encoding: str | None = None
    at: datetime | None = None

    def how(self, matched: Matched, header: str | None = None, reads: Reads | None = None) -> Conventions:
        """Return how the cells of a column were written."""
        file, document = matched.file.reading, self.document.reading
        zone = self.time_zone or file.time_zone or document.time_zone
        typed = header is not None and matched.places.get(header) in matched.opened.typed
        said = (self.decimal, reads.decimal if reads else None, file.decimal, document.decimal)
        days = (self.day_first, reads.day_first if reads else None, file.day_first, document.day_first)
        return Conventions(
            country=self.country,
            zone=zone_named(zone),
            day_first=next((one for one in days if one is not None), None),
            decimal=POINT if typed else next((one for one in said if one is not None), None),
            at=self.at,
        )

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of interactions that are known."""
        return frozenset(BUILT_IN) | frozenset(self.policy.interactions if self.policy else ())

    @property
    def words(self) -> Mapping[str, Mapping[str, str]]:
        """The vocabularies."""
        return self.document.words


def settings(
    document: Document,
    policy: PolicyDocument | None,
    *,
    country: str | None,
    time_zone: str | None,
    day_first: bool | None,
    decimal: str | None,
    encoding: str | None,
    at: datetime | None,
) -> Settings:
    """Return what was chosen, checked; raise `InputError` with everything that is wrong with it."""
    code, moment = checked_options(country, time_zone, day_first, decimal, encoding, at)
    return Settings(document, policy, code, time_zone, day_first, _SIGNS.get(decimal or "", decimal), encoding, moment)


def checked_options(
    country: str | None,
    time_zone: str | None,
    day_first: bool | None,
    decimal: str | None,
    encoding: str | None,
    at: datetime | None,
) -> tuple[str | None, datetime | None]:
    """Return the code of the country and the instant in UTC; raise `InputError` with each option that is wrong."""
    problems: list[Problem] = []
    code = country
    checks: tuple[Callable[[], object], ...] = (
        lambda: zone_named(time_zone),
        lambda: decimal_named(_SIGNS.get(decimal or "", decimal)),
        lambda: encoding_named(encoding),
    )
    for check in checks:
        try:
            check()
        except InputError as error:
            problems += error.problems
    if country is not None:
        try:
            code = country_code(country)
        except InputError as error:
            problems += [problem.at(source="country") for problem in error.problems]
    if day_first is not None and not isinstance(day_first, bool):
        problems.append(
            Problem("wrong-type", "day_first is yes or no", Place("day_first"), shown(day_first), "True or False")
        )
    try:
        moment = None if at is None else aware(at)
    except InputError as error:
        problems += error.problems
        moment = None
    if problems:
        raise InputError(problems)
    return code, moment


def reading_of(document: Document, kind: str | None) -> Reading:
    """Return how a file is written, before it is known which one it is."""
    if kind is not None and kind in document.files:
        own = document.files[kind].reading.model_dump(exclude_none=True)
        return document.reading.model_copy(update=own)
    return document.reading
