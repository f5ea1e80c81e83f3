"""What the tests of approaches share: rules that say what a test wants, and a contact in the sales funnel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.meetings import DemoRequested
from leadqual.model.interactions.web import WhitepaperDownloaded
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.approach import asking
from leadqual.outreach.judge.finding import Effect
from leadqual.outreach.rules.words import Confidence
from leadqual.outreach.verdict import Reason, Verdict

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)

SITI = Contact(
    id="c-1",
    full_name="Siti Rahma",
    email="siti@majujaya.co.id",
    phone="+628123456789",
    country="ID",
    time_zone="Asia/Jakarta",
    seniority="director",
    source="web_form",
    company=Company(name="PT Maju Jaya", industry="retail", employees=250, country="ID"),
)
ASKED: list[Interaction] = [
    WhitepaperDownloaded(id="i-1", occurred_at=datetime(2026, 11, 1, 3, tzinfo=UTC), channel="web"),
    DemoRequested(id="i-2", occurred_at=datetime(2026, 11, 20, 8, tzinfo=UTC), channel="whatsapp"),
]
"""Asked for a demo two days ago: sales qualified, and nobody has answered."""


def reason(code: str, effect: Effect = Effect.DENY, source: str = "47 CFR 64.1200(c)(2)") -> Reason:
    says = {"en": "The registry bars calls.", "id": "Daftar melarang panggilan."}
    return Reason(
        code=code,
        effect=effect,
        rule="X-1",
        jurisdiction="US",
        source=source,
        url="https://example.org",
        confidence=Confidence.OFFICIAL,
        read_on=date(2026, 11, 22),
        says=says,
        found={"en": "The number stands on it.", "id": "Nomornya tercantum."},
    )


class Rules:
    """Stands in for `permit`: denies some channels for good, others until an instant, and keeps what it was asked."""

    def __init__(
        self, denied: Iterable[str] = (), opening: Mapping[str, datetime] | None = None, zones: tuple[str, ...] = ()
    ) -> None:
        self.denied = frozenset(denied)
        self.opening = dict(opening or {})
        self.zones = zones
        self.asked: list[dict[str, Any]] = []

    def __call__(self, contact: Contact, history: Iterable[Interaction], **question: Any) -> Verdict:
        self.asked.append({"contact": contact, "history": tuple(history), **question})
        channel, at = question["channel"], question["at"]
        opens = self.opening.get(channel.value)
        denied = channel.value in self.denied
        closed = not denied and opens is not None and at < opens
        code = "NATIONAL_DNC" if denied else "OUTSIDE_HOURS" if closed else "OK_NOT_REGISTERED"
        return Verdict(
            contact_id=contact.id,
            purpose=Purpose(question["purpose"]),
            channel=channel,
            at=at,
            allowed=not (denied or closed),
            reasons=(reason(code, Effect.DENY if denied or closed else Effect.ALLOW),),
            next_allowed=opens if closed else None,
            unknown=(),
            duties=(),
            notes=(),
            warnings=(),
            countries=("ID",),
            zones=self.zones,
        )

    def channels(self) -> list[str]:
        return [str(one["channel"]) for one in self.asked]


EVERY_CHANNEL = tuple(channel.value for channel in Channel)


def ruled_by(monkeypatch: Any) -> Callable[..., Rules]:
    """Return a function that puts rules of a test in the place of those that ship."""

    def rule(*denied: str, opening: Mapping[str, datetime] | None = None, zones: tuple[str, ...] = ()) -> Rules:
        rules = Rules(denied, opening, zones)
        monkeypatch.setattr(asking, "permit", rules)
        return rules

    return rule
