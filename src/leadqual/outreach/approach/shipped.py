"""The approaches that ship with the package, and which of them goes with which policy."""

from __future__ import annotations

from typing import Final

from leadqual.policy.shipped import shipped_text
from leadqual.policy.source import Source, parse_source

_NAMES: Final = ("collection", "sales")


def names() -> tuple[str, ...]:
    """Return the names of the documents that ship; each goes with the policy of the same name."""
    return _NAMES


def text(name: str) -> str:
    """Return a document that ships, comments and all: copy it to begin your own, or extend it.

    Raises
    ------
    UnknownNameError
        If no document of that name ships.

    Examples
    --------
    >>> text("sales").splitlines()[0]
    '# What to do with whom in business-to-business sales: from the first interest to the loyal customer.'
    """
    message = "no approaches of this name ship with the package"
    return shipped_text("leadqual.outreach.approach", name, _NAMES, "unknown-approaches", message)


def source_of(name: str) -> Source:
    """Return a document that ships as data that knows its lines."""
    return parse_source(text(name), f"{name}.yaml")
