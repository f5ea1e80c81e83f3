"""Coverage in a run of pytest: it looks on while cases run, and reports at the end."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from leadqual.testing.coverage.coverage import Coverage
from leadqual.testing.coverage.report import CoverageReport
from leadqual.testing.outcome import Outcome
from leadqual.testing.plugin.options import json_file, least
from leadqual.testing.running import watched

_KEY: Final = "leadqual_coverage"


class CoveragePlugin:
    """Looks at every case that runs, those of the workers of xdist too, and reports what they cover.

    Parameters
    ----------
    config : Config
        The configuration of the run.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._found: dict[str, Coverage] = {}
        self._reports: list[CoverageReport] = []
        self._remarks: list[str] = []
        self._watching = ExitStack()

    def pytest_sessionstart(self) -> None:
        """Begin to look on."""
        self._watching.enter_context(watched(self._see))

    def _see(self, outcome: Outcome) -> None:
        policy = outcome.policy
        if policy.content_hash not in self._found:
            self._found[policy.content_hash] = Coverage(policy)
        self._found[policy.content_hash].add(outcome)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker has seen; one that crashed tells nothing."""
        for data in getattr(node, "workeroutput", {}).get(_KEY, ()):
            told = Coverage.from_dict(data)
            name = told.policy.content_hash
            if name in self._found:
                self._found[name].merge(told)
            else:
                self._found[name] = told

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the controller, or report, and let the run fail where less is covered than asked for."""
        self._watching.close()
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[_KEY] = [coverage.as_dict() for coverage in self._found.values()]
            return
        if self._config.option.collectonly:
            return
        self._reports = sorted((one.report() for one in self._found.values()), key=lambda one: str(one.policy))
        self._remarks = [*self._under(), *self._unwritten()]
        if self._remarks and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _under(self) -> list[str]:
        """Return what is covered less than it should be; where no case ran, everything."""
        limit = least(self._config, "cov")
        if limit is None:
            return []
        low = [one for one in self._reports if one.percent < limit]
        if not self._reports and limit > 0:
            return [f"No case ran, so nothing is covered; at least {limit:g} % are asked for."]
        return [f"The tests cover less than {limit:g} % of {one.policy}: {one.share}." for one in low]

    def _unwritten(self) -> list[str]:
        """Write the reports as JSON, if a file is named; return why that failed."""
        name = json_file(self._config, "cov")
        if name is None:
            return []
        told = {"policies": [report.to_dict() for report in self._reports]}
        try:
            Path(name).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            return [f"Coverage cannot be written to {name}: {error.strerror}."]
        return []

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the reports, and why the run fails."""
        width = self._config.get_terminal_writer().fullwidth
        if self._reports:
            terminalreporter.section("coverage of policies")
        for report in self._reports:
            terminalreporter.write_line(report.text(width))
            terminalreporter.write_line("")
        for remark in self._remarks:
            terminalreporter.write_line(remark, red=True)
