"""Mutation in a run of pytest: it keeps the cases that pass, and at the end looks which changes they notice."""

from __future__ import annotations

import json
import pickle
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from leadqual.lifecycle.policy import Policy
from leadqual.testing.case import Case
from leadqual.testing.mutation.mutation import mutation_of
from leadqual.testing.mutation.report import MutationReport
from leadqual.testing.mutation.text import share_of
from leadqual.testing.outcome import Outcome
from leadqual.testing.plugin.options import json_file, least
from leadqual.testing.running import watched

_KEY: Final = "leadqual_mutation"


class MutationPlugin:
    """Keeps every case that passes, those of the workers of xdist too, and reports which changes they notice.

    Parameters
    ----------
    config : Config
        The configuration of the run.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._found: dict[str, tuple[Policy, list[Case]]] = {}
        self._reports: list[MutationReport] = []
        self._remarks: list[str] = []
        self._watching = ExitStack()

    def pytest_sessionstart(self) -> None:
        """Begin to look on."""
        self._watching.enter_context(watched(self._see))

    def _see(self, outcome: Outcome) -> None:
        if outcome.passed:
            self._add(outcome.policy, [outcome.case])

    def _add(self, policy: Policy, cases: list[Case]) -> None:
        self._found.setdefault(policy.content_hash, (policy, []))[1].extend(cases)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the cases of a worker; one that crashed tells nothing."""
        told = getattr(node, "workeroutput", {}).get(_KEY)
        if told is not None:
            for policy, cases in pickle.loads(told):  # from a worker of this run
                self._add(policy, cases)
        elif _KEY in getattr(node, "workeroutput", {}):
            self._remarks = ["The cases of the workers cannot be handed on; run without -n to try changes."]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the controller, or try the changes, and let the run fail where fewer are noticed than asked for."""
        self._watching.close()
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[_KEY] = self._pickled()
            return
        finished = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if self._config.option.collectonly or not finished:
            return
        self._reports = [mutation_of(policy, cases) for policy, cases in self._found.values()]
        self._reports.sort(key=lambda one: str(one.policy))
        self._remarks += [*self._under(), *self._unwritten()]
        if self._remarks and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _pickled(self) -> bytes | None:
        """Return the cases for the controller; None where a policy or a case holds what no pickle can carry."""
        try:
            return pickle.dumps(list(self._found.values()))
        except (pickle.PicklingError, TypeError, AttributeError):
            return None

    def _under(self) -> list[str]:
        """Return of which policies fewer changes are noticed than there should be; where no case ran, all of them."""
        limit = least(self._config, "mutate")
        if limit is None:
            return []
        if not self._reports and limit > 0:
            return [f"No case passed, so no change is noticed; at least {limit:g} % are asked for."]
        low = [one for one in self._reports if one.percent < limit]
        told = "The tests notice less than"
        return [f"{told} {limit:g} % of the changes of {one.policy}: {share_of(one)}." for one in low]

    def _unwritten(self) -> list[str]:
        """Write the reports as JSON, if a file is named; return why that failed."""
        name = json_file(self._config, "mutate")
        if name is None:
            return []
        told = {"policies": [report.to_dict() for report in self._reports]}
        try:
            Path(name).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            return [f"Mutation cannot be written to {name}: {error.strerror}."]
        return []

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the reports, and why the run fails."""
        width = self._config.get_terminal_writer().fullwidth
        if self._reports:
            terminalreporter.section("mutation of policies")
        for report in self._reports:
            terminalreporter.write_line(report.text(width))
            terminalreporter.write_line("")
        for remark in self._remarks:
            terminalreporter.write_line(remark, red=True)
