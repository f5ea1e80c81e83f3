"""The features of a training set: those that were asked for, or what the policy itself looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leadqual.conditions.handles import as_condition
from leadqual.conditions.nodes import History, Method, Name, Node
from leadqual.conditions.walk import walk
from leadqual.errors import ConditionError, InputError, LeadqualError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.model.catalogue import ValueType
from leadqual.proofs.trees import atoms_of, operands_of
from leadqual.scoring.features import FEATURE_TYPES, checked_features

Features = dict[Node, ValueType]
"""Each expression with what it yields, in the order of the columns."""


def asked_features(policy: Policy, given: Any) -> Features:
    """Return the features that were asked for, each once; raise `ConditionError` with every problem of them."""
    nodes = _read(given, "features")
    if not nodes:
        hint = "leave the argument out to take what the policy looks at"
        raise InputError(Problem("no-features", "there are no features", Place("features"), "none", hint=hint))
    return dict(zip(nodes, checked_features(nodes, policy), strict=True))


def allowed(given: Any) -> tuple[str, ...]:
    """Return the texts of the features that somebody vouches for; raise `LeadqualError` for what is no expression."""
    return tuple(map(str, _read(given, "allow")))


def _read(given: Any, source: str) -> list[Node]:
    """Return expressions, each once."""
    if isinstance(given, str) or not isinstance(given, Iterable) or isinstance(given, Mapping):
        message, expected = "these are no features", "a list of expressions, such as ['count(page_viewed)']"
        raise InputError(Problem("wrong-type", message, Place(source), shown(given), expected))
    nodes: dict[Node, None] = {}
    problems: list[Problem] = []
    for index, one in enumerate(given):
        try:
            nodes[as_condition(one)] = None
        except LeadqualError as error:
            problems += [problem.at(source=source, path=f"[{index}]") for problem in error.problems]
    if problems:
        raise ConditionError(problems)
    return list(nodes)


def own_features(policy: Policy) -> Features:
    """Return what a policy itself looks at, as features.

    These are its scores by rules; the names and the questions to the history in its rules and transitions; of rules
    that give points for each interaction, how many of these there are and how long ago the last one was. A text of
    which only a part is looked for is replaced by that question.

    Raises
    ------
    InputError
        If the policy looks at nothing.

    Examples
    --------
    >>> policy = Policy(name="tiny", scores={"heat": {"range": [0, 100], "rules": [
    ...     {"id": "size", "when": "company.employees >= 50", "points": 10},
    ...     {"id": "demo", "each": "demo_requested", "points": 40, "within": "30d"}]}})
    >>> [str(feature) for feature in own_features(policy)]
    ['company.employees', "count(demo_requested, within='30d')", 'days_since(demo_requested)', 'score.heat']
    """
    known: Features = {}
    for node in dict.fromkeys([*_looked_at(policy), *(Name(f"score.{name}") for name in policy.scores)]):
        try:
            (kind,) = checked_features([node], policy)
        except ConditionError:
            continue
        known[node] = kind
    if not known:
        message, hint = "the policy looks at nothing that could be a feature", "give features=[...]"
        raise InputError(Problem("no-features", message, Place("features"), str(policy), hint=hint))
    return known


def column_features(policy: Policy, columns: Iterable[str], besides: Iterable[str]) -> Features:
    """Return every field that a table of contacts has and a model can take, but for some."""
    there, fields = set(columns) - set(besides), policy.catalogue.fields
    names = [name for name in fields if name in there or name.removeprefix("contact.") in there]
    chosen = [name for name in names if name not in set(besides) and fields[name].type in FEATURE_TYPES]
    if not chosen:
        message, hint = "no column of the table is a field that a model can take", "declare the columns under fields:"
        raise InputError(Problem("no-features", message, Place("contacts"), hint=hint))
    return {Name(name): fields[name].type for name in chosen}


def _looked_at(policy: Policy) -> Iterator[Node]:
    for score in policy.scores.values():
        for rule in score.rules:
            if rule.when is not None:
                yield from _parts(policy, rule.when)
            if rule.each is not None:
                yield History("count", rule.each, None, rule.within)
                yield History("days_since", rule.each, None, None)
    for way in policy.transitions:
        if way.when is not None:
            yield from _parts(policy, way.when)


def _parts(policy: Policy, condition: Node) -> Iterator[Node]:
    """Yield what a condition looks at, or its smallest conditions where that could be no feature."""
    fields = policy.catalogue.fields
    for atom in atoms_of(condition):
        if any(isinstance(part, Method) for part in walk(atom)):
            yield atom
            continue
        for operand in operands_of(atom):
            if isinstance(operand, Name) and operand.path.split(".")[0] in ("score", "grade"):
                continue  # scores stand together, after what they are made of; a grade tells no more than its score
            several = isinstance(operand, Name) and fields[operand.path].type not in FEATURE_TYPES
            yield atom if several else operand
