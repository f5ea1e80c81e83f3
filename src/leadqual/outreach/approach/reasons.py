"""Why an action is what it is, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadqual.outreach.approach.plan import Approach
from leadqual.outreach.approach.words import Words
from leadqual.outreach.names import channel_name
from leadqual.outreach.rules.base import Language

if TYPE_CHECKING:
    from leadqual.outreach.approach.action import Asked
    from leadqual.outreach.verdict import Verdict


def closed(stage: str) -> Words:
    """Return the reason why nothing is done with a contact in a closed stage."""
    return Words(
        en=f"The contact stands at {stage}, and that stage is closed: nobody reaches out until a person reopens it.",
        id=f"Kontak berada di tahap {stage}, dan tahap itu ditutup: jangan hubungi sebelum seseorang membukanya lagi.",
    )


def nothing_prescribed(stage: str | None) -> Words:
    """Return the reason why nothing is done where no approach holds."""
    where_en, where_id = ("", "") if stage is None else (f" at {stage}", f" di tahap {stage}")
    return Words(
        en=f"No approach holds for this contact{where_en}.",
        id=f"Tidak ada pendekatan yang berlaku bagi kontak ini{where_id}.",
    )


def not_permitted(asked: Sequence[Asked]) -> Words:
    """Return the reason why an approach may not be taken: of each channel the headline reason and its law."""
    return Words(
        en=f"No channel may be used. {_each(asked, 'en')}",
        id=f"Tidak ada kanal yang boleh dipakai. {_each(asked, 'id')}",
    )


def _each(asked: Sequence[Asked], language: Language) -> str:
    channels: dict[str, list[str]] = {}
    for one in asked:
        channels.setdefault(headline(one.verdict, language), []).append(channel_name(one.channel, language))
    return " ".join(f"{', '.join(names)}: {reason}" for reason, names in channels.items())


def headline(verdict: Verdict, language: Language) -> str:
    """Return the weightiest reason of a verdict, with the law that it comes from."""
    first = verdict.headline
    return f"{first.says[language]} {first.found[language]} [{first.code}; {first.source}]"


def why(approach: Approach, outcome: str) -> Words:
    """Return why an approach was chosen, and where it waits, for what."""
    reason = approach.why or approach.goal
    if outcome == "due_later":
        return Words(en=f"{reason.en} It is not due before then.", id=f"{reason.id} Sebelum itu belum waktunya.")
    if outcome == "opens_later":
        return Words(
            en=f"{reason.en} No channel may be used before then.",
            id=f"{reason.id} Sebelum itu belum ada kanal yang boleh dipakai.",
        )
    return reason
