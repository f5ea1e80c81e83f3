"""Features: the expressions of the conditions language that a model can take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from leadqual.conditions.check import check_value
from leadqual.conditions.nodes import Node
from leadqual.errors import ConditionError, Place, Problem
from leadqual.model.catalogue import ValueType
from leadqual.policy.document import PolicyDocument

FEATURE_TYPES: Final = (ValueType.NUMBER, ValueType.BOOLEAN, ValueType.TEXT)
OF_THE_FUNNEL: Final = ("stage", "days_in_stage")
"""No feature reads them: a score that guards transitions would depend on what depends on it."""


def checked_features(nodes: Sequence[Node], policy: PolicyDocument) -> list[ValueType]:
    """Return what each expression yields; raise `ConditionError` with every problem of those that are no feature."""
    catalogue = policy.catalogue.without(OF_THE_FUNNEL)
    problems: list[Problem] = []
    types: list[ValueType] = []
    for index, node in enumerate(nodes):
        entry, found = check_value(node, catalogue, single_currency=policy.currency is not None)
        if entry is not None and entry.type not in FEATURE_TYPES:
            message, expected = f"{entry.type.spoken} is no feature", "a number, a condition or a text"
            found = [*found, Problem("bad-feature", message, Place(), str(node), expected)]
        problems += [problem.at(source="features", path=f"[{index}]") for problem in found]
        types += [] if entry is None else [entry.type]
    if problems:
        raise ConditionError(problems)
    return types
