"""What was counted while files were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadqual.integrations.document import Value
from leadqual.integrations.files.matching import Matched


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
            left_out=counted["left_out"],
            skipped=counted["skipped"],
            unnamed=tuple(matched.unnamed),
            missing=matched.missing,
            vocabularies=dict(_vocabularies(matched)),
            notes=tuple(matched.opened.notes),
        )


def _vocabularies(matched: Matched) -> Iterator[tuple[str, str]]:
    def written(header: str) -> str:
        return matched.opened.headers[matched.places[header]] if header in matched.places else header

    for header, columns in matched.file.columns.items():
        yield from ((written(header), column.words) for column in columns if column.words)
    for rule in matched.file.interactions:
        for value in (rule.kind, rule.channel, rule.direction, rule.campaign, rule.note, *rule.properties.values()):
            if isinstance(value, Value) and value.words:
                yield from ((written(header), value.words) for header in value.column)
