"""Contacts, histories and questions by chance, for what has to be true of every verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import parse_interaction
from leadqual.model.vocabulary import CallOutcome, Channel, ConsentMeans, Purpose
from leadqual.outreach.asked import question_of
from leadqual.outreach.facts.history import told
from leadqual.outreach.facts.known import known
from leadqual.outreach.facts.person import person_of
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.judge.judge import Judgement, judge
from leadqual.outreach.judge.selection import selected
from leadqual.outreach.permit import permit
from leadqual.outreach.rules.rulebook import Rulebook, rulebook
from leadqual.outreach.rules.words import CallerKind
from leadqual.outreach.verdict import Verdict
from support.reaching import Copy

BOOK: Final = rulebook("us_states", "courtesy")
PHONES: Final = {
    "US": "+12125550123",
    "CA": "+14165550123",
    "ID": "+6281234567890",
    "GB": "+442079460018",
    "DE": "+4930123456",
    "PR": "+17872345678",
    "JP": "+81312345678",
    "two zones": "+18502345678",
    "toll-free": "+18002345678",
    "nobody": "+12345678",
}
ZONES: Final = (
    "Asia/Jakarta",
    "Asia/Jayapura",
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Tokyo",
)
HOMES: Final = {
    "US": "America/New_York", "CA": "America/Toronto", "ID": "Asia/Jakarta", "GB": "Europe/London",
    "DE": "Europe/Berlin", "PR": "America/Puerto_Rico",
}  # fmt: skip
COPIED: Final = ("US", "CA", "GB")
CALLING: Final = ("voice", "prerecorded", "sms", "whatsapp", "email", "fax", "chat", "post")
PURPOSES: Final = ("telemarketing", "telecollection", "survey", "charity", "political", "service")

purposes = st.sampled_from([None, *Purpose])
channels = st.sampled_from([None, *map(Channel, CALLING)])
means = st.sampled_from([None, *ConsentMeans])
ages = st.one_of(
    st.integers(0, 9 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(0, 800).map(lambda days: timedelta(days=days)),
    st.sampled_from([timedelta(days=540), timedelta(days=90), timedelta(days=7), timedelta(hours=24), timedelta()]),
)
dates = st.datetimes(datetime(2026, 2, 1), datetime(2027, 6, 1))


class Case(NamedTuple):
    """A question about one contact."""

    contact: Contact
    history: list[Interaction]
    at: datetime
    question: dict[str, Any]

    def verdict(self, **changed: Any) -> Verdict:
        given = {"rules": BOOK, "at": self.at, **self.question, **changed}
        contact, history = given.pop("contact", self.contact), given.pop("history", self.history)
        return permit(contact, history, **given)

    def situation(self, at: datetime | None = None) -> Situation:
        asked = {"caller": None, "registries": None, "debt": None, "campaign": None, "template": False, "strict": False}
        question = question_of(**{**asked, **self.question, "at": at or self.at})
        contact, history = known(self.contact, self.history, question.instant)
        return Situation(question, person_of(contact), told(contact, history, question.instant))


def judged(situation: Situation, book: Rulebook = BOOK) -> Judgement:
    question, person = situation.question, situation.person
    return judge(selected(book, person.countries, question.purpose, question.channel, question.caller), situation)


def timed(judgement: Judgement) -> bool:
    return any(one.finding.timed for one in judgement.said)


@st.composite
def consents(draw: st.DrawFn, at: datetime) -> dict[str, Any]:
    return {
        "channel": draw(st.sampled_from(CALLING)),
        "purpose": draw(st.sampled_from(Purpose)),
        "granted": draw(st.booleans()),
        "at": at - draw(ages),
        "how": draw(means),
        "proof": draw(st.sampled_from([None, "form 17"])),
    }


@st.composite
def contacts(draw: st.DrawFn, at: datetime, home: str, fitting: list[dict[str, Any]]) -> Contact:
    regions = {"US": ["US-FL", "US-GA", "US-OR"], "CA": ["CA-ON", "CA-QC", "CA-AB"], "ID": ["ID-JK", "ID-BA"]}
    attributes = {
        "line": ["mobile", "landline"], "line_use": ["business", "personal"], "attorney": [False, False, True],
        "answered_by": ["consumer", "consumer", "family"], "inconvenient_times": ["mon-fri 12:00-14:00"],
        "opt_out_offered": [True, False], "address_published": [True], "fax_given": [True], "employer_forbids": [True],
    }  # fmt: skip
    named = draw(st.sets(st.sampled_from(sorted(attributes)), max_size=3))
    phones = st.one_of(*4 * [st.just(PHONES[home])], st.sampled_from([None, *PHONES.values()]))
    return Contact.model_validate(
        {
            "id": "c-1",
            "country": draw(st.sampled_from([home, home, None])),
            "region": draw(st.sampled_from([None, *regions.get(home, [])])),
            "time_zone": draw(st.sampled_from([*3 * [HOMES[home]], None, *ZONES])),
            "phone": draw(phones),
            "email": draw(st.sampled_from([None, "ann@shop.com", "ann@shop.com"])),
            "kind": draw(st.sampled_from(["person", "organisation"])),
            "attributes": {name: draw(st.sampled_from(attributes[name])) for name in sorted(named)},
            "consents": [*fitting, *draw(st.lists(consents(at), max_size=1))],
        }
    )


def _kinds() -> dict[str, dict[str, Any]]:
    call = {
        "outcome": st.sampled_from([None, *CallOutcome]), "purpose": purposes, "channel": channels,
        "debt": st.sampled_from([None, "a", "b"]), "campaign": st.sampled_from([None, "spring"]),
    }  # fmt: skip
    wish = {"for_channel": channels, "purpose": purposes, "how": means}
    text = st.sampled_from([None, "hello", "STOP", "cancel"])
    return {
        "call_outbound": call,
        "call_inbound": call,
        "purchase": {},
        "payment_received": {},
        "demo_requested": {},
        "quote_requested": {},
        "collection_notice_sent": {"debt": st.sampled_from([None, "a", "b"])},
        "consent_given": {
            "for_channel": st.sampled_from(CALLING), "purpose": st.sampled_from(Purpose), "how": means,
            "proof": st.sampled_from([None, "form 18"]),
        },
        "consent_withdrawn": wish,
        "opted_out": wish,
        "newsletter_unsubscribed": {},
        "whatsapp_message": {"direction": st.sampled_from(["inbound", "outbound"]), "text": text},
        "message_received": {"channel": st.sampled_from(["sms", "telegram"]), "text": text},
        "message_sent": {"channel": st.sampled_from(["sms", "whatsapp"])},
        "email_sent": {},
    }  # fmt: skip


KINDS: Final = _kinds()
OFTEN: Final = (*KINDS, *3 * ("call_outbound", "purchase", "demo_requested", "whatsapp_message", "email_sent"))


@st.composite
def interactions(draw: st.DrawFn, at: datetime, kinds: Sequence[str] = OFTEN, name: str = "i") -> Interaction:
    """Return something that happened until an instant; with another name, something that no other one is."""
    kind = draw(st.sampled_from(kinds))
    properties = {key: draw(one) for key, one in KINDS[kind].items()}
    priced = {"amount": 10, "currency": "USD"} if kind in ("purchase", "payment_received") else {}
    key = f"{name}-{draw(st.integers(0, 10**9))}"
    return parse_interaction({"id": key, "kind": kind, "occurred_at": at - draw(ages), **properties, **priced})


def histories(at: datetime, name: str = "i") -> st.SearchStrategy[list[Interaction]]:
    return st.lists(interactions(at, name=name), max_size=5, unique_by=lambda one: one.id)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    home = draw(st.sampled_from(["US", "CA", "ID", "GB", *HOMES]))
    hour = draw(st.sampled_from([11, 15, None]))
    day = draw(dates)
    local = day if hour is None else day.replace(hour=hour)
    at = local.replace(tzinfo=ZoneInfo(HOMES[home])).astimezone(UTC)
    copies = [Copy(country=land, obtained=at - timedelta(days=draw(st.sampled_from([1, 1, 40])))) for land in COPIED]
    question = {
        "purpose": draw(st.sampled_from(PURPOSES)),
        "channel": draw(st.sampled_from(CALLING)),
        "caller": draw(st.sampled_from([None, *map(str, CallerKind)])),
        "registries": draw(st.sampled_from([copies, copies, []])),
        "debt": draw(st.sampled_from([None, "a"])),
        "template": draw(st.booleans()),
        "strict": draw(st.booleans()),
    }
    about = {"channel": question["channel"], "purpose": question["purpose"], "at": at - timedelta(days=1)}
    fitting = draw(st.sampled_from([[], [{**about, "how": "double_opt_in", "proof": "form 16"}]]))
    return Case(draw(contacts(at, home, fitting)), draw(histories(at)), at, question)
