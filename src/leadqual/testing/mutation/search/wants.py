"""Making conditions come out as wanted: what has to be known, to happen, and how long to wait."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from leadqual.conditions.nodes import (
    And,
    Arithmetic,
    Compare,
    History,
    In,
    IsMissing,
    Items,
    Literal,
    Name,
    Node,
    Not,
    Or,
)
from leadqual.conditions.walk import histories, names
from leadqual.model.time import DAY
from leadqual.policy.rules import Bands, Grid
from leadqual.proofs.cells import plain_number
from leadqual.testing.mutation.search.bench import Bench
from leadqual.testing.mutation.search.profile import Profile, is_of_profile
from leadqual.testing.mutation.search.story import Event, Story
from leadqual.testing.mutation.search.tuning import Tuning
from leadqual.testing.mutation.search.want import (
    OPPOSITE,
    Answer,
    Graded,
    Happened,
    Known,
    Value,
    Want,
    compared,
    links,
    regions,
)

_FEW: Final = 4
_OF_EACH: Final = 2
_MOST_STEPS: Final = 40
_MINUTE: Final = DAY // 1440


class Wants:
    """Goes on with stories until they are as wanted, as well as it can.

    Parameters
    ----------
    bench : Bench
        Where stories are tried out.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.profile = Profile(bench)
        self.tuning = Tuning(bench, self.profile)

    def met(self, wants: Iterable[Want], story: Story) -> Iterator[Story]:
        """Yield stories that go on from one and in which everything is as wanted, or nearly so."""
        ordered = sorted(self._taken_apart(wants), key=self._weight)
        yield from self._in_turn(ordered, story, [_MOST_STEPS])

    def _in_turn(self, wants: Sequence[Want], story: Story, left: list[int]) -> Iterator[Story]:
        """Yield stories in which wants are met one after the other, in as many steps as are left."""
        if not wants:
            yield story
            return
        for one in islice(self._one(wants[0], story), _FEW):
            left[0] -= 1
            if left[0] < 0:
                return
            yield from self._in_turn(wants[1:], one, left)

    def _taken_apart(self, wants: Iterable[Want]) -> Iterator[Want]:
        """Yield wants with those that must hold together one by one, so that each can be met in its turn."""
        for want in wants:
            match want:
                case Answer(And(items), True) | Answer(Or(items), False):
                    yield from self._taken_apart(Answer(item, want.answer) for item in items)
                case Answer(Not(item), answer):
                    yield from self._taken_apart([Answer(item, not answer)])
                case Answer(Compare() as node, True) if len(node.rest) > 1 and not is_of_profile(node):
                    yield from self._taken_apart(Answer(link, True) for link in links(node))
                case _:
                    yield want

    def _weight(self, want: Want) -> int:
        """Return when a want has its turn: what is known, then waiting, then what happens, scores last."""
        match want:
            case Known():
                return 0
            case Happened():
                return 4
            case Graded():
                return 5
            case Answer(node) | Value(node):
                read = names(node)
                if any(name.startswith(("score.", "grade.")) for name in read):
                    return 5
                if histories(node):
                    return 2 if isinstance(want, Answer) and _wants_none(want) else 3
                return 1 if "days_in_stage" in read else 0

    def _one(self, want: Want, story: Story) -> Iterator[Story]:
        match want:
            case Known(fields):
                yield story.knowing(dict(fields))
            case Happened(events):
                yield story.then(events)
            case Graded(name, band):
                yield from self.graded(name, band, story)
            case Value(node, low, high):
                yield from self._value(node, low, high, story)
            case Answer(node, answer):
                yield from self._answer(node, answer, story)

    def _answer(self, node: Node, answer: bool, story: Story) -> Iterator[Story]:
        if is_of_profile(node):
            for known in self.profile.giving(node, answer):
                yield story.knowing(known)
            return
        found = compared(node)
        if found is not None:
            expression, sign, constant = found
            for low, high in regions(expression, sign if answer else OPPOSITE[sign], constant):
                yield from islice(self._value(expression, low, high, story), _OF_EACH)
            return
        match node:
            case And(items) | Or(items):  # one of several is enough
                for item in items:
                    yield from self.met([Answer(item, answer)], story)
            case In(Name(path), Items(values), negated) if path.startswith("grade."):
                wanted = {str(value.value) for value in values}
                yield from self._graded(path, wanted, story, inside=answer is not negated)
            case Compare(Name(path), ((sign, Literal(str() as band)),)) if path.startswith("grade."):
                yield from self._graded(path, {band}, story, inside=answer is (sign == "=="))
            case Name("contact.is_customer"):
                yield from (story.then([Event(kind)]) for kind in self._purchases() if answer)
                yield from () if answer else [story]
            case Name(path) | Compare(Name(path)) if path.startswith("consent."):
                yield from self._consented(node, answer, path.partition(".")[2], story)
            case IsMissing(History() as question, negated):
                wanted_events = [Happened((event,)) for event in self.bench.forms.meant(question.selection)]
                yield from self.met(wanted_events[:1] if answer is negated else [], story)
            case _:
                yield story

    def _purchases(self) -> list[str]:
        return sorted(kind for kind in self.bench.policy.meaning.purchases if self.bench.maker.can_be(Event(kind)))

    def _consented(self, node: Node, answer: bool, channel: str, story: Story) -> Iterator[Story]:
        for kind in ("consent_given", "opted_out"):
            said = story.then([Event(kind, (("for_channel", channel),))])
            if self.bench.value(node, said) is answer:
                yield said

    # Grades.

    def _graded(self, path: str, wanted: set[str], story: Story, *, inside: bool) -> Iterator[Story]:
        name = path.partition(".")[2]
        for found in self.bench.policy.grade_values(name):
            if (found in wanted) is inside:
                yield from self.graded(name, found, story)

    def graded(self, name: str, band: str, story: Story) -> Iterator[Story]:
        """Yield stories in which a grade has a value."""
        declared = self.bench.policy.grades[name]
        if isinstance(declared, Grid):
            yield from self._in_cell(declared, band, story)
            return
        low, high = self.bounds_of(declared, band)
        yield from islice(self.tuning.to(declared.score, low, high, story), _FEW)

    def bounds_of(self, declared: Bands, band: str) -> tuple[float, float]:
        """Return from where to where a score has a grade."""
        lows = list(declared.bands.items())
        number = list(declared.bands).index(band)
        return lows[number][1], lows[number - 1][1] if number else math.inf

    def _in_cell(self, grid: Grid, cell: str, story: Story) -> Iterator[Story]:
        rows, columns = self.bench.policy.grade_values(grid.rows), self.bench.policy.grade_values(grid.columns)
        for row in rows:
            for column in columns:
                if grid.cell(row, column) == cell:
                    for half in islice(self.graded(grid.rows, row, story), 1):
                        yield from self.graded(grid.columns, column, half)

    # Values.

    def _value(self, node: Node, low: float, high: float, story: Story) -> Iterator[Story]:
        match node:
            case Name(path) if path.startswith("score."):
                yield from islice(self.tuning.to(path.partition(".")[2], low, high, story), _FEW)
            case Name("days_in_stage"):
                _, stood = self.bench.stands(story)
                yield story.waited(math.ceil(low * DAY) - stood)
            case Name(path):
                yield story.knowing({path: plain_number(low)})
            case History():
                yield from self._asked(node, low, story)
            case Arithmetic(left, "+", right):
                for part in (left, right):
                    yield from self._value(part, low, high, story)
            case Arithmetic(left, "-", right):
                yield from self._value(left, low, high, story)
            case _:
                yield story

    def _asked(self, question: History, value: float, story: Story) -> Iterator[Story]:
        meant = self.bench.forms.meant(question.selection)
        match question.function:
            case "count":
                yield from self._counted(question, value, story, meant)
            case "days_since":
                yield from (story.then([event.aged(max(0, round(value * DAY)))]) for event in meant)
            case _:
                assert question.property is not None  # the check of types refuses it
                forms = self.bench.forms.with_value(question.selection, question.property, plain_number(value))
                yield from (story.then([event]) for event in forms)

    def _counted(self, question: History, value: float, story: Story, meant: Sequence[Event]) -> Iterator[Story]:
        have = self.bench.value(question, story)
        if have is None:
            return
        lacking = math.ceil(value) - have
        if lacking < 0 and question.within is not None:
            yield story.waited(question.within.micros)
        elif lacking == 0:
            yield story
        for event in meant if lacking > 0 else ():
            yield story.then(event.aged(_MINUTE * number) for number in range(min(lacking, 200)))


def _wants_none(want: Answer) -> bool:
    found = compared(want.node)
    if found is None:
        return False
    _, sign, constant = found
    said = sign if want.answer else OPPOSITE[sign]
    return said in ("<", "<=", "==") and constant <= 1
