"""What the columns of the two tables hold: read off the models, and off the policy for what it declares."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import polars as pl
from polars.datatypes import DataType, DataTypeClass
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leadqual.files.columns import CONTACT_ID, company_class
from leadqual.model.built_in import built_in_catalogue
from leadqual.model.catalogue import ValueType
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN, kind_of
from leadqual.model.profile import CHANGES, CLEARED, PROFILE_UPDATED
from leadqual.policy.document import PolicyDocument

Type = DataType | DataTypeClass

INSTANT: Final[Type] = pl.Datetime("us", "UTC")
TEXTS: Final[Type] = pl.List(pl.String)
INTERACTION_ID: Final = "interaction_id"

_BY_VALUE_TYPE: Final[dict[ValueType, Type]] = {
    ValueType.NUMBER: pl.Float64(),
    ValueType.TEXT: pl.String(),
    ValueType.BOOLEAN: pl.Boolean(),
    ValueType.INSTANT: INSTANT,
    ValueType.TEXTS: TEXTS,
}
_BY_CLASS: Final[tuple[tuple[type, Type], ...]] = (
    (bool, pl.Boolean()),  # a bool is an int, a datetime a date: the narrower comes first
    (int, pl.Int64()),
    (float, pl.Float64()),
    (str, pl.String()),
    (datetime, INSTANT),
    (date, pl.Date()),
)
_SPOKEN: Final[dict[Any, str]] = {
    pl.Boolean: "true or false",
    pl.Float64: "a number",
    pl.Int64: "a whole number",
    pl.String: "a text",
}
_SEVERAL: Final = (list, tuple, set, frozenset)
_OWNERS: Final = ("contact.", "company.")

Fields = Mapping[str, FieldInfo]


def spoken(kind: Type) -> str:
    """Return a type of a column as messages name it."""
    if kind == TEXTS:
        return "a list of texts"
    if isinstance(kind, pl.List):
        return f"a list: {spoken(kind.inner)}"
    if isinstance(kind, pl.Struct):
        return f"an object with {', '.join(field.name for field in kind.fields)}"
    return "an instant" if kind == INSTANT else _SPOKEN.get(kind.base_type(), str(kind))


def declared_type(kind: ValueType | str) -> Type:
    """Return the type of a column that a policy declares."""
    return _BY_VALUE_TYPE[ValueType(kind)]


def common_type(one: Type, other: Type) -> Type | None:
    """Return the type that holds the values of both, or None if there is none."""
    if one == other:
        return one
    return pl.Float64() if one.is_numeric() and other.is_numeric() else None


def annotated_type(annotation: Any) -> Type | None:
    """Return the type of the column for an annotation, or None if only the values can tell.

    Examples
    --------
    >>> from leadqual.model.vocabulary import Channel
    >>> annotated_type(int | None), annotated_type(tuple[Channel, ...]), annotated_type(int | str)
    (Int64, List(String), None)
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return annotated_type(arguments[0])
    if origin in (Union, types.UnionType):
        return _one_of(annotated_type(part) for part in arguments if part is not type(None))
    if origin is Literal:
        return _one_of(annotated_type(type(value)) for value in arguments if value is not None)
    if origin in _SEVERAL:
        item = _one_of(annotated_type(part) for part in arguments if part is not Ellipsis)
        return None if item is None else pl.List(item)
    return _class_type(annotation) if isinstance(annotation, type) else None


def _class_type(cls: type) -> Type | None:
    if issubclass(cls, BaseModel):
        fields = {name: annotated_type(info.annotation) for name, info in completed(cls).items()}
        return pl.Struct({name: kind for name, kind in fields.items() if kind}) if all(fields.values()) else None
    if issubclass(cls, Enum):
        return _one_of(annotated_type(type(member.value)) for member in cls)
    return next((kind for known, kind in _BY_CLASS if issubclass(cls, known)), None)


def _one_of(found: Iterable[Type | None]) -> Type | None:
    kinds = list(found)
    one = kinds[0] if kinds else None
    for other in kinds[1:]:
        one = None if one is None or other is None else common_type(one, other)
    return one


def completed(model: type[BaseModel]) -> Fields:
    """Return the fields of a model, whose annotations may not have been read yet."""
    if not model.__pydantic_fields_complete__:
        model.model_rebuild()
    return model.__pydantic_fields__


@cache
def field_types(model: type[BaseModel]) -> Mapping[str, Type | None]:
    """Return what columns of the fields of a model hold, by field."""
    return {name: annotated_type(info.annotation) for name, info in completed(model).items()}


def known_kinds(policy: PolicyDocument | None, kinds: Iterable[type[Interaction]] = ()) -> dict[str, type[Interaction]]:
    """Return the classes of kinds: the built-in ones, those that a policy was made with, and `kinds`."""
    declared = {} if policy is None else policy.interactions
    own = {name: spec.written_as for name, spec in declared.items() if spec.written_as is not None}
    return {**BUILT_IN, **own, **{str(completed(cls)["kind"].default): cls for cls in kinds}}


@cache
def undeclared() -> PolicyDocument:
    """Return the policy of those who name none: it declares nothing."""
    return PolicyDocument(name="undeclared")


def contact_types(policy: PolicyDocument | None = None, model: type[Contact] = Contact) -> dict[str, Type | None]:
    """Return what the columns of contacts hold, in their order; None where only the values can tell.

    Parameters
    ----------
    policy : PolicyDocument, optional
        Whose declared fields are columns too.
    model : type
        The class of the contacts.
    """
    found: dict[str, Type | None] = {CONTACT_ID: pl.String()}
    found |= {name: kind for name, kind in field_types(model).items() if name not in ("id", "company", "attributes")}
    company = field_types(company_class(model))
    found |= {f"company.{name}": kind for name, kind in company.items() if name != "attributes"}
    declared = {} if policy is None else policy.fields
    for owner in ("company", "contact"):
        prefix = "company." if owner == "company" else ""
        for name, spec in declared.items():
            if spec.on == owner:
                found.setdefault(f"{prefix}{name}", declared_type(spec.type))
    return found


def common_types() -> dict[str, Type | None]:
    """Return what the columns hold that every interaction has."""
    shared = {name: kind for name, kind in field_types(Interaction).items() if name != "id"}
    first = {CONTACT_ID: pl.String(), INTERACTION_ID: pl.String()}
    needed = {name: shared[name] for name in ("kind", "occurred_at")}
    return {**first, **needed, **shared}


def kind_types(
    policy: PolicyDocument | None = None, kinds: Mapping[str, type[Interaction]] = BUILT_IN
) -> dict[str, dict[str, Type | None]]:
    """Return what the columns of each kind hold beyond those of every interaction, by kind."""
    found = {kind: own_types(cls) for kind, cls in kinds.items()}
    for kind in {} if policy is None else policy.interactions:
        found.setdefault(kind, declared_properties(policy, kind))
    found[PROFILE_UPDATED] |= {**change_types(policy), CLEARED: TEXTS}
    return found


def declared_properties(policy: PolicyDocument | None, kind: str) -> dict[str, Type | None]:
    """Return what the properties of a kind hold that a policy declares; nothing if it declares none."""
    spec = None if policy is None else policy.interactions.get(kind)
    return {} if spec is None else {name: declared_type(prop.type) for name, prop in spec.properties.items()}


def own_types(cls: type[Interaction]) -> dict[str, Type | None]:
    """Return what the properties of a class of interactions hold."""
    skip = {*Interaction.__pydantic_fields__, *(("changes",) if kind_of(cls) == PROFILE_UPDATED else ())}
    return {name: kind for name, kind in field_types(cls).items() if name not in skip}


def change_types(policy: PolicyDocument | None = None) -> dict[str, Type | None]:
    """Return what the columns of new values of a profile hold, such as ``changes.company.employees``."""
    fields = (built_in_catalogue() if policy is None else policy.catalogue).fields
    named = {name.removeprefix("contact."): entry for name, entry in fields.items() if name.startswith(_OWNERS)}
    order = [name for name in contact_types(policy) if name in named]
    return {f"{CHANGES}{name}": declared_type(named[name].type) for name in order}


def interaction_types(
    policy: PolicyDocument | None = None, kinds: Mapping[str, type[Interaction]] = BUILT_IN
) -> dict[str, tuple[Type, ...]]:
    """Return what each column of interactions may hold, in the order of the columns: several types if kinds differ.

    Examples
    --------
    >>> known = interaction_types()
    >>> list(known)[:4], known["path"]
    (['contact_id', 'interaction_id', 'kind', 'occurred_at'], (String,))
    """
    found: dict[str, tuple[Type, ...]] = {name: (kind,) for name, kind in common_types().items() if kind}
    by_kind = kind_types(policy, kinds)
    updates = by_kind.pop(PROFILE_UPDATED)  # their many columns come last
    for columns in (*by_kind.values(), updates):
        for name, kind in columns.items():
            if kind is not None and kind not in found.setdefault(name, ()):
                found[name] = (*found[name], kind)
    return found
