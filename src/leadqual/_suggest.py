"""Did-you-mean: the nearest known names to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str], *, limit: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return up to `limit` of the `known` names nearest to `name`, best first."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    # Comparing is quadratic in the length: what nobody could mean is not worth comparing.
    matches = get_close_matches(name[:200].casefold(), list(by_folded), n=limit, cutoff=cutoff)
    return [by_folded[match] for match in matches]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a hint such as ``did you mean 'contact.country'?``, or None if nothing is near."""
    matches = closest(name, known)
    return f"did you mean {' or '.join(repr(match) for match in matches)}?" if matches else None
