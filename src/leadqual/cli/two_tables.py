"""The two tables of a command that looks at whole histories, read as the other commands read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from leadqual.cli.output import Watch
from leadqual.cli.score_folders import are_many, as_options
from leadqual.cli.words import ABOUT_CSV
from leadqual.errors import InputError, Place, Problem
from leadqual.files.leads import read_leads
from leadqual.files.open_table import PARQUET
from leadqual.frames.io import read_contacts, read_interactions
from leadqual.frames.models import from_models
from leadqual.frames.opened import Check
from leadqual.lifecycle.policy import Policy


@dataclass(frozen=True)
class ReadTables:
    """Two tables in memory.

    Parameters
    ----------
    contacts, interactions : DataFrame
        Of Polars.
    check : {"all", "trusted"}
        What is still to be looked at: rows that were read one by one have been.
    repeated : int
        How many rows said again what another row said, as far as it was counted.
    notes : list of str
        What was found out about the files.
    """

    contacts: pl.DataFrame
    interactions: pl.DataFrame
    check: Check
    repeated: int = 0
    notes: list[str] = field(default_factory=list)


def read_tables(
    policy: Policy, contacts: Path, interactions: Path, watch: Watch, reading: dict[str, Any]
) -> ReadTables:
    """Return two tables of files.

    CSV and JSON lines are read row by row, which tells every problem with its line. Parquet is read as a whole, also
    from folders and patterns.

    Parameters
    ----------
    reading : dict
        The time zone, the encoding, the sign of decimals, and whether unknown columns are left out.
    """
    if are_parquet(contacts, interactions):
        return _of_parquet(policy, contacts, interactions, watch, reading)
    leads = read_leads(contacts, interactions, policy, progress=watch, **reading)
    tables = from_models(leads.contacts, leads.histories, policy=policy)
    return ReadTables(*tables, "trusted", leads.repeated, leads.notes)


def _of_parquet(
    policy: Policy, contacts: Path, interactions: Path, watch: Watch, reading: dict[str, Any]
) -> ReadTables:
    problems = text_options(reading)
    options = {name: reading[name] for name in ("time_zone", "ignore_unknown_columns")}
    tables: list[pl.DataFrame] = []
    for path, read in ((contacts, read_contacts), (interactions, read_interactions)):
        try:
            tables.append(read(path, policy, **options))
        except InputError as error:
            problems += map(as_options, error.problems)
        watch(str(path), 1.0)
    if problems:
        raise InputError(problems)
    people, events = tables
    return ReadTables(people, events, "all")


def are_parquet(contacts: Path, interactions: Path) -> bool:
    """Return whether both tables are Parquet: files, folders or patterns."""
    tables = (contacts, interactions)
    return are_many(*tables) or all(path.suffix.lower() in PARQUET for path in tables)


def text_options(reading: dict[str, Any]) -> list[Problem]:
    """Return the problems of options that have no meaning for Parquet."""
    given = {"--encoding": reading["encoding"] != "utf-8", "--decimal": reading["decimal"] is not None}
    return [
        Problem("bad-usage", f"{name} has no meaning for Parquet", Place(name), hint=ABOUT_CSV)
        for name, is_given in given.items()
        if is_given
    ]
