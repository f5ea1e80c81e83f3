"""What came of an import: two tables, where contacts stand, and the report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl

from leadqual.errors import InputError, Problem
from leadqual.frames.types import interaction_types, known_kinds
from leadqual.integrations.assemble import People
from leadqual.integrations.cases import Cases
from leadqual.integrations.counts import FileCounts
from leadqual.integrations.fields import contact_fields
from leadqual.integrations.report import ImportReport
from leadqual.integrations.rows.contacts import FILE, NUMBER
from leadqual.integrations.scratch import Scratch
from leadqual.integrations.settings import Settings
from leadqual.integrations.telling import headline
from leadqual.integrations.writing import check_sources, written

Format = Literal["parquet", "csv"]


class Import:
    """What came of an import. Nothing is written before `write` is called.

    Interactions lie in a folder of the system's for files that come and go, until this object does.

    Attributes
    ----------
    contacts : DataFrame
        The contacts, as `leadqual.frames` takes them.
    standings : DataFrame
        Where the other system says that contacts stand: ``contact_id``, ``stage``, ``entered_at`` (UTC; null where it
        does not say since when), and ``term``, what it calls the stage itself.
    report : ImportReport
        What came in, what was changed, what was refused.
    """

    def __init__(
        self,
        chosen: Settings,
        room: Scratch,
        people: People,
        parts: Sequence[Path],
        cases: Cases,
        files: Sequence[FileCounts],
        repeated: int,
    ) -> None:
        self._chosen, self._room, self._parts = chosen, room, tuple(parts)
        whole = people.table()
        known = self._declared(whole)
        self.contacts = whole.select(known)
        self.standings = people.standings()
        self.report = ImportReport(
            chosen.document.title,
            files,
            cases,
            contacts=self.contacts.height,
            interactions=self.interactions.select(pl.len()).collect().item(),
            standings=self.standings.height,
            repeated=repeated,
            undeclared=[name for name in whole.columns if name not in known],
        )

    @cached_property
    def interactions(self) -> pl.LazyFrame:
        """The interactions: read from their files when they are asked for, as long as this object is there."""
        scans = [pl.scan_parquet(part) for part in self._parts]
        types = interaction_types(self._chosen.policy, known_kinds(self._chosen.policy))
        first = {name: types[name][0] for name in ("contact_id", "interaction_id", "kind", "occurred_at")}
        whole = pl.concat([pl.LazyFrame(schema=first), *scans], how="diagonal_relaxed")
        names = whole.collect_schema().names()
        known = [name for name in types if name in names]
        others = sorted(set(names) - set(known) - {FILE, NUMBER})
        return whole.select(*known, *others)

    @property
    def has_attributes(self) -> bool:
        """Whether contacts have columns that only a policy that declares them takes."""
        return not set(self.contacts.columns) <= {"contact_id", *contact_fields()}

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the contacts and the interactions, as `leadqual.frames` takes them."""
        return self.contacts, self.interactions.collect()

    def explain(self, *, limit: int = 12) -> str:
        """Return the report as text for a terminal; `report` has everything.

        Parameters
        ----------
        limit : int, default 12
            How many lines of each list.
        """
        return self.report.explain(limit=limit)

    def write(
        self,
        folder: str | os.PathLike[str],
        format: Format = "parquet",
        *,
        overwrite: bool = False,
        skip_refused: bool = False,
    ) -> list[Path]:
        """Write contacts, interactions and standings into a folder: whole, or not at all.

        Parameters
        ----------
        folder : path
            The folder, which is made if it is not there.
        format : {"parquet", "csv"}, default "parquet"
            The format of the files.
        overwrite : bool, default False
            Replace files of an earlier import.
        skip_refused : bool, default False
            Write although there are cases to decide, without what was refused and left empty.

        Returns
        -------
        list of Path
            The files: contacts, interactions and, if the other system says where contacts stand, standings.

        Raises
        ------
        InputError
            ``undecided-import`` if there are cases to decide; ``existing-file`` if there are files already, or
            files that were read would be replaced.
        """
        if self.report.to_decide and not skip_refused:
            message = f"{self.report.to_decide:,} cases are not decided: see report.explain()"
            hint = "say what is missing and read again, or write without them: skip_refused=True"
            raise InputError(Problem("undecided-import", message, hint=hint))
        tables: dict[str, pl.DataFrame | pl.LazyFrame] = {"contacts": self.contacts, "interactions": self.interactions}
        if self.standings.height:
            tables["standings"] = self.standings
        check_sources(folder, format, [file.name for file in self.report.files])
        return written(tables, folder, format, overwrite=overwrite)

    def _declared(self, whole: pl.DataFrame) -> list[str]:
        policy = self._chosen.policy
        if policy is None:
            return whole.columns
        own = {f"company.{name}" if spec.on == "company" else name for name, spec in policy.fields.items()}
        return [name for name in whole.columns if name in {"contact_id", *contact_fields(), *own}]

    def __repr__(self) -> str:
        return f"<Import of {headline(self.report)}; {self.report.to_decide:,} to decide>"

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return self.report._repr_html_()
