"""The packs that ship: every fact that was gathered is a rule, with its source, its confidence and its days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from leadqual.outreach.rules.kinds import ExemptionRule, Rule
from leadqual.outreach.rules.load import SHIPPED, load_pack
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.rulebook import Rulebook
from leadqual.outreach.rules.words import Confidence

NAMES = ("us", "ca", "id", "gb", "eu", "whatsapp", "us_states", "courtesy")

# The ids of the facts, as they were gathered; a fact with several sides is several rules that begin with its id.
FACTS = {
    "us": """US-HOURS US-HOURS-EXC US-HOURS-SMS US-DNC US-DNC-AGE US-DNC-PERM US-EBR-TXN US-EBR-TXN-TSR US-EBR-INQ
        US-EBR-END US-CONSENT-DNC US-INTERNAL-DNC US-INTERNAL-DNC-KEEP US-EX-CHARITY US-EX-CHARITY-PAID US-EX-POLITICAL
        US-EX-SURVEY US-B2B US-ABANDON US-RECORDS US-ROBO-CELL US-ROBO-TM US-ROBO-LIMIT US-ROBO-HIPAA US-ATDS US-REVOKE
        US-REVOKE-SCOPE US-FAX US-EMAIL-OPTOUT US-EMAIL-FORM US-EMAIL-TXN US-FDCPA-HOURS US-FDCPA-KNOWN US-FDCPA-7IN7
        US-FDCPA-AFTER US-FDCPA-EXCL US-FDCPA-CEASE US-FDCPA-WORK US-FDCPA-ATTY US-FDCPA-THIRD US-FDCPA-OPTOUT
        US-COLL-DNC""",
    "ca": """CA-HOURS CA-DNCL CA-DNCL-AGE CA-EBR-TXN CA-EBR-INQ CA-EBR-CONTRACT CA-CONSENT CA-EX CA-ID CA-INTERNAL
        CA-B2B CA-NOT-TM CA-ADAD CA-ABANDON CA-REG CASL-CONSENT CASL-IMPLIED CASL-PUBLISHED CASL-SERVICE CASL-EXEMPT
        CASL-CHANNEL CASL-UNSUB CASL-PROOF CA-QC-COLL CA-ON-COLL CA-ON-COLL-HOURS""",
    "id": """ID-COLL-HOURS ID-COLL-CONSENT ID-COLL-WHO ID-COLL-MANNER ID-COLL-PLACE ID-COLL-FINE ID-P2P-HOURS
        ID-CARD-HOURS ID-TM-CONSENT ID-TM-HOURS ID-PDP-CONSENT ID-PDP-BASIS ID-PDP-WITHDRAW ID-SMS ID-DNC ID-ZONES""",
    "gb": """GB-TPS GB-TPS-GRACE GB-OBJECT GB-CLAIMS-PENSION GB-AUTO GB-FAX GB-EMAIL GB-CHARITY-SOFT GB-FINE
        GB-NO-EXEMPT GB-SURVEY-COLL GB-HOURS GB-ABANDON""",
    "eu": "EU-13-1 EU-13-2 EU-13-3 EU-OBJECT",
    "whatsapp": "WA-OPTIN WA-WINDOW WA-TEMPLATE WA-STOP",
}

# How sure the gathered facts are; of two marks the weaker one counts, or belongs to a rule of its own.
CONFIDENCE = {
    Confidence.OFFICIAL: """US-DNC-PERM US-EBR-TXN US-EBR-INQ US-EBR-END US-CONSENT-DNC US-INTERNAL-DNC US-EX-CHARITY
        US-EX-POLITICAL US-EX-SURVEY US-ROBO-CELL US-REVOKE US-FAX US-EMAIL-OPTOUT US-EMAIL-FORM US-EMAIL-TXN
        US-FDCPA-HOURS US-FDCPA-KNOWN US-FDCPA-CEASE US-FDCPA-WORK US-FDCPA-ATTY US-FDCPA-THIRD CA-HOURS CA-DNCL
        CA-DNCL-AGE CA-EBR-TXN CA-EBR-INQ CA-EBR-CONTRACT CA-CONSENT CA-EX-CHARITY CA-ID CA-INTERNAL CA-B2B CA-NOT-TM
        CA-ADAD CA-ABANDON CA-REG CASL-CONSENT CASL-IMPLIED CASL-PUBLISHED CASL-SERVICE CASL-EXEMPT CASL-CHANNEL
        CASL-UNSUB CASL-PROOF CA-QC-COLL CA-ON-COLL ID-CARD-HOURS ID-PDP-CONSENT ID-ZONES GB-TPS GB-TPS-GRACE
        GB-OBJECT""",
    Confidence.SECONDARY: """US-HOURS US-DNC US-DNC-AGE US-INTERNAL-DNC-KEEP US-B2B US-ABANDON US-RECORDS US-ROBO-TM
        US-ROBO-LIMIT US-ROBO-HIPAA US-ATDS US-FDCPA-7IN7 US-FDCPA-AFTER US-FDCPA-EXCL US-FDCPA-WORK-EMAIL
        US-FDCPA-OPTOUT US-COLL-DNC CA-ON-COLL-HOURS ID-COLL-HOURS ID-COLL-CONSENT ID-COLL-WHO ID-COLL-MANNER
        ID-COLL-PLACE ID-COLL-FINE ID-P2P-HOURS ID-TM-CONSENT ID-PDP-WITHDRAW ID-DNC GB-AUTO GB-FAX GB-EMAIL
        GB-CHARITY-SOFT GB-FINE GB-NO-EXEMPT GB-ABANDON EU-13-1 EU-13-2 EU-13-3 WA-OPTIN WA-WINDOW WA-TEMPLATE""",
    Confidence.UNVERIFIED: """US-EBR-TXN-TSR US-EBR-INQ-TSR US-CONSENT-DNC-FORM US-INTERNAL-DNC-KEEP-TSR
        US-EX-CHARITY-PAID US-ABANDON-30D CA-ABANDON-RATE ID-PDP-BASIS ID-POLICY-HOURS GB-CLAIMS-PENSION GB-SURVEY-COLL
        GB-HOURS EU-OBJECT WA-STOP""",
    Confidence.DISPUTED: "US-HOURS-EXC US-HOURS-SMS US-REVOKE-SCOPE ID-TM-HOURS ID-SMS",
}


def pack(name: str) -> Pack:
    return load_pack(name)


def rules() -> Iterator[tuple[Pack, Rule]]:
    for name in NAMES:
        one = pack(name)
        yield from ((one, rule) for rule in one.rules)


def test_every_document_of_the_room_ships() -> None:
    written = {path.stem for path in Path(str(files("leadqual.outreach.packs"))).glob("*.yaml")}
    assert written == set(SHIPPED) == {*NAMES, "everywhere"}


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_is_a_rule(name: str) -> None:
    ids = {rule.id for rule in pack(name).rules}
    gone = [fact for fact in FACTS[name].split() if not any(one == fact or one.startswith(f"{fact}-") for one in ids)]
    assert gone == []


@pytest.mark.parametrize("confidence", CONFIDENCE)
def test_confidence_is_that_of_the_facts(confidence: Confidence) -> None:
    found = {rule.id: rule.confidence for _, rule in rules()}
    expected = CONFIDENCE[confidence].split()
    assert {name: found[name] for name in expected} == dict.fromkeys(expected, confidence)


def test_every_rule_says_where_it_is_written_and_when_it_was_read() -> None:
    for one, rule in rules():
        assert rule.source, rule.id
        assert rule.url.startswith(("https://", "http://", "docs/")), rule.id
        assert one.read(rule) == date(2026, 11, 22), rule.id
        assert date(2027, 1, 31) <= one.review(rule) <= date(2027, 5, 31), rule.id


def test_every_rule_is_a_sentence_in_both_languages() -> None:
    for _, rule in rules():
        assert set(rule.text) == {"en", "id"}, rule.id
        for text in rule.text.values():
            assert text.endswith("."), (rule.id, text)
            assert text[0].isupper(), (rule.id, text)
            assert "\n" not in text, (rule.id, text)
        assert rule.text["en"] != rule.text["id"], rule.id


def test_what_is_not_law_says_so_and_is_not_verified() -> None:
    own = [rule for _, rule in rules() if rule.source.startswith("library policy")]
    assert len(own) >= 4
    for rule in own:
        assert rule.confidence is Confidence.UNVERIFIED, rule.id
        assert rule.text["en"].startswith("Library policy, not"), rule.id
        assert rule.text["id"].startswith("Kebijakan pustaka, bukan"), rule.id


def test_packs_stand_together() -> None:
    book = Rulebook(tuple(map(pack, NAMES)))  # refuses ids that are there twice, and lifts that point nowhere
    assert len(book.rules) == sum(len(pack(name).rules) for name in NAMES)


def test_exemptions_lift_only_what_speaks_of_a_purpose_and_a_channel_of_theirs() -> None:
    found = {rule.id: rule for _, rule in rules()}
    for rule in found.values():
        if isinstance(rule, ExemptionRule):
            for name in (*rule.lifts, *rule.together_with):
                assert set(rule.purposes) & set(found[name].purposes), (rule.id, name)
                assert set(rule.channels) & set(found[name].channels), (rule.id, name)


def test_nothing_lifts_a_wish_not_to_be_contacted_or_unknown_law() -> None:
    found = {rule.id: rule for _, rule in rules()}
    for rule in found.values():
        for name in rule.lifts if isinstance(rule, ExemptionRule) else ():
            assert found[name].kind not in ("request", "missing"), (rule.id, name)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("US-REVOKE-SCOPE", date(2027, 1, 31)),
        ("US-REVOKE", date(2027, 2, 28)),
        ("ID-TM-HOURS", date(2027, 2, 28)),
        ("ID-SMS", date(2027, 2, 28)),
        ("US-DNC", date(2027, 5, 31)),
    ],
)
def test_rules_that_are_to_change_soon_are_reviewed_sooner(name: str, day: date) -> None:
    one = pack(name[:2].lower())
    assert one.review(one.rule(name)) == day
