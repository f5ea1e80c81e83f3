"""From a story to a contact and its interactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import DAY, from_micros
from leadqual.proofs.making import currency_of, has_amount, required_of
from leadqual.testing.mutation.compiled import Trial
from leadqual.testing.mutation.search.story import Event, Story

NOW: Final = 20_619 * DAY
"""The instant in question: 2026-06-15T00:00Z."""


class Maker:
    """Makes contacts and interactions of a policy, each only once.

    Parameters
    ----------
    policy : Policy
        Whose fields and kinds they have.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._contacts: dict[tuple[tuple[str, Any], ...], Contact | None] = {}
        self._interactions: dict[tuple[Event, int], Interaction] = {}
        self._required: dict[str, dict[str, Any]] = {}

    def trial(self, story: Story) -> Trial | None:
        """Return the contact of a story with its history; None if there can be none such."""
        contact = self.contact(story.fields)
        if contact is None:
            return None
        in_order = sorted(story.events, key=lambda one: -one.age)
        history = tuple(self.interaction(one, number) for number, one in enumerate(in_order))
        begin = None if story.begin is None else (story.begin[0], NOW - story.begin[1])
        return Trial(contact, history, begin)

    def contact(self, fields: Mapping[str, Any]) -> Contact | None:
        """Return a contact with these fields; None if there can be none such."""
        key = tuple(sorted(fields.items()))
        if key not in self._contacts:
            try:
                self._contacts[key] = Contact.model_validate({"id": "contact", **self._nested(fields)})
            except LeadqualError:
                self._contacts[key] = None
        return self._contacts[key]

    def _nested(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        own: dict[str, Any] = {}
        company: dict[str, Any] = {}
        for name, value in fields.items():
            owner, _, attribute = name.partition(".")
            model, values = (Contact, own) if owner == "contact" else (Company, company)
            if attribute in self.policy.fields and attribute not in model.model_fields:
                values = values.setdefault("attributes", {})
            if value is not None:
                values[attribute] = value
        return {**own, "company": company} if company else own

    def interaction(self, event: Event, number: int) -> Interaction:
        """Return the interaction of an event; `number` orders those of one instant."""
        key = (event, number)
        if key not in self._interactions:
            data = {**self._plain(event.kind, dict(event.properties)), **dict(event.properties)}
            known = {"id": f"i-{number + 1:03}", "kind": event.kind, "occurred_at": from_micros(NOW - event.age)}
            self._interactions[key] = self.policy.parse_interaction({**data, **known})
        return self._interactions[key]

    def can_be(self, event: Event) -> bool:
        """Return whether there can be such an interaction."""
        try:
            self.interaction(event, 0)
        except LeadqualError:
            return False
        return True

    def _plain(self, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what an interaction of a kind cannot be without, beyond what is given."""
        if kind not in self._required:
            self._required[kind] = required_of(self.policy, kind)
        needed = {name: value for name, value in self._required[kind].items() if name not in given}
        if "currency" not in given and has_amount(self.policy, kind, given):
            needed["currency"] = currency_of(self.policy)
        return needed
