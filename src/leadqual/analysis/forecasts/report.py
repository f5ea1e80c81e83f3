"""What a forecast says: changes and moves with their instants, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from leadqual.analysis.forecasts.text import forecast_card, forecast_text
from leadqual.errors import InputError, Place, Problem, UnknownNameError
from leadqual.lifecycle.explain import known_zone
from leadqual.model.standing import Move, PolicyRef
from leadqual.model.time import aware


@dataclass(frozen=True, slots=True)
class Change:
    """Something becomes different because time has passed.

    Parameters
    ----------
    at : datetime
        The first microsecond at which it is different, UTC.
    kind : {"grade", "condition", "activity"}
        What it is: a grade, the condition of a transition, or the activity of a customer.
    name : str
        The grade, or the id of the transition.
    before, after : str or None
        What it was and what it becomes; of a condition true, false or unknown.
    values : mapping of str to object
        What it depends on, as it is then.
    stage, target, event, condition : str or None
        Of a condition: where the contact stands, where the transition leads, the interaction at which it is eligible
        (None: any visit), and the condition in the policy's own words.
    """

    at: datetime
    kind: Literal["grade", "condition", "activity"]
    name: str
    before: str | None
    after: str | None
    values: Mapping[str, Any]
    stage: str | None = None
    target: str | None = None
    event: str | None = None
    condition: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the change as data for JSON, without what it does not have."""
        names = ("kind", "name", "before", "after", "stage", "target", "event", "condition")
        known = {name: getattr(self, name) for name in names}
        optional = ("stage", "target", "event", "condition")
        kept = {name: value for name, value in known.items() if value is not None or name not in optional}
        return {"at": self.at.isoformat(), **kept, "values": dict(self.values)}


@dataclass(frozen=True)
class Forecast:
    """What becomes of a contact if nothing more happens.

    Parameters
    ----------
    contact_id, policy, at, stage, grades
        Of the decision.
    until : datetime
        Up to when everything is told, UTC.
    changes : tuple of Change
        What time changes, in its order.
    moves : tuple of Move
        What the reviews do about it; none in a policy without ``review_every``.
    waiting : tuple of str
        The automatic transitions whose condition holds at the decision already, though nothing has tried them since:
        they fire at the next visit, unless it changes that.
    reviewed : bool
        Whether the policy has reviews. Without them a transition is tried at the next interaction.
    settled : bool
        Whether it is certain that nothing changes after `until` either.
    stopped : str or None
        Why it is not known for as long as was asked.
    not_foreseen : tuple of str
        Grades and transitions that read the score of a scorer object. Their changes are not told; moves by reviews
        are, since the scorer is asked at each of them.
    left_out : int
        How many interactions of the history lie after the decision, and are taken not to happen.
    """

    contact_id: str
    policy: PolicyRef
    at: datetime
    until: datetime
    stage: str | None
    grades: Mapping[str, str | None]
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    waiting: tuple[str, ...] = ()
    reviewed: bool = False
    settled: bool = False
    stopped: str | None = None
    not_foreseen: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def next_change(self) -> Change | None:
        """The first change, if there is one."""
        return self.changes[0] if self.changes else None

    @property
    def next_move(self) -> Move | None:
        """The first move, if there is one."""
        return self.moves[0] if self.moves else None

    def grade_at(self, name: str, instant: datetime) -> str | None:
        """Return a grade at an instant of the forecast.

        Parameters
        ----------
        name : str
            The name of a grade.
        instant : datetime
            An instant of the forecast, with its time zone.

        Raises
        ------
        UnknownNameError
            If the policy has no such grade, or it cannot be foreseen.
        InputError
            If the instant lies outside of the forecast.
        """
        if name not in self.grades or f"grade.{name}" in self.not_foreseen:
            known = [grade for grade in self.grades if f"grade.{grade}" not in self.not_foreseen]
            message = f"the forecast knows no grade {name!r}"
            raise UnknownNameError(Problem("unknown-grade", message, Place("name"), name, ", ".join(known) or None))
        seen = self._inside(instant)
        changes = [change for change in self.changes if change.kind == "grade" and change.name == name]
        return next((change.after for change in reversed(changes) if change.at <= seen), self.grades[name])

    def stage_at(self, instant: datetime) -> str | None:
        """Return the stage at an instant of the forecast; raise `InputError` for one outside of it.

        Parameters
        ----------
        instant : datetime
            An instant of the forecast, with its time zone.
        """
        seen = self._inside(instant)
        return next((move.target for move in reversed(self.moves) if move.at <= seen), self.stage)

    def _inside(self, instant: datetime) -> datetime:
        seen = aware(instant, "instant")
        if not self.at <= seen <= self.until:
            expected = f"from {self.at.isoformat()} to {self.until.isoformat()}"
            message = "the forecast says nothing of this instant"
            raise InputError(Problem("outside-forecast", message, Place("instant"), seen.isoformat(), expected))
        return seen

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast as data for JSON."""
        return {
            "contact_id": self.contact_id,
            "policy": self.policy.model_dump(mode="json"),
            "at": self.at.isoformat(),
            "until": self.until.isoformat(),
            "stage": self.stage,
            "grades": dict(self.grades),
            "changes": [change.to_dict() for change in self.changes],
            "moves": [move.model_dump(mode="json", exclude={"policy"}) for move in self.moves],
            "waiting": list(self.waiting),
            "reviewed": self.reviewed,
            "settled": self.settled,
            "stopped": self.stopped,
            "not_foreseen": list(self.not_foreseen),
            "left_out": self.left_out,
        }

    def explain(self, *, time_zone: str = "UTC") -> str:
        """Return the forecast in words, times in an IANA zone; raise `InputError` if there is no such zone.

        Parameters
        ----------
        time_zone : str, default 'UTC'
            The zone in which times are written, such as ``Asia/Jakarta``.
        """
        return forecast_text(self, known_zone(time_zone))

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return forecast_card(self)
