"""All static checks of a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike, fspath
from typing import Any, Final

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.model.base import Model
from leadqual.policy.load import load_policy
from leadqual.policy.recover import parts_of
from leadqual.policy.source import read_source
from leadqual.proofs.lint.caps import of_caps
from leadqual.proofs.lint.conditions import of_rules, of_transitions
from leadqual.proofs.lint.duplicates import of_duplicates, of_rule_bands
from leadqual.proofs.lint.fields import of_fields
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.grades import of_grades
from leadqual.proofs.lint.look import Look
from leadqual.proofs.lint.report import LintReport
from leadqual.proofs.lint.reviews import of_reviews
from leadqual.proofs.lint.rounds import of_rounds
from leadqual.proofs.lint.shadows import of_order
from leadqual.proofs.lint.stages import of_stages
from leadqual.proofs.lint.thresholds import of_bands
from leadqual.proofs.lint.unused import of_names

Check = Callable[[Look], Iterable[Finding]]

CHECKS: Final[Mapping[str, Check]] = {
    "rules": of_rules,
    "bands": of_bands,
    "caps": of_caps,
    "rules that are alike": of_duplicates,
    "where bands meet": of_rule_bands,
    "grades": of_grades,
    "conditions": of_transitions,
    "the order of transitions": of_order,  # before the stages: what never fires leads nowhere
    "stages": of_stages,
    "transitions there and back": of_rounds,
    "fields that may be missing": of_fields,
    "reviews": of_reviews,
    "names": of_names,
}
"""Each check by what it looks at."""


def lint(policy: Policy | str | PathLike[str], *, progress: Callable[[str, float], None] | None = None) -> LintReport:
    """Find what a policy allows and its author may not have meant, by reasoning about every contact at once.

    Conditions that never or always hold, rules that never fire, thresholds out of reach, transitions in whose place
    others fire, stages that nobody reaches, ways there and back that are open at once, and more. Each finding says
    whether it is proved, shown by a contact, or suspected.

    Parameters
    ----------
    policy : Policy, str or path
        The policy, or its file; from a file every finding has its line.
    progress : callable, optional
        Called with what is looked at and how much of all is done, from 0 to 1.

    Returns
    -------
    LintReport
        The findings, in the order of the document.

    Raises
    ------
    PolicyError
        If a file holds no sound policy.

    Examples
    --------
    >>> from leadqual import Policy
    >>> policy = Policy(
    ...     name="tiny",
    ...     scores={"fit": {"range": [0, 100], "rules": [
    ...         {"id": "home", "when": "contact.country == 'ID'", "points": 20},
    ...         {"id": "neighbour", "when": "contact.country == 'SG'", "points": 10},
    ...     ]}},
    ...     stages={"lead": {"initial": True}, "mql": {"final": True}},
    ...     transitions=[{"id": "on", "source": "lead", "target": "mql", "when": "score.fit >= 30"}],
    ... )
    >>> for finding in lint(policy):
    ...     print(finding.code, "|", finding.proof)
    no-way-out | 'on' never fires
    unreachable-stage | 'on' never fires
    threshold-out-of-reach | score.fit is at most 20: home +20; not together with neighbour +10
    """
    if isinstance(policy, str | PathLike):
        source = read_source(fspath(policy))
        return lint(load_policy(Policy, source), progress=progress).located(source)
    if not isinstance(policy, Policy):
        hint = "read it with Policy.load(path), or name its file"
        raise InputError(Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a policy", hint))
    found = _found(Look(policy), progress or (lambda name, done: None))
    return LintReport(policy.ref, tuple(sorted(found, key=lambda one: position(policy, one.place.path))))


def _found(look: Look, progress: Callable[[str, float], None]) -> Iterator[Finding]:
    for number, (name, check) in enumerate(CHECKS.items()):
        progress(name, number / len(CHECKS))
        yield from check(look)
    progress("done", 1.0)


def position(policy: Policy, path: str | None) -> tuple[int, ...]:
    """Return where a path lies in a policy, so that findings can be put in the order of the document."""
    found: list[int] = []
    part: Any = policy
    for name in parts_of(path):
        if isinstance(name, int):
            found.append(name)
            part = part[name]
        else:
            names = [*type(part).model_fields] if isinstance(part, Model) else [*part]
            found.append(names.index(name))
            part = getattr(part, name) if isinstance(part, Model) else part[name]
    return tuple(found)
