"""``leadqual test``: tests of a policy that are written as data, for people who write no Python."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import as_file
from importlib.resources import files as resources
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from leadqual import policies
from leadqual.cli.guard import BAD_INPUT, REFUSED, guarded
from leadqual.cli.measures import Measure, measures
from leadqual.cli.options import JsonOption, PolicyOption
from leadqual.cli.output import print_json, print_problems, print_table, say
from leadqual.cli.words import counted
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.testing.files.find import case_files
from leadqual.testing.files.names import ENDINGS
from leadqual.testing.files.results import FileResult, Verdict, run_files
from leadqual.testing.files.shelf import Named, Shelf

_COUNTS: Final[dict[str, Verdict]] = {"passed": "passed", "failed": "failed", "errors": "error"}
_SHARES: Final = {"coverage": "covered", "mutation": "noticed where it is changed"}


@guarded
def run_tests(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS", help="Files *.policytest.yaml, or folders to find them in. Default: here."),
    ] = None,
    named: PolicyOption = None,
    text: Annotated[
        str, typer.Option("-k", metavar="TEXT", help="Run only cases with this text in their name or file.")
    ] = "",
    coverage: Annotated[bool, typer.Option("--coverage", help="Report what of the policy the cases try.")] = False,
    coverage_fail_under: Annotated[
        float | None,
        typer.Option("--coverage-fail-under", min=0, max=100, metavar="PERCENT", help="Ask for this much coverage."),
    ] = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Report which changes of the policy the cases would notice.")
    ] = False,
    mutate_fail_under: Annotated[
        float | None,
        typer.Option(
            "--mutate-fail-under",
            min=0,
            max=100,
            metavar="PERCENT",
            help="Ask for this share of changes to be noticed.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the tests of policies that are written in files, *.policytest.yaml.

    A file names its policy; --policy names one for all files in place of that. Where there is no file here and --policy
    names a policy that ships, its own tests are run. The exit status is 0 if every case is as
    expected, 1 if one is not, or less is covered or noticed than asked, and 2 if a case, its file or its policy is
    wrong, or there is no case.

    \b
    Examples:
      leadqual test
      leadqual test -p sales
      leadqual test tests/sales.policytest.yaml -k demo
      leadqual test tests -p my-policy.yaml --coverage-fail-under 90
      leadqual test tests -p my-policy.yaml --mutate --json
    """  # noqa: D301 - \b keeps the lines of the examples
    shelf = Shelf(Named(named, Path()) if named is not None else None)
    results = _ran(case_files(paths or [Path()]), shelf, text)
    if not results and not paths and named in policies.names():
        results = _shipped(named, shelf, text)
    if not results:
        raise InputError(_no_case(paths or [Path()], text))
    outcomes = [case.outcome for result in results for case in result.cases if case.outcome is not None]
    found: list[Measure] = []
    if coverage or coverage_fail_under is not None:
        found += measures("coverage", outcomes, coverage_fail_under)
    if mutate or mutate_fail_under is not None:
        found += measures("mutation", outcomes, mutate_fail_under, quiet=as_json)
    status = _status(results, found)
    if as_json:
        print_json(_as_dict(results, found, ok=not status))
    else:
        _show(results, found)
    if status:
        raise typer.Exit(status)


def _ran(files: Sequence[Path], shelf: Shelf, text: str) -> list[FileResult]:
    return [one for one in run_files(files, shelf, text) if one.cases or one.problems]


def _shipped(name: str, shelf: Shelf, text: str) -> list[FileResult]:
    """Run the tests that ship with a policy, for whom has none of it yet."""
    with as_file(resources("leadqual.policies") / f"{name}.policytest.yaml") as path:
        return _ran([path], shelf, text)


def _no_case(paths: Sequence[Path], text: str) -> Problem:
    place = Place(", ".join(map(str, paths)))
    if text:
        return Problem("no-case", f"no case has {shown(text)} in its name or file", place)
    message = "there is no file of tests"
    hint = f"name files so that they end in {', '.join(ENDINGS)}; leadqual test -p sales runs those that ship with it"
    return Problem("no-case", message, place, hint=hint)


def _count(results: Sequence[FileResult], verdict: Verdict) -> int:
    return sum(result.count(verdict) for result in results)


def _status(results: Sequence[FileResult], found: Sequence[Measure]) -> int:
    if _count(results, "error"):
        return BAD_INPUT
    enough = all(measure.is_enough for measure in found)
    return 0 if enough and not _count(results, "failed") else REFUSED


def _as_dict(results: Sequence[FileResult], found: Sequence[Measure], *, ok: bool) -> dict[str, Any]:
    counts = {name: _count(results, verdict) for name, verdict in _COUNTS.items()}
    told: dict[str, Any] = {"ok": ok, **counts, "files": [result.to_dict() for result in results]}
    for measure in found:
        told.setdefault(measure.kind, []).append(measure.to_dict())
    return told


def _show(results: Sequence[FileResult], found: Sequence[Measure]) -> None:
    rows = [
        [str(result.path), "" if result.policy is None else str(result.policy.ref), _counts([result])]
        for result in results
    ]
    print_table("Tests", ("file", "policy", "cases"), rows, wide=("file", "cases"))
    for result in results:
        for case in result.cases:
            if case.outcome is not None and not case.outcome.passed:
                say(f"\nFailed: {case.name}", "bad")
                say(f"{result.path}:{case.place().line}\n")
                say(str(case.outcome))
    for measure in found:
        say(f"\n{measure.report}")
    problems = [problem for result in results for problem in result.all_problems]
    print_problems(list(dict.fromkeys(problems)))  # those of a policy are the same in every case
    say(f"\n{_counts(results)}.", "bad" if _status(results, []) else "good")
    for measure in found:
        if not measure.is_enough:
            share = f"{measure.report.share} of {measure.policy.ref} is {_SHARES[measure.kind]}"
            say(f"{share}, less than the {measure.least:g} % asked for.", "bad")


def _counts(results: Sequence[FileResult]) -> str:
    """Return how many cases passed, failed and were wrong, in words."""
    passed, failed, errors = (_count(results, verdict) for verdict in _COUNTS.values())
    told = [f"{passed:,} passed", f"{failed:,} failed", counted(errors, "error")]
    return ", ".join(text for text, number in zip(told, (passed, failed, errors), strict=True) if number)
