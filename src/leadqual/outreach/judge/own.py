"""What is asked of every contact before any pack speaks: an address on the channel, and a law that is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from leadqual.outreach.rules.words import OWN_POLICY, Confidence

ADDRESS: Final = "LQ-ADDRESS"
JURISDICTION: Final = "LQ-JURISDICTION"


def _base(rule: str, en: str, indonesian: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "jurisdiction": "LEADQUAL",
        "source": OWN_POLICY,
        "url": "docs/reaching-out.md",
        "confidence": Confidence.OFFICIAL,
        "read_on": date(2026, 11, 22),
        "says": {"en": en, "id": indonesian},
    }


OWN: Final[Mapping[str, Mapping[str, Any]]] = {
    ADDRESS: _base(
        ADDRESS,
        "Somebody is reached only at a number or an address that can be theirs.",
        "Seseorang hanya dihubungi melalui nomor atau alamat yang memang mungkin miliknya.",
    ),
    JURISDICTION: _base(
        JURISDICTION,
        "Nobody is reached where it is not known which law holds, or what it says.",
        "Tidak seorang pun dihubungi jika hukum yang berlaku, atau isinya, tidak diketahui.",
    ),
}
"""What reasons of these rules have in common, by their ids."""
