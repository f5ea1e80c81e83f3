"""`duplicates`: contacts that share a phone number, a mailbox or the id of another system."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.cleaning.found import Duplicates
from leadqual.cleaning.grouped import grouped
from leadqual.cleaning.keys import Asked, Key, asked_keys, key_values, shared_values
from leadqual.cleaning.opened import ROW, opened_contacts
from leadqual.cleaning.placeholders import CONFLICTING, PLACEHOLDERS, ROLE_MAILBOXES, placeholders_among, roles_among
from leadqual.errors import InputError, Place, Problem, shown

if TYPE_CHECKING:
    from leadqual.cleaning.review import Review

_TYPES: Final = {"left": pl.Int64, "right": pl.Int64, "key": pl.String, "value": pl.String, "probability": pl.Float64}


def duplicates(
    contacts: Any,
    keys: Asked | None = None,
    *,
    country: str | None = None,
    limit: int = 10,
    placeholders: Collection[str] = PLACEHOLDERS,
    role_mailboxes: Collection[str] = ROLE_MAILBOXES,
    conflicting: Collection[str] = CONFLICTING,
    decided: Review | None = None,
) -> Duplicates:
    """Return the contacts that share a key, and so are one person, unless something speaks against it.

    Parameters
    ----------
    contacts : table
        One row a contact, with ``contact_id``. Of pandas, Polars, PyArrow or DuckDB.
    keys : collection of str, or mapping of str to {"phone", "email", "id"}, optional
        The columns that are keys, and how each is read. Columns of one kind share their values: a number under
        ``mobile`` meets the same under ``phone``. Default: those of ``phone``, ``email`` and ``external_id`` that are
        there.

        A *phone* number is brought to its international form. A *mailbox* is the same in capital and small letters,
        and however its domain is spelt; dots and what follows a ``+`` make another mailbox. An *id* is a text without
        the spaces around it.
    country : str, optional
        The country (``"ID"``) of numbers without the code of one, where a contact names none.
    limit : int, default 10
        How many contacts may share a value, or be one group. Beyond it a value (a switchboard, a mailbox of a company)
        says nothing of a person: it is told apart, under ``shared``, and joins nobody; a group is told under
        ``too_large``.
    placeholders : collection of str
        Values that stand for nothing, in small letters. They are told under ``shared``, and join nobody.
    role_mailboxes : collection of str
        Names before the @ of mailboxes that several people read. They are told in the same way.
    conflicting : collection of str
        Columns in which one person has one value. Names that have no word in common conflict too.
    decided : Review, optional
        What was decided before: pairs that are different are not asked about again, and the other decisions are kept.

    Returns
    -------
    Duplicates

    Raises
    ------
    InputError
        If columns are missing, ids are given twice, and so on: everything at once.

    Examples
    --------
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-3", "c-4"],
    ...     "phone": ["+628123456789", "+628123456789", None, None],
    ...     "email": [None, "Siti@Example.com", "siti@example.com", "budi@example.com"]})
    >>> found = duplicates(contacts)
    >>> found.groups.rows()
    [(1, 'c-1'), (1, 'c-2'), (1, 'c-3')]
    >>> found.pairs.select("left", "right", "key").rows()
    [('c-1', 'c-2', 'phone'), ('c-2', 'c-3', 'email')]
    """
    people = opened_contacts(contacts)
    check_limit(limit)
    wanted = asked_keys(people, keys)
    listed, roles = frozenset(map(str.casefold, placeholders)), frozenset(map(str.casefold, role_mailboxes))
    pairs: list[pl.DataFrame] = []
    apart: list[pl.DataFrame] = []
    unused: list[pl.DataFrame] = []
    forbidden = set() if decided is None else decided.different
    for key in wanted:
        values, left_out = key_values(people, key, country)
        shared = shared_values(values)
        shared = shared.with_columns(_why(key, shared, limit, listed, roles))
        apart.append(_told(key, shared))
        unused.append(left_out)
        pairs.append(_pairs(key, shared.filter(pl.col("why").is_null()), people.text("id"), forbidden))
    return grouped(
        people, pl.concat(pairs), limit=limit, shared=pl.concat(apart), unused=pl.concat(unused),
        conflicting=tuple(conflicting), decided=decided, sought=tuple(key.name for key in wanted),
    )  # fmt: skip


def check_limit(limit: Any) -> None:
    """Raise `InputError` if a limit is no whole number from 2 on."""
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 2:
        message, expected = "this is no limit of a group", "a whole number from 2 on"
        raise InputError(Problem("bad-argument", message, Place("limit"), shown(limit), expected))


def _why(key: Key, shared: pl.DataFrame, limit: int, listed: frozenset[str], roles: frozenset[str]) -> pl.Series:
    """Return for each shared value why it joins nobody; null if it does."""
    values, nobody = shared["value"], frozenset[str]()
    role = roles_among(values, roles if key.kind == "email" else nobody)
    return shared.select(
        pl.when(placeholders_among(values, listed)).then(pl.lit("a placeholder"))
        .when(role).then(pl.lit("a mailbox that several people read"))
        .when(pl.col(ROW).list.len() > limit).then(pl.lit(f"shared by more than {limit}"))
        .alias("why")
    ).to_series()  # fmt: skip


def _told(key: Key, shared: pl.DataFrame) -> pl.DataFrame:
    apart = shared.drop_nulls("why").sort(pl.col(ROW).list.len(), descending=True, maintain_order=True)
    return apart.select(pl.lit(key.name).alias("key"), "value", pl.col(ROW).list.len().alias("contacts"), "why")


def _pairs(key: Key, shared: pl.DataFrame, ids: pl.Series, forbidden: Collection[frozenset[str]]) -> pl.DataFrame:
    """Return pairs that join all who share a value: each with the first one, or where a pair is forbidden, each."""
    touched = {one for pair in forbidden for one in pair}
    names = ids.to_list() if touched else []
    plain = shared
    rows: list[tuple[int, int, str]] = []
    if touched:
        held = shared.with_row_index("place")
        asked = [
            place for place, several in zip(held["place"], shared[ROW], strict=True)
            if any(names[row] in touched for row in several)
        ]  # fmt: skip
        plain = held.filter(~pl.col("place").is_in(asked)).drop("place")
        for value, several in held.filter(pl.col("place").is_in(asked)).select("value", ROW).iter_rows():
            rows += [
                (one, other, value)
                for number, one in enumerate(several) for other in several[number + 1 :]
                if frozenset((names[one], names[other])) not in forbidden
            ]  # fmt: skip
    stars = plain.select(
        pl.col(ROW).list.first().alias("left"), pl.col(ROW).list.slice(1).alias("right"), "value"
    ).explode("right")
    more = pl.DataFrame(rows, schema={"left": pl.Int64, "right": pl.Int64, "value": pl.String}, orient="row")
    both = pl.concat([stars.select(more.columns).cast(more.schema), more])
    return both.with_columns(pl.lit(key.name).alias("key"), pl.lit(1.0).alias("probability")).select(*_TYPES)
