"""The header of a file, and what stands between its cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from leadqual.errors import InputError, Place, Problem, cut

DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SAID: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a file.

    Parameters
    ----------
    names : tuple of str
        The headers, as they are written.
    delimiter : str
        What stands between cells.
    row : int
        The row in which it stands, from 1.
    """

    names: tuple[str, ...]
    delimiter: str
    row: int


def folded(header: str) -> str:
    """Return what is the same for every spelling of a header that is surely the same.

    Examples
    --------
    >>> folded(" First  Name "), folded("First Name")
    ('first name', 'first name')
    """
    return _BLANKS.sub(" ", header.replace("\ufeff", "")).strip().casefold()


def read_header(name: str, path: Path, known: Collection[str], delimiter: str | None = None) -> Header:
    """Return the header of a file of text in UTF-8.

    Parameters
    ----------
    name : str
        What people call the file.
    path : Path
        Where it lies.
    known : collection of str
        Headers, folded, by which the delimiter is known.
    delimiter : str, optional
        The delimiter, where it is known otherwise.

    Raises
    ------
    InputError
        ``empty-file`` if there is none; ``unclear-delimiter`` if nothing tells the delimiter.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(islice(file, 200))
    above = next((number for number, line in enumerate(lines) if line.strip(" \r\n")), None)
    if above is None:
        raise InputError(Problem("empty-file", "the file is empty", Place(name), hint="export it again"))
    if said := _SAID.fullmatch(lines[above]):
        above, delimiter = above + 1, said[1]
    options = [delimiter] if delimiter else list(DELIMITERS)
    found = {sign: _cells(lines[above:], sign) for sign in options}
    fits = {sign: sum(folded(cell) in known for cell in cells) for sign, cells in found.items()}
    best = max(options, key=lambda sign: (fits[sign], len(found[sign])))
    rivals = [sign for sign in options if fits[sign] == fits[best] and len(found[sign]) == len(found[best])]
    if len(rivals) > 1 and len(found[best]) > 1:
        spoken = " or ".join(DELIMITERS[sign] for sign in rivals)
        message = f"nothing tells whether {spoken} stand between the cells"
        hint = "say it in the document: reading: {delimiter: ';'}, or whichever it is"
        found_there = cut(lines[above].strip())
        raise InputError(Problem("unclear-delimiter", message, Place(name, above + 1), found_there, hint=hint))
    return Header(tuple(cell.strip() for cell in found[best]), best, above + 1)


def _cells(lines: list[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:
        return []
