"""What every answer keeps: the same each time, whatever the order, and through JSON."""

from __future__ import annotations

from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.model.standing import Standing
from leadqual.proofs.scenario import Scenario
from leadqual.testing.properties.failed import PropertyFailed
from leadqual.testing.properties.trying import Claim, Refused, difference, of_scenarios, outcome


@of_scenarios
def deterministic(policy: Policy) -> Claim[Scenario]:
    """Raise unless deciding the same contact again gives the same bytes, also with the policy compiled anew.

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

    Raises
    ------
    PropertyFailed
        With the smallest contact that was found to break it.

    Examples
    --------
    >>> from leadqual import policies
    >>> deterministic(policies.minimal(), max_examples=10)
    """
    other = policy.model_copy(update={"name": policy.name})

    def claim(scenario: Scenario) -> str | None:
        first = _json(policy, scenario)
        for what, again in (("asked again", policy), ("compiled anew", other)):
            second = _json(again, scenario)
            if first != second:
                return f"{what}, the policy answers otherwise: {difference(str(first), str(second))}"
        return None

    return claim


@of_scenarios
def order_is_irrelevant(policy: Policy) -> Claim[Scenario]:
    """Raise unless a history means the same in any order, and with every interaction given twice.

    The parameters and errors are those of `deterministic`.
    """

    def claim(scenario: Scenario) -> str | None:
        first = _json(policy, scenario)
        by_id = sorted(scenario.history, key=lambda one: one.id)
        ways = {
            "backwards": scenario.history[::-1],
            "ordered by id": by_id,
            "ordered by id backwards": by_id[::-1],
            "given twice": (*scenario.history, *(one.model_copy() for one in scenario.history)),
        }
        for how, history in ways.items():
            second = _json(policy, Scenario(scenario.contact, tuple(history), scenario.at))
            if first != second:
                return f"the history {how} is decided otherwise: {difference(str(first), str(second))}"
        return None

    return claim


@of_scenarios
def json_round_trip(policy: Policy) -> Claim[Scenario]:
    """Raise unless the policy, its decisions and its standings come back from text as they were.

    The parameters and errors are those of `deterministic`.
    """
    ways = {"YAML": lambda: Policy.loads(policy.to_yaml()), "plain data": lambda: Policy(**policy.to_dict())}
    for how, read_back in ways.items():
        again = outcome(read_back)
        if isinstance(again, Refused) or again.content_hash != policy.content_hash:
            raise PropertyFailed("json_round_trip", str(policy.ref), f"read back from {how} the policy is another one")

    def claim(scenario: Scenario) -> str | None:
        decision = outcome(lambda: scenario.decide(policy))
        if isinstance(decision, Refused):
            return None
        text = decision.model_dump_json()
        read = Decision.model_validate_json(text)
        if read != decision or read.model_dump_json() != text:
            return f"the decision comes back as another one: {difference(text, read.model_dump_json())}"
        standing = Standing.model_validate_json(decision.standing.model_dump_json())
        after = policy.decide(scenario.contact, scenario.history, at=scenario.at, standing=standing)
        if (after.standing, after.moves) != (decision.standing, ()):
            return f"from the standing that was read back it goes on to {after.stage!r} at once"
        return None

    return claim


def _json(policy: Policy, scenario: Scenario) -> str | Refused:
    found: str | Refused = outcome(lambda: scenario.decide(policy).model_dump_json())
    return found
