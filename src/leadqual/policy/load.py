"""From a document to a policy, or to every problem of it with its file and line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leadqual.errors import PolicyError, Problem
from leadqual.policy.check import check_policy
from leadqual.policy.declare import fields_of_class, kinds_of_classes
from leadqual.policy.recover import UNCHECKED, Parts, part_at, parts_of, problems_of_the_rest
from leadqual.policy.source import Source

if TYPE_CHECKING:
    from leadqual.policy.document import PolicyDocument

P = TypeVar("P", bound="PolicyDocument")
_AT_THE_KEY: Final = ("unknown-field", "already-declared", "bad-name")


def load_policy(cls: type[P], source: Source, *, contact: Any = None, interactions: Any = ()) -> P:
    """Build a policy from a document that was read; raise `PolicyError` with every problem at its line."""
    if not isinstance(source.data, dict):
        found, expected = type(source.data).__name__, "a mapping that begins with name: and version:"
        problem = Problem("not-a-policy", "the document is no policy", source.locate(()), found, expected)
        raise PolicyError(problem)
    data = {
        **source.data,
        **_merged(source.data, "fields", {} if contact is None else fields_of_class(contact)),
        **_merged(source.data, "interactions", kinds_of_classes(interactions)),
    }
    try:
        policy = cls.model_validate(data, context=UNCHECKED)
        problems = check_policy(policy)
    except PolicyError as error:
        problems = [*error.problems, *problems_of_the_rest(cls, data, error.problems)]
    if problems:
        raise PolicyError(_in_order(located(problem, source) for problem in problems))
    return policy


def located(problem: Problem, source: Source) -> Problem:
    """Return a problem of a policy with the line in the document that the policy was read from."""
    parts = parts_of(problem.place.path)
    place = source.locate(parts, key=problem.code in _AT_THE_KEY)
    rule = problem.place.rule or _rule_at(source.data, parts)
    return problem.at(source=place.source, line=place.line, column=place.column, rule=rule)


def _merged(data: dict[str, Any], name: str, declared: dict[str, Any]) -> dict[str, Any]:
    """Return what classes declare together with what the document declares under the same heading."""
    written = data.get(name) or {}
    return {name: {**declared, **written}} if declared and isinstance(written, dict) else {}


def _rule_at(data: Any, parts: Parts) -> str | None:
    """Return the id of the rule or transition that a place lies in, where it has one."""
    depth = next((index for index, part in enumerate(parts) if isinstance(part, int)), None)
    entry = None if depth is None else part_at(data, parts[: depth + 1])
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    once = dict.fromkeys(problems)
    return sorted(once, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
