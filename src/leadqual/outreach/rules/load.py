"""Reading packs: those that ship, and documents of a company's own, with every problem at its line."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from leadqual._suggest import did_you_mean
from leadqual.errors import PolicyError, Problem
from leadqual.outreach.rules.pack import Pack
from leadqual.policy.load import located
from leadqual.policy.shipped import shipped_text
from leadqual.policy.source import Source, parse_source, read_source

DEFAULT: Final = ("us", "ca", "id", "gb", "eu", "whatsapp", "everywhere")
"""The packs that hold unless somebody says otherwise."""

SHIPPED: Final = (*DEFAULT, "us_states", "courtesy")
"""The packs that ship."""


def load_pack(name: str | os.PathLike[str]) -> Pack:
    """Read a pack: one that ships, by its name, or a document.

    Parameters
    ----------
    name : str or path
        ``"us"``, ``"ca"``, ``"id"``, ``"gb"``, ``"eu"``, ``"whatsapp"``, ``"everywhere"`` or ``"us_states"``; or a file
        of YAML, or of JSON if its name ends in ``.json``.

    Raises
    ------
    PolicyError
        With file, line and column of everything that is wrong with the document.

    Examples
    --------
    >>> load_pack("us").title
    'United States'
    """
    given = os.fspath(name)
    if given in SHIPPED:
        return _shipped(given)
    try:
        source = read_source(given)
    except PolicyError as error:
        if error.code != "unreadable-file" or Path(given).suffix:
            raise
        hint = did_you_mean(given, SHIPPED) or f"name a file, or one of those that ship: {', '.join(SHIPPED)}"
        problem = error.problems[0]
        raise PolicyError(Problem(problem.code, problem.message, problem.place, given, hint=hint)) from None
    return pack_of(source)


def pack_text(name: str) -> str:
    """Return the document of a pack that ships, comments and all: copy it to begin your own.

    Parameters
    ----------
    name : str
        The name of the pack, such as ``us``.

    Raises
    ------
    UnknownNameError
        If no pack of that name ships.
    """
    message = "no pack of this name ships with the package"
    return shipped_text("leadqual.outreach.packs", name, SHIPPED, "unknown-pack", message)


def pack_of(source: Source) -> Pack:
    """Return the pack of a document that was read; raise `PolicyError` with every problem at its line."""
    if not isinstance(source.data, dict):
        expected = "a mapping that begins with pack:, title: and jurisdiction:"
        found = type(source.data).__name__
        raise PolicyError(Problem("not-a-pack", "the document is no pack of rules", source.locate(()), found, expected))
    try:
        return Pack.model_validate(source.data)
    except PolicyError as error:
        raise PolicyError([located(problem, source) for problem in error.problems]) from None


@cache
def _shipped(name: str) -> Pack:
    return pack_of(parse_source(pack_text(name), f"{name}.yaml"))
