"""The meaning of conditions and scores, slow and obvious: what every other engine is held to.

Nothing is cached, indexed or compiled here. A reader who doubts an answer follows it down this page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, assert_never

from leadqual.conditions.nodes import (
    ANY_INTERACTION,
    And,
    Arithmetic,
    Compare,
    History,
    In,
    IsMissing,
    Items,
    Literal,
    Method,
    Name,
    Negative,
    Node,
    Not,
    Or,
    Selection,
)
from leadqual.engines.numbers import COMPARATORS, decayed, rounded, within_cap, within_range
from leadqual.engines.outside import checked_score
from leadqual.engines.unknown import causes
from leadqual.errors import EvaluationError, Problem
from leadqual.model.catalogue import MONEY, Field
from leadqual.model.contact import Contact
from leadqual.model.derived import consent_at, is_customer, roles_at
from leadqual.model.interactions.base import Interaction
from leadqual.model.profile import PROFILE_UPDATED, value_at
from leadqual.model.score import LedgerLine, Score, Scorer
from leadqual.model.time import DAY, from_micros
from leadqual.policy.document import PolicyDocument
from leadqual.policy.fields import AtMost
from leadqual.policy.rules import Bands, Rule


@dataclass(frozen=True)
class Situation:
    """Everything that an answer may depend on: a contact, its history and an instant, under a policy."""

    policy: PolicyDocument
    contact: Contact
    history: Sequence[Interaction]
    instant: int
    stage: str | None = None
    entered: int | None = None
    scorers: Mapping[str, Scorer] = field(default_factory=dict)

    def visible(self) -> list[Interaction]:
        """Return the interactions that exist at the instant, in time order, ties ordered by id."""
        seen = [interaction for interaction in self.history if interaction.instant <= self.instant]
        return sorted(seen, key=lambda interaction: (interaction.instant, interaction.id))


def evaluate(node: Node, now: Situation) -> Any:
    """Return the value of an expression; None where it is missing or unknown."""
    return _value(node, partial(_name, now), partial(_history, now))


def _value(node: Node, read: Callable[[str], Any], ask: Callable[[History], Any]) -> Any:
    again = partial(_value, read=read, ask=ask)
    match node:
        case Literal(value):
            return value
        case Items(values):
            return tuple(value.value for value in values)
        case Name(path):
            return read(path)
        case Compare(first, rest):
            return _compare(again(first), [(comparator, again(operand)) for comparator, operand in rest])
        case In(item, container, negated):
            return _in(again(item), again(container), negated)
        case IsMissing(operand, negated):
            return (again(operand) is not None) if negated else (again(operand) is None)
        case And(items):
            return _and([again(item) for item in items])
        case Or(items):
            return _not(_and([_not(again(item)) for item in items]))
        case Not(item):
            return _not(again(item))
        case Arithmetic(left, sign, right):
            return _arithmetic(again(left), sign, again(right))
        case Negative(operand):
            value = again(operand)
            return None if value is None else -value
        case Method(operand, name, argument):
            return _method(again(operand), name, None if argument is None else (again(argument),))
        case History():
            return ask(node)
        case _:
            assert_never(node)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _and(values: Sequence[bool | None]) -> bool | None:
    if any(value is False for value in values):
        return False
    return None if any(value is None for value in values) else True


def _compare(left: Any, rest: Sequence[tuple[str, Any]]) -> bool | None:
    answers: list[bool | None] = []
    for comparator, right in rest:
        answers.append(None if left is None or right is None else bool(COMPARATORS[comparator](left, right)))
        left = right
    return _and(answers)


def _in(item: Any, container: Any, negated: bool) -> bool | None:
    if item is None or container is None:
        return None
    return (item in container) is not negated


def _arithmetic(left: float | None, sign: str, right: float | None) -> float | None:
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    try:
        match sign:
            case "+":
                result = left + right
            case "-":
                result = left - right
            case "*":
                result = left * right
            case _:
                result = left / right
        return result if math.isfinite(result) else None
    except OverflowError:  # a whole number that no float holds
        return None


def _method(operand: str | None, name: str, argument: tuple[str | None] | None) -> bool | str | None:
    if operand is None or argument == (None,):
        return None
    text = argument[0] if argument and argument[0] is not None else ""
    match name:
        case "startswith":
            return operand.startswith(text)
        case "endswith":
            return operand.endswith(text)
        case "contains":
            return text in operand
        case _:
            return operand.lower()


def _name(now: Situation, path: str) -> Any:
    owner, _, name = path.partition(".")
    visible, at = now.visible(), from_micros(now.instant)
    if path == "stage":
        return now.stage
    if path == "days_in_stage":
        return None if now.entered is None else (now.instant - now.entered) / DAY
    if owner == "score":
        return score(name, now).value
    if owner == "grade":
        return grade(name, now)
    if owner == "consent":
        return consent_at(now.contact, visible, at, name)
    if path == "contact.roles":
        return tuple(sorted(roles_at(now.contact, visible, at, now.policy.meaning)))
    if path == "contact.is_customer":
        return is_customer(visible, at, now.policy.meaning)
    updates = [interaction for interaction in visible if interaction.kind == PROFILE_UPDATED]
    return now.policy.catalogue.fields[path].checked(value_at(now.contact, updates, path, now.instant), now.contact.id)


def property_value(entry: Field, interaction: Interaction, name: str) -> Any:
    """Return a property of an interaction, held against its declared type."""
    return entry.checked(interaction.value(name), interaction.id)


def selected(selection: Selection, now: Situation) -> list[Interaction]:
    """Return the visible interactions that a selection means, in time order."""
    properties = now.policy.catalogue.properties(selection.kind)

    def matches(interaction: Interaction) -> bool:
        def read(name: str) -> Any:
            return property_value(properties[name], interaction, name)

        if selection.kind not in (ANY_INTERACTION, interaction.kind):
            return False
        return selection.where is None or _value(selection.where, read, lambda _: None) is True

    return [interaction for interaction in now.visible() if matches(interaction)]


def _history(now: Situation, question: History) -> Any:
    chosen = selected(question.selection, now)
    if question.within is not None:
        chosen = [one for one in chosen if now.instant - one.instant < question.within.micros]
    if question.function == "count":
        return len(chosen)
    if question.function == "days_since":
        return (now.instant - chosen[-1].instant) / DAY if chosen else None
    return _aggregate(question, chosen, now)


def _aggregate(question: History, chosen: Sequence[Interaction], now: Situation) -> Any:
    assert question.property is not None  # the check of types refuses it
    entry = now.policy.catalogue.properties(question.selection.kind)[question.property]
    known = [(one, property_value(entry, one, question.property)) for one in chosen]
    values = [in_one_currency(now.policy, entry, one, value) for one, value in known if value is not None]
    match question.function:
        case "sum":
            return rounded(math.fsum(values))
        case "min":
            return min(values, default=None)
        case "max":
            return max(values, default=None)
        case "first":
            return values[0] if values else None
        case _:
            return values[-1] if values else None


def in_one_currency(policy: PolicyDocument, entry: Field, interaction: Interaction, value: Any) -> Any:
    """Return an amount in the policy's currency, where the policy declares one; other values as they are."""
    if entry.unit != MONEY or policy.currency is None:
        return value
    currency = interaction.value("currency")
    rate = policy.currency.rate(str(currency))
    if rate is None:
        raise EvaluationError(
            Problem(
                "unknown-currency",
                f"the policy {policy.name!r} has no rate for this currency",
                found=f"{currency} in interaction {interaction.id!r}",
                expected=", ".join([policy.currency.code, *policy.currency.rates]),
                hint=f"declare it under currency: rates: {{{currency}: ...}}",
            )
        )
    return value * rate


def counted(interactions: Sequence[Interaction], limit: AtMost | None) -> list[Interaction]:
    """Return the interactions that a limit lets through, in time order."""
    if limit is None:
        return list(interactions)
    kept: list[Interaction] = []
    for one in interactions:
        if limit.rolling:
            before = [other for other in kept if one.instant - other.instant < limit.per.micros]
        else:
            window = one.instant // limit.per.micros
            before = [other for other in kept if other.instant // limit.per.micros == window]
        if len(before) < limit.count:
            kept.append(one)
    return kept


def rule_line(rule: Rule, now: Situation) -> LedgerLine:
    """Return the line of one rule, before its cap."""
    if rule.when is not None:
        answer = evaluate(rule.when, now)
        points = rounded(rule.points) if answer is True else 0.0
        return LedgerLine(id=rule.id, kind="rule", points=points, unknown=answer is None, description=rule.description)
    assert rule.each is not None  # a rule has one or the other
    ages = [now.instant - one.instant for one in counted(selected(rule.each, now), rule.at_most)]
    ages = [age for age in ages if rule.within is None or age < rule.within.micros]
    points = rounded(math.fsum(rule.points * decayed(rule, age) for age in ages))
    return LedgerLine(id=rule.id, kind="rule", points=points, count=len(ages), description=rule.description)


def score(name: str, now: Situation) -> Score:
    """Return a score with its ledger: rules, their caps, the caps of groups, and the clip last."""
    if name not in now.policy.scores:
        at = from_micros(now.instant)
        answer = now.scorers[name].score(now.contact, now.visible(), at=at)
        return checked_score(answer, name, now.policy.score_ranges[name])
    rules = now.policy.scores[name]
    lines: list[LedgerLine] = []
    of_group: dict[str, float] = dict.fromkeys(rules.groups, 0.0)
    for rule in rules.rules:
        line = rule_line(rule, now)
        capped = line.points if rule.cap is None else within_cap(line.points, rule.cap)
        lines.append(line)
        lines += _correction(rule.id, "cap", line.points, capped)
        if rule.group is not None:
            of_group[rule.group] += capped
    for group, total in of_group.items():
        lines += _correction(group, "group_cap", total, within_cap(total, rules.groups[group].cap))
    total = math.fsum(line.points for line in lines)
    lines += _correction(name, "clip", total, within_range(total, rules.range))
    value = rounded(math.fsum(line.points for line in lines))
    unknown = [rule.when for rule in rules.rules if rule.when is not None and evaluate(rule.when, now) is None]
    missing = [name for when in unknown for name in causes(when, lambda part: evaluate(part, now))]
    return Score(name=name, value=value, range=rules.range, ledger=tuple(lines), missing=tuple(dict.fromkeys(missing)))


def _correction(id_: str, kind: Any, before: float, after: float) -> list[LedgerLine]:
    points = rounded(after - before)
    return [LedgerLine(id=id_, kind=kind, points=points)] if points else []


def grade(name: str, now: Situation) -> str | None:
    """Return a grade: the first band that the score reaches, or the cell of a grid; None if there is none."""
    declared = now.policy.grades[name]
    if isinstance(declared, Bands):
        value = score(declared.score, now).value
        return None if value is None else next((band for band, low in declared.bands.items() if value >= low), None)
    row, column = grade(declared.rows, now), grade(declared.columns, now)
    return None if row is None or column is None else declared.cell(row, column)
