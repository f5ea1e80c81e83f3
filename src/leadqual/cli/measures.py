"""How thorough tests are: the coverage of each policy by its cases, and which changes of it they would notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from leadqual import testing
from leadqual.cli.output import progress_bar
from leadqual.lifecycle.policy import Policy
from leadqual.testing.outcome import Outcome
from leadqual.testing.report import Report

Kind: TypeAlias = Literal["coverage", "mutation"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the tests of one policy.

    Parameters
    ----------
    kind : str
        ``coverage`` or ``mutation``.
    policy : Policy
        The policy.
    report : Report
        What was found.
    least : float or None
        The share in percent that is asked for.
    """

    kind: Kind
    policy: Policy
    report: Report
    least: float | None

    @property
    def is_enough(self) -> bool:
        """Whether the share is not less than what is asked for."""
        return self.least is None or self.report.percent >= self.least

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {"enough": self.is_enough, "at_least": self.least, **self.report.to_dict()}


def measures(kind: Kind, outcomes: Iterable[Outcome], least: float | None, *, quiet: bool = False) -> Iterator[Measure]:
    """Yield a measure for each policy among the outcomes of cases."""
    of: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        of.setdefault(outcome.policy.content_hash, []).append(outcome)
    for group in of.values():
        policy = group[0].policy
        # Taken from the package, which loads them now: they cost a sixth of the start of every command.
        report = _mutation(policy, group, quiet=quiet) if kind == "mutation" else testing.coverage_of(policy, group)
        yield Measure(kind, policy, report, least)


def _mutation(policy: Policy, outcomes: Sequence[Outcome], *, quiet: bool) -> Report:
    with progress_bar(quiet=quiet) as watch:
        cases = [outcome.case for outcome in outcomes if outcome.passed]
        return testing.mutation_of(policy, cases, progress=lambda done: watch("trying changes", done))
