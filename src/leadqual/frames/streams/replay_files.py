"""Moves and standings of tables that are larger than memory: Parquet in, files or folders out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from leadqual.cards.shown import Shown
from leadqual.errors import InputError, Place, Problem
from leadqual.frames.opened import check_arguments
from leadqual.frames.streams.replay_folder import Folders
from leadqual.frames.streams.replay_run import Files, Run
from leadqual.frames.streams.replay_tally import Tally
from leadqual.frames.streams.source import FileName, Kind
from leadqual.frames.streams.target import Target
from leadqual.frames.streams.work import Progress, check_buckets, open_sources, silent
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import aware


@dataclass(frozen=True)
class ReplayedFiles(Shown):
    """What `replay_files` read and wrote.

    Parameters
    ----------
    out, standings : Path or None
        The file or folder with the moves, and that with the standings.
    contacts : int
        How many contacts were replayed.
    interactions : int
        How many interactions there are, each counted once, also those after the instant.
    repeated : int
        How many rows said again what another row said.
    after_until : int
        How many rows lie after the instant and were not seen.
    moves : mapping of str to int
        How often each transition fired, in the order of the policy.
    stages : mapping of str to int
        How many contacts stand at each stage, without those that had not appeared.
    not_appeared : int
        How many contacts had not appeared yet: no interaction and no ``created_at`` by then.
    buckets : int
        Into how many parts the contacts were divided.
    resumed : int
        How many of them an earlier run had finished.
    """

    out: Path | None
    standings: Path | None
    contacts: int
    interactions: int
    repeated: int
    after_until: int
    moves: Mapping[str, int]
    stages: Mapping[str, int]
    not_appeared: int
    buckets: int
    resumed: int

    @classmethod
    def of(
        cls, policy: Policy, targets: Mapping[str, Target], tally: Tally, buckets: int = 1, resumed: int = 0
    ) -> Self:
        """Return the numbers in the order of the policy, for a result that went to these places.

        Parameters
        ----------
        policy : Policy
            The policy.
        targets : mapping
            Where each table was written.
        tally : Tally
            What was counted on the way.
        buckets : int, default 1
            Into how many parts the contacts were divided.
        resumed : int, default 0
            How many parts an earlier run had finished.
        """
        places = {name: target.path for name, target in targets.items()}
        return cls(
            places.get("moves"),
            places.get("standings"),
            tally.contacts,
            tally.interactions,
            tally.repeated,
            tally.later,
            {way.id: tally.moves[way.id] for way in policy.transitions},
            {stage: tally.stages[stage] for stage in policy.stages},
            tally.not_appeared,
            buckets,
            resumed,
        )


def replay_files(
    policy: Policy,
    contacts: FileName,
    interactions: FileName,
    out: FileName | None,
    *,
    until: datetime,
    standings: FileName | None = None,
    standings_out: FileName | None = None,
    time_zone: str | None = None,
    ignore_unknown_columns: bool = False,
    spreadsheet_safe: bool = False,
    buckets: int | None = None,
    progress: Progress | None = None,
) -> ReplayedFiles:
    """Write every move of every contact, from Parquet files that may be larger than memory.

    The moves are those of `replay`, and the standings those of `standings`, on the tables that `read_contacts` and
    `read_interactions` return. As with `score_files`, the rows are first spread into buckets on disk, with all that
    belongs to a contact in one of them; then each bucket is looked at and replayed by itself, so memory depends on the
    size of a bucket. The buckets take about twice the disk space of the tables, beside `out`, and are removed in the
    end, also after an error.

    **Files** are written whole or not at all, both together.

    **Folders** get one Parquet file a bucket as soon as it is finished. A run that is interrupted leaves what is
    finished, and the same call goes on from there: only the other buckets are replayed. Beside the folder, a file
    whose name ends in ``.replay.json`` says what the result was made of (the content of the policy, the instant, the
    files and the options), which buckets are finished, and, under ``complete``, whether all are. Another replay into
    the same folder is refused. Files count as the same if their names, sizes, times of change and last bytes are. A
    scorer object has no content that could be compared: begin anew if it has changed. Rows that are bad refuse the
    tables as a whole, and then nothing is left.

    Parameters
    ----------
    policy : Policy
        The policy. A scorer object gets the rows of one bucket at a time.
    contacts, interactions : str or path
        The two tables: a Parquet file, a folder with all files in it and below, or a pattern such as
        ``events/2026-*.parquet``. Files may differ in their columns, and lack some.
    out : str or path, or None
        Where the moves are written to: a name that ends in ``.parquet``, ``.csv`` or ``.jsonl``, or without an ending
        a folder. With None they are only counted.
    until : datetime
        The instant, with its time zone: interactions after it do not exist.
    standings : str or path, optional
        Earlier standings in Parquet, from which it goes on.
    standings_out : str or path, optional
        Where the standings are written to: a file if `out` is one, else a folder.
    time_zone : str, optional
        Where times without a zone were written down; without it they are refused.
    ignore_unknown_columns : bool, default False
        Leave out columns that nobody declared, in place of refusing them.
    spreadsheet_safe : bool, default False
        In a CSV, put ``'`` before texts that a spreadsheet would run as a formula.
    buckets : int, optional
        Into how many parts the contacts are divided; as many as it takes by default.
    progress : callable, optional
        Called as ``progress("reading", 0.25)``, then with ``"replaying"`` and ``"writing"``.

    Returns
    -------
    ReplayedFiles
        What was read and written. The contacts are in an order of its own, which is the same for the same tables,
        number of buckets and version of Polars; the moves of a contact follow one another.

    Raises
    ------
    InputError
        With everything that is wrong with the tables, but for the numbers of rows: they are named by their ids. Also
        if a file cannot be read or written, or if a folder holds anything else.
    EvaluationError
        If a condition is unknown whose transition says ``on_unknown: error``.
    UnsupportedError
        Where the tables cannot answer what the policy asks; the reason is told.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC
    >>> from leadqual import datasets, policies
    >>> from leadqual.frames.write import write
    >>> folder, demo = tempfile.TemporaryDirectory(), datasets.demo(contacts=50)
    >>> people, events = (Path(folder.name) / f"{name}.parquet" for name in ("people", "events"))
    >>> for table, path in zip(demo.frames(), (people, events)):
    ...     write(table, path)
    >>> done = replay_files(policies.sales(), people, events, Path(folder.name) / "moves", until=demo.at)
    >>> done.contacts, sum(done.stages.values()), done.resumed
    (50, 50, 0)
    >>> again = replay_files(policies.sales(), people, events, Path(folder.name) / "moves", until=demo.at)
    >>> again.moves == done.moves, again.resumed
    (True, 1)
    >>> folder.cleanup()
    """
    check_arguments(policy, until)
    check_buckets(buckets)
    named: dict[Kind, FileName] = {"contacts": contacts, "interactions": interactions}
    if standings is not None:
        named["standings"] = standings
    read = [os.fspath(name) for name in named.values()]
    targets = targets_of(out, standings_out, read, spreadsheet_safe=spreadsheet_safe)
    result = Folders(targets) if any(target.is_folder for target in targets.values()) else Files(targets)
    sources = open_sources(policy, named, time_zone=time_zone, ignore_unknown=ignore_unknown_columns)
    options = {"time_zone": time_zone, "ignore_unknown_columns": ignore_unknown_columns}
    run = Run(policy, aware(until), sources, options, progress or silent)
    number, resumed, tally = run.into(result, buckets)
    return ReplayedFiles.of(policy, targets, tally, number, resumed)


def targets_of(
    moves: FileName | None, standings: FileName | None, sources: Iterable[str], *, spreadsheet_safe: bool = False
) -> dict[str, Target]:
    """Return where moves and standings go, as far as they are wanted; raise `InputError` if they cannot go there."""
    named = {"moves": moves, "standings": standings}
    targets = {
        name: Target(place, spreadsheet_safe=spreadsheet_safe) for name, place in named.items() if place is not None
    }
    for name, target in targets.items():
        others = [str(other.path) for known, other in targets.items() if known != name]
        target.keep_apart(*sources, *others)
    if len({target.is_folder for target in targets.values()}) > 1:
        message, expected = "moves and standings go to two files or to two folders", _kind(targets["moves"])
        found = f"{_kind(targets['standings'])}: {targets['standings'].path}"
        raise InputError(Problem("bad-argument", message, Place("standings_out"), found, expected))
    return targets


def _kind(target: Target) -> str:
    return "a folder" if target.is_folder else "a file"
