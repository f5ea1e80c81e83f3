"""`undo`: merged contacts become again what they were."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from leadqual.cards.frame import text_card
from leadqual.cleaning.cells import content, digest, digest_of, frame_of
from leadqual.cleaning.counting import counted
from leadqual.cleaning.opened import ROW, Opened, opened_contacts, opened_interactions
from leadqual.cleaning.record import Group, Undo, given_undo, removed
from leadqual.cleaning.wishes import is_wish
from leadqual.errors import InputError, Place, Problem, cut
from leadqual.frames.io import FileName
from leadqual.outreach.tables.opened import closer

_CONTACT: Final = "contact_id"
_NOW: Final = ("lq_owner", "lq_id")
_THEN: Final = ("lq_whose", "lq_then")
"""Columns of the table for a while: one of its own may be called owner, or now."""
_FEW: Final = 5


@dataclass(frozen=True, eq=False, repr=False)
class Undone:
    """What undoing a merge gave; unpacks into the two tables.

    Parameters
    ----------
    contacts, interactions : table
        The tables, of the kind that came.
    stayed : DataFrame
        Interactions that came after the merge: ``contact_id`` and ``interaction_id``. Nobody can tell whose they would
        have been, so they stay with the contact that was kept.
    wishes : DataFrame
        Those of them that are wishes not to be contacted, or take a consent back: they hold for every contact that is
        there again too, since each may have said so. ``contact_id`` and ``interaction_id`` of the rows that were added.
    restored : tuple of str
        The contacts that are there again.
    replay : tuple of str
        The contacts whose standings have to be made again.
    rest : Undo
        The record of the groups that are still merged.
    """

    contacts: Any
    interactions: Any
    stayed: pl.DataFrame
    wishes: pl.DataFrame
    restored: tuple[str, ...]
    replay: tuple[str, ...]
    rest: Undo

    def __iter__(self) -> Iterator[Any]:
        """Yield the contacts, then the interactions."""
        yield from (self.contacts, self.interactions)

    def explain(self) -> str:
        """Return what was done as text for people."""
        number = len(self.restored)
        lines = [f"{number:,} contact{'s are' if number != 1 else ' is'} there again."]
        if self.stayed.height:
            ids = ", ".join(self.stayed["interaction_id"].head(_FEW))
            more = f" and {self.stayed.height - _FEW:,} more" if self.stayed.height > _FEW else ""
            lines.append(f"  Came after the merge, and stay with the contact that was kept: {ids}{more}.")
        if self.wishes.height:
            ids = ", ".join(self.wishes["interaction_id"].unique(maintain_order=True).head(_FEW))
            lines.append(f"  Wishes not to be contacted among them hold for those that are there again too: {ids}.")
        if self.replay:
            lines.append("  Make the standings of these contacts, and of the kept ones, again from their histories.")
        if len(self.rest):
            lines.append(f"  Still merged: {counted(len(self.rest), 'group')}; the rest of the record is the way back.")
        return "\n".join(lines)

    def __str__(self) -> str:
        """Return what was done as text for people."""
        return self.explain()

    def __repr__(self) -> str:
        """Return how many contacts are there again."""
        number = len(self.restored)
        return f"<Undone: {counted(number, 'contact')} {'is' if number == 1 else 'are'} there again>"

    def _repr_html_(self) -> str:
        return text_card(self.explain())


def undo(contacts: Any, interactions: Any, undo: Undo | FileName, *, only: Collection[str] | None = None) -> Undone:
    """Return the two tables as they were before a merge.

    Interactions that came since stay with the contact that was kept, and are listed. Wishes not to be contacted among
    them are given to the others as well: nobody can tell who would have said so, and what was forbidden stays so. Where
    the tables are still in the order that the merge left, every row is where it was.

    Parameters
    ----------
    contacts, interactions : table
        The tables after the merge, or as they have grown since; None for interactions that were not merged.
    undo : Undo or path
        The record of the merge.
    only : collection of str, optional
        Take apart these groups alone, by the contacts that were kept.

    Returns
    -------
    Undone
        ``contacts, interactions = undo(...)`` unpacks it.

    Raises
    ------
    InputError
        ``other-data`` if the merged contact or its interactions are not what the merge left, or a contact that was
        merged is there again: each with what it is. Of several merges undo the last one first.

    Examples
    --------
    >>> from leadqual import cleaning
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"], "email": ["siti@majujaya.co.id"] * 2})
    >>> interactions = pl.DataFrame({"contact_id": ["c-2"], "interaction_id": ["i-1"]})
    >>> merged = cleaning.merge(contacts, interactions, cleaning.duplicates(contacts))
    >>> merged.interactions.rows()
    [('c-1', 'i-1')]
    >>> back, history = undo(merged.contacts, merged.interactions, merged.undo)
    >>> back.equals(contacts), history.equals(interactions)
    (True, True)
    """
    people = opened_contacts(contacts)
    events = None if interactions is None else opened_interactions(interactions)
    whole = given_undo(undo)
    record = whole if only is None else whole.only([only] if isinstance(only, str) else only)
    histories = _histories(events, record)
    held = _merged(people, record)
    problems = [problem for group in record.groups for problem in _problems(group, held, histories)]
    if problems := [*problems, *_came_back(people, record)]:
        raise InputError(problems)
    gone, dropped = removed(whole.groups)
    stayed = _stayed(record, histories)
    wishes = _wishes(record, stayed, histories)
    return Undone(
        contacts=closer(contacts, "contacts")(_contacts(people, record, gone)),
        interactions=None
        if events is None
        else closer(interactions, "interactions")(_interactions(events, record, dropped, wishes)),
        stayed=stayed,
        wishes=wishes.select(contact_id=_THEN[0], interaction_id=_NOW[1]),
        restored=tuple(one for group in record.groups for one in group.gone),
        replay=tuple(str(row["id"]) for group in record.groups for _, row in group.contacts),
        rest=whole.without(record.kept),
    )


def _histories(events: Opened | None, record: Undo) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the interactions of each merged contact by their ids, with what they hold."""
    found: dict[str, dict[str, dict[str, Any]]] = {one: {} for one in record.kept}
    if events is None:
        return found
    mine = events.text(_CONTACT).is_in(list(record.kept))
    names = {header: name for name, header in events.columns.items()}
    held = events.frame.filter(mine).rename(names)
    owners, ids = events.text(_CONTACT).filter(mine), events.text("id").filter(mine)
    for owner, name, row in zip(owners, ids, held.iter_rows(named=True), strict=True):
        found[owner][name] = {**content(row), _CONTACT: owner, "id": name}
    return found


def _merged(people: Opened, record: Undo) -> dict[str, dict[str, Any]]:
    """Return the contacts that were kept, by their ids."""
    mine = people.text("id").is_in(list(record.kept))
    names = {header: name for name, header in people.columns.items()}
    rows = people.frame.filter(mine).rename(names).iter_rows(named=True)
    return {one: {**row, "id": one} for one, row in zip(people.text("id").filter(mine), rows, strict=True)}


def _problems(
    group: Group, merged: Mapping[str, Mapping[str, Any]], histories: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Iterator[Problem]:
    hint = "take the tables after this merge; of several merges, undo the last one first"
    if group.kept not in merged:
        message = f"the contact {group.kept}, into which others were merged, is not there"
        yield Problem("other-data", message, Place("contacts"), hint=hint)
    elif digest([merged[group.kept]]) != group.contact:
        message = f"the contact {group.kept} is not what the merge left"
        yield Problem("other-data", message, Place("contacts"), hint=hint)
    held = histories[group.kept]
    if absent := [now for now, _, _ in group.interactions if now not in held]:
        message = f"interactions of {group.kept} are missing that were merged"
        yield Problem("other-data", message, Place("interactions"), cut(", ".join(absent)), hint=hint)
    elif digest_of(held[now] for now, _, _ in group.interactions) != group.history:
        message = f"the interactions of {group.kept} are not what the merge left"
        yield Problem("other-data", message, Place("interactions"), hint=hint)


def _came_back(people: Opened, record: Undo) -> Iterator[Problem]:
    gone = [one for group in record.groups for one in group.gone]
    for one in people.text("id").filter(people.text("id").is_in(gone)):
        message, hint = (
            f"the contact {one}, which was merged, is there again",
            "take it out, or leave the merge as it is",
        )
        yield Problem("other-data", message, Place("contacts"), hint=hint)


def _contacts(people: Opened, record: Undo, gone: Sequence[int]) -> pl.DataFrame:
    """Return the contacts with those that were merged in their places."""
    if not record.groups:
        return people.frame
    frame, schema = people.frame, {name: people.frame.schema[header] for name, header in people.columns.items()}
    held = [(place, row, group.kept) for group in record.groups for place, row in group.contacts]
    rows = frame_of((row for _, row, _ in held), schema | {"id": pl.String})
    rows = rows.with_columns(pl.col("id").cast(schema["id"])).rename(dict(people.columns))
    placed = _places(frame, gone)
    back = rows.with_columns(pl.Series(ROW, [place for place, _, _ in held], dtype=pl.Int64))
    rest = placed.filter(~people.text("id").is_in(list(record.kept)))
    return pl.concat([rest, back.select(rest.columns)]).sort(ROW, maintain_order=True).drop(ROW)


def _interactions(events: Opened, record: Undo, dropped: Sequence[int], wishes: pl.DataFrame) -> pl.DataFrame:
    """Return the interactions under those whose they were, with the rows that had been there twice."""
    contact, name = events.columns[_CONTACT], events.columns["id"]
    schema = {one: events.frame.schema[header] for one, header in events.columns.items()}
    was = [(group.kept, *one) for group in record.groups for one in group.interactions]
    before = pl.DataFrame(was, schema=dict.fromkeys((*_NOW, *_THEN), pl.String), orient="row")
    placed = _places(events.frame, dropped).with_columns(
        *(events.text(one).alias(now) for one, now in zip((_CONTACT, "id"), _NOW, strict=True))
    )
    joined = placed.join(before, on=_NOW, how="left", maintain_order="left")
    rest = joined.with_columns(
        pl.coalesce(pl.col(_THEN[0]).cast(schema[_CONTACT]), contact).alias(contact),
        pl.coalesce(pl.col(_THEN[1]).cast(schema["id"]), name).alias(name),
    ).select(ROW, *events.frame.columns)
    told = placed.join(wishes, on=_NOW, how="inner", maintain_order="left")
    told = told.with_columns(pl.col(_THEN[0]).cast(schema[_CONTACT]).alias(contact)).select(rest.columns)
    held = [one for group in record.groups for one in group.dropped]
    texts = {_CONTACT: pl.String, "id": pl.String}
    rows = frame_of(({**row, _CONTACT: str(row[_CONTACT]), "id": str(row["id"])} for _, row in held), schema | texts)
    rows = rows.with_columns(pl.col(one).cast(schema[one]) for one in texts).rename(dict(events.columns))
    back = rows.with_columns(pl.Series(ROW, [place for place, _ in held], dtype=pl.Int64)).select(rest.columns)
    return pl.concat([rest, told, back]).sort(ROW, maintain_order=True).drop(ROW)


def _places(frame: pl.DataFrame, gone: Sequence[int]) -> pl.DataFrame:
    """Return a table with the place that each row had before others were taken out."""
    every = pl.int_range(frame.height + len(gone), eager=True, dtype=pl.Int64)
    left = every.filter(~every.is_in(pl.Series(gone, dtype=pl.Int64).implode())).head(frame.height)
    return frame.with_columns(left.alias(ROW)).select(ROW, *frame.columns)


def _stayed(record: Undo, histories: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    new: list[tuple[str, str]] = []
    for group in record.groups:
        known = {now for now, _, _ in group.interactions}
        new += [(group.kept, name) for name in histories[group.kept] if name not in known]
    return pl.DataFrame(new, schema={_CONTACT: pl.String, "interaction_id": pl.String}, orient="row")


def _wishes(
    record: Undo, stayed: pl.DataFrame, histories: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> pl.DataFrame:
    """Return the wishes that came after the merge, once for each contact that is there again."""
    gone = {group.kept: group.gone for group in record.groups}
    said = [(kept, name) for kept, name in stayed.iter_rows() if is_wish(histories[kept][name])]
    rows = [(kept, name, one) for kept, name in said for one in gone[kept]]
    return pl.DataFrame(rows, schema=dict.fromkeys((*_NOW, _THEN[0]), pl.String), orient="row")
