"""Why a condition is unknown: the names that are missing where it matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from leadqual.conditions.nodes import And, History, Name, Node, Or
from leadqual.conditions.walk import children
from leadqual.errors import EvaluationError, Place, Problem
from leadqual.model.contact import Contact
from leadqual.policy.funnel import Transition


def causes(node: Node, value_of: Callable[[Node], Any]) -> tuple[str, ...]:
    """Return what left a condition unknown: names, and questions to the history that have no answer.

    A missing value that could not have changed the answer is not among them: with ``a or b``, a missing ``a``
    does not matter while ``b`` is true.
    """
    return tuple(dict.fromkeys(_causes(node, value_of)))


def _causes(node: Node, value_of: Callable[[Node], Any]) -> Iterator[str]:
    if value_of(node) is not None:
        return
    if isinstance(node, Name | History):
        yield str(node)
        return
    parts = [part for part in children(node) if value_of(part) is None]
    if not parts and not isinstance(node, And | Or):
        yield str(node)  # its parts are known and it is not: a division by zero
    for part in parts:
        yield from _causes(part, value_of)


def unknown_refused(transition: Transition, names: Sequence[str], contact: Contact) -> EvaluationError:
    """Return the error of a transition that does not put up with an unknown condition (``on_unknown: error``)."""
    return EvaluationError(
        Problem(
            "unknown-condition",
            f"the transition {transition.id!r} cannot be decided for contact {contact.id!r}",
            Place("policy", rule=transition.id),
            f"nothing is known of {', '.join(names)}",
            "a known value, since the transition says on_unknown: error",
            "supply the value, ask for it with 'is not None', or write on_unknown: hold",
        )
    )
