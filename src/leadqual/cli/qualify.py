"""Deciding on many contacts at once, and putting the results in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from leadqual.cli.output import Card, Watch
from leadqual.errors import LeadqualError, Problem
from leadqual.files.records import reasons
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.leading import leading_scores
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.names import name_of

_EVERY: Final = 20


@dataclass
class Qualified:
    """The decisions on contacts, in their order, and the problems of those that none could be made on."""

    decisions: list[tuple[Contact, Decision]] = field(default_factory=list)
    undecided: list[tuple[Contact, tuple[Problem, ...]]] = field(default_factory=list)

    def stages(self, policy: Policy) -> dict[str, int]:
        """Return how many contacts stand at each stage of the policy, without those that had not appeared."""
        counts = dict.fromkeys(policy.stages, 0)
        for _, decision in self.decisions:
            if decision.stage is not None and _had_appeared(decision):
                counts[decision.stage] += 1
        return counts

    @property
    def not_appeared(self) -> int:
        """How many contacts had not appeared yet: no interaction by then, and not created by then."""
        return sum(not _had_appeared(decision) for _, decision in self.decisions)


def _had_appeared(decision: Decision) -> bool:
    # Under a policy without stages nobody enters any, and nothing is known of it.
    return decision.stage is None or decision.standing.entered_at is not None


def qualify(
    policy: Policy,
    contacts: Sequence[Contact],
    histories: Mapping[str, Iterable[Interaction]],
    at: datetime,
    watch: Watch,
) -> Qualified:
    """Decide on every contact."""
    result = Qualified()
    for number, contact in enumerate(contacts):
        if number % _EVERY == 0:
            watch("qualifying", number / len(contacts))
        try:
            result.decisions.append((contact, policy.decide(contact, histories.get(contact.id, ()), at=at)))
        except LeadqualError as error:
            result.undecided.append((contact, error.problems))
    watch("qualifying", 1.0)
    return result


def hottest(
    policy: Policy, decisions: Iterable[tuple[Contact, Decision]], limit: int
) -> list[tuple[Contact, Decision]]:
    """Return those who have appeared, have not bought and stand at no closed stage, best first.

    They are ordered by the score of the grade ``temperature``, then by the other scores.
    """
    leading = leading_scores(policy)
    closed = {name for name, stage in policy.stages.items() if stage.closed}

    def heat(pair: tuple[Contact, Decision]) -> tuple[Any, ...]:
        values = (pair[1].scores[name].value for name in leading)
        return (*(-(value if value is not None else float("-inf")) for value in values), pair[0].id)

    def is_open(decision: Decision) -> bool:
        return _had_appeared(decision) and decision.relationship == "prospect" and decision.stage not in closed

    return sorted((pair for pair in decisions if is_open(pair[1])), key=heat)[:limit]


def lead_cards(pairs: Iterable[tuple[Contact, Decision]]) -> list[Card]:
    """Return what to print of each lead: who, where and how warm, and why."""
    return [
        Card(
            contact.id,
            ", ".join(filter(None, (name_of(contact), contact.company.name if contact.company else None))),
            ", ".join(filter(None, (decision.stage, *(f"{name} {value}" for name, value in _grades(decision))))),
            reasons(decision),
        )
        for contact, decision in pairs
    ]


def _grades(decision: Decision) -> list[tuple[str, str]]:
    return [(name, value) for name, value in decision.grades.items() if value is not None]
