"""What readers hand on: rows as they stand in a file, and rows that became a value or problems."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from leadqual.cards.shown import Shown
from leadqual.errors import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as a file holds it.

    Parameters
    ----------
    line : int
        The line on which it begins, counted from 1; in Parquet the number of the row.
    cells : dict
        The cells by column; text in CSV, typed values elsewhere.
    text : str
        The row as it was written, or the nearest thing to it.
    problems : tuple of Problem
        Why the row cannot be read at all; then it has no cells.
    """

    line: int
    cells: dict[str, Any]
    text: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Row(Shown, Generic[T]):
    """One row of a file, and what became of it: a value, or the reasons why it has none.

    Parameters
    ----------
    source : str
        The file.
    line : int
        The line on which the row begins, counted from 1; in Parquet the number of the row.
    text : str
        The row as it was written.
    contact_id : str, optional
        The contact that it is about, where that could be read.
    value : object, optional
        The contact or interaction; None if the row is rejected.
    problems : tuple of Problem
        Every reason for which it is rejected.
    """

    source: str
    line: int
    text: str
    contact_id: str | None = None
    value: T | None = None
    problems: tuple[Problem, ...] = ()

    def rejected(self, problem: Problem) -> Row[T]:
        """Return the row without its value, and with one more problem, placed at this row."""
        placed = problem.at(source=self.source, line=self.line)
        return Row(self.source, self.line, self.text, self.contact_id, None, (*self.problems, placed))

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain data for JSON: where it stands, what it holds, what is wrong."""
        reasons = [problem.as_dict() for problem in self.problems]
        return {"file": self.source, "line": self.line, "reasons": reasons, "text": self.text}


@dataclass
class Table(ABC):
    """A file as rows of cells, read one by one.

    Parameters
    ----------
    name : str
        The file.
    """

    name: str
    notes: list[str] = field(default_factory=list, init=False)
    """What was found out about the file and its reader should know, such as an unusual delimiter."""

    textual = False
    """Whether every cell is text that has still to be converted."""

    @property
    @abstractmethod
    def columns(self) -> Sequence[str] | None:
        """The columns of every row, or None if each row names its own."""

    @abstractmethod
    def rows(self) -> Iterator[RawRow]:
        """Yield the rows, in the order of the file."""

    @abstractmethod
    def done(self) -> float:
        """Return how much of the file has been read, from 0 to 1."""
