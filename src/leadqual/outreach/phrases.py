"""The words of reasons: what was found, in English and Indonesian."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Final

from leadqual.outreach.hours.week import Week
from leadqual.outreach.rules.base import Language
from leadqual.policy.source import parse_source

_DAYS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "id": ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"),
}
_WEEKDAYS: Final = {
    **dict(zip(_DAYS["en"], _DAYS["id"], strict=True)), "daily": "setiap hari", "and": "dan", "never": "tidak pernah"
}  # fmt: skip
_OPTIONAL: Final = {"country_in", "sent_on"}
_IN_INDONESIAN: Final = re.compile("|".join(_WEEKDAYS))


def phrase(code: str, kind: str | None, details: Mapping[str, Any], language: Language = "en") -> str:
    """Return what was found, in words.

    Parameters
    ----------
    code : str
        The code of the reason.
    kind : str, optional
        The kind of the rule, whose words are taken where the code has none of its own.
    details : mapping
        What was found.
    language : {"en", "id"}
        The language.
    """
    known = _phrases()
    names = code if code in known and _needed(code) <= details.keys() else _of_kind(kind, code, details)
    template = known[names][language]
    return template.format_map(_Shown(details, language))


@cache
def _needed(code: str) -> frozenset[str]:
    """Return the details that the words of a code tell; a rule of another kind may use the code without them."""
    return frozenset(name for _, name, _, _ in Formatter().parse(_phrases()[code]["en"]) if name) - _OPTIONAL


def _of_kind(kind: str | None, code: str, details: Mapping[str, Any]) -> str:
    allowing = code.startswith("OK_")
    match kind:
        case "consent" if allowing:
            return "_CONSENTED"
        case "consent":
            return {"form": "_CONSENT_FORM", "proof": "_CONSENT_PROOF"}.get(details.get("lacks", ""), "_CONSENT")
        case "request":
            return "_ASKED"
        case "exemption" if allowing:
            return "_RELATED" if "shown" in details else "_EXEMPT"
        case "exemption" if "shown" in details:
            return "_ENDED"
        case "exemption" if "revoked" in details:
            return "CONSENT_REVOKED"
        case "exemption" if "lacks" in details:
            return {"form": "_CONSENT_FORM", "proof": "_CONSENT_PROOF"}[details["lacks"]]
        case "exemption":
            return "_UNMET"
        case "frequency":
            return "_FREQUENT"
        case "cool_down":
            return "_RESTING"
        case "notice":
            return "_NOTICE"
        case "service_window":
            return "OK_SERVICE_WINDOW" if allowing else "_WINDOW"
        case "circumstance":
            return "_CIRCUMSTANCE" if "found" in details else "_CIRCUMSTANCE_UNKNOWN"
        case "inconvenient_times":
            return "OUTSIDE_HOURS"
        case _:
            return "RULE_MISSING"


class _Shown(dict[str, str]):
    """The details of a finding as they are shown to people; what is missing is left out."""

    def __init__(self, details: Mapping[str, Any], language: Language) -> None:
        super().__init__({name: shown(value, language) for name, value in details.items()})

    def __missing__(self, name: str) -> str:
        if name == "country_in":
            return f" ({self['country']})" if "country" in self else ""
        if name == "sent_on":
            return f" ({self['sent']})" if "sent" in self else ""
        return "?"


def shown(value: Any, language: Language = "en") -> str:
    """Return a detail as people read it: an instant with its weekday and zone."""
    if isinstance(value, datetime):
        zone = "UTC" if value.tzinfo is UTC else getattr(value.tzinfo, "key", None) or value.strftime("%z")
        return f"{_DAYS[language][value.weekday()]} {value:%Y-%m-%d %H:%M} {zone}"
    if value is True or value is False:
        return {"en": ("no", "yes"), "id": ("tidak", "ya")}[language][value]
    if isinstance(value, Week) and language == "id":
        return _IN_INDONESIAN.sub(lambda found: _WEEKDAYS[found[0]], str(value))
    return str(value)


@cache
def _phrases() -> Mapping[str, Mapping[str, str]]:
    text = files("leadqual.outreach").joinpath("phrases.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = parse_source(text, "phrases.yaml").data
    return found
