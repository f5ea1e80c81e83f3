"""Deciding one contact: fold, score, and gather every reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

from leadqual.engines.advance import Funnel
from leadqual.engines.condition import Condition
from leadqual.engines.fold import Position, Step
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.decision import Decision, Origin
from leadqual.lifecycle.outlook import Unmet, Way
from leadqual.lifecycle.seen import check_seen, fingerprint
from leadqual.model.contact import Contact
from leadqual.model.derived import activity_at
from leadqual.model.interactions.base import Interaction
from leadqual.model.standing import Move, Standing
from leadqual.model.time import aware, from_micros, micros
from leadqual.policy.funnel import Transition

Late = Literal["error", "replay"]


class Decider:
    """A policy compiled for deciding; made once for a policy and used for every contact.

    Parameters
    ----------
    engine : RecordEngine
        The compiled policy.
    """

    def __init__(self, engine: RecordEngine) -> None:
        self.engine = engine
        self.policy = engine.policy
        self.funnel = Funnel(engine)

    def view(self, contact: Contact, history: Iterable[Interaction]) -> View:
        """Return the checked and indexed view of a contact; raise what `ordered_history` raises."""
        if not isinstance(contact, Contact):
            raise InputError(
                Problem(
                    "wrong-type", "contact must be a Contact", Place("contact"), shown(contact), "a leadqual.Contact"
                )
            )
        return self.engine.view(contact, history)

    def decide(
        self, view: View, at: datetime, standing: Standing | None, late: Late, known: Sequence[Move] | None
    ) -> Decision:
        """Return the decision on a view's contact at an instant."""
        at = aware(at)
        now = micros(at)
        if problem := _bad_arguments(standing, late, known):
            raise InputError(problem)
        revised: tuple[Move, ...] = ()
        begin = None if standing is None else self.usable(view, standing, at, late)
        position, steps = self.stand(view, now, begin)
        moves = tuple(self.move(view, step) for step in steps)
        if standing is not None and begin is None:
            revised = self._revised(view, moves, standing, known)
        view.move_to(now)
        view.enter(*position)
        return self._decision(view, at, standing, moves, revised)

    def stand(
        self, view: View, now: int, standing: Standing | None
    ) -> tuple[tuple[str | None, int | None], list[Step]]:
        """Return the stage and when it was entered at an instant, and the steps that lead there."""
        if self.policy.initial_stage is None:
            return (None, None), []
        since = position = None
        if standing is not None and standing.stage is not None:
            since = micros(standing.as_of)
            position = Position(standing.stage, None if standing.entered_at is None else micros(standing.entered_at))
        position, steps = self.funnel.advance(view, now, position=position, since=since)
        return (position.stage, position.entered), steps

    def usable(self, view: View, standing: Standing, at: datetime, late: Late) -> Standing | None:
        """Return the standing if the decision can go on from it, None if everything is to be folded again."""
        if standing.as_of > at:
            found, hint = f"as_of {standing.as_of}, at {at}", "decide without standing= to ask about an earlier instant"
            message = "the standing lies after the instant that is asked about"
            raise InputError(Problem("standing-in-future", message, Place("standing"), found, hint=hint))
        try:
            self.check_policy_of(standing)
            check_seen(standing, view.history, self.policy.lookback, view.contact.id)
        except InputError:
            if late == "error":
                raise
            return None
        return standing

    def check_policy_of(self, standing: Standing) -> None:
        """Raise `InputError` if a standing was made under another policy, or under other content of this one."""
        if standing.policy is not self.policy.ref and standing.policy != self.policy.ref:
            raise InputError(_other_policy(standing, self.policy.ref))

    def _revised(
        self, view: View, moves: Sequence[Move], standing: Standing, known: Sequence[Move] | None
    ) -> tuple[Move, ...]:
        """Return the moves up to an old standing that are different now.

        With the moves on file they are compared one by one. Without them only the standing tells: if the contact
        would stand where it stood, nothing is known to be different; else all of them are given.
        """
        before = [move for move in moves if move.at <= standing.as_of]
        if known is not None:
            on_file = {_key(move) for move in known}
            return tuple(move for move in before if _key(move) not in on_file)
        position, _ = self.stand(view, micros(standing.as_of), None)
        entered = None if standing.entered_at is None else micros(standing.entered_at)
        return () if position == (standing.stage, entered) else tuple(before)

    def move(self, view: View, step: Step) -> Move:
        """Return a move with the condition that held and what it read at that instant."""
        transition, visit = step.transition, step.visit
        parts = [f"{transition.event} happened"] if transition.event is not None else []
        values: dict[str, Any] = {}
        if transition.when is not None:
            view.move_to(visit.instant)
            view.enter(step.source, step.entered)
            condition = self.engine.guard(transition)
            values = condition.values(view)
            parts.append(condition.text)
        return Move(
            source=step.source,
            target=transition.target,
            at=from_micros(visit.instant),
            transition=transition.id,
            interaction=None if visit.interaction is None else visit.interaction.id,
            because=" and ".join(parts),
            values=values,
            description=transition.description,
            policy=self.policy.ref,
        )

    def _decision(
        self, view: View, at: datetime, before: Standing | None, moves: tuple[Move, ...], revised: tuple[Move, ...]
    ) -> Decision:
        policy = self.policy
        standing = Standing.trusted(
            stage=view.stage,
            entered_at=None if view.entered is None else from_micros(view.entered),
            as_of=at,
            policy=policy.ref,
            seen=fingerprint(view.history, view.now, policy.lookback),
        )
        decision = Decision.with_later(
            partial(self._details, view, at),
            contact_id=view.contact.id,
            at=at,
            policy=policy.ref,
            before=before,
            standing=standing,
            moves=moves,
            revised=revised,
        )
        decision.remember(Origin(self, view.contact, view.history))
        # What is raised, by a scorer object or for a currency without a rate, may not depend on when somebody looks.
        return decision.completed() if policy.scorers or policy.currency is not None else decision

    def _details(self, view: View, at: datetime) -> dict[str, Any]:
        """Return what a decision says to people: ledgers, grades, labels, what is missing, what is next."""
        policy, missing = self.policy, dict[str, list[str]]()
        scores = {name: self.engine.score(view, name, missing) for name in policy.score_ranges}
        self._note_unknown(view, missing)
        return {
            "scores": scores,
            "grades": {name: self.engine.grade(view, name) for name in policy.grades},
            "roles": frozenset(view.roles()),
            "activity": activity_at(view.history, at, policy.active_within, policy.meaning),
            "missing": {name: tuple(dict.fromkeys(affected)) for name, affected in missing.items()},
            "outlook": tuple(self.way(view, transition) for transition in policy.transitions),
        }

    def _note_unknown(self, view: View, missing: dict[str, list[str]]) -> None:
        """Add what leaves transitions from here unknown."""
        for transition in self.policy.transitions:
            if view.stage not in transition.source or transition.on_unknown != "hold" or transition.when is None:
                continue
            for cause in self.engine.guard(transition).causes(view):
                missing.setdefault(cause, []).append(f"transition {transition.id} (to {transition.target})")

    def way(self, view: View, transition: Transition) -> Way:
        """Return a transition as it looks from a view: what it still waits for."""
        unmet = () if transition.when is None else self._unmet(view, self.engine.guard(transition))
        return Way(transition.id, transition.source, transition.target, transition.event, unmet)

    def _unmet(self, view: View, guard: Condition) -> tuple[Unmet, ...]:
        answers = [(part, part.answer(view)) for part in guard.parts]
        return tuple(
            Unmet(part.text, "unknown" if answer is None else "false", part.values(view))
            for part, answer in answers
            if answer is not True
        )


def _bad_arguments(standing: object, late: object, known: object) -> Problem | None:
    if late not in ("error", "replay"):
        message = "late is not one of those known"
        return Problem("bad-argument", message, Place("late"), shown(late), "'error' or 'replay'")
    if standing is not None and not isinstance(standing, Standing):
        hint = "read stored JSON with lq.Standing.model_validate_json(text)"
        return Problem("wrong-type", "this is no standing", Place("standing"), shown(standing), "a Standing", hint)
    if known is None:
        return None
    if late != "replay":
        hint = "pass late='replay' as well, or leave them out"
        return Problem("bad-argument", "known moves are compared with a replay", Place("known_moves"), hint=hint)
    if not isinstance(known, list | tuple) or not all(isinstance(move, Move) for move in known):
        hint = "read stored JSON with lq.Move.model_validate_json(text)"
        return Problem("wrong-type", "these are no moves", Place("known_moves"), shown(known), "a list of Move", hint)
    return None


def _key(move: Move) -> tuple[str, str, datetime, str]:
    return (move.source, move.target, move.at, move.transition)


def _other_policy(standing: Standing, ours: object) -> Problem:
    same_name = str(standing.policy) == str(ours)
    return Problem(
        "other-policy",
        "the standing was made under another policy",
        Place("standing"),
        f"{standing.policy}" + (" with other content" if same_name else ""),
        str(ours),
        "pass late='replay' with the whole history to decide afresh, or go on with policy.adopt(standing, ...)",
    )
