"""The funnel of one contact as a python-statemachine chart: the guarded path that every move takes.

The chart and the compiled fold mean the same; a property test holds them together. Two settings of the library
matter: errors in guards are raised (not turned into events), and an event that leads nowhere is an error (not
silence). Facts travel as one object, because the library keeps names such as ``source`` and ``event`` to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, ClassVar

from statemachine import StateChart
from statemachine.exceptions import TransitionNotAllowed
from statemachine.transition import Transition as ChartTransition

from leadqual.conditions.check import unknown_kind
from leadqual.engines.advance import holds
from leadqual.engines.fold import Position, Step, Visit, start_of, visits
from leadqual.engines.view import View
from leadqual.errors import InputError, LateInteraction, Place, Problem, TransitionRefused, shown
from leadqual.lifecycle.decide import Decider
from leadqual.lifecycle.seen import fingerprint
from leadqual.lifecycle.small_cards import lifecycle_card
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import CustomInteraction, Interaction
from leadqual.model.interactions.registry import parse_interaction
from leadqual.model.standing import Move, Standing
from leadqual.model.time import aware, from_micros, micros

VISIT = "visit"
"""The chart's event for reviews, and for interactions of kinds that no transition names."""


@dataclass(slots=True)
class Facts:
    """What guards may look at during one visit, and which transition fired."""

    view: View
    visit: Visit
    visited: set[str]
    fired: list[int] = field(default_factory=list)


class Lifecycle(StateChart[Any]):
    """The funnel of one contact; made by `Policy.lifecycle`, one for each contact and thread.

    Keep `standing`, never the machine: a standing is a value, and a machine is restored from it.
    """

    catch_errors_as_events = False
    allow_event_without_transition = False
    validate_disconnected_states = False
    validate_trap_states = False
    validate_final_reachability = False

    ways: ClassVar[dict[ChartTransition, int]] = {}

    def __init__(
        self,
        decider: Decider,
        contact: Contact,
        history: Iterable[Interaction],
        standing: Standing | None,
        listeners: Sequence[object],
    ) -> None:
        policy = decider.policy
        stage = policy.initial_stage if standing is None else standing.stage
        entered = None if standing is None or standing.entered_at is None else micros(standing.entered_at)
        self._decider = decider
        self._contact = contact
        self._history = list(history)
        self._position = Position(str(stage), entered)
        self._as_of = None if standing is None else micros(standing.as_of)
        self._moves: list[Move] = []
        self._on_move = [told for told in (getattr(listener, "on_move", None) for listener in listeners) if told]
        # A model that has a state already is restored without being told that it entered it.
        super().__init__(model=SimpleNamespace(state=state_id(str(stage))), listeners=list(listeners))

    def __repr__(self) -> str:
        return f"<Lifecycle: contact {self._contact.id} at {self.stage!r}>"

    def _repr_html_(self) -> str:
        # The library would draw its own chart, for which not everybody has the programs.
        return lifecycle_card(self._decider.policy, self._contact.id, self.stage, self.moves)

    @property
    def stage(self) -> str:
        """Where the contact stands."""
        return self._position.stage

    @property
    def moves(self) -> tuple[Move, ...]:
        """The moves that this machine has made, in their order."""
        return tuple(self._moves)

    @property
    def history(self) -> tuple[Interaction, ...]:
        """The interactions given and those sent since."""
        return tuple(self._history)

    @property
    def standing(self) -> Standing | None:
        """Where the contact stands, to be kept; None before anything was visited."""
        if self._as_of is None:
            return None
        policy, entered = self._decider.policy, self._position.entered
        return Standing(
            stage=self.stage,
            entered_at=None if entered is None else from_micros(entered),
            as_of=from_micros(self._as_of),
            policy=policy.ref,
            seen=fingerprint(self._history, self._as_of, policy.lookback),
        )

    def send(self, event: str, /, *args: Any, at: datetime, **properties: Any) -> tuple[Move, ...]:  # type: ignore[override]
        """Record that an interaction of a kind happened, which must move the contact.

        Parameters
        ----------
        event : str
            The kind, such as ``sales_accepted``.
        at : datetime
            When it happened, timezone-aware; reviews up to then are caught up first.
        **properties
            The interaction's properties, and its ``id`` (``<kind>@<time>`` if none is given).

        Returns
        -------
        tuple of Move
            What moved, reviews included.

        Raises
        ------
        TransitionRefused
            If it would not move the contact from where it stands; nothing is recorded then.
        InputError
            If the interaction is not well formed, or not later than what was seen.
        """
        if args:
            raise InputError(Problem("bad-argument", "properties are given by name", Place(event), shown(args)))
        if taken := [name for name in ("kind", "occurred_at") if name in properties]:
            message = f"{taken[0]} is not given as a property"
            hint = "the event is the kind, and at= says when; record() takes an interaction as it is"
            raise InputError(Problem("bad-argument", message, Place(event, path=taken[0]), hint=hint))
        interaction = self._interaction(event, aware(at), properties)
        view, steps = self._rehearsed(interaction)
        if not any(step.visit.interaction is interaction for step in steps):
            raise self._refused(view, event, interaction)
        return self._follow(view, interaction.instant)

    def record(self, interaction: Interaction) -> tuple[Move, ...]:
        """Record an interaction and return what moved, which may be nothing.

        Parameters
        ----------
        interaction : Interaction
            What happened; it lies not before anything that was recorded.
        """
        view, _ = self._rehearsed(interaction)
        return self._follow(view, interaction.instant)

    def advance(self, at: datetime) -> tuple[Move, ...]:
        """Catch up with everything up to an instant, reviews included, and return what moved.

        Parameters
        ----------
        at : datetime
            The instant up to which reviews take place, with its time zone.
        """
        now = micros(aware(at))
        if self._as_of is not None and now < self._as_of:
            raise InputError(_too_late(from_micros(now), from_micros(self._as_of), "at"))
        return self._follow(self._decider.view(self._contact, self._history), now)

    def enabled(self, facts: Facts, transition: ChartTransition) -> bool:
        """Return whether a transition of the chart may fire at this visit: the guard of all of them.

        Parameters
        ----------
        facts : Facts
            What is true at this visit.
        transition : ChartTransition
            The transition of the chart.
        """
        index = self.ways[transition]
        declared = self._decider.policy.transitions[index]
        kind = None if facts.visit.interaction is None else facts.visit.interaction.kind
        if declared.event not in (None, kind) or declared.target in facts.visited:
            return False
        return holds(self._decider.engine, declared, facts.view)

    def on_transition(self, facts: Facts, transition: ChartTransition) -> None:
        """Note which transition fires.

        Parameters
        ----------
        facts : Facts
            What is true at this visit.
        transition : ChartTransition
            The transition that fires.
        """
        facts.fired.append(self.ways[transition])

    def _interaction(self, kind: str, at: datetime, properties: dict[str, Any]) -> Interaction:
        declared, known = self._decider.policy.interactions, self._decider.policy.catalogue.kinds
        if kind not in known:
            raise InputError(unknown_kind(kind, known).at(source="lifecycle"))
        shared = {name: properties.pop(name) for name in tuple(properties) if name in Interaction.model_fields}
        base = {"id": f"{kind}@{at.isoformat()}", "kind": kind, "occurred_at": at, **shared}
        if kind in declared:
            return CustomInteraction(**base, properties=properties)
        return parse_interaction({**base, **properties})

    def _rehearsed(self, interaction: Interaction) -> tuple[View, list[Step]]:
        """Return the view with an interaction, and the steps it leads to, without taking them."""
        if not isinstance(interaction, Interaction):
            hint = "send(kind, at=...) makes one of a kind; record() takes one as it is"
            problem = Problem(
                "wrong-type", "this is no interaction", Place("interaction"), shown(interaction), hint=hint
            )
            raise InputError(problem)
        if self._as_of is not None and interaction.instant <= self._as_of:
            raise LateInteraction(_too_late(interaction.occurred_at, from_micros(self._as_of), interaction.id))
        view = self._decider.view(self._contact, [*self._history, interaction])
        position = self._position if self._as_of is not None else None
        _, steps = self._decider.funnel.advance(view, interaction.instant, position=position, since=self._as_of)
        return view, steps

    def _follow(self, view: View, until: int) -> tuple[Move, ...]:
        """Take every visit up to an instant through the chart, then tell the moves."""
        before = self._position
        try:
            steps = self._taken(view, until)
        except BaseException:
            # All or nothing: a guard or a callback that raises leaves the machine where it was.
            self._position, self.current_state_value = before, state_id(before.stage)
            raise
        self._as_of = until
        self._history = list(view.history)
        moves = tuple(self._decider.move(view, step) for step in steps)
        self._moves += moves
        for move in moves:
            for told in self._on_move:
                told(move)
        return moves

    def _taken(self, view: View, until: int) -> list[Step]:
        policy, begin = self._decider.policy, start_of(self._contact, view.history, until, self._position)
        steps: list[Step] = []
        entered = begin if self._position.entered is None else self._position.entered
        self._position = Position(self.stage, entered)
        last, visited = None, set[str]()
        for visit in visits(policy, view.history, begin, self._as_of, until):
            if visit.instant != last:
                last, visited = visit.instant, {self.stage}
                view.move_to(visit.instant)
            steps += self._visit(Facts(view, visit, visited))
        return steps

    def _visit(self, facts: Facts) -> list[Step]:
        kind = None if facts.visit.interaction is None else facts.visit.interaction.kind
        event = event_id(kind) if hasattr(type(self), event_id(kind)) else VISIT
        steps: list[Step] = []
        while True:
            facts.view.enter(self._position.stage, self._position.entered)
            try:
                super().send(event, facts=facts)
            except TransitionNotAllowed:
                return steps
            transition = self._decider.policy.transitions[facts.fired[-1]]
            steps.append(Step(self.stage, self._position.entered, transition, facts.visit))
            self._position = Position(transition.target, facts.visit.instant)
            facts.visited.add(transition.target)

    def _refused(self, view: View, kind: str, interaction: Interaction) -> TransitionRefused:
        transitions = self._decider.policy.transitions
        awaited = [index for index, way in enumerate(transitions) if way.event == kind]
        from_here = [index for index in awaited if self.stage in transitions[index].source]
        view.move_to(interaction.instant)
        view.enter(self._position.stage, self._position.entered)
        unmet = [str(part) for index in from_here for part in self._decider.way(view, transitions[index]).unmet]
        others = sorted({source for index in awaited for source in transitions[index].source})
        found = "; ".join(unmet)
        expected: str | None = "its condition to hold"
        if not from_here:
            found = f"it stands at {self.stage!r}"
            expected = f"a stage among {', '.join(others)}" if others else None
        message = f"{kind} moves contact {self._contact.id!r} nowhere"
        hint = None if awaited else "no transition of the policy waits for this kind; record() takes it without a move"
        return TransitionRefused(Problem("transition-refused", message, Place("lifecycle"), found, expected, hint))


def state_id(stage: str) -> str:
    """Return the chart's name for a stage, which cannot collide with an attribute of the library."""
    return f"stage_{stage}"


def event_id(kind: str | None) -> str:
    """Return the chart's name for a kind, which cannot collide with a method of the library."""
    return VISIT if kind is None else f"kind_{kind}"


def _too_late(found: datetime, seen: datetime, source: str) -> Problem:
    return Problem(
        "late-interaction",
        "this is not later than what the machine has seen",
        Place(source),
        found.isoformat(),
        f"an instant after {seen.isoformat()}",
        "decide with late='replay' and the whole history, and restore the machine from that standing",
    )
