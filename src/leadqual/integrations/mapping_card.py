"""A mapping in a notebook: which files it knows, what becomes of their columns, and its words."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from leadqual.cards.frame import folded, folded_lines, framed, heading, table
from leadqual.integrations.document import Document, File, Value


def mapping_card(document: Document) -> str:
    """Return a mapping document as HTML.

    Parameters
    ----------
    document : Document
        The document.
    """
    read = f"read on {document.read_on}" if document.read_on else ""
    said = [", ".join(filter(None, [f"version {document.version}", read]))]
    files = [_file(name, file) for name, file in document.files.items()]
    columns = ["file", "rows are about", "known by", "columns", "tells of"]
    below = "".join(_columns(name, file) for name, file in document.files.items() if file.columns)
    words = [f"{name}: {_terms(terms.items())}" for name, terms in document.words.items()]
    title = f"What exports of {document.title} become"
    return framed(heading(title, said) + table(columns, files, right=(3,)) + below + folded_lines("Words", words))


def _file(name: str, file: File) -> list[str]:
    known_by = ", ".join(file.known_by) or "its name"
    kinds = dict.fromkeys(_kind(rule.kind) for rule in file.interactions)
    return [escape(name), escape(file.about), escape(known_by), f"{len(file.columns):,}", escape(", ".join(kinds))]


def _kind(kind: Value | str) -> str:
    if isinstance(kind, str):
        return kind
    return f"what {' or '.join(kind.column)} says"


def _columns(name: str, file: File) -> str:
    rows = [
        [escape(header), escape(", ".join(column.to for column in several))]
        for header, several in file.columns.items()
    ]  # fmt: skip
    return folded(f"Columns of {name} ({len(rows):,})", table(["header", "becomes"], rows))


def _terms(terms: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{term} → {meaning}" for term, meaning in terms)
