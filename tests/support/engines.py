"""The engines as tests see them: one small interface, so that a case written once is asked of each.

A new engine is added to `ENGINES`; what it cannot do it says by raising `leadqual.UnsupportedError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from leadqual import Contact, Interaction, Policy, Score, parse_condition
from leadqual.engines import fold, reference
from leadqual.engines.advance import Funnel
from leadqual.engines.fold import Position, Step
from leadqual.engines.intake import check_attributes, ordered_history
from leadqual.engines.record import RecordEngine
from leadqual.engines.reference import Situation
from leadqual.engines.view import View
from leadqual.model.time import micros

Stood = tuple[Position, list[Step]]


class Engine(Protocol):
    """What a case asks of an engine."""

    name: str

    def value(self, policy: Policy, text: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Any:
        """Return the value of an expression."""
        ...

    def score(self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Score:
        """Return a score with its ledger."""
        ...

    def grade(
        self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime
    ) -> str | None:
        """Return a grade."""
        ...

    def stand(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Stood:
        """Return where the contact stands, and its steps."""
        ...


class Reference:
    """The slow, obvious interpreter."""

    name = "reference"

    def _now(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Situation:
        check_attributes(policy, who)
        return Situation(policy, who, ordered_history(policy, who, history), micros(at))

    def value(self, policy: Policy, text: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Any:
        return reference.evaluate(parse_condition(text), self._now(policy, who, history, at))

    def score(self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Score:
        return reference.score(name, self._now(policy, who, history, at))

    def grade(
        self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime
    ) -> str | None:
        return reference.grade(name, self._now(policy, who, history, at))

    def stand(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Stood:
        check_attributes(policy, who)
        return fold.fold(policy, who, ordered_history(policy, who, history), micros(at))


class Record:
    """The compiled engine for one contact."""

    name = "record"

    def _view(self, engine: RecordEngine, who: Contact, history: Sequence[Interaction], at: datetime) -> View:
        check_attributes(engine.policy, who)
        view = View(engine, who, ordered_history(engine.policy, who, history))
        view.move_to(micros(at))
        return view

    def value(self, policy: Policy, text: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Any:
        engine = RecordEngine(policy, {})
        compiled = engine.compiled(parse_condition(text))
        return compiled(self._view(engine, who, history, at))

    def score(self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Score:
        engine = RecordEngine(policy, {})
        view = self._view(engine, who, history, at)
        value = engine.score_value(view, name)
        score = engine.score(view, name)
        assert value == score.value, "the value on the way and the value of the ledger are the same"
        return score

    def grade(
        self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime
    ) -> str | None:
        engine = RecordEngine(policy, {})
        return engine.grade(self._view(engine, who, history, at), name)

    def stand(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Stood:
        engine = RecordEngine(policy, {})
        return Funnel(engine).advance(self._view(engine, who, history, at), micros(at))


ENGINES: tuple[Engine, ...] = (Reference(), Record())
