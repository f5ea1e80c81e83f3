"""What becomes of one contact under a policy: its moves, and its scores and grades at some instants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from leadqual.engines.advance import Funnel
from leadqual.engines.fold import Position, Step
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction


@dataclass(frozen=True, slots=True)
class Trial:
    """A contact with its history.

    Parameters
    ----------
    contact : Contact
        Who it is.
    history : tuple of Interaction
        What happened.
    begin : tuple of str and int, optional
        The stage where it already stood at an instant, in microseconds.
    """

    contact: Contact
    history: tuple[Interaction, ...]
    begin: tuple[str, int] | None = None


class Compiled:
    """A policy that many contacts are held against.

    Parameters
    ----------
    policy : Policy
        The policy.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.engine = RecordEngine(policy, policy.attached_scorers)
        self._funnel = Funnel(self.engine)

    def view(self, trial: Trial) -> View:
        """Return a contact as the engine sees it."""
        return self.engine.view(trial.contact, trial.history)

    def stand(self, view: View, trial: Trial, until: int) -> tuple[Position | None, list[Step]]:
        """Return where a contact stands at an instant, and the moves that led there; None without stages."""
        if self.policy.initial_stage is None:
            return None, []
        if trial.begin is None:
            return self._funnel.advance(view, until)
        stage, since = trial.begin
        return self._funnel.advance(view, until, position=Position(stage, since), since=since)

    def steps(self, view: View, trial: Trial, until: int) -> tuple[str | None, list[Step]]:
        """Return the stage of a contact at an instant, and the moves that led there."""
        position, steps = self.stand(view, trial, until)
        return None if position is None else position.stage, steps

    def values(self, view: View, instant: int) -> tuple[Any, ...]:
        """Return the value of each score and each grade at an instant."""
        view.move_to(instant)
        scores = [self.engine.score_value(view, name) for name in self.policy.score_ranges]
        return (*scores, *(self.engine.grade(view, name) for name in self.policy.grades))


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a contact; what was raised in place of it, if something was."""

    moves: tuple[tuple[str, str, str, int], ...]
    values: tuple[tuple[Any, ...], ...]
    raised: bool = False


_RAISED = Course((), (), raised=True)


def course(compiled: Compiled, trial: Trial, until: int, looks: Iterable[int]) -> Course:
    """Return what becomes of a contact up to an instant, with its scores and grades at some others."""
    try:
        view = compiled.view(trial)
        _, steps = compiled.steps(view, trial, until)
        moves = tuple((one.source, one.transition.id, one.transition.target, one.visit.instant) for one in steps)
        return Course(moves, tuple(compiled.values(view, look) for look in looks))
    except LeadqualError:
        return _RAISED


def differs_at(one: Course, other: Course, until: int, looks: Sequence[int]) -> int | None:
    """Return an instant at which two courses are not the same: that of the first other move, else of a score."""
    if one.raised or other.raised:
        return until if one.raised is not other.raised else None
    if one.moves != other.moves:
        return _first_other_move(one.moves, other.moves)
    return next((look for look, a, b in zip(looks, one.values, other.values, strict=True) if a != b), None)


def _first_other_move(one: Sequence[tuple[str, str, str, int]], other: Sequence[tuple[str, str, str, int]]) -> int:
    same = next((number for number, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    same = min(len(one), len(other)) if same is None else same
    return min(moves[same][3] for moves in (one, other) if len(moves) > same)
