"""Running files of cases without pytest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from leadqual.errors import LeadqualError, Place, Problem
from leadqual.lifecycle.policy import Policy
from leadqual.testing.files.case_file import CaseFile
from leadqual.testing.files.load import load_cases
from leadqual.testing.files.shelf import Shelf
from leadqual.testing.outcome import Outcome

Verdict: TypeAlias = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case of a file.

    Parameters
    ----------
    name : str
        Its name.
    outcome : Outcome or None
        What came of it; None if the case or its policy is wrong.
    problems : tuple of Problem
        What is wrong with it, if anything is.
    place : callable
        Returns where it stands.
    """

    name: str
    outcome: Outcome | None
    problems: tuple[Problem, ...]
    place: Callable[[], Place]

    @property
    def verdict(self) -> Verdict:
        """Whether everything was as expected, something was not, or it could not be run."""
        if self.outcome is None:
            return "error"
        return "passed" if self.outcome.passed else "failed"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        told: dict[str, Any] = {"name": self.name, "line": self.place().line, "verdict": self.verdict}
        if self.outcome is not None and not self.outcome.passed:
            told["failures"] = [asdict(failure) for failure in self.outcome.failures]
            told["report"] = str(self.outcome)
        if self.problems:
            told["problems"] = [problem.as_dict() for problem in self.problems]
        return told


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of a file of cases.

    Parameters
    ----------
    path : Path
        The file.
    policy : Policy or None
        The policy that was asked; None if it cannot be read.
    cases : tuple of CaseResult
        Those of its cases that were to be run.
    problems : tuple of Problem
        What is wrong with the file itself; then no case of it was run.
    """

    path: Path
    policy: Policy | None
    cases: tuple[CaseResult, ...]
    problems: tuple[Problem, ...]

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the file and with its cases."""
        return (*self.problems, *(problem for case in self.cases for problem in case.problems))

    def count(self, verdict: Verdict) -> int:
        """Return how many cases came out so; a file that is wrong counts as one error."""
        return sum(case.verdict == verdict for case in self.cases) + bool(self.problems and verdict == "error")

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {
            "file": str(self.path),
            "policy": None if self.policy is None else self.policy.ref.model_dump(mode="json"),
            "cases": [case.to_dict() for case in self.cases],
            "problems": [problem.as_dict() for problem in self.problems],
        }


def run_files(paths: Iterable[Path], shelf: Shelf, text: str = "") -> Iterator[FileResult]:
    """Yield what comes of each file.

    Parameters
    ----------
    paths : iterable of Path
        The files.
    shelf : Shelf
        Gives the policies.
    text : str, default ""
        Run only the cases that have this in their name or in that of their file; letters may be large or small.
    """
    for path in paths:
        try:
            file = load_cases(path)
        except LeadqualError as error:
            yield FileResult(path, None, (), error.problems)
            continue
        wanted = text.casefold()
        chosen = [
            number
            for number, case in enumerate(file.cases)
            if wanted in case.name.casefold() or wanted in str(path).casefold()
        ]
        yield _result(file, chosen, shelf)


def _result(file: CaseFile, chosen: list[int], shelf: Shelf) -> FileResult:
    policy, problems = None, tuple[Problem, ...]()
    try:
        policy = shelf.of_file(file) if chosen else None
    except LeadqualError as error:
        problems = error.problems
    results = tuple(_case(file, number, policy, problems) for number in chosen)
    return FileResult(file.path, policy, results, ())


def _case(file: CaseFile, number: int, policy: Policy | None, problems: tuple[Problem, ...]) -> CaseResult:
    outcome = None
    if policy is not None:
        try:
            outcome = file.run(number, policy)
        except LeadqualError as error:
            problems = error.problems

    def place() -> Place:
        return file.place(number)

    return CaseResult(file.cases[number].name, outcome, problems, place)
