"""The values of a feature that get the same points, as a condition of the language and as a mask of rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

import numpy as np
import numpy.typing as npt
import polars as pl

from leadqual.conditions.nodes import Compare, In, IsMissing, Items, Literal, Node, Not

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

NONE: Final = -1
"""The code of a value that no bin holds: it was never seen, so it gets no points."""

_NAMED: Final = 3
_WORD: Final = 16
_UNFIT: Final = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` to below `high`; None is no limit on that side, and never on both."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Texts:
    """Some texts."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherTexts:
    """All texts but some: those that are rare, and those that were never seen."""

    than: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition that is true, or that is false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Any value, where only having one tells something."""


@dataclass(frozen=True, slots=True)
class Missing:
    """No value."""


Bin = Span | Texts | OtherTexts | Truth | Known | Missing


def condition(part: Bin, feature: Node) -> Node:
    """Return the condition that holds for the values of a bin.

    Examples
    --------
    >>> from leadqual.conditions.parse import parse_condition
    >>> age = parse_condition("contact.age")
    >>> print(condition(Span(30, 40), age), "|", condition(Span(None, 30), age), "|", condition(Missing(), age))
    30 <= contact.age < 40 | contact.age < 30 | contact.age is None
    """
    match part:
        case Span(None, high) if high is not None:
            return Compare(feature, (("<", _number(high)),))
        case Span(low, None) if low is not None:
            return Compare(feature, ((">=", _number(low)),))
        case Span(low, high) if low is not None and high is not None:
            return Compare(_number(low), (("<=", feature), ("<", _number(high))))
        case Texts((value,)):
            return Compare(feature, (("==", Literal(value)),))
        case Texts(values):
            return In(feature, _items(values))
        case OtherTexts((value,)):
            return Compare(feature, (("!=", Literal(value)),))
        case OtherTexts(than) if than:
            return In(feature, _items(than), negated=True)
        case Truth(value):
            return feature if value else Not(feature)
        case Missing():
            return IsMissing(feature)
        case Known() | Span() | OtherTexts():
            return IsMissing(feature, negated=True)
        case _:
            assert_never(part)


def mask(part: Bin, column: pl.Series) -> Mask:
    """Return which rows of a feature's column lie in a bin."""
    match part:
        case Missing():
            found = column.is_null()
        case Span(low, high):
            found = column.is_not_null()
            found = found if low is None else found & (column >= low)
            found = found if high is None else found & (column < high)
        case Texts(values):
            found = column.is_in(list(values))
        case OtherTexts(than):
            found = ~column.is_in(list(than))
        case Truth(value):
            found = column == value
        case Known():
            found = column.is_not_null()
        case _:
            assert_never(part)
    return found.fill_null(value=False).to_numpy().astype(bool)


def codes(parts: Sequence[Bin], column: pl.Series) -> Codes:
    """Return the place of the bin of each row, `NONE` where no bin holds it.

    Examples
    --------
    >>> codes([Span(None, 30), Span(30, None)], pl.Series([29.0, 30.0, None])).tolist()
    [0, 1, -1]
    """
    found = np.full(len(column), NONE)
    for place, part in enumerate(parts):
        found[mask(part, column)] = place
    return found


def label(part: Bin) -> str:
    """Return the bin as a cell of a table: ``30 to below 40``, ``ID, SG``, ``unknown``."""
    match part:
        case Span(None, None) | Known():
            return "known"
        case Span(None, high):
            return f"below {_shown(high)}"
        case Span(low, None):
            return f"{_shown(low)} and more"
        case Span(low, high):
            return f"{_shown(low)} to below {_shown(high)}"
        case Texts(values):
            return ", ".join(values)
        case OtherTexts(than):
            return "any other" if than else "known"
        case Truth(value):
            return "true" if value else "false"
        case Missing():
            return "unknown"
        case _:
            assert_never(part)


def slug(part: Bin) -> str:
    """Return the bin as the end of a rule's id: ``30-40``, ``ID-SG``, ``unknown``."""
    match part:
        case Span(None, high) if high is not None:
            return f"below-{_plain(high)}"
        case Span(low, None) if low is not None:
            return f"from-{_plain(low)}"
        case Span(low, high) if low is not None and high is not None:
            return f"{_plain(low)}-{_plain(high)}"
        case Texts(values):
            rest = len(values) - _NAMED
            named = [word for value in values[:_NAMED] if (word := words(value, limit=_WORD))]
            return "-".join([*named, *([f"and-{rest}-more"] if rest > 0 else [])]) or "some"
        case OtherTexts(than) if than:
            return "other"
        case _:
            return label(part)


def words(text: str, *, limit: int = 40) -> str:
    """Return a text as one word that an id can hold."""
    return _UNFIT.sub("-", text)[:limit].strip("-")


def joined(parts: Sequence[Bin], points: Sequence[int]) -> tuple[tuple[Bin, ...], tuple[int, ...]]:
    """Return bins of which neighbours that get the same points are one.

    Examples
    --------
    >>> joined([Span(None, 30), Span(30, 40), Span(40, None), Missing()], [0, 7, 7, 0])
    ((Span(low=None, high=30), Span(low=30, high=None), Missing()), (0, 7, 0))
    """
    kept: list[tuple[Bin, int]] = []
    for part, worth in zip(parts, points, strict=True):
        last = next((place for place, one in enumerate(kept) if one[1] == worth and _joins(one[0], part)), None)
        if last is None:
            kept.append((part, worth))
        else:
            kept[last] = _union(kept[last][0], part), worth
    return tuple(part for part, _ in kept), tuple(worth for _, worth in kept)


def _joins(one: Bin, other: Bin) -> bool:
    if isinstance(one, Span) and isinstance(other, Span):
        return one.high == other.low
    return isinstance(one, Texts | OtherTexts | Truth) and isinstance(other, Texts | OtherTexts | Truth)


def _union(one: Bin, other: Bin) -> Bin:
    match one, other:
        case Span(low, _), Span(_, high):
            return Known() if low is None and high is None else Span(low, high)
        case Texts(values), Texts(more):
            return Texts(tuple(sorted({*values, *more})))
        case (Texts(values), OtherTexts(than)) | (OtherTexts(than), Texts(values)):
            return OtherTexts(tuple(text for text in than if text not in values))
        case _:
            return Known()


def _items(values: Sequence[str]) -> Items:
    return Items(tuple(map(Literal, values)))


def _number(value: float) -> Literal:
    return Literal(int(value) if float(value).is_integer() else value)


def _shown(value: Any) -> str:
    return str(_number(value).value)


def _plain(value: float) -> str:
    return _shown(value).replace("-", "minus-").replace(".", "_")
