"""From a cell to a value, by the type that its column is known to hold.

A cell of text is converted only where it can be read in one way. What has a type already keeps it: a text where a
number belongs is refused by the models, not read as a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.files.json_table import parsed
from leadqual.files.times import read_instant
from leadqual.model.catalogue import ValueType

Reader = Callable[[Any], Any]

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,400}")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]{1,400}\.[0-9]{0,400}|\.?[0-9]{1,400})([eE][+-]?[0-9]{1,4})?")
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}([.,' ][0-9]{3})+")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_BOOLEANS: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_NOTHING: Final = frozenset({"null", "none", "n/a", "na", "-", "unknown", "#n/a"})


def reader_for(kind: ValueType | None, *, textual: bool, zone: ZoneInfo | None, whole: bool = False) -> Reader:
    """Return the function that converts the cells of a column.

    Parameters
    ----------
    kind : ValueType or None
        What the column holds; None for lists and mappings, which text writes as JSON.
    textual : bool
        Whether its cells are text.
    zone : ZoneInfo, optional
        Where times without a zone were written down.
    whole : bool, default False
        Whether its numbers are whole ones: a table with gaps often holds 250 as 250.0.
    """
    if kind is ValueType.INSTANT:
        return lambda cell: read_instant(cell, zone)
    if kind is None:
        return lambda cell: _with_instants(parsed(cell) if isinstance(cell, str) else cell, zone)
    if kind is ValueType.NUMBER:
        number = text_number if textual else typed_number
        return (lambda cell: _as_whole(cell, number(cell))) if whole else number
    if textual and kind is ValueType.BOOLEAN:
        return text_boolean
    if textual and kind is ValueType.TEXTS:
        return text_list
    return _as_it_is


def read_identifier(cell: Any) -> Any:
    """Return an identifier as text: tables hold those made of digits as whole numbers."""
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def text_number(cell: str) -> int | float:
    """Return the number that a text writes; raise `InputError` with a hint if there is more than one reading.

    Examples
    --------
    >>> text_number("250"), text_number(" 12.50 ")
    (250, 12.5)
    """
    text = cell.strip()
    if _WHOLE.fullmatch(text):
        return int(text)
    number = float(text) if _DECIMAL.fullmatch(text) else None
    if number is not None and isfinite(number):
        return number
    if number is not None or text.casefold().lstrip("+-") in ("nan", "inf", "infinity"):
        raise _refused("finite-number", "the number is not finite", cell, "a finite number", _LEAVE_EMPTY)
    raise _refused("bad-number", "this is no number", cell, "digits, with a point before decimals", _number_hint(text))


def typed_number(cell: Any) -> Any:
    """Return a decimal of a table as a float; leave everything else to the models."""
    return float(cell) if isinstance(cell, Decimal) else cell


def text_boolean(cell: str) -> bool:
    """Return the boolean that a text writes: true or false, yes or no, 1 or 0."""
    known = _BOOLEANS.get(cell.strip().casefold())
    if known is None:
        raise _refused("bad-boolean", "this is neither true nor false", cell, "true or false, yes or no, 1 or 0")
    return known


def text_list(cell: str) -> list[str]:
    """Return the texts of a list that is written with ``;`` or ``|`` between them.

    Examples
    --------
    >>> text_list("whatsapp; email")
    ['whatsapp', 'email']
    """
    return [part.strip() for part in re.split(r"[;|]", cell) if part.strip()]


_LEAVE_EMPTY: Final = "leave the cell empty where no number is known"


def _number_hint(text: str) -> str | None:
    if text.casefold() in _NOTHING:
        return _LEAVE_EMPTY
    if _DECIMAL_COMMA.fullmatch(text) and not _GROUPED.fullmatch(text):
        return f"write the decimals after a point: {text.replace(',', '.')}"
    if _GROUPED.fullmatch(text):
        bare = re.sub(r"[.,' ]", "", text)
        other = f", or {text.replace(',', '.')} if the comma begins decimals" if _DECIMAL_COMMA.fullmatch(text) else ""
        return f"leave out the separators of thousands: {bare}{other}"
    if re.search(r"[0-9]", text) and re.search(r"[^\d.,\s-]", text):
        return "write the number alone, without a currency, a unit or a sign such as %"
    return None


def _as_whole(cell: Any, number: Any) -> Any:
    if isinstance(number, float) and number.is_integer():
        return int(number)
    if isinstance(number, float) and isinstance(cell, str):
        hint = _number_hint(cell.strip()) or "leave out the decimals"
        raise _refused("bad-number", "this is no whole number", cell, "digits alone", hint)
    return number


def _as_it_is(cell: Any) -> Any:
    return cell


def _with_instants(value: Any, zone: ZoneInfo | None) -> Any:
    """Return consents and marks with their times read as those of any other column."""
    if not isinstance(value, list):
        return value
    return [_with_instant(item, zone) for item in value]


def _with_instant(item: Any, zone: ZoneInfo | None) -> Any:
    timed = isinstance(item, dict) and item.get("at") is not None
    return {**item, "at": read_instant(item["at"], zone)} if timed else item


def _refused(code: str, message: str, cell: str, expected: str, hint: str | None = None) -> InputError:
    return InputError(Problem(code, message, Place(), shown(cell), expected, hint))
