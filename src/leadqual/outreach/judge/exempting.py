"""Exemptions: which of them speak of a situation, what each rests on there, and which may be relied on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from leadqual.model.time import from_micros
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.judge.finding import NOTHING, Finding, allow, note
from leadqual.outreach.judge.said import lacking, related
from leadqual.outreach.judge.selection import Entry, Selection
from leadqual.outreach.rules.kinds import ExemptionRule

_NOT_RELIED_ON: Final = note("NOT_RELIED_ON")
_NOT_EXEMPT: Final = "NOT_EXEMPT"


class Exempting(NamedTuple):
    """An exemption, whether it speaks of the situation, and what it rests on there.

    Parameters
    ----------
    entry, rule : Entry, ExemptionRule
        The exemption.
    speaks : bool, optional
        Whether it speaks of the situation; None if nobody knows.
    grounded : bool
        Whether its ground is there.
    details : mapping
        What it rests on, or what it lacks, as details of a reason.
    """

    entry: Entry
    rule: ExemptionRule
    speaks: bool | None
    grounded: bool
    details: Mapping[str, Any]

    @property
    def holds(self) -> bool:
        """Whether it surely speaks of the situation, and its ground is there."""
        return self.speaks is True and self.grounded

    def finding(self, relied: bool) -> Finding:
        """Return what it says; `relied` says whether it may lift something."""
        if relied:
            return allow(self.rule.allow, **self.details)
        if self.holds:
            return _NOT_RELIED_ON
        if self.grounded:
            return note(_NOT_EXEMPT, unknown="caller" if self.entry.caller is None else "the line or the region")
        never = self.rule.relation is not None and not self.details
        return note("NO_RELATIONSHIP" if never else self.rule.unmet, **self.details)


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
                yield Exempting(entry, entry.rule, speaks, *_ground(entry.rule, self._situation))

    def _may_lift(self, rule: ExemptionRule) -> bool:
        together = (self.held.get(name) for name in rule.together_with)
        return rule.confidence.verified and all(other is not None and other.holds for other in together)


def _ground(rule: ExemptionRule, situation: Situation) -> tuple[bool, Mapping[str, Any]]:
    """Return whether the ground of an exemption is there, and what it is or what it lacks."""
    if rule.relation is not None:
        there, shown = related(rule.relation, situation)
        return there, NOTHING if shown is None else {"shown": from_micros(shown)}
    if rule.consent is not None:
        lacks = lacking(rule.consent, situation)
        return lacks is None, lacks or NOTHING
    return True, NOTHING
