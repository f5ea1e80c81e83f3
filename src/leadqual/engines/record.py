"""The compiled engine for one contact: the policy's conditions and rules as functions, made once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadqual.conditions.nodes import History, Node
from leadqual.engines.compile import Compiled, compile_node
from leadqual.engines.condition import Condition
from leadqual.engines.intake import check_attributes, ordered_history
from leadqual.engines.numbers import rounded, within_cap, within_range
from leadqual.engines.outside import checked_score
from leadqual.engines.questions import Questions
from leadqual.engines.series import EMPTY, share_left
from leadqual.engines.steady import reads_profile_only
from leadqual.engines.view import View, name_reader
from leadqual.errors import LeadqualError, Problem
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.profile import DERIVED, reader
from leadqual.model.score import LedgerLine, LineKind, Score, Scorer
from leadqual.model.time import from_micros
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Bands, Grid, Rule, ScoreRules

RulePoints = Callable[[View, int], tuple[float, int | None]]
"""From a view and an instant to a rule's points before its cap, and how many interactions counted (None: no count)."""

_UNKNOWN = -1
"""In place of a count: the rule's condition is unknown."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its function; for an attribute rule also its condition, and how it is named where it is unknown."""

    rule: Rule
    points: RulePoints
    condition: Condition | None = None
    label: str = ""
    cap: float | None = None
    group: str | None = None
    slot: int | None = None


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
        self.questions = Questions(policy)
        self.profile_names: list[str] = []
        self._readers: dict[type[Contact], list[tuple[str, Callable[[Contact], Any]]]] = {}
        self._compiled: dict[str, Compiled] = {}
        self.rules = {name: [self._rule(name, rule) for rule in score.rules] for name, score in policy.scores.items()}
        self.of_profile = tuple(name for name in policy.scores if reads_profile_only(name, policy))
        self._guards = {
            way.id: Condition(way.when, self.compiled) for way in policy.transitions if way.when is not None
        }
        self._bands = {name: list(g.bands.items()) for name, g in policy.grades.items() if isinstance(g, Bands)}

    def view(self, contact: Contact, history: Iterable[Interaction]) -> View:
        """Return the checked and indexed view of a contact; raise what `ordered_history` and `check_attributes` do."""
        check_attributes(self.policy, contact)
        return View(self, contact, ordered_history(self.policy, contact, history))

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
        answer = self.questions.answer(question)
        return lambda view: answer(view, view.now)

    def _rule(self, score: str, rule: Rule) -> CompiledRule:
        if rule.when is not None:
            condition, points = Condition(rule.when, self.compiled), rounded(rule.points)
            label = f"rule {score}.{rule.id} ({rule.points:+g})"
            return CompiledRule(
                rule, _attribute_points(condition.answer, points), condition, label, rule.cap, rule.group
            )
        assert rule.each is not None  # a rule has one or the other
        slot = self.questions.slot(rule.each, at_most=rule.at_most)

        series_of, remaining, points = self.questions.series, share_left(rule), rule.points

        def count(view: View, now: int) -> tuple[float, int | None]:
            series = view.series[slot] or series_of(view, slot)
            if series is EMPTY:
                return 0.0, 0
            shares, count = remaining(series, now)
            return rounded(points * shares), count

        return CompiledRule(rule, count, cap=rule.cap, group=rule.group, slot=slot)

    # What a view is worth: values without a ledger on the way, the ledger where somebody will read it.

    def score_value(self, view: View, name: str) -> float | None:
        """Return a score's value at the view's instant, computed once for the instant."""
        if name not in view.scores:
            score = self.policy.scores.get(name)
            view.scores[name] = self._external(view, name).value if score is None else self._value(view, name, score)
        return view.scores[name]

    def _value(self, view: View, name: str, score: ScoreRules) -> float:
        total, groups = 0.0, dict.fromkeys(score.groups, 0.0)
        now = view.now
        for rule in view.live.get(name, self.rules[name]):
            points = rule.points(view, now)[0]
            if points:
                cap, group = rule.cap, rule.group
                capped = points if cap is None else within_cap(points, cap)
                if group is None:
                    total += capped
                else:
                    groups[group] += capped
        for group, subtotal in groups.items():
            total += within_cap(subtotal, score.groups[group].cap)
        self.live_rules(view, name)
        return rounded(within_range(total, score.range))

    def live_rules(self, view: View, name: str) -> list[CompiledRule]:
        """Return the rules of a score that can give a contact points: not those whose interactions never happened."""
        if name not in view.live:
            view.live[name] = [
                rule for rule in self.rules[name] if rule.slot is None or self._happened(view, rule.slot)
            ]
        return view.live[name]

    def _happened(self, view: View, slot: int) -> bool:
        return self.questions.series(view, slot) is not EMPTY

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
        for compiled in self.rules[name]:
            rule = compiled.rule
            points, count = compiled.points(view, view.now)
            causes = compiled.condition.causes(view) if count == _UNKNOWN and compiled.condition is not None else ()
            for cause in causes:
                unknown.setdefault(cause, []).append(compiled.label)
            lines.append(_line(rule, points, count))
            capped = points if rule.cap is None else within_cap(points, rule.cap)
            _correct(lines, rule.id, "cap", points, capped)
            if rule.group is not None:
                totals[rule.group] += capped
        for group, total in totals.items():
            _correct(lines, group, "group_cap", total, within_cap(total, score.groups[group].cap))
        total = math.fsum(line.points for line in lines)
        _correct(lines, name, "clip", total, within_range(total, score.range))
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
        try:
            answer = scorer.score(view.contact, seen, at=from_micros(view.now))
        except Exception as error:
            error.add_note(f"raised by the scorer {name!r} for contact {view.contact.id!r}")
            raise
        return checked_score(answer, name, self.policy.score_ranges[name])

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


def _attribute_points(condition: Compiled, points: float) -> RulePoints:
    answers = {True: (points, None), False: (0.0, None), None: (0.0, _UNKNOWN)}
    return lambda view, _: answers[condition(view)]


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


def _no_scorer(policy: PolicyDocument, name: str) -> LeadqualError:
    return LeadqualError(
        Problem(
            "scorer-missing",
            f"the policy {policy.name!r} leaves the score {name!r} to a scorer, and none was given",
            hint=f"policy = policy.with_scorer({name!r}, my_scorer)",
        )
    )
