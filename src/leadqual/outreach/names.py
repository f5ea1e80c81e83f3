"""What channels and purposes are called for people, and how a time is told, in both languages."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.rules.base import LANGUAGES, Language

_CHANNELS: Final = {
    Channel.VOICE: ("telephone", "telepon"),
    Channel.PRERECORDED: ("a recorded call", "panggilan rekaman"),
    Channel.SMS: ("SMS", "SMS"),
    Channel.WHATSAPP: ("WhatsApp", "WhatsApp"),
    Channel.LINE: ("LINE", "LINE"),
    Channel.LINKEDIN: ("LinkedIn", "LinkedIn"),
    Channel.TIKTOK: ("TikTok", "TikTok"),
    Channel.YOUTUBE: ("YouTube", "YouTube"),
    Channel.EMAIL: ("e-mail", "surel"),
    Channel.WEB: ("the website", "situs web"),
    Channel.CHAT: ("chat", "obrolan"),
    Channel.APP: ("the app", "aplikasi"),
    Channel.FAX: ("fax", "faks"),
    Channel.POST: ("letter", "surat"),
    Channel.IN_PERSON: ("a visit", "kunjungan"),
    Channel.TV: ("television", "televisi"),
    Channel.RADIO: ("radio", "radio"),
    Channel.PRINT: ("print", "media cetak"),
}
_PURPOSES: Final = {
    Purpose.MARKETING: ("marketing", "pemasaran"),
    Purpose.TELEMARKETING: ("telemarketing", "telemarketing"),
    Purpose.TELECOLLECTION: ("telecollection", "telecollection"),
    Purpose.SURVEY: ("survey", "survei"),
    Purpose.CHARITY: ("charity", "amal"),
    Purpose.POLITICAL: ("political", "politik"),
    Purpose.SERVICE: ("service", "layanan"),
}
# Spelt out, since the names that strftime knows depend on the machine.
_DAYS: Final = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "id": ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"),
}
_MONTHS: Final = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
}


def channel_name(channel: Channel, language: Language) -> str:
    """Return what a channel is called.

    Examples
    --------
    >>> channel_name(Channel.EMAIL, "id"), channel_name(Channel.TELEGRAM, "en")
    ('surel', 'Telegram')
    """
    name = channel.value.title()
    return _of(_CHANNELS.get(channel, (name, name)), language)


def purpose_name(purpose: Purpose, language: Language) -> str:
    """Return what a purpose is called."""
    return _of(_PURPOSES[purpose], language)


def time_told(instant: datetime, zone: tzinfo, language: Language) -> str:
    """Return an instant to the minute, in a zone that is named.

    Examples
    --------
    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> at = datetime(2026, 8, 24, 1, tzinfo=UTC)
    >>> time_told(at, ZoneInfo("Asia/Jakarta"), "id"), time_told(at, ZoneInfo("UTC"), "en")
    ('Sen 24 Agu 2026 08.00 (Asia/Jakarta)', 'Mon 24 Aug 2026 01:00 (UTC)')
    """
    local = instant.astimezone(zone)
    day, month = _DAYS[language][local.weekday()], _MONTHS[language][local.month - 1]
    minute = f"{local.hour:02}{'.' if language == 'id' else ':'}{local.minute:02}"
    return f"{day} {local.day} {month} {local.year} {minute} ({zone})"


def _of(names: tuple[str, str], language: Language) -> str:
    return names[language == "id"]


def known_language(language: str) -> Language:
    """Return a language that texts are told in; raise `InputError` for any other.

    Examples
    --------
    >>> known_language("id")
    'id'
    """
    for known in LANGUAGES:
        if language == known:
            return known
    message, expected = "nothing is told in this language", "'en' (English) or 'id' (Indonesian)"
    hint = did_you_mean(language, LANGUAGES) if isinstance(language, str) else None
    raise InputError(Problem("unknown-language", message, Place("language"), shown(language), expected, hint))
