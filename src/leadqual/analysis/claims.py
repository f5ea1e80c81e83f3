"""Claims about every contact there could be: of two conditions, or of two policies."""

from __future__ import annotations

from typing import overload

from leadqual.conditions.handles import Handle
from leadqual.conditions.nodes import Node
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.proofs import conditions, policies
from leadqual.proofs.verdict import Verdict


@overload
def implies(a: Policy, b: Policy, *, stage: str | None = None) -> Verdict: ...
@overload
def implies(a: str | Handle | Node, b: str | Handle | Node, *, policy: Policy | None = None) -> Verdict: ...
def implies(
    a: Policy | str | Handle | Node,
    b: Policy | str | Handle | Node,
    *,
    policy: Policy | None = None,
    stage: str | None = None,
) -> Verdict:
    """Say whether one follows from the other, for every contact at every instant.

    Of two conditions: whenever `a` is true, `b` is. Of two policies: whoever `a` ever moves to a stage was moved there
    by `b` too, at that instant or before.

    Parameters
    ----------
    a, b : str, Handle, Node or Policy
        Two conditions, or two policies.
    policy : Policy, optional
        For conditions: whose fields, scores, grades and stages they name.
    stage : str, optional
        For policies: the stage; without it every stage but the initial one.

    Returns
    -------
    Verdict
        Proved, or not so with a contact that shows it, or left open: `Verdict.holds` is True, False or None.

    Raises
    ------
    ConditionError
        With everything that is wrong in the conditions: syntax, unknown names, types.
    InputError
        If one is a policy and the other a condition, or an argument does not belong to them.

    Examples
    --------
    >>> from leadqual import analysis, policies
    >>> print(analysis.implies("count(page_viewed, within='7d') >= 2", "count(page_viewed, within='30d') >= 1"))
    proved: whenever count(page_viewed, within='7d') >= 2, count(page_viewed, within='30d') >= 1
    >>> print(analysis.implies("grade.fit == 'A'", "score.fit > 70", policy=policies.sales()).witness.decide(
    ...     policies.sales()).scores["fit"].value)
    70.0
    """
    if isinstance(a, Policy) and isinstance(b, Policy):
        _without(policy, "policy")
        return policies.implies(a, b, stage)
    _no_policy_among(a, b)
    _without(stage, "stage")
    return conditions.implies(a, b, policy)  # type: ignore[arg-type]


def equivalent(
    a: Policy | str | Handle | Node, b: Policy | str | Handle | Node, *, policy: Policy | None = None
) -> Verdict:
    """Say whether two conditions are true of the same contacts, or two policies decide everybody alike.

    Of two policies: the same moves at the same instants, the same scores and the same grades.

    Parameters
    ----------
    a, b : str, Handle, Node or Policy
        Two conditions, or two policies.
    policy : Policy, optional
        For conditions: whose fields, scores, grades and stages they name.

    Raises
    ------
    ConditionError
        With everything that is wrong in the conditions.
    InputError
        If one is a policy and the other a condition.

    Examples
    --------
    >>> from leadqual import analysis
    >>> print(analysis.equivalent("not (company.employees < 50)", "company.employees >= 50"))
    proved: one is true exactly when the other is
    """
    if isinstance(a, Policy) and isinstance(b, Policy):
        _without(policy, "policy")
        return policies.equivalent(a, b)
    _no_policy_among(a, b)
    return conditions.equivalent(a, b, policy)  # type: ignore[arg-type]


@overload
def disjoint(a: Policy, b: Policy, *, stage: str) -> Verdict: ...
@overload
def disjoint(a: str | Handle | Node, b: str | Handle | Node, *, policy: Policy | None = None) -> Verdict: ...
def disjoint(
    a: Policy | str | Handle | Node,
    b: Policy | str | Handle | Node,
    *,
    policy: Policy | None = None,
    stage: str | None = None,
) -> Verdict:
    """Say whether two conditions are never true together, or nobody is ever moved to a stage by both of two policies.

    Parameters
    ----------
    a, b : str, Handle, Node or Policy
        Two conditions, or two policies.
    policy : Policy, optional
        For conditions: whose fields, scores, grades and stages they name.
    stage : str
        For policies: the stage.

    Raises
    ------
    ConditionError
        With everything that is wrong in the conditions.
    InputError
        If one is a policy and the other a condition, or the stage is missing.

    Examples
    --------
    >>> from leadqual import analysis, policies
    >>> print(analysis.disjoint("score.engagement >= 15", "grade.temperature == 'cold'", policy=policies.sales()))
    proved: they are never true together
    """
    if isinstance(a, Policy) and isinstance(b, Policy):
        _without(policy, "policy")
        if stage is None:
            raise InputError(Problem("bad-argument", "say at which stage they would meet", Place("stage")))
        return policies.disjoint(a, b, stage)
    _no_policy_among(a, b)
    _without(stage, "stage")
    return conditions.disjoint(a, b, policy)  # type: ignore[arg-type]


def _no_policy_among(a: object, b: object) -> None:
    for name, value in (("a", a), ("b", b)):
        if isinstance(value, Policy):
            message = "a policy is compared with a policy, and a condition with a condition"
            hint = "for a condition of a policy write implies(a, b, policy=policy)"
            raise InputError(Problem("wrong-type", message, Place(name), shown(value), hint=hint))


def _without(value: object, name: str) -> None:
    if value is not None:
        belongs = "conditions" if name == "policy" else "policies"
        message = f"{name} belongs to a question about two {belongs}"
        raise InputError(Problem("bad-argument", message, Place(name), shown(value)))
