"""The rules of a score, looked at for one contact at one instant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadqual.engines.numbers import within_cap
from leadqual.engines.record import CompiledRule, RecordEngine
from leadqual.engines.series import EMPTY, Series
from leadqual.engines.view import View
from leadqual.policy.rules import Rule
from leadqual.proofs.scope import Scope
from leadqual.testing.coverage.conditions import Condition, Filter
from leadqual.testing.coverage.items import Claim, Item
from leadqual.testing.coverage.missing import can_be_missing
from leadqual.testing.coverage.most import can_be_capped, can_fade, group_can_be_capped
from leadqual.testing.coverage.seen import Seen

_ANSWERS: Final = {True: "fired", False: "not fired", None: "unknown"}


class Attribute:
    """A rule with ``when:``."""

    def __init__(self, score: str, compiled: CompiledRule, engine: RecordEngine, seen: Seen) -> None:
        when, rule = compiled.rule.when, compiled.rule
        assert when is not None  # of an attribute rule
        asked = (
            ("fired", "not fired", "unknown")
            if can_be_missing(when, Scope(engine.policy))
            else tuple(_ANSWERS.values())[:2]
        )
        claims = {way: Claim(when, answer) for answer, way in _ANSWERS.items()}
        self.item = Item("rules", f"score {score}", rule.id, asked, claims=claims)
        self.condition = Condition(f"rule {score}.{rule.id}", when, engine, seen)
        self.filters = self.condition.filters
        self.items = [self.item, *self.condition.items]
        self._answer = engine.compiled(when)
        self._ways = seen.ways[self.item.key]

    def look(self, view: View) -> None:
        """Note whether it fired, and what every part of its condition is."""
        self._ways.add(_ANSWERS[self._answer(view)])
        self.condition.look(view)


class Counting:
    """A rule with ``each:``."""

    def __init__(self, score: str, compiled: CompiledRule, engine: RecordEngine, seen: Seen) -> None:
        rule = self.rule = compiled.rule
        assert rule.each is not None  # of a rule about interactions
        assert compiled.slot is not None
        self.item = Item("rules", f"score {score}", rule.id, *_ways_of(rule))
        where = f"rule {score}.{rule.id}"
        self.filters = [] if rule.each.where is None else [Filter(where, rule.each, engine, seen)]
        self.items = [self.item, *(item for one in self.filters for item in one.items)]
        self._compiled = compiled
        self._questions = engine.questions
        self._slot = compiled.slot
        self._unlimited = None if rule.at_most is None else engine.questions.slot(rule.each)
        self._ways = seen.ways[self.item.key]
        self._fades = can_fade(rule)

    def look(self, view: View) -> None:
        """Note what the rule made of the interactions up to the instant of a view."""
        series = self._questions.series(view, self._slot)
        if series is EMPTY:
            self._ways.add("not counted")
            return
        points, count = self._compiled.points(view, view.now)
        self._ways.add("counted" if count else "not counted")
        rule = self.rule
        if rule.cap is not None and abs(points) > rule.cap:
            self._ways.add("capped")
        self._note_ages(series, view.now)
        if self._unlimited is not None:
            visible = self._questions.series(view, self._unlimited).span(view.now, None)[1]
            if visible > series.span(view.now, None)[1]:
                self._ways.add("limited")

    def _note_ages(self, series: Series, now: int) -> None:
        rule = self.rule
        start, end = series.span(now, None if rule.within is None else rule.within.micros)
        if start > 0:
            self._ways.add("too old")
        least = 1 if rule.step is None else rule.step.every.micros
        if self._fades and end > start and now - series.times[start] >= least:
            self._ways.add("faded")


def _ways_of(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the ways that are asked of a rule about interactions, none seen yet, and those that are impossible."""
    decays = any(option is not None for option in (rule.half_life, rule.linear, rule.step))
    options = {
        "faded": (decays, can_fade(rule)),
        "too old": (rule.within is not None, True),
        "limited": (rule.at_most is not None, True),
        "capped": (rule.cap is not None, can_be_capped(rule)),
    }
    asked = [way for way, (has, can) in options.items() if has and can]
    return ("counted", "not counted", *asked), (), tuple(way for way, (has, can) in options.items() if has and not can)


class Group:
    """Rules that share a cap."""

    def __init__(self, score: str, name: str, members: list[CompiledRule], engine: RecordEngine, seen: Seen) -> None:
        declared = engine.policy.scores[score]
        self.cap = declared.groups[name].cap
        can = group_can_be_capped(declared, name)
        asked, impossible = (("capped",), ()) if can else ((), ("capped",))
        self.item = Item("rules", f"score {score}", f"group {name}", asked, impossible=impossible)
        self._members = members
        self._ways = seen.ways[self.item.key]

    def look(self, view: View) -> None:
        """Note whether the cap was passed."""
        total = 0.0
        for member in self._members:
            points = member.points(view, view.now)[0]
            total += points if member.cap is None else within_cap(points, member.cap)
        if abs(total) > self.cap:
            self._ways.add("capped")


class Score:
    """A score by rules."""

    def __init__(self, name: str, engine: RecordEngine, seen: Seen) -> None:
        compiled = engine.rules[name]
        self.rules = [(Attribute if one.slot is None else Counting)(name, one, engine, seen) for one in compiled]
        self.groups = [
            Group(name, group, [one for one in compiled if one.group == group], engine, seen)
            for group in engine.policy.scores[name].groups
        ]
        self.filters = [found for rule in self.rules for found in rule.filters]

    def items(self) -> Iterator[Item]:
        """Yield what there is to cover of it."""
        for rule in self.rules:
            yield from rule.items
        for group in self.groups:
            yield group.item

    def look(self, view: View) -> None:
        """Note what every rule made of a contact at an instant."""
        for rule in self.rules:
            rule.look(view)
        for group in self.groups:
            group.look(view)
