"""How much of a policy its tests look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from leadqual.errors import InputError, Place, Problem
from leadqual.lifecycle.policy import Policy
from leadqual.model.standing import Standing
from leadqual.testing.case import Case
from leadqual.testing.coverage.look import look_at
from leadqual.testing.coverage.possible import Possible
from leadqual.testing.coverage.probes import Probes
from leadqual.testing.coverage.report import CoverageReport
from leadqual.testing.coverage.seen import Seen
from leadqual.testing.outcome import Outcome
from leadqual.testing.running import run


class Coverage:
    """What the cases that were run have looked at of a policy.

    Parameters
    ----------
    policy : Policy
        The policy that they are tests of.

    Examples
    --------
    >>> from leadqual import policies
    >>> from leadqual.testing import given, run
    >>> coverage = Coverage(policies.minimal())
    >>> case = given(policies.minimal()).contact(country="ID").at("2026-11-22").case(stage="lead")
    >>> coverage.add(run(policies.minimal(), case))
    >>> coverage.report().cases
    1
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._seen = Seen()
        self._probes = Probes(policy, self._seen)
        self._possible = Possible(policy)

    def add(self, outcome: Outcome) -> None:
        """Add what a case looked at, whether it passed or failed.

        Parameters
        ----------
        outcome : Outcome
            What came of a case.

        Raises
        ------
        InputError
            If it is a case of another policy.
        """
        if outcome.policy.content_hash != self.policy.content_hash:
            raise _other_policy(str(outcome.policy.ref), self.policy)
        self._seen.cases += 1
        if outcome.scenario is not None:
            look_at(self._probes, outcome.scenario, _standing(outcome))

    def _repr_html_(self) -> str:
        return self.report()._repr_html_()

    def merge(self, other: Self) -> None:
        """Add what another one has seen of the same policy; in which order makes no difference.

        Parameters
        ----------
        other : Coverage
            What another run saw.

        Raises
        ------
        InputError
            If it is of another policy.
        """
        if other.policy.content_hash != self.policy.content_hash:
            raise _other_policy(str(other.policy.ref), self.policy)
        self._seen.take(other._seen.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return it with its policy as plain data, to be handed from process to process."""
        return {"policy": self.policy.to_dict(), **self._seen.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` was called on, without scorer objects.

        Parameters
        ----------
        data : mapping
            Plain data, as `to_dict` gives it.
        """
        coverage = cls(Policy.model_validate(data["policy"]))
        coverage._seen.take(data)
        return coverage

    def report(self) -> CoverageReport:
        """Return what is covered and what is not; what is proved to be impossible is left out, and counted."""
        seen = self._seen
        found = (item.found(seen.ways[item.key], seen.near(item.key)) for item in self._probes.items)
        return CoverageReport(self.policy.ref, seen.cases, self._possible.items(found))


def coverage_of(policy: Policy, cases: Iterable[Case | Outcome]) -> CoverageReport:
    """Return how much of a policy some cases look at.

    Parameters
    ----------
    policy : Policy
        The policy.
    cases : iterable of Case or Outcome
        The cases; they are run, but for those of which the outcome is there already.

    Raises
    ------
    InputError
        If a case is wrong in itself: it names what the policy lacks, or its interactions cannot be made.

    Examples
    --------
    >>> from leadqual import policies
    >>> from leadqual.testing import given
    >>> policy = policies.minimal()
    >>> case = given(policy).interaction("demo_requested").at("2026-11-22").case(stage="mql")
    >>> [item.text for item in coverage_of(policy, [case]).items if item.section == "stages" and not item.missing]
    ['lead', 'mql']
    """
    coverage = Coverage(policy)
    for case in cases:
        coverage.add(case if isinstance(case, Outcome) else run(policy, case))
    return coverage.report()


def _standing(outcome: Outcome) -> Standing | None:
    if outcome.decision is not None:
        return outcome.decision.before
    assert outcome.scenario is not None  # looked at before
    return outcome.case.begin(outcome.policy, outcome.scenario)


def _other_policy(found: str, policy: Policy) -> InputError:
    message, hint = "this is coverage of another policy", "keep one Coverage for each policy"
    return InputError(Problem("other-policy", message, Place("coverage"), found, str(policy.ref), hint))
