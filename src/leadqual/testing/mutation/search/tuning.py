"""Bringing a score to a value: by what is known, by what happened, and by when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product
from math import prod
from typing import Final

from leadqual.conditions.walk import names
from leadqual.model.time import DAY, SECOND
from leadqual.policy.rules import Rule
from leadqual.testing.mutation.search.bench import Bench
from leadqual.testing.mutation.search.profile import Known, Profile, is_of_profile
from leadqual.testing.mutation.search.story import Event, Story

_UNITS: Final = (DAY, 3600 * SECOND, 60 * SECOND, SECOND, 1)
_LONGEST: Final = 800 * DAY
_MOST_COMBINED: Final = 20_000
_DEEPEST: Final = 5
_WIDEST: Final = 4
_MOST_TRIES: Final = 900


class Tuning:
    """Brings scores to values.

    Parameters
    ----------
    bench : Bench
        Where stories are tried out.
    profile : Profile
        What may be known.
    """

    def __init__(self, bench: Bench, profile: Profile) -> None:
        self._bench = bench
        self._profile = profile
        self._levers: dict[str, list[tuple[Event, Rule]]] = {}
        self._sums: dict[str, list[tuple[float, Known]]] = {}
        self._left = 0
        self.avoided: frozenset[str] = frozenset()

    def to(self, score: str, low: float, high: float, story: Story) -> Iterator[Story]:
        """Yield stories that go on from one and in which a score lies in ``[low, high)``, the simplest first."""
        self._left = _MOST_TRIES
        value = self._value(story, score)
        if value is None or score not in self._bench.policy.scores:
            return
        if low <= value < high:
            yield story
        yield from self._by_fields(score, low, high, story, value)
        yield from self._by_events(score, low, high, story, value)
        if value >= high:
            yield from self._fitting(score, low, high, story.waited, falls=True)

    def _value(self, story: Story, score: str) -> float | None:
        self._left -= 1
        return self._bench.score(story, score)

    def _fits(self, score: str, low: float, high: float, story: Story) -> bool:
        value = self._value(story, score)
        return value is not None and low <= value < high

    # By what is known.

    def _by_fields(self, score: str, low: float, high: float, story: Story, value: float) -> Iterator[Story]:
        found = 0
        clipped = value in self._bench.policy.scores[score].range
        for replaces in (False, True):
            for total, known in self._sums_of(score):
                clashes = any(name in story.fields for name in known)
                lands = low - value <= total < high - value or clipped
                if clashes is not replaces or not (clashes or lands):
                    continue
                if self._left <= 0:
                    return
                changed = story.knowing(known)
                if self._fits(score, low, high, changed):
                    yield changed
                    found += 1
                if found >= 3:
                    return

    def _sums_of(self, score: str) -> list[tuple[float, Known]]:
        """Return what a score can gain by fields, each sum a few times, with as few fields as possible."""
        if score not in self._sums:
            parts = self._components(score)
            combined: list[tuple[float, Known]] = []
            if prod(len(part) + 1 for part in parts) <= _MOST_COMBINED:
                for chosen in product(*([(0.0, {}), *part] for part in parts)):
                    known = {name: value for _, one in chosen for name, value in one.items() if value is not None}
                    if known:
                        combined.append((sum(points for points, _ in chosen), known))
            combined.sort(key=lambda pair: len(pair[1]))
            seen: dict[float, int] = {}
            kept = []
            for total, known in combined:
                seen[total] = seen.get(total, 0) + 1
                if seen[total] <= 4:
                    kept.append((total, known))
            self._sums[score] = kept
        return self._sums[score]

    def _components(self, score: str) -> list[list[tuple[float, Known]]]:
        """Return for each set of fields that rules read together what it can be worth."""
        rules = [one for one in self._bench.policy.scores[score].rules if one.when is not None]
        fielded = [one for one in rules if one.when is not None and is_of_profile(one.when)]
        groups: list[tuple[set[str], list[Rule]]] = []
        for rule in fielded:
            assert rule.when is not None
            read, members = set(names(rule.when)), [rule]
            for other in [group for group in groups if group[0] & read]:
                groups.remove(other)
                read, members = read | other[0], other[1] + members
            groups.append((read, members))
        return [self._options(members) for _, members in groups]

    def _options(self, rules: list[Rule]) -> list[tuple[float, Known]]:
        whens = [rule.when for rule in rules if rule.when is not None]
        found: dict[float, Known] = {}
        for when in whens:
            for known, _ in self._profile.cells(when):
                story = Story(known)
                points = sum(
                    rule.points
                    for rule in rules
                    if rule.when is not None and self._bench.value(rule.when, story) is True
                )
                if points:
                    found.setdefault(points, known)
        return list(found.items())

    # By what happened.

    def _by_events(self, score: str, low: float, high: float, story: Story, value: float) -> Iterator[Story]:
        """Yield stories with ever more events: those that land there, else the last of them some time ago."""
        level = [(value, story)]
        for _ in range(_DEEPEST):
            following: list[tuple[float, Story]] = []
            for reached, so_far in level:
                if self._left <= 0:
                    return
                up = reached < low
                effects = self._effects(score, so_far, reached, up=up)
                for then, event, _ in effects:
                    if low <= then < high:
                        yield so_far.then([event])
                beyond = [one for one in effects if (one[0] >= high if up else one[0] < low)]
                for _, event, rule in beyond:
                    if self._left <= 0:
                        return
                    yield from self._aged(score, low, high, so_far, event, rule, up=up)
                short = [one for one in effects if (one[0] < low if up else one[0] >= high)]
                short.sort(key=lambda one: one[0], reverse=up)
                beyond.sort(key=lambda one: one[0], reverse=not up)
                following += [(then, so_far.then([event])) for then, event, _ in (*beyond[:1], *short[:2])]
            level = following[:_WIDEST]

    def _effects(self, score: str, story: Story, value: float, *, up: bool) -> list[tuple[float, Event, Rule]]:
        """Return the events that move a score in one direction, with where it comes to lie if they happen now."""
        found = []
        for event, rule in sorted(self.levers(score), key=lambda pair: pair[0].kind in self.avoided):
            then = self._value(story.then([event]), score) if self._left > 0 else None
            if then is not None and (then > value if up else then < value):
                found.append((then, event, rule))
        return found

    def levers(self, score: str) -> list[tuple[Event, Rule]]:
        """Return events that move a score, those that move no contact first."""
        if score not in self._levers:
            found = [
                (event, rule)
                for name in self._read_by(score)
                for rule in self._bench.policy.scores[name].rules
                if rule.each is not None
                for event in self._bench.forms.meant(rule.each)[:1]
            ]
            self._levers[score] = sorted(found, key=lambda pair: pair[0].kind in self._bench.events)
        return self._levers[score]

    def _read_by(self, score: str) -> list[str]:
        """Return a score and those that its rules read, by rules too."""
        found = [score]
        for name in found:
            for rule in self._bench.policy.scores[name].rules:
                read_names = names(rule.when) if rule.when is not None else ()
                read = [path.partition(".")[2] for path in read_names if path.startswith("score.")]
                found += [one for one in read if one not in found and one in self._bench.policy.scores]
        return found

    def _aged(
        self, score: str, low: float, high: float, story: Story, event: Event, rule: Rule, *, up: bool
    ) -> Iterator[Story]:
        def made(age: int) -> Story:
            return story.then([event.aged(age)])

        if rule.half_life is not None:
            for times in (1, 2, 3):
                if self._fits(score, low, high, made(times * rule.half_life.micros)):
                    yield made(times * rule.half_life.micros)
                    return
        yield from islice(self._fitting(score, low, high, made, falls=up), 1)

    def _fitting(
        self, score: str, low: float, high: float, made: Callable[[int], Story], *, falls: bool
    ) -> Iterator[Story]:
        """Yield the story of the length at which a score comes to lie between, in days, hours, … microseconds."""

        def passed(length: int) -> bool:
            value = self._value(made(length), score)
            return value is not None and (value < high if falls else value >= low)

        below, above = 0, _LONGEST
        if not passed(above):
            return
        for unit in _UNITS:
            while above - below > unit:
                middle = (below + above) // 2 // unit * unit
                if middle <= below:
                    middle += unit
                if middle >= above:
                    break
                below, above = (below, middle) if passed(middle) else (middle, above)
            if self._fits(score, low, high, made(above)):
                yield made(above)
                return
