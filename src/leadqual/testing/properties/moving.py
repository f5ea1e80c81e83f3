"""What every fold keeps: it composes in time, moves on what is true alone, and comes to rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from leadqual.engines.fold import start_of
from leadqual.engines.intake import ordered_history
from leadqual.engines.reference import Situation, evaluate
from leadqual.lifecycle.policy import Policy
from leadqual.model.standing import Move
from leadqual.model.time import DAY, micros
from leadqual.proofs.constants import constants_of
from leadqual.proofs.scenario import Scenario
from leadqual.testing.libraries import st
from leadqual.testing.properties.trying import (
    EXAMPLES,
    Claim,
    Refused,
    first_of,
    hold,
    of_scenarios,
    outcome,
    scenarios_of,
)
from leadqual.testing.strategies.instants import Moment, moments, seen_from
from leadqual.testing.strategies.reading import reading

_UNTIL_NOTHING_IS_LEFT: Final = 40
"""Periods of decay after which the points of any interaction are rounded away."""


def composes_in_time(
    policy: Policy,
    *,
    max_examples: int = EXAMPLES,
    seed: int | None = None,
    scenarios: st.SearchStrategy[Scenario] | None = None,
) -> None:
    """Raise unless deciding at one instant and going on to a later one is deciding at once.

    The parameters and errors are those of `deterministic`.

    Parameters
    ----------
    policy : Policy
        The policy.
    max_examples : int, default 100
        How many contacts are tried.
    seed : int, optional
        Another number tries others; without one they are the same each time.
    scenarios : strategy, optional
        The contacts to try; by default `leadqual.testing.strategies.scenarios` of the policy.
    """

    def claim(example: tuple[Scenario, Moment]) -> str | None:
        scenario, moment = example
        early = min(seen_from(policy, scenario.at)(moment), scenario.at)
        whole = outcome(lambda: scenario.decide(policy))
        first = outcome(lambda: policy.decide(scenario.contact, scenario.history, at=early))
        if isinstance(whole, Refused) or isinstance(first, Refused):
            return None
        second = policy.decide(scenario.contact, scenario.history, at=scenario.at, standing=first.standing)
        if second.standing != whole.standing:
            return f"decided at {early} and then now it stands at {second.stage!r}, decided at once at {whole.stage!r}"
        if first.moves + second.moves != whole.moves:
            both = _told(first.moves + second.moves)
            return f"decided at {early} and then now it moved {both}, decided at once {_told(whole.moves)}"
        return None

    examples = st.tuples(scenarios_of(policy, scenarios), moments(policy))
    hold("composes_in_time", policy, examples, claim, first_of, max_examples=max_examples, seed=seed)


@of_scenarios
def unknown_never_advances(policy: Policy) -> Claim[Scenario]:
    """Raise unless every move's condition is true, as the slow interpreter finds, and no unknown rule gives points.

    The parameters and errors are those of `deterministic`.
    """
    ways = {way.id: way for way in policy.transitions}

    def claim(scenario: Scenario) -> str | None:
        decision = outcome(lambda: scenario.decide(policy))
        if isinstance(decision, Refused):
            return None
        for name, score in decision.scores.items():
            for line in score.ledger:
                if line.unknown and line.points:
                    return f"the rule {name}.{line.id} is unknown and gives {line.points:g} points"
        history = ordered_history(policy, scenario.contact, scenario.history)
        entered = start_of(scenario.contact, history, micros(scenario.at))
        for move in decision.moves:
            instant, when = micros(move.at), ways[move.transition].when
            now = Situation(policy, scenario.contact, history, instant, move.source, entered, policy.attached_scorers)
            entered = instant
            answer = True if when is None else evaluate(when, now)
            if answer is not True:
                found = "unknown" if answer is None else "false"
                return f"{move.transition} moved it to {move.target!r} at {move.at}, and this is {found}: {when}"
        return None

    return claim


@of_scenarios
def terminates(policy: Policy) -> Claim[Scenario]:
    """Raise unless a contact with whom nothing happens any more comes to rest, and none stands twice at one instant.

    After the last interaction every window closes, every point decays, every wait for a stage ends; whoever still
    moves from stage to stage then does so for ever.

    The parameters and errors are those of `deterministic`.
    """
    quiet, cycle = _rest_of(policy)

    def claim(scenario: Scenario) -> str | None:
        latest = max((one.occurred_at for one in scenario.history), default=scenario.at)
        rest = max(latest, scenario.at) + quiet
        decision = outcome(lambda: policy.decide(scenario.contact, scenario.history, at=rest + cycle))
        if isinstance(decision, Refused):
            return None
        moves: Sequence[Move] = decision.moves
        restless = [move for move in moves if move.at > rest]
        if restless:
            return f"nothing happens after {latest}, and still it moves: {_told(restless[:3])}"
        for number, move in enumerate(moves):
            same = [other for other in moves[number:] if other.at == move.at]
            if move.source in {other.target for other in same}:
                return f"at {move.at} it comes back to {move.source!r}: {_told(same)}"
        return None

    return claim


def _rest_of(policy: Policy) -> tuple[timedelta, timedelta]:
    """Return how long after its last interaction a contact has to be at rest, and how long a circle may take."""
    rules = [rule for score in policy.scores.values() for rule in score.rules]
    periods = [rule.half_life.micros for rule in rules if rule.half_life is not None]
    periods += [round(rule.step.every.micros / rule.step.lose) for rule in rules if rule.step is not None]
    lengths = reading(policy).lengths
    constants = constants_of("days_in_stage", reading(policy).conditions).values
    days = [value for value in constants if isinstance(value, int | float)]
    wait = round(max([*days, 1]) * DAY) + (0 if policy.review_every is None else 2 * policy.review_every.micros)
    cycle = (len(policy.stages) + 1) * wait
    quiet = max([*lengths, DAY]) + _UNTIL_NOTHING_IS_LEFT * max([*periods, 0]) + cycle
    return timedelta(microseconds=quiet), timedelta(microseconds=cycle)


def _told(moves: Sequence[Move]) -> str:
    return ", ".join(f"{move.source} -> {move.target} ({move.transition}, {move.at})" for move in moves) or "nowhere"
