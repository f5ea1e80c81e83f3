"""Whether any case ran: a run that was to test a policy and tested nothing fails."""

from __future__ import annotations

import pytest

from leadqual.testing.outcome import Outcome
from leadqual.testing.plugin.options import KINDS, is_given, wants
from leadqual.testing.plugin.watching import Watching


class CasesRan(Watching):
    """Counts the cases that run.

    Parameters
    ----------
    config : Config
        The configuration of the run.
    """

    key = "leadqual_cases"

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._count = 0
        self._is_empty = False
        self._measures = any(wants(config, kind) for kind in KINDS)

    def see(self, outcome: Outcome) -> None:
        """Count a case."""
        self._count += 1

    def told(self) -> int:
        """Return how many there were."""
        return self._count

    def take(self, told: int) -> None:
        """Add what a worker counted."""
        self._count += told

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Count a test that asks the policy by itself, unless cases are to be measured."""
        if "policy" in getattr(item, "fixturenames", ()) and not self._measures:
            self._count += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand on the count, or let the run fail."""
        if self.stop() and not self._count and is_given(self.config) and not self.config.option.collectonly:
            self._is_empty = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why the run fails."""
        if self._is_empty:
            message = "No case ran: nothing was expected of a policy, in *.policytest.yaml files or by given(...)."
            terminalreporter.write_line(message, red=True)
