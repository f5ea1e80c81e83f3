"""Trying changes out: they are made interactions, placed in time, and decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from leadqual.analysis.counterfactuals.actions import Action, Happen, Kinds, Learn
from leadqual.analysis.counterfactuals.limited import Limited
from leadqual.analysis.forecasts.case import Case
from leadqual.engines.fold import Position, Step
from leadqual.engines.view import View
from leadqual.errors import LeadqualError
from leadqual.lifecycle.decision import Decision
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.desk import ProfileUpdated
from leadqual.model.time import from_micros, micros


@dataclass(frozen=True)
class Placed:
    """Changes, each with its instant, and the interactions that they are.

    Attributes
    ----------
    at : int
        When the contact stands at the stage that was asked about: with the last of them, or after some waiting.
    before : int
        How many interactions are visited before what is learned, where they tie.
    """

    actions: tuple[Action, ...]
    instants: tuple[int, ...]
    interactions: tuple[Interaction, ...]
    at: int
    before: int = 0


class TriesSpent(Exception):
    """All tries are used up."""


class Trials:
    """Trying changes on one contact.

    Parameters
    ----------
    case : Case
        The contact, its history and its policy.
    decision : Decision
        Where it stands.
    kinds : Kinds
        How interactions are made.
    limited : Limited
        The rules that let only so many interactions through in a window.
    start : int
        When the changes happen, or begin to.
    wait : int
        How long reviews may take after the last change to bring the contact to the stage.
    tries : int
        How many may be made.
    """

    def __init__(
        self,
        case: Case,
        decision: Decision,
        kinds: Kinds,
        limited: Limited,
        *,
        start: int,
        wait: int,
        tries: int,
    ) -> None:
        self._case = case
        self._kinds = kinds
        self._limited = limited
        self._start = start
        self._wait = wait
        self._tries = self._left = tries
        stood = decision.standing
        entered = None if stood.entered_at is None else micros(stood.entered_at)
        self._position = None if stood.stage is None else Position(stood.stage, entered)
        self._since = micros(stood.as_of)
        self._ids = {one.id for one in case.history}
        self._made: dict[tuple[Happen, int, int], Interaction] = {}

    @property
    def left(self) -> int:
        """How many may still be made."""
        return self._left

    @property
    def made(self) -> int:
        """How many were made."""
        return self._tries - self._left

    def reaching(self, actions: Sequence[Action], target: str, before: int = 0) -> Placed | None:
        """Return the changes as they reach a stage: together if they do then, else as far apart as limits ask."""
        for placed in self.placements(actions, before):
            _, reached = self.stand(placed, target)
            if reached is not None:
                return reached
        return None

    def placements(self, actions: Sequence[Action], before: int = 0) -> Iterator[Placed]:
        """Yield the changes at one instant, in their order; and, where limits would not count them all, spread out."""
        learned = [one for one in actions if isinstance(one, Learn)]
        happening = [one for one in actions if isinstance(one, Happen)]
        together = [self._start] * len(happening)
        yield self._placed(learned, happening, together, before)
        spread = self._limited.spread(happening, self._start)
        if spread != together:
            yield self._placed(learned, happening, spread, before)

    def stand(self, placed: Placed, target: str) -> tuple[View | None, Placed | None]:
        """Return the view after changes have happened, and the changes if they reach a stage; no view on an error."""
        if self._left <= 0:
            raise TriesSpent
        self._left -= 1
        history = sorted([*self._case.history, *placed.interactions], key=lambda one: (one.instant, one.id))
        view = View(self._case.decider.engine, self._case.contact, history)
        last = placed.at
        try:
            position, _ = self._case.decider.funnel.advance(view, last, position=self._position, since=self._since)
            later: list[Step] = []
            if self._wait and position.stage != target:
                _, later = self._case.decider.funnel.advance(view, last + self._wait, position=position, since=last)
        except LeadqualError:
            return None, None  # a transition that does not put up with unknown values
        view.move_to(last)
        view.enter(position.stage, position.entered)
        if position.stage == target:
            return view, placed
        # Of one instant only the last move counts: the contact stands where it leads.
        ends = {step.visit.instant: step.transition.target for step in later}
        at = next((instant for instant, stage in ends.items() if stage == target), None)
        return view, None if at is None else replace(placed, at=at)

    def _placed(
        self, learned: Sequence[Learn], happening: Sequence[Happen], instants: Sequence[int], before: int
    ) -> Placed:
        made: list[Interaction] = []
        if learned:
            changes = {one.field.removeprefix("contact."): one.cell.value for one in learned}
            made.append(ProfileUpdated(id=self._id(2 * before), occurred_at=from_micros(self._start), changes=changes))
        for number, (one, instant) in enumerate(zip(happening, instants, strict=True)):
            made.append(self._interaction(one, 2 * number + 1, instant))
        when = (*(self._start for _ in learned), *instants)
        return Placed((*learned, *happening), when, tuple(made), max(when, default=self._start), before)

    def _interaction(self, action: Happen, number: int, instant: int) -> Interaction:
        key = (action, number, instant)
        if key not in self._made:
            self._made[key] = self._kinds.make(action, self._id(number), instant)
        return self._made[key]

    def _id(self, number: int) -> str:
        id_ = f"would-be-{number:03}"
        while id_ in self._ids:
            id_ = f"{id_}x"
        return id_
