"""The lists of structs on contacts, consents and wishes not to be reached: what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import narwhals as nw
import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.engines.tables.checks.told import FEW, share
from leadqual.engines.tables.columns import CONTACT_ID, fits, holds_nothing
from leadqual.engines.tables.native import PLACE, Table
from leadqual.errors import Place, Problem, shown
from leadqual.model.catalogue import ValueType
from leadqual.model.vocabulary import Channel, ConsentMeans, Purpose

CONSENTS: Final = "consents"
DO_NOT_CALL: Final = "do_not_call"
LISTS: Final = (CONSENTS, DO_NOT_CALL)
"""The columns with a list of structs."""

_ITEM: Final = "lq_item"
_MARK: Final = "a list of structs with at least at (a time with its zone)"
_TYPES: Final = {
    CONSENTS: {"how": ValueType.TEXT, "proof": ValueType.TEXT},
    DO_NOT_CALL: {"at": ValueType.INSTANT, "channel": ValueType.TEXT, "how": ValueType.TEXT},
}
"""The types of parts, as far as the checks of tables do not know them."""
_WORDS: Final[dict[str, type[StrEnum]]] = {"channel": Channel, "how": ConsentMeans, "purpose": Purpose}


def column_problems(people: Table) -> Iterator[Problem]:
    """Yield what is wrong with the types of the lists, as far as the checks of tables do not say it."""
    for name in LISTS:
        dtype: Any = people.schema.get(name)
        if dtype is None or _is_empty(dtype):
            continue
        inner = dtype.inner if isinstance(dtype, nw.List) else None
        held: dict[str, Any] = {part.name: part.dtype for part in inner.fields} if isinstance(inner, nw.Struct) else {}
        place = Place("contacts", path=name)
        if name == DO_NOT_CALL and "at" not in held:
            yield Problem("wrong-type", "this is no list of wishes not to be reached", place, str(dtype), _MARK)
            continue
        for part, kind in _TYPES[name].items():
            if part in held and not fits(kind, held[part]):
                naive = kind is ValueType.INSTANT and isinstance(held[part], nw.Datetime)
                code = "naive-datetime" if naive else "wrong-type"
                message = "the times have no time zone, so they name no instant" if naive else "these are no texts"
                yield Problem(code, message, Place("contacts", path=f"{name}[].{part}"), str(held[part]), _MARK)


def _is_empty(dtype: Any) -> bool:
    return holds_nothing(dtype) or (isinstance(dtype, nw.List) and holds_nothing(dtype.inner))  # type: ignore[arg-type]


def value_problems(contacts: pl.DataFrame) -> Iterator[Problem]:
    """Yield what is wrong with the values of the lists: times that are missing, words that nobody knows."""
    for name in LISTS:
        dtype = contacts.schema.get(name)
        if not isinstance(dtype, pl.List) or not isinstance(dtype.inner, pl.Struct):
            continue
        items = contacts.select(PLACE, CONTACT_ID, pl.col(name).alias(_ITEM)).explode(_ITEM)
        items = items.filter(pl.col(_ITEM).is_not_null())
        held = {part.name for part in dtype.inner.fields}
        if name == DO_NOT_CALL:
            without = items.filter(pl.col(_ITEM).struct.field("at").is_null())
            told = Problem("missing-field", "the field 'at' is missing", Place("contacts", path=f"{name}[].at"))
            yield from _told(told, without, None, items.height)
        for part in ("channel", "how") if name == DO_NOT_CALL else ("how",):
            if part in held:
                yield from _strange(items, name, part)


def _strange(items: pl.DataFrame, name: str, part: str) -> Iterator[Problem]:
    known = [word.value for word in _WORDS[part]]
    value = pl.col(_ITEM).struct.field(part)
    if items[_ITEM].struct.field(part).dtype == pl.Null:
        return
    strange = items.filter(value.cast(pl.String).is_in(known).not_())
    for word in strange.select(value.cast(pl.String)).to_series().unique().sort().to_list():
        place = Place("contacts", path=f"{name}[].{part}")
        hint = did_you_mean(word, known)
        problem = Problem("enum", "the value is not one of those known", place, None, ", ".join(known), hint)
        yield from _told(problem, strange.filter(value.cast(pl.String) == word), word, items.height)


def _told(problem: Problem, rows: pl.DataFrame, value: Any, of: int) -> Iterator[Problem]:
    if rows.height == 0:
        return
    first = rows.head(FEW).select(PLACE, CONTACT_ID).rows()
    where = [f"row {place + 1:,} ({shown(contact)})" for place, contact in first]
    texts = where if value is None else [f"{shown(value)} in {one}" for one in where]
    found = ", ".join([*texts, "..."] if rows.height > len(first) else texts)
    message = f"{share(rows.height, of, 'items')}: {problem.message}"
    yield Problem(problem.code, message, problem.place, found, problem.expected, problem.hint)
