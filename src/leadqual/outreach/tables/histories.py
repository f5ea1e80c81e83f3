"""Histories of a list's contacts as plain rows, slice by slice: only kinds that rules read, and no models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

import polars as pl

from leadqual.model.interactions.registry import BUILT_IN
from leadqual.outreach.facts.history import READ_KINDS, Told, told
from leadqual.outreach.tables.people import ROW

AT_ONCE: Final = 50_000
"""How many contacts are Python objects at a time."""
PROPERTIES: Final = (
    "channel", "direction", "campaign", "debt", "purpose", "outcome", "for_channel", "how", "proof", "text",
)  # fmt: skip
"""What is read of interactions."""
INSTANT: Final = "lq_instant"


class Consented(NamedTuple):
    """A consent in the list of a contact."""

    at: datetime
    channel: str
    purpose: str
    granted: bool
    how: str | None
    proof: str | None


class Marked(NamedTuple):
    """A wish not to be reached in the list of a contact."""

    at: datetime
    channel: str | None
    how: str | None


class Owner(NamedTuple):
    """What stands on a contact itself."""

    consents: Sequence[Consented] = ()
    do_not_call: Sequence[Marked] = ()


NOBODY: Final = Owner()


class Row:
    """An interaction as it stands in a table."""

    __slots__ = ("_columns", "_place", "id", "instant", "kind")

    def __init__(self, id: str, kind: str, instant: int, place: int, columns: Mapping[str, list[Any]]) -> None:
        self.id, self.kind, self.instant = id, kind, instant
        self._place, self._columns = place, columns

    def value(self, name: str) -> Any:
        """Return a property by its name, or what the kind says where nothing stands."""
        column = self._columns.get(name)
        found = None if column is None else column[self._place]
        return _defaults().get((self.kind, name)) if found is None else found


def histories(contacts: pl.DataFrame, interactions: pl.DataFrame, instant: int) -> Iterator[tuple[int, Told]]:
    """Yield what each contact's history says, with the number of its row; contacts without one are left out.

    Parameters
    ----------
    contacts : DataFrame
        The contacts, with ``consents`` and ``do_not_call`` where there are any.
    interactions : DataFrame
        The rows that matter, with the row of their contact under `ROW`, in its order, and their time under `INSTANT`.
    instant : int
        The instant that is asked about, in microseconds.
    """
    bounds = pl.Series([*range(AT_ONCE, contacts.height, AT_ONCE), contacts.height], dtype=pl.UInt32)
    ends = interactions[ROW].search_sorted(bounds).to_list()
    begin = 0
    for start, end in zip(range(0, contacts.height, AT_ONCE), ends, strict=False):
        owners = _owners(contacts.slice(start, AT_ONCE), start)
        events = _rows(interactions.slice(begin, end - begin))
        begin = end
        for row in sorted(owners.keys() | events.keys()):
            yield row, told(owners.get(row, NOBODY), events.get(row, ()), instant)


def _rows(interactions: pl.DataFrame) -> dict[int, list[Row]]:
    columns: dict[str, list[Any]] = {
        name: interactions[name].to_list() for name in PROPERTIES if name in interactions.columns
    }
    found: dict[int, list[Row]] = {}
    ids, kinds, instants = (interactions[name].to_list() for name in ("interaction_id", "kind", INSTANT))
    for place, owner in enumerate(interactions[ROW].to_list()):
        row = Row(ids[place], kinds[place], instants[place], place, columns)
        mine = found.get(owner)
        if mine is None:
            found[owner] = [row]
        else:
            mine.append(row)
    return found


def _owners(contacts: pl.DataFrame, start: int) -> dict[int, Owner]:
    """Return what stands on the contacts of a slice, by the number of their row; only where something does."""
    consents, marks = _listed(contacts, "consents", _consent), _listed(contacts, "do_not_call", _mark)
    rows = consents.keys() | marks.keys()
    return {start + row: Owner(consents.get(row, ()), marks.get(row, ())) for row in rows}


def _listed(contacts: pl.DataFrame, name: str, make: Callable[[Mapping[str, Any]], Any]) -> dict[int, list[Any]]:
    if name not in contacts.columns:
        return {}
    held = contacts.select(name).with_row_index(ROW).filter(pl.col(name).list.len() > 0)
    return {row: [make(one) for one in several if one is not None] for row, several in held.iter_rows()}


def _consent(one: Mapping[str, Any]) -> Consented:
    purpose, granted = one.get("purpose"), one.get("granted")
    purpose = "marketing" if purpose is None else purpose
    return Consented(one["at"], one["channel"], purpose, granted is None or granted, one.get("how"), one.get("proof"))


def _mark(one: Mapping[str, Any]) -> Marked:
    return Marked(one["at"], one.get("channel"), one.get("how"))


@cache
def _defaults() -> Mapping[tuple[str, str], Any]:
    """Return what properties are where nobody gives them, by kind and name."""
    read = {(kind, name): BUILT_IN[kind].model_fields.get(name) for kind in READ_KINDS for name in PROPERTIES}
    return {
        key: field.default
        for key, field in read.items()
        if field is not None and not field.is_required() and field.default is not None
    }
