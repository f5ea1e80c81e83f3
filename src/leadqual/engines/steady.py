"""What time alone does not change, and what depends on the profile alone."""

from __future__ import annotations

from typing import Final

from leadqual.conditions.nodes import History, Name, Node
from leadqual.conditions.walk import walk
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Bands, Rule

_FROM_THE_HISTORY: Final = ("contact.roles", "contact.is_customer")


def is_steady(node: Node, policy: PolicyDocument) -> bool:
    """Return whether an expression keeps its value while no interaction happens and the stage stays."""
    return all(_part_is_steady(part, policy) for part in walk(node))


def _part_is_steady(part: Node, policy: PolicyDocument) -> bool:
    match part:
        case History(function):
            return part.within is None and function != "days_since"
        case Name("days_in_stage"):
            return False
        case Name(path) if path.startswith("consent."):
            return False  # a consent that stands on the contact begins at its own instant
        case Name(path) if path.startswith(("score.", "grade.")):
            scores = scores_behind(path, policy)
            return all(name in policy.scores and _score_is_steady(name, policy) for name in scores)
        case _:
            return True


def _score_is_steady(name: str, policy: PolicyDocument) -> bool:
    return all(_rule_is_steady(rule, policy) for rule in policy.scores[name].rules)


def _rule_is_steady(rule: Rule, policy: PolicyDocument) -> bool:
    if rule.when is not None:
        return is_steady(rule.when, policy)
    return all(option is None for option in (rule.within, rule.half_life, rule.linear, rule.step))


def reads_profile_only(name: str, policy: PolicyDocument) -> bool:
    """Return whether a score depends on nothing but fields of the contact and its company."""
    if name not in policy.scores:
        return False
    conditions = [rule.when for rule in policy.scores[name].rules]
    return all(when is not None and _is_profile(when, policy) for when in conditions)


def _is_profile(node: Node, policy: PolicyDocument) -> bool:
    for part in walk(node):
        if isinstance(part, History):
            return False
        if isinstance(part, Name):
            owner, _, name = part.path.partition(".")
            of_profile = owner in ("contact", "company") and part.path not in _FROM_THE_HISTORY
            if not of_profile and not (owner == "score" and reads_profile_only(name, policy)):
                return False
    return True


def scores_behind(path: str, policy: PolicyDocument) -> list[str]:
    """Return the scores that ``score.x`` or ``grade.x`` is made of directly."""
    owner, _, name = path.partition(".")
    if owner == "score":
        return [name]
    declared = policy.grades[name]
    if isinstance(declared, Bands):
        return [declared.score]
    return [*scores_behind(f"grade.{declared.rows}", policy), *scores_behind(f"grade.{declared.columns}", policy)]
