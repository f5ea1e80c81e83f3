"""The pages of rules on reaching out: every rule of every pack that ships, and every key that a pack may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import Final

from cells import KEYS, keys, table

from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.rules.base import RuleBase
from leadqual.outreach.rules.kinds import KINDS, Consent, ConsentRule, ExemptionRule, Relation, Rule
from leadqual.outreach.rules.load import DEFAULT, SHIPPED, load_pack
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.words import CallerKind, Confidence, LineKind, Whom
from leadqual.policy.source import parse_source

_PURPOSES: Final = frozenset(Purpose) - {Purpose.MARKETING}
_LAW: Final = "**Not legal advice.**"
_MARKS: Final = {
    Confidence.OFFICIAL: ("The official text or the regulator's own page was read.", "deny and allow"),
    Confidence.SECONDARY: ("A secondary source only: a law firm, news, a quotation.", "deny and allow"),
    Confidence.UNVERIFIED: ("From general knowledge, unverified.", "deny"),
    Confidence.DISPUTED: ("Disputed or unsettled, as the note says.", "deny"),
}


def rules_page(written: str) -> str:
    """Return the page of every rule of every pack that ships; `written` says by whom it was written."""
    return "\n".join(_rules(written))


def pack_page(written: str) -> str:
    """Return the page of every key of a pack; `written` says by whom it was written."""
    return "\n".join(_pack(written))


def _rules(written: str) -> Iterator[str]:
    packs = [load_pack(name) for name in SHIPPED]
    yield written
    yield "# Every rule that ships\n"
    yield f"{_LAW} These are facts gathered from public sources, each with its source, how sure it is, the day it was"
    yield "read and the day by which somebody has to read it again. They say neither everything that the law says, nor"
    yield "surely what it says today. [Reaching out](reaching-out.md) shows how they are asked and how a company"
    yield "changes them; [every key of a pack](reference/rules.md) is listed elsewhere.\n"
    yield table(("mark", "meaning", "such a rule may"), ((f"`{mark.value}`", *said) for mark, said in _MARKS.items()))
    yield "## The packs\n"
    yield table(("pack", "speaks of", "version", "read on", "review by", "rules", "holds"), map(_about, packs))
    for pack in packs:
        yield f"## {pack.title}\n"
        if pack.description:
            yield f"{pack.description.strip()}\n"
        yield table(_COLUMNS, (_row(pack, rule) for rule in pack.rules))
    yield "## What is not known\n"
    yield "A question that no verified rule answers is denied with the code `RULE_MISSING`. So is any contact of a"
    yield "country without a pack. These gaps were found and written down:\n"
    yield table(("id", "purposes", "channels", "what is missing"), _missing(packs))
    yield "## What is unverified or disputed\n"
    yield "A restriction of these denies all the same. An exemption lifts nothing; where it says *only narrows*, it is"
    yield "asked for beside one that is verified.\n"
    yield table(("id", "mark", "what it does", "why it is so marked"), _unsure(packs))


_COLUMNS: Final = ("id", "speaks of", "says", "source", "mark", "read on", "review by")


def _about(pack: Pack) -> tuple[str, ...]:
    where = "every country" if pack.everywhere else ", ".join(pack.countries)
    held = "by default" if pack.pack in DEFAULT else f'where asked for: `rulebook("{pack.pack}")`'
    days = tuple(sorted({str(pack.read(rule)) for rule in pack.rules}))
    return f"`{pack.pack}`", where, pack.version, ", ".join(days), str(pack.review_by), str(len(pack.rules)), held


def _row(pack: Pack, rule: Rule) -> tuple[str, ...]:
    url = rule.url.removeprefix("docs/")
    dates = str(pack.read(rule)), str(pack.review(rule))
    mark = f"`{rule.confidence.value}`"
    return f"`{rule.id}`", _speaks_of(rule), "<br>".join(_says(rule)), f"[{rule.source}]({url})", mark, *dates


def _speaks_of(rule: Rule) -> str:
    parts = [_words(rule.purposes, _PURPOSES, "every purpose"), _words(rule.channels, Channel, "every channel")]
    if rule.callers is not None:
        parts.append(f"callers: {_words(rule.callers)}")
    if rule.paid is not None:
        parts.append("paid callers" if rule.paid else "callers who are not paid")
    if rule.lines is not None:
        parts.append(f"lines: {_words(rule.lines)}")
    if rule.to is not None:
        parts.append(f"to a {rule.to.value}")
    if rule.regions is not None:
        parts.append(", ".join(sorted(rule.regions)))
    return "<br>".join(parts)


def _words(given: Iterable[StrEnum], of: Iterable[StrEnum] = (), everything: str = "") -> str:
    words = {word.value for word in given}
    return everything if everything and words == {word.value for word in of} else ", ".join(sorted(words))


def _says(rule: Rule) -> Iterator[str]:
    what = {"duty": "Duty: ", "note": "Worth knowing: ", "missing": "Gap: "}.get(rule.kind, "")
    yield f"{what}{_line(rule.text['en'])}"
    if isinstance(rule, ExemptionRule) and rule.lifts:
        lifts = "Lifts" if rule.confidence.verified else "Were it verified, it would lift"
        yield f"{lifts} {_ids(rule.lifts)}{f' together with {_ids(rule.together_with)}' if rule.together_with else ''}."
    if rule.effective_from or rule.effective_to:
        yield f"In force {_span(rule)}."
    if rule.note:
        yield f"*{_line(rule.note)}*"


def _span(rule: Rule) -> str:
    first = f"from {rule.effective_from}" if rule.effective_from else ""
    last = f"until {rule.effective_to}" if rule.effective_to else ""
    return f"{first} {last}".strip()


def _ids(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _line(text: str) -> str:
    return " ".join(text.split()).replace("*", r"\*")


def _missing(packs: Iterable[Pack]) -> Iterator[tuple[str, ...]]:
    for pack in packs:
        for rule in pack.rules:
            if rule.kind == "missing":
                note = f" {_line(rule.note)}" if rule.note else ""
                channels = _words(rule.channels, Channel, "every channel")
                said = f"{_line(rule.text['en'])}{note}"
                yield f"`{rule.id}`", _words(rule.purposes, _PURPOSES, "every purpose"), channels, said


def _unsure(packs: list[Pack]) -> Iterator[tuple[str, ...]]:
    narrowing = {
        name for pack in packs for rule in pack.rules if isinstance(rule, ExemptionRule) for name in rule.together_with
    }
    for pack in packs:
        for rule in pack.rules:
            if not rule.confidence.verified and rule.kind != "missing":
                yield f"`{rule.id}`", f"`{rule.confidence.value}`", _does(rule, narrowing), _line(rule.note or "")


def _does(rule: Rule, narrowing: set[str]) -> str:
    if rule.kind in ("duty", "note"):
        return "decides nothing"
    if not isinstance(rule, ExemptionRule):
        return "may deny"
    return "lifts nothing; only narrows" if rule.id in narrowing else "lifts nothing"


_WORDS: Final = (("confidence", Confidence), ("callers", CallerKind), ("lines", LineKind), ("to", Whom))


def _pack(written: str) -> Iterator[str]:
    yield written
    yield "# Every key of a pack of rules\n"
    yield f"{_LAW} [Reaching out](../reaching-out.md) shows a whole pack of a company's own; [every rule that"
    yield "ships](../outreach-rules.md) is an example, and `outreach.pack_text('us')` its document. A key that is not"
    yield "listed here is an error.\n"
    yield "## The document\n"
    yield table(KEYS, keys(Pack))
    yield "## What rules of every kind have\n"
    yield "Filters say of whom a rule speaks. One that nobody can answer (no caller is given, the kind of line is not"
    yield "known) leaves a restriction in force and an exemption without effect. `purposes` and `channels` are words of"
    yield "[names](names.md#purpose); `marketing` is read as `telemarketing`.\n"
    yield table(KEYS, keys(RuleBase))
    for kind, cls in KINDS.items():
        yield f"## The kind `{kind}`\n"
        yield f"{(cls.__doc__ or '').splitlines()[0].replace('``', '`')}\n"
        own = tuple(keys(cls, (*RuleBase.model_fields, "kind")))
        yield table(KEYS, own) if own else "It has no keys of its own.\n"
        if cls is ExemptionRule:
            yield "`relation` and the `consent` of an exemption have these keys:\n"
            yield table(KEYS, (*keys(Relation), *keys(Consent)))
        if cls is ConsentRule:
            yield "`means` are words of [consent means](names.md#consent-means).\n"
    yield "## How times are written\n"
    yield table(("what", "written", "meaning"), _TIMES)
    yield "## Words\n"
    yield table(("key", "words"), ((f"`{key}`", _ids(word.value for word in words)) for key, words in _WORDS))
    yield "## Codes of reasons\n"
    yield "A rule may have a code of its own (capital letters, digits, underscores); these are the ones that"
    yield "leadqual and the packs that ship know. Programs may rely on them. `OK_` codes allow; others deny or note.\n"
    yield table(("code", "what a reason says was found", "rules that give it"), _codes())


_TIMES: Final = (
    ("`hours`", '`{daily: ["08:00", "21:00"]}`', "every day from 8:00 to before 21:00, local time of the contact"),
    ("`hours`", '`{mon-fri: ["09:00", "21:30"], sat-sun: ["10:00", "18:00"]}`', "a day that is not named is closed"),
    ("`hours`", '`{mon: [["08:00", "12:00"], ["13:00", "18:00"]]}`', "several spans of one day"),
    ("`within` of `relation`", "`24h`, `540d`, `18 months`, `2 years`", "months and years are those of the calendar"),
    ("other lengths", "`24h`, `7d`, `2w`", "a day is 24 hours"),
    ("`days` of `cool_down`", "`7`", "days of the contact's own calendar"),
    ("`holidays`", "`[public]`", "holidays of the country, and of the region where the contact has one"),
)


def _codes() -> Iterator[tuple[str, str, str]]:
    text = files("leadqual.outreach").joinpath("phrases.yaml").read_text(encoding="utf-8")
    phrases: Mapping[str, Mapping[str, str]] = parse_source(text, "phrases.yaml").data
    said = {code: words["en"] for code, words in phrases.items() if not code.startswith("_")}
    given: dict[str, list[str]] = {code: [] for code in said}
    for name in SHIPPED:
        for rule in load_pack(name).rules:
            for key in ("code", "allow", "unmet"):
                code = getattr(rule, key, None)
                if code is not None:
                    given.setdefault(code, []).append(rule.id)
    for code, rules in sorted(given.items()):
        yield f"`{code}`", said.get(code, ""), _ids(dict.fromkeys(rules))
