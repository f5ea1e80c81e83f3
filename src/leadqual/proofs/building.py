"""Building a contact with its history from given cells, upon nothing or upon what happened before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from leadqual.conditions.nodes import Name, Node
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.desk import ProfileUpdated
from leadqual.model.profile import UNCHANGEABLE
from leadqual.model.time import DAY, micros
from leadqual.proofs.cells import Cell
from leadqual.proofs.funnel import DAYS, STAGE
from leadqual.proofs.happenings import Happenings
from leadqual.proofs.making import MADE, Maker
from leadqual.proofs.profiles import Choose, Profile, profile_of
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.sight import Sight, sight_of
from leadqual.proofs.solve import scope_of
from leadqual.proofs.tuning import Tuner

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
"""When contacts are looked at, unless something else is asked for."""

OF_THE_FUNNEL: Final = (STAGE, DAYS)
"""Operands that depend on how a contact came to where it stands."""

_YEARS: Final = 4_000 * DAY


def first(values: Sequence[Any]) -> Any:
    """Return the first of some values."""
    return values[0]


def lies_in(policy: Policy, scenario: Scenario, cells: Mapping[Node, Cell]) -> bool:
    """Return whether every operand lies in its cell, by the engine that decides."""
    sight = sight_of(policy)
    try:
        view = sight.view(scenario.contact, scenario.history, micros(scenario.at), list(cells))
        return not sight.outside(view, cells)
    except LeadqualError:
        return False


def built_from(
    policy: Policy, cells: Mapping[Node, Cell], at: datetime, choose: Choose, before: Scenario | None
) -> Scenario | None:
    """Return what was built, unchecked, from nothing or upon what happened before; None if something could not be."""
    made = 0 if before is None else sum(one.id.startswith(MADE) for one in before.history)
    try:
        return _Building(policy, sight_of(policy), Maker(policy, 1000 * made), at, choose, before).of(cells)
    except LeadqualError:
        return None


@dataclass
class _Building:
    policy: Policy
    sight: Sight
    maker: Maker
    at: datetime
    choose: Choose
    before: Scenario | None

    def of(self, cells: Mapping[Node, Cell]) -> Scenario | None:
        profile = profile_of(self.policy, cells, self.at, self.choose)
        if profile is None:
            return None
        contact, updates = self._contact(profile)
        happenings = Happenings(scope_of(self.policy), self.maker, micros(self.at), self.choose)
        happened = happenings.of(cells)
        if happened is None:
            return None
        earlier = [] if self.before is None else list(self.before.history)
        oldest = _YEARS if self.before is None else micros(self.at) - micros(self.before.at) - 1
        own = {operand: cell for operand, cell in cells.items() if operand not in OF_THE_FUNNEL}
        tuner = Tuner(self.sight, self.maker, contact, micros(self.at), own, oldest)
        history = tuner.tuned([*earlier, *updates, *happened])
        if history is None:
            return None
        return Scenario(contact, tuple(sorted(history, key=lambda one: (one.instant, one.id))), self.at)

    def _contact(self, profile: Profile) -> tuple[Contact, list[Interaction]]:
        """Return the contact, and the update of its profile where it existed before or could not be made so."""
        if self.before is None or not self.before.history:
            contact = profile.contact(self.policy, self.at)
            if self.before is not None and contact.created_at is None:
                contact = contact.model_copy(update={"created_at": self.before.contact.created_at})
            return contact, self._updated(profile.updates)
        known = self.before.contact
        names = [Name(name) for name in profile.values]
        view = self.sight.view(known, self.before.history, micros(self.at), names)
        changed = {
            name: value
            for name, value in profile.values.items()
            if name not in UNCHANGEABLE and self.sight.value(view, Name(name)) != value
        }
        return known, self._updated({**changed, **profile.updates})

    def _updated(self, changes: Mapping[str, Any]) -> list[Interaction]:
        if not changes:
            return []
        named = {name.removeprefix("contact."): value for name, value in changes.items()}
        return [ProfileUpdated(id=self.maker.next_id(), occurred_at=self.at, changes=named)]
