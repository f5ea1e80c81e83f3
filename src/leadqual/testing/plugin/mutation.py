"""Mutation in a run of pytest: it keeps the cases that pass, and at the end looks which changes they notice."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from leadqual.lifecycle.policy import Policy
from leadqual.testing.case import Case
from leadqual.testing.mutation.mutation import mutation_of
from leadqual.testing.mutation.report import MutationReport
from leadqual.testing.outcome import Outcome
from leadqual.testing.plugin.measuring import Measuring


class MutationPlugin(Measuring):
    """Keeps every case that passes, and reports which changes of the policies they notice.

    Parameters
    ----------
    config : Config
        The configuration of the run.
    """

    key = "leadqual_mutation"
    kind = "mutate"
    name = "mutation"
    nothing = "No case passed, so no change is noticed"
    falls_short = "notice less than {limit} of the changes of {policy}"

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._found: dict[str, tuple[Policy, list[Case]]] = {}

    def see(self, outcome: Outcome) -> None:
        """Keep a case that passes."""
        if outcome.passed:
            self._add(outcome.policy, [outcome.case])

    def _add(self, policy: Policy, cases: list[Case]) -> None:
        self._found.setdefault(policy.content_hash, (policy, []))[1].extend(cases)

    def told(self) -> bytes | None:
        """Return the cases; None where a policy or a case holds what no pickle can carry."""
        try:
            return pickle.dumps(list(self._found.values()))
        except (pickle.PicklingError, TypeError, AttributeError):
            return None

    def take(self, told: bytes | None) -> None:
        """Add the cases of a worker."""
        if told is None:
            self.remarks = ["The cases of the workers cannot be handed on; run without -n to try changes."]
            return
        for policy, cases in pickle.loads(told):  # from a worker of this run
            self._add(policy, cases)

    def reports(self) -> Iterator[MutationReport]:
        """Yield which changes of each policy are noticed."""
        return (mutation_of(policy, cases) for policy, cases in self._found.values())
