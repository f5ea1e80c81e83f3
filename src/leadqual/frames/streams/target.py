"""Where scores are written, bucket after bucket: whole in the end, or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadqual.errors import InputError, Place, Problem, cut
from leadqual.files.open_table import JSON_LINES, PARQUET
from leadqual.files.write import WholeFiles, check_target, write_csv, write_json_lines
from leadqual.frames.streams.source import FileName
from leadqual.frames.streams.spread import writing

_PART: Final = re.compile(r"part-\d{5,}\.parquet")
_ROW_GROUP: Final = 50_000


class Target:
    """A file or a folder that takes the scores of one bucket after the other.

    Parameters
    ----------
    out : str or path
        A file that ends in ``.parquet``, ``.csv`` or ``.jsonl``, or a folder for Parquet files.
    spreadsheet_safe : bool, default False
        Whether texts in a CSV that a spreadsheet would run as a formula get an apostrophe before them.

    Raises
    ------
    InputError
        If nothing can be written there.
    """

    def __init__(self, out: FileName, *, spreadsheet_safe: bool = False) -> None:
        self.path = Path(os.fspath(out))
        self._safe = spreadsheet_safe
        self._parts: list[Path] = []
        self._columns: dict[str, Any] = {}
        if self.is_folder:
            self._check_folder()
        else:
            check_target(self.path)
            if self.path.is_dir():
                raise InputError(_unwritable(self.path, "this is a folder"))

    @property
    def folder(self) -> Path:
        """Where files may lie that are in the making."""
        return self.path.resolve().parent

    @property
    def is_folder(self) -> bool:
        """Whether the name has no ending, and so means a folder."""
        return not self.path.suffix

    def keep_apart(self, *sources: str) -> None:
        """Raise `InputError` if the result would be read as a part of one of these tables the next time."""
        problems = [_mixed(self.path, source) for source in sources if _holds(source, self.path)]
        if problems:
            raise InputError(problems)

    def add(self, scores: pl.DataFrame, work: Path) -> None:
        """Keep the scores of a bucket in a folder of ours."""
        if not scores.height and self._parts:
            return
        part = work / f"part-{len(self._parts):05d}.parquet"
        with writing(self.path):
            scores.write_parquet(part)
        self._parts.append(part)
        self._columns |= scores.schema

    def finish(self, told: Callable[[float], object], files: WholeFiles) -> None:
        """Write what was kept; nothing is seen of it before it is whole.

        Parameters
        ----------
        told : callable
            Hears how far it has come.
        files : WholeFiles
            The files that take their names together with this one. A folder takes its name at once.
        """
        with writing(self.path):
            self._even_out()
            if self.is_folder:
                self._finish_folder()
            else:
                self._write(files.for_target(self.path), told)

    def _write(self, file: Path, told: Callable[[float], object]) -> None:
        suffix = self.path.suffix.lower()
        if suffix in PARQUET:
            _scan(self._parts).sink_parquet(file, row_group_size=_ROW_GROUP)
        elif suffix in JSON_LINES:
            write_json_lines(file, self._json_rows(told))
        else:
            write_csv(file, list(self._columns), self._rows(told), self.path, spreadsheet_safe=self._safe)

    def _rows(self, told: Callable[[float], object]) -> Iterator[dict[str, Any]]:
        for number, part in enumerate(self._parts):
            told(number / len(self._parts))
            yield from _scan([part]).collect().iter_rows(named=True)

    def _json_rows(self, told: Callable[[float], object]) -> Iterator[dict[str, Any]]:
        """Yield the rows, the first with every column and the others without what is null."""
        for number, row in enumerate(self._rows(told)):
            known = {name: value for name, value in row.items() if value is not None}
            yield known if number else {name: known.get(name) for name in self._columns}

    def _even_out(self) -> None:
        """Give every part the columns of all: a scorer may have lines for some contacts alone."""
        for part in self._parts:
            scores = _scan([part])
            if list(scores.collect_schema()) != list(self._columns):
                lacking = {name: kind for name, kind in self._columns.items() if name not in scores.collect_schema()}
                filled = scores.with_columns(pl.lit(None, kind).alias(name) for name, kind in lacking.items()).collect()
                filled.select(list(self._columns)).write_parquet(part)

    def _finish_folder(self) -> None:
        made = self._parts[0].parent
        before = made.with_name(f"{made.name}.before")
        if self.path.is_dir():
            self.path.rename(before)
        try:
            made.rename(self.path)
        except BaseException:
            if before.is_dir():
                before.rename(self.path)
            raise

    def _check_folder(self) -> None:
        """Raise `InputError` unless the folder can be made, or holds an earlier result and nothing else."""
        if not self.path.parent.is_dir():
            raise InputError(_unwritable(self.path, "the folder it is to be in is not there"))
        if self.path.exists() and not self.path.is_dir():
            raise InputError(_unwritable(self.path, "a file has this name; a folder of Parquet files would need it"))
        others = sorted(file.name for file in self.path.glob("*") if not _PART.fullmatch(file.name))
        if others:
            raise InputError(would_be_lost(self.path, others))


def _scan(files: list[Path]) -> pl.LazyFrame:
    return pl.scan_parquet(files, glob=False, hive_partitioning=False)


def _unwritable(path: Path, reason: str) -> Problem:
    hint = "name a file that ends in .parquet, .csv or .jsonl, or a folder that is not there yet"
    return Problem("unwritable-file", f"nothing can be written there: {reason}", Place(str(path)), hint=hint)


def would_be_lost(folder: Path, names: Iterable[str]) -> Problem:
    """Return the problem of a folder in which files lie that are none of ours."""
    message, hint = "the folder holds files that would be lost", "name another folder, or empty this one"
    return Problem("overwritten-file", message, Place(str(folder)), cut(", ".join(names)), hint=hint)


def _mixed(target: Path, source: str) -> Problem:
    message, hint = "the result would lie among the files of a table that is read", "write it to another folder"
    return Problem("overwritten-file", message, Place(str(target)), source, hint=hint)


def _holds(source: str, target: Path) -> bool:
    """Return whether a file of this name is one of a table, or lies in one of its folders."""
    wanted = target.resolve()
    if Path(source).exists():
        return wanted == Path(source).resolve() or Path(source).resolve() in wanted.parents
    here = () if Path(source).is_absolute() else map(escape, Path.cwd().parts)
    pattern, parts = (*here, *Path(os.path.normpath(source)).parts), Path(os.path.abspath(target)).parts  # noqa: PTH100
    return any(_matches(pattern, parts[:length]) for length in range(1, len(parts) + 1))


def _matches(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_matches(pattern[1:], parts[start:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(pattern[1:], parts[1:])
