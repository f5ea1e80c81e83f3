"""Holding approaches against the policy whose stages, scores and grades they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadqual.conditions.check import check_condition, check_selection
from leadqual.errors import Place, PolicyError, Problem, path_text
from leadqual.outreach.approach.plan import Approach
from leadqual.policy.document import PolicyDocument

if TYPE_CHECKING:
    from leadqual.outreach.approach.document import Approaches


def problems_under(approaches: Approaches, policy: PolicyDocument) -> list[Problem]:
    """Return every problem that the conditions of approaches have under a policy."""
    found = []
    for index, approach in enumerate(approaches.approaches):
        for part, problem in _problems(approach, policy):
            place = Place(approaches.name, path=path_text(("approaches", index, *part)), rule=approach.id)
            found.append(Problem(problem.code, problem.message, place, problem.found, problem.expected, problem.hint))
    return found


def _problems(approach: Approach, policy: PolicyDocument) -> Iterator[tuple[tuple[str | int, ...], Problem]]:
    if approach.when is not None:
        for problem in check_condition(approach.when, policy.catalogue, single_currency=policy.currency is not None):
            yield ("when",), problem
    for part, selections in (("answers", approach.answers), ("done", approach.done)):
        for index, selection in enumerate(selections):
            for problem in check_selection(selection, policy.catalogue):
                yield (part, index), problem


def must_fit(approaches: Approaches, policy: PolicyDocument) -> None:
    """Raise `PolicyError` if the conditions of approaches do not fit a policy.

    The approaches were written for another policy then: the error names every stage, grade and field that this one
    lacks.
    """
    if problems := problems_under(approaches, policy):
        said = f"approaches {approaches.ref} under the policy {policy.ref}"
        raise PolicyError(problem.at(source=said) for problem in problems)
