"""What is on file about contacts: read and written inside of one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import leadqual as lq
from leads.problems import Unusable
from leads.tables import can_be_kept, contacts, interactions, moves, standings


@dataclass(frozen=True, slots=True)
class Arrival:
    """An interaction as it arrived: whose it is."""

    contact_id: str
    interaction: lq.Interaction


@dataclass(frozen=True, slots=True)
class Filed:
    """A line of the ledger of moves: a move was made, or turned out never to have happened."""

    word: str
    move: lq.Move
    decided_at: datetime


class Log:
    """The tables, in the words of leadqual.

    Parameters
    ----------
    connection : Connection
        Inside of a transaction.
    policy : Policy
        Which knows the kinds of interactions.
    """

    def __init__(self, connection: sa.Connection, policy: lq.Policy) -> None:
        self._connection = connection
        self._policy = policy

    def contact(self, contact_id: str) -> lq.Contact | None:
        """Return a contact as it was first recorded."""
        if not can_be_kept(contact_id):  # so nobody recorded it
            return None
        return self._contacts(sa.select(contacts).where(contacts.c.id == contact_id)).get(contact_id)

    def lock(self, ids: Iterable[str]) -> dict[str, lq.Contact]:
        """Return contacts, and let nobody else decide them until this transaction ends.

        The rows are locked in one order, so that no two transactions wait for one another. SQLite has one writer at a
        time and knows no such lock.
        """
        chosen = sa.select(contacts).where(contacts.c.id.in_(sorted(ids))).order_by(contacts.c.id)
        return self._contacts(chosen.with_for_update())

    def recorded(self, ids: Iterable[str]) -> set[str]:
        """Return those of some ids that contacts have."""
        wanted = [one for one in ids if can_be_kept(one)]
        return set(self._connection.scalars(sa.select(contacts.c.id).where(contacts.c.id.in_(wanted))))

    def add_contact(self, contact: lq.Contact, now: datetime) -> None:
        document = _known(contact.model_dump(mode="json"))
        self._connection.execute(contacts.insert().values(id=contact.id, document=document, recorded_at=now))

    def on_file(self, ids: Iterable[str]) -> dict[str, Arrival]:
        """Return those of some interactions that are on file, by id."""
        rows = self._connection.execute(sa.select(interactions).where(interactions.c.id.in_(list(ids))))
        return {row.id: Arrival(row.contact_id, self._interaction(row.document)) for row in rows}

    def append(self, arrivals: Sequence[Arrival], now: datetime) -> None:
        """Write interactions into the log; they are there for good."""
        rows = [
            {
                "id": one.interaction.id,
                "contact_id": one.contact_id,
                "kind": one.interaction.kind,
                "occurred_at": one.interaction.occurred_at,
                "received_at": now,
                "document": _known(one.interaction.model_dump(mode="json")),
            }
            for one in arrivals
        ]
        if rows:
            self._connection.execute(interactions.insert(), rows)

    def history(self, contact_id: str, *, after: datetime | None = None) -> list[lq.Interaction]:
        """Return the interactions of a contact; with `after` those later than it, and every profile update."""
        chosen = sa.select(interactions.c.document).where(interactions.c.contact_id == contact_id)
        if after is not None:
            chosen = chosen.where((interactions.c.occurred_at > after) | (interactions.c.kind == "profile_updated"))
        return [self._interaction(document) for document in self._connection.scalars(chosen)]

    def received(self, contact_id: str) -> dict[str, datetime]:
        """Return when each interaction of a contact arrived."""
        columns = interactions.c.id, interactions.c.received_at
        rows = self._connection.execute(sa.select(*columns).where(interactions.c.contact_id == contact_id))
        return {row.id: row.received_at for row in rows}

    def standing(self, contact_id: str) -> lq.Standing | None:
        document = self._connection.scalar(sa.select(standings.c.document).where(standings.c.contact_id == contact_id))
        return None if document is None else lq.Standing.model_validate(document)

    def standing_in(self, stages: Sequence[str], limit: int) -> list[str]:
        """Return contacts that stand in some stages, those that have waited longest first."""
        chosen = sa.select(standings.c.contact_id).where(standings.c.stage.in_(stages))
        order = standings.c.entered_at.asc().nulls_first(), standings.c.contact_id
        return list(self._connection.scalars(chosen.order_by(*order).limit(limit)))

    def ids(self) -> list[str]:
        """Return the ids of all contacts, for the nightly job."""
        return list(self._connection.scalars(sa.select(contacts.c.id)))

    def between(
        self, after: str | None, up_to: str | None, until: datetime
    ) -> tuple[list[lq.Contact], dict[str, list[lq.Interaction]]]:
        """Return contacts by a range of their ids, and what happened with them until an instant."""
        found = self._contacts(sa.select(contacts).where(*_within(contacts.c.id, after, up_to)))
        histories: dict[str, list[lq.Interaction]] = {contact_id: [] for contact_id in found}
        chosen = sa.select(interactions.c.contact_id, interactions.c.document).where(
            *_within(interactions.c.contact_id, after, up_to), interactions.c.occurred_at <= until
        )
        for contact_id, document in self._connection.execute(chosen):
            histories[contact_id].append(self._interaction(document))
        return list(found.values()), histories

    def keep(self, contact_id: str, standing: lq.Standing) -> None:
        """Put a standing in the place of the one on file."""
        values = {
            "stage": standing.stage,
            "entered_at": standing.entered_at,
            "as_of": standing.as_of,
            "document": standing.model_dump(mode="json"),
        }
        whose = standings.c.contact_id == contact_id
        if not self._connection.execute(standings.update().where(whose).values(**values)).rowcount:
            self._connection.execute(standings.insert().values(contact_id=contact_id, **values))

    def filed(self, contact_id: str) -> list[Filed]:
        """Return the ledger of moves of a contact, in the order in which it was written."""
        chosen = sa.select(moves).where(moves.c.contact_id == contact_id).order_by(moves.c.number)
        return [
            Filed(row.word, lq.Move.model_validate(row.document), row.decided_at)
            for row in self._connection.execute(chosen)
        ]

    def file(self, contact_id: str, word: str, several: Iterable[lq.Move], now: datetime) -> None:
        """Write lines into the ledger of moves."""
        rows = [
            {
                "contact_id": contact_id,
                "word": word,
                "at": move.at,
                "source": move.source,
                "target": move.target,
                "decided_at": now,
                "document": move.model_dump(mode="json"),
            }
            for move in several
        ]
        if rows:
            self._connection.execute(moves.insert(), rows)

    def _contacts(self, chosen: sa.Select[Any]) -> dict[str, lq.Contact]:
        rows = self._connection.execute(chosen)
        return {row.id: lq.Contact.model_validate(row.document) for row in rows}

    def _interaction(self, document: Mapping[str, Any]) -> lq.Interaction:
        try:
            return self._policy.parse_interaction(document)
        except lq.LeadqualError as error:  # the policy has changed, and no longer knows what the log holds
            raise Unusable(error.problems) from error


def holding(ledger: Iterable[Filed]) -> list[lq.Move]:
    """Return the moves of a ledger that hold: those made and not withdrawn, in the order in which they happened."""
    held: dict[object, lq.Move] = {}
    for line in ledger:
        if line.word == "made":
            held[key_of(line.move)] = line.move
        else:
            held.pop(key_of(line.move), None)
    return sorted(held.values(), key=lambda move: move.at)


def key_of(move: lq.Move) -> object:
    """Return what makes two moves the same one."""
    return move.at, move.source, move.target, move.transition


def others(these: Iterable[lq.Move], than: Iterable[lq.Move]) -> Iterator[lq.Move]:
    """Yield those of some moves that are not among others."""
    known = {key_of(move) for move in than}
    return (move for move in these if key_of(move) not in known)


def _within(column: sa.ColumnElement[str], after: str | None, up_to: str | None) -> Iterator[sa.ColumnElement[bool]]:
    if after is not None:
        yield column > after
    if up_to is not None:
        yield column <= up_to


def _known(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
