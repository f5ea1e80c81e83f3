"""The two tables opened: which column is which, and what makes a table useless for cleaning."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.cleaning.lists import LISTS
from leadqual.errors import InputError, Place, Problem, cut
from leadqual.files.columns import contact_name, interaction_name
from leadqual.frames.native import into_polars

_SHOWN: Final = 3
ROW: Final = "lq_row"
"""The place of a row in its table, counted from 0."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A table in Polars, whatever its columns are spelt like.

    Parameters
    ----------
    frame : DataFrame
        The table as it came.
    columns : mapping of str to str
        The column of each name, such as ``id`` to ``contact_id``.
    """

    frame: pl.DataFrame
    columns: Mapping[str, str]

    def text(self, name: str) -> pl.Series:
        """Return a column as texts; nulls where there is none of that name."""
        column = self.columns.get(name)
        if column is None:
            return pl.Series(name, [None], dtype=pl.String).new_from_index(0, self.frame.height)
        return self.frame[column].cast(pl.String).alias(name)


def opened_contacts(contacts: Any) -> Opened:
    """Return contacts; raise `InputError` if they have no ids, or one twice.

    Examples
    --------
    >>> opened_contacts(pl.DataFrame({"id": [7, 8]})).text("id").to_list()
    ['7', '8']
    """
    return _opened(contacts, "contacts", contact_name, {"id": "contact_id"}, "id")


def opened_interactions(interactions: Any) -> Opened:
    """Return interactions; raise `InputError` if they do not say whose they are, or have no ids."""
    needed = {"contact_id": "contact_id", "id": "interaction_id"}
    return _opened(interactions, "interactions", interaction_name, needed, None)


def check_lists(people: Opened) -> None:
    """Raise `InputError` if consents or wishes stand in a column that cannot hold those of several contacts.

    Examples
    --------
    >>> check_lists(opened_contacts(pl.DataFrame({"id": ["c-1"], "do_not_call": [True]})))
    Traceback (most recent call last):
    leadqual.errors.InputError: contacts do_not_call: [wrong-type] the column holds no lists...
    """
    problems = []
    for name in LISTS:
        kind = people.frame.schema[people.columns[name]] if name in people.columns else pl.Null()
        if not (kind in (pl.String, pl.Null) or (isinstance(kind, pl.List) and kind.inner in (pl.Struct, pl.Null))):
            message, hint = "the column holds no lists", "make each cell a list that says when it was said"
            expected = 'lists of structs, or texts such as [{"at": "2026-11-01T00:00:00Z"}]'
            place = Place("contacts", path=people.columns[name])
            problems.append(Problem("wrong-type", message, place, str(kind), expected, hint))
    if problems:
        raise InputError(problems)


def _opened(
    native: Any, source: str, name_of: Callable[[str], str], needed: Mapping[str, str], key: str | None
) -> Opened:
    frame = into_polars(native, source)
    columns: dict[str, str] = {}
    problems: list[Problem] = []
    for header in frame.columns:
        name = name_of(header)
        if name in columns:
            message = f"the columns {columns[name]!r} and {header!r} are the same"
            problems.append(Problem("duplicate-column", message, Place(source), header, hint="leave one of them"))
        columns.setdefault(name, header)
    problems += _missing(source, columns, needed)
    table = Opened(frame, columns)
    for name in needed:
        if name in columns:
            problems += _empty(source, columns[name], table.text(name))
    if key is not None and key in columns:
        problems += _repeated(source, columns[key], table.text(key))
    if problems:
        raise InputError(problems)
    return table


def _missing(source: str, columns: Mapping[str, str], needed: Mapping[str, str]) -> Iterator[Problem]:
    for name, label in needed.items():
        if name not in columns:
            found = cut(", ".join(columns.values())) or "no columns"
            near = did_you_mean(label, columns.values())
            hint = f"rename the column: {near}" if near else None
            yield Problem("missing-column", f"the column {label!r} is missing", Place(source), found, hint=hint)


def _empty(source: str, column: str, ids: pl.Series) -> Iterator[Problem]:
    wrong = (ids.is_null() | (ids == "")).fill_null(True)
    if wrong.any():
        rows = told_rows(wrong.arg_true().to_list())
        yield Problem("missing-field", f"{wrong.sum():,} rows have no id", Place(source, path=column), rows)


def _repeated(source: str, column: str, ids: pl.Series) -> Iterator[Problem]:
    if not may_be_twice(ids).any():
        return
    twice = ids.is_duplicated() & ids.is_not_null()
    places = ids.to_frame("id").with_row_index(ROW).filter(twice).group_by("id", maintain_order=True).agg(ROW)
    for one, rows in places.head(50).iter_rows():
        message, hint = f"the id {one!r} stands in several rows", "keep one row of each contact"
        yield Problem("duplicate-id", message, Place(source, path=column), told_rows(rows), "one row an id", hint)
    if places.height > 50:
        message = f"{places.height - 50:,} more ids stand in several rows"
        yield Problem("duplicate-id", message, Place(source, path=column), expected="one row an id")


def may_be_twice(values: pl.Series) -> pl.Series:
    """Return which values may stand there several times: all that do, and such as have the hash of another.

    Comparing sorted hashes takes a fraction of the time and memory that comparing texts does.

    Examples
    --------
    >>> may_be_twice(pl.Series(["a", "b", None, "a", None])).to_list()
    [True, False, False, True, False]
    """
    hashes = values.hash()
    order = hashes.sort()
    twice = order.filter(order == order.shift()).unique()
    return hashes.is_in(twice.implode()) & values.is_not_null()


def told_rows(rows: Collection[int]) -> str:
    """Return the numbers of rows from 1, the first few of them.

    Examples
    --------
    >>> told_rows([0]), told_rows([0, 4, 5, 9])
    ('row 1', 'rows 1, 5, 6 and 1 more')
    """
    first = ", ".join(str(row + 1) for row in list(rows)[:_SHOWN])
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return f"row{'s' if len(rows) > 1 else ''} {first}{more}"
