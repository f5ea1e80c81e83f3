"""What fields of contacts and properties of kinds take: how cells are read for them, and which words they know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Final, get_args

import polars as pl
from pydantic.fields import FieldInfo

from leadqual.frames.types import Type, annotated_type, completed
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.money import Owed, Priced
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.vocabulary import Role
from leadqual.policy.document import PolicyDocument

STAGE: Final = "stage"
STAGE_SINCE: Final = "stage_since"
ATTRIBUTES: Final = ("attributes.", "company.attributes.")

_BY_NAME: Final = {
    "phone": "phone",
    "email": "email",
    "country": "country",
    "region": "region",
    "language": "language",
    "time_zone": "time_zone",
    "domain": "domain",
    "currency": "currency",
}
_NESTED: Final = ("id", "company", "attributes", "consents", "do_not_call")
_SHARED: Final = ("channel", "direction", "campaign", "note")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a field or a property takes.

    Parameters
    ----------
    reading : str
        How cells are read for it: one of `document.As`, or ``time_zone``.
    type : polars type
        What a column of it holds.
    words : frozenset of str, optional
        The only words that it knows; None for any text.
    required : bool
        Whether an interaction of the kind cannot be without it.
    """

    reading: str
    type: Type
    words: frozenset[str] | None = None
    required: bool = False


@cache
def contact_fields() -> Mapping[str, Taken]:
    """Return what each field of contacts takes, ``company.employees`` among them, in their order."""
    own = dict(_taken(completed(Contact), _NESTED))
    own["roles"] = _without(own["roles"], {role.value for role in Role if role.derived})
    company = {f"company.{name}": taken for name, taken in _taken(completed(Company), ("attributes",))}
    return {**own, **company}


def field_of(target: str, policy: PolicyDocument | None = None) -> Taken | None:
    """Return what a target of a column takes: a field, an attribute or the stage; None if there is none of that name.

    Examples
    --------
    >>> field_of("company.employees").reading, field_of("attributes.budget").reading, field_of("budget")
    ('whole', 'text', None)
    """
    if target in contact_fields():
        return contact_fields()[target]
    if target == STAGE_SINCE:
        return Taken("time", pl.Datetime("us", "UTC"))
    if target == STAGE:
        return Taken("text", pl.String(), frozenset(policy.stages) or None if policy else None)
    owner = next((prefix for prefix in reversed(ATTRIBUTES) if target.startswith(prefix)), None)
    if owner is None or not target.removeprefix(owner):
        return None
    return _declared(target.removeprefix(owner), "company" if owner.startswith("company") else "contact", policy)


@cache
def kind_properties(kind: str) -> Mapping[str, Taken]:
    """Return what the properties of a built-in kind take, with those that every interaction has."""
    cls = BUILT_IN[kind]
    return dict(_taken({name: info for name, info in completed(cls).items() if _is_property(name)}, ("changes",)))


@cache
def all_properties() -> Mapping[str, Taken]:
    """Return what properties take, whatever the kind."""
    found: dict[str, Taken] = {}
    for kind in BUILT_IN:
        for name, taken in kind_properties(kind).items():
            known = found.setdefault(name, taken)
            if known.words is not None and taken.words is not None:
                found[name] = Taken(known.reading, known.type, known.words | taken.words)
            elif known.words is not None or known.required:
                found[name] = Taken(taken.reading, taken.type)
    return found


@cache
def priced_kinds() -> frozenset[str]:
    """Return the kinds whose amount never stands without a currency."""
    return frozenset(kind for kind, cls in BUILT_IN.items() if issubclass(cls, Priced | Owed))


def column_of(target: str) -> str:
    """Return the column of our table that a target is.

    Examples
    --------
    >>> column_of("attributes.budget"), column_of("company.attributes.fleet"), column_of("phone")
    ('budget', 'company.fleet', 'phone')
    """
    for prefix in reversed(ATTRIBUTES):
        if target.startswith(prefix):
            return f"{'company.' if prefix.startswith('company') else ''}{target.removeprefix(prefix)}"
    return target


def type_of(reading: str, otherwise: Type | None = None) -> Type:
    """Return the type of a column of values that were read in a certain way."""
    return otherwise if otherwise is not None and reading in ("text", "html") else _TYPES.get(reading, pl.String())


_TYPES: Final[Mapping[str, Type]] = {
    "time": pl.Datetime("us", "UTC"),
    "number": pl.Float64(),
    "duration": pl.Float64(),
    "whole": pl.Int64(),
    "yes_no": pl.Boolean(),
    "list": pl.List(pl.String()),
}
_READINGS: Final = {kind.base_type(): reading for reading, kind in _TYPES.items() if reading != "duration"}


def _taken(fields: Mapping[str, FieldInfo], leave: tuple[str, ...]) -> Iterator[tuple[str, Taken]]:
    for name, info in fields.items():
        kind = None if name in leave else annotated_type(info.annotation)
        if kind is None:
            continue
        words = next((frozenset(str(member.value) for member in cls) for cls in _enums(info.annotation)), None)
        reading = "text" if words is not None else _READINGS.get(kind.base_type(), "text")
        if isinstance(kind, pl.List):
            reading = "list"
        yield name, Taken(_BY_NAME.get(name, reading), kind, words, info.is_required())


def _enums(annotation: Any) -> Iterator[type[Enum]]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for argument in getattr(annotation, "__args__", ()) or get_args(annotation):
        yield from _enums(argument)


def _is_property(name: str) -> bool:
    return name not in Interaction.__pydantic_fields__ or name in _SHARED


def _without(taken: Taken, words: set[str]) -> Taken:
    return Taken(taken.reading, taken.type, (taken.words or frozenset()) - words, taken.required)


def _declared(name: str, owner: str, policy: PolicyDocument | None) -> Taken:
    spec = None if policy is None else policy.fields.get(name)
    if spec is None or spec.on != owner:
        return Taken("text", pl.String())
    reading = {"instant": "time", "boolean": "yes_no", "texts": "list"}.get(str(spec.type), str(spec.type))
    return Taken(reading, type_of(reading))
