"""What can be said of conditions for every contact at every instant."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

from leadqual.conditions.check import check_condition
from leadqual.conditions.handles import Handle, as_condition
from leadqual.conditions.nodes import Node
from leadqual.errors import ConditionError, InputError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.proofs.arithmetic import Undecided, is_impossible
from leadqual.proofs.ranges import FALSE, NOT_TRUE, TRUE, UNKNOWN
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.search import StepsSpent
from leadqual.proofs.solve import Asked, scope_of, search_of
from leadqual.proofs.verdict import Verdict
from leadqual.proofs.witness import answer_for, witness_of

Question: TypeAlias = str | Handle | Node
"""A condition: text, what handles make, or its parts."""

_STEPS: Final = 3_000


@cache
def _no_policy() -> Policy:
    return Policy(name="no policy")


def implies(a: Question, b: Question, policy: Policy | None = None) -> Verdict:
    """Return whether a condition is true whenever another is, for every contact at every instant.

    An unknown condition is not true.

    Parameters
    ----------
    a, b : str, Handle or Node
        The conditions: whether `b` is true whenever `a` is.
    policy : Policy, optional
        Whose fields, scores, grades and stages they name; without it they may use what every policy knows.

    Raises
    ------
    ConditionError
        With everything in both conditions that is wrong: syntax, unknown names, types.

    Examples
    --------
    >>> print(implies("company.employees >= 100", "company.employees >= 50"))
    proved: whenever company.employees >= 100, company.employees >= 50
    >>> print(implies("company.employees >= 50", "company.employees >= 100"))
    no: here is a contact with company.employees >= 50, and not company.employees >= 100
    contact:
      company: {employees: 50}
    at: 2026-11-22
    """
    first, second = _both(a, b, policy)
    broken = f"here is a contact with {first}, and not {second}"
    return _decided(policy, [[(first, TRUE), (second, NOT_TRUE)]], f"whenever {first}, {second}", broken)


def equivalent(a: Question, b: Question, policy: Policy | None = None) -> Verdict:
    """Return whether two conditions are true of the same contacts at the same instants.

    Parameters and errors are those of `implies`.

    Examples
    --------
    >>> print(equivalent("contact.country in ['ID', 'SG']", "contact.country == 'SG' or contact.country == 'ID'"))
    proved: one is true exactly when the other is
    >>> equivalent("not company.employees >= 50", "company.employees < 50").holds
    True
    """
    first, second = _both(a, b, policy)
    cases = [[(first, TRUE), (second, NOT_TRUE)], [(second, TRUE), (first, NOT_TRUE)]]
    return _decided(policy, cases, "one is true exactly when the other is", "here is a contact for which one is true")


def disjoint(a: Question, b: Question, policy: Policy | None = None) -> Verdict:
    """Return whether two conditions are never true together, of one contact at one instant.

    Parameters and errors are those of `implies`.

    Examples
    --------
    >>> print(disjoint("count(page_viewed, within='7d') >= 1", "days_since(page_viewed) >= 7"))
    proved: they are never true together
    """
    first, second = _both(a, b, policy)
    broken = "here is a contact for which both are true"
    return _decided(policy, [[(first, TRUE), (second, TRUE)]], "they are never true together", broken)


def possible(policy: Policy | None, node: Question) -> Verdict:
    """Return whether a condition can be true of a contact at all; where it can, the witness is one.

    Examples
    --------
    >>> possible(None, "count(purchase) >= 1 and not contact.is_customer").holds
    False
    """
    (condition,) = _checked([("condition", node)], policy)
    never = _decided(policy, [[(condition, TRUE)]], "it is never true", "here is a contact for which it is true")
    return Verdict(None if never.holds is None else not never.holds, never.because, never.witness)


def always(policy: Policy | None, node: Question) -> Verdict:
    """Return whether a condition is true of every contact at every instant.

    Examples
    --------
    >>> always(None, "count(purchase) >= 0").holds, always(None, "company.employees >= 0").holds
    (True, False)
    """
    (condition,) = _checked([("condition", node)], policy)
    return _decided(
        policy, [[(condition, NOT_TRUE)]], "it is always true", "here is a contact for which it is not true"
    )


def _both(a: Question, b: Question, policy: Policy | None) -> tuple[Node, Node]:
    first, second = _checked([("a", a), ("b", b)], policy)
    return first, second


def _checked(given: list[tuple[str, Question]], policy: Policy | None) -> list[Node]:
    """Return conditions as nodes; raise `ConditionError` with everything that is wrong with any of them."""
    if policy is not None and not isinstance(policy, Policy):
        raise InputError(Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a Policy"))
    names = _no_policy() if policy is None else policy
    nodes: list[Node] = []
    problems: list[Problem] = []
    for argument, condition in given:
        try:
            node = as_condition(condition)
        except ConditionError as error:
            problems += [problem.at(source=argument) for problem in error.problems]
            continue
        nodes.append(node)
        found = check_condition(node, names.catalogue, single_currency=names.currency is not None)
        problems += [problem.at(source=argument) for problem in found]
    if problems:
        raise ConditionError(problems)
    return nodes


def _decided(policy: Policy | None, cases: list[list[tuple[Node, int]]], proved: str, broken: str) -> Verdict:
    """Return whether none of some cases can be, each of conditions with the answers that they have in it."""
    names = _no_policy() if policy is None else policy
    open_ones = [reason for asked in cases if (reason := undecided(names, asked)) is not None]
    if not open_ones:
        return Verdict(True, proved)
    for asked in cases:
        found = witness_of(names, asked, _has_answers(names, asked))
        if found is not None:
            return Verdict(False, broken, found)
    return Verdict(None, open_ones[0])


def _has_answers(policy: Policy, asked: Asked) -> Callable[[Scenario], bool]:
    def is_one(scenario: Scenario) -> bool:
        return all(_bit(answer_for(policy, scenario, node)) & answers for node, answers in asked)

    return is_one


def _bit(answer: object) -> int:
    return {True: TRUE, False: FALSE, None: UNKNOWN}.get(answer, 0)  # type: ignore[call-overload, no-any-return]


def undecided(policy: Policy, asked: Asked) -> str | None:
    """Return why it is not proved that conditions never have such answers together; None if it is proved."""
    try:
        for thorough in (False, True):
            reason = _left_open(policy, asked, scored=thorough)
            if reason is None:
                return None
    except StepsSpent:
        return "there are too many cases to look at each"
    return reason


def _left_open(policy: Policy, asked: Asked, *, scored: bool) -> str | None:
    """Return why a case is left; None if there is none."""
    search, conditions = search_of(scope_of(policy), asked, scored=scored, thorough=scored, steps=_STEPS)
    for state in search.found():
        if search.is_exact(state):
            return "no contact was found that shows the opposite, and none is excluded"
        try:
            if not is_impossible(conditions, state, asked):
                return "bounds do not decide it, and no contact was found that shows the opposite"
        except Undecided as reason:
            return str(reason)
    return None
