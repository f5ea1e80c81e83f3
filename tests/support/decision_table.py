"""The table of decisions that compliance officers review: what the packs answer to each purpose and channel.

Run it as a program to write the table anew after a rule has changed, and read the difference:
``python tests/support/decision_table.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from leadqual import Contact
from leadqual.model.contact import Consent
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.collection import CollectionNoticeSent
from leadqual.model.interactions.messaging import WhatsappMessage
from leadqual.model.interactions.sales import Purchase
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.caller import Caller
from leadqual.outreach.permit import permit
from leadqual.outreach.rules.rulebook import rulebook
from leadqual.outreach.verdict import Verdict

TABLE: Final = Path(__file__).parents[1] / "outreach" / "decisions.txt"

PURPOSES: Final = ("telemarketing", "telecollection", "survey", "charity", "political", "service")
CHANNELS: Final = ("voice", "prerecorded", "sms", "whatsapp", "email", "fax", "chat", "post")
COLUMNS: Final = ("nothing known", "caller, place, registry known", "consent and purchase too")
WIDTH: Final = 42

CALLERS: Final = {
    "telemarketing": {"seller"},
    "telecollection": {"collector"},
    "survey": {"researcher"},
    "charity": {"charity"},
    "political": {"political"},
    "service": {"seller"},
}


@dataclass(frozen=True)
class Place:
    """A place, with an instant of a working day at which everybody there may be called."""

    title: str
    country: str
    region: str | None
    zone: str
    phone: str
    at: datetime


def noon(hour: int) -> datetime:
    return datetime(2026, 11, 24, hour, tzinfo=UTC)


PLACES: Final = (
    Place("United States, New York, a landline", "US", "US-NY", "America/New_York", "+12125550123", noon(16)),
    Place("Canada, Ontario", "CA", "CA-ON", "America/Toronto", "+14165550123", noon(18)),
    Place("Canada, Alberta", "CA", "CA-AB", "America/Edmonton", "+14035550123", noon(18)),
    Place("Indonesia, Jakarta", "ID", "ID-JK", "Asia/Jakarta", "+628123456789", noon(4)),
    Place("United Kingdom", "GB", None, "Europe/London", "+442079460123", noon(12)),
    Place("European Union, Germany", "DE", None, "Europe/Berlin", "+4930901820", noon(12)),
)


class Unlisted:
    """A copy of a registry, obtained the day before, that has none of the numbers."""

    def __init__(self, country: str, at: datetime) -> None:
        self.country = country
        self.name = f"the registry of {country}"
        self.obtained_at = at - timedelta(days=1)

    def lookup(self, number: str) -> bool | None:
        return False


def stranger(place: Place) -> Contact:
    return Contact(id="stranger", country=place.country, phone=place.phone, email="siti@example.org")


def known(place: Place) -> Contact:
    line = {"line": "landline"} if place.country == "US" else {}
    return Contact(
        id="known", country=place.country, region=place.region, time_zone=place.zone, phone=place.phone,
        email="siti@example.org", attributes=line,
    )  # fmt: skip


def documented(place: Place) -> Contact:
    then = place.at - timedelta(days=20)
    consents = tuple(
        Consent(channel=Channel(channel), purpose=Purpose(purpose), at=then, how="written", proof="form 17")
        for channel in CHANNELS
        for purpose in PURPOSES
    )
    return known(place).model_copy(update={"id": "documented", "consents": consents})


def history(place: Place) -> list[Interaction]:
    return [
        Purchase(id="p", occurred_at=place.at - timedelta(days=20), amount=100, currency="USD"),
        CollectionNoticeSent(id="n", occurred_at=place.at - timedelta(days=10)),
        WhatsappMessage(id="w", occurred_at=place.at - timedelta(hours=1), direction="inbound"),
    ]


def verdicts(place: Place, purpose: str, channel: str) -> tuple[Verdict, Verdict, Verdict]:
    """Return the verdicts of the three columns."""
    caller = Caller.model_validate({"kinds": CALLERS[purpose]})
    registries = [Unlisted(country, place.at) for country in ("US", "CA", "GB")]
    ask = partial(permit, purpose=purpose, channel=channel, at=place.at, rules=rulebook())
    return (
        ask(stranger(place), []),
        ask(known(place), [], caller=caller, registries=registries),
        ask(documented(place), history(place), caller=caller, registries=registries),
    )


def shown(verdict: Verdict) -> str:
    """Return a verdict as a cell: yes, or no with the code and the rule of its headline."""
    if verdict.allowed:
        return "yes"
    return f"no   {verdict.headline.code} ({verdict.headline.rule})"


def answers(place: Place, purpose: str, channel: str) -> tuple[str, ...]:
    """Return the cells of a line; where all columns agree only the first."""
    cells = tuple(map(shown, verdicts(place, purpose, channel)))
    return (f"{cells[0]} in every case", "", "") if len(set(cells)) == 1 else cells


def lines() -> Iterator[str]:
    yield "What the packs that ship answer on a working day at noon, by purpose and channel. Not legal advice."
    yield "Of each answer no: the headline, and the rule that gives it. Written by tests/support/decision_table.py."
    for place in PLACES:
        yield ""
        yield f"{place.title}, {place.at:%Y-%m-%d %H:%M} UTC"
        yield "".join(cell.ljust(width) for cell, width in zip(("", "", *COLUMNS), _WIDTHS, strict=True)).rstrip()
        for purpose in PURPOSES:
            for channel in CHANNELS:
                cells = (purpose, channel, *answers(place, purpose, channel))
                yield "".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


_WIDTHS: Final = (16, 13, WIDTH, WIDTH, WIDTH)


def text() -> str:
    """Return the whole table."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8")
