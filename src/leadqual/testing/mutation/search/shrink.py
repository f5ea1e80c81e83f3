"""Making a story smaller while it still shows the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from leadqual.model.time import DAY
from leadqual.testing.mutation.search.story import Event, Story

_UNITS: Final = (DAY, DAY // 24, DAY // 1440, DAY // 86_400)
_MOST_ROUNDS: Final = 4
_MOST_AT_ONCE: Final = 24


def shrunk(story: Story, shows: Callable[[Story], bool]) -> Story:
    """Return a story with as little as possible in it, and round times, that still shows what it shall."""
    for _ in range(_MOST_ROUNDS):
        smaller = _with_fewer_events(story, shows)
        for make in (_without_begin, _without_fields, _without_properties):
            smaller = _first_that_shows(smaller, make, shows)
        if smaller == story:
            break
        story = smaller
    return _rounded(story, shows)


def _with_fewer_events(story: Story, shows: Callable[[Story], bool]) -> Story:
    """Leave out events, many at once where there are many."""
    size = max(1, len(story.events) // 2)
    while True:
        start = 0
        while start < len(story.events):
            fewer = replace(story, events=story.events[:start] + story.events[start + size :])
            if shows(fewer):
                story = fewer
            else:
                start += size
        if size == 1:
            return story
        size //= 2


def _first_that_shows(story: Story, make: Callable[[Story], Iterator[Story]], shows: Callable[[Story], bool]) -> Story:
    for _ in range(_MOST_AT_ONCE):
        smaller = next((one for one in make(story) if shows(one)), None)
        if smaller is None:
            return story
        story = smaller
    return story


def _without_begin(story: Story) -> Iterator[Story]:
    if story.begin is not None:
        yield replace(story, begin=None)


def _without_fields(story: Story) -> Iterator[Story]:
    for name in story.fields:
        yield replace(story, fields={other: value for other, value in story.fields.items() if other != name})


def _without_properties(story: Story) -> Iterator[Story]:
    for number, event in enumerate(story.events):
        for place in range(len(event.properties)):
            plainer = Event(event.kind, event.properties[:place] + event.properties[place + 1 :], event.age)
            yield replace(story, events=(*story.events[:number], plainer, *story.events[number + 1 :]))


def _rounded(story: Story, shows: Callable[[Story], bool]) -> Story:
    """Put every event at the beginning of a day, of an hour, … where that does no harm."""
    for unit in _UNITS:
        for number, event in enumerate(story.events):
            for age in (event.age // unit * unit, -(-event.age // unit) * unit):
                if age == event.age:
                    break
                events = (*story.events[:number], event.aged(age), *story.events[number + 1 :])
                if shows(changed := replace(story, events=events)):
                    story = changed
                    break
    return story
