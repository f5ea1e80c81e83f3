"""Changes to a rule of a score, and to the groups that rules share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadqual.model.time import Duration
from leadqual.policy.fields import AtMost
from leadqual.policy.rules import DECAYS, Group, Rule, ScoreRules, Step
from leadqual.testing.mutation.operators.conditions import edits_of, selection_edits
from leadqual.testing.mutation.operators.edit import Edit, moved, moved_length


def rule_edits(rule: Rule) -> Iterator[tuple[str, Edit[Any]]]:
    """Yield every change of one option of a rule: the option, and the change to its value."""
    if rule.when is not None:
        yield from (("when", edit) for edit in edits_of(rule.when))
    if rule.each is not None:
        yield from (("each", edit) for edit in selection_edits(rule.each))
    yield "points", Edit("points turned", f"{rule.points:g}", f"{-rule.points:g}", -rule.points)
    yield from (("points", Edit("points moved", f"{rule.points:g}", f"{to:g}", to)) for to in moved(rule.points) if to)
    yield from _windows(rule)
    yield from _limits(rule)
    if rule.group is not None:
        yield "group", Edit("group left", rule.group, "", None)


def _windows(rule: Rule) -> Iterator[tuple[str, Edit[Any]]]:
    if rule.within is not None:
        yield "within", Edit("within removed", str(rule.within), "", None)
        yield from (("within", edit) for edit in _lengths("within moved", rule.within))
    for name in DECAYS:
        found = getattr(rule, name)
        if found is not None:
            yield name, Edit("decay removed", _told(found), "", None)
            yield from ((name, edit) for edit in _decays(found))


def _decays(decay: Duration | Step) -> Iterator[Edit[Any]]:
    if isinstance(decay, Duration):
        yield from _lengths("decay moved", decay)
        return
    others = [decay.model_copy(update={"every": every}) for every in moved_length(decay.every)]
    others += [decay.model_copy(update={"lose": lose}) for lose in moved(decay.lose) if 0 < lose <= 1]
    yield from (Edit("decay moved", _told(decay), _told(other), other) for other in others)


def _told(decay: Duration | Step) -> str:
    return f"{decay.lose:g} every {decay.every}" if isinstance(decay, Step) else str(decay)


def _lengths(operator: str, length: Duration) -> Iterator[Edit[Duration]]:
    yield from (Edit(operator, str(length), str(other), other) for other in moved_length(length))


def _limits(rule: Rule) -> Iterator[tuple[str, Edit[Any]]]:
    if rule.cap is not None:
        yield "cap", Edit("cap removed", f"{rule.cap:g}", "", None)
        yield from (("cap", edit) for edit in _caps(rule.cap))
    if rule.at_most is not None:
        limit = rule.at_most
        yield "at_most", Edit("at most removed", str(limit), "", None)
        counts = [AtMost(to, limit.per, limit.rolling) for to in (limit.count - 1, limit.count + 1) if to > 0]
        for other in (*counts, *(AtMost(limit.count, per, limit.rolling) for per in moved_length(limit.per))):
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
