"""All properties of a policy at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leadqual.cards.frame import text_card
from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import as_policy
from leadqual.testing.properties.agreement import engines_agree
from leadqual.testing.properties.answers import deterministic, json_round_trip, order_is_irrelevant
from leadqual.testing.properties.engagement import engagement_never_lowers
from leadqual.testing.properties.failed import PropertiesFailed, PropertyFailed
from leadqual.testing.properties.moving import composes_in_time, terminates, unknown_never_advances
from leadqual.testing.properties.names import known_names
from leadqual.testing.properties.reach import every_stage_reachable, no_dead_ends
from leadqual.testing.properties.trying import EXAMPLES

ALL: Final[tuple[Callable[..., Any], ...]] = (
    deterministic,
    order_is_irrelevant,
    composes_in_time,
    unknown_never_advances,
    every_stage_reachable,
    no_dead_ends,
    terminates,
    json_round_trip,
    engines_agree,
)
"""The properties that need nothing but a policy."""

_OF_A_FUNNEL: Final = ("composes_in_time", "every_stage_reachable", "no_dead_ends", "terminates")
_NAMES: Final = (*(one.__name__ for one in ALL), "engagement_never_lowers")


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a policy of which every property holds.

    Parameters
    ----------
    passed : tuple of str
        The properties that were tried.
    skipped : mapping of str to str
        Those that were not, and engines that cannot answer this policy, with the reason.
    """

    passed: tuple[str, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        return text_card(f"{len(self.passed)} properties hold, {len(self.skipped)} not tried\n{self}")

    def __str__(self) -> str:
        """Return a line for each property."""
        lines = [*(f"{name}: holds" for name in self.passed)]
        return "\n".join([*lines, *(f"{name}: not tried, {reason}" for name, reason in self.skipped.items())])


def check_policy(
    policy: Policy | str,
    *,
    skip: Iterable[str] = (),
    engagement: Mapping[str, Sequence[str]] | None = None,
    dead_ends: Iterable[str] = (),
    max_examples: int = EXAMPLES,
    seed: int | None = None,
) -> Checked:
    """Try every property that applies to a policy; raise one error with all that do not hold.

    Parameters
    ----------
    policy : Policy or str
        The policy, the name of one that ships, or a file.
    skip : iterable of str
        Properties to leave out, by name.
    engagement : mapping of str to sequence of str, optional
        For a score the kinds of interactions of which one more must never lower it (`engagement_never_lowers`).
    dead_ends : iterable of str
        Stages that may be the end, though they are not declared final.
    max_examples : int, default 100
        How many contacts are tried for each property.
    seed : int, optional
        Another number tries others; without one they are the same each time.

    Returns
    -------
    Checked
        The properties that hold, and what was not tried, with the reason.

    Raises
    ------
    PropertiesFailed
        With every property that does not hold, each with a contact that shows it.
    UnknownNameError
        If there is no property of a name in `skip`.

    Examples
    --------
    >>> from leadqual import policies
    >>> print(check_policy(policies.minimal(), skip=["engines_agree"], max_examples=5))
    deterministic: holds
    order_is_irrelevant: holds
    composes_in_time: holds
    unknown_never_advances: holds
    every_stage_reachable: holds
    no_dead_ends: holds
    terminates: holds
    json_round_trip: holds
    engines_agree: not tried, it is left out
    """
    policy = as_policy(policy)
    left_out = known_names(skip, _NAMES, "unknown-check", "there is no such property", "skip")
    passed: list[str] = []
    skipped: dict[str, str] = {}
    failures: list[PropertyFailed] = []
    for one in ALL:
        name, reason = one.__name__, _not_tried(one.__name__, policy, left_out)
        if reason is not None:
            skipped[name] = reason
            continue
        options: dict[str, Any] = {"max_examples": max_examples, "seed": seed}
        try:
            found = one(policy, **({"except_": dead_ends} if one is no_dead_ends else options))
        except PropertyFailed as failure:
            failures.append(failure)
            continue
        passed.append(name)
        if one is engines_agree:
            skipped |= {f"{name} ({engine})": said for engine, said in found.items() if said != "agrees"}
    for score, kinds in ({} if "engagement_never_lowers" in left_out else engagement or {}).items():
        try:
            engagement_never_lowers(policy, score, kinds, max_examples=max_examples, seed=seed)
            passed.append(f"engagement_never_lowers ({score})")
        except PropertyFailed as failure:
            failures.append(failure)
    if failures:
        raise PropertiesFailed(failures)
    return Checked(tuple(passed), skipped)


def _not_tried(name: str, policy: Policy, left_out: Sequence[str]) -> str | None:
    if name in left_out:
        return "it is left out"
    return "the policy has no stages" if name in _OF_A_FUNNEL and not policy.stages else None
