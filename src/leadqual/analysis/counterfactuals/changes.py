"""The two sorts of changes as they are told: a field that would be known, an interaction that would happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Learned:
    """A field of the profile that would be known, or another.

    Parameters
    ----------
    field : str
        Its full name, such as ``company.employees``.
    value : object
        One value that does.
    words : str
        Every value that does, in words: ``is at least 50``. Each kind of them was tried.
    known : object
        What is known now; None if nothing is.
    """

    field: str
    value: Any
    words: str
    known: Any = None


@dataclass(frozen=True, slots=True)
class Happened:
    """An interaction that would happen.

    Parameters
    ----------
    kind : str
        What happens.
    times : int
        How often.
    on : tuple of datetime
        When each of them was tried, UTC.
    properties : mapping of str to object
        The properties that matter.
    alike : tuple of str
        Other kinds that would do the same.
    anything : bool
        Whether all that matters is that something happens, so that the transitions are tried.
    description : str
        What the kind means.
    """

    kind: str
    times: int
    on: tuple[datetime, ...]
    properties: Mapping[str, Any]
    alike: tuple[str, ...] = ()
    anything: bool = False
    description: str = ""


Wanted: TypeAlias = Learned | Happened
