"""A report: what was found, in sections, before and after it becomes a page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, UnknownNameError, shown
from leadqual.files.write import WholeFiles
from leadqual.lifecycle.explain import moment
from leadqual.report import told
from leadqual.report.about import About, Tile
from leadqual.report.page import page
from leadqual.report.section import Section
from leadqual.report.target import no_page
from leadqual.report.words import counted


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """What a report holds. `build` makes it.

    Parameters
    ----------
    about : About
        What it is about.
    tiles : tuple of Tile
        Its key figures.
    sections : tuple of Section
        Its parts, in their order.

    Examples
    --------
    >>> from leadqual import datasets, policies, report
    >>> demo = datasets.demo(contacts=40)
    >>> page = report.build(policies.sales(), *demo.frames(), at=demo.at)
    >>> page
    <Report of 40 contacts under sales 1.0.0 at 2026-11-22 00:00 UTC, 8 sections>
    >>> page["funnel"].title
    'The funnel'
    """

    about: About
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sections."""
        return tuple(section.name for section in self.sections)

    def __getitem__(self, name: str) -> Section:
        """Return a section by its name; raise `UnknownNameError` if there is none."""
        for section in self.sections:
            if section.name == name:
                return section
        expected, hint = f"one of: {', '.join(self.names)}", did_you_mean(str(name), self.names)
        message = f"the report has no section {shown(name)}"
        raise UnknownNameError(Problem("unknown-section", message, Place("section"), shown(name), expected, hint))

    def __iter__(self) -> Iterator[Section]:
        return iter(self.sections)

    def __len__(self) -> int:
        return len(self.sections)

    @cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The numbers of all figures, by ``section.figure``."""
        return {f"{section.name}.{figure.name}": figure.table for section in self for figure in section.figures}

    def html(self) -> str:
        """Return the report as one page, which needs no other file and no network."""
        return page(self.about, self.tiles, self.sections)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page, whole or not at all, and return where; raise `InputError` if it cannot be written.

        Parameters
        ----------
        path : str or path
            The file; its name ends in ``.html`` or ``.htm``.
        """
        if problem := no_page(path):
            raise InputError(problem)
        with WholeFiles() as files:
            files.for_target(path).write_text(self.html(), encoding="utf-8", newline="")
        return Path(path)

    def explain(self) -> str:
        """Return the report as text for people: its sentences, without figures."""
        return told.explanation(self.about, self.tiles, self.sections)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON, instants as texts."""
        return told.plain(self.about, self.tiles, self.sections)

    def __str__(self) -> str:
        """Return the report as text for people."""
        return self.explain()

    def __repr__(self) -> str:
        """Return what it is a report of."""
        about, sections = self.about, counted(len(self), "section")
        people, seen = counted(about.contacts, "contact"), moment(about.at, about.zone)
        return f"<Report of {people} under {about.policy} {about.version} at {seen}, {sections}>"

    def _repr_html_(self) -> str:
        return told.card(self.about, self.tiles, self.sections)
