"""Coverage in a run of pytest: it looks on while cases run, and reports at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadqual.testing.coverage.coverage import Coverage
from leadqual.testing.coverage.report import CoverageReport
from leadqual.testing.outcome import Outcome
from leadqual.testing.plugin.measuring import Measuring


class CoveragePlugin(Measuring):
    """Looks at every case that runs, and reports what of the policies they cover.

    Parameters
    ----------
    config : Config
        The configuration of the run.
    """

    key = "leadqual_coverage"
    kind = "cov"
    name = "coverage"
    nothing = "No case ran, so nothing is covered"
    falls_short = "cover less than {limit} of {policy}"

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._found: dict[str, Coverage] = {}

    def see(self, outcome: Outcome) -> None:
        """Look at what a case looked at."""
        policy = outcome.policy
        if policy.content_hash not in self._found:
            self._found[policy.content_hash] = Coverage(policy)
        self._found[policy.content_hash].add(outcome)

    def told(self) -> list[dict[str, Any]]:
        """Return what was seen of each policy, with the policy."""
        return [coverage.to_dict() for coverage in self._found.values()]

    def take(self, told: list[dict[str, Any]]) -> None:
        """Add what a worker saw."""
        for data in told:
            coverage = Coverage.from_dict(data)
            known = self._found.setdefault(coverage.policy.content_hash, coverage)
            if known is not coverage:
                known.merge(coverage)

    def reports(self) -> Iterator[CoverageReport]:
        """Yield the coverage of each policy."""
        return (coverage.report() for coverage in self._found.values())
