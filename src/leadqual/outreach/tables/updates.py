"""Contacts of a list as they were at an instant: the latest update of each field that is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.model.profile import CHANGES, CLEARED, PROFILE_UPDATED
from leadqual.outreach.tables.histories import INSTANT
from leadqual.outreach.tables.people import ROW

_NEW: Final = "lq_new"
_CHANGED: Final = "lq_changed"


def updated(contacts: pl.DataFrame, interactions: pl.DataFrame, instant: int, names: Iterable[str]) -> pl.DataFrame:
    """Return contacts with their fields at an instant.

    Parameters
    ----------
    contacts : DataFrame
        The contacts.
    interactions : DataFrame
        The interactions, with the row of their contact and their time; new values under ``changes.country`` and so on,
        and under ``cleared`` the names of what was set to missing.
    instant : int
        The instant, in microseconds.
    names : iterable of str
        The fields and attributes that are read.

    Raises
    ------
    InputError
        If an update holds values of another type than the contacts.
    """
    made = interactions.filter((pl.col("kind") == PROFILE_UPDATED) & (pl.col(INSTANT) <= instant))
    if made.is_empty():
        return contacts
    fields = [name for name in names if f"{CHANGES}{name}" in made.columns or CLEARED in made.columns]
    if problems := list(_other_types(contacts, made, fields)):
        raise InputError(problems)
    made = made.sort(INSTANT, "interaction_id")
    found = contacts.with_row_index(ROW).with_columns(pl.col(ROW).cast(made.schema[ROW]))
    for name in fields:
        found = _with(found, made, name)
    return found.drop(ROW)


def _with(contacts: pl.DataFrame, made: pl.DataFrame, name: str) -> pl.DataFrame:
    column = f"{CHANGES}{name}"
    value = pl.col(column) if column in made.columns else pl.lit(None, contacts.schema.get(name, pl.Null()))
    cleared = pl.col(CLEARED).list.contains(name).fill_null(False) if CLEARED in made.columns else pl.lit(False)
    said = made.select(ROW, value.alias(_NEW), (value.is_not_null() | cleared).alias(_CHANGED)).filter(_CHANGED)
    if said.is_empty():
        return contacts
    latest = said.group_by(ROW, maintain_order=True).last()
    old = pl.col(name) if name in contacts.columns else pl.lit(None, said.schema[_NEW])
    joined = contacts.join(latest, on=ROW, how="left", maintain_order="left")
    return joined.with_columns(pl.when(_CHANGED).then(_NEW).otherwise(old).alias(name)).drop(_NEW, _CHANGED)


def _other_types(contacts: pl.DataFrame, made: pl.DataFrame, names: Iterable[str]) -> Iterator[Problem]:
    for name in names:
        column = f"{CHANGES}{name}"
        old, new = contacts.schema.get(name), made.schema.get(column)
        if old is not None and new is not None and pl.Null() not in (old, new) and old != new:
            message = "the updates hold values of another type than the contacts"
            yield Problem("wrong-type", message, Place("interactions", path=column), str(new), str(old))
