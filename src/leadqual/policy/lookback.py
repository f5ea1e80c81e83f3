"""How far back an interaction can matter to a policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import histories, names
from leadqual.policy.rules import Rule

if TYPE_CHECKING:
    from leadqual.policy.document import PolicyDocument

_WHOLE_HISTORY_NAMES: Final = ("contact.roles", "contact.is_customer")


def lookback_of(policy: PolicyDocument) -> int | None:
    """Return the longest window of a policy in microseconds; None if one of its questions has no window."""
    reaches = list(_reaches(policy))
    if None in reaches:
        return None
    return max((reach for reach in reaches if reach is not None), default=0)


def _reaches(policy: PolicyDocument) -> Iterator[int | None]:
    if policy.scorers:
        yield None  # a scorer object may look at everything
    for score in policy.scores.values():
        for rule in score.rules:
            yield _rule_reach(rule)
            if rule.when is not None:
                yield from _condition_reaches(rule.when)
    for transition in policy.transitions:
        if transition.when is not None:
            yield from _condition_reaches(transition.when)


def _rule_reach(rule: Rule) -> int | None:
    if rule.each is None:
        return 0
    windows = [window.micros for window in (rule.within, rule.linear) if window is not None]
    if not windows:
        return None
    if rule.at_most is None:
        return min(windows)
    # What counted before decides what counts now: within the same window of the calendar, or without end.
    return None if rule.at_most.rolling else min(windows) + rule.at_most.per.micros


def _condition_reaches(node: Node) -> Iterator[int | None]:
    for question in histories(node):
        yield None if question.within is None else question.within.micros
    if any(name.startswith("consent.") or name in _WHOLE_HISTORY_NAMES for name in names(node)):
        yield None
