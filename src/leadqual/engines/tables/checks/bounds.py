"""What the models ask of a value beyond its type, read off their annotations, so that tables ask the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from leadqual.errors import Problem
from leadqual.model.catalogue import Field, Spelling, ValueType
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.values import Country, Currency, Phone, Region
from leadqual.policy.document import PolicyDocument

LARGEST: Final = 1e300
"""Numbers beyond it are refused wherever they come in."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What values of a column must keep to.

    Parameters
    ----------
    type : ValueType
        What they are.
    low, high : float
        The smallest and the largest number.
    whole : bool
        Whether numbers have no decimals.
    filled : bool
        Whether a text is not empty.
    values : tuple of str, optional
        All texts that can stand there, where they are known.
    spelling : Spelling, optional
        How every text is written, where that is known.
    """

    type: ValueType
    low: float = -LARGEST
    high: float = LARGEST
    whole: bool = False
    filled: bool = False
    values: tuple[str, ...] | None = None
    spelling: Spelling | None = None


def of_field(entry: Field) -> Bounds:
    """Return what values of a field of a contact or its company must keep to."""
    owner, _, name = entry.name.partition(".")
    model: type[BaseModel] = Company if owner == "company" else Contact
    return _bounds(entry, model.model_fields.get(name))


def of_change(entry: Field) -> Bounds:
    """Return what new values of a field must keep to: no model stands behind an update, only the field's type."""
    return Bounds(entry.type, values=entry.values)


def of_property(policy: PolicyDocument, kind: str, name: str) -> Bounds:
    """Return what values of a property of a kind must keep to."""
    return _bounds(policy.catalogue.properties(kind)[name], _info(policy, kind, name))


def is_required(policy: PolicyDocument, kind: str, name: str) -> bool:
    """Return whether every interaction of a kind must have a property."""
    info = _info(policy, kind, name)
    return info is not None and info.is_required()


def misspelt(spelling: Spelling, text: str) -> Problem:
    """Return the problem that the models have with a text that is not written as it should be."""
    spelt = next(kind for kind in (Country, Currency, Phone, Region) if spelling in get_args(kind))
    try:
        TypeAdapter(spelt).validate_python(text)
    except ValidationError as error:
        (item,) = error.errors(include_url=False)
        return Problem(item["type"], item["msg"], expected=spelling.expected, hint=item.get("ctx", {}).get("hint"))
    raise AssertionError(f"the models take {text!r}, which its spelling refuses")


def _info(policy: PolicyDocument, kind: str, name: str) -> FieldInfo | None:
    spec = policy.interactions.get(kind)
    cls = BUILT_IN.get(kind, Interaction) if spec is None else spec.written_as or Interaction
    return cls.model_fields.get(name)


def _bounds(entry: Field, info: FieldInfo | None) -> Bounds:
    marks = [] if info is None else [*_marks(info.annotation), *info.metadata]
    lows = [mark.ge for mark in marks if hasattr(mark, "ge")]
    highs = [mark.le for mark in marks if hasattr(mark, "le")]
    return Bounds(
        entry.type,
        max([-LARGEST, *lows]),
        min([LARGEST, *highs]),
        info is not None and _is_whole(info.annotation),
        any(getattr(mark, "min_length", 0) for mark in marks),
        entry.values,
        entry.spelling,
    )


def _marks(annotation: Any) -> Iterator[Any]:
    """Yield what an annotation is marked with, also inside of ``... | None``."""
    for mark in getattr(annotation, "__metadata__", ()):
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)
    for part in get_args(annotation):
        yield from _marks(part)


def _is_whole(annotation: Any) -> bool:
    return annotation is int or any(_is_whole(part) for part in get_args(annotation))
