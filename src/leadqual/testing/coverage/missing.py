"""Whether a part of a condition can be unknown at all: only then is it asked for."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args

from leadqual.conditions.nodes import Arithmetic, History, IsMissing, Items, Literal, Name, Node
from leadqual.conditions.walk import children
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Grid
from leadqual.proofs.scope import Scope


def can_be_missing(node: Node, scope: Scope) -> bool:
    """Return whether an expression may have no value; where that cannot be told, it may.

    Examples
    --------
    >>> from leadqual import policies
    >>> from leadqual.conditions.parse import parse_condition
    >>> scope = Scope(policies.sales())
    >>> [can_be_missing(parse_condition(text), scope) for text in ("score.fit >= 2", "company.employees >= 2")]
    [False, True]
    """
    match node:
        case Literal() | Items() | IsMissing() | Name("days_in_stage"):
            return False  # whoever is tried stands in a stage, and so has entered it
        case Name(path) if scope.kind is None and path.startswith("grade."):
            return _grade_can_be_missing(path.partition(".")[2], scope.policy)
        case Name(path) if scope.kind is not None and _is_required(scope.kind, path):
            return False
        case Name() | History():
            return scope.can_be_missing(node)
        case Arithmetic(left, "/", divisor):
            never_zero = isinstance(divisor, Literal) and divisor.value != 0
            return can_be_missing(left, scope) if never_zero else True
        case _:
            return any(can_be_missing(part, scope) for part in children(node))


def _is_required(kind: str, name: str) -> bool:
    """Return whether the class of a built-in kind has a property that is always there."""
    info = BUILT_IN[kind].model_fields.get(name) if kind in BUILT_IN else None
    return info is not None and not _is_optional(info.annotation)


def _is_optional(annotation: Any) -> bool:
    return annotation is NoneType or any(map(_is_optional, get_args(annotation)))


def _grade_can_be_missing(name: str, policy: PolicyDocument) -> bool:
    """Return whether a grade may be none: its score may lie below every band, or be missing."""
    grade = policy.grades[name]
    if isinstance(grade, Grid):
        return any(_grade_can_be_missing(side, policy) for side in (grade.rows, grade.columns))
    return grade.score not in policy.scores or min(grade.bands.values()) > policy.scores[grade.score].range[0]
