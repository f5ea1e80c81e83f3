"""One contact under two policies: where the two part, at which instant, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from leadqual.analysis.comparisons.changes import Change
from leadqual.cards.frame import text_card
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.explain import known_zone, moment, reason
from leadqual.lifecycle.outlook import wants
from leadqual.model.standing import Move


@dataclass(frozen=True)
class Parting:
    """Where two policies part on one contact.

    Parameters
    ----------
    contact_id : str
        Whose it is.
    at : datetime or None
        When the moves first differ; None if they never do.
    old, new : Decision
        What either policy says at that instant; where they never part, at the end.
    old_end, new_end : Decision
        What either policy says at the end of the comparison.
    changes : tuple of Change
        The changes because of which they part.
    how : {"alone", "together", "combined"} or None
        Whether each of the changes does it alone, or all of them together; combined, if it is no single one.
    """

    contact_id: str
    at: datetime | None
    old: Decision
    new: Decision
    old_end: Decision
    new_end: Decision
    changes: tuple[Change, ...]
    how: str | None

    @property
    def old_moves(self) -> tuple[Move, ...]:
        """What the old policy did at the instant of the parting."""
        return tuple(move for move in self.old.moves if move.at == self.at)

    @property
    def new_moves(self) -> tuple[Move, ...]:
        """What the new policy did at the instant of the parting."""
        return tuple(move for move in self.new.moves if move.at == self.at)

    @property
    def ledger(self) -> dict[str, tuple[float | None, float | None]]:
        """The lines of the ledgers that differ at that instant, ``score.line`` with old and new points."""
        sides = [
            {
                f"{name}.{line.id}" if line.kind in ("rule", "part") else f"{name}.{line.kind} {line.id}": line.points
                for name, score in decision.scores.items()
                for line in score.ledger
            }
            for decision in (self.old, self.new)
        ]
        names = dict.fromkeys((*sides[0], *sides[1]))
        return {
            name: (sides[0].get(name), sides[1].get(name))
            for name in names
            if (sides[0].get(name) or 0.0) != (sides[1].get(name) or 0.0)
        }

    def _repr_html_(self) -> str:
        return text_card(self.explain())

    def explain(self, *, time_zone: str = "UTC") -> str:
        """Return the parting in words.

        Parameters
        ----------
        time_zone : str
            The IANA zone in which times are told.
        """
        zone = known_zone(time_zone)
        if self.at is None:
            where = _ends(self, zone)
            return f"Contact {self.contact_id}: both policies make the same moves. {where}"
        lines = [f"Contact {self.contact_id}: the policies part on {moment(self.at, zone)}."]
        for side, decision, moves in (("old", self.old, self.old_moves), ("new", self.new, self.new_moves)):
            lines += [f"\nThe {side} policy ({decision.policy})", *_did(self, decision, moves)]
        lines += _points(self.ledger)
        lines += _because(self.changes, self.how)
        return "\n".join([*lines, "", _ends(self, zone)])

    def __str__(self) -> str:
        return self.explain()

    def to_dict(self) -> dict[str, Any]:
        """Return the parting as plain data for JSON."""
        return {
            "contact_id": self.contact_id,
            "at": None if self.at is None else self.at.isoformat(),
            "old": {"stage": self.old.stage, "moves": [move.model_dump(mode="json") for move in self.old_moves]},
            "new": {"stage": self.new.stage, "moves": [move.model_dump(mode="json") for move in self.new_moves]},
            "ledger": {name: list(points) for name, points in self.ledger.items()},
            "changes": [change.to_dict() for change in self.changes],
            "how": self.how,
            "old_end": self.old_end.stage,
            "new_end": self.new_end.stage,
        }


def _ends(parting: Parting, zone: tzinfo) -> str:
    old, new = parting.old_end.stage, parting.new_end.stage
    at = moment(parting.old_end.at, zone)
    if parting.at is None:
        return f"It stands at {old} at {at}." if old == new else f"It stands at {old} and at {new} at {at}."
    return f"In the end, at {at}, it stands at {old} under the old policy and at {new} under the new one."


def _did(parting: Parting, decision: Decision, moves: Sequence[Move]) -> Iterator[str]:
    if not moves:
        yield f"  leaves it at {decision.stage}"
        yield from _waits(parting, decision)
    for move in moves:
        why = f": {move.description}" if move.description else ""
        yield f"  moves it {move.source} -> {move.target} ({move.transition}){why}"
        yield f"    because {reason(move)}"


def _waits(parting: Parting, decision: Decision) -> Iterator[str]:
    """Yield what the transition that fired under the other policy waits for under this one."""
    other = parting.old_moves if decision is parting.new else parting.new_moves
    fired = other[0].transition
    way = next((way for way in decision.outlook if way.transition == fired), None)
    if way is None:
        yield f"    it has no transition {fired}"
    elif decision.stage not in way.source:
        yield f"    {fired} does not lead away from {decision.stage} there"
    elif way.unmet:
        yield f"    {fired} waits for:"
        yield from (f"      - {wanted}" for wanted in wants(way) if not wanted.endswith("has to happen"))


def _points(ledger: dict[str, tuple[float | None, float | None]]) -> Iterator[str]:
    if ledger:
        yield "\nPoints that differ then"
    for name, (old, new) in ledger.items():
        shown = ("no such line" if points is None else f"{points:g}" for points in (old, new))
        yield f"  {name}: {' -> '.join(shown)}"


def _because(changes: Sequence[Change], how: str | None) -> Iterator[str]:
    if how == "combined":
        yield "\nNo single change does it, nor is one needed for it: several do it in more than one way."
    elif changes:
        several = len({change.unit for change in changes}) > 1
        words = {"alone": "each of these would do it alone" if several else "it alone does it",
                 "together": "all of these are needed for it" if several else "it is needed for it"}  # fmt: skip
        yield f"\nBecause of ({words.get(how or '', '')})"
    for change in changes:
        yield f"  {change}"
        if change.words:
            yield f"    {change.words}"
