"""The rules in force, as a compliance officer reads them: what each says, where it is written, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.text import Text

from leadqual.cli.output import clean, print_json, print_texts, say
from leadqual.cli.permit_options import Spoken
from leadqual.cli.words import counted
from leadqual.files.write import WholeFiles, check_target, write_table
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.rules.base import RuleBase
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.rulebook import Held, Rulebook
from leadqual.outreach.rules.words import NOTICE


@dataclass(frozen=True)
class Wanted:
    """Which rules are listed.

    Parameters
    ----------
    packs : sequence of str, optional
        Only those of these packs.
    purpose, channel : optional
        Only those that speak of it.
    """

    packs: Sequence[str] | None = None
    purpose: Purpose | None = None
    channel: Channel | None = None

    def of(self, book: Rulebook) -> list[Held]:
        """Return the rules in force that are wanted, in the order of their packs."""
        return [held for held in book.rules.values() if self._holds(held.rule, held.pack)]

    def _holds(self, rule: RuleBase, pack: Pack) -> bool:
        return (
            (not self.packs or pack.pack in self.packs)
            and (self.purpose is None or self.purpose in rule.purposes)
            and (self.channel is None or self.channel in rule.channels)
            and (self.channel is None or self.channel in (pack.channels or (self.channel,)))
        )


def list_rules(
    held: Sequence[Held], day: date, language: Spoken, out: Path | None, *, as_json: bool, spreadsheet_safe: bool
) -> None:
    """Print the rules, or write them as a table."""
    records = [rule_record(one, day, language) for one in held]
    if out is not None:
        check_target(out)
        with WholeFiles() as files:
            write_table(files.for_target(out), records, out, ("rule",), spreadsheet_safe=spreadsheet_safe)
    overdue = [record["rule"] for record in records if record["overdue"]]
    if as_json:
        told: dict[str, Any] = {"ok": True, "day": day, "count": len(records), "overdue": overdue, "notice": NOTICE}
        print_json({**told, "out": str(out)} if out is not None else {**told, "rules": records})
        return
    if out is None:
        _show(held, day, language)
    say(f"\n{counted(len(held), 'rule')}, {len(overdue)} of them overdue for review on {day}.", "title")
    say(NOTICE)
    if out is not None:
        say(f"Written: {out}", "good", whole=True)


def rule_record(held: Held, day: date, language: Spoken) -> dict[str, Any]:
    """Return a rule as a row: what it says in one language, of whom, where it is written, and when it was read."""
    rule, pack = held.rule, held.pack
    return {
        "rule": rule.id,
        "pack": pack.pack,
        "jurisdiction": pack.jurisdiction,
        "kind": rule.kind,
        "says": rule.text[language.value],
        "purposes": [str(purpose) for purpose in rule.purposes],
        "channels": [str(channel) for channel in rule.channels],
        "callers": sorted(rule.callers or ()),
        "source": rule.source,
        "url": rule.url,
        "confidence": rule.confidence.value,
        "read_on": pack.read(rule),
        "review_by": pack.review(rule),
        "overdue": pack.review(rule) < day,
        "effective_from": rule.effective_from,
        "effective_to": rule.effective_to,
        "note": rule.note,
    }


def _show(held: Sequence[Held], day: date, language: Spoken) -> None:
    pack: Pack | None = None
    for one in held:
        if one.pack is not pack:
            pack = one.pack
            say(f"\n{pack.title} ({pack.pack} {pack.version})", "title")
        print_texts([_text(one, day, language)], stderr=False)


def _text(held: Held, day: date, language: Spoken) -> Text:
    """Return a rule as lines: who and how sure, what it says, of whom, where it is written, and when it was read."""
    rule, pack = held.rule, held.pack
    text = Text.assemble((f"  {clean(rule.id)}", "name"), f"  {rule.kind}, {rule.confidence.value}")
    for line in _lines(rule, rule.text[language.value]):
        text.append(f"\n    {clean(line)}")
    read, review = pack.read(rule), pack.review(rule)
    text.append(f"\n    read on {read}, ")
    overdue = review < day
    text.append(f"review by {review}{': overdue' if overdue else ''}", "bad" if overdue else "")
    return text


def _lines(rule: RuleBase, says: str) -> Iterator[str]:
    yield says
    yield f"{', '.join(rule.purposes)}: {', '.join(rule.channels)}"
    if rule.callers:
        yield f"callers: {', '.join(sorted(rule.callers))}"
    if rule.effective_from or rule.effective_to:
        yield f"holds {' '.join(_span(rule))}"
    yield f"{rule.source}"
    yield f"{rule.url}"
    if rule.note:
        yield f"note: {rule.note}"


def _span(rule: RuleBase) -> Iterator[str]:
    if rule.effective_from:
        yield f"from {rule.effective_from}"
    if rule.effective_to:
        yield f"until {rule.effective_to}"
