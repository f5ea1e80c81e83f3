"""``leadqual score`` on tables that are larger than memory: folders of Parquet files, or ``--stream``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from leadqual.cli.output import note, print_bars, print_json, progress_bar, say
from leadqual.cli.words import counted, repeated_note, seen_at, unseen_note
from leadqual.errors import InputError, Place, Problem
from leadqual.lifecycle.policy import Policy

if TYPE_CHECKING:
    from leadqual.frames.streams.score_files import ScoredFiles

_PATTERN: Final = frozenset("*?[")
_STAGES: Final = "Stages are not in this result: leadqual replay writes them, with --standings."
_ARGUMENT: Final = re.compile(r"time_zone='([^']*)'|ignore_unknown_columns=True")
"""What hints of the library say, and what options of the command stand for."""


def are_many(*paths: Path) -> bool:
    """Return whether one of these names means a folder, or a pattern for names of files."""
    return any(path.is_dir() or (not path.exists() and bool(_PATTERN & set(str(path)))) for path in paths)


def first_file(path: Path) -> Path:
    """Return the first file of a table that may be a folder or a pattern; raise `InputError` if there is none."""
    if not are_many(path):
        return path
    from leadqual.frames.parquet import files_of  # noqa: PLC0415 - its packages are optional

    return Path(files_of(str(path))[0])


def score_folders(
    policy: Policy,
    contacts: Path,
    interactions: Path,
    at: datetime,
    out: Path | None,
    *,
    refused: Mapping[str, tuple[bool, str]],
    time_zone: str | None,
    as_json: bool,
    **options: bool,
) -> None:
    """Write the scores and grades of every contact, and print what was read and written.

    Parameters
    ----------
    refused : mapping
        Options that have no meaning here: whether each was given, and why it has none.
    options : dict
        Further ones of `leadqual.frames.score_files`.
    """
    from leadqual.frames.streams.score_files import score_files  # noqa: PLC0415 - its packages are optional

    target, begun = _target(out, refused), perf_counter()
    with progress_bar(quiet=as_json) as watch:
        try:
            done = score_files(
                policy, contacts, interactions, target, at=at, time_zone=time_zone, progress=watch, **options
            )
        except InputError as error:
            raise InputError(map(as_options, error.problems)) from None
    seconds = perf_counter() - begun
    notes = [unseen_note(done.after_at)] if done.after_at else []
    if policy.stages:
        notes.append(_STAGES)
    if as_json:
        print_json(_summary(policy, at, done, notes, seconds))
    else:
        _show(policy, seen_at(at, time_zone), done, notes, seconds)


def _target(out: Path | None, refused: Mapping[str, tuple[bool, str]]) -> Path:
    """Return where to write to; raise if it is not said, or if something is that has no meaning."""
    problems = [
        Problem("bad-usage", f"{name} has no meaning for folders and --stream", Place(name), hint=why)
        for name, (given, why) in refused.items()
        if given
    ]
    if out is None:
        message, hint = "folders and --stream need a file for the scores", "--out scores.parquet"
        problems.append(Problem("missing-argument", message, Place("--out"), hint=hint))
    if out is None or problems:
        raise InputError(problems)
    return out


def _summary(policy: Policy, at: datetime, done: ScoredFiles, notes: list[str], seconds: float) -> dict[str, Any]:
    return {
        "ok": True,
        "policy": policy.ref.model_dump(),
        "at": at,
        "rows": done.contacts + done.interactions + done.repeated,
        "repeated": done.repeated,
        "contacts": done.contacts,
        "interactions": done.interactions,
        "after_at": done.after_at,
        "grades": done.grades,
        "stages": None,
        "seconds": round(seconds, 3),
        "notes": notes,
        "out": str(done.out),
    }


def _show(policy: Policy, at: str, done: ScoredFiles, notes: list[str], seconds: float) -> None:
    for remark in notes:
        note(remark)
    counts = f"{counted(done.contacts, 'contact')} with {counted(done.interactions, 'interaction')}"
    say(f"{counts}, seen at {at} under {policy.ref}.", "title")
    if done.repeated:
        say(repeated_note(done.repeated))
    for name, grades in done.grades.items():
        print_bars(f"Grade {name}", grades)
        if without := done.contacts - sum(grades.values()):
            say(f"  {counted(without, 'contact')} without one.")
    say(f"\nWritten: {done.out}", "good", whole=True)
    say(f"It took {seconds:,.1f} seconds.")


def as_options(problem: Problem) -> Problem:
    """Return a problem whose hint names options in place of keyword arguments."""
    hint = problem.hint and _ARGUMENT.sub(
        lambda match: f"--time-zone {match[1]}" if match[1] else "--ignore-unknown-columns", problem.hint
    )
    return replace(problem, hint=hint)
