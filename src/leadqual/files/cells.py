"""From a cell to a value, by the type that its column is known to hold.

A cell of text is converted only where it can be read in one way. What has a type already keeps it: a text where a
number belongs is refused by the models, not read as a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadqual.errors import InputError, Place, Problem, cut, shown
from leadqual.files.json_table import parsed
from leadqual.files.numbers import as_whole, text_number
from leadqual.files.times import read_instant
from leadqual.model.catalogue import ValueType

Reader = Callable[[Any], Any]

_BOOLEANS: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_OTHER_BOOLEANS: Final = {"ya": "yes", "tidak": "no", "tdk": "no", "benar": "true", "salah": "false"}


def reader_for(
    kind: ValueType | None,
    *,
    textual: bool,
    zone: ZoneInfo | None,
    decimal: str | None = None,
    whole: bool = False,
) -> Reader:
    """Return the function that converts the cells of a column.

    Parameters
    ----------
    kind : ValueType or None
        What the column holds; None for lists and mappings, which text writes as JSON.
    textual : bool
        Whether its cells are text.
    zone : ZoneInfo, optional
        Where times without a zone were written down.
    decimal : str, optional
        What begins the decimals of numbers in text: ``"point"`` or ``"comma"``.
    whole : bool, default False
        Whether its numbers are whole ones: a table with gaps often holds 250 as 250.0.
    """
    if kind is ValueType.INSTANT:
        return lambda cell: read_instant(cell, zone)
    if kind is None:
        return lambda cell: _with_instants(parsed(cell) if isinstance(cell, str) else cell, zone)
    if kind is ValueType.NUMBER:
        number = partial(text_number, decimal=decimal) if textual else typed_number
        return (lambda cell: as_whole(cell, number(cell))) if whole else number
    if textual and kind is ValueType.BOOLEAN:
        return text_boolean
    if textual and kind is ValueType.TEXTS:
        return text_list
    return as_it_is


def read_identifier(cell: Any) -> Any:
    """Return an identifier as text: tables hold those made of digits as whole numbers."""
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def typed_number(cell: Any) -> Any:
    """Return a decimal of a table as a float; leave everything else to the models."""
    return float(cell) if isinstance(cell, Decimal) else cell


def text_boolean(cell: str) -> bool:
    """Return the boolean that a text writes: true or false, yes or no, 1 or 0."""
    known = _BOOLEANS.get(cell.strip().casefold())
    if known is None:
        meant = _OTHER_BOOLEANS.get(cell.strip().casefold())
        expected, hint = "true or false, yes or no, 1 or 0", None if meant is None else f"write {meant}"
        raise _refused("bad-boolean", "this is neither true nor false", cell, expected, hint)
    return known


def text_list(cell: str) -> list[str]:
    """Return the texts of a list that is written with ``;`` or ``|`` between them, or as JSON.

    Commas stand inside of names too: a cell with commas alone may be one text or several, and is refused.

    Examples
    --------
    >>> text_list("whatsapp; email"), text_list("Tan, Lim & Co.;"), text_list('["a;b"]')
    (['whatsapp', 'email'], ['Tan, Lim & Co.'], ['a;b'])
    """
    if (texts := _json_texts(cell)) is not None:
        return texts
    if "," in cell and not re.search(r"[;|]", cell):
        several = "; ".join(part.strip() for part in cell.split(",") if part.strip())
        hint = f"separate with ;, such as {cut(several)!r}; if this is one text, write ; after it"
        raise _refused("ambiguous-list", "these may be one text or several", cell, "texts with ; between them", hint)
    return [part.strip() for part in re.split(r"[;|]", cell) if part.strip()]


def _json_texts(cell: str) -> list[str] | None:
    """Return the texts of a JSON list, or None if a cell holds something else."""
    if not cell.lstrip().startswith("["):
        return None
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return value if texts else None


def as_it_is(cell: Any) -> Any:
    """Return a cell that needs no conversion."""
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
