"""Scenarios at which a condition is true, false or unknown: put together from what it asks for, never sifted out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from leadqual.conditions.check import check_condition
from leadqual.conditions.handles import Handle, as_condition
from leadqual.conditions.nodes import Name, Node
from leadqual.errors import ConditionError, InputError, Place, Problem
from leadqual.lifecycle.policy import Policy
from leadqual.model.base import Model
from leadqual.model.contact import Company, Contact
from leadqual.proofs.realise import realise
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.solve import ANSWERS, Assignment, some_solutions
from leadqual.proofs.witness import answer_for
from leadqual.testing.libraries import st
from leadqual.testing.strategies.contacts import contact_fields, placed_contact
from leadqual.testing.strategies.instants import instants, seen_from
from leadqual.testing.strategies.reading import reading
from leadqual.testing.strategies.values import told_apart

_MOST_CASES: Final = 24
_STEPS: Final = 4_000


def satisfying(
    policy: Policy, condition: str | Handle | Node, answer: bool | None = True
) -> st.SearchStrategy[Scenario]:
    """Return a strategy for scenarios at which a condition has an answer.

    What the condition asks of each field and of the history is put together, and a contact is built from it: values
    at thresholds and beside them, listed ones and others. Nothing is drawn and thrown away.

    Parameters
    ----------
    policy : Policy
        What the names mean.
    condition : str, Handle or Node
        The condition, such as ``"grade.fit == 'A' and score.intent >= 30"``.
    answer : bool or None, default True
        True, False, or None for unknown.

    Raises
    ------
    ConditionError
        If the condition does not fit the policy.
    InputError
        If no contact was found for which it has that answer (code ``no-such-contact``).

    Examples
    --------
    >>> from hypothesis import find
    >>> from leadqual import policies
    >>> found = find(satisfying(policies.sales(), "score.intent >= 30"), lambda scenario: True)
    >>> found.decide(policies.sales()).scores["intent"].value >= 30
    True
    """
    node = as_condition(condition)
    problems = check_condition(node, policy.catalogue, single_currency=policy.currency is not None)
    if problems:
        raise ConditionError(problem.at(source="condition") for problem in problems)
    cases = _cases(policy, node, answer)
    if not cases:
        said = "unknown" if answer is None else str(answer).lower()
        message = f"no contact was found for which the condition is {said}"
        hint = "leadqual.analysis.implies and equivalent may prove that there is none"
        raise InputError(Problem("no-such-contact", message, Place("condition"), str(node), hint=hint))
    return _scenarios(policy, node, answer, cases)


@lru_cache(maxsize=256)
def _cases(policy: Policy, node: Node, answer: bool | None) -> tuple[tuple[Assignment, Scenario], ...]:
    """Return the ways in which a condition has an answer for which a contact can be built, each with one."""
    found = []
    for cells in _assignments(policy, node, answer):
        scenario = realise(policy, cells)
        if scenario is not None and answer_for(policy, scenario, node) is answer:
            found.append((cells, scenario))
    return tuple(sorted(found, key=lambda pair: len(str(pair[1]))))


def _assignments(policy: Policy, node: Node, answer: bool | None) -> Iterator[Assignment]:
    asked = [(node, ANSWERS[answer])]
    for thorough in (False, True):
        yield from some_solutions(policy, asked, _MOST_CASES // 2, thorough=thorough, steps=_STEPS)


def _scenarios(
    policy: Policy, node: Node, answer: bool | None, cases: Sequence[tuple[Assignment, Scenario]]
) -> st.SearchStrategy[Scenario]:
    others, _ = contact_fields(policy, None, {})
    when, plain_names = instants(policy), _plain_names(policy)
    free = {id(cells): _values_within(policy, cells) for cells, _ in cases}

    @st.composite
    def scenarios(draw: st.DrawFn) -> Scenario:
        cells, plain = cases[draw(st.integers(0, len(cases) - 1))]

        def choose(values: Sequence[Any]) -> Any:
            return values[draw(st.integers(0, len(values) - 1))] if len(values) > 1 else values[0]

        at = draw(st.just(plain.at) | when)
        found = realise(policy, cells, at=at, choose=choose) or plain
        varied = _with_more(found, {name: choose(values) for name, values in free[id(cells)].items()})
        more = {name: value for name, value in draw(others).items() if name in plain_names}
        full = _with_more(varied, _unknown_yet(varied.contact, more, seen_from(policy, at)))
        fitting = (one for one in (full, varied, found) if answer_for(policy, one, node) is answer)
        return next(fitting, plain)

    return scenarios()


def _values_within(policy: Policy, cells: Assignment) -> dict[str, tuple[Any, ...]]:
    """Return the values of each field that a case asks for; whatever tells them apart, they are as good there."""
    found = {}
    for operand, cell in cells.items():
        if isinstance(operand, Name) and operand.path in reading(policy).fields:
            values = (value for some in told_apart(policy, operand.path) for value in some)
            found[operand.path] = tuple(value for value in values if cell.holds(value))
    return {path: values for path, values in found.items() if values}


def _with_more(scenario: Scenario, known: dict[str, Any]) -> Scenario:
    """Return a scenario in which fields of the contact, by their full or short names, are others."""
    contact = scenario.contact
    for path, value in known.items():
        owner, _, name = path.rpartition(".")
        if owner == "company":
            company = contact.company or Company()
            contact = contact.model_copy(update={"company": _updated(company, name, value)})
        else:
            contact = _updated(contact, name, value)
    return Scenario(contact, scenario.history, scenario.at)


def _updated(holder: Model, name: str, value: Any) -> Any:
    known = {field: getattr(holder, field) for field in holder.model_fields_set}
    if name not in type(holder).model_fields:
        name, value = "attributes", {**known.get("attributes", {}), name: value}
    return type(holder).model_validate({**known, name: value})


def _unknown_yet(contact: Contact, more: dict[str, Any], place: Any) -> dict[str, Any]:
    """Return what is known besides, of fields about which nothing is known yet."""
    held = {**contact.model_dump(exclude_defaults=True), **contact.attributes}
    found = placed_contact(more, place)
    kept = {name: getattr(found, name, None) for name in found.model_fields_set - {"id", "attributes"}}
    return {name: value for name, value in {**kept, **found.attributes}.items() if name not in held}


def _plain_names(policy: Policy) -> set[str]:
    return {name.removeprefix("contact.") for name in policy.catalogue.fields if name.startswith("contact.")}
