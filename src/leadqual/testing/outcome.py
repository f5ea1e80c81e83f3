"""What came of a case, and the report of one that failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadqual.cards.frame import BAD, GOOD, as_written, card
from leadqual.errors import LeadqualError
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.explain import line_text, moment
from leadqual.lifecycle.policy import Policy
from leadqual.model.score_card import score_text
from leadqual.policy.dump import dump_yaml
from leadqual.proofs.scenario import Scenario
from leadqual.testing.case import Case
from leadqual.testing.checks import Failure
from leadqual.testing.closest import closest


class ExpectationFailed(AssertionError):
    """A decision is not what a test expects; its text is the report.

    Attributes
    ----------
    outcome : Outcome
        What came of the case.
    """

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(str(outcome))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case.

    Parameters
    ----------
    case : Case
        What was asked and expected.
    policy : Policy
        The policy that was asked.
    scenario : Scenario or None
        The contact, its history and the instant; None if an expected error came before.
    decision : Decision or None
        What the policy said; None if it raised.
    error : LeadqualError or None
        What it raised instead.
    failures : tuple of Failure
        What is not as expected.
    """

    case: Case
    policy: Policy
    scenario: Scenario | None
    decision: Decision | None
    error: LeadqualError | None
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.failures

    def _repr_html_(self) -> str:
        said = "as expected" if self.passed else f"{len(self.failures)} not as expected"
        edge = f"border-left:.35rem solid {GOOD if self.passed else BAD};padding-left:.6rem"
        report = "" if self.passed else f"<div style='{edge}'>{as_written(str(self))}</div>"
        return card(self.case.name or "A case", [said], report)

    def __str__(self) -> str:
        """Return the report: what is not as expected, where the contact stands, and what speaks for it."""
        return "\n".join(_report(self))


def _report(outcome: Outcome) -> Iterator[str]:
    if outcome.passed:
        yield f"{outcome.case.name}: as expected"
        return
    yield from map(str, outcome.failures)
    if outcome.error is not None:
        yield f"\n{outcome.policy.ref} raised\n{outcome.error}"
    decision, scenario = outcome.decision, outcome.scenario
    if scenario is not None:
        yield f"\nGiven\n{_indented(_given(outcome.case, scenario))}"
    if decision is None or scenario is None:
        return
    yield from _stand(decision)
    near = closest(outcome.case.expect, decision, outcome.policy, scenario)
    if near is not None:
        yield f"\nClosest\n{_indented(str(near))}"
    for condition in outcome.case.expect.holds:
        standing = outcome.case.begin(outcome.policy, scenario)
        found = outcome.policy.trace(condition, scenario.contact, scenario.history, at=scenario.at, standing=standing)
        if not found:
            yield f"\nDoes not hold\n{_indented(str(found))}"
    yield from _ledgers(outcome, decision)


def _given(case: Case, scenario: Scenario) -> str:
    """Return what was given as YAML that can be pasted into a test file, with where the contact already stood."""
    parts = scenario.as_case()
    if case.standing is not None:
        begins = {"stage": case.standing.stage, "since": str(case.standing.since)}
        parts = {**parts, "standing": begins, "at": parts.pop("at")}
    return dump_yaml(parts)


def _stand(decision: Decision) -> Iterator[str]:
    if decision.stage is not None:
        yield f"\nUnder {decision.policy}, at {moment(decision.at)}, it stands at {decision.stage}"
        for move in decision.moves:
            yield f"  {moment(move.at)}  {move.source} -> {move.target} ({move.transition}) because {move.because}"
        if not decision.moves:
            yield "  nothing has moved it"


def _ledgers(outcome: Outcome, decision: Decision) -> Iterator[str]:
    """Yield the ledger of every score, the lines without points too: they say what did not count."""
    if decision.scores:
        yield "\nScores"
    silent = {name.partition(".")[2] or name for name in outcome.case.expect.reasons}
    for name, score in decision.scores.items():
        yield f"  {name}: {score_text(score)}"
        for line in score.ledger:
            if line.points or line.id in silent:
                why = " (unknown)" if line.unknown else ""
                yield f"    {line_text(line)}{why}"
    grades = [f"{name} {band if band is not None else 'none'}" for name, band in decision.grades.items()]
    if grades:
        yield f"  grades: {', '.join(grades)}"
    for name, affected in decision.missing.items():
        yield f"  not known: {name}, which could have changed {'; '.join(affected)}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
