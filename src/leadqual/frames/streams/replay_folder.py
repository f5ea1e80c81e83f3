"""A replay into folders, one Parquet file a bucket: what is finished stays, and a later run goes on from there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from glob import escape
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadqual.errors import InputError, Place, Problem, shown, unreadable_file
from leadqual.files.write import WholeFiles
from leadqual.frames.parquet import ERRORS, files_of
from leadqual.frames.streams.replay_tally import Tally
from leadqual.frames.streams.source import Source
from leadqual.frames.streams.spread import writing
from leadqual.frames.streams.target import Target, would_be_lost
from leadqual.frames.streams.work import working_beside

_ENDING: Final = ".replay.json"
_FOOTER: Final = 65_536
_ANOTHER: Final = "name another folder, or remove this one with its {} to begin anew"


@dataclass
class Folders:
    """The folder of the moves and that of the standings, or one of them.

    Beside the first of them lies a file that says of what they were made, and which buckets are finished. A bucket is
    finished once it is named there, together with its files; what is not named there is made again.

    Parameters
    ----------
    targets : mapping of str to Target
        The folders, under ``"moves"`` and ``"standings"``.
    """

    targets: Mapping[str, Target]
    _of: dict[str, Any] = field(default_factory=dict, init=False)
    _finished: dict[int, Tally] = field(default_factory=dict, init=False)
    _made: list[Path] = field(default_factory=list, init=False)
    _work: str | None = field(default=None, init=False)

    @property
    def place(self) -> Path:
        """What errors name."""
        return next(iter(self._folders.values()))

    @property
    def _folders(self) -> dict[str, Path]:
        return {name: target.path for name, target in self.targets.items()}

    @property
    def _record(self) -> Path:
        return self.place.with_name(self.place.name + _ENDING)

    def begin(self, made_of: Mapping[str, Any], buckets: int | None, needed: int) -> tuple[int, dict[int, Tally]]:
        """Return how many buckets there are, and those that are finished already.

        Parameters
        ----------
        made_of : mapping
            What the result depends on, as plain data.
        buckets : int, optional
            How many were asked for.
        needed : int
            How many the tables need.

        Raises
        ------
        InputError
            If the folders hold anything else than a part of this result.
        """
        known, held = self._known(), bool(self._held())
        before = known["of"] if held else {}
        number = buckets or before.get("buckets") or needed
        written = {name: str(folder.resolve()) for name, folder in self._folders.items()}
        places = {"out": written.get("moves"), "standings_out": written.get("standings")}
        self._of = {**made_of, "buckets": number, **places}
        if held:
            self._compare(before)
            self._finished = {bucket: tally for bucket, tally in _tallies(known) if self._is_whole(bucket, tally)}
        self._clear(known)
        return number, dict(self._finished)

    @contextmanager
    def working(self) -> Iterator[Path]:
        """Give a folder for files in the making; what is not finished in the end leaves nothing."""
        try:
            self._make_folders()
            with working_beside(self.place) as work:
                self._work = work.name
                self._write()
                yield work
            self._work = None
            self._write()
        except BaseException:
            self._work = None
            if not self._finished:
                self.forget()
            elif self._record.is_file():
                with suppress(InputError):  # what went wrong first is what matters
                    self._write()
            raise

    def add(self, bucket: int, made: Mapping[str, pl.DataFrame], tally: Tally) -> None:
        """Write what a bucket gave: all of it, or nothing."""
        with writing(self.place), WholeFiles() as files:
            for name, folder in self._folders.items():
                made[name].write_parquet(files.for_target(folder / _part(bucket)))
        self._finished[bucket] = tally
        self._write()

    def finish(self, told: Callable[[float], object]) -> None:
        """Do nothing more: every bucket was written when it was there."""

    def forget(self) -> None:
        """Remove what was made: the tables are not to be used as they are."""
        for folder in self._folders.values():
            for bucket in range(self._of["buckets"]):
                (folder / _part(bucket)).unlink(missing_ok=True)
        self._record.unlink(missing_ok=True)
        self._finished.clear()
        for folder in self._made:
            with suppress(OSError):  # somebody else put a file there
                folder.rmdir()

    def _make_folders(self) -> None:
        for folder in self._folders.values():
            with writing(folder):
                if not folder.is_dir():
                    self._made.append(folder)
                    folder.mkdir()

    def _held(self) -> list[str]:
        """Return the files that are there already."""
        return sorted(file.name for folder in self._folders.values() if folder.is_dir() for file in folder.iterdir())

    def _known(self) -> dict[str, Any]:
        """Return what the file beside the folder says; raise `InputError` if files are there that it does not tell."""
        held = self._held()
        if not self._record.is_file():
            if held:
                raise InputError(would_be_lost(self.place, held))
            return {}
        try:
            known: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
            list(_tallies(known))
            known["of"]["buckets"] + 1
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if not held:
                return {}
            message = "the file that says what the folder holds cannot be read"
            hint = _ANOTHER.format(self._record.name)
            problem = Problem("other-replay", message, Place(str(self._record)), shown(error), hint=hint)
            raise InputError(problem) from None
        return known

    def _compare(self, before: Mapping[str, Any]) -> None:
        """Raise `InputError` with everything in which the replay before differs from this one."""
        hint = _ANOTHER.format(self._record.name)
        problems = [
            Problem(
                "other-replay",
                "the folder holds parts of another replay",
                Place(str(self.place), path=name),
                shown(before.get(name)),
                shown(value),
                hint,
            )
            for name, value in self._of.items()
            if before.get(name) != value
        ]
        if problems:
            raise InputError(problems)

    def _clear(self, known: Mapping[str, Any]) -> None:
        """Remove what a run that was killed left behind."""
        work = known.get("work")
        if isinstance(work, str) and work.startswith(f".{self.place.name}.") and Path(work).name == work:
            shutil.rmtree(self._record.with_name(work), ignore_errors=True)
        for folder in self._folders.values():
            for file in folder.glob(".part-*.parquet.*.part"):
                file.unlink(missing_ok=True)
        for file in self._record.parent.glob(f".{escape(self._record.name)}.*.part"):  # killed while it was written
            file.unlink(missing_ok=True)

    def _is_whole(self, bucket: int, tally: Tally) -> bool:
        """Return whether the files of a bucket are still there, with as many rows as were written."""
        rows = {"moves": tally.moves.total(), "standings": tally.contacts}
        try:
            return all(
                pl.scan_parquet(folder / _part(bucket), glob=False).select(pl.len()).collect().item() == rows[name]
                for name, folder in self._folders.items()
            )
        except ERRORS:
            return False

    def _write(self) -> None:
        known = {
            "complete": len(self._finished) == self._of["buckets"],
            "of": self._of,
            "work": self._work,
            "finished": {str(bucket): tally.as_dict() for bucket, tally in sorted(self._finished.items())},
        }
        with writing(self._record), WholeFiles() as files:
            files.for_target(self._record).write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def fingerprint(source: Source) -> str:
    """Return what a table in files is known again by, without reading it.

    These are the names of its files, their sizes, when they were last changed, and how they end: Parquet writes there
    how many rows it holds and what is the smallest and the largest of each column.
    """
    files = [Path(file) for file in files_of(source.name)]
    told = blake2b(digest_size=16)
    for file in files:
        try:
            status = file.stat()
            told.update(json.dumps([file.name, status.st_size, status.st_mtime_ns]).encode())
            with file.open("rb") as handle:
                handle.seek(max(0, status.st_size - _FOOTER))
                told.update(handle.read())
        except OSError as error:
            raise InputError(unreadable_file(str(file), error)) from None
    return f"{len(files)} files, {source.rows:,} rows, {told.hexdigest()}"


def _tallies(known: Mapping[str, Any]) -> Iterator[tuple[int, Tally]]:
    return ((int(bucket), Tally.read(tally)) for bucket, tally in known["finished"].items())


def _part(bucket: int) -> str:
    return f"part-{bucket:05d}.parquet"
