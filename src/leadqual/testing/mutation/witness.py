"""The test that is missing: a contact of whom the policy and a mutant say different things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from leadqual.cards.shown import Shown
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import from_micros
from leadqual.policy.dump import dump_yaml
from leadqual.proofs.cells import plain_number
from leadqual.proofs.scenario import Scenario, day_or_instant
from leadqual.testing.case import Case
from leadqual.testing.expectation import codes
from leadqual.testing.mutation.compiled import Compiled, Trial, course, differs_at
from leadqual.testing.mutation.equivalence import differences
from leadqual.testing.mutation.mutant import Mutant
from leadqual.testing.mutation.search.places import Places, Tried
from leadqual.testing.mutation.search.probe import Probe
from leadqual.testing.mutation.search.shrink import shrunk
from leadqual.testing.mutation.search.solved import solved
from leadqual.testing.mutation.search.story import Story

_MOST_TRIED: Final = 2_000
_QUICKLY: Final = 300


@dataclass(frozen=True, slots=True)
class Witness(Shown):
    """A contact of whom a policy and one of its mutants say different things.

    Parameters
    ----------
    scenario : Scenario
        The contact, its history, and when somebody looks.
    expect : mapping of str to object
        What the policy says and the mutant does not, in the words of a test file.
    name : str
        What is changed, in a few words.
    begin : tuple of str and int or None
        The stage where the contact is said to stand already, and since when in microseconds.
    """

    scenario: Scenario
    expect: Mapping[str, Any]
    name: str
    begin: tuple[str, int] | None = None

    @property
    def case(self) -> Case:
        """The test that the policy passes and the mutant fails."""
        one = self.scenario
        return Case(
            name=self.name, contact=one.contact, interactions=one.history, at=one.at, standing=self._standing(),
            expect=dict(self.expect),
        )  # fmt: skip

    def _standing(self) -> dict[str, Any] | None:
        if self.begin is None:
            return None
        stage, since = self.begin
        return {"stage": stage, "since": day_or_instant(from_micros(since))}

    def as_case(self) -> dict[str, Any]:
        """Return the test as plain data, in the words of a test file."""
        standing = self._standing()
        begun = {} if standing is None else {"standing": standing}
        return {"name": self.name, **begun, **self.scenario.as_case(), "expect": dict(self.expect)}

    def __str__(self) -> str:
        """Return the test as YAML that can be pasted into a test file, as one of its cases."""
        return dump_yaml([self.as_case()])


class Witnesses:
    """Finds witnesses for mutants of one policy.

    Parameters
    ----------
    policy : Policy
        The policy.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._places = Places(policy)

    def of(self, mutant: Mutant, compiled: Compiled | None = None, *, quickly: bool = False) -> Witness | None:
        """Return a witness for a mutant; None if none was found in as many tries as it is worth."""
        compiled = compiled or Compiled(mutant.policy)
        for tried in islice(self._places.tried(mutant), _QUICKLY if quickly else _MOST_TRIED):
            if self._instant(compiled, tried) is not None:
                found = self._told(mutant, compiled, tried.probe)
                if found is not None:
                    return found
        return None if quickly else self._solved(mutant, compiled)

    def _solved(self, mutant: Mutant, compiled: Compiled) -> Witness | None:
        """Return a witness that the solver of conditions finds."""
        ping = self._places.funnel.ping()

        def looked_at(story: Story) -> Story:
            # Without reviews and interactions at that instant nobody looks whether a transition may fire.
            return story.then([ping]) if self._policy.stages else story

        def shows(story: Story) -> bool:
            return self._shows(compiled, Probe(looked_at(story))) is not None

        found = (solved(self._policy, asked, shows) for asked in differences(mutant))
        story = next((one for one in found if one is not None), None)
        return None if story is None else self._told(mutant, compiled, Probe(looked_at(story)))

    def _instant(self, compiled: Compiled, tried: Tried) -> int | None:
        until = self._places.until
        found = course(compiled, tried.trial, until, tried.looks)
        return differs_at(tried.course, found, until, tried.looks)

    def _shows(self, compiled: Compiled, probe: Probe) -> int | None:
        """Return the instant at which a probe tells a mutant from the policy."""
        tried = self._places.tried_once(probe)
        return None if tried is None else self._instant(compiled, tried)

    def _told(self, mutant: Mutant, compiled: Compiled, probe: Probe) -> Witness | None:
        """Return the witness that a probe makes when nothing is left in it that does not matter."""
        story = shrunk(probe.story, lambda smaller: self._shows(compiled, Probe(smaller, probe.looks)) is not None)
        at, trial = self._shows(compiled, Probe(story, probe.looks)), self._places.bench.maker.trial(story)
        assert at is not None
        assert trial is not None
        original = self._places.bench.compiled
        instants = sorted({one.instant for one in trial.history} | {at}) if at == self._places.until else [at]
        found = (witness_of(mutant, original, compiled, trial, instant) for instant in instants)
        return next((one for one in found if one is not None), None)


def witness_of(mutant: Mutant, original: Compiled, changed: Compiled, trial: Trial, at: int) -> Witness | None:
    """Return the test that a contact at an instant makes; None if nothing differs there."""
    history = tuple(one for one in trial.history if one.instant <= at)
    expected = _expected(original, changed, Trial(trial.contact, history, trial.begin), at)
    if not expected:
        return None
    name, _, number = mutant.id.rpartition("~")
    return Witness(
        Scenario(trial.contact, history, from_micros(at)),
        expected,
        f"{name.rpartition('~')[0]}: {mutant.operator} ({number})",
        trial.begin,
    )


def _expected(original: Compiled, changed: Compiled, trial: Trial, at: int) -> dict[str, Any]:
    """Return what the policy says and its mutant does not."""
    mine, theirs = _said(original, trial, at), _said(changed, trial, at)
    if isinstance(mine, str):
        return {"error": mine} if mine != theirs else {}
    if isinstance(theirs, str):
        return {"stage": mine[0]}
    expected: dict[str, Any] = {}
    if mine[0] != theirs[0]:
        expected["stage"] = mine[0]
    if mine[1] != theirs[1]:
        expected |= _moves(mine[1], theirs[1])
    names = list(original.policy.score_ranges)
    pairs = list(zip(mine[2], theirs[2], strict=True))
    scores = {
        name: None if a is None else plain_number(a) for name, (a, b) in zip(names, pairs, strict=False) if a != b
    }
    grades = {name: a for name, (a, b) in zip(original.policy.grades, pairs[len(names) :], strict=True) if a != b}
    return expected | {key: value for key, value in (("scores", scores), ("grades", grades)) if value}


def _moves(mine: list[str], theirs: list[str]) -> dict[str, Any]:
    """Return the last move where that is enough to tell, else all of them."""
    last, other = (moves[-1] if moves else None for moves in (mine, theirs))
    if last != other and last is not None:
        return {"because": last}
    return {"moves": mine}


def _said(compiled: Compiled, trial: Trial, at: int) -> tuple[str | None, list[str], tuple[Any, ...]] | str:
    """Return the stage, the moves, and the values of scores and grades; the code of an error in place of them."""
    try:
        view = compiled.view(trial)
        stage, steps = compiled.steps(view, trial, at)
        return stage, [step.transition.id for step in steps], compiled.values(view, at)
    except LeadqualError as error:
        return codes(error)[0]
