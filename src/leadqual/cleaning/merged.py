"""What a merge made: the two tables, the way back, and what has to be done now."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import polars as pl

from leadqual.cards.frame import framed, heading, table
from leadqual.cleaning.counting import counted
from leadqual.cleaning.record import Undo
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.frames.io import FileName
from leadqual.frames.write import write
from leadqual.outreach.facts.suppressed import Suppressed

Format: TypeAlias = Literal["parquet", "csv", "jsonl"]
_FORMATS: Final = ("parquet", "csv", "jsonl")
_FEW: Final = 5


@dataclass(frozen=True, eq=False, repr=False)
class Merged:
    """What a merge made. The tables are of the kind that came; the others of Polars.

    Parameters
    ----------
    contacts, interactions : table
        The tables, in the order in which they came. Interactions that were not given are None.
    undo : Undo
        The way back.
    moved : DataFrame
        ``contact_id`` of every contact that is gone, and ``kept``: where its interactions are now. What other systems
        still send under the old id belongs there.
    dropped : DataFrame
        Values that the merged contacts do not have: ``kept``, ``field``, ``value``, ``kept_value``, ``contact_id``.
        The record of the way back holds them too.
    repeated : int
        Rows of interactions that said again what another row said; each counts once.
    renamed : int
        Interactions that have another id now, since two had one.
    open : int
        Pairs that nobody decided on, and that were left as they are.
    """

    contacts: Any
    interactions: Any
    undo: Undo
    moved: pl.DataFrame
    dropped: pl.DataFrame
    repeated: int = 0
    renamed: int = 0
    open: int = 0

    @property
    def replay(self) -> tuple[str, ...]:
        """The contacts whose standings have to be made again, from their whole histories."""
        return self.undo.kept

    def suppressed(self, entries: Iterable[str]) -> list[str]:
        """Return your own do-not-call list with the kept contacts whose others stood on it.

        By an id that is gone, or a number or an address that gave way, nobody would find them there any more.

        Parameters
        ----------
        entries : iterable of str
            The list: numbers in international form, addresses, ids of contacts; as `leadqual.outreach` takes it.

        Examples
        --------
        >>> from leadqual import cleaning
        >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"], "email": ["siti@majujaya.co.id"] * 2})
        >>> cleaning.merge(contacts, None, cleaning.duplicates(contacts)).suppressed(["c-2"])
        ['c-2', 'c-1']
        """
        given = entries if isinstance(entries, str) else [*entries]  # a text alone is refused as no list
        own = Suppressed(given)
        more = [
            group.kept for group in self.undo.groups
            if any(own.holds(str(row["id"]), row.get("phone"), row.get("email")) for _, row in group.contacts)
        ]  # fmt: skip
        return list(dict.fromkeys([*given, *more]))

    def write(self, folder: FileName, *, format: Format = "parquet") -> Path:
        """Write everything to a new folder: whole, or not at all.

        There are ``contacts``, ``interactions``, ``moved`` and ``dropped``, with the ending of the format, and
        ``undo.json``.

        Parameters
        ----------
        folder : str or path
            The folder, which must be new or empty.
        format : {'parquet', 'csv', 'jsonl'}, default 'parquet'
            The format of the tables.

        Raises
        ------
        InputError
            If the folder is there and holds something, or cannot be made.
        """
        if format not in _FORMATS:
            message, expected = "tables are not written so", f"one of: {', '.join(_FORMATS)}"
            raise InputError(Problem("bad-argument", message, Place("format"), shown(format), expected))
        tables = {"contacts": self.contacts, "moved": self.moved, "dropped": self.dropped}
        if self.interactions is not None:
            tables["interactions"] = self.interactions
        return write_folder(folder, {f"{name}.{format}": one for name, one in tables.items()}, self.undo)

    def explain(self) -> str:
        """Return what was done as text for people."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        gone, kept = self.moved.height, len(self.undo)
        if not kept:
            yield "Nothing was merged."
        else:
            yield f"{counted(gone, 'contact')} merged into {kept:,}."
        if self.repeated:
            yield f"  {self.repeated:,} interaction{'s' * (self.repeated != 1)} stood there twice, and count once."
        if self.renamed:
            yield f"  {self.renamed:,} interaction{'s have' if self.renamed != 1 else ' has'} another id now."
        if self.dropped.height:
            by_field = self.dropped["field"].value_counts(sort=True).head(_FEW).iter_rows()
            told = ", ".join(f"{field} ({number:,})" for field, number in by_field)
            yield f"  Values that gave way to those of the kept contact: {told}. See the table dropped."
        if self.open:
            yield f"  {self.open:,} pair{'s' * (self.open != 1)} not decided on, and left as they are."
        if kept:
            yield "  Standings are not merged: make those of the kept contacts again, from their histories."
            yield "  The way back is the record undo: keep it."

    def __str__(self) -> str:
        """Return what was done as text for people."""
        return self.explain()

    def __repr__(self) -> str:
        """Return how many contacts were merged."""
        return f"<Merged: {counted(self.moved.height, 'contact')} into {len(self.undo):,}>"

    def _repr_html_(self) -> str:
        title, *rest = self._lines()
        rows = [[escape(str(cell)) for cell in row] for row in self.moved.head(2 * _FEW).iter_rows()]
        return framed(heading(title, [line.strip() for line in rest]) + (table(["gone", "kept"], rows) if rows else ""))


def check_folder(folder: FileName) -> None:
    """Raise `InputError` if a folder is there and holds something."""
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message, hint = "this is there already, and holds something", "name a folder that is not there yet"
        raise InputError(Problem("overwritten-file", message, Place(os.fspath(folder)), hint=hint))


def write_folder(folder: FileName, tables: dict[str, Any], undo: Undo | None) -> Path:
    """Write tables by the names of their files, and a record, to a new folder: all of them, or nothing."""
    check_folder(folder)
    target = Path(folder)
    try:
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    except OSError as error:
        message = f"the folder cannot be made: {error.strerror}"
        raise InputError(Problem("unwritable-file", message, Place(os.fspath(folder)))) from None
    try:
        for name, one in tables.items():
            write(one, work / name)
        if undo is not None:
            undo.write(work / "undo.json")
        work.chmod(0o755)
        with suppress(FileNotFoundError):
            target.rmdir()
        work.replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target
