"""Tables of Markdown, and the keys of a model as their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Any

from pydantic import BaseModel

KEYS = ("key", "needed", "default", "meaning")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    columns = tuple(head)
    lines = [columns, tuple("---" for _ in columns), *(tuple(row) for row in rows)]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def keys(model: type[BaseModel], but: Iterable[str] = ()) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each key of a model, but for those named."""
    without = frozenset(but)
    for name, info in model.model_fields.items():
        if name in without:
            continue
        needed = info.is_required()
        default = "" if needed else _default(info.get_default(call_default_factory=True, validated_data={}))
        yield f"`{name}`", "yes" if needed else "no", default, info.description or ""


def _default(value: Any) -> str:
    if value is None or (isinstance(value, Sized) and not value):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(f'{part:g}' for part in value)}]`"
    return f"`{value}`"
