"""Making a scenario smaller while something stays wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from leadqual.proofs.scenario import Scenario

_MOST_TRIES: Final = 60


def smallest(scenario: Scenario, is_wrong: Callable[[Scenario], bool]) -> Scenario:
    """Return a scenario of which nothing can be left out, as far as a number of tries shows."""
    ahead = _smaller(scenario)
    for _ in range(_MOST_TRIES):
        smaller = next(ahead, None)
        if smaller is None:
            return scenario
        if is_wrong(smaller):
            scenario, ahead = smaller, _smaller(smaller)
    return scenario


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Yield the scenario with one thing less: half of the history, an interaction, something known of the contact."""
    history, who = scenario.history, scenario.contact
    for half in (history[: len(history) // 2], history[len(history) // 2 :]) if len(history) > 2 else ():
        yield Scenario(who, half, scenario.at)
    for number in range(len(history)):
        yield Scenario(who, history[:number] + history[number + 1 :], scenario.at)
    fields = type(who).model_fields
    for name in sorted(who.model_fields_set - {"id"}):
        default = fields[name].get_default(call_default_factory=True)
        if getattr(who, name) != default:
            yield Scenario(who.model_copy(update={name: default}), history, scenario.at)
    if who.company is not None:
        for name in sorted(who.company.model_fields_set):
            if getattr(who.company, name) is not None and name != "attributes":
                company = who.company.model_copy(update={name: None})
                yield Scenario(who.model_copy(update={"company": company}), history, scenario.at)
