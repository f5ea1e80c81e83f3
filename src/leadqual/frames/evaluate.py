"""Any expression of the conditions language for every contact of two tables: features, segments, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadqual.conditions.check import check_value
from leadqual.conditions.handles import Handle, as_condition
from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import names
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.engines.tables.contact import OF_THE_FUNNEL
from leadqual.engines.tables.native import open_table
from leadqual.errors import ConditionError, InputError, Place, Problem, shown
from leadqual.frames.opened import Check, check_arguments, opened
from leadqual.frames.outside import given_scores
from leadqual.frames.replay import standings
from leadqual.lifecycle.policy import Policy
from leadqual.model.catalogue import ValueType

Expressions = Mapping[str, str | Handle | Node] | Sequence[str | Handle]
"""Expressions by the names of their columns, or a list of them, each its own name."""


def evaluate(
    policy: Policy,
    expressions: Expressions,
    contacts: Any,
    interactions: Any,
    *,
    at: datetime,
    check: Check | None = None,
) -> Any:
    """Return the values of expressions for every contact, a column each, in a table of the kind that came.

    The values are those of `Policy.evaluate` for each contact.

    Parameters
    ----------
    policy : Policy
        Whose names, kinds, scores and grades the expressions use.
    expressions : mapping of str to expression, or list of expressions
        Conditions, numbers, texts: ``{"pages": "count(page_viewed, within='30d')"}``. A list names each column by its
        text. ``stage`` and ``days_in_stage`` are those of `leadqual.frames.standings`, which is worked out first.
    contacts, interactions, at, check
        As for `leadqual.frames.score`.

    Returns
    -------
    table
        ``contact_id`` and a column an expression: numbers as floats, conditions as booleans (null is unknown).

    Raises
    ------
    ConditionError
        With every problem of the expressions.
    InputError, UnsupportedError
        As for `leadqual.frames.score`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import polars as pl
    >>> from leadqual import Policy
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"]})
    >>> demos = pl.DataFrame({"contact_id": ["c-2"], "interaction_id": ["i-1"], "kind": ["demo_requested"],
    ...     "occurred_at": [datetime(2026, 11, 20, 12, tzinfo=UTC)]})
    >>> asked = {"demos": "count(demo_requested)", "days": "days_since(demo_requested)"}
    >>> evaluate(Policy(name="none"), asked, contacts, demos, at=datetime(2026, 11, 22, tzinfo=UTC)).rows()
    [('c-1', 0.0, None), ('c-2', 1.0, 1.5)]
    """
    check_arguments(policy, at, check)
    typed = _typed(policy, expressions)
    nodes = [node for node, _ in typed.values()]
    tables = opened(policy, contacts, interactions, at, check=check, expressions=nodes)
    given = given_scores(policy, contacts, interactions, tables, at)
    stood = None
    if any(name in OF_THE_FUNNEL for node in nodes for name in names(node)):
        # The rows have been looked at, unless they are not to be.
        again: Check = "columns" if tables.repeated else "trusted"
        stood = open_table(standings(policy, contacts, interactions, at=at, check=again), "contacts")
    return tables.engine(policy, at, given, stood).evaluated(typed)


def _typed(policy: Policy, expressions: Any) -> dict[str, tuple[Node, ValueType]]:
    """Return the expressions with what they yield; raise `ConditionError` with every problem of them."""
    if isinstance(expressions, str | Handle):
        expressions = [expressions]
    if not isinstance(expressions, Mapping | Sequence):
        hint = "frames.evaluate(policy, {'pages': 'count(page_viewed)'}, contacts, interactions, at=...)"
        message, expected = "there are no expressions", "a mapping of names to expressions, or a list of them"
        raise InputError(Problem("wrong-type", message, Place("expressions"), shown(expressions), expected, hint))
    named = expressions if isinstance(expressions, Mapping) else {str(one): one for one in expressions}
    typed, problems = {}, []
    for name, given in named.items():
        if not isinstance(name, str) or name == CONTACT_ID:
            problems.append(_bad_name(name))
            continue
        try:
            node = as_condition(given)
        except ConditionError as error:
            problems += [problem.at(path=f"expressions[{name!r}]") for problem in error.problems]
            continue
        entry, found = check_value(node, policy.catalogue, single_currency=policy.currency is not None)
        problems += [problem.at(path=f"expressions[{name!r}]") for problem in found]
        if entry is not None:
            typed[name] = (node, entry.type)
    if problems:
        raise ConditionError(problems)
    return typed


def _bad_name(name: Any) -> Problem:
    place = Place(path=f"expressions[{name!r}]")
    if name == CONTACT_ID:
        message = "the column of the contacts' ids has this name"
        return Problem("already-declared", message, place, shown(name), "another name")
    return Problem("wrong-type", "the name of a column is no text", place, shown(name), "a text")
