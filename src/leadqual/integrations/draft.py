"""A mapping document to begin with, for files that no shipped mapping knows.

It guesses nothing: what a column may mean stands in comments, and is not in force before somebody writes it there.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from leadqual._suggest import closest
from leadqual.integrations.document import IGNORE, Document
from leadqual.integrations.fields import contact_fields
from leadqual.integrations.files.headers import folded
from leadqual.integrations.files.matching import spellings
from leadqual.integrations.files.opened import Opened
from leadqual.integrations.files.opening import FileName, opened
from leadqual.integrations.files.unpacked import unpacked
from leadqual.integrations.mapping import SYSTEMS, mapping
from leadqual.integrations.settings import Settings

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _/()-]*[A-Za-z0-9)]|[A-Za-z]")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_HEAD: Final = """\
# A mapping document for files of another system. Nothing in it is guessed:
# each column is ignored until you write what becomes of it. What may be meant stands behind it as a comment.
# Then: leadqual import this-file.yaml FILES
system: {name}
title: {title}
version: 1
files:
"""
_ABOUT: Final = """\
  {name}:
    about: contacts        # or interactions, both, companies, links
    known_by: {known_by}
    id:                    # needed: the column with the key of a row
    columns:
"""


def draft(*files: FileName, encoding: str | None = None) -> str:
    """Return the text of a mapping document with every column of some files.

    Parameters
    ----------
    *files : path
        Files as another system exported them.
    encoding : str, optional
        Their encoding, if they are neither UTF-8 nor have a byte order mark.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    nothing = Document(system="draft", title="Draft", version="1", files={"none": {"about": "contacts"}})
    with tempfile.TemporaryDirectory(prefix="leadqual-draft-") as folder:
        chosen = Settings(nothing, encoding=encoding)
        tables = [
            table
            for path in files
            for one in unpacked(path, Path(folder))
            for table in opened(one, chosen, Path(folder))
        ]
    first = _name(tables[0].name) if tables else "mine"
    parts = [_part(table, number) for number, table in enumerate(tables)]
    return _HEAD.format(name=first, title=first) + "".join(parts) + "words: {}\n"


def _part(table: Opened, number: int) -> str:
    headers = [header for header in dict.fromkeys(table.headers) if header]
    name = f"{_name(table.name)}{f'_{number + 1}' if number else ''}"
    known_by = ", ".join(map(_quoted, headers))
    width = max((len(_quoted(header)) for header in headers), default=0)
    lines = [f"      {_quoted(header) + ':':<{width + 1}} {IGNORE}{_comment(header)}\n" for header in headers]
    return _ABOUT.format(name=name, known_by=f"[{known_by}]") + "".join(lines)


def _comment(header: str) -> str:
    found = list(
        dict.fromkeys([*_in_shipped(header), *closest(folded(header).replace(" ", "_"), contact_fields(), limit=2)])
    )
    return f"   # perhaps {' or '.join(found[:3])}" if found else ""


def _in_shipped(header: str) -> Iterator[str]:
    """Yield what a header becomes in the mappings that ship."""
    for system in SYSTEMS:
        document = mapping(system).document
        for file in document.files.values():
            for known, columns in file.columns.items():
                if folded(header) in spellings(document, file, known):
                    yield from (column.to for column in columns if column.to != IGNORE)


def _name(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", Path(path).name.split(".")[0].lower()).strip("_") or "mine"


def _quoted(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
