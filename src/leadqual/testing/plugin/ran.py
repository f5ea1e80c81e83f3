"""Whether any case ran: a run that was to test a policy and tested nothing fails."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Final

import pytest

from leadqual.testing.outcome import Outcome
from leadqual.testing.plugin.options import KINDS, is_given, wants
from leadqual.testing.running import watched

_KEY: Final = "leadqual_cases"


class CasesRan:
    """Counts the cases that run, those of the workers of xdist too.

    Parameters
    ----------
    config : Config
        The configuration of the run.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._count = 0
        self._is_empty = False
        self._measures = any(wants(config, kind) for kind in KINDS)
        self._watching = ExitStack()

    def _see(self, outcome: Outcome) -> None:
        self._count += 1

    def pytest_sessionstart(self) -> None:
        """Begin to look on."""
        self._watching.enter_context(watched(self._see))

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Count a test that asks the policy by itself, unless cases are to be measured."""
        if "policy" in getattr(item, "fixturenames", ()) and not self._measures:
            self._count += 1

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker counted; one that crashed tells nothing."""
        self._count += getattr(node, "workeroutput", {}).get(_KEY, 0)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the controller, or let the run fail."""
        self._watching.close()
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[_KEY] = self._count
        elif not self._count and is_given(self._config) and not self._config.option.collectonly:
            self._is_empty = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why the run fails."""
        if self._is_empty:
            message = "No case ran: nothing was expected of a policy, in *.policytest.yaml files or by given(...)."
            terminalreporter.write_line(message, red=True)
