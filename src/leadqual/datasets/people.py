"""The people of the sample: who they are, and what a record knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from leadqual.datasets.companies import Firm, firm
from leadqual.datasets.diary import DAY, START, instant
from leadqual.datasets.dice import Dice
from leadqual.datasets.names import PersonName, person_name
from leadqual.model.contact import Company, Consent, Contact, DoNotCall
from leadqual.model.vocabulary import Channel, ConsentMeans, Role, Seniority, Source

COUNTRIES: Final = {"ID": 0.56, "SG": 0.11, "MY": 0.13, "TH": 0.06, "VN": 0.07, "PH": 0.07}
"""The countries of the sample, with their shares."""

_ZONES: Final = {
    "Jakarta": ("Asia/Jakarta", 7),
    "Makassar": ("Asia/Makassar", 8),
    "Denpasar": ("Asia/Makassar", 8),
    "ID": ("Asia/Jakarta", 7),
    "SG": ("Asia/Singapore", 8),
    "MY": ("Asia/Kuala_Lumpur", 8),
    "TH": ("Asia/Bangkok", 7),
    "VN": ("Asia/Ho_Chi_Minh", 7),
    "PH": ("Asia/Manila", 8),
}
_LANGUAGES: Final = {"ID": "id", "SG": "en", "MY": "ms", "TH": "th", "VN": "vi", "PH": "en"}
# Behind a real operator's prefix come three zeros, which operators hardly give out: nobody is rung by a sample.
_PHONES: Final = {
    "ID": (("+62812", "+62813", "+62857", "+62878", "+62896"), 5),
    "SG": (("+658", "+659"), 4),
    "MY": (("+6012", "+6016", "+6019"), 4),
    "TH": (("+6681", "+6689"), 4),
    "VN": (("+8490", "+8498"), 4),
    "PH": (("+63917", "+63920"), 4),
}
_PERSONAL_MAIL: Final = {"gmail.com": 0.75, "yahoo.com": 0.15, "outlook.com": 0.1}
_SENIORITY: Final = {
    Seniority.ENTRY: 0.13,
    Seniority.SPECIALIST: 0.27,
    Seniority.MANAGER: 0.28,
    Seniority.DIRECTOR: 0.13,
    Seniority.VP: 0.04,
    Seniority.C_LEVEL: 0.06,
    Seniority.OWNER: 0.09,
}
_TITLES: Final = {
    Seniority.ENTRY: ("Staff Administrasi", "Customer Service Agent", "Marketing Assistant"),
    Seniority.SPECIALIST: ("Digital Marketing Specialist", "CRM Analyst", "IT Support", "Business Analyst"),
    Seniority.MANAGER: ("Customer Care Manager", "Manajer Pemasaran", "Contact Centre Manager", "IT Manager"),
    Seniority.DIRECTOR: ("Direktur Operasional", "Director of Customer Experience", "Direktur Penjualan"),
    Seniority.VP: ("VP Customer Operations", "VP Digital"),
    Seniority.C_LEVEL: ("CEO", "COO", "CTO", "Direktur Utama"),
    Seniority.OWNER: ("Owner", "Founder", "Pemilik"),
}
_MISFIT_TITLES: Final = ("Mahasiswa", "Student", "Freelance Consultant", "Job Seeker", "Research Assistant")
_SOURCES: Final = {
    Source.WEB_FORM: 0.24,
    Source.WEB_SEARCH: 0.2,
    Source.ONLINE_AD: 0.16,
    Source.SOCIAL: 0.12,
    Source.TRADE_FAIR: 0.08,
    Source.EMAIL_LIST: 0.07,
    Source.REFERRAL: 0.04,
    Source.CUSTOMER_REFERRAL: 0.03,
    Source.PARTNER: 0.03,
    Source.EARLIER_CAMPAIGN: 0.03,
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as they are: nothing is missing here, and nothing is misspelt."""

    id: str
    segment: str
    name: PersonName
    country: str
    firm: Firm
    seniority: Seniority
    title: str
    begins: int
    personal_mail: bool
    scanned: bool
    newsletter: bool
    whatsapp: bool

    @property
    def zone(self) -> tuple[str, int]:
        """The time zone, and how many hours it is ahead of UTC."""
        return _ZONES.get(self.firm.city, _ZONES[self.country])


def person(dice: Dice, number: int, segment: str, subscribes: float) -> Person:
    """Return somebody of a segment."""
    country = dice.weighted(COUNTRIES)
    misfit = segment == "misfit"
    seniority = dice.pick((Seniority.ENTRY, Seniority.SPECIALIST)) if misfit else dice.weighted(_SENIORITY)
    personal_mail = dice.chance(0.75 if misfit else 0.24)
    return Person(
        id=f"c-{number:05d}",
        segment=segment,
        name=person_name(dice, country),
        country=country,
        firm=firm(dice, country),
        seniority=seniority,
        title=dice.pick(_MISFIT_TITLES if misfit else _TITLES[seniority]),
        begins=_begins(dice, segment),
        personal_mail=personal_mail,
        scanned=not personal_mail and dice.chance(0.09),
        newsletter=dice.chance(subscribes),
        whatsapp=dice.chance(0.45 if country in ("ID", "MY", "SG") else 0.15),
    )


def _begins(dice: Dice, segment: str) -> int:
    """Return the second of the first record: within the year for most, before it for old lists and customers."""
    if segment == "customer":
        return -int(dice.between(60, 380) * DAY)
    if dice.chance(0.12):
        return -int(dice.between(1, 200) * DAY)
    return int(dice.between(0, 363) * DAY)


def record(dice: Dice, one: Person) -> Contact:
    """Return what the database knows of a person: fields are missing as often as in a real one."""
    zone, _ = one.zone
    whole = dice.chance(0.97)
    split = one.name.family if dice.chance(0.7) else None
    return Contact(
        id=one.id,
        full_name=one.name.full if whole else None,
        given_name=one.name.given if split else None,
        family_name=split,
        job_title=one.title if dice.chance(0.58) else None,
        email=_email(dice, one) if dice.chance(0.94) else None,
        phone=_phone(dice, one.country) if dice.chance(0.62) else None,
        country=one.country if dice.chance(0.95) else None,
        language=_LANGUAGES[one.country] if dice.chance(0.5) else None,
        time_zone=zone if dice.chance(0.6) else None,
        seniority=one.seniority if dice.chance(0.64) else None,
        source=dice.weighted(_SOURCES) if dice.chance(0.92) else None,
        roles=frozenset({Role.PARTNER}) if dice.chance(0.015) else frozenset(),
        preferred_channels=(Channel.WHATSAPP,) if one.whatsapp and dice.chance(0.5) else (),
        consents=_consents(dice, one),
        do_not_call=_do_not_call(dice, one),
        company=_company(dice, one),
        created_at=instant(one.begins),
        attributes=_attributes(dice, one),
    )


def _email(dice: Dice, one: Person) -> str:
    if one.personal_mail:
        return f"{one.name.mailbox}.{one.id.replace('-', '')}@{dice.weighted(_PERSONAL_MAIL)}"
    return f"{one.name.mailbox}@{one.firm.domain}"


def _phone(dice: Dice, country: str) -> str:
    prefixes, digits = _PHONES[country]
    return f"{dice.pick(prefixes)}000{dice.whole(0, 10**digits - 1):0{digits}d}"


def _company(dice: Dice, one: Person) -> Company | None:
    if one.segment == "misfit" and dice.chance(0.7):
        return None
    if dice.chance(0.06):
        return None
    return Company(
        name=one.firm.name,
        domain=None if one.personal_mail else one.firm.domain,
        industry=one.firm.industry if dice.chance(0.74) else None,
        employees=one.firm.employees if dice.chance(0.7) else None,
        country=one.country if dice.chance(0.8) else None,
        city=one.firm.city if dice.chance(0.6) else None,
        founded=one.firm.founded if dice.chance(0.25) else None,
    )


def _consents(dice: Dice, one: Person) -> tuple[Consent, ...]:
    found = []
    if one.newsletter:
        how = dice.weighted({ConsentMeans.DOUBLE_OPT_IN: 0.6, ConsentMeans.WEB_FORM: 0.3, ConsentMeans.IMPORTED: 0.1})
        found.append(Consent(channel=Channel.EMAIL, at=instant(one.begins), how=how))
    if one.whatsapp:
        granted = dice.chance(0.85)
        found.append(
            Consent(channel=Channel.WHATSAPP, granted=granted, at=instant(one.begins), how=ConsentMeans.WEB_FORM)
        )
    return tuple(found)


def _do_not_call(dice: Dice, one: Person) -> tuple[DoNotCall, ...]:
    if not dice.chance(0.02):
        return ()
    said = max(instant(one.begins), START) + timedelta(hours=2)
    return (DoNotCall(at=said, channel=Channel.VOICE, how=ConsentMeans.VERBAL),)


def _attributes(dice: Dice, one: Person) -> dict[str, Any]:
    if not dice.chance(0.22):
        return {}
    return {"monthly_budget": float(round(one.firm.employees * dice.log_between(3, 40), -2))}
