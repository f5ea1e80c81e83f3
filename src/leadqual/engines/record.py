"""The compiled engine for one contact: the policy's conditions and rules as functions, made once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from leadqual.conditions.nodes import ANY_INTERACTION, History, Node, Selection
from leadqual.engines.compile import Compiled, compile_node
from leadqual.engines.condition import Condition
from leadqual.engines.numbers import limited, rounded
from leadqual.engines.reference import counted, in_one_currency
from leadqual.engines.series import EMPTY, Series
from leadqual.engines.view import View, name_reader
from leadqual.errors import LeadqualError, Place, Problem
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.profile import DERIVED, reader
from leadqual.model.score import LedgerLine, LineKind, Score, Scorer
from leadqual.model.time import DAY, from_micros
from leadqual.policy.document import PolicyDocument
from leadqual.policy.fields import AtMost
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Bands, Grid, Rule, ScoreRules

RulePoints = Callable[[View], tuple[float, int | None]]
"""From a view to a rule's points before its cap, and how many interactions counted: None if the rule counts none."""

_UNKNOWN = -1
"""In place of a count: the rule's condition is unknown."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its function; for an attribute rule also its condition, and how it is named where it is unknown."""

    rule: Rule
    points: RulePoints
    condition: Condition | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    """Which interactions, which property of them, and how many of them count."""

    selection: Selection
    property: str | None
    at_most: AtMost | None


class RecordEngine:
    """A policy compiled for one contact at a time.

    Parameters
    ----------
    policy : PolicyDocument
        The policy as it is declared.
    scorers : mapping of str to Scorer
        The objects behind the scores that the policy leaves to scorers.
    """

    def __init__(self, policy: PolicyDocument, scorers: Mapping[str, Scorer]) -> None:
        self.policy = policy
        self.scorers = scorers
        self.questions: dict[_Question, int] = {}
        self.filters: list[Compiled | None] = []
        self.profile_names: list[str] = []
        self._readers: dict[type[Contact], list[tuple[str, Callable[[Contact], Any]]]] = {}
        self._compiled: dict[str, Compiled] = {}
        self._rules = {name: [self._rule(name, rule) for rule in score.rules] for name, score in policy.scores.items()}
        self._guards = {
            way.id: Condition(way.when, self.compiled) for way in policy.transitions if way.when is not None
        }
        self._bands = {name: list(g.bands.items()) for name, g in policy.grades.items() if isinstance(g, Bands)}

    # What a policy asks, compiled; `compile_node` calls these two for names and for questions to the history.

    def guard(self, transition: Transition) -> Condition:
        """Return the compiled condition of a transition that has one."""
        return self._guards[transition.id]

    def compiled(self, node: Node) -> Compiled:
        """Return the function of an expression, compiled once for each text."""
        text = str(node)
        if text not in self._compiled:
            self._compiled[text] = compile_node(node, self)
        return self._compiled[text]

    def name(self, path: str) -> Compiled:
        """Return the function that reads a name from a view."""
        for read in (path, *(DERIVED[path][:1] if path in DERIVED else ())):
            if read.startswith(("contact.", "company.")) and read not in self.profile_names:
                self.profile_names.append(read)
                self._readers.clear()
        return name_reader(path)

    def readers(self, cls: type[Contact]) -> list[tuple[str, Callable[[Contact], Any]]]:
        """Return how to read the profile fields that the policy asks for from contacts of a class."""
        if cls not in self._readers:
            names = [name for name in self.profile_names if name not in DERIVED]
            self._readers[cls] = [(name, reader(cls, name)) for name in names]
        return self._readers[cls]

    def history(self, question: History) -> Compiled:
        """Return the function that answers a question to the history of a view."""
        slot = self._slot(question.selection, question.property, None)
        within = None if question.within is None else question.within.micros
        answer = _ANSWERS[question.function]

        def run(view: View) -> Any:
            return answer(view.series[slot] or self.build(view, slot), view.now, within)

        return run

    def _slot(self, selection: Selection, prop: str | None, limit: AtMost | None) -> int:
        question = _Question(selection, prop, limit)
        if question not in self.questions:
            self.questions[question] = len(self.questions)
            where = selection.where
            self.filters.append(None if where is None else compile_node(where, _Row()))
        return self.questions[question]

    def build(self, view: View, slot: int) -> Series:
        """Return the interactions that a question is about, indexed; made when first asked for."""
        question = list(self.questions)[slot]
        kind, keep = question.selection.kind, self.filters[slot]
        chosen: Iterable[Interaction] = view.history if kind == ANY_INTERACTION else view.by_kind.get(kind, ())
        if keep is not None:
            chosen = [one for one in chosen if keep(one) is True]
        series = self._series(question, list(chosen)) if chosen else EMPTY
        view.series[slot] = series
        return series

    def _series(self, question: _Question, chosen: list[Interaction]) -> Series:
        if question.at_most is not None:
            chosen = counted(chosen, question.at_most)
        if question.property is None:
            return Series([one.instant for one in chosen])
        entry = self.policy.catalogue.properties(question.selection.kind)[question.property]
        known = [(one, one.value(question.property)) for one in chosen]
        known = [(one, in_one_currency(self.policy, entry, one, value)) for one, value in known if value is not None]
        return Series([one.instant for one, _ in known], [value for _, value in known])

    def _rule(self, score: str, rule: Rule) -> CompiledRule:
        if rule.when is not None:
            condition, points = Condition(rule.when, self.compiled), rounded(rule.points)
            label = f"rule {score}.{rule.id} ({rule.points:+g})"
            return CompiledRule(rule, _attribute_points(condition.answer, points), condition, label)
        assert rule.each is not None  # a rule has one or the other
        slot = self._slot(rule.each, None, rule.at_most)

        def run(view: View) -> tuple[float, int | None]:
            series = view.series[slot] or self.build(view, slot)
            if series is EMPTY:
                return 0.0, 0
            shares, count = series.remaining(rule, view.now)
            return rounded(rule.points * shares), count

        return CompiledRule(rule, run)

    # What a view is worth: values without a ledger on the way, the ledger where somebody will read it.

    def score_value(self, view: View, name: str) -> float | None:
        """Return a score's value at the view's instant, computed once for the instant."""
        if name not in view.scores:
            rules = self.policy.scores.get(name)
            view.scores[name] = self._external(view, name).value if rules is None else self._value(view, name, rules)
        return view.scores[name]

    def _value(self, view: View, name: str, score: ScoreRules) -> float:
        groups: dict[str, list[float]] = {}
        single: list[float] = []
        for compiled in self._rules[name]:
            rule, value = compiled.rule, compiled.points(view)[0]
            if rule.cap is not None:
                value = limited(value, -rule.cap, rule.cap)
            (single if rule.group is None else groups.setdefault(rule.group, [])).append(value)
        for group, values in groups.items():
            cap = score.groups[group].cap
            single.append(limited(math.fsum(values), -cap, cap))
        return rounded(limited(math.fsum(single), *score.range))

    def score(self, view: View, name: str, missing: dict[str, list[str]] | None = None) -> Score:
        """Return a score with its ledger at the view's instant.

        Parameters
        ----------
        missing : dict, optional
            Where to add each field that left a rule unknown, with the rule.
        """
        score = self.policy.scores.get(name)
        if score is None:
            return self._external(view, name)
        lines: list[LedgerLine] = []
        unknown: dict[str, list[str]] = {}
        totals = dict.fromkeys(score.groups, 0.0)
        for compiled in self._rules[name]:
            rule = compiled.rule
            points, count = compiled.points(view)
            causes = compiled.condition.causes(view) if count == _UNKNOWN and compiled.condition is not None else ()
            for cause in causes:
                unknown.setdefault(cause, []).append(compiled.label)
            lines.append(_line(rule, points, count))
            capped = points if rule.cap is None else limited(points, -rule.cap, rule.cap)
            _correct(lines, rule.id, "cap", points, capped)
            if rule.group is not None:
                totals[rule.group] += capped
        for group, total in totals.items():
            cap = score.groups[group].cap
            _correct(lines, group, "group_cap", total, limited(total, -cap, cap))
        total = math.fsum(line.points for line in lines)
        _correct(lines, name, "clip", total, limited(total, *score.range))
        value = view.scores[name] = rounded(math.fsum(line.points for line in lines))
        if missing is not None:
            for cause, affected in unknown.items():
                missing.setdefault(cause, []).extend(affected)
        return Score(name=name, value=value, range=score.range, ledger=tuple(lines), missing=tuple(unknown))

    def _external(self, view: View, name: str) -> Score:
        scorer = self.scorers.get(name)
        if scorer is None:
            raise _no_scorer(self.policy, name)
        seen = [one for one in view.history if one.instant <= view.now]
        return checked_score(scorer.score(view.contact, seen, at=from_micros(view.now)), name)

    def grade(self, view: View, name: str) -> str | None:
        """Return a grade at the view's instant; None where its score lies below every band."""
        if name not in view.grades:
            view.grades[name] = self._grade(view, name)
        return view.grades[name]

    def _grade(self, view: View, name: str) -> str | None:
        declared = self.policy.grades[name]
        if isinstance(declared, Grid):
            row, column = self.grade(view, declared.rows), self.grade(view, declared.columns)
            return None if row is None or column is None else declared.cell(row, column)
        value = self.score_value(view, declared.score)
        return None if value is None else next((band for band, low in self._bands[name] if value >= low), None)


class _Row:
    """The scope of a filter: the properties of one interaction."""

    def name(self, path: str) -> Compiled:
        return lambda interaction: interaction.value(path)

    def history(self, question: History) -> Compiled:
        raise AssertionError(f"the check of types refuses {question} inside a filter")


def _attribute_points(condition: Compiled, points: float) -> RulePoints:
    answers = {True: (points, None), False: (0.0, None), None: (0.0, _UNKNOWN)}
    return lambda view: answers[condition(view)]


def _line(rule: Rule, points: float, count: int | None) -> LedgerLine:
    unknown = count == _UNKNOWN
    shown = None if unknown else count
    return LedgerLine(
        id=rule.id, kind="rule", points=points, count=shown, unknown=unknown, description=rule.description
    )


def _correct(lines: list[LedgerLine], id_: str, kind: LineKind, before: float, after: float) -> None:
    points = rounded(after - before) if before != after else 0.0
    if points:
        lines.append(LedgerLine(id=id_, kind=kind, points=points))


def _count(series: Series, now: int, within: int | None) -> int:
    start, end = series.span(now, within)
    return end - start


def _days_since(series: Series, now: int, within: int | None) -> float | None:
    start, end = series.span(now, within)
    return (now - series.times[end - 1]) / DAY if end > start else None


def _first(series: Series, now: int, within: int | None) -> Any:
    start, end = series.span(now, within)
    return series.values[start] if end > start else None


def _last(series: Series, now: int, within: int | None) -> Any:
    start, end = series.span(now, within)
    return series.values[end - 1] if end > start else None


_ANSWERS: Mapping[str, Callable[[Series, int, int | None], Any]] = {
    "count": _count,
    "days_since": _days_since,
    "sum": Series.total,
    "min": lambda series, now, within: series.extreme(now, within, largest=False),
    "max": lambda series, now, within: series.extreme(now, within, largest=True),
    "first": _first,
    "last": _last,
}


def checked_score(score: Any, name: str) -> Score:
    """Return what a scorer answered if it keeps the contract of scorers; raise `LeadqualError` if not."""
    expected = "a leadqual.Score whose finite value is the sum of its ledger (within 1e-9)"
    if not isinstance(score, Score):
        raise LeadqualError(
            Problem(
                "bad-scorer", f"the scorer {name!r} answered with something else", found=repr(score), expected=expected
            )
        )
    if score.value is None:
        return replace(score, name=name)
    total = math.fsum(line.points for line in score.ledger)
    if not math.isfinite(score.value) or (
        score.ledger and not math.isclose(total, score.value, rel_tol=0, abs_tol=1e-6)
    ):
        found = f"value {score.value!r}, ledger {total!r}"
        raise LeadqualError(
            Problem("bad-scorer", f"the ledger of the scorer {name!r} does not sum", Place(name), found, expected)
        )
    return replace(score, name=name, value=rounded(score.value))


def _no_scorer(policy: PolicyDocument, name: str) -> LeadqualError:
    return LeadqualError(
        Problem(
            "scorer-missing",
            f"the policy {policy.name!r} leaves the score {name!r} to a scorer, and none was given",
            hint=f"policy = policy.with_scorer({name!r}, my_scorer)",
        )
    )
