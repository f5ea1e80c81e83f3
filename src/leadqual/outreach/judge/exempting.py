"""Exemptions: which of them speak of a situation, what each rests on there, and which may be relied on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from leadqual.model.time import from_micros
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.judge.finding import Finding, allow, note
from leadqual.outreach.judge.said import lacking, related
from leadqual.outreach.judge.selection import Entry, Selection
from leadqual.outreach.rules.kinds import ExemptionRule

_NOT_RELIED_ON: Final = note("NOT_RELIED_ON")


class Exempting(NamedTuple):
    """An exemption, whether it speaks of the situation, and what it rests on there.

    Parameters
    ----------
    entry, rule : Entry, ExemptionRule
        The exemption.
    speaks : bool, optional
        Whether it speaks of the situation; None if nobody knows.
    details : mapping, optional
        What it rests on, as details of a reason; None if it rests on nothing.
    """

    entry: Entry
    rule: ExemptionRule
    speaks: bool | None
    details: Mapping[str, Any] | None

    @property
    def holds(self) -> bool:
        """Whether it surely speaks of the situation, and its ground is there."""
        return self.speaks is True and self.details is not None

    def finding(self, relied: bool) -> Finding:
        """Return what it says; `relied` says whether it may lift something."""
        if relied:
            return allow(self.rule.allow, **(self.details or {}))
        if self.holds:
            return _NOT_RELIED_ON
        if self.speaks is None and self.details is not None:
            return note(self.rule.unmet, unknown="caller" if self.entry.caller is None else "the line or the region")
        return note(self.rule.unmet)


class Exemptions:
    """The exemptions that may speak of a situation, worked out when somebody first asks: mostly nothing denies.

    Parameters
    ----------
    selection : Selection
        The rules that speak of the question.
    situation : Situation
        What is judged.
    """

    def __init__(self, selection: Selection, situation: Situation) -> None:
        self._selection, self._situation = selection, situation

    @cached_property
    def held(self) -> dict[str, Exempting]:
        """Those that may speak of the situation, by their ids."""
        return {one.rule.id: one for one in self._speaking()}

    @cached_property
    def relied(self) -> frozenset[str]:
        """The ids of those that hold and may lift something: verified, and so is what must hold together with them."""
        return frozenset(name for name, one in self.held.items() if one.holds and self._may_lift(one.rule))

    def by(self, entry: Entry) -> list[str]:
        """Return the ids of those that lift a rule here."""
        return [name for name in entry.lifted_by if name in self.relied]

    def _speaking(self) -> Iterator[Exempting]:
        for entry in self._selection.exemptions:
            speaks = entry.applies(self._situation)
            if speaks is not False and isinstance(entry.rule, ExemptionRule):
                yield Exempting(entry, entry.rule, speaks, _ground(entry.rule, self._situation))

    def _may_lift(self, rule: ExemptionRule) -> bool:
        together = (self.held.get(name) for name in rule.together_with)
        return rule.confidence.verified and all(other is not None and other.holds for other in together)


def _ground(rule: ExemptionRule, situation: Situation) -> Mapping[str, Any] | None:
    """Return what an exemption rests on here; None if it rests on nothing."""
    if rule.relation is not None:
        there, shown = related(rule.relation, situation)
        return {"shown": from_micros(shown)} if there and shown is not None else None
    if rule.consent is not None:
        return {} if lacking(rule.consent, situation) is None else None
    return {}
