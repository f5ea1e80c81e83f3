"""What every search in one policy shares: its engine, the maker of contacts, and what has been found out."""

from __future__ import annotations

from typing import Any

from leadqual.conditions.nodes import Node
from leadqual.engines.view import View
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.testing.mutation.compiled import Compiled
from leadqual.testing.mutation.search.forms import Forms
from leadqual.testing.mutation.search.maker import NOW, Maker
from leadqual.testing.mutation.search.story import Story


class Bench:
    """A policy with what is needed to try stories out.

    Parameters
    ----------
    policy : Policy
        The policy.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.compiled = Compiled(policy)
        self.maker = Maker(policy)
        self.forms = Forms(policy, self.maker)
        self.events = {way.event for way in policy.transitions if way.event is not None}

    def value(self, node: Node, story: Story) -> Any:
        """Return what an expression is at the instant in question; None where it is missing or raises."""
        read = self.compiled.engine.compiled(node)  # what it reads has to be known before the view is made
        try:
            view = self._view(story)
            return None if view is None else read(view)
        except LeadqualError:
            return None

    def score(self, story: Story, name: str) -> float | None:
        """Return the value of a score at the instant in question."""
        try:
            view = self._view(story)
            return None if view is None else self.compiled.engine.score_value(view, name)
        except LeadqualError:
            return None

    def stands(self, story: Story) -> tuple[str | None, int]:
        """Return where the contact of a story stands, and for how long in microseconds."""
        trial = self.maker.trial(story)
        if trial is None:
            return None, 0
        try:
            stage, steps = self.compiled.steps(self.compiled.view(trial), trial, NOW)
        except LeadqualError:
            return None, 0
        if steps:
            return stage, NOW - steps[-1].visit.instant
        first = max((one.age for one in story.events), default=0)
        return stage, first if story.begin is None else story.begin[1]

    def can_be(self, story: Story) -> bool:
        """Return whether there can be such a contact."""
        return self.maker.contact(story.fields) is not None

    def _view(self, story: Story) -> View | None:
        trial = self.maker.trial(story)
        if trial is None:
            return None
        view = self.compiled.view(trial)
        view.move_to(NOW)
        return view
