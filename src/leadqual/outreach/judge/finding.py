"""What one rule says of one situation, before it is put in words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple


class Effect(StrEnum):
    """What a reason does to a verdict."""

    DENY = "deny"
    ALLOW = "allow"
    NOTE = "note"


NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Finding(NamedTuple):
    """What one rule says.

    Parameters
    ----------
    effect : Effect
        Whether it denies, allows, or only notes something.
    code : str
        The code of the reason.
    details : mapping of str to object
        What was found, for the words of the reason.
    until : int, optional
        Of a denial that ends by itself: when, in microseconds.
    timed : bool
        Whether a denial ends by itself: only time has to pass.
    unknown : str, optional
        What is not known, and would have to be.
    """

    effect: Effect
    code: str
    details: Mapping[str, Any] = NOTHING
    until: int | None = None
    timed: bool = False
    unknown: str | None = None


def deny(code: str, /, unknown: str | None = None, **details: Any) -> Finding:
    """Return a denial that only an act of a person can end."""
    return Finding(Effect.DENY, code, details, unknown=unknown)


def deny_until(code: str, /, until: int | None, **details: Any) -> Finding:
    """Return a denial that ends by itself."""
    return Finding(Effect.DENY, code, details, until=until, timed=True)


def allow(code: str, /, **details: Any) -> Finding:
    """Return that a rule is kept."""
    return Finding(Effect.ALLOW, code, details)


def note(code: str, /, unknown: str | None = None, **details: Any) -> Finding:
    """Return what is worth knowing and decides nothing."""
    return Finding(Effect.NOTE, code, details, unknown=unknown)
