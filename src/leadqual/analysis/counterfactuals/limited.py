"""When interactions happen so that each of them counts, under rules that let only so many through in a window."""

from __future__ import annotations

from collections.abc import Sequence

from leadqual.analysis.counterfactuals.actions import Happen, Kinds
from leadqual.analysis.counterfactuals.reads import Reads
from leadqual.analysis.forecasts.case import Case
from leadqual.engines.record import CompiledRule
from leadqual.engines.series import let_through
from leadqual.engines.view import View
from leadqual.policy.fields import AtMost

_TURNS = 1000


class Limited:
    """The rules with a limit that matter to a contact.

    Parameters
    ----------
    case : Case
        The contact.
    reads : Reads
        What matters.
    kinds : Kinds
        How interactions are made.
    """

    def __init__(self, case: Case, reads: Reads, kinds: Kinds) -> None:
        self._case = case
        self._kinds = kinds
        read = {(score, rule.id) for score, rule in reads.rules if rule.at_most is not None}
        rules = case.decider.engine.rules
        self._rules = [one for score, several in rules.items() for one in several if (score, one.rule.id) in read]
        slots = [case.decider.engine.questions.slot(one.rule.each) for one in self._rules if one.rule.each is not None]
        view = View(case.decider.engine, case.contact, case.history)
        self._happened = [tuple(case.decider.engine.questions.series(view, slot).times) for slot in slots]
        self._concerned: dict[Happen, tuple[int, ...]] = {}

    def spread(self, happening: Sequence[Happen], start: int) -> list[int]:
        """Return, for each interaction, the earliest instant from `start` on at which every limit lets it through."""
        counted = [list(times) for times in self._happened]
        return [self._next_free(action, counted, start) for action in happening]

    def _next_free(self, action: Happen, counted: list[list[int]], start: int) -> int:
        concerned, instant = self._rules_of(action), start
        for _ in range(_TURNS):
            held = [number for number in concerned if not _counts(self._limit(number), counted[number], instant)]
            if not held:
                break
            instant = max(_after(self._limit(number), counted[number], instant) for number in held)
        for number in concerned:
            counted[number].append(instant)
            counted[number].sort()
        return instant

    def _rules_of(self, action: Happen) -> tuple[int, ...]:
        """Return which of the rules an interaction matches."""
        if action not in self._concerned:
            one = self._kinds.make(action, "new", 0)
            view = View(self._case.decider.engine, self._case.contact, [one])
            self._concerned[action] = tuple(
                number for number, rule in enumerate(self._rules) if self._matches(rule, view)
            )
        return self._concerned[action]

    def _matches(self, rule: CompiledRule, view: View) -> bool:
        assert rule.slot is not None  # only rules about interactions have limits
        return bool(self._case.decider.engine.questions.series(view, rule.slot).times)

    def _limit(self, number: int) -> AtMost:
        limit = self._rules[number].rule.at_most
        assert limit is not None  # others are not kept
        return limit


def _counts(limit: AtMost, before: Sequence[int], instant: int) -> bool:
    times = sorted([*before, instant])
    return len(let_through(times, limit)) > len(let_through(list(before), limit))


def _after(limit: AtMost, before: Sequence[int], instant: int) -> int:
    """Return when a limit that is used up may let another one through."""
    if not limit.rolling:
        return (instant // limit.per.micros + 1) * limit.per.micros
    return max(instant + 1, let_through(list(before), limit)[-limit.count] + limit.per.micros)
