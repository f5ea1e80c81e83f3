"""Reading a file of cases, with everything that is wrong in it told at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from leadqual.errors import InputError, LeadqualError, Place, PolicyError, Problem, shown
from leadqual.model.base import Model
from leadqual.policy.source import Source, read_source
from leadqual.testing.case import Case
from leadqual.testing.files.case_file import CaseFile
from leadqual.testing.files.places import COMMON, located

_HINTS: Final = {
    "empty-document": "begin with cases:, a list of them, each with a name and what to expect",
    "document-too-large": "split the file",
}
_LIST: Final = "a list of at least one case"


class _Head(Model):
    """What a file of cases says beside its cases."""

    policy: str | None = Field(None, description="The policy: one that ships, or a path from the folder of the file.")
    contact: Mapping[str, Any] = Field(default_factory=dict, description="Fields of the contact of every case.")
    at: Any = Field(None, description="When somebody looks, in every case that does not say it.")
    time_zone: str | None = Field(None, description="Where times without a zone were written down.")
    cases: Any = Field(None, description="The cases.")


def load_cases(path: str | os.PathLike[str]) -> CaseFile:
    r"""Read a file of cases.

    Parameters
    ----------
    path : path
        YAML, or JSON if its name ends in ``.json``.

    Raises
    ------
    InputError
        With file, line and column of everything that is wrong and that no policy is needed to find.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = "policy: sales\ncases:\n  - {name: nothing happened, at: 2026-11-22, expect: {stage: lead}}\n"
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "sales.policytest.yaml").write_text(text)
    ...     file = load_cases(f"{folder}/sales.policytest.yaml")
    >>> file.policy, [case.name for case in file.cases]
    ('sales', ['nothing happened'])
    """
    source = _read(path)
    if not isinstance(source.data, dict):
        found, message = type(source.data).__name__, "the document is no file of tests"
        raise InputError(Problem("not-a-test-file", message, source.locate(()), found, "a mapping with cases:"))
    reading = _Reading(source)
    reading.head()
    cases = reading.cases()
    if reading.problems:
        raise InputError(reading.in_order())
    return CaseFile(Path(path), source.data.get("policy"), tuple(cases), source)


def _read(path: str | os.PathLike[str]) -> Source:
    try:
        return read_source(path)
    except PolicyError as error:
        raise InputError(
            replace(problem, message=problem.message.replace("for a policy", "for a file of tests"), hint=hint)
            for problem in error.problems
            for hint in (_HINTS.get(problem.code, problem.hint),)
        ) from None


class _Reading:
    """Reads one part of a file after another, and notes what is wrong."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: dict[Problem, None] = {}

    def in_order(self) -> list[Problem]:
        """Return the problems in the order of their lines."""
        return sorted(self.problems, key=lambda one: (one.place.line or 0, one.place.column or 0))

    def head(self) -> None:
        """Read what is said beside the cases, and whether there are any."""
        try:
            _Head.model_validate(self.source.data)
        except LeadqualError as error:
            self._note(error.problems, None)
        written = self.source.data.get("cases")
        if not isinstance(written, list):
            found = None if written is None else shown(written)
            self._note([Problem("no-case", "the file has no list of cases", Place(path="cases"), found, _LIST)], None)
        elif not written:
            self._note([Problem("no-case", "the file has no case", Place(path="cases"), "[]", _LIST)], None)

    def cases(self) -> list[Case]:
        """Return the cases that are well formed."""
        data = self.source.data
        written = data.get("cases")
        common = {name: data[name] for name in COMMON if data.get(name) is not None}
        entries = written if isinstance(written, list) else []
        made = [self._case(one, common, number) for number, one in enumerate(entries)]
        self._check_names(made)
        return [case for case in made if case is not None]

    def _case(self, written: Any, common: Mapping[str, Any], number: int) -> Case | None:
        try:
            if not isinstance(written, dict):
                expected = "a mapping with name:, what is given, and expect:"
                raise InputError(Problem("wrong-type", "a case is a mapping", Place(), shown(written), expected))
            case = Case.model_validate(_merged(common, written))
            if case.expect.error is None:  # what cannot be read may be the very error that is expected
                case.check_times()
            return case
        except LeadqualError as error:
            self._note(error.problems, number)
            return None

    def _check_names(self, cases: list[Case | None]) -> None:
        first: dict[str, int] = {}
        for number, case in enumerate(cases):
            if case is None:
                continue
            if "name" not in case.model_fields_set or not case.name.strip():
                hint = "name: say in words what the case shows"
                self._note([Problem("missing-field", "the case has no name", Place(path="name"), hint=hint)], number)
            elif case.name in first:
                line = self.source.locate(("cases", first[case.name])).line
                message = f"two cases have one name, the other one at line {line}"
                place, hint = Place(path="name"), "say in each name what is different"
                self._note([Problem("duplicate-name", message, place, shown(case.name), hint=hint)], number)
            else:
                first[case.name] = number

    def _note(self, problems: Iterable[Problem], number: int | None) -> None:
        self.problems |= dict.fromkeys(located(problem, number, self.source) for problem in problems)


def _merged(common: Mapping[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """Return a case with what the file says for all; a contact and its company are merged field by field."""
    merged = {**common, **written}
    ours, own = common.get("contact"), written.get("contact")
    if isinstance(ours, dict) and isinstance(own, dict):
        merged["contact"] = {**ours, **own}
        company, own_company = ours.get("company"), own.get("company")
        if isinstance(company, dict) and isinstance(own_company, dict):
            merged["contact"]["company"] = {**company, **own_company}
    return merged
