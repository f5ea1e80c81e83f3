"""The report of an import: what came in, what was changed, what was refused, and what there is to decide."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import polars as pl

from leadqual.integrations.cases import EMPTY, REFUSED, Cases
from leadqual.integrations.counts import FileCounts
from leadqual.integrations.saving import save_report
from leadqual.integrations.telling import explained, headline, page
from leadqual.integrations.wording import asked

UNKNOWN: Final = "unknown-term"
_FIRST: Final = 5
_BY: Final = ("effect", "code", "file", "column")


class ImportReport:
    """Every case of an import, counted and listed.

    Rows are numbered as a spreadsheet numbers them: the first row of a file, which mostly is its header, is 1, empty
    rows count, and a cell with line breaks does not.

    Attributes
    ----------
    files : tuple of FileCounts
        What was counted in each file.
    contacts, interactions, standings : int
        How many came in.
    repeated : int
        How many rows repeated another word for word, and were counted once.
    undeclared : tuple of str
        Columns that were left out since the policy does not declare them.
    """

    def __init__(
        self,
        title: str,
        files: Sequence[FileCounts],
        cases: Cases,
        *,
        contacts: int,
        interactions: int,
        standings: int,
        repeated: int,
        undeclared: Sequence[str],
    ) -> None:
        self.title = title
        self.files = tuple(files)
        self.contacts, self.interactions, self.standings = contacts, interactions, standings
        self.repeated = repeated
        self.undeclared = tuple(undeclared)
        self._cases = cases

    @property
    def cases(self) -> pl.LazyFrame:
        """Every case: ``effect``, ``code``, ``file``, ``row``, ``column``, ``found`` and ``suggestion``."""
        return self._cases.lazy()

    @cached_property
    def summary(self) -> pl.DataFrame:
        """The cases, counted by effect, code, file and column, with the first of each as examples."""
        firsts = [pl.col(name).head(_FIRST) for name in ("row", "found", "suggestion")]
        counted = self.cases.group_by(_BY, maintain_order=True).agg(pl.len().alias("cases"), *firsts)
        return counted.sort("cases", descending=True, maintain_order=True).collect()

    @cached_property
    def unknown_terms(self) -> pl.DataFrame:
        """Terms without a translation: where, which, how often, the first rows, the vocabulary, what may be meant."""
        named = {(file.name, header): words for file in self.files for header, words in file.vocabularies.items()}
        found = self.cases.filter(pl.col("code") == UNKNOWN).group_by("file", "column", "found", maintain_order=True)
        counted = found.agg(
            pl.len().alias("times"), pl.col("row").head(_FIRST).alias("rows"), pl.col("suggestion").first()
        ).collect()
        words = [named.get((file, column)) for file, column in counted.select("file", "column").iter_rows()]
        table = counted.rename({"found": "term"}).with_columns(pl.Series("vocabulary", words, dtype=pl.String))
        return table.sort("times", descending=True, maintain_order=True)

    @property
    def unnamed(self) -> list[str]:
        """The headers of all files that the mapping does not name: these columns were left out."""
        return list(dict.fromkeys(header for file in self.files for header in file.unnamed))

    @cached_property
    def refused_rows(self) -> int:
        """How many rows were refused, or refused a part of what they tell."""
        refused = self.cases.filter(pl.col("effect") == REFUSED).select("file", "row").unique()
        return int(refused.select(pl.len()).collect().item())

    @cached_property
    def to_decide(self) -> int:
        """How many cases somebody has to look at: cells left empty, and what was refused."""
        effects = self.summary.filter(pl.col("effect").is_in([EMPTY, REFUSED]))
        return int(effects["cases"].sum())

    def count(self, effect: str, code: str | None = None) -> int:
        """Return how many cases there are of an effect, or of an effect and a code.

        Parameters
        ----------
        effect : str
            What became of a cell or row, as the column `effect` of `summary` says it.
        code : str, optional
            The code of the case; by default all.
        """
        mine = self.summary.filter(pl.col("effect") == effect)
        return int((mine if code is None else mine.filter(pl.col("code") == code))["cases"].sum())

    def questions(self, *, command_line: bool = False) -> list[str]:
        """Return what to say so that more comes in: options, words, columns.

        Parameters
        ----------
        command_line : bool, default False
            Whether to say it in options of the command, in place of arguments.
        """
        codes = self.summary["code"].unique().to_list()
        return asked(codes, self.unknown_terms, self.unnamed, command_line=command_line)

    def explain(self, *, limit: int = 12, command_line: bool = False) -> str:
        """Return the report as text for a terminal: of each list the first `limit`, and how many more there are.

        Parameters
        ----------
        limit : int, default 12
            How many lines of each list.
        command_line : bool, default False
            Whether to speak of options of the command, in place of arguments.
        """
        return explained(self, limit, command_line=command_line)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts and lists as plain data for JSON, without the single cases."""
        return {
            "system": self.title,
            "contacts": self.contacts,
            "interactions": self.interactions,
            "standings": self.standings,
            "repeated": self.repeated,
            "refused_rows": self.refused_rows,
            "to_decide": self.to_decide,
            "undeclared": list(self.undeclared),
            "files": [_plain(file) for file in self.files],
            "summary": self.summary.to_dicts(),
            "unknown_terms": self.unknown_terms.to_dicts(),
            "questions": self.questions(),
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the report whole, by the ending of the name.

        ``.json`` holds everything, ``.csv`` every case, and ``.html`` a page for people with the counts, the terms and
        the first cases.

        Parameters
        ----------
        path : str or path
            The file.

        Raises
        ------
        InputError
            If the file cannot be written, or the ending tells no format.
        """
        save_report(self, self._cases, path)

    def _repr_html_(self) -> str:
        return page(self)

    def __repr__(self) -> str:
        return f"<ImportReport of {headline(self)}; {self.to_decide:,} to decide>"

    __str__ = explain


def _plain(file: FileCounts) -> dict[str, Any]:
    return {name: getattr(file, name) for name in FileCounts.__slots__}
