"""A contact in the making: what is known, what happened how long ago, and where it began to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened a while ago.

    Parameters
    ----------
    kind : str
        What.
    properties : tuple of str and object
        Its properties, by name.
    age : int
        How long before the instant in question, in microseconds.
    """

    kind: str
    properties: tuple[tuple[str, Any], ...] = ()
    age: int = 0

    def aged(self, age: int) -> Event:
        """Return the same at another time."""
        return Event(self.kind, self.properties, age)


@dataclass(frozen=True, slots=True)
class Story:
    """A contact in the making.

    Parameters
    ----------
    fields : mapping of str to object
        What is known, by full names such as ``company.employees``.
    events : tuple of Event
        What happened.
    begin : tuple of str and int, optional
        The stage where the contact already stood, and how long ago that was said.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    begin: tuple[str, int] | None = None

    def knowing(self, known: Mapping[str, Any]) -> Story:
        """Return the story of a contact of whom more is known."""
        return replace(self, fields={**self.fields, **known})

    def then(self, events: Iterable[Event]) -> Story:
        """Return the story in which more happened."""
        return replace(self, events=(*self.events, *events))

    def waited(self, length: int) -> Story:
        """Return the same story, looked at later; nothing happens meanwhile."""
        if length <= 0:
            return self
        events = tuple(one.aged(one.age + length) for one in self.events)
        begin = None if self.begin is None else (self.begin[0], self.begin[1] + length)
        return replace(self, events=events, begin=begin)
