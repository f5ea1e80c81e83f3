"""What was counted while files were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from leadqual.integrations.document import Value
from leadqual.integrations.files.matching import Matched, values_of

CAME_IN: Final = "came in"
LATER_REFUSED: Final = "refused"
SAME: Final = "same"
SHARED: Final = "shared"


@dataclass(frozen=True, slots=True)
class FileCounts:
    """What was counted in one file.

    Parameters
    ----------
    name : str
        The file.
    kind : str
        What the mapping calls it.
    rows : int
        How many rows hold anything, the header not among them.
    empty : int
        How many rows are empty.
    contacts, companies, interactions : int
        What its rows told, before rows were put together.
    contacts_in, interactions_in : int
        How many of them came in. Of all files together they are as many as the report has.
    contacts_refused, interactions_refused : int
        How many of them were refused when rows were put together: rows that contradict each other, interactions of
        contacts that did not come in.
    contacts_same, interactions_same : int
        How many of them are the same as one of another row.
    interactions_shared : int
        How many interactions there are more than rows told, since some are about several contacts.
    left_out : int
        How many rows the mapping leaves out.
    skipped : int
        How many terms were met from which nothing follows.
    unnamed : tuple of str
        Its headers that the mapping does not name.
    missing : mapping of str to str or None
        Headers of the mapping that it lacks, each with one that may be meant.
    vocabularies : mapping of str to str
        The vocabulary of each of its columns that has one.
    notes : tuple of str
        What else is to be told: its encoding, its delimiter.
    """

    name: str
    kind: str
    rows: int
    empty: int
    contacts: int
    companies: int
    interactions: int
    contacts_in: int
    contacts_refused: int
    contacts_same: int
    interactions_in: int
    interactions_refused: int
    interactions_same: int
    interactions_shared: int
    left_out: int
    skipped: int
    unnamed: tuple[str, ...]
    missing: Mapping[str, str | None]
    vocabularies: Mapping[str, str]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, matched: Matched, counted: Counter[str]) -> FileCounts:
        """Return the counts of a file that was read."""
        return cls(
            name=matched.opened.name,
            kind=matched.kind,
            rows=matched.opened.rows,
            empty=matched.opened.empty,
            contacts=counted["contacts"],
            companies=counted["companies"],
            interactions=counted["interactions"],
            contacts_in=0,
            contacts_refused=0,
            contacts_same=0,
            interactions_in=0,
            interactions_refused=0,
            interactions_same=0,
            interactions_shared=0,
            left_out=counted["left_out"],
            skipped=counted["skipped"],
            unnamed=tuple(matched.unnamed),
            missing=matched.missing,
            vocabularies=dict(_vocabularies(matched)),
            notes=tuple(matched.opened.notes),
        )


def settled(files: Iterable[FileCounts], contacts: Sums, interactions: Sums) -> list[FileCounts]:
    """Return the counts of files with what became of what they told; of a file that was given twice, in turn."""
    return [_settled(file, contacts, interactions) for file in files]


def _settled(file: FileCounts, contacts: Sums, interactions: Sums) -> FileCounts:
    shared = interactions.take(SHARED, file.name)
    people = _shares(contacts, file.name, file.contacts)
    happenings = _shares(interactions, file.name, file.interactions + shared)
    return replace(
        file,
        contacts_in=people[CAME_IN],
        contacts_refused=people[LATER_REFUSED],
        contacts_same=people[SAME],
        interactions_in=happenings[CAME_IN],
        interactions_refused=happenings[LATER_REFUSED],
        interactions_same=happenings[SAME],
        interactions_shared=shared,
    )


def _shares(sums: Sums, name: str, told: int) -> dict[str, int]:
    came_in = sums.take(CAME_IN, name, told)
    refused = sums.take(LATER_REFUSED, name, told - came_in)
    return {CAME_IN: came_in, LATER_REFUSED: refused, SAME: told - came_in - refused}


class Sums:
    """What became of what the rows of each file told, once rows are put together."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str]] = Counter()

    def add(self, what: str, files: pl.Series) -> None:
        """Count the files that rows come from."""
        for name, number in files.value_counts(name="_number").iter_rows():
            self._counted[what, name] += number

    def take(self, what: str, name: str, most: int | None = None) -> int:
        """Return what was counted of a file and not yet taken."""
        found = self._counted[what, name] if most is None else min(most, self._counted[what, name])
        self._counted[what, name] -= found
        return found


def _vocabularies(matched: Matched) -> Iterator[tuple[str, str]]:
    def written(header: str) -> str:
        return matched.opened.headers[matched.places[header]] if header in matched.places else header

    for header, columns in matched.file.columns.items():
        yield from ((written(header), column.words) for column in columns if column.words)
    for rule in matched.file.interactions:
        for value in values_of(rule):
            if isinstance(value, Value) and value.words:
                yield from ((written(header), value.words) for header in value.column)
