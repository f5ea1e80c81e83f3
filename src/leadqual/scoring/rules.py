"""A policy's own rules as a scorer, to be blended with others or used on their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadqual._suggest import did_you_mean
from leadqual.cards.frame import card
from leadqual.engines.record import RecordEngine
from leadqual.errors import Place, Problem, UnknownNameError
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.score import Score
from leadqual.model.time import aware, micros
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules_card import rules_html


class RuleScorer:
    """The score that a policy's rules give: what a policy's own rules become.

    Parameters
    ----------
    policy : Policy
        The policy.
    score : str
        Which of its scores.

    Raises
    ------
    UnknownNameError
        If the policy has no score of that name by rules.
    """

    def __init__(self, policy: PolicyDocument, score: str) -> None:
        if score not in policy.scores:
            message, known = f"the policy has no score {score!r} by rules", ", ".join(policy.scores) or None
            hint = did_you_mean(score, policy.scores)
            raise UnknownNameError(Problem("unknown-score", message, Place("score"), score, known, hint))
        self._policy = policy
        self._name = score
        self._engine = RecordEngine(policy, policy.attached_scorers)

    @property
    def name(self) -> str:
        """The name of the score."""
        return self._name

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest value, as the policy declares them."""
        return self._policy.score_ranges[self._name]

    def __reduce__(self) -> tuple[Any, ...]:
        # What was compiled is made of functions, which no pickle holds; it is made again where it is needed.
        return type(self), (self._policy, self._name)

    def _repr_html_(self) -> str:
        return card(f"Score {self._name}", [repr(self)], rules_html(self._policy.scores[self._name]))

    def __repr__(self) -> str:
        return f"RuleScorer({str(self._policy.ref)!r}, {self._name!r})"

    def score_frame(self, contacts: Any, interactions: Any, *, at: datetime) -> Any:
        """Return the scores of a table of contacts with their ledgers, in a table of the kind that came.

        The rows are taken to be right: `leadqual.frames.score` looks at them before it asks.

        Parameters
        ----------
        contacts : table
            One row a contact: pandas, Polars, PyArrow, DuckDB or PySpark.
        interactions : table
            One row an interaction, of the same library.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.

        Raises
        ------
        UnsupportedError
            Where the library of the tables cannot answer what a rule asks.
        """
        from leadqual.scoring.tables import rule_frame  # noqa: PLC0415 - tables need optional libraries

        return rule_frame(self._policy, self._name, contacts, interactions, aware(at))

    def score(self, contact: Contact, history: Sequence[Interaction], *, at: datetime) -> Score:
        """Return the score with its ledger; raise what `Policy.decide` raises for bad input.

        Parameters
        ----------
        contact : Contact
            The contact.
        history : sequence of Interaction
            What happened with the contact, in any order.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.
        """
        view = self._engine.view(contact, history)
        view.move_to(micros(aware(at)))
        return self._engine.score(view, self._name)
