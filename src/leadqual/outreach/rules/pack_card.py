"""Packs and the rulebook as cards for notebooks: which rules there are, how sure each is, and when it was read."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.cards.frame import SMALL, card, code, table
from leadqual.outreach.rules.words import Confidence

if TYPE_CHECKING:
    from leadqual.outreach.rules.kinds import Rule
    from leadqual.outreach.rules.pack import Pack
    from leadqual.outreach.rules.rulebook import Rulebook

_NOTICE: Final = "V1 official, V2 secondary, M unverified, D disputed. This is not legal advice."


def pack_card(pack: Pack) -> str:
    """Return a pack as one piece of HTML without scripts."""
    whom = "everybody" if pack.everywhere else ", ".join(pack.countries)
    said = [pack.description or "", f"for contacts of {whom}; to be read again by {pack.review_by}; {_NOTICE}"]
    rows = [_row(pack, rule) for rule in pack.rules]
    return card(f"{pack.title} {pack.version}", said, table(("rule", "sure", "says"), rows), 64)


def _row(pack: Pack, rule: Rule) -> tuple[str, str, str]:
    where = f"{rule.source}; read on {pack.read(rule)}"
    says = f"{escape(rule.text['en'])}<div style='{SMALL};overflow-wrap:anywhere'>{escape(where)}</div>"
    return code(rule.id), escape(rule.confidence.value), says


def book_card(book: Rulebook) -> str:
    """Return a rulebook as one piece of HTML without scripts: its packs, and how sure their rules are."""
    counted = {pack.pack: Counter(held.rule.confidence for held in book.rules.values() if held.pack is pack)
               for pack in book.packs}  # fmt: skip
    rows = [
        (
            f"{escape(pack.title)}<div style='{SMALL}'>{escape(pack.pack)} {escape(pack.version)}</div>",
            "everybody" if pack.everywhere else escape(", ".join(pack.countries)),
            *(str(counted[pack.pack][sure] or "") for sure in Confidence),
            str(pack.review_by),
        )
        for pack in book.packs
    ]
    columns = ("pack", "contacts of", *(sure.value for sure in Confidence), "read again by")
    title = f"Rulebook: {len(book.rules):,} rules of {len(book.packs)} packs"
    places = range(2, 2 + len(Confidence))
    return card(title, [_NOTICE], table(columns, rows, places))
