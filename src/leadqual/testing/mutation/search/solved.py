"""Stories from the solver of conditions: for what no rule of thumb brings about."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from leadqual.lifecycle.policy import Policy
from leadqual.model.time import micros
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.solve import Asked
from leadqual.proofs.witness import witness_of
from leadqual.testing.mutation.search.story import Event, Story


def solved(policy: Policy, asked: Asked, shows: Callable[[Story], bool]) -> Story | None:
    """Return a story in which conditions have the answers asked for and that shows what it shall, if one is found."""
    found: list[Story] = []

    def is_one(scenario: Scenario) -> bool:
        story = story_of(scenario)
        if story is None or not shows(story):
            return False
        found.append(story)
        return True

    witness_of(policy, asked, is_one)
    return found[0] if found else None


def story_of(scenario: Scenario) -> Story | None:
    """Return a scenario as a story; None if it holds what no story does, such as consents on the contact."""
    at = micros(scenario.at)
    contact = scenario.contact.model_dump(mode="json", exclude_defaults=True, exclude={"id", "company"})
    fields = _flat("contact", contact)
    if scenario.contact.company is not None:
        fields |= _flat("company", scenario.contact.company.model_dump(mode="json", exclude_defaults=True))
    events = []
    for one in scenario.history:
        told = one.model_dump(mode="json", exclude_defaults=True, exclude={"id", "kind", "occurred_at"})
        told |= told.pop("properties", {})
        known = tuple((name, _plain(value)) for name, value in told.items() if value is not None)
        events.append(Event(one.kind, known, at - one.instant))
    held = [*fields.values(), *(value for event in events for _, value in event.properties)]
    return Story(fields, tuple(events)) if _are_plain(held) else None


def _flat(owner: str, values: Mapping[str, Any]) -> dict[str, Any]:
    known = {**values, **values.get("attributes", {})}
    return {f"{owner}.{name}": _plain(value) for name, value in known.items() if name != "attributes"}


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _are_plain(values: Iterable[Any]) -> bool:
    return all(
        isinstance(value, Hashable) and not (isinstance(value, tuple) and any(isinstance(one, dict) for one in value))
        for value in values
    )
