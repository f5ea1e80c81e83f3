"""Scores of tables that are larger than memory: Parquet in, a file out, and no more than a part of them at a time."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import polars as pl

from leadqual.cards.shown import Shown
from leadqual.engines.tables.attached import attached
from leadqual.files.write import WholeFiles
from leadqual.frames.opened import Tables, check_arguments, opened
from leadqual.frames.outside import SlowScorerWarning, given_scores
from leadqual.frames.streams.source import FileName, Kind, Source
from leadqual.frames.streams.spread import Buckets, planned, writing
from leadqual.frames.streams.target import Target
from leadqual.frames.streams.work import (
    Bucket,
    Progress,
    Work,
    check_buckets,
    open_sources,
    silent,
    working_beside,
)
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import aware


@dataclass(frozen=True)
class ScoredFiles(Shown):
    """What `score_files` read and wrote.

    Parameters
    ----------
    out : Path
        The file or folder with the scores.
    contacts : int
        How many contacts were scored.
    interactions : int
        How many interactions there are, each counted once, also those after the instant.
    repeated : int
        How many rows said again what another row said.
    after_at : int
        How many rows lie after the instant and were not seen.
    grades : mapping of str to mapping
        How many contacts have each grade. Those without one are in none.
    buckets : int
        Into how many parts the contacts were divided.
    """

    out: Path
    contacts: int
    interactions: int
    repeated: int
    after_at: int
    grades: Mapping[str, Mapping[str, int]]
    buckets: int


def score_files(
    policy: Policy,
    contacts: FileName,
    interactions: FileName,
    out: FileName,
    *,
    at: datetime,
    ledger: bool = False,
    missing: bool = False,
    time_zone: str | None = None,
    ignore_unknown_columns: bool = False,
    spreadsheet_safe: bool = False,
    buckets: int | None = None,
    progress: Progress | None = None,
) -> ScoredFiles:
    """Write the scores and grades of every contact, from Parquet files that may be larger than memory.

    The scores are those of `score` on the tables that `read_contacts` and `read_interactions` return. The rows are
    first spread into buckets on disk, with all that belongs to a contact in one of them; then each bucket is looked at
    and scored by itself. So memory depends on the size of a bucket and not on that of the tables: below 1 GiB, as long
    as no single contact has millions of interactions, and no row group of a file takes hundreds of megabytes.

    Every row is looked at, those after `at` as well, for an id may be given twice or belong to nobody in them. Of each
    row the buckets hold what the policy reads, and of the rest of an interaction a hash, by which two interactions
    with one id are told apart. They take about twice the disk space of the tables, beside `out`, and are removed in the
    end, also after an error.

    Parameters
    ----------
    policy : Policy
        The policy. A scorer object gets the rows of one bucket at a time.
    contacts, interactions : str or path
        The two tables: a Parquet file, a folder with all files in it and below, or a pattern such as
        ``events/2026-*.parquet``. Files may differ in their columns, and lack some.
    out : str or path
        Where the scores are written to, whole or not at all: a name that ends in ``.parquet``, ``.csv`` or ``.jsonl``,
        or without an ending a folder of Parquet files, one a bucket. A file is replaced; a folder is if it holds
        nothing but an earlier result.
    at : datetime
        The instant, with its time zone: interactions after it do not exist.
    ledger, missing : bool, default False
        The further columns of `score`.
    time_zone : str, optional
        Where times without a zone were written down; without it they are refused.
    ignore_unknown_columns : bool, default False
        Leave out columns that nobody declared, in place of refusing them.
    spreadsheet_safe : bool, default False
        In a CSV, put ``'`` before texts that a spreadsheet would run as a formula.
    buckets : int, optional
        Into how many parts the contacts are divided; as many as it takes by default.
    progress : callable, optional
        Called as ``progress("reading", 0.25)``, then with ``"scoring"`` and ``"writing"``.

    Returns
    -------
    ScoredFiles
        What was read and written. The contacts in the file are in an order of its own, which is the same for the same
        tables, number of buckets and version of Polars.

    Raises
    ------
    InputError
        With everything that is wrong with the tables, as `score` tells it, but for the numbers of rows: they are named
        by their ids. Also if a file cannot be read or written.
    UnsupportedError
        Where the tables cannot answer what the policy asks; the reason is told.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC
    >>> from leadqual import datasets, policies
    >>> from leadqual.frames.write import write
    >>> folder, demo = tempfile.TemporaryDirectory(), datasets.demo(contacts=50)
    >>> people, events, scores = (Path(folder.name) / f"{name}.parquet" for name in ("people", "events", "scores"))
    >>> for table, path in zip(demo.frames(), (people, events)):
    ...     write(table, path)
    >>> done = score_files(policies.sales(), people, events, scores, at=demo.at)
    >>> done.contacts, sum(done.grades["fit"].values()), pl.read_parquet(scores).height
    (50, 50, 50)
    >>> folder.cleanup()
    """
    check_arguments(policy, at)
    check_buckets(buckets)
    target = Target(out, spreadsheet_safe=spreadsheet_safe)
    target.keep_apart(os.fspath(contacts), os.fspath(interactions))
    named: dict[Kind, FileName] = {"contacts": contacts, "interactions": interactions}
    sources = open_sources(policy, named, time_zone=time_zone, ignore_unknown=ignore_unknown_columns)
    run = _Run(policy, aware(at), sources, ledger=ledger, missing=missing, tell=progress or silent)
    with working_beside(target.path) as work:
        return run.into(target, work, buckets)


class _Run:
    """The way from two tables in files to the scores."""

    def __init__(
        self,
        policy: Policy,
        at: datetime,
        sources: Mapping[Kind, Source],
        *,
        ledger: bool,
        missing: bool,
        tell: Progress,
    ) -> None:
        self._policy, self._at, self._tell = policy, at, tell
        self._ledger, self._missing = ledger, missing
        people, events = (sources[kind].schema.to_frame() for kind in ("contacts", "interactions"))
        empty = opened(policy, people, events, at, check="columns")
        self._refuse_early(empty)
        plans = {kind: planned(kind, source, empty.reads) for kind, source in sources.items()}
        self._work = Work(policy, at, plans, empty.reads, tell)
        self._later = self._repeated = 0
        self._grades = {name: dict.fromkeys(policy.grade_values(name), 0) for name in policy.grades}

    def into(self, target: Target, folder: Path, buckets: int | None) -> ScoredFiles:
        """Write the scores; return what was read and written."""
        number = buckets or self._work.buckets
        made = folder / "scores"
        with writing(target.path):
            made.mkdir()
        spread = Buckets(folder, number, target.path)
        for bucket, scores in self._work.each("scoring", spread, self._scored, range(number)):
            self._count(bucket, scores)
            target.add(scores, made)
        self._tell("writing", 0.0)
        with WholeFiles() as files:
            target.finish(partial(self._tell, "writing"), files)
        self._tell("writing", 1.0)
        people, events = (self._work.rows(kind) for kind in ("contacts", "interactions"))
        counts = (people, events - self._repeated, self._repeated, self._later)
        return ScoredFiles(target.path, *counts, self._grades, number)

    def _refuse_early(self, empty: Tables) -> None:
        """Raise what the tables cannot answer and what scorers are missing, before the long work."""
        scorers = empty.reads.scorers
        absent = [name for name in scorers if name not in self._policy.attached_scorers]
        if absent:
            attached(self._policy, absent, (None, None), empty.contacts, self._at)
        if not scorers:
            empty.engine(self._policy, self._at, {}).scored(ledger=self._ledger, missing=self._missing)

    def _scored(self, bucket: Bucket) -> pl.DataFrame:
        tables, rows = bucket.tables, bucket.rows
        with warnings.catch_warnings():
            if bucket.number:  # once is enough
                warnings.simplefilter("ignore", SlowScorerWarning)
            people, events = rows["contacts"], rows["interactions"]
            given = given_scores(self._policy, people, events, tables, self._at, ledger=self._ledger)
        engine = tables.engine(self._policy, self._at, given)
        scores: pl.DataFrame = engine.scored(ledger=self._ledger, missing=self._missing)
        return scores

    def _count(self, bucket: Bucket, scores: pl.DataFrame) -> None:
        self._repeated += bucket.repeated
        self._later += bucket.later
        for name, counts in self._grades.items():
            for grade, number in scores[f"grade.{name}"].drop_nulls().value_counts().iter_rows():
                counts[grade] += number
