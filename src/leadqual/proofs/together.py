"""Two policies as one: what they declare alike is one thing, what differs stands beside it under another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadqual.conditions.nodes import Name, Node
from leadqual.conditions.walk import replaced
from leadqual.lifecycle.policy import Policy
from leadqual.policy.rules import Bands, Grid, Rule, ScoreRules
from leadqual.proofs.trees import operands_of

_SUFFIX: Final = "_new"


class Unlike(Exception):
    """What two policies declare so differently that nothing can be said of both at once."""


@dataclass(frozen=True)
class Together:
    """Two policies as one.

    Attributes
    ----------
    policy : Policy
        The names of both.
    names : mapping of Node to Node
        How names of the new policy are called in it.
    days : Name
        The days that a contact stands in its stage under the new policy; under the old one they keep their name.
    """

    policy: Policy
    names: Mapping[Node, Node]
    days: Name

    def of_new(self, node: Node) -> Node:
        """Return a condition of the new policy in the names of both."""
        return replaced(node, self.names)


def together(old: Policy, new: Policy) -> Together:
    """Return two policies as one; raise `Unlike` where they mean different things by one name of a field or kind."""
    _check_alike(old, new)
    taken = {*old.score_ranges, *new.score_ranges, *old.grades, *new.grades, *old.fields, *new.fields}
    names: dict[Node, Node] = {}
    scorers, scores, grades = dict(old.scorers), dict(old.scores), dict(old.grades)
    attached = dict(old.attached_scorers)
    for name, spec in new.scorers.items():
        same = old.scorers.get(name) == spec and attached.get(name) is new.attached_scorers.get(name)
        called = name if same else _renamed("score", name, taken, names)
        scorers[called] = spec
        if name in new.attached_scorers:
            attached[called] = new.attached_scorers[name]
    for name, rules in new.scores.items():
        if not _scores_alike(old.scores.get(name), rules, names):
            scores[_renamed("score", name, taken, names)] = _rewritten(rules, names)
    for name, grade in new.grades.items():
        if not _grades_alike(old.grades.get(name), grade, names):
            grades[_renamed("grade", name, taken, names)] = _regraded(grade, names)
    days = _free("days_in_stage", taken)
    policy = Policy(
        name="together",
        fields={**old.fields, **new.fields, days: {"type": "number"}},
        interactions={**old.interactions, **new.interactions},
        currency=old.currency,
        scorers=scorers,
        scores=scores,
        grades=grades,
        stages={**new.stages, **old.stages} if old.stages == new.stages else _one_initial(old, new),
    )
    policy._scorers = attached
    return Together(policy, names, Name(f"contact.{days}"))


def _one_initial(old: Policy, new: Policy) -> dict[str, Any]:
    stages = dict.fromkeys([*old.stages, *new.stages])
    return {name: {"initial": name == (old.initial_stage or new.initial_stage)} for name in stages}


def _check_alike(old: Policy, new: Policy) -> None:
    for what, mine, theirs in (("field", old.fields, new.fields), ("kind", old.interactions, new.interactions)):
        for name in mine.keys() & theirs.keys():
            if _bare(mine[name]) != _bare(theirs[name]):
                raise Unlike(f"the {what} {name!r} is declared in two ways")
    if old.currency != new.currency:
        raise Unlike("amounts are added in different currencies, or at different rates")


def _bare(model: Any) -> Any:
    """Return what a part of a document says, without what it tells people."""
    return _without_words(model.model_dump(mode="json"))


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_words(part) for name, part in value.items() if name != "description"}
    return [_without_words(part) for part in value] if isinstance(value, list) else value


def _renamed(owner: str, name: str, taken: set[str], names: dict[Node, Node]) -> str:
    called = _free(name, taken)
    names[Name(f"{owner}.{name}")] = Name(f"{owner}.{called}")
    return called


def _free(name: str, taken: set[str]) -> str:
    called = f"{name[:80]}{_SUFFIX}"
    while called in taken:
        called += "_"
    taken.add(called)
    return called


def _scores_alike(old: ScoreRules | None, new: ScoreRules, names: Mapping[Node, Node]) -> bool:
    if old is None or _bare(old) != _bare(new):
        return False
    return not any(operand in names for rule in new.rules if rule.when for operand in operands_of(rule.when))


def _rewritten(rules: ScoreRules, names: Mapping[Node, Node]) -> ScoreRules:
    return rules.model_copy(update={"rules": tuple(_rule(rule, names) for rule in rules.rules)})


def _rule(rule: Rule, names: Mapping[Node, Node]) -> Rule:
    return rule if rule.when is None else rule.model_copy(update={"when": replaced(rule.when, names)})


def _grades_alike(old: Bands | Grid | None, new: Bands | Grid, names: Mapping[Node, Node]) -> bool:
    if old is None or type(old) is not type(new) or _bare(old) != _bare(new):
        return False
    if isinstance(new, Bands):
        return Name(f"score.{new.score}") not in names
    return not {Name(f"grade.{new.rows}"), Name(f"grade.{new.columns}")} & names.keys()


def _regraded(grade: Bands | Grid, names: Mapping[Node, Node]) -> Bands | Grid:
    def called(owner: str, name: str) -> str:
        known = Name(f"{owner}.{name}")
        return str(names.get(known, known)).partition(".")[2]

    if isinstance(grade, Bands):
        return grade.model_copy(update={"score": called("score", grade.score)})
    return grade.model_copy(update={"rows": called("grade", grade.rows), "columns": called("grade", grade.columns)})
