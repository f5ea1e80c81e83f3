"""What to try of a rule: how often, how long ago, on which days, in which forms, and beside which other rules."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Final

from leadqual.model.time import DAY
from leadqual.policy.rules import Rule, ScoreRules
from leadqual.testing.mutation.operators.edit import moved_length
from leadqual.testing.mutation.search.of_conditions import several, tryings
from leadqual.testing.mutation.search.probe import Probe
from leadqual.testing.mutation.search.story import Event, Story
from leadqual.testing.mutation.search.wants import Wants

_MOST_EVENTS: Final = 150
_MOST_FORMS: Final = 30
_MINUTE: Final = 60_000_000
_MOST_LEVERS: Final = 40


def rule_probes(score: str, rule: Rule, wants: Wants) -> Iterator[Probe]:
    """Yield contacts who show every side of a rule."""
    made = _of_attribute(rule, wants) if rule.when is not None else _of_interactions(score, rule, wants)
    looks = tuple(sorted({0, *_ages(rule)}))
    for story in made:
        yield Probe(story, looks)
        for lifted in lifts(score, story, rule, wants):
            yield Probe(lifted, looks)


def lifts(score: str, story: Story, rule: Rule, wants: Wants) -> Iterator[Story]:
    """Yield the same story with other points, where the score would else lie at an end of its range."""
    declared = wants.bench.policy.scores[score]
    low, high = declared.range
    value = wants.bench.score(story, score)
    if value is None or low < value < high:
        return
    for event in islice(_other_levers(score, rule, wants), _MOST_LEVERS):
        beside = story
        for number in range(6):
            beside = beside.then([event.aged(number * DAY)])
            found = wants.bench.score(beside, score)
            if found is not None and low < found < high:
                yield beside
                return
    for target in (0.3, 0.6):
        middle = low + (high - low) * target
        yield from islice(wants.tuning.to(score, middle - 8, middle + 8, story), 1)


def _other_levers(score: str, rule: Rule, wants: Wants) -> Iterator[Event]:
    """Yield events that another rule gives points for."""
    levers = wants.tuning.levers(score)
    return (event for event, other in levers if other.id != rule.id and other.points > 0)


def _ages(rule: Rule) -> Iterator[int]:
    """Yield the ages around which the points of an interaction change."""
    for window in (rule.within, rule.half_life, rule.linear, None if rule.step is None else rule.step.every):
        if window is not None:
            yield from (window.micros // 2, window.micros - 1, window.micros, window.micros + DAY)
            yield from (other.micros for other in moved_length(window))


def _of_attribute(rule: Rule, wants: Wants) -> Iterator[Story]:
    assert rule.when is not None
    for trying in tryings(rule.when, wants):
        yield from islice(wants.met(trying, Story()), 3)


def _of_interactions(score: str, rule: Rule, wants: Wants) -> Iterator[Story]:
    assert rule.each is not None
    forms, declared = wants.bench.forms.of(rule.each), wants.bench.policy.scores[score]
    meant = [event for event, is_meant in forms if is_meant]
    for event in meant[:1]:
        yield Story(events=(event,))
        yield from (Story(events=(event.aged(age),)) for age in _ages(rule))
        yield from (Story(events=events) for events in _often(rule, event, declared))
        yield from _beside(score, rule, event, wants)
    for event, _ in forms[:_MOST_FORMS]:
        yield Story(events=(event,))


def _often(rule: Rule, event: Event, declared: ScoreRules) -> Iterator[tuple[Event, ...]]:
    """Yield an event several times: at once, in one window of a limit, and as often as each window lets through."""
    limit = rule.at_most
    at_once, window = (1, DAY) if limit is None else (limit.count, limit.per.micros)
    for number in sorted({2, 3, 5, at_once, at_once + 1, at_once + 2, *_enough(rule, declared)}):
        if 1 < number <= _MOST_EVENTS:
            yield several(event, number)
            yield several(event, number, window)
            if number > at_once:
                yield several(event, number, max(1, window // number))
                yield packed(event, number, at_once, window)
    for other in () if limit is None else moved_length(limit.per):
        yield packed(event, at_once + 1, at_once, other.micros)


def _enough(rule: Rule, declared: ScoreRules) -> Iterator[int]:
    """Yield how often an event has to happen to come to a cap, and beyond."""
    caps = [rule.cap, None if rule.group is None else declared.groups[rule.group].cap]
    for cap in caps:
        if cap is not None:
            enough = math.ceil(cap / abs(rule.points))
            yield from (enough, enough + 1, enough + 2, enough + enough // 2)


def packed(event: Event, number: int, at_once: int, window: int) -> tuple[Event, ...]:
    """Return an event so often, as many in each window as a limit lets through."""
    return tuple(
        event.aged(event.age + place // at_once * window + place % at_once * _MINUTE) for place in range(number)
    )


def _beside(score: str, rule: Rule, event: Event, wants: Wants) -> Iterator[Story]:
    """Yield the event beside those of the rules that share a cap with it, ever more of them."""
    declared = wants.bench.policy.scores[score]
    for others in _fillers(declared, rule, wants) if rule.group is not None else ():
        for own in (1, 2, 3, 8):
            yield Story(events=(*several(event, own, DAY), *others))


def _fillers(declared: ScoreRules, rule: Rule, wants: Wants) -> Iterator[tuple[Event, ...]]:
    mates = [one for one in declared.rules if one.group == rule.group and one.id != rule.id and one.each is not None]
    events = [(one, wants.bench.forms.meant(one.each)[:1]) for one in mates if one.each is not None]
    for number in (1, 2, 3, 5, 8, 13, 21):
        for _, forms in events:
            yield from (several(form, number, DAY) for form in forms)
        yield tuple(one for _, forms in events for form in forms for one in several(form, number, DAY))


def group_probes(score: str, group: str, wants: Wants) -> Iterator[Probe]:
    """Yield contacts whose points in a group come to its cap, and beyond."""
    for rule in wants.bench.policy.scores[score].rules:
        if rule.group == group:
            yield from rule_probes(score, rule, wants)
