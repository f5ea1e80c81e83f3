"""Ids: each contact once, each interaction once in its contact, and no interaction without a contact.

Whether anything is wrong is asked first, in the cheapest way; which rows it is, only if something is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import narwhals as nw

from leadqual._suggest import did_you_mean
from leadqual.engines.tables.checks.told import FEW, collected, label, share
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, safe
from leadqual.engines.tables.native import PLACE, Table
from leadqual.errors import Place, Problem, shown

Frame: TypeAlias = nw.LazyFrame[Any]
Answer: TypeAlias = dict[str, Any]

_WHO: Final = "lq_who"
_PAIR: Final = "lq_pair"
_NUMBER: Final = "lq_number"
_DIFFERENT: Final = "lq_different"
_IDS: Final = (CONTACT_ID, INTERACTION_ID)
_COMPARED: Final = 10_000
"""Ids of contacts beyond which none is suggested in place of an unknown one."""


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of both tables, each with a key that is as good as the id and cheaper to compare.

    Parameters
    ----------
    contacts, interactions : nw.LazyFrame
        The tables, with the columns of their keys.
    hashed : bool
        Whether the keys are hashes: equal for equal ids, and for others only by a chance of one in 2**64.
    """

    contacts: Frame
    interactions: Frame
    hashed: bool

    def questions(self) -> tuple[Frame, Frame, Frame]:
        """Return what has to be asked to know whether anything may be wrong: one row each, for `doubts`."""
        one, pair = nw.col(self.of_contact), nw.col(_PAIR)
        if self.hashed:
            both = nw.concat([self.contacts.select(one), self.interactions.select(one)])
            different = one.n_unique().alias(_DIFFERENT)
            return (
                self.contacts.select((nw.len() - one.n_unique()).alias(_NUMBER), different),
                self.interactions.select((nw.len() - pair.n_unique()).alias(_NUMBER)),
                both.select(different),
            )
        return (
            _more_than_once(self.contacts, CONTACT_ID).select(nw.len().alias(_NUMBER)),
            _more_than_once(self.interactions, *_IDS).select(nw.len().alias(_NUMBER)),
            self.strangers.select(nw.len().alias(_NUMBER)),
        )

    def doubts(self, contacts: Answer, interactions: Answer, strange: Answer) -> tuple[bool, bool, bool]:
        """Return whether contacts, then interactions, may be repeated, and whether there may be unknown contacts."""
        unknown = strange[_DIFFERENT] != contacts[_DIFFERENT] if self.hashed else strange[_NUMBER] > 0
        return contacts[_NUMBER] > 0, interactions[_NUMBER] > 0, unknown

    @property
    def of_contact(self) -> str:
        """The key of a contact."""
        return _WHO if self.hashed else CONTACT_ID

    @property
    def of_interaction(self) -> tuple[str, ...]:
        """The key of an interaction."""
        return (_PAIR,) if self.hashed else _IDS

    @property
    def strangers(self) -> Frame:
        """The interactions of contacts that have no row."""
        known = self.contacts.select(self.of_contact)
        lost = self.interactions.join(known, on=self.of_contact, how="anti")
        return lost.filter(~nw.col(CONTACT_ID).is_null())


def ids_of(contacts: Table, interactions: Table) -> Ids:
    """Return the ids of two tables."""
    if contacts.dialect.name != "polars" or interactions.dialect.name != "polars":
        return Ids(contacts.frame, interactions.frame, hashed=False)
    import polars as pl  # noqa: PLC0415 - an optional dependency

    # Polars tells texts apart ten times slower than whole numbers.
    who, what = (pl.col(name).cast(pl.String) for name in _IDS)
    of_contact, of_pair = who.hash().alias(_WHO), (what.hash(1) ^ who.hash()).alias(_PAIR)
    return Ids(
        nw.from_native(contacts.frame.to_native().with_columns(of_contact)),
        nw.from_native(interactions.frame.to_native().with_columns(of_contact, of_pair)),
        hashed=True,
    )


def repeated_contacts(ids: Ids, table: Table, rows: int) -> Iterator[Problem]:
    """Yield the problem of contacts that have several rows."""
    found = _candidates(ids.contacts, (ids.of_contact,), CONTACT_ID)
    groups = _more_than_once(found, CONTACT_ID)
    (sum_,) = collected(table, groups.select(nw.col(_NUMBER).sum()))
    if not sum_[_NUMBER]:
        return
    first = collected(table, groups.sort(CONTACT_ID).head(FEW))
    named = [row[CONTACT_ID] for row in first]
    texts = {name: shown(name) for name in named}
    if table.ordered:
        places = collected(table, found.filter(nw.col(CONTACT_ID).is_in(named)).sort(PLACE))
        for name in named:
            texts[name] += f" in {_rows_of(row for row in places if row[CONTACT_ID] == name)}"
    yield Problem(
        "duplicate-id",
        f"{share(sum_[_NUMBER], rows)} have the contact_id of another row",
        Place("contacts", path=CONTACT_ID),
        "; ".join(texts.values()),
        "one row a contact",
        "keep one row of each contact, also where the others say the same",
    )


def repeated_interactions(ids: Ids, table: Table, rows: int, content: Collection[str]) -> tuple[bool, list[Problem]]:
    """Return whether some interactions are given several times, and the problem of those whose content differs.

    Parameters
    ----------
    ids : Ids
        The ids.
    table : Table
        The interactions.
    rows : int
        How many there are.
    content : collection of str
        The columns that are their content, as their owner calls them.
    """
    found = _candidates(ids.interactions, ids.of_interaction, *_IDS)
    names = {safe(name): name for name in content}
    contents = found.select(*_IDS, *names).unique()
    conflicts = _more_than_once(contents, *_IDS).select(*_IDS)
    wrong = found.join(conflicts, on=list(_IDS), how="semi")
    (number,) = collected(table, wrong.select(nw.len().alias(_NUMBER)))
    if not number[_NUMBER]:
        (again,) = collected(table, _more_than_once(found, *_IDS).select(nw.len().alias(_NUMBER)))
        return bool(again[_NUMBER]), []
    first = conflicts.sort(*_IDS).head(FEW)
    shown_rows = collected(table, found.join(first, on=list(_IDS), how="semi").sort(*_IDS, *_places(table)))
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in shown_rows:
        groups.setdefault((row[CONTACT_ID], row[INTERACTION_ID]), []).append(row)
    texts = [_difference(same, names) for same in groups.values()]
    problem = Problem(
        "duplicate-id",
        f"{share(number[_NUMBER], rows)} have the id of another interaction of their contact, and different content",
        Place("interactions", path=INTERACTION_ID),
        "; ".join(texts),
        "one id for one interaction; the same one may be given twice",
        "keep one of them, or give the other an id of its own",
    )
    return True, [problem]


def strangers(ids: Ids, contacts: Table, table: Table, rows: int) -> Iterator[Problem]:
    """Yield the problem of interactions whose contact has no row."""
    lost = ids.strangers
    (number,) = collected(table, lost.select(nw.len().alias(_NUMBER), nw.col(CONTACT_ID).n_unique().alias(CONTACT_ID)))
    if not number[_NUMBER]:
        return
    first = collected(table, lost.sort(*(_places(table) or _IDS)).head(FEW))
    how_many, texts = int(number[CONTACT_ID]), [label(row) for row in first]
    found = f"{how_many:,} contact{'' if how_many == 1 else 's'}: {', '.join(texts)}"
    near = None
    known = collected(contacts, contacts.frame.select(CONTACT_ID).head(_COMPARED + 1))
    if len(known) <= _COMPARED:
        near = did_you_mean(str(first[0][CONTACT_ID]), [row[CONTACT_ID] for row in known if row[CONTACT_ID]])
    yield Problem(
        "unknown-contact",
        f"{share(number[_NUMBER], rows)} belong to contacts that are not there",
        Place("interactions", path=CONTACT_ID),
        f"{found}, ..." if number[_NUMBER] > len(texts) else found,
        "a contact_id of the table of contacts",
        near or "add the contacts, or leave out these rows",
    )


def _more_than_once(frame: Frame, *ids: str) -> Frame:
    return frame.group_by(*ids).agg(nw.len().cast(nw.Int64()).alias(_NUMBER)).filter(nw.col(_NUMBER) > 1)


def _candidates(frame: Frame, key: tuple[str, ...], *ids: str) -> Frame:
    """Return the rows whose ids may stand more than once: few, so that what follows costs little."""
    many = _more_than_once(frame, *key).select(*key)
    rows = frame.join(many, on=list(key), how="semi")
    for name in ids:
        rows = rows.filter(~nw.col(name).is_null())
    return rows


def _places(table: Table) -> list[str]:
    return [PLACE] if table.ordered else []


def _rows_of(rows: Iterator[dict[str, Any]]) -> str:
    numbers = [f"{row[PLACE] + 1:,}" for row in rows]
    cut = [*numbers[:FEW], "..."] if len(numbers) > FEW else numbers
    return f"rows {', '.join(cut[:-1])} and {cut[-1]}" if cut[-1] != "..." else f"rows {', '.join(cut)}"


def _difference(same: list[dict[str, Any]], names: dict[str, str]) -> str:
    differing = sorted(
        name for column, name in names.items() if any(row[column] != same[0][column] for row in same[1:])
    )
    first = same[0]
    whose = f"{shown(first[INTERACTION_ID])} of {shown(first[CONTACT_ID])}"
    where = f" in {_rows_of(iter(same))}" if PLACE in first else ""
    return f"{whose}{where}: they differ in {', '.join(differing)}"
