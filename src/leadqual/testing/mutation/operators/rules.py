"""Changes to a rule of a score, and to the groups that rules share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadqual.policy.fields import AtMost
from leadqual.policy.rules import DECAYS, Group, Rule, ScoreRules
from leadqual.testing.mutation.operators.conditions import edits_of, selection_edits
from leadqual.testing.mutation.operators.edit import Edit, moved


def rule_edits(rule: Rule) -> Iterator[tuple[str, Edit[Any]]]:
    """Yield every change of one option of a rule: the option, and the change to its value."""
    if rule.when is not None:
        yield from (("when", edit) for edit in edits_of(rule.when))
    if rule.each is not None:
        yield from (("each", edit) for edit in selection_edits(rule.each))
    yield "points", Edit("points turned", f"{rule.points:g}", f"{-rule.points:g}", -rule.points)
    yield from _windows(rule)
    yield from _limits(rule)
    if rule.group is not None:
        yield "group", Edit("group left", rule.group, "", None)


def _windows(rule: Rule) -> Iterator[tuple[str, Edit[Any]]]:
    if rule.within is not None:
        yield "within", Edit("within removed", str(rule.within), "", None)
    for name in DECAYS:
        found = getattr(rule, name)
        if found is not None:
            before = f"{found.lose:g} every {found.every}" if name == "step" else str(found)
            yield name, Edit("decay removed", before, "", None)


def _limits(rule: Rule) -> Iterator[tuple[str, Edit[Any]]]:
    if rule.cap is not None:
        yield "cap", Edit("cap removed", f"{rule.cap:g}", "", None)
        yield from (("cap", edit) for edit in _caps(rule.cap))
    if rule.at_most is not None:
        limit = rule.at_most
        yield "at_most", Edit("at most removed", str(limit), "", None)
        for count in (limit.count - 1, limit.count + 1):
            if count > 0:
                other = AtMost(count, limit.per, limit.rolling)
                yield "at_most", Edit("at most moved", str(limit), str(other), other)


def _caps(cap: float) -> Iterator[Edit[float]]:
    yield from (Edit("cap moved", f"{cap:g}", f"{other:g}", other) for other in moved(cap) if other > 0)


def group_edits(group: Group) -> Iterator[Edit[float]]:
    """Yield every change to the cap that the rules of a group share."""
    yield from _caps(group.cap)


def without_group(score: ScoreRules, name: str) -> ScoreRules:
    """Return a score without a group; its rules are capped together no more."""
    rules = [rule.model_copy(update={"group": None}) if rule.group == name else rule for rule in score.rules]
    groups = {other: group for other, group in score.groups.items() if other != name}
    return score.model_copy(update={"rules": tuple(rules), "groups": groups})
