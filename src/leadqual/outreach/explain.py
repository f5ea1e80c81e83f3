"""A verdict in words: the answer, the law behind it, when it is allowed again, what is not known, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from leadqual.outreach.judge.finding import Effect
from leadqual.outreach.names import channel_name, purpose_name, time_told
from leadqual.outreach.rules.base import Language
from leadqual.outreach.rules.words import NOTICE, OWN_POLICY, Confidence

if TYPE_CHECKING:
    from leadqual.outreach.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Labels:
    """The words around what a verdict says, in one language."""

    allowed: str
    denied: str
    asked: str
    laws: str
    nowhere: str
    zones: str
    no_zone: str
    denies: str
    allows: str
    noted: str
    unless: str
    law: str
    policy: str
    read: str
    again: str
    act: str
    now: str
    unknown: str
    duties: str
    notes: str
    warnings: str
    confidence: dict[Confidence, str]
    notice: str


LABELS: Final[dict[Language, Labels]] = {
    "en": Labels(
        allowed="Contact {contact} may be reached: {purpose}, {channel}.",
        denied="Contact {contact} must not be reached: {purpose}, {channel}.",
        asked="Asked for",
        laws="Laws and policies looked at:",
        nowhere="no country is known",
        zones="Time zones in which the contact may be:",
        no_zone="not known",
        denies="What stands in the way",
        allows="What is in order",
        noted="What was looked at and decides nothing here",
        unless="until",
        law="Law",
        policy="Policy of this library, not law",
        read="read",
        again="By the clock allowed from",
        act="Waiting does not help: somebody has to do or find out something first.",
        now="Allowed now.",
        unknown="Not known",
        duties="Whoever reaches out has to",
        notes="Worth knowing",
        warnings="Careful",
        confidence={
            Confidence.OFFICIAL: "official text",
            Confidence.SECONDARY: "secondary source",
            Confidence.UNVERIFIED: "not verified",
            Confidence.DISPUTED: "disputed",
        },
        notice=NOTICE,
    ),
    "id": Labels(
        allowed="Kontak {contact} boleh dihubungi: {purpose}, {channel}.",
        denied="Kontak {contact} tidak boleh dihubungi: {purpose}, {channel}.",
        asked="Ditanyakan untuk",
        laws="Hukum dan kebijakan yang diperiksa:",
        nowhere="negara tidak diketahui",
        zones="Zona waktu tempat kontak mungkin berada:",
        no_zone="tidak diketahui",
        denies="Yang menghalangi",
        allows="Yang terpenuhi",
        noted="Yang diperiksa dan tidak menentukan di sini",
        unless="sampai",
        law="Hukum",
        policy="Kebijakan pustaka ini, bukan hukum",
        read="dibaca",
        again="Menurut waktu boleh mulai",
        act="Menunggu tidak membantu: seseorang harus melakukan atau mencari tahu sesuatu lebih dulu.",
        now="Boleh sekarang.",
        unknown="Belum diketahui",
        duties="Siapa pun yang menghubungi wajib",
        notes="Perlu diketahui",
        warnings="Perhatian",
        confidence={
            Confidence.OFFICIAL: "teks resmi",
            Confidence.SECONDARY: "sumber sekunder",
            Confidence.UNVERIFIED: "belum diverifikasi",
            Confidence.DISPUTED: "diperdebatkan",
        },
        notice="Bukan nasihat hukum: fakta dikumpulkan dari sumber publik, masing-masing dengan tingkat keyakinannya "
        "dan hari dibacanya.",
    ),
}


def explanation(verdict: Verdict, language: Language, zones: Sequence[tzinfo]) -> str:
    """Return everything that a person may ask about a verdict, from the answer down to the details."""
    labels = LABELS[language]
    lines = [answer(verdict, language), *looked_at(verdict, language, zones), outlook(verdict, language, zones)]
    for title, reasons in grouped(verdict, language):
        lines += ["", title]
        for reason in reasons:
            lines += [f"  {reason.code} ({reason.rule}){_until(reason, language, zones)}"]
            lines += [f"    {reason.found[language]}", f"    {reason.says[language]}", f"    {law(reason, language)}"]
    for title, rows in remarks(verdict, language):
        lines += ["", title, *(f"  - {row}" for row in rows)]
    return "\n".join([*lines, "", labels.notice])


def answer(verdict: Verdict, language: Language) -> str:
    """Return whether the contact may be reached, for what and on which channel, in one line."""
    labels, purpose = LABELS[language], purpose_name(verdict.purpose, language)
    said = labels.allowed if verdict.allowed else labels.denied
    return said.format(contact=verdict.contact_id, purpose=purpose, channel=channel_name(verdict.channel, language))


def looked_at(verdict: Verdict, language: Language, zones: Sequence[tzinfo]) -> Iterator[str]:
    """Yield the instant that was asked about, the jurisdictions that have a say, and the zones."""
    labels = LABELS[language]
    yield f"{labels.asked} {times_told(verdict.at, zones, language)}."
    jurisdictions = dict.fromkeys((*verdict.countries, *(reason.jurisdiction for reason in verdict.reasons)))
    nowhere = "" if verdict.countries else f" ({labels.nowhere})"
    yield f"{labels.laws} {', '.join(jurisdictions)}{nowhere}."
    yield f"{labels.zones} {', '.join(verdict.zones) or labels.no_zone}."


def outlook(verdict: Verdict, language: Language, zones: Sequence[tzinfo]) -> str:
    """Return when it is allowed, or that somebody has to act first."""
    labels = LABELS[language]
    if verdict.allowed:
        return labels.now
    if verdict.next_allowed is not None:
        return f"{labels.again} {times_told(verdict.next_allowed, zones, language)}."
    return labels.act


def grouped(verdict: Verdict, language: Language) -> Iterator[tuple[str, list[Reason]]]:
    """Yield the reasons by what they do, each group with its title: those that deny first."""
    labels = LABELS[language]
    titles = ((Effect.DENY, labels.denies), (Effect.ALLOW, labels.allows), (Effect.NOTE, labels.noted))
    for effect, title in titles:
        reasons = [reason for reason in verdict.reasons if reason.effect is effect]
        if reasons:
            yield title, reasons


def remarks(verdict: Verdict, language: Language) -> Iterator[tuple[str, list[str]]]:
    """Yield what stands below the reasons, each list with its title: what is not known, duties, notes, warnings."""
    labels = LABELS[language]
    rows = (
        (labels.unknown, list(verdict.unknown)),
        (labels.duties, [_remark(one, language) for one in verdict.duties]),
        (labels.notes, [_remark(one, language) for one in verdict.notes]),
        (labels.warnings, list(verdict.warnings)),
    )
    yield from ((title, lines) for title, lines in rows if lines)


def law(reason: Reason, language: Language) -> str:
    """Return where a rule is written, how sure that is, and when it was read."""
    labels = LABELS[language]
    sure = f"{reason.confidence.value}, {labels.confidence[reason.confidence]}"
    if reason.source == OWN_POLICY:
        return f"{labels.policy} ({reason.jurisdiction}); {reason.url}"
    where = f"{labels.law} ({reason.jurisdiction}): {reason.source}"
    return f"{where}; {sure}; {labels.read} {reason.read_on}; {reason.url}"


def times_told(instant: datetime, zones: Sequence[tzinfo], language: Language) -> str:
    """Return an instant as the clocks of zones show it, each time once; in UTC without a zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> zones = [ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Pontianak"), ZoneInfo("Asia/Makassar")]
    >>> times_told(datetime(2026, 11, 23, 1, tzinfo=UTC), zones, "en")
    'Mon 23 Nov 2026 08:00 (Asia/Jakarta) = Mon 23 Nov 2026 09:00 (Asia/Makassar)'
    """
    by_clock: dict[datetime, tzinfo] = {}
    for zone in zones or (ZoneInfo("UTC"),):
        by_clock.setdefault(instant.astimezone(zone).replace(tzinfo=None), zone)
    return " = ".join(time_told(instant, by_clock[clock], language) for clock in sorted(by_clock))


def _until(reason: Reason, language: Language, zones: Sequence[tzinfo]) -> str:
    if reason.until is None:
        return ""
    return f", {LABELS[language].unless} {times_told(reason.until, zones, language)}"


def _remark(reason: Reason, language: Language) -> str:
    return f"{reason.says[language]} [{reason.source}; {reason.confidence.value}]"
