"""`merge`: contacts that were decided to be one person become one, with the union of their interactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, get_args

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.cleaning.cells import content, digest, digest_of, frame_of
from leadqual.cleaning.decisions import DIFFERENT, SAME, Decided, groups_of, kept_of
from leadqual.cleaning.found import Duplicates
from leadqual.cleaning.histories import Clashing, Joined, Union, union
from leadqual.cleaning.merged import Merged
from leadqual.cleaning.opened import ROW, Opened, check_lists, opened_contacts, opened_interactions
from leadqual.cleaning.record import Group, Undo
from leadqual.cleaning.review import Review
from leadqual.cleaning.review_rows import changed_rows
from leadqual.cleaning.survivors import Dropped, Keep, Row, Taken, check_rules, in_rank, survived
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.tables.opened import closer

_NEAR: Final = 10_000
_DROPPED: Final = ("kept", "field", "value", "kept_value", "contact_id")


def merge(
    contacts: Any,
    interactions: Any,
    decided: Review | Duplicates | Any,
    *,
    keep: Keep = "oldest",
    fields: Mapping[str, Taken] | None = None,
    clashing: Clashing = "error",
) -> Merged:
    """Return the two tables with every group of contacts that are the same as one contact.

    The merged contact has the union of the interactions, by their ids: one that stands there twice counts once. Scores
    are never added: decide afresh. Nothing that was forbidden is lost: consents, refusals and wishes not to be called
    are all kept, with their times, as are the roles; ``created_at`` is the earliest.

    Parameters
    ----------
    contacts : table
        The contacts that were searched. Of pandas, Polars, PyArrow or DuckDB.
    interactions : table or None
        Their interactions: ``contact_id``, ``interaction_id``, and whatever else.
    decided : Review, Duplicates or table
        The review with its decisions. Of duplicates themselves those groups are merged that share a key and in which
        nothing conflicts, as `Duplicates.review` with ``accept=1.0`` decides.
    keep : {"oldest", "newest", "fullest"}, default "oldest"
        Which contact of a group is kept, with its id: the first or last by ``created_at``, or the one of which most is
        known. What a review names under ``keep`` comes first.
    fields : mapping of str to {"kept", "oldest", "newest", "longest"}, optional
        Whose value a field has. By default that of the kept contact, or where it has none, of the next one in the same
        order. Place (country, region, time zone, city), name and company are each taken as a whole, and filled up only
        from contacts that contradict them in nothing; a rule for one of their fields takes it out of that.
    clashing : {"error", "rename"}, default "error"
        What to do where interactions of one group have one id and different content: refuse, or keep both.

    Returns
    -------
    Merged
        Its ``undo`` gives back exactly what was.

    Raises
    ------
    InputError
        With everything that is wrong: decisions in other words, or that contradict one another; a review of other
        contacts, or of contacts that have changed since; clashing ids; rules that there are not.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"], "email": ["siti@majujaya.co.id", "Siti@majujaya.co.id"],
    ...     "phone": [None, "+628123456789"]})
    >>> day = datetime(2026, 11, 1, tzinfo=UTC)
    >>> interactions = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-2"], "interaction_id": ["i-1", "i-1", "i-2"],
    ...     "kind": ["page_viewed"] * 3, "occurred_at": [day] * 3})
    >>> from leadqual import cleaning
    >>> merged = merge(contacts, interactions, cleaning.duplicates(contacts))
    >>> merged.contacts.rows()
    [('c-1', 'siti@majujaya.co.id', '+628123456789')]
    >>> merged.interactions.select("contact_id", "interaction_id").rows()
    [('c-1', 'i-1'), ('c-1', 'i-2')]
    """
    people = opened_contacts(contacts)
    check_lists(people)
    events = None if interactions is None else opened_interactions(interactions)
    check_rules(keep, fields or {}, people.columns)
    if clashing not in get_args(Clashing):
        expected, hint = f"one of: {', '.join(get_args(Clashing))}", did_you_mean(str(clashing), get_args(Clashing))
        message = "ids that clash are not treated so"
        raise InputError(Problem("bad-argument", message, Place("clashing"), shown(clashing), expected, hint))
    review = decided.review(accept=1.0) if isinstance(decided, Duplicates) else Review.of(decided)
    wanted = review.decided
    groups = _groups(people, review, wanted)
    ranked = {group[0]["id"]: group for group in (in_rank(one, keep, frozenset(kept_of(wanted))) for one in groups)}
    kept = {str(row["id"]): head for head, group in ranked.items() for row in group}
    joined = Union(pl.DataFrame(), {}, ()) if events is None else union(events, kept, clashing)
    if joined.problems:
        raise InputError(joined.problems)
    table, records, dropped = _contacts(people, ranked, joined, fields or {})
    gone = [(one, head) for one, head in kept.items() if one != head]
    return Merged(
        contacts=closer(contacts, "contacts")(table),
        interactions=None if events is None else closer(interactions, "interactions")(joined.frame),
        undo=Undo(records),
        moved=pl.DataFrame(gone, schema={"contact_id": pl.String, "kept": pl.String}, orient="row"),
        dropped=pl.DataFrame(dropped, schema=dict.fromkeys(_DROPPED, pl.String), orient="row"),
        repeated=sum(len(group.dropped) for group in joined.groups.values()),
        renamed=sum(now != then for group in joined.groups.values() for now, _, then in group.now),
        open=review.table.height - len(wanted),
    )


def _groups(people: Opened, review: Review, wanted: Sequence[Decided]) -> list[list[dict[str, Any]]]:
    """Return the rows of each group; raise `InputError` if the review is of other contacts."""
    ids = people.text("id")
    named = {one for pair in wanted for one in (pair.left, pair.right)}
    rows = _rows(people, named)
    problems: list[Problem] = []
    for pair in wanted:
        for side, one in (("left", pair.left), ("right", pair.right)):
            if one not in rows and pair.decision != DIFFERENT:
                near = did_you_mean(one, ids.to_list()) if ids.len() <= _NEAR else None
                hint = near or "is this the review of these contacts? search again with decided=review"
                place, message = Place(review.source, pair.row, path=side), "there is no such contact"
                problems.append(Problem("unknown-contact", message, place, shown(one), hint=hint))
    same = [pair for pair in wanted if pair.decision == SAME]
    problems += changed_rows(review.table, same, people, rows, review.source)
    if problems:
        raise InputError(problems)
    return [[rows[one] for one in group] for group in groups_of(wanted)]


def _rows(people: Opened, named: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = people.text("id").is_in([*named])
    held = people.frame.with_columns(people.text("id").alias(people.columns["id"])).with_row_index(ROW).filter(wanted)
    names = {header: name for name, header in people.columns.items()}
    return {str(row["id"]): row for row in held.rename(names).iter_rows(named=True)}


def _contacts(
    people: Opened, ranked: Mapping[str, Sequence[Row]], joined: Union, fields: Mapping[str, Taken]
) -> tuple[pl.DataFrame, tuple[Group, ...], list[tuple[Any, ...]]]:
    """Return the contacts after the merge, what each group was, and the values that gave way."""
    made: dict[int, dict[str, Any]] = {}
    gone: list[int] = []
    records: list[Group] = []
    dropped: list[tuple[Any, ...]] = []
    for head in sorted(ranked):
        places = [row[ROW] for row in ranked[head]]
        bare = [{name: value for name, value in row.items() if name != ROW} for row in ranked[head]]
        merged, without = survived(bare, fields)
        made[places[0]] = merged
        gone += places[1:]
        dropped += [_told(head, one) for one in without]
        before = sorted(((place, content(row)) for place, row in zip(places, bare, strict=True)), key=itemgetter(0))
        records.append(_group(head, before, merged, joined.groups.get(head)))
    return _put(people, made, gone), tuple(records), dropped


def _group(head: str, before: Sequence[tuple[int, dict[str, Any]]], merged: Row, history: Joined | None) -> Group:
    known = history or Joined([], [], [])
    return Group(
        head, tuple(before), digest([merged]), tuple(known.now), tuple(known.dropped), digest_of(known.rows)
    )  # fmt: skip


def _told(head: str, one: Dropped) -> tuple[Any, ...]:
    return head, one.field, str(one.value), None if one.kept is None else str(one.kept), one.contact


def _put(people: Opened, made: Mapping[int, Mapping[str, Any]], gone: Sequence[int]) -> pl.DataFrame:
    """Return the contacts with merged rows in their places, and without those that are gone."""
    if not made:
        return people.frame
    schema = {name: people.frame.schema[header] for name, header in people.columns.items()}
    places = sorted(made)
    rows = frame_of((content(made[place]) for place in places), schema | {"id": pl.String})
    rows = rows.with_columns(pl.col("id").cast(schema["id"])).rename(dict(people.columns))
    out = pl.Series([*places, *gone], dtype=pl.UInt32).implode()
    rest = people.frame.with_row_index(ROW).filter(~pl.col(ROW).is_in(out))
    new = rows.with_columns(pl.Series(ROW, places, dtype=pl.UInt32)).select(rest.columns)
    return pl.concat([rest, new]).sort(ROW).drop(ROW)
