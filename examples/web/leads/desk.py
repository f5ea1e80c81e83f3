"""What the application does: take in what happened, and say where contacts stand and whom we may reach."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

import leadqual as lq
from leads.database import Database
from leads.deciding import Deciding
from leads.log import Arrival, Filed, Log, holding, others
from leads.problems import Refused
from leads.profile import changes, profile
from leads.reading import unknown_contact

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the time; the one place where the application asks for it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a contact's interactions: the decision, and how many of them were new."""

    decision: lq.Decision
    new: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """What is on file about a contact."""

    contact: lq.Contact
    history: list[lq.Interaction]
    received: dict[str, datetime]
    ledger: list[Filed]


@dataclass(frozen=True, slots=True)
class Desk:
    """The application without HTTP.

    Parameters
    ----------
    database : Database
        Where everything is kept.
    deciding : Deciding
        How contacts are decided.
    clock : callable
        What says the time.
    """

    database: Database
    deciding: Deciding
    clock: Clock = wall_clock

    def take_in(self, arrivals: Sequence[Arrival]) -> list[Taken]:
        """Write interactions into the log and decide their contacts; all of them or, if one is refused, none.

        What is on file already counts once, so a webhook may send everything again. When this returns, it is on disk.
        """
        return self.database.writing(lambda connection: self._take_in(self._log(connection), arrivals))

    def put(self, contact: lq.Contact) -> tuple[Taken, bool]:
        """Record a contact, or change its profile to this; say whether it is new.

        A change is an interaction, `profile_updated`, so that any day in the past is still decided as it was then.
        """
        return self.database.writing(lambda connection: self._put(self._log(connection), contact))

    def bring_up_to_date(self, contact_id: str, at: datetime) -> lq.Decision:
        """Write down where time alone has brought a contact; for the nightly job."""

        def work(connection: sa.Connection) -> lq.Decision:
            log = self._log(connection)
            contact = log.lock([contact_id]).get(contact_id)
            return self.deciding.write(log, _found(contact, contact_id), at)

        return self.database.writing(work)

    def decide(self, contact_id: str, at: datetime | None = None) -> lq.Decision:
        """Return where a contact stands now; or with `at`, what the policy says of that instant. Nothing is written.

        Either way the decision holds every move that led there.
        """
        with self.database.reading() as connection:
            log = self._log(connection)
            contact = _found(log.contact(contact_id), contact_id)
            if at is None:
                decision = self.deciding.now(log, contact, self.clock())
                return with_moves_on_file(decision, holding(log.filed(contact_id)))
            return self.deciding.at(log, contact, at)

    def story(self, contact_id: str) -> Story:
        """Return what happened with a contact, when that was known, and every move that was ever decided."""
        with self.database.reading() as connection:
            log = self._log(connection)
            contact = _found(log.contact(contact_id), contact_id)
            history = sorted(log.history(contact_id), key=lambda one: (one.occurred_at, one.id))
            return Story(contact, history, log.received(contact_id), log.filed(contact_id))

    def standing_in(self, stages: Sequence[str], limit: int) -> list[str]:
        """Return contacts that stand in some stages by what is on file, those that have waited longest first."""
        with self.database.reading() as connection:
            return self._log(connection).standing_in(stages, limit)

    def strangers(self, ids: Iterable[str]) -> set[str]:
        """Return those of some ids that no contact has."""
        with self.database.reading() as connection:
            return set(ids) - self._log(connection).recorded(ids)

    def _log(self, connection: sa.Connection) -> Log:
        return Log(connection, self.deciding.policy)

    def _take_in(self, log: Log, arrivals: Sequence[Arrival]) -> list[Taken]:
        now = self.clock()
        contacts = log.lock({one.contact_id for one in arrivals})
        if strangers := list(dict.fromkeys(one.contact_id for one in arrivals if one.contact_id not in contacts)):
            raise Refused(map(unknown_contact, strangers))
        new = _new(arrivals, log.on_file({one.interaction.id for one in arrivals}))
        log.append(new, now)
        taken = []
        for contact_id in dict.fromkeys(one.contact_id for one in arrivals):
            given = sum(one.contact_id == contact_id for one in arrivals)
            fresh = [one.interaction for one in new if one.contact_id == contact_id]
            decision = self.deciding.write(log, contacts[contact_id], now, fresh)
            taken.append(Taken(decision, len(fresh), given - len(fresh)))
        return taken

    def _put(self, log: Log, wanted: lq.Contact) -> tuple[Taken, bool]:
        now, contact = self.clock(), log.lock([wanted.id]).get(wanted.id)
        if contact is None:
            log.add_contact(wanted, now)
            return Taken(self.deciding.write(log, wanted, now)), True
        history = log.history(wanted.id)
        different = changes(profile(contact, history), wanted)
        if not different:
            return Taken(self.deciding.write(log, contact, now)), False
        # Clocks of several servers differ, and the later word has to be the later one.
        said = [one.occurred_at + timedelta(microseconds=1) for one in history if isinstance(one, lq.ProfileUpdated)]
        when = max([now, *said])
        update = lq.ProfileUpdated(id=f"put-{uuid.uuid4()}", occurred_at=when, changes=different)
        log.append([Arrival(contact.id, update)], now)
        return Taken(self.deciding.write(log, contact, when, [update]), new=1), False


def with_moves_on_file(decision: lq.Decision, on_file: list[lq.Move]) -> lq.Decision:
    """Return a decision that went on from a standing, with the moves that led to it too."""
    if decision.before is None:
        return decision
    moves = (*on_file, *others(decision.moves, on_file))
    return decision.model_copy(update={"before": None, "moves": moves})


def _new(arrivals: Sequence[Arrival], on_file: dict[str, Arrival]) -> list[Arrival]:
    """Return what is not on file, each once; raise `Refused` with every id that is there with another content."""
    seen, new, problems = dict(on_file), list[Arrival](), list[lq.Problem]()
    for one in arrivals:
        before = seen.get(one.interaction.id)
        if before is None:
            seen[one.interaction.id] = one
            new.append(one)
        elif before != one:
            problems.append(_conflict(one, before))
    if problems:
        raise Refused(problems)
    return new


def _conflict(one: Arrival, before: Arrival) -> lq.Problem:
    mine, theirs = ({"contact_id": each.contact_id, **each.interaction.model_dump()} for each in (one, before))
    differing = sorted(name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name))
    return lq.Problem(
        "duplicate-id",
        f"the interaction {one.interaction.id!r} is there already, with another content",
        lq.Place(path="id"),
        f"they differ in {', '.join(differing)}",
        "one id for one interaction; the same one may be sent again",
        "give it an id of its own; what is on file stays",
    )


def _found(contact: lq.Contact | None, contact_id: str) -> lq.Contact:
    if contact is None:
        raise Refused(unknown_contact(contact_id))
    return contact
