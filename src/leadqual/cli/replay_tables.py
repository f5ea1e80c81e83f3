"""What ``leadqual replay`` does with two tables: read, replayed, written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from leadqual.cli.output import Watch
from leadqual.cli.score_folders import as_options
from leadqual.cli.two_tables import are_parquet, read_tables, text_options
from leadqual.engines.tables.columns import OCCURRED_AT
from leadqual.errors import InputError, Problem
from leadqual.files.write import WholeFiles
from leadqual.frames.replay import replayed
from leadqual.frames.streams.replay_files import ReplayedFiles, replay_files, targets_of
from leadqual.frames.streams.replay_standings import read_standings
from leadqual.frames.streams.replay_tally import Tally
from leadqual.frames.streams.target import Target
from leadqual.frames.streams.work import working_beside
from leadqual.lifecycle.policy import Policy

_OPTIONS: Final = {"standings": "--from", "standings_out": "--standings", "out": "--out", "until": "--until"}
"""What problems name, and what it is called on the command line."""


@dataclass(frozen=True)
class Asked:
    """What a replay was asked for.

    Parameters
    ----------
    policy : Policy
        The policy.
    contacts, interactions : Path
        The two tables.
    until : datetime
        The instant.
    out, standings : Path, optional
        Where the moves and the standings are written to.
    earlier : Path, optional
        The standings from which it goes on.
    spreadsheet_safe : bool
        In a CSV, put ``'`` before texts that a spreadsheet would run as a formula.
    reading : dict
        How the tables are read: the time zone, the encoding, the sign of decimals, and unknown columns.
    notes : list of str
        What was found out about the files.
    """

    policy: Policy
    contacts: Path
    interactions: Path
    until: datetime
    out: Path | None
    standings: Path | None
    earlier: Path | None
    spreadsheet_safe: bool
    reading: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def replay_tables(asked: Asked, watch: Watch) -> ReplayedFiles:
    """Replay two tables, and write what is wanted; remarks are added to the notes.

    Parquet is read a part at a time, so it may be larger than memory. Other tables are read row by row, which tells
    every problem with its line.
    """
    return (_of_parquet if are_parquet(asked.contacts, asked.interactions) else _of_rows)(asked, watch)


def _of_parquet(asked: Asked, watch: Watch) -> ReplayedFiles:
    if problems := text_options(asked.reading):
        raise InputError(problems)
    try:
        return replay_files(
            asked.policy,
            asked.contacts,
            asked.interactions,
            asked.out,
            until=asked.until,
            standings=asked.earlier,
            standings_out=asked.standings,
            time_zone=asked.reading["time_zone"],
            ignore_unknown_columns=asked.reading["ignore_unknown_columns"],
            spreadsheet_safe=asked.spreadsheet_safe,
            progress=watch,
        )
    except InputError as error:
        raise InputError(map(_in_options, error.problems)) from None


def _of_rows(asked: Asked, watch: Watch) -> ReplayedFiles:
    sources = [str(path) for path in (asked.contacts, asked.interactions, asked.earlier) if path is not None]
    try:
        targets = targets_of(asked.out, asked.standings, sources, spreadsheet_safe=asked.spreadsheet_safe)
        earlier = None if asked.earlier is None else read_standings(asked.earlier)
        tables = read_tables(asked.policy, asked.contacts, asked.interactions, watch, asked.reading)
        asked.notes.extend(tables.notes)
        watch("replaying", 0.0)
        moves, standings = replayed(
            asked.policy,
            tables.contacts,
            tables.interactions,
            until=asked.until,
            standings=earlier,
            check=tables.check,
        )
    except InputError as error:
        raise InputError(map(_in_options, error.problems)) from None
    watch("replaying", 1.0)
    _write(targets, {"moves": moves, "standings": standings}, watch)
    later = int((tables.interactions[OCCURRED_AT] > asked.until).sum())
    tally = Tally(tables.contacts.height, tables.interactions.height, tables.repeated, later)
    return ReplayedFiles.of(asked.policy, targets, tally.with_result(moves, standings))


def _write(targets: dict[str, Target], made: dict[str, Any], watch: Watch) -> None:
    """Write what is wanted: all of it, or nothing."""
    if not targets:
        return
    with working_beside(next(iter(targets.values())).path) as work, WholeFiles() as files:
        for name, target in targets.items():
            (work / name).mkdir()
            target.add(made[name], work / name)
            target.finish(partial(watch, f"writing {name}"), files)


def _in_options(problem: Problem) -> Problem:
    """Return a problem that names options in place of arguments."""
    source, hint = problem.place.source, problem.hint
    told = replace(problem, hint=hint and hint.replace("standings=", "--from"))
    return as_options(told.at(source=_OPTIONS.get(source or "", source)))
