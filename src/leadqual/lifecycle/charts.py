"""Making the state chart of a contact: a class for each shape of a funnel, and a machine restored from a standing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from types import new_class
from typing import Any

from statemachine import State
from statemachine.transition import Transition as ChartTransition

from leadqual.errors import InputError, Place, Problem
from leadqual.lifecycle.chart import VISIT, Lifecycle, event_id, state_id
from leadqual.lifecycle.decide import Decider
from leadqual.lifecycle.seen import check_seen
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.standing import Standing


def lifecycle(
    decider: Decider,
    contact: Contact,
    history: Iterable[Interaction],
    standing: Standing | None,
    listeners: Sequence[object],
) -> Lifecycle:
    """Return the machine of a contact, restored from a standing if one is given."""
    policy = decider.policy
    if policy.initial_stage is None:
        message, hint = "a policy without stages has no lifecycle", "declare stages: and transitions:"
        raise InputError(Problem("no-stages", message, Place("policy"), str(policy.ref), hint=hint))
    view = decider.view(contact, history)
    if standing is not None:
        decider.check_policy_of(standing)
        check_seen(standing, view.history, policy.lookback, contact.id)
    ways = tuple((way.source, way.target, way.event) for way in policy.transitions)
    return chart_class(tuple(policy.stages), policy.initial_stage, ways)(
        decider, contact, view.history, standing, listeners
    )


@lru_cache(maxsize=256)
def chart_class(
    stages: tuple[str, ...], initial: str, ways: tuple[tuple[tuple[str, ...], str, str | None], ...]
) -> type[Lifecycle]:
    """Return the chart of a funnel's shape, made once: the library keeps every class for ever."""
    states = {stage: State(stage, value=state_id(stage), initial=stage == initial) for stage in stages}
    events = [VISIT, *dict.fromkeys(event_id(event) for _, _, event in ways if event is not None)]
    indices: dict[ChartTransition, int] = {}
    for index, (sources, target, event) in enumerate(ways):
        # An automatic transition may fire at any visit, so it answers to every event, in its declared place.
        answers_to = " ".join(events) if event is None else event_id(event)
        for source in sources:
            for made in states[source].to(states[target], event=answers_to, cond="enabled"):
                indices[made] = index
    attributes: dict[str, Any] = {state_id(stage): state for stage, state in states.items()}
    body = {**attributes, "ways": indices, "__module__": __name__}
    made_class: type[Lifecycle] = new_class("Funnel", (Lifecycle,), exec_body=lambda namespace: namespace.update(body))
    return made_class
