"""Which options of a rule can make a difference at all; of the others nothing is asked."""

from __future__ import annotations

import math

from leadqual.policy.rules import Rule, ScoreRules
from leadqual.proofs.times import most_points


def can_be_capped(rule: Rule) -> bool:
    """Return whether a rule can give more than its cap."""
    return rule.cap is not None and most_points(rule) > rule.cap


def group_can_be_capped(score: ScoreRules, group: str) -> bool:
    """Return whether the rules of a group can give more than its cap."""
    members = [rule for rule in score.rules if rule.group == group]
    capped = [(rule, math.inf if rule.cap is None else rule.cap) for rule in members]
    up = math.fsum(min(most_points(rule), cap) for rule, cap in capped if rule.points > 0)
    down = math.fsum(min(most_points(rule), cap) for rule, cap in capped if rule.points < 0)
    return max(up, down) > score.groups[group].cap


def can_fade(rule: Rule) -> bool:
    """Return whether an interaction can be counted for less than its whole points."""
    if rule.step is not None:
        return rule.within is None or rule.within > rule.step.every
    return rule.half_life is not None or rule.linear is not None
