"""The interactions of merged contacts: the union of theirs by id, and what has to be known to take it apart again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import polars as pl

from leadqual.cleaning.cells import content
from leadqual.cleaning.lists import canonical
from leadqual.cleaning.opened import ROW, Opened, told_rows
from leadqual.errors import Place, Problem, shown

Clashing: TypeAlias = Literal["error", "rename"]
_CONTACT: Final = "contact_id"
_OWNER: Final = "lq_owner"
_NAME: Final = "lq_name"
"""Columns of the table for a while: one of its own may be called owner, or name."""


@dataclass(frozen=True, eq=False)
class Joined:
    """What became of the interactions of one group.

    Parameters
    ----------
    now : list of tuple
        Each interaction that is left: its id now, whose it was, and its id then.
    dropped : list of tuple
        Each row that said again what another says: its place in the table, and what it held.
    rows : list of mapping
        What those that are left hold, by the names of their columns, as JSON.
    """

    now: list[tuple[str, str, str]]
    dropped: list[tuple[int, dict[str, Any]]]
    rows: list[dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Union:
    """The interactions after a merge, and what became of those of each group, by the contact that is kept."""

    frame: pl.DataFrame
    groups: Mapping[str, Joined]
    problems: tuple[Problem, ...]


def union(events: Opened, kept: Mapping[str, str], clashing: Clashing) -> Union:
    """Return the interactions with those of merged contacts under the one that is kept.

    Two rows of one group with the same id and the same content are one interaction.

    Parameters
    ----------
    events : Opened
        The interactions.
    kept : mapping of str to str
        Of every contact of a group, the one that is kept.
    clashing : {"error", "rename"}
        What to do with interactions of one id and different content: refuse them, or keep both, those of a contact
        that is not kept under ``contact/id``.
    """
    whose, ids = events.text(_CONTACT), events.text("id")
    touched = whose.is_in(list(kept)).arg_true()
    owners, names = whose.gather(touched).to_list(), ids.gather(touched).to_list()
    named = {header: name for name, header in events.columns.items()}
    held = events.frame[touched.to_list()].rename(named) if touched.len() else events.frame.clear().rename(named)
    groups: dict[str, Joined] = {one: Joined([], [], []) for one in kept.values()}
    by_id: dict[tuple[str, str], list[int]] = {}
    for number, (owner, name) in enumerate(zip(owners, names, strict=True)):
        by_id.setdefault((kept[owner], name), []).append(number)
    told = [content(row) for row in held.iter_rows(named=True)]
    places = touched.to_list()
    problems: list[Problem] = []
    new_names, gone = dict(enumerate(names)), set()
    taken = {(kept[owner], name) for owner, name in zip(owners, names, strict=True)}
    for (head, name), several in by_id.items():
        first = {canonical(_said(told[number])): number for number in reversed(several)}
        gone.update(set(several) - set(first.values()))
        if len(first) > 1:
            if clashing == "error":
                problems.append(_clash(events, head, name, [places[number] for number in several], owners, several))
            stays = min(first.values(), key=lambda number: (owners[number] != head, number))
            for number in sorted(set(first.values()) - {stays}):
                new_names[number] = _free(f"{owners[number]}/{name}", head, taken)
    for number, place in enumerate(places):
        head = kept[owners[number]]
        row = {**told[number], _CONTACT: head, "id": new_names[number]}
        if number in gone:
            groups[head].dropped.append((place, told[number]))
        else:
            groups[head].now.append((new_names[number], owners[number], names[number]))
            groups[head].rows.append(row)
    return Union(_frame(events, places, owners, new_names, gone, kept), groups, tuple(problems))


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != _CONTACT}


def _free(name: str, head: str, taken: set[tuple[str, str]]) -> str:
    """Return an id that no other interaction of the group has."""
    free, number = name, 2
    while (head, free) in taken:
        free, number = f"{name}/{number}", number + 1
    taken.add((head, free))
    return free


def _clash(
    events: Opened, head: str, name: str, places: Sequence[int], owners: Sequence[str], several: Sequence[int]
) -> Problem:
    of = ", ".join(dict.fromkeys(owners[number] for number in several))
    message = f"interactions of {of}, to be merged into {head}, have one id and different content"
    hint = 'keep both: clashing="rename", or --rename on the command line; or give one of them another id'
    place = Place("interactions", path=events.columns["id"])
    return Problem("clashing-ids", message, place, f"{shown(name)} in {told_rows(places)}", "one content an id", hint)


def _frame(
    events: Opened, places: Sequence[int], owners: Sequence[str], names: Mapping[int, str], gone: set[int],
    kept: Mapping[str, str],
) -> pl.DataFrame:  # fmt: skip
    """Return the table with new owners and ids in place, and without the rows that are gone."""
    contact, name = events.columns[_CONTACT], events.columns["id"]
    changes = pl.DataFrame(
        {ROW: places, _OWNER: [kept[one] for one in owners], _NAME: [names[number] for number in range(len(places))]},
        schema={ROW: pl.UInt32, _OWNER: pl.String, _NAME: pl.String},
    )
    out = pl.Series([places[number] for number in sorted(gone)], dtype=pl.UInt32)
    whole = events.frame.with_row_index(ROW).join(changes, on=ROW, how="left", maintain_order="left")
    kinds = events.frame.schema
    replaced = whole.with_columns(
        pl.coalesce(pl.col(_OWNER).cast(kinds[contact]), contact).alias(contact),
        pl.coalesce(pl.col(_NAME).cast(kinds[name]), name).alias(name),
    )
    return replaced.filter(~pl.col(ROW).is_in(out.implode())).select(events.frame.columns)
