"""Where it is meant so: one more sign of interest never lowers a score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadqual.conditions.nodes import Name
from leadqual.lifecycle.policy import Policy
from leadqual.proofs.scenario import Scenario
from leadqual.testing.libraries import st
from leadqual.testing.properties.names import known_names
from leadqual.testing.properties.trying import EXAMPLES, Refused, hold, outcome, scenarios_of
from leadqual.testing.strategies.instants import Moment, moments, seen_from
from leadqual.testing.strategies.interactions import chosen_kinds, happenings, made


def engagement_never_lowers(
    policy: Policy,
    score: str,
    kinds: Sequence[str],
    *,
    at_any_time: bool = False,
    max_examples: int = EXAMPLES,
    seed: int | None = None,
    scenarios: st.SearchStrategy[Scenario] | None = None,
) -> None:
    """Raise unless one more interaction of some kinds never lowers a score.

    Parameters
    ----------
    policy : Policy
        The policy.
    score : str
        The score.
    kinds : sequence of str
        The kinds of interactions of which that is meant.
    at_any_time : bool, default False
        Whether it may have happened at any time. By default it happens when somebody looks, after all others: an
        earlier one may take the place of a later one where ``at_most`` counts the first of a day, and be worth less.
    max_examples, seed, scenarios
        As for `deterministic`.

    Raises
    ------
    PropertyFailed
        With the smallest contact whose score falls, the interaction that lowers it among its history.
    UnknownNameError
        If the policy has no such score.
    InputError
        If there is no kind of a name.

    Examples
    --------
    >>> from leadqual import policies
    >>> engagement_never_lowers(policies.minimal(), "engagement", ["whitepaper_downloaded"], max_examples=20)
    """
    known_names(score, policy.score_ranges, "unknown-score", f"the policy has no score {score!r}", "score")
    node = Name(f"score.{score}")

    def value_of(scenario: Scenario) -> Any:
        return outcome(lambda: policy.evaluate(node, scenario.contact, scenario.history, at=scenario.at))

    def claim(example: tuple[Scenario, dict[str, Any], Moment]) -> str | None:
        scenario, after = example[0], with_more(example)
        before, now = value_of(scenario), value_of(after)
        if isinstance(before, Refused) or isinstance(now, Refused) or before is None or now is None:
            return None
        one = after.history[-1]
        said = f"{one.kind} at {one.occurred_at} lowers score.{score} from {before:g} to {now:g}"
        return said if now < before else None

    def with_more(example: tuple[Scenario, dict[str, Any], Moment]) -> Scenario:
        scenario, what, moment = example
        when = min(seen_from(policy, scenario.at)(moment), scenario.at) if at_any_time else scenario.at
        more = made(policy, {**what, "id": "one more", "occurred_at": when})
        return Scenario(scenario.contact, (*scenario.history, more), scenario.at)

    more = happenings(policy, chosen_kinds(policy, kinds))
    examples = st.tuples(scenarios_of(policy, scenarios), more, moments(policy))
    hold("engagement_never_lowers", policy, examples, claim, with_more, max_examples=max_examples, seed=seed)
