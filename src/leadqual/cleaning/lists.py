"""Columns that hold lists: as lists, or as a file of text writes them; read, joined and written again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadqual.errors import LeadqualError
from leadqual.files.cells import text_list
from leadqual.files.times import read_instant

LISTS: Final = ("consents", "do_not_call")
"""What was allowed and forbidden: of merged contacts all of it is kept."""
SETS: Final = ("roles",)
"""Sets of texts, of which all are kept."""
_UTC: Final = ZoneInfo("UTC")
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def words_of(cell: Any) -> list[dict[str, Any]]:
    """Return consents or wishes as a list, which a table of texts holds as JSON.

    Examples
    --------
    >>> words_of('[{"at": "2026-11-01T00:00:00Z"}]'), words_of(None)
    ([{'at': '2026-11-01T00:00:00Z'}], [])
    """
    if isinstance(cell, str):
        try:
            cell = json.loads(cell) if cell.strip() else None
        except ValueError:
            return [{"unreadable": cell}]
    if cell is None:
        return []
    return [_word(one) for one in (cell if isinstance(cell, list | tuple) else [cell])]


def _word(one: Any) -> dict[str, Any]:
    if not isinstance(one, Mapping):
        return {"unreadable": one}  # whoever reads the table refuses it, and it is not lost
    return {key: value for key, value in one.items() if value is not None}


def in_order(words: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return words in the order of time, whatever zones they are in; of two at one instant the refusal last.

    Examples
    --------
    >>> words = [{"at": "2026-01-02T01:00:00Z"}, {"at": "2026-01-02T02:00:00+07:00"}, {"at": "never"}]
    >>> [word["at"] for word in in_order(words)]
    ['2026-01-02T02:00:00+07:00', '2026-01-02T01:00:00Z', 'never']
    """

    def place(word: Mapping[str, Any]) -> tuple[Any, ...]:
        return instant_of(word.get("at")) or _NEVER, word.get("granted") is False, canonical(word)

    return sorted(words, key=place)


def instant_of(cell: Any) -> datetime | None:
    """Return the instant of a cell, for an order alone: one without a zone is read as UTC; None if it is none."""
    with suppress(LeadqualError):
        return read_instant(cell, _UTC) if isinstance(cell, str | date) else None
    return None


def texts_of(cell: Any) -> list[str]:
    """Return a list of texts, which a table of texts holds with ``;`` between them."""
    if cell is None:
        return []
    if isinstance(cell, str):
        try:
            return text_list(cell) if cell.strip() else []
        except LeadqualError:
            return [cell.strip()]
    return [str(one) for one in cell]


def joined_words(cells: Iterable[Any]) -> list[dict[str, Any]]:
    """Return all words of several contacts, each once, in the order of time.

    Examples
    --------
    >>> joined_words([[{"at": "2026-02-01"}], [{"at": "2026-01-01"}, {"at": "2026-02-01"}]])
    [{'at': '2026-01-01'}, {'at': '2026-02-01'}]
    """
    found: dict[str, dict[str, Any]] = {}
    for cell in cells:
        for word in words_of(cell):
            found.setdefault(canonical(word), word)
    return in_order(found.values())


def canonical(value: Any) -> str:
    """Return a value as JSON with one spelling, instants in UTC."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return read_instant(value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def written(words: list[Any], like: Any) -> Any:
    """Return a list as its column holds them: as text where `like`, another cell of it, is one."""
    if not isinstance(like, str):
        return words
    if all(isinstance(word, str) and word and not {";", "|", ","} & {*word} for word in words):
        return ";".join(words)
    return json.dumps(words, ensure_ascii=False, default=_plain)
