"""The tables of a campaign read and screened, for ``leadqual permit`` without ``--contact``."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import polars as pl

from leadqual.cli.output import Watch
from leadqual.cli.permit_asked import Asked, Tables, in_options
from leadqual.cli.score_folders import are_many, as_options
from leadqual.cli.two_tables import text_options
from leadqual.cli.words import counted, unseen_note
from leadqual.engines.tables.columns import CONTACT_ID, OCCURRED_AT
from leadqual.errors import InputError, Place, Problem
from leadqual.files.leads import Leads, read_leads
from leadqual.files.open_table import PARQUET
from leadqual.files.row import Row
from leadqual.frames.io import read_contacts, read_interactions
from leadqual.frames.models import from_models
from leadqual.model.names import joined_name
from leadqual.outreach.tables.permit_frame import ListCheck, permit_frame
from leadqual.outreach.tables.tally import tally

_NAME: Final = "full_name"
_PARTS: Final = ("given_name", "family_name")
_UNKNOWN: Final = "unknown-contact"
_WHOLE: Final = "columns of Parquet are looked at as a whole: mend what is reported"


@dataclass(frozen=True)
class Read:
    """Two tables in memory.

    Parameters
    ----------
    contacts, interactions : DataFrame
        Of Polars; None for interactions that were not given.
    check : {"all", "trusted"}
        What is still to be looked at: rows that were read one by one have been.
    rows, repeated : int
        How many rows were read, and how many of them said again what another row said, as far as it was counted.
    bad : list of Row
        The rows that were left out.
    problems : list of Problem
        Why they were.
    notes : list of str
        What was found out about the files.
    """

    contacts: pl.DataFrame
    interactions: pl.DataFrame | None
    check: ListCheck
    rows: int
    repeated: int = 0
    bad: list[Row[Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def events(self) -> int:
        """How many interactions there are."""
        return 0 if self.interactions is None else self.interactions.height


@dataclass(frozen=True)
class Screened:
    """The verdict on every contact, in the order of their table.

    Parameters
    ----------
    verdicts : DataFrame
        What `permit_frame` says, with the names of the contacts where they are known.
    read : Read
        The tables.
    notes : list of str
        What is to be known of the answer.
    after_at : int
        How many interactions lie after the instant and were not seen.
    """

    verdicts: pl.DataFrame
    read: Read
    notes: list[str]
    after_at: int

    @cached_property
    def allowed(self) -> int:
        """How many may be reached."""
        return int(self.verdicts["allowed"].sum())

    @cached_property
    def later(self) -> int:
        """How many may be reached later, by the clock alone."""
        return int((~self.verdicts["allowed"] & self.verdicts["next_allowed"].is_not_null()).sum())

    @property
    def refused(self) -> int:
        """How many may not be reached until somebody acts."""
        return self.verdicts.height - self.allowed - self.later

    def reasons(self, *, allowed: bool) -> list[dict[str, Any]]:
        """Return the weightiest reasons for or against reaching, each with how many contacts it decides, most first."""
        table: pl.DataFrame = tally(self.verdicts)
        return table.filter(pl.col("allowed") == allowed).drop("allowed").to_dicts()

    def codes(self) -> dict[str, int]:
        """Return every code that denies, with how many contacts it stands before; one may have several."""
        found = self.verdicts["codes"].drop_nulls().str.split("; ").explode().value_counts(name="contacts")
        return dict(found.sort(["contacts", "codes"], descending=[True, False]).iter_rows())


def screened(asked: Asked, tables: Tables, watch: Watch, *, skip_bad: bool, reasons: bool) -> Screened:
    """Read the tables and judge every contact; raise `InputError` with everything that is wrong with them."""
    arguments = asked.arguments(watch)
    read = (_of_parquet if _is_parquet(tables) else _of_rows)(tables, watch, skip_bad=skip_bad)
    watch("screening", 0.0)
    with warnings.catch_warnings(record=True) as told, in_options():
        warnings.simplefilter("always")
        # columns that nobody declared were refused on reading, or are to be left out
        verdicts = permit_frame(
            read.contacts,
            read.interactions,
            **arguments,
            check=read.check,
            reasons=reasons,
            ignore_unknown_columns=True,
        )
    watch("screening", 1.0)
    after = 0 if read.interactions is None else int((read.interactions[OCCURRED_AT] > asked.at).sum())
    notes = [*read.notes, *tables.notes, *([unseen_note(after)] if after else []), *(str(one.message) for one in told)]
    return Screened(_with_names(verdicts, read.contacts), read, notes, after)


def _is_parquet(tables: Tables) -> bool:
    given = [tables.contacts, *([tables.interactions] if tables.interactions is not None else [])]
    return are_many(*given) or all(path.suffix.lower() in PARQUET for path in given)


def _of_rows(tables: Tables, watch: Watch, *, skip_bad: bool) -> Read:
    leads = read_leads(tables.contacts, tables.events, tables.policy, skip_bad=True, progress=watch, **tables.reading)
    if tables.others:
        leads = _without_others(leads)
    if leads.rejected and not skip_bad:
        raise InputError(leads.problems)
    people, events = from_models(leads.contacts, leads.histories, policy=tables.policy)
    given = None if tables.interactions is None else events
    return Read(people, given, "trusted", leads.rows, leads.repeated, leads.rejected, leads.problems, leads.notes)


def _without_others(leads: Leads) -> Leads:
    """Return the leads without the rows whose only fault is that their contact is not there."""
    kept = [row for row in leads.rejected if any(problem.code != _UNKNOWN for problem in row.problems)]
    number = len(leads.rejected) - len(kept)
    return replace(leads, rejected=kept, notes=[*leads.notes, *_others_note(number)])


def _others_note(number: int) -> list[str]:
    return [f"{counted(number, 'interaction')} of contacts that are not in the list left out."] if number else []


def _of_parquet(tables: Tables, watch: Watch, *, skip_bad: bool) -> Read:
    problems = text_options(tables.reading)
    if skip_bad:
        problems.append(Problem("bad-usage", "--skip-bad has no meaning for Parquet", Place("--skip-bad"), hint=_WHOLE))
    options = {name: tables.reading[name] for name in ("time_zone", "ignore_unknown_columns")}
    found: list[pl.DataFrame | None] = []
    for path, read in ((tables.contacts, read_contacts), (tables.interactions, read_interactions)):
        if path is None:
            found.append(None)
            continue
        try:
            found.append(read(path, tables.policy, **options))
        except InputError as error:
            problems += map(as_options, error.problems)
        watch(str(path), 1.0)
    if problems:
        raise InputError(problems)
    people, events = found
    assert people is not None  # contacts are always named
    rows, notes = people.height + (0 if events is None else events.height), []
    if tables.others and events is not None:
        owned = events.filter(pl.col(CONTACT_ID).is_in(people[CONTACT_ID].unique().implode()))
        notes, events = _others_note(events.height - owned.height), owned
    return Read(people, events, "all", rows, notes=notes)


def _with_names(verdicts: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    known = [name for name in (_NAME, *_PARTS) if name in contacts.columns]
    if not known:
        return verdicts
    told = contacts.select(CONTACT_ID, *known).unique(CONTACT_ID, keep="first", maintain_order=True)
    called = [joined_name(*map(row.get, (_NAME, *_PARTS))) for row in told.iter_rows(named=True)]
    names = told.select(CONTACT_ID, pl.Series(_NAME, called, dtype=pl.String))
    joined = verdicts.join(names, on=CONTACT_ID, how="left", maintain_order="left")
    return joined.select(CONTACT_ID, _NAME, *(name for name in verdicts.columns if name != CONTACT_ID))
