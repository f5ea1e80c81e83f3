"""What to try of a condition: each of its parts just below, at and above its constant, where it alone decides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, TypeAlias

from leadqual.conditions.nodes import And, Compare, History, Node, Not, Or
from leadqual.conditions.walk import histories, names
from leadqual.testing.mutation.operators.edit import moved
from leadqual.testing.mutation.search.profile import is_of_profile
from leadqual.testing.mutation.search.story import Event
from leadqual.testing.mutation.search.want import Answer, Graded, Happened, Known, Value, Want, compared, links
from leadqual.testing.mutation.search.wants import Wants

_MOST_KNOWN: Final = 40
_MOST_FORMS: Final = 24
_EXACTLY: Final = 1e-6

Trying: TypeAlias = list[Want]
"""What should be so all at once."""


def tryings(node: Node, wants: Wants) -> Iterator[Trying]:
    """Yield what to try of a condition: that it is true, then each of its parts where it alone decides."""
    yield [Answer(node, True)]
    for part, others in _deciding(node, []):
        for wanted in of_part(part, wants):
            yield [*others, *wanted]


def _deciding(node: Node, others: Sequence[Want]) -> Iterator[tuple[Node, list[Want]]]:
    """Yield the parts of a condition, each with the answers of the others that let it decide."""
    match node:
        case And(items) | Or(items):
            neutral = isinstance(node, And)
            for number, item in enumerate(items):
                beside = [Answer(other, neutral) for place, other in enumerate(items) if place != number]
                yield from _deciding(item, [*others, *beside])
        case Not(item):
            yield from _deciding(item, others)
        case Compare() if len(node.rest) > 1 and not is_of_profile(node):
            for number, link in enumerate(chain := links(node)):
                beside = [Answer(other, True) for place, other in enumerate(chain) if place != number]
                yield from _deciding(link, [*others, *beside])
        case _:
            yield node, list(others)


def of_part(node: Node, wants: Wants) -> Iterator[Trying]:
    """Yield what to try of a part that is neither ``and`` nor ``or``."""
    if is_of_profile(node):
        for known, _ in islice(wants.profile.cells(node), _MOST_KNOWN):
            yield [Known(tuple(known.items()))]
        return
    found = compared(node)
    if (grade := _grade_read(node)) is not None:
        for band in wants.bench.policy.grade_values(grade):
            yield [Graded(grade, band)]
    elif found is None:
        yield [Answer(node, True)]
        yield [Answer(node, False)]
    else:
        for low, high in _near(found[0], found[2]):
            yield [Value(found[0], low, high)]
    for question in histories(node):
        yield from _of_question(question, 1 if found is None else found[2], wants)


def _grade_read(node: Node) -> str | None:
    """Return the grade that a part asks about."""
    read = names(node)
    is_grade = len(read) == 1 and read[0].startswith("grade.") and not histories(node)
    return read[0].partition(".")[2] if is_grade else None


def _near(expression: Node, constant: float) -> list[tuple[float, float]]:
    """Return where to look around a constant."""
    below, above = moved(constant)
    if any(name.startswith("score.") for name in names(expression)):
        return [(constant, constant + _EXACTLY), (below, constant), (constant + _EXACTLY, above), (above, math.inf)]
    found = [(constant, constant), (below, below), (above, above)]
    return [(low, high) for low, high in found if low >= 0 or not histories(expression)]


def _of_question(question: History, constant: float, wants: Wants) -> Iterator[Trying]:
    """Yield histories with every form of what a question is about, as often as matters, and at the window's ends."""
    forms = wants.bench.forms
    numbers = sorted({1, max(1, math.ceil(constant)), max(1, math.ceil(constant) + 1)})
    for event, _ in forms.of(question.selection)[:_MOST_FORMS]:
        for number in numbers if question.function == "count" else (1,):
            yield [Happened(several(event, number))]
    if question.within is not None:
        window = question.within.micros
        for event in forms.meant(question.selection)[:2]:
            for number in numbers:
                for age in (window - 1, window, window + 10 * _DAY):
                    yield [Happened(tuple(one.aged(one.age + age) for one in several(event, number)))]


_DAY: Final = 86_400_000_000
_MINUTE: Final = 60_000_000


def several(event: Event, number: int, apart: int = _MINUTE) -> tuple[Event, ...]:
    """Return an event several times, the last of them where it stands."""
    return tuple(event.aged(event.age + apart * place) for place in range(number))
