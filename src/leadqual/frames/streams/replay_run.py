"""The way from tables in files to moves and standings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final, Protocol

import polars as pl

from leadqual.engines.tables.checks.reads import reads_of
from leadqual.errors import LeadqualError
from leadqual.files.write import WholeFiles
from leadqual.frames.opened import Check
from leadqual.frames.replay import replayed
from leadqual.frames.replays.in_memory import guards_of
from leadqual.frames.streams.replay_folder import fingerprint
from leadqual.frames.streams.replay_tally import Tally
from leadqual.frames.streams.source import Kind, Source
from leadqual.frames.streams.spread import Buckets, planned, writing
from leadqual.frames.streams.target import Target
from leadqual.frames.streams.work import Bucket, Progress, Work, working_beside
from leadqual.lifecycle.policy import Policy

_OF_THE_DISK: Final = ("unwritable-file", "unreadable-file", "bad-parquet")
"""Errors after which the same tables may give a result, so what is finished is not in vain."""


class Result(Protocol):
    """What takes the moves and standings of one bucket after the other."""

    @property
    def place(self) -> Path:
        """What errors name."""
        ...

    def begin(self, made_of: Mapping[str, Any], buckets: int | None, needed: int) -> tuple[int, dict[int, Tally]]:
        """Return how many buckets there are, and those that are finished already."""
        ...

    def working(self) -> AbstractContextManager[Path]:
        """Give a folder for files in the making."""
        ...

    def add(self, bucket: int, made: Mapping[str, pl.DataFrame], tally: Tally) -> None:
        """Take what a bucket gave."""
        ...

    def finish(self, told: Callable[[float], object]) -> None:
        """Write what was taken."""
        ...

    def forget(self) -> None:
        """Remove what was written."""
        ...


@dataclass
class Files:
    """The file of the moves and that of the standings, if they are wanted: all are written, or none is.

    Parameters
    ----------
    targets : mapping of str to Target
        The files, under ``"moves"`` and ``"standings"``.
    """

    targets: Mapping[str, Target]
    _work: Path | None = field(default=None, init=False)

    @property
    def place(self) -> Path:
        """What errors name."""
        return next((target.path for target in self.targets.values()), Path(gettempdir(), "replay"))

    def begin(self, made_of: Mapping[str, Any], buckets: int | None, needed: int) -> tuple[int, dict[int, Tally]]:
        """Return how many buckets there are; none is finished before all are."""
        return buckets or needed, {}

    @contextmanager
    def working(self) -> Iterator[Path]:
        """Give a folder for files in the making."""
        with working_beside(self.place) as self._work:
            with writing(self.place):
                for name in self.targets:
                    (self._work / name).mkdir()
            yield self._work

    def add(self, bucket: int, made: Mapping[str, pl.DataFrame], tally: Tally) -> None:
        """Keep what a bucket gave."""
        assert self._work is not None, "it is asked where to work first"
        for name, target in self.targets.items():
            target.add(made[name], self._work / name)

    def finish(self, told: Callable[[float], object]) -> None:
        """Write the files."""
        with WholeFiles() as files:
            for target in self.targets.values():
                target.finish(told, files)

    def forget(self) -> None:
        """Do nothing: nothing was written yet."""


class Run:
    """A replay of tables in files.

    Parameters
    ----------
    policy : Policy
        The policy.
    until : datetime
        The instant up to which everything is replayed.
    sources : mapping of str to Source
        The tables.
    options : mapping
        What else the result depends on, as plain data.
    tell : callable
        Hears how far it has come.

    Raises
    ------
    LeadqualError
        For what can be told of tables by their columns alone.
    """

    def __init__(
        self,
        policy: Policy,
        until: datetime,
        sources: Mapping[Kind, Source],
        options: Mapping[str, Any],
        tell: Progress,
    ) -> None:
        self._policy, self._until, self._sources, self._options, self._tell = policy, until, sources, options, tell
        self._replayed({kind: source.schema.to_frame() for kind, source in sources.items()}, "columns")
        reads = reads_of(policy, guards_of(policy))
        # A contact that is refused is folded again as a model, which needs all there is, for the words of the error.
        whole = any(way.on_unknown == "error" for way in policy.transitions)
        plans = {kind: planned(kind, source, reads, whole=whole) for kind, source in sources.items()}
        self._work = Work(policy, until, plans, reads, tell)

    def into(self, result: Result, buckets: int | None) -> tuple[int, int, Tally]:
        """Write moves and standings.

        Returns
        -------
        buckets, finished : int
            How many buckets there are, and how many an earlier run had finished.
        tally : Tally
            What all of them came to.
        """
        number, before = result.begin(self._made_of(), buckets, self._work.buckets)
        tallies = list(before.values())
        wanted = [bucket for bucket in range(number) if bucket not in before]
        with result.working() as work:
            try:
                spread = Buckets(work, number, result.place)
                for bucket, (moves, standings) in self._work.each("replaying", spread, self._of_bucket, wanted):
                    tallies.append(Tally.of(bucket, moves, standings))
                    result.add(bucket.number, {"moves": moves, "standings": standings}, tallies[-1])
            except LeadqualError as error:
                if error.code not in _OF_THE_DISK:
                    result.forget()
                raise
            self._tell("writing", 0.0)
            result.finish(partial(self._tell, "writing"))
            self._tell("writing", 1.0)
        return number, len(before), Tally.total(tallies)

    def _made_of(self) -> dict[str, Any]:
        return {
            "policy": self._policy.content_hash,
            "until": self._until.isoformat(),
            "contacts": fingerprint(self._sources["contacts"]),
            "interactions": fingerprint(self._sources["interactions"]),
            "standings": fingerprint(self._sources["standings"]) if "standings" in self._sources else None,
            **self._options,
            "polars": pl.__version__,  # another version may put contacts into other buckets
        }

    def _of_bucket(self, bucket: Bucket) -> tuple[pl.DataFrame, pl.DataFrame]:
        return self._replayed(bucket.rows, "columns" if bucket.tables.repeated else "trusted")

    def _replayed(self, rows: Mapping[Kind, pl.DataFrame], check: Check) -> tuple[pl.DataFrame, pl.DataFrame]:
        moves, standings = replayed(
            self._policy,
            rows["contacts"],
            rows["interactions"],
            until=self._until,
            standings=rows.get("standings"),
            check=check,
        )
        return moves, standings
