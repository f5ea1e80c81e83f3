"""The catalogue: every name a condition may use, with its type, unit and meaning."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leadqual._suggest import did_you_mean
from leadqual.errors import EvaluationError, InputError, Place, Problem, shown

MONEY: Final = "money"
"""The unit of an amount whose currency stands beside it, in the property ``currency``."""


class ValueType(StrEnum):
    """What a condition can compute with."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    TEXTS = "texts"

    @property
    def spoken(self) -> str:
        """The type with its article, as messages name it."""
        return _SPOKEN.get(self, f"a {self}")

    @property
    def plural(self) -> str:
        """Several of the type, as messages name them."""
        return "lists of texts" if self is ValueType.TEXTS else f"{self}s"


_SPOKEN: Final = {ValueType.INSTANT: "an instant", ValueType.TEXTS: "a list of texts"}

_LARGEST: Final = 1e300
"""Numbers beyond it would overflow where they are multiplied, so they are refused where they come in."""

_PYTHON_TYPES: Final[dict[ValueType, tuple[type, ...]]] = {
    ValueType.NUMBER: (int, float),
    ValueType.TEXT: (str,),
    ValueType.BOOLEAN: (bool,),
    ValueType.INSTANT: (datetime,),
    ValueType.TEXTS: (tuple, list, set, frozenset),
}
_EXPECTED: Final = {
    ValueType.NUMBER: "a finite number",
    ValueType.TEXT: "a text",
    ValueType.BOOLEAN: "a boolean",
    ValueType.INSTANT: "a datetime with its time zone",
    ValueType.TEXTS: "several texts",
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the texts of a type are written, as part of its annotation.

    Parameters
    ----------
    pattern : str
        What each matches from end to end.
    expected : str
        The same for people.
    """

    pattern: str
    expected: str


@dataclass(frozen=True, slots=True)
class Field:
    """One name: what it holds and what it means.

    Parameters
    ----------
    name : str
        As written in conditions, such as ``company.employees``; inside a filter the property alone.
    type : ValueType
        What it holds.
    description : str
        For people, and for editors.
    unit : str, optional
        Such as ``s``, ``days``, ``USD``; ``money`` where the currency stands beside the amount.
    values : tuple of str, optional
        All values that a text can have, where they are known.
    range : tuple of float, optional
        The smallest and largest value that a number can have, where they are known.
    spelling : Spelling, optional
        How every text is written, where that is known.
    """

    name: str
    type: ValueType
    description: str = ""
    unit: str | None = None
    values: tuple[str, ...] | None = None
    range: tuple[float, float] | None = None
    spelling: Spelling | None = None

    def checked(self, value: Any, where: str | None = None) -> Any:
        """Return `value` if this field can hold it, or None.

        Raises
        ------
        EvaluationError
            If it is of another type.
        InputError
            If it is none of the texts that the field can hold (code ``unknown-value``).
        """
        if value is None:
            return None
        right = isinstance(value, _PYTHON_TYPES[self.type])
        if self.type is ValueType.NUMBER:
            right = right and not isinstance(value, bool) and abs(value) <= _LARGEST  # NaN is not below anything
        elif self.type is ValueType.TEXTS:
            right = right and all(isinstance(item, str) for item in value)
        elif self.type is ValueType.INSTANT:
            right = right and value.utcoffset() is not None
        if not right:
            raise EvaluationError(
                Problem(
                    "wrong-type",
                    f"{self.name} holds a value of the wrong type",
                    Place(where, path=self.name),
                    shown(value),
                    _EXPECTED[self.type],
                    "convert the value where it is read; a missing value is None",
                )
            )
        if self.values is not None:
            self._check_known(value, where)
        return value

    def _check_known(self, value: Any, where: str | None) -> None:
        known = self.values or ()
        for text in (value,) if self.type is ValueType.TEXT else value:
            if text not in known:
                message, expected = f"{self.name} can never be this", f"one of: {', '.join(known)}"
                place = Place(where, path=self.name)
                raise InputError(
                    Problem("unknown-value", message, place, shown(text), expected, did_you_mean(text, known))
                )


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of interaction and the properties that a filter or a sum may use."""

    name: str
    properties: Mapping[str, Field]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every name and kind that a condition may use.

    Parameters
    ----------
    fields : mapping of str to Field
        Names of the top level, such as ``contact.country`` and ``score.fit``.
    kinds : mapping of str to Kind
        Kinds of interactions.
    common : mapping of str to Field
        The properties that every kind has.
    """

    fields: Mapping[str, Field]
    kinds: Mapping[str, Kind]
    common: Mapping[str, Field] = field(default_factory=dict)

    def extended(self, fields: Iterable[Field] = (), kinds: Iterable[Kind] = ()) -> Catalogue:
        """Return a catalogue that has these fields and kinds as well."""
        return Catalogue(
            {**self.fields, **{added.name: added for added in fields}},
            {**self.kinds, **{added.name: added for added in kinds}},
            self.common,
        )

    def without(self, prefixes: Collection[str]) -> Catalogue:
        """Return a catalogue without the names that begin with, or are, one of `prefixes`."""
        kept = {name: entry for name, entry in self.fields.items() if name.split(".")[0] not in prefixes}
        return Catalogue(kept, self.kinds, self.common)

    def properties(self, kind: str) -> Mapping[str, Field]:
        """Return what a filter on a kind may use; what all kinds share where the kind is unknown."""
        own = self.kinds[kind].properties if kind in self.kinds else {}
        return {**self.common, **own}


def field_from(name: str, annotation: Any, info: FieldInfo | None = None) -> Field | None:
    """Return the catalogue's entry for a typed attribute, or None if conditions cannot hold its type."""
    kind, values = _type_of(annotation)
    if kind is None:
        return None
    extra = info.json_schema_extra if info is not None and isinstance(info.json_schema_extra, dict) else {}
    unit = extra.get("unit")
    description = (info.description if info is not None else None) or ""
    spelling = _spelling_of(annotation, info.metadata if info is not None else ())
    return Field(name, kind, description, unit if isinstance(unit, str) else None, values, spelling=spelling)


def _spelling_of(annotation: Any, metadata: Iterable[Any]) -> Spelling | None:
    """Return the spelling that an annotation carries: on the field itself, or inside ``... | None``."""
    for found in metadata:
        if isinstance(found, Spelling):
            return found
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _spelling_of(inner, more)
    if get_origin(annotation) in (Union, types.UnionType):
        return next(filter(None, (_spelling_of(part, ()) for part in get_args(annotation))), None)
    return None


def fields_of(model: type[BaseModel], prefix: str = "", skip: Collection[str] = ()) -> dict[str, Field]:
    """Return the entries of a model's fields, in their order, without those that conditions cannot hold."""
    found = {}
    for name, info in model.model_fields.items():
        entry = None if name in skip else field_from(f"{prefix}{name}", info.annotation, info)
        if entry is not None:
            found[entry.name] = entry
    return found


def _type_of(annotation: Any) -> tuple[ValueType | None, tuple[str, ...] | None]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type_of(arguments[0])
    if origin in (Union, types.UnionType):
        found = [_type_of(argument) for argument in arguments if argument is not type(None)]
        return found[0] if found and all(kind == found[0] for kind in found) else (None, None)
    if origin is Literal:
        return _type_of_values([argument for argument in arguments if argument is not None])
    if origin in (tuple, frozenset, set, list):
        items = {_type_of(argument) for argument in arguments if argument is not Ellipsis}
        item, values = items.pop() if len(items) == 1 else (None, None)
        return (ValueType.TEXTS, values) if item is ValueType.TEXT else (None, None)
    if not isinstance(annotation, type):
        return None, None
    if issubclass(annotation, Enum):
        # A member that is no text or number itself would never equal one: no condition could be true of it.
        return _type_of_values(list(annotation)) if issubclass(annotation, str | int | float) else (None, None)
    for kind in (ValueType.BOOLEAN, ValueType.NUMBER, ValueType.TEXT, ValueType.INSTANT):
        if issubclass(annotation, _PYTHON_TYPES[kind]):
            return kind, None
    return None, None


def _type_of_values(values: Collection[Any]) -> tuple[ValueType | None, tuple[str, ...] | None]:
    """Return the type that all of an enumeration's values have, and the values where they are texts."""
    plain = [value.value if isinstance(value, Enum) else value for value in values]
    kinds = {_type_of(type(value))[0] for value in plain}
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind, tuple(plain) if kind is ValueType.TEXT else None
