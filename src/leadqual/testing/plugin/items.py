"""Files of cases, and their cases, as pytest sees them."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from typing import Any

import pytest

from leadqual.errors import LeadqualError
from leadqual.testing.files.case_file import CaseFile
from leadqual.testing.files.load import load_cases
from leadqual.testing.outcome import Outcome
from leadqual.testing.plugin.shelf import from_here, shelf_of, told


class PolicyTestFile(pytest.File):
    """A file of cases; what is wrong in it is an error of the collection."""

    def collect(self) -> Iterator[PolicyTestItem]:
        """Yield a test for each case."""
        self.add_marker("funnel_policy")
        try:
            cases = load_cases(self.path)
        except LeadqualError as error:
            raise self.CollectError(told(error, self.config)) from None
        for number, case in enumerate(cases.cases):
            name = " ".join(case.name.split()).replace("::", ":")  # pytest splits what it is given at ::
            item: PolicyTestItem = PolicyTestItem.from_parent(self, name=name, cases=cases, number=number)
            yield item


class PolicyTestItem(pytest.Item):
    """A case: what is wrong with it or its policy is an error, what is not as expected is a failure."""

    def __init__(self, *, cases: CaseFile, number: int, **options: Any) -> None:
        super().__init__(**options)
        self._cases = cases
        self._number = number
        self._outcome: Outcome | None = None

    def setup(self) -> None:
        """Decide; whatever fails here is reported as an error."""
        try:
            self._outcome = self._cases.run(self._number, shelf_of(self.config).of_file(self._cases))
            return
        except LeadqualError as error:
            reason = told(error, self.config)
        pytest.fail(reason, pytrace=False)  # here nothing tells of the exception that was caught

    def runtest(self) -> None:
        """Hold the decision against what is expected."""
        outcome = self._outcome
        assert outcome is not None  # set up without failing
        if not outcome.passed:
            place = self._cases.place(self._number)
            where = f"{from_here(place.source, self.config)}:{place.line}"
            pytest.fail(f"{outcome}\n\n{where}: {outcome.case.name}", pytrace=False)

    def teardown(self) -> None:
        """Let go of the decision."""
        self._outcome = None

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        """Return the file and the name of the case; its line is worked out if it fails."""
        return self.path, None, self.name
