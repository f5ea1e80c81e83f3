"""Which columns are keys, how each is read, and the values that several contacts share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.cleaning.mails import mail_keys
from leadqual.cleaning.opened import ROW, Opened, may_be_twice
from leadqual.cleaning.phones import phone_keys
from leadqual.errors import InputError, Place, Problem, cut, shown
from leadqual.files.columns import contact_name

Kind: TypeAlias = Literal["phone", "email", "id"]
Asked: TypeAlias = Iterable[str] | Mapping[str, Kind]

BY_DEFAULT: Final = ("phone", "email", "external_id")
UNUSED: Final = {"column": pl.String, "why": pl.String, "cells": pl.UInt32, "example": pl.String}
"""The table of cells that are no value of their key."""
_KINDS: Final = get_args(Kind)


@dataclass(frozen=True)
class Key:
    """Values of one sort: two contacts with the same one share it, whichever of the columns holds it.

    Parameters
    ----------
    name : str
        ``"phone"``, ``"email"``, or the column of ids of another system.
    kind : {"phone", "email", "id"}
        How its cells are read.
    columns : tuple of str
        The columns.
    """

    name: str
    kind: Kind
    columns: tuple[str, ...]


def asked_keys(people: Opened, asked: Asked | None) -> tuple[Key, ...]:
    """Return the keys that were asked for, or those of the usual names that are there.

    Raises
    ------
    InputError
        With every column that is missing, and every kind that is none.
    """
    if asked is None:
        asked = [name for name in BY_DEFAULT if name in people.columns]
        if not asked:
            message, hint = "no column is a key", "keys={'mobile': 'phone', 'crm_number': 'id'} names columns"
            found = cut(", ".join(people.columns.values()))
            raise InputError(
                Problem("missing-column", message, Place("keys"), found, f"one of: {', '.join(BY_DEFAULT)}", hint)
            )
    if isinstance(asked, str):
        asked = [asked]
    wanted = asked if isinstance(asked, Mapping) else {name: _usual(name) for name in asked}
    problems: list[Problem] = []
    together: dict[tuple[str, Kind], list[str]] = {}
    for name, kind in wanted.items():
        if kind not in _KINDS:
            expected, meant = f"one of: {', '.join(_KINDS)}", did_you_mean(str(kind), _KINDS)
            problems.append(Problem("bad-argument", "no key is read so", Place("keys"), shown(kind), expected, meant))
        elif contact_name(name) not in people.columns or contact_name(name) == "id":
            message, found = f"the column {name!r} is missing", cut(", ".join(people.columns.values()))
            near = did_you_mean(name, people.columns.values())
            problems.append(Problem("missing-column", message, Place("keys"), found, hint=near))
        elif (held := people.frame.schema[people.columns[contact_name(name)]]).is_nested():
            message, expected = f"the column {name!r} is no key", "one value a cell"
            problems.append(Problem("wrong-type", message, Place("keys"), str(held), expected))
        else:
            key = name if kind == "id" else str(kind)
            together.setdefault((key, kind), []).append(contact_name(name))
    if problems:
        raise InputError(problems)
    return tuple(Key(name, kind, tuple(columns)) for (name, kind), columns in together.items())


def _usual(name: str) -> Kind:
    return "phone" if name == "phone" else "email" if name == "email" else "id"


def key_values(people: Opened, key: Key, country: str | None) -> tuple[list[pl.Series], pl.DataFrame]:
    """Return the values of a key, a series for each of its columns, and what was not used: column, why, cells."""
    countries = people.text("country")
    values: list[pl.Series] = []
    unused: list[pl.DataFrame] = []
    for column in key.columns:
        cells = people.text(column)
        match key.kind:
            case "phone":
                read = phone_keys(cells, countries, country)
            case "email":
                read = mail_keys(cells)
            case "id":
                bare = cells.str.strip_chars()
                read = pl.DataFrame({"value": bare.set(bare == "", None)}).with_columns(refused=pl.lit(None, pl.String))
        values.append(read["value"])
        if read["refused"].null_count() < read.height:
            left = pl.DataFrame({"why": read["refused"], "example": cells}).drop_nulls("why")
            told = left.group_by("why").agg(pl.len().alias("cells"), pl.col("example").first())
            unused.append(told.select(pl.lit(people.columns[column]).alias("column"), "why", "cells", "example"))
    return values, pl.concat([pl.DataFrame(schema=UNUSED), *(one.cast(pl.Schema(UNUSED)) for one in unused)])


def shared_values(values: list[pl.Series]) -> pl.DataFrame:
    """Return the values that several contacts hold: ``value``, and the rows that hold it, in their order.

    Of a column only its hashes are compared; the values themselves where two hashes are alike.

    Examples
    --------
    >>> shared_values([pl.Series(["a", "b", None, "a", None])]).rows()
    [('a', [0, 3])]
    """
    several = len(values) > 1
    every = pl.concat([one.alias("value") for one in values]) if several else values[0].alias("value")
    height = values[0].len()
    places = may_be_twice(every).arg_true().cast(pl.Int64)
    rows = places % height if several else places
    alike = pl.DataFrame({"value": every.gather(places), ROW: rows})
    if several:
        alike = alike.unique(maintain_order=True).sort(ROW)
    grouped = alike.group_by("value", maintain_order=True).agg(ROW)
    return grouped.filter(pl.col(ROW).list.len() > 1)
