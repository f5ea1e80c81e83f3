"""What to try for a mutant, by the part of the policy that it changes; tried out on the policy once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import histories
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import DAY
from leadqual.testing.mutation.compiled import Course, Trial, course
from leadqual.testing.mutation.mutant import Mutant
from leadqual.testing.mutation.search.bench import Bench
from leadqual.testing.mutation.search.maker import NOW
from leadqual.testing.mutation.search.of_funnel import OfFunnel
from leadqual.testing.mutation.search.of_grades import grade_probes
from leadqual.testing.mutation.search.of_rules import group_probes, rule_probes
from leadqual.testing.mutation.search.probe import Probe
from leadqual.testing.mutation.search.stages import Stages
from leadqual.testing.mutation.search.wants import Wants

_LONGEST: Final = 420 * DAY


class Tried:
    """A probe with what becomes of it under the policy.

    Parameters
    ----------
    probe : Probe
        What is tried.
    trial : Trial
        Its contact and history.
    looks : tuple of int
        The instants at which scores and grades are looked at.
    course : Course
        What becomes of it.
    """

    __slots__ = ("course", "looks", "probe", "trial")

    def __init__(self, probe: Probe, trial: Trial, looks: tuple[int, ...], found: Course) -> None:
        self.probe = probe
        self.trial = trial
        self.looks = looks
        self.course = found


class Places:
    """Finds out what to try for mutants of a policy.

    Parameters
    ----------
    policy : Policy
        The policy.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.bench = Bench(policy)
        self.wants = Wants(self.bench)
        self.funnel = OfFunnel(self.wants, Stages(self.bench, self.wants))
        self.until = NOW + _reach(policy)
        self._probes: dict[tuple[str, ...], _Kept] = {}

    def tried(self, mutant: Mutant) -> Iterator[Tried]:
        """Yield what has been tried for a mutant, or is tried now, each with what became of it under the policy."""
        key, probes = self._probes_for(mutant)
        if key not in self._probes:
            self._probes[key] = _Kept(self.tried_once(probe) for probe in probes)
        yield from self._probes[key]

    def tried_once(self, probe: Probe) -> Tried | None:
        """Return what becomes of a probe under the policy; None if there can be no such contact."""
        trial = self.bench.maker.trial(probe.story)
        if trial is None:
            return None
        looks = tuple(NOW + later for later in probe.looks)
        return Tried(probe, trial, looks, course(self.bench.compiled, trial, self.until, looks))

    def _probes_for(self, mutant: Mutant) -> tuple[tuple[str, ...], Iterator[Probe]]:
        match mutant.place:
            case ("scores", str(score), *_) if mutant.operator.startswith("group") and mutant.operator != "group left":
                group = str(mutant.rule).partition(".")[2]
                return ("group", score, group), group_probes(score, group, self.wants)
            case ("scores", str(score), "groups", str(group), *_):
                return ("group", score, group), group_probes(score, group, self.wants)
            case ("scores", str(score), *_):
                name = str(mutant.rule).partition(".")[2]
                rule = next(one for one in self.policy.scores[score].rules if one.id == name)
                return ("rule", score, name), rule_probes(score, rule, self.wants)
            case ("grades", str(name), *_):
                return ("grade", name), grade_probes(name, self.wants)
            case _:
                return self._of_funnel(mutant)

    def _of_funnel(self, mutant: Mutant) -> tuple[tuple[str, ...], Iterator[Probe]]:
        ways = {way.id: way for way in self.policy.transitions}
        if mutant.operator == "reordered":
            one, other = mutant.before.split(", ")
            both = (
                self.funnel.together(ways[one], ways[other]),
                self.funnel.of(ways[one]),
                self.funnel.of(ways[other]),
            )
            return ("pair", one, other), chain.from_iterable(both)
        return ("way", str(mutant.rule)), self.funnel.of(ways[str(mutant.rule)])


class _Kept:
    """What an iterator yields, kept so that others can have it too; what could not be made is left out."""

    def __init__(self, source: Iterator[Tried | None]) -> None:
        self._source = source
        self._found: list[Tried] = []

    def __iter__(self) -> Iterator[Tried]:
        number = 0
        while True:
            while number < len(self._found):
                yield self._found[number]
                number += 1
            following = next((one for one in self._source if one is not None), None)
            if following is None:
                return
            self._found.append(following)


def _reach(policy: Policy) -> int:
    """Return how long after the last event something may still come about."""
    nodes: list[Node] = [way.when for way in policy.transitions if way.when is not None]
    windows = [question.within.micros for node in nodes for question in histories(node) if question.within is not None]
    return min(max([31 * DAY, *windows]) + 40 * DAY, _LONGEST)
