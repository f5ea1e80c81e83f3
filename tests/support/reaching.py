"""Rules on their own: a book of a few of them, and what each says of a contact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.outreach.permit import permit
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.rulebook import Rulebook
from leadqual.outreach.verdict import Reason, Verdict

AT: Final = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""A Monday; ten in the morning in New York."""
TICK: Final = timedelta(microseconds=1)
DAY: Final = timedelta(days=1)
ANN: Final = Contact(id="c-1", country="US", time_zone="America/New_York", phone="+12125550123", email="ann@shop.com")

_SHARED: Final = {
    "purposes": ["telemarketing"],
    "channels": ["voice"],
    "source": "Law 1 s. 2",
    "url": "https://example.com/law",
    "confidence": "V1",
    "text": {"en": "So it is.", "id": "Begitulah."},
}


def rule(name: str, kind: str, **given: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, **_SHARED, **given}


def pack(*rules: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "pack": "acme",
        "title": "Acme",
        "version": "1",
        "jurisdiction": "ACME",
        "countries": ["US"],
        "read_on": "2026-11-01",
        "review_by": "2027-05-31",
        "law": True,
        "rules": list(rules),
        **given,
    }


def book(*rules: dict[str, Any], **given: Any) -> Rulebook:
    return Rulebook((Pack.model_validate(pack(*rules, **given)),))


def asked(
    rules: Rulebook, history: Iterable[Interaction] = (), *, contact: Contact = ANN, at: datetime = AT, **given: Any
) -> Verdict:
    question = {"purpose": "telemarketing", "channel": "voice", **given}
    return permit(contact, list(history), at=at, rules=rules, **question)


def said(name: str, verdict: Verdict) -> Reason:
    found = [one for one in (*verdict.reasons, *verdict.duties, *verdict.notes) if one.rule == name]
    assert len(found) == 1, [one.rule for one in verdict.reasons]
    return found[0]


class Copy:
    """A copy of a registry: numbers that stand on it, and those that it covers."""

    name = "list of numbers"

    def __init__(self, *listed: str, obtained: datetime = AT, country: str = "US", covers: str = "+") -> None:
        self.listed, self.obtained_at, self.country, self.covers = listed, obtained, country, covers

    def lookup(self, number: str) -> bool | None:
        return number in self.listed if number.startswith(self.covers) else None
