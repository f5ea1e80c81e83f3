"""What coverage and mutation have in common in a run of pytest: a report for each policy, a file, and a limit."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Final

import pytest

from leadqual.testing.plugin.options import Kind, json_file, least
from leadqual.testing.plugin.watching import Watching
from leadqual.testing.report import Report

_FINISHED: Final = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


class Measuring(Watching):
    """Looks on while cases run, and reports on each policy at the end; too low a share lets the run fail.

    Parameters
    ----------
    config : Config
        The configuration of the run.
    """

    kind: ClassVar[Kind]
    name: ClassVar[str]
    """What people call it."""
    nothing: ClassVar[str]
    """What is said where there is no policy to report on."""
    falls_short: ClassVar[str]
    """What the tests of a policy do of which the share is too low."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._reports: Sequence[Report] = ()
        self.remarks: list[str] = []

    @abstractmethod
    def reports(self) -> Iterable[Report]:
        """Return a report on each policy that was seen."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand on what was seen, or report, and let the run fail where the share is less than asked for."""
        if not self.stop() or self.config.option.collectonly or session.exitstatus not in _FINISHED:
            return
        self._reports = sorted(self.reports(), key=lambda one: str(one.policy))
        self.remarks += [*self._under(), *self._unwritten()]
        if self.remarks and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _under(self) -> Iterator[str]:
        """Yield of which policies the share is too low; where no case ran, that of all of them is."""
        limit = least(self.config, self.kind)
        if limit is not None and limit > 0 and not self._reports:
            yield f"{self.nothing}; at least {limit:g} % are asked for."
        for one in self._reports:
            if limit is not None and one.percent < limit:
                yield f"The tests {self.falls_short.format(limit=f'{limit:g} %', policy=one.policy)}: {one.share}."

    def _unwritten(self) -> Iterator[str]:
        """Write the reports as JSON, if a file is named; yield why that failed."""
        name = json_file(self.config, self.kind)
        if name is None:
            return
        told = {"policies": [report.to_dict() for report in self._reports]}
        try:
            Path(name).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            yield f"{self.name.capitalize()} cannot be written to {name}: {error.strerror}."

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the reports, and why the run fails."""
        width = self.config.get_terminal_writer().fullwidth
        if self._reports:
            terminalreporter.section(f"{self.name} of policies")
        for report in self._reports:
            terminalreporter.write_line(report.text(width))
            terminalreporter.write_line("")
        for remark in self.remarks:
            terminalreporter.write_line(remark, red=True)
