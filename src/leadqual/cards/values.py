"""Values as a notebook shows them: escaped, instants to the minute, models as tables of what is known of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from html import escape
from itertools import islice
from typing import Any, Final

from leadqual.cards.frame import as_written, facts, listed

_MOST: Final = 12
"""How many of several models are shown."""
_NAMED: Final = 40
"""How many of several words are shown."""
_DEEP: Final = 3
_PLAIN: Final = (str, int, float, Enum, date, type(None))
_LONG: Final = 600


def value_html(value: Any, depth: int = 0) -> str:
    """Return a value as HTML.

    Examples
    --------
    >>> value_html(datetime(2026, 11, 22, 8, tzinfo=UTC)), value_html(("a", "<b>")), value_html(None)
    ('2026-11-22 08:00 UTC', 'a, &lt;b&gt;', 'not known')
    """
    if isinstance(value, _PLAIN) or _says_itself(value):
        text = cut(plain(value))
        return as_written(text.rstrip()) if "\n" in text.strip() else escape(text)
    if isinstance(value, Mapping):
        return _mapping(value, depth)
    if isinstance(value, list | tuple | set | frozenset):
        return _several(value, depth)
    known = list(fields_of(value))
    if not known or depth >= _DEEP:
        return escape(cut(str(value)))
    return facts((name, value_html(one, depth + 1), why) for name, one, why in known)


def plain(value: Any) -> str:
    """Return a value in words.

    Examples
    --------
    >>> plain(True), plain(0.5), plain(1250000), plain(date(2026, 11, 22))
    ('yes', '0.5', '1,250,000', '2026-11-22')
    """
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, int):
        return f"{value:,}"
    return rounded(value, 6) if isinstance(value, float) else str(value)


def _instant(value: datetime) -> str:
    told = value.astimezone(UTC) if value.tzinfo is not None else value
    seconds = ":%S" if told.second or told.microsecond else ""
    return told.strftime(f"%Y-%m-%d %H:%M{seconds} %Z").strip()


def rounded(value: float, digits: int, *, signed: bool = False) -> str:
    """Return a number with the digits that matter; a large one is told whole, not as a power of ten.

    Examples
    --------
    >>> rounded(12.512, 3), rounded(1234567.8, 3), rounded(999.7, 3), rounded(30, 4, signed=True)
    ('12.5', '1,234,568', '1,000', '+30')
    """
    sign = "+" if signed else ""
    return f"{value:{sign},.0f}" if abs(value) >= 10**digits - 0.5 else f"{value:{sign},.{digits}g}"


def cut(text: str, limit: int = _LONG) -> str:
    """Return a text, with what is over the limit left out."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def fields_of(value: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield the fields of a model or dataclass that hold something, with what they mean.

    What stands at its default is left out: most fields of most contacts are empty.
    """
    models_fields = getattr(type(value), "model_fields", None)  # of pydantic, which errors do without
    if models_fields is not None:
        for name, info in models_fields.items():
            held = getattr(value, name)
            if info.is_required() or not _is_default(held, info.get_default(call_default_factory=True)):
                yield name, held, info.description or ""
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            held = getattr(value, one.name)
            default = one.default if one.default is not dataclasses.MISSING else None
            if one.repr and not _is_default(held, default):
                yield one.name, held, ""


def _is_default(held: Any, default: Any) -> bool:
    if isinstance(held, bool | int | float) and default is None:
        return False  # a count of 0 says something
    if held is None or (isinstance(held, Mapping | list | tuple | set | frozenset) and not held):
        return True
    return type(held) is type(default) and bool(held == default)


def _says_itself(value: Any) -> bool:
    """Return whether a type has words of its own for its values."""
    own: object = type(value).__str__
    theirs = ("builtins", "pydantic")
    return own is not object.__str__ and not getattr(own, "__module__", "builtins").startswith(theirs)


def _mapping(value: Mapping[Any, Any], depth: int) -> str:
    rows = [(plain(name), value_html(one, depth + 1), "") for name, one in islice(value.items(), _NAMED)]
    return facts([*rows, *([("…", f"and {len(value) - _NAMED:,} more", "")] if len(value) > _NAMED else [])])


def _several(value: Iterable[Any], depth: int) -> str:
    items = list(value) if isinstance(value, list | tuple) else sorted(value, key=str)
    if all(isinstance(one, _PLAIN) for one in items):
        more = f" and {len(items) - _NAMED:,} more" if len(items) > _NAMED else ""
        return escape(", ".join(map(plain, items[:_NAMED]))) + more
    shown = [value_html(one, depth + 1) for one in items[:_MOST]]
    return listed([*shown, *([f"and {len(items) - _MOST:,} more"] if len(items) > _MOST else [])])
