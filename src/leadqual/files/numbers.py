"""Numbers as they stand in text: read where there is one reading, refused with a hint where there are two."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, Final

from leadqual.errors import InputError, Place, Problem, shown

POINT: Final = "point"
COMMA: Final = "comma"

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,400}")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]{1,400}\.[0-9]{0,400}|\.?[0-9]{1,400})([eE][+-]?[0-9]{1,4})?")
_EITHER: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,' ][0-9]{3})+")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
# The whole part may be grouped by the sign that does not begin the decimals.
_WITH_POINT: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_WITH_COMMA: Final = re.compile(r"[+-]?([1-9][0-9]{0,2}(\.[0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][+-]?[0-9]+)?")
_NOTHING: Final = frozenset({"null", "none", "n/a", "na", "-", "unknown", "#n/a"})
_LEAVE_EMPTY: Final = "leave the cell empty where no number is known"


def decimal_named(name: str | None) -> str | None:
    """Return the sign that begins decimals, or None for None; raise `InputError` if it is neither point nor comma."""
    if name in (None, POINT, COMMA):
        return name
    message = "this sign cannot begin the decimals of a number"
    raise InputError(Problem("bad-decimal", message, Place("decimal"), shown(name), f"{POINT} or {COMMA}"))


def text_number(cell: str, decimal: str | None = None) -> int | float:
    """Return the number that a text writes; raise `InputError` with a hint if there is more than one reading.

    Parameters
    ----------
    cell : str
        The text.
    decimal : str, optional
        What begins the decimals, ``"point"`` or ``"comma"``; the other sign may then separate thousands. Without it
        decimals begin with a point, and ``1.500``, which is fifteen hundred in half of the world, is refused.

    Examples
    --------
    >>> text_number("250"), text_number(" 12.50 ")
    (250, 12.5)
    >>> text_number("1.500", "point"), text_number("1.500", "comma"), text_number("1.234,5", "comma")
    (1.5, 1500, 1234.5)
    """
    text = cell.strip()
    if decimal is None and _EITHER.fullmatch(text):
        message, expected = "this can be read as two numbers", "digits without separators of thousands"
        raise _refused("ambiguous-number", message, cell, expected, _hint_of_two(text))
    plain = _with_point(text, decimal)
    if _WHOLE.fullmatch(plain):
        return int(plain)
    number = float(plain) if _DECIMAL.fullmatch(plain) else None
    if number is not None and isfinite(number):
        return number
    if number is not None or text.casefold().lstrip("+-") in ("nan", "inf", "infinity"):
        raise _refused("finite-number", "the number is not finite", cell, "a finite number", _LEAVE_EMPTY)
    expected = f"digits, with a {decimal or POINT} before decimals"
    raise _refused("bad-number", "this is no number", cell, expected, _hint(text, decimal))


def as_whole(cell: Any, number: Any) -> Any:
    """Return a number of a column of whole numbers, where a table with gaps often holds 250 as 250.0."""
    if isinstance(number, float) and number.is_integer():
        return int(number)
    if isinstance(number, float) and isinstance(cell, str):
        raise _refused("bad-number", "this is no whole number", cell, "digits alone", "leave out the decimals")
    return number


def number_text(number: float) -> str:
    """Return a decimal as a text that has one reading: ``1.5`` with three decimals gets a fourth.

    Examples
    --------
    >>> number_text(1.5), number_text(1.125), number_text(0.125)
    ('1.5', '1.1250', '0.125')
    """
    text = float.__repr__(number)
    return f"{text}0" if _EITHER.fullmatch(text) else text


def _with_point(text: str, decimal: str | None) -> str:
    """Return a number as it would be written with a point and without separators, or a text that is no number."""
    if decimal == POINT and _WITH_POINT.fullmatch(text):
        return text.replace(",", "")
    if decimal == COMMA:
        return text.replace(".", "").replace(",", ".") if _WITH_COMMA.fullmatch(text) else ""
    return text


def _hint_of_two(text: str) -> str:
    whole, decimals = re.split(r"[.,]", text)
    bare, short = whole + decimals, number_text(float(f"{whole}.{decimals}"))
    signs = (COMMA, POINT) if "." in text else (POINT, COMMA)
    return f"write {bare} or {short}, or say for the whole file: --decimal {signs[0]} ({bare}) or {signs[1]} ({short})"


def _hint(text: str, decimal: str | None) -> str | None:
    if text.casefold() in _NOTHING:
        return _LEAVE_EMPTY
    if decimal == COMMA and _DECIMAL.fullmatch(text):
        return f"write the decimals after a comma: {text.replace('.', ',')}"
    by_comma = ", or say for the whole file: --decimal comma" if decimal is None else ""
    if _GROUPED.fullmatch(text):
        sign = ", or say for the whole file: --decimal point" if "," in text and decimal is None else by_comma
        told = sign if len({char for char in text if char in ".,"}) == 1 else ""
        bare = re.sub(r"[.,' ]", "", text)
        return f"leave out the separators of thousands: {bare}{told}"
    if decimal != COMMA and _DECIMAL_COMMA.fullmatch(text):
        return f"write the decimals after a point: {text.replace(',', '.')}{by_comma}"
    if decimal is None and "," in text and _WITH_COMMA.fullmatch(text):
        return f"write {text.replace('.', '').replace(',', '.')}{by_comma}"
    if re.search(r"[0-9]", text) and re.search(r"[^\d.,\s-]", text):
        return "write the number alone, without a currency, a unit or a sign such as %"
    return None


def _refused(code: str, message: str, cell: str, expected: str, hint: str | None = None) -> InputError:
    return InputError(Problem(code, message, Place(), shown(cell), expected, hint))
