"""A contact for which a condition has an answer: the first that can be built, as the engine confirms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from leadqual.conditions.nodes import Node
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import micros
from leadqual.proofs.building import NOW
from leadqual.proofs.funnel import stands_at
from leadqual.proofs.ranges import TRUE
from leadqual.proofs.realise import builds
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.sight import sight_of
from leadqual.proofs.solve import ANSWERS, Asked, some_solutions
from leadqual.proofs.standing import stage_of

_MOST_CASES: Final = 8
_STEPS: Final = 2_000
_PICKS: Final = 3
_MOST_ATTEMPTS: Final = 36


def witness(policy: Policy, node: Node, answer: bool | None = True, *, stage: str | None = None) -> Scenario | None:
    """Return a contact for which a condition has an answer; None if none was found, which proves nothing.

    Parameters
    ----------
    answer : bool or None
        True, False, or None for unknown.
    stage : str, optional
        Where the contact has to stand when it is looked at.

    Examples
    --------
    >>> from leadqual import policies
    >>> from leadqual.conditions.parse import parse_condition
    >>> found = witness(policies.sales(), parse_condition("grade.fit == 'A' and score.intent >= 30"))
    >>> found.decide(policies.sales()).grades["fit"]
    'A'
    """
    asked = [(node, ANSWERS[answer])]
    if stage is not None:
        asked.append((stands_at(stage), TRUE))

    def is_one(scenario: Scenario) -> bool:
        stands = stage is None or stage_of(policy, scenario) == stage
        return stands and answer_for(policy, scenario, node) is answer

    return witness_of(policy, asked, is_one)


def witness_of(policy: Policy, asked: Asked, is_one: Callable[[Scenario], bool]) -> Scenario | None:
    """Return a contact for which conditions have the answers asked for and that passes a test; None if not found."""
    attempts = islice(_attempts(policy, asked), _MOST_ATTEMPTS)
    return next((one for one in attempts if one is not None and is_one(one)), None)


def _attempts(policy: Policy, asked: Asked) -> Iterator[Scenario | None]:
    for thorough in (False, True):
        for cells in some_solutions(policy, asked, _MOST_CASES, thorough=thorough, steps=_STEPS):
            for number in range(1 if cells.exact else _PICKS):
                yield from builds(policy, cells, NOW, _picking(number))


def answer_for(policy: Policy, scenario: Scenario, node: Node) -> Any:
    """Return the answer of a condition for a contact; Ellipsis if the policy refuses the contact."""
    sight = sight_of(policy)
    try:
        view = sight.view(scenario.contact, scenario.history, micros(scenario.at), [node])
        return sight.value(view, node)
    except LeadqualError:
        return ...


def _picking(number: int) -> Callable[[Sequence[Any]], Any]:
    """Return what picks the n-th of some values, or the last."""
    return lambda values: values[min(number, len(values) - 1)]
