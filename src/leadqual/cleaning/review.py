"""A review: one row a pair that may be one person, and the column in which somebody decides."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from leadqual.cleaning.counting import counted
from leadqual.cleaning.decisions import DIFFERENT, SAME, Decided, contradictions
from leadqual.cleaning.review_card import review_card
from leadqual.cleaning.review_checks import check_columns, decided_rows
from leadqual.cleaning.review_rows import review_rows
from leadqual.cleaning.whole_tables import read_whole
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.files.write import WholeFiles, check_target, write_table
from leadqual.frames.io import FileName
from leadqual.frames.native import into_polars

if TYPE_CHECKING:
    from leadqual.cleaning.found import Duplicates


@dataclass(frozen=True, eq=False, repr=False)
class Review:
    """A table to decide on, in a spreadsheet or in code.

    Under ``decision`` stands ``same``, ``different``, or nothing as long as nobody decided. Under ``keep`` may stand
    the contact that is to be kept. Everything else is there to be looked at.

    Parameters
    ----------
    table : DataFrame
        One row a pair: ``left``, ``right``, ``decision``, ``keep``, ``why``, ``probability``, ``conflicts``, ``group``,
        ``check``, and the fields of both sides beside one another, such as ``phone left`` and ``phone right``.
    source : str
        What errors call it.
    lines : tuple of int
        Where each row stands in its file.

    Raises
    ------
    InputError
        When it is first used, with everything that is wrong: columns that are missing, other words than those two,
        decisions that contradict one another.

    Examples
    --------
    >>> review = Review(pl.DataFrame({"left": ["c-1"], "right": ["c-2"], "decision": ["Same "]}))
    >>> review.counts
    {'same': 1, 'different': 0, 'open': 0}
    """

    table: pl.DataFrame
    source: str = "review"
    lines: tuple[int, ...] = field(default=())

    @classmethod
    def read(cls, path: FileName, *, encoding: str = "utf-8") -> Review:
        """Return a review out of a file that `write` wrote, and somebody decided on: CSV, JSON lines or Parquet.

        Parameters
        ----------
        path : str or path
            The file.
        encoding : str, default 'utf-8'
            How the text of a CSV file is encoded.
        """
        frame, lines = read_whole(path, encoding=encoding)
        review = cls(frame, os.fspath(path), tuple(lines))
        _ = review.decided
        return review

    @classmethod
    def of(cls, given: Any) -> Review:
        """Return a review out of a table of any library.

        Parameters
        ----------
        given : table or Review
            The table, with the columns that `write` writes.
        """
        return given if isinstance(given, Review) else cls(into_polars(given, "review"))

    def write(self, path: FileName, *, spreadsheet_safe: bool = False) -> Path:
        """Write the review as CSV, JSON lines or Parquet: whole, or not at all. A file that is there is not touched.

        Parameters
        ----------
        path : str or path
            The file.
        spreadsheet_safe : bool, default False
            In CSV, put ``'`` before texts that a spreadsheet would run as a formula, such as phone numbers; `read`
            takes it away again.
        """
        check_target(path)
        if Path(path).exists():
            message, hint = "the file is there already, and may hold decisions", "name another file, or remove this one"
            raise InputError(Problem("overwritten-file", message, Place(os.fspath(path)), hint=hint))
        with WholeFiles() as files:
            rows = self.table.iter_rows(named=True)
            write_table(files.for_target(path), rows, path, self.table.columns, spreadsheet_safe=spreadsheet_safe)
        return Path(path)

    @cached_property
    def decided(self) -> tuple[Decided, ...]:
        """The pairs on which somebody decided."""
        rows = decided_rows(self.table, self.source, self.lines)
        if problems := list(contradictions(rows, self.source)):
            raise InputError(problems)
        return rows

    @cached_property
    def different(self) -> frozenset[frozenset[str]]:
        """The pairs that are different."""
        return frozenset(frozenset((one.left, one.right)) for one in self.decided if one.decision == DIFFERENT)

    @property
    def counts(self) -> dict[str, int]:
        """How many pairs are the same, different, and not decided on."""
        same = sum(one.decision == SAME for one in self.decided)
        return {SAME: same, DIFFERENT: len(self.decided) - same, "open": self.table.height - len(self.decided)}

    def decide(self, decisions: Mapping[tuple[str, str], str]) -> Review:
        """Return the review with decisions on some of its pairs.

        Parameters
        ----------
        decisions : mapping
            For a pair of ids ``same`` or ``different``.

        Examples
        --------
        >>> review = Review(pl.DataFrame({"left": ["c-1"], "right": ["c-2"], "decision": [None]}))
        >>> review.decide({("c-2", "c-1"): "different"}).counts
        {'same': 0, 'different': 1, 'open': 0}
        """
        check_columns(self.table, self.source)
        wanted = {frozenset(pair): word for pair, word in decisions.items()}
        pairs = [frozenset(pair) for pair in self.table.select("left", "right").iter_rows()]
        if absent := [pair for pair in wanted if pair not in {*pairs}]:
            message = "the review has no such pair"
            raise InputError(
                Problem("unknown-pair", message, Place("decisions"), shown(sorted(pair))) for pair in absent
            )
        words = [wanted.get(pair, before) for pair, before in zip(pairs, self.table["decision"], strict=True)]
        decided = replace(self, table=self.table.with_columns(pl.Series("decision", words, dtype=pl.String)))
        _ = decided.decided
        return decided

    def explain(self) -> str:
        """Return how far the review has come, as text for people."""
        counts = self.counts
        said = f"{counts[SAME]:,} the same, {counts[DIFFERENT]:,} different, {counts['open']:,} still open"
        text = f"{counted(self.table.height, 'pair')} to review: {said}."
        held = self.table.filter(pl.col("conflicts") != "").height if "conflicts" in self.table.columns else 0
        return f"{text}\n  In {held:,} of them something conflicts: see the column conflicts." if held else text

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return self.table.height

    def __repr__(self) -> str:
        """Return how many pairs there are."""
        return f"<Review of {counted(self.table.height, 'pair')}>"

    def __str__(self) -> str:
        """Return how far the review has come."""
        return self.explain()

    def _repr_html_(self) -> str:
        return review_card(self.table, self.explain())


def reviewed(found: Duplicates, accept: float | None) -> Review:
    """Return the review of what a search found, with what was decided before."""
    return Review(review_rows(found, accept))
