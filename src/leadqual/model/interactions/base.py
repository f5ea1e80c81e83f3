"""The base of every interaction: something that happened with a contact at an instant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache, cached_property
from hashlib import blake2b
from typing import Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from leadqual.model.base import Model
from leadqual.model.time import Instant, micros
from leadqual.model.values import Identifier, Scalars
from leadqual.model.vocabulary import Channel, Direction

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Interaction(Model):
    """Something that happened with a contact; the base of one class a kind.

    A kind of your own is a subclass that names it. Whether it shows interest, so that it makes the contact a
    lead, is said by the class variable `shows_interest` (true unless the class says otherwise).

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from typing import Literal
    >>> class RoiCalculated(Interaction):
    ...     kind: Literal["roi_calculated"] = "roi_calculated"
    ...     saving: float
    >>> done = RoiCalculated(id="i-1", occurred_at=datetime(2026, 11, 1, tzinfo=UTC), saving=12.5)
    >>> done.value("saving"), done.instant, list(RoiCalculated.own_properties())
    (12.5, 1793491200000000, ['saving'])
    """

    # Reading docstrings back from source files would double the cost of these classes: they use Field(description=...).
    model_config = ConfigDict(use_attribute_docstrings=False)

    shows_interest: ClassVar[bool] = True
    """Whether this kind is a contact's own sign of interest."""
    interest_if: ClassVar[Mapping[str, frozenset[Any]]] = {}
    """Properties that must hold one of these values for it to be one (None: missing); data, so that tables can ask."""

    id: Identifier = Field(description="The key of the interaction, as its source system knows it.")
    kind: Identifier = Field(description="What happened.")
    occurred_at: Instant = Field(description="When it happened.")
    channel: Channel | None = Field(default=None, description="The channel on which it happened.")
    direction: Direction | None = Field(default=None, description="Who began: the contact (inbound) or we (outbound).")
    campaign: str | None = Field(default=None, description="The campaign it belongs to.")
    note: str | None = Field(default=None, description="Anything else worth knowing.")

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        """Let ``kind: Literal["x"]`` without a default mean that every instance has the kind ``x``."""
        super().__pydantic_init_subclass__(**options)
        kind = cls.__pydantic_fields__["kind"]
        names = get_args(kind.annotation) if get_origin(kind.annotation) is Literal else ()
        if len(names) == 1 and kind.is_required():
            kind.default = names[0]
            if cls.__pydantic_complete__:  # a subclass may have turned deferred building off
                cls.model_rebuild(force=True)

    @classmethod
    def own_properties(cls) -> dict[str, FieldInfo]:
        """Return the properties that this kind has beyond those of every interaction, by name.

        Each comes with its ``annotation``, ``description`` and, in ``json_schema_extra``, its unit.
        """
        if not cls.__pydantic_fields_complete__:
            cls.model_rebuild()
        return {name: info for name, info in cls.__pydantic_fields__.items() if name not in _SHARED}

    @cached_property
    def instant(self) -> int:
        """When it happened, in microseconds from 1970-01-01T00:00Z."""
        return micros(self.occurred_at)

    @cached_property
    def fingerprint(self) -> int:
        """128 bits of the content: the same for the same content, in every process."""
        known = self.__dict__
        content = [(name, _canonical(known[name])) for name in _sorted_fields(type(self)) if known[name] is not None]
        return int.from_bytes(blake2b(_ENCODE(content).encode(), digest_size=16).digest(), "big")

    def value(self, name: str) -> Any:
        """Return a property by its name, or None if this kind has none of that name.

        Parameters
        ----------
        name : str
            The name of the property.
        """
        return self.__dict__[name] if name in self.__pydantic_fields__ else None

    def is_interest(self) -> bool:
        """Whether this interaction is a sign of the contact's own interest."""
        return self.shows_interest and all(self.value(name) in values for name, values in self.interest_if.items())

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields replaced, unchecked; what was worked out from the old ones is left behind."""
        copied = super().model_copy(update=update, deep=deep)
        for worked_out in ("instant", "fingerprint"):
            copied.__dict__.pop(worked_out, None)
        return copied

    def __hash__(self) -> int:
        return hash((self.kind, self.id))


_SHARED = frozenset(Interaction.__pydantic_fields__)


class CustomInteraction(Interaction):
    """An interaction of a kind that a policy document declares, with its properties by name.

    It shows interest unless we began it (``direction="outbound"``).

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 11, 1, tzinfo=UTC)
    >>> CustomInteraction(id="i-1", kind="roi_calculated", occurred_at=at, properties={"saving": 12.5}).value("saving")
    12.5
    """

    interest_if: ClassVar[Mapping[str, frozenset[Any]]] = {"direction": frozenset({None, Direction.INBOUND})}

    properties: Scalars = Field(default_factory=dict, description="The properties, by name.")

    def value(self, name: str) -> Any:
        """Return a property by its name, or None if there is none of that name.

        Parameters
        ----------
        name : str
            The name of the property.
        """
        return self.properties[name] if name in self.properties else super().value(name)


_ENCODE = json.JSONEncoder(separators=(",", ":")).encode


@cache
def _sorted_fields(cls: type[Interaction]) -> tuple[str, ...]:
    return tuple(sorted(cls.__pydantic_fields__))


def _canonical(value: Any) -> Any:
    """Return a value as JSON can hold it, with one spelling for equal values."""
    # 3 and 3.0 are equal, and a table turns one into the other: they must not look like different content.
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return [(name, _canonical(value[name])) for name in sorted(value)]
    if isinstance(value, BaseModel):
        return _canonical(value.model_dump())
    if isinstance(value, frozenset | set):
        return sorted(_canonical(item) for item in value)
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value
