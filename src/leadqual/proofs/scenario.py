"""A contact, what happened to it, and when somebody looks: what a proof shows and a test begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadqual.cards.shown import Shown
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.policy.dump import dump_yaml


@dataclass(frozen=True, slots=True)
class Scenario(Shown):
    """A contact with its history, at an instant.

    Parameters
    ----------
    contact : Contact
        Who it is.
    history : tuple of Interaction
        What happened.
    at : datetime
        When somebody looks, UTC.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual import policies
    >>> print(Scenario(Contact(id="c-1", country="ID"), (), datetime(2026, 11, 22, tzinfo=UTC)), end="")
    contact: {country: ID}
    at: 2026-11-22
    """

    contact: Contact
    history: tuple[Interaction, ...]
    at: datetime

    def decide(self, policy: Policy) -> Decision:
        """Return what a policy says of it."""
        return policy.decide(self.contact, self.history, at=self.at)

    def as_case(self) -> dict[str, Any]:
        """Return it as plain data, in the words of a test file: contact, interactions, at."""
        contact = _told(self.contact.model_dump(mode="json", exclude_defaults=True, exclude={"id"}))
        if "company" in contact:
            contact["company"] = _told(contact["company"])
        # A test file would make two of what is given twice, and refuse what nobody sees yet.
        once = {one.id: one for one in self.history if one.occurred_at <= self.at}.values()
        happened = [_interaction(one) for one in sorted(once, key=lambda one: (one.instant, one.id))]
        parts = {"contact": contact, "interactions": happened, "at": day_or_instant(self.at)}
        return {name: part for name, part in parts.items() if part}

    def __str__(self) -> str:
        """Return it as YAML that can be pasted into a test file."""
        return dump_yaml(self.as_case())


def _interaction(one: Interaction) -> dict[str, Any]:
    said = one.model_dump(mode="json", exclude_defaults=True, exclude={"id", "kind", "occurred_at"})
    own = said.pop("properties", {})
    return {"kind": one.kind, "on": day_or_instant(one.occurred_at), **_told(said), **_told(own)}


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are known, the fields that a policy declares beside the others."""
    known = {**values, **values.get("attributes", {})}
    return {name: value for name, value in known.items() if value is not None and name != "attributes"}


def day_or_instant(instant: datetime) -> str:
    """Return an instant as people write it: a date where it is the beginning of a day, UTC."""
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0) == instant
    return instant.date().isoformat() if midnight else instant.isoformat().replace("+00:00", "Z")
