"""The report as text: the counts, then what no test notices, rule by rule, with the test that would."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from leadqual.testing.mutation.fate import Fate
from leadqual.testing.words import cases_of, printable

if TYPE_CHECKING:
    from leadqual.testing.mutation.report import MutationReport

_LEAST: Final = 40


def as_text(report: MutationReport, width: int) -> Iterator[str]:
    """Return the lines of a report."""
    return map(printable, _lines(report, max(width, _LEAST)))


def _lines(report: MutationReport, width: int) -> Iterator[str]:
    killed, survived, equivalent = len(report.killed), len(report.survived), len(report.equivalent)
    head = f"Mutation of {report.policy} by {cases_of(report.cases)}: {report.share} of the changes are noticed"
    yield from wrap(f"{head} ({killed:,} of {killed + survived:,})", width)
    yield f"  {'killed':<12}{killed:>7,}  a case fails"
    yield f"  {'survived':<12}{survived:>7,}  no case fails"
    if equivalent:
        yield f"  {'equivalent':<12}{equivalent:>7,}  proved to make no difference, so not counted"
    if report.left_out:
        names = f"{cases_of(len(report.left_out))} {'is' if len(report.left_out) == 1 else 'are'}"
        yield from wrap(f"{names} left out, since the policy itself does not pass: {', '.join(report.left_out)}", width)
    if report.survived:
        yield ""
        yield f"Changes that no case notices{', each with a case that would' if report.searched else ''}"
    for place, found in groupby(report.survived, key=lambda fate: fate.mutant.rule or fate.mutant.path):
        yield f"  {place}"
        for fate in found:
            yield from _survivor(fate, width, searched=report.searched)


def _survivor(fate: Fate, width: int, *, searched: bool) -> Iterator[str]:
    yield from wrap(fate.mutant.change, width, initial_indent="    ", subsequent_indent="        ")
    if fate.witness is not None:
        yield from (f"      {line}" for line in str(fate.witness).splitlines())
    elif searched:
        yield "        no case was found that would tell, and no proof that there is none"
