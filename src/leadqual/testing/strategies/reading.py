"""What a policy reads: the conditions, the interactions and the lengths of time that decide anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from leadqual.conditions.nodes import ANY_INTERACTION, Compare, History, In, Items, Literal, Name, Node, Selection
from leadqual.conditions.walk import histories, names, walk
from leadqual.lifecycle.policy import Policy
from leadqual.model.derived import ACTIVITY
from leadqual.model.profile import DERIVED, PROFILE_UPDATED, UNCHANGEABLE
from leadqual.model.time import DAY
from leadqual.proofs.constants import constants_of

_CONSENT_KINDS = ("consent_given", "consent_withdrawn", "opted_out")
_OF_THE_HISTORY = ("contact.roles", "contact.is_customer")


@dataclass(frozen=True)
class Reading:
    """What a policy reads.

    Parameters
    ----------
    conditions : tuple of Node
        The conditions of its transitions and of its rules about attributes.
    selections : tuple of Selection
        The interactions that its rules count and its conditions ask about.
    questions : tuple of History
        What its conditions ask of the history.
    fields : tuple of str
        The fields of the profile that it reads and an update can change, those behind derived ones in their place.
    kinds : tuple of str
        The kinds of interactions that can matter to it.
    lengths : tuple of int
        Its windows, periods of decay and waits, in microseconds, ascending.
    """

    conditions: tuple[Node, ...]
    selections: tuple[Selection, ...]
    questions: tuple[History, ...]
    fields: tuple[str, ...]
    kinds: tuple[str, ...]
    lengths: tuple[int, ...]

    def filters(self, kind: str) -> list[Node]:
        """Return the filters through which the interactions of a kind go."""
        chosen = [one for one in self.selections if one.kind in (kind, ANY_INTERACTION)]
        return [one.where for one in chosen if one.where is not None]


@lru_cache(maxsize=64)
def reading(policy: Policy | None) -> Reading:
    """Return what a policy reads; nothing without one."""
    if policy is None:
        return Reading((), (), (), (), (), ())
    rules = [rule for score in policy.scores.values() for rule in score.rules]
    conditions = [
        *(rule.when for rule in rules if rule.when is not None),
        *(way.when for way in policy.transitions if way.when is not None),
    ]
    questions = list({str(one): one for node in conditions for one in histories(node)}.values())
    selections = [*(rule.each for rule in rules if rule.each is not None), *(one.selection for one in questions)]
    read = list(dict.fromkeys(name for node in conditions for name in names(node)))
    return Reading(
        conditions=tuple(conditions),
        selections=tuple({str(one): one for one in selections}.values()),
        questions=tuple(questions),
        fields=tuple(_fields(policy, read)),
        kinds=tuple(dict.fromkeys(_kinds(policy, selections, read))),
        lengths=tuple(sorted(set(_lengths(policy, conditions, questions)))),
    )


def _fields(policy: Policy, read: Iterable[str]) -> list[str]:
    behind = [DERIVED[name][0] if name in DERIVED else name for name in read]
    changeable = [name for name in behind if name.startswith(("contact.", "company.")) and name not in UNCHANGEABLE]
    return [name for name in dict.fromkeys(changeable) if name in policy.catalogue.fields]


def _kinds(policy: Policy, selections: Iterable[Selection], read: list[str]) -> Iterator[str]:
    for selection in selections:
        if selection.kind != ANY_INTERACTION:
            yield selection.kind
        else:
            yield from (kind for kind in _named_kinds(selection.where) if kind in policy.catalogue.kinds)
    yield from (way.event for way in policy.transitions if way.event is not None)
    if any(name.startswith("consent.") for name in read):
        yield from _CONSENT_KINDS
    if any(name in _OF_THE_HISTORY for name in read):
        yield from (*sorted(policy.meaning.purchases), "page_viewed")
    if any(name.startswith(("contact.", "company.")) and name not in _OF_THE_HISTORY for name in read):
        yield PROFILE_UPDATED


def _named_kinds(where: Node | None) -> Iterator[str]:
    """Yield the kinds that a filter on every kind names; some of each sort where it names none."""
    found = [
        str(literal.value)
        for part in (() if where is None else walk(where))
        for literal in _literals_beside_kind(part)
        if literal.type == "text"
    ]
    yield from found or ("page_viewed", "purchase", "email_sent", *sorted(ACTIVITY))


def _literals_beside_kind(part: Node) -> tuple[Literal, ...]:
    match part:
        case In(Name("kind"), Items(values)):
            return values
        case Compare(Name("kind"), ((_, Literal() as value),)) | Compare(Literal() as value, ((_, Name("kind")),)):
            return (value,)
        case _:
            return ()


def _lengths(policy: Policy, conditions: list[Node], questions: list[History]) -> Iterator[int]:
    for score in policy.scores.values():
        for rule in score.rules:
            yield from (one.micros for one in (rule.within, rule.half_life, rule.linear) if one is not None)
            if rule.step is not None:
                yield rule.step.every.micros
            if rule.at_most is not None:
                yield rule.at_most.per.micros
    yield from (question.within.micros for question in questions if question.within is not None)
    waits = ["days_in_stage", *(str(question) for question in questions if question.function == "days_since")]
    for text in waits:
        numbers = [value for value in constants_of(text, conditions).values if not isinstance(value, str | bool)]
        yield from (round(days * DAY) for days in numbers if 0 < days <= 36_600)
