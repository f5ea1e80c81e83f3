"""The policy with its verbs: decide, evaluate, trace, follow the funnel, draw it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from pydantic import PrivateAttr

from leadqual._suggest import did_you_mean
from leadqual.conditions.check import check_value
from leadqual.conditions.handles import Handle, as_condition
from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import names
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.errors import ConditionError, InputError, Place, Problem, shown
from leadqual.lifecycle.chart import Lifecycle
from leadqual.lifecycle.charts import lifecycle
from leadqual.lifecycle.decide import Decider, Late
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.diagram import mermaid
from leadqual.lifecycle.policy_card import policy_card
from leadqual.lifecycle.seen import fingerprint
from leadqual.lifecycle.trace import Trace, trace
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.score import Scorer, is_scorer
from leadqual.model.standing import Move, Standing
from leadqual.model.time import aware, micros
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import ScorerSpec
from leadqual.scoring.rules import RuleScorer

_OF_THE_FUNNEL = ("stage", "days_in_stage")


class Policy(PolicyDocument):
    """A qualification policy: one document, and the same explained answer wherever it is asked.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> policy = Policy(
    ...     name="tiny",
    ...     scores={
    ...         "engagement": {"range": [0, 100], "rules": [{"id": "demo", "each": "demo_requested", "points": 40}]},
    ...     },
    ...     stages={"lead": {"initial": True}, "sql": {}},
    ...     transitions=[{"id": "sales", "source": "lead", "target": "sql", "when": "score.engagement >= 40"}],
    ... )
    >>> at = datetime(2026, 11, 22, tzinfo=UTC)
    >>> from leadqual.model.interactions.meetings import DemoRequested
    >>> policy.decide(Contact(id="c-1"), [DemoRequested(id="i-1", occurred_at=at)], at=at).stage
    'sql'
    """

    _scorers: dict[str, Scorer] = PrivateAttr(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __repr__(self) -> str:
        parts = [f"{len(part)} {what}" for what, part in self._parts() if part]
        return f"<Policy {self.name} {self.version}: {', '.join(parts) or 'empty'}; {self.content_hash[:12]}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return policy_card(self)

    def _parts(self) -> list[tuple[str, Sized]]:
        return [("stages", self.stages), ("transitions", self.transitions), ("scores", self.score_ranges)]

    @cached_property
    def _decider(self) -> Decider:
        return Decider(RecordEngine(self, self._scorers))

    @property
    def attached_scorers(self) -> Mapping[str, Scorer]:
        """The scorer objects that were given, by the names of their scores."""
        return self._scorers

    @property
    def scorers_by_name(self) -> Mapping[str, Scorer]:
        """The scorer behind each score: `RuleScorer` for rules, the object that was given for the others."""
        return {**{name: RuleScorer(self, name) for name in self.scores}, **self._scorers}

    def with_scorer(self, name: str, scorer: Scorer, *, range: tuple[float, float] | None = None) -> Self:
        """Return the policy with a score that a scorer object gives; conditions may then use ``score.<name>``.

        Parameters
        ----------
        name : str
            The name of the score.
        scorer : Scorer
            The object; its `score` is asked at every instant at which the score is needed.
        range : tuple of float, optional
            The smallest and largest value; by default what the policy declares under ``scorers:``, else the scorer's
            own ``range``, else 0 to 1. An answer outside of it is an error.

        Raises
        ------
        InputError
            If the object is no scorer, or the name looks like a slip for one that the policy declares.
        PolicyError
            If the policy has a score of that name by rules.
        """
        if not is_scorer(scorer):
            expected = "an object with a name and score(contact, history, *, at)"
            hint = "put model.as_scorer() into the policy" if hasattr(scorer, "as_scorer") else None
            raise InputError(
                Problem("not-a-scorer", "this is no scorer", Place("scorer"), shown(scorer), expected, hint)
            )
        if name not in self.scorers and (meant := did_you_mean(name, self.scorers)):
            message, known = f"the policy declares no scorer {name!r}", ", ".join(self.scorers)
            raise InputError(Problem("unknown-score", message, Place("name"), name, known, meant))
        document = {field: getattr(self, field) for field in type(self).model_fields}
        declared = self.scorers.get(name)
        if range is not None or declared is None:
            declared = ScorerSpec(range=range or getattr(scorer, "range", None) or (0.0, 1.0))
        policy = type(self)(**{**document, "scorers": {**self.scorers, name: declared}})
        policy._scorers = {**self._scorers, name: scorer}
        return policy

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, with some parts of the document replaced and the whole checked again."""
        if not update:
            return super().model_copy(deep=deep)
        document = {field: getattr(self, field) for field in type(self).model_fields}
        policy = type(self)(**{**document, **update})
        policy._scorers = dict(self._scorers)
        return policy

    def __getstate__(self) -> dict[Any, Any]:
        # What was compiled is made of functions, which no pickle holds; it is made again where it is needed.
        state = super().__getstate__()
        document = {name: value for name, value in state["__dict__"].items() if name in type(self).model_fields}
        return {**state, "__dict__": document}

    def decide(
        self,
        contact: Contact,
        history: Iterable[Interaction],
        *,
        at: datetime,
        standing: Standing | None = None,
        late: Late = "error",
        known_moves: Sequence[Move] | None = None,
    ) -> Decision:
        """Decide where a contact stands at an instant, and say why.

        Parameters
        ----------
        contact : Contact
            Who it is.
        history : iterable of Interaction
            What happened, in any order; what happened after `at` is not seen. With a `standing` it must reach back
            to ``standing.as_of - policy.lookback``, profile updates always from the beginning.
        at : datetime
            The instant, timezone-aware.
        standing : Standing, optional
            Where the contact stood at an earlier instant; the decision goes on from there.
        late : {"error", "replay"}
            What to do if the history up to the standing is not the one that it saw: raise, or fold the whole history
            again and list under `Decision.revised` the moves that are different now.
        known_moves : sequence of Move, optional
            The moves on file up to the standing: `Decision.revised` then holds those that are not among them.

        Raises
        ------
        InputError
            For a naive time, an interaction of an unknown kind, two with one id and different content, a standing
            of another policy or from after `at`.
        LateInteraction
            If an interaction came late, was changed, or is missing, and `late` is ``"error"``.
        EvaluationError
            For a value of the wrong type.
        """
        decider = self._decider
        return decider.decide(decider.view(contact, history), at, standing, late, known_moves)

    def evaluate(
        self,
        condition: str | Handle | Node,
        contact: Contact,
        history: Iterable[Interaction] = (),
        *,
        at: datetime,
        standing: Standing | None = None,
    ) -> Any:
        """Return a condition's answer (True, False, or None for unknown), or the value of any other expression.

        Parameters
        ----------
        condition : str, Handle or Node
            The condition, or any other expression of the language.
        contact : Contact
            The contact.
        history : iterable of Interaction
            What happened with the contact, in any order.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.
        standing : Standing, optional
            Where the contact stood before; by default at the beginning of the funnel.

        Raises
        ------
        ConditionError
            If the text cannot be read or does not fit the policy's names and types.
        """
        node, view = self._looked_at(condition, contact, history, at, standing)
        return self._decider.engine.compiled(node)(view)

    def trace(
        self,
        condition: str | Handle | Node,
        contact: Contact,
        history: Iterable[Interaction] = (),
        *,
        at: datetime,
        standing: Standing | None = None,
    ) -> Trace:
        """Return the same as `evaluate`, with the value of every operand; `print` shows the tree.

        Parameters
        ----------
        condition : str, Handle or Node
            The condition, or any other expression of the language.
        contact : Contact
            The contact.
        history : iterable of Interaction
            What happened with the contact, in any order.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.
        standing : Standing, optional
            Where the contact stood before; by default at the beginning of the funnel.
        """
        node, view = self._looked_at(condition, contact, history, at, standing)
        return trace(node, lambda part: self._decider.engine.compiled(part)(view))

    def _looked_at(
        self,
        condition: str | Handle | Node,
        contact: Contact,
        history: Iterable[Interaction],
        at: datetime,
        standing: Standing | None,
    ) -> tuple[Node, View]:
        node = as_condition(condition)
        _, problems = check_value(node, self.catalogue, single_currency=self.currency is not None)
        if problems:
            raise ConditionError(problem.at(source="condition") for problem in problems)
        decider, now = self._decider, micros(aware(at))
        decider.engine.compiled(node)  # what it reads has to be known before the view is made
        view = decider.view(contact, history)
        if standing is not None:
            decider.usable(view, standing, aware(at), "error")
        if any(name in _OF_THE_FUNNEL for name in names(node)):
            position, _ = decider.stand(view, now, standing)
            view.enter(*position)
        view.move_to(now)
        return node, view

    def adopt(self, standing: Standing, contact: Contact, history: Iterable[Interaction]) -> Standing:
        """Return a standing made under another policy as one of this policy: same stage, same instants.

        For putting a new version of a policy into service without moving anybody: the next decision goes on from here
        under the new rules.

        Parameters
        ----------
        standing : Standing
            Where the contact stands under the other policy.
        contact : Contact
            The contact.
        history : iterable of Interaction
            What happened with the contact, in any order.

        Raises
        ------
        InputError
            If this policy has no such stage.
        """
        if standing.stage not in self.stages:
            found, known = shown(standing.stage), ", ".join(self.stages)
            raise InputError(Problem("unknown-stage", "this policy has no such stage", Place("standing"), found, known))
        view = self._decider.view(contact, history)
        seen = fingerprint(view.history, micros(standing.as_of), self.lookback)
        return standing.model_copy(update={"policy": self.ref, "seen": seen})

    def lifecycle(
        self,
        contact: Contact,
        history: Iterable[Interaction] = (),
        *,
        standing: Standing | None = None,
        listeners: Iterable[object] = (),
    ) -> Lifecycle:
        """Return the funnel of one contact as a state machine, restored from a standing if one is given.

        Parameters
        ----------
        contact : Contact
            The contact.
        history : iterable of Interaction
            What happened with the contact, in any order.
        standing : Standing, optional
            Where the contact stood before; by default at the beginning of the funnel.
        listeners : iterable of object
            Objects with ``on_move(move)``, or with any of python-statemachine's callbacks (``after_transition``,
            ``on_enter_state``, …), told of every move.

        Raises
        ------
        LateInteraction
            If the history up to the standing is not the one that it saw.
        """
        if not isinstance(listeners, Iterable):
            found, hint = shown(listeners), "put a single one in brackets: listeners=[listener]"
            message = "listeners are several objects"
            raise InputError(Problem("wrong-type", message, Place("listeners"), found, "a list of objects", hint))
        return lifecycle(self._decider, contact, history, standing, tuple(listeners))

    def diagram(self, *, conditions: bool = True) -> str:
        """Return the funnel as the text of a Mermaid state diagram: stages, transitions and guards.

        Parameters
        ----------
        conditions : bool
            Whether to write the conditions out; without them a large funnel stays legible.
        """
        return mermaid(self, conditions=conditions)
