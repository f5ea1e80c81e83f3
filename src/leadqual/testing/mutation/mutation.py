"""Mutation testing of a policy: change it in one place after another, and see whether a test notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.testing.case import Case
from leadqual.testing.mutation.fate import Fate
from leadqual.testing.mutation.killing.suspects import suspects_of
from leadqual.testing.mutation.listing import mutants
from leadqual.testing.mutation.report import MutationReport
from leadqual.testing.mutation.working import fates


def mutation_of(
    policy: Policy,
    cases: Iterable[Case],
    *,
    processes: int | None = None,
    witnesses: bool = True,
    progress: Callable[[float], object] | None = None,
) -> MutationReport:
    """Change a policy in one place after another, and report which changes its tests notice.

    A change that makes no difference to any contact, which is proved and never guessed, is not counted. For every other
    one that no test notices the report has a witness: a test that would, to be pasted into a test file.

    Parameters
    ----------
    policy : Policy
        The policy.
    cases : iterable of Case
        Its tests; those that it does not pass are left out, and named.
    processes : int, optional
        How many processes share the work; by default one for each processor if there is much to do. They are started
        anew, so a script that asks for several does its work under ``if __name__ == "__main__":``.
    witnesses : bool
        Whether to look for the tests that are missing.
    progress : callable, optional
        Told how much is done, from 0 to 1.

    Raises
    ------
    InputError
        If an argument is not what it should be.

    Examples
    --------
    >>> policy = Policy(name="two", stages={"lead": {"initial": True}, "sql": {"final": True}}, transitions=[
    ...     {"id": "large", "source": "lead", "target": "sql", "when": "company.employees >= 50"}])
    >>> happened = [{"kind": "demo_requested", "ago": "1d"}]
    >>> case = Case(contact={"company": {"employees": 80}}, interactions=happened, at="2026-11-22",
    ...     expect={"stage": "sql"})
    >>> report = mutation_of(policy, [case])
    >>> [fate.mutant.change for fate in report.survived][:2]
    ['comparator turned: company.employees >= 50 -> company.employees > 50', \
'threshold moved: company.employees >= 50 -> company.employees >= 49']
    """
    if not isinstance(policy, Policy):
        raise InputError(Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a Policy"))
    given = list(cases)
    wrong = next((one for one in given if not isinstance(one, Case)), None)
    if wrong is not None:
        hint = "given(policy)....case(...) makes one, and load_cases reads them from a file"
        raise InputError(Problem("wrong-type", "this is no case", Place("cases"), shown(wrong), "cases", hint))
    suspects, left_out = suspects_of(policy, given)
    changed = mutants(policy)
    found: dict[int, Fate] = {}
    for group in fates(policy, changed, suspects, processes=processes, witnesses=witnesses):
        found.update(group)
        if progress is not None:
            progress(len(found) / len(changed))
    in_order = tuple(found[number] for number in range(len(changed)))
    return MutationReport(policy.ref, len(suspects), tuple(left_out), in_order, witnesses)
