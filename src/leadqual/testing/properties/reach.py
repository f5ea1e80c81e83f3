"""What every funnel keeps: each stage can be reached, and each but the declared ones can be left."""

from __future__ import annotations

from collections.abc import Iterable

from leadqual.lifecycle.policy import Policy
from leadqual.policy.funnel import Transition
from leadqual.proofs.conditions import possible
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.standing import standing_at
from leadqual.testing.libraries import st
from leadqual.testing.properties.failed import PropertyFailed
from leadqual.testing.properties.names import known_names
from leadqual.testing.properties.trying import EXAMPLES, Refused, broken_by, outcome, scenarios_of


def every_stage_reachable(
    policy: Policy,
    *,
    max_examples: int = EXAMPLES,
    seed: int | None = None,
    scenarios: st.SearchStrategy[Scenario] | None = None,
) -> dict[str, Scenario]:
    """Return for every stage a contact that stands there; raise unless there is one for each.

    They are built transition by transition, and where that does not succeed, looked for.

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

    Examples
    --------
    >>> from leadqual import policies
    >>> list(every_stage_reachable(policies.minimal()))
    ['lead', 'mql', 'customer']
    """
    examples = scenarios_of(policy, scenarios)
    found: dict[str, Scenario] = {}
    for stage in policy.stages:
        known = standing_at(policy, stage) or _looked_for(policy, stage, examples, max_examples, seed)
        if known is not None:
            found[stage] = known
    lacking = [stage for stage in policy.stages if stage not in found]
    if lacking:
        why = "; ".join(f"{stage!r}: {_why_not(policy, stage)}" for stage in lacking)
        raise PropertyFailed("every_stage_reachable", str(policy.ref), f"nobody comes to stand at {why}")
    return found


def _looked_for(
    policy: Policy, stage: str, examples: st.SearchStrategy[Scenario], max_examples: int, seed: int | None
) -> Scenario | None:
    def stands_there(scenario: Scenario) -> str | None:
        decision = outcome(lambda: scenario.decide(policy))
        return None if isinstance(decision, Refused) or decision.stage != stage else "found"

    found = broken_by(examples, stands_there, max_examples=max_examples, seed=seed)
    return None if found is None else found[0]


def _why_not(policy: Policy, stage: str) -> str:
    ways = [way for way in policy.transitions if way.target == stage]
    if not ways:
        return "no transition leads there"
    if all(_is_shut(policy, way) for way in ways):
        return f"{', '.join(way.id for way in ways)} can never fire, which is proved"
    return f"no contact was found that {' or '.join(way.id for way in ways)} brings there"


def no_dead_ends(policy: Policy, *, except_: Iterable[str] = ()) -> None:
    """Raise unless a transition that can fire leads away from every stage but those that are declared final.

    Parameters
    ----------
    policy : Policy
        The policy; its stages with ``final: true`` are meant to be the end.
    except_ : iterable of str
        Further stages that may be the end.

    Raises
    ------
    PropertyFailed
        With a contact that stands at the first such stage.
    UnknownNameError
        If the policy has no stage of a name in `except_`.

    Examples
    --------
    >>> from leadqual import policies
    >>> no_dead_ends(policies.sales())
    """
    allowed = known_names(except_, policy.stages, "unknown-stage", "the policy has no such stage", "except_")
    ends = {
        stage: why
        for stage, spec in policy.stages.items()
        if not spec.final and stage not in allowed and (why := _why_shut(policy, stage)) is not None
    }
    if ends:
        said = "; ".join(f"from {stage!r} {why}" for stage, why in ends.items())
        raise PropertyFailed("no_dead_ends", str(policy.ref), said, standing_at(policy, next(iter(ends))))


def _why_shut(policy: Policy, stage: str) -> str | None:
    """Return why nobody leaves a stage; None if it is not proved that nobody does."""
    ways = [way for way in policy.transitions if stage in way.source]
    if not ways:
        return "no transition leads away: declare it final: true if that is meant"
    if all(_is_shut(policy, way) for way in ways):
        return f"{', '.join(way.id for way in ways)} can never fire, which is proved"
    return None


def _is_shut(policy: Policy, way: Transition) -> bool:
    return way.when is not None and possible(policy, way.when).holds is False
