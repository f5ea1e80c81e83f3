"""Reading what another system exported."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from leadqual.errors import InputError, PolicyError, Problem
from leadqual.integrations.assemble import Happenings, People
from leadqual.integrations.cases import EMPTY, REFUSED, Cases
from leadqual.integrations.counts import FileCounts, settled
from leadqual.integrations.document import Document
from leadqual.integrations.files.matching import Matched
from leadqual.integrations.files.opened import BadRow
from leadqual.integrations.files.opening import Files, opened_files
from leadqual.integrations.known import check_words
from leadqual.integrations.mapping import Mapping, mapping
from leadqual.integrations.result import Import
from leadqual.integrations.rows.batch import Batch
from leadqual.integrations.rows.contacts import companies_of, contacts_of, links_of
from leadqual.integrations.rows.interactions import interactions_of
from leadqual.integrations.scratch import Scratch
from leadqual.integrations.settings import Settings, checked_options, settings
from leadqual.policy.document import PolicyDocument

Progress = Callable[[str, float], None]

_ORDER = ("companies", "contacts", "both", "links", "interactions")


def read(
    system: str | os.PathLike[str] | Mapping,
    files: Files,
    *,
    country: str | None = None,
    time_zone: str | None = None,
    day_first: bool | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    at: datetime | None = None,
    policy: PolicyDocument | None = None,
    progress: Progress | None = None,
) -> Import:
    r"""Read what another system exported. Nothing is written, and nothing is guessed.

    A cell that can be read in two ways, or in none, is left empty and reported; a row without what every row needs is
    refused and reported. Memory holds the contacts, and of the interactions a piece at a time.

    Parameters
    ----------
    system : str, path or Mapping
        A system whose mapping ships (see `systems`), a mapping document, or a mapping.
    files : path, iterable of paths or mapping
        Files of CSV or spreadsheets, as they were exported, packed or not: which is which is seen in their headers.
        ``{"contacts": path}`` says so.
    country : str, optional
        The country of phone numbers without a country code, where the row does not tell it: ``"ID"``.
    time_zone : str, optional
        Where times without a zone were written down.
    day_first : bool, optional
        Whether 03/04/2026 is the third of April. Without it such a date is refused.
    decimal : {".", ","}, optional
        What begins the decimals of numbers. Without it a number with two readings is refused.
    encoding : str, optional
        The encoding of files without a byte order mark that are not UTF-8.
    at : datetime, optional
        The instant of the export: when wishes of which no time is known are dated, so that none is lost.
    policy : PolicyDocument, optional
        Whose fields and kinds are known beside the built-in ones. Attributes that it does not declare are left out.
    progress : callable, optional
        Called as ``progress("reading", 0.25)``, then with ``"joining"``.

    Returns
    -------
    Import
        The contacts and interactions, where contacts stand, and a report of every case.

    Raises
    ------
    InputError
        If a file cannot be read or recognised at all; of all files at once.
    PolicyError
        If the mapping document is wrong.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from leadqual import integrations
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = Path(folder.name) / "people.csv"
    >>> _ = file.write_text("ID,Full name,Phone,Country\n7,Siti Rahma,0812-3456-7890,Indonesia\n")
    >>> found = integrations.read("generic", file)
    >>> found.frames()[0].select("contact_id", "phone", "country").rows()
    [('7', '+6281234567890', 'ID')]
    >>> folder.cleanup()
    """
    document = _checked(system, policy, (country, time_zone, day_first, decimal, encoding, at))
    chosen = settings(
        document,
        policy,
        country=country,
        time_zone=time_zone,
        day_first=day_first,
        decimal=decimal,
        encoding=encoding,
        at=at,
    )
    room = Scratch()
    run = _Run(chosen, room, progress or (lambda name, done: None))
    try:
        return run.result(files)
    except BaseException:
        room.remove()
        raise


def _checked(
    system: str | os.PathLike[str] | Mapping, policy: PolicyDocument | None, options: tuple[Any, ...]
) -> Document:
    """Return the document of a mapping; raise with everything that is wrong with it and with the options."""
    problems: list[Problem] = []
    try:
        document = mapping(system).document
        check_words(Settings(document, policy))
    except PolicyError as error:
        problems += error.problems
    try:
        checked_options(*options)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    if problems:
        raise PolicyError(problems)
    return document


@dataclass
class _Run:
    """One import: what was found so far."""

    chosen: Settings
    room: Scratch
    progress: Progress
    contacts: list[pl.DataFrame] = field(default_factory=list)
    companies: list[pl.DataFrame] = field(default_factory=list)
    links: list[pl.DataFrame] = field(default_factory=list)
    counts: list[FileCounts] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cases = Cases(self.room)
        self.told = Happenings(self.room.path, self.cases)

    def result(self, files: Files) -> Import:
        """Read all files and put them together."""
        matched = sorted(opened_files(files, self.chosen, self.room.path), key=lambda one: _ORDER.index(one.file.about))
        for number, one in enumerate(matched):
            for done in self._file(one):
                self.progress("reading", (number + done) / len(matched))
        self.progress("joining", 0.0)
        people = People(self.contacts, self.companies, self.cases)
        self.contacts, self.companies = [], []
        schema = {"ref": pl.String(), "to": pl.String()}
        links = pl.concat([pl.DataFrame(schema=schema), *self.links])
        references = people.references(_ways(self.chosen.document), links, self.chosen.country)
        for done in self.told.settle(references, people.refused):
            self.progress("joining", done)
        repeated = people.repeated + self.told.repeated
        counts = settled(self.counts, people.became, self.told.became)
        return Import(self.chosen, self.room, people, self.told.parts, self.cases, counts, repeated)

    def _file(self, one: Matched) -> Iterator[float]:
        counted: Counter[str] = Counter()
        places = sorted(set(one.places.values()))
        for rows in one.opened.batches(places):
            if rows.height:
                self._batch(Batch(one, rows, self.cases), counted)
            yield one.opened.done
        for bad in one.opened.bad:
            self._bad(one, bad)
        for header, meant in one.renamed.items():
            hint = f"is it {meant!r}? Then aliases: {{{meant!r}: {header!r}}}; if not, columns: {{{header!r}: ignore}}"
            self.cases.say(EMPTY, "unnamed-column", one.opened.name, None, header, hint, column=header)
        self.counts.append(FileCounts.of(one, counted))
        yield 1.0

    def _batch(self, batch: Batch, counted: Counter[str]) -> None:
        file = batch.matched.file
        if file.leave_out:
            out = pl.repeat(value=False, n=batch.height, dtype=pl.Boolean, eager=True)
            for header, condition in file.leave_out.items():
                out = out | batch.holds(header, condition)
            counted["left_out"] += int(out.sum())
            batch = batch.where(~out)
        if not batch.height:
            return
        if file.about in ("contacts", "both"):
            found = contacts_of(batch, self.chosen)
            counted["contacts"] += found.height
            self.contacts.append(found)
        elif file.about == "companies":
            self.companies.append(companies_of(batch, self.chosen))
            counted["companies"] += self.companies[-1].height
        elif file.about == "links":
            self.links.append(links_of(batch, self.chosen))
        for told in interactions_of(batch, self.chosen):
            counted["interactions"] += told.told
            counted["skipped"] += told.skipped
            self.told.add(told.frame)

    def _bad(self, one: Matched, bad: BadRow) -> None:
        self.cases.say(REFUSED, bad.code, one.opened.name, bad.row, bad.found, bad.hint)


def _ways(document: Document) -> set[str]:
    """Return by what of a contact the rows of a document name it."""
    files = document.files.values()
    keys = [key for file in files for rule in file.interactions for key in rule.contact or ()]
    return {key.by for key in (*keys, *(key for file in files for key in file.contact or ()))}
