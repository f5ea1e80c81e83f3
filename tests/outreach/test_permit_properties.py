"""What has to be true of every verdict, on contacts, histories and questions by chance, under all packs that ship."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from support.reached import BOOK, CALLING, PURPOSES, ZONES, Case, cases, histories, interactions, judged, timed
from support.reaching import pack, rule

from leadqual.model.contact import DoNotCall
from leadqual.model.vocabulary import CallOutcome, Channel
from leadqual.outreach.judge.finding import Effect
from leadqual.outreach.rules.kinds import ExemptionRule
from leadqual.outreach.rules.rulebook import Rulebook
from leadqual.outreach.rules.words import Confidence
from leadqual.outreach.verdict import Verdict

TAKES_BACK = ("consent_withdrawn", "opted_out", "newsletter_unsubscribed")


@given(cases(), st.sampled_from(ZONES))
def test_another_candidate_zone_never_allows_more(case: Case, zone: str) -> None:
    before = case.situation()
    assume(before.person.zones)
    event(f"allowed: {judged(before).allowed}")
    wider = before._replace(person=before.person._replace(zones=(*before.person.zones, ZoneInfo(zone))))
    assert judged(before).allowed or not judged(wider).allowed


@given(cases(), st.floats(0, 1))
def test_the_next_allowed_instant_is_one_and_nothing_earlier_is(case: Case, share: float) -> None:
    now = judged(case.situation())
    then = now.next_allowed()
    event(f"waiting: {then is not None and not now.allowed}")
    if then is None:
        denials = [one.finding for one in now.said if one.finding.effect is Effect.DENY]
        assert not all(one.timed for one in denials)
        return
    assert then >= case.at
    assert not timed(judged(case.situation(then)))
    for earlier in (case.at + share * (then - case.at), then - timedelta(microseconds=1)):
        if case.at <= earlier < then:
            assert timed(judged(case.situation(earlier)))


@given(st.data())
def test_a_request_anywhere_never_allows_more(data: st.DataObject) -> None:
    case = data.draw(cases())
    before = case.verdict()
    event(f"allowed: {before.allowed}")
    mark = DoNotCall(
        at=case.at - timedelta(hours=1), channel=data.draw(st.sampled_from([None, *map(Channel, CALLING)]))
    )
    marked = case.contact.model_copy(update={"do_not_call": (mark,)})
    wish = data.draw(interactions(case.at, TAKES_BACK, "w"))
    call = data.draw(interactions(case.at, ("call_inbound", "call_outbound"), "c"))
    call = call.model_copy(update={"outcome": CallOutcome.DO_NOT_CALL})
    after = [case.verdict(contact=marked), *(case.verdict(history=[*case.history, one]) for one in (wish, call))]
    assert before.allowed or not any(after)


@given(cases(), st.sampled_from(CALLING), st.sampled_from(PURPOSES))
def test_a_refusal_on_the_contact_never_allows_more(case: Case, channel: str, purpose: str) -> None:
    refused = {"channel": channel, "purpose": purpose, "granted": False, "at": case.at - timedelta(days=1)}
    known = case.contact.model_dump()
    changed = type(case.contact).model_validate({**known, "consents": [*known["consents"], refused]})
    assert case.verdict() or not case.verdict(contact=changed)


@given(st.data())
def test_order_repetition_and_the_future_change_nothing(data: st.DataObject) -> None:
    case = data.draw(cases())
    later = [
        one.model_copy(update={"occurred_at": one.occurred_at + timedelta(days=1000)})
        for one in data.draw(histories(case.at, "later"))
    ]
    several = [*case.history, *(one.model_copy() for one in case.history), *later]
    mixed = case.verdict(history=data.draw(st.permutations(several)))
    assert mixed.model_dump_json() == case.verdict().model_dump_json()
    assert mixed == case.verdict()


def changed(how: Any) -> Rulebook:
    """Return the book with some exemptions replaced by what `how` returns for each; None drops it."""
    packs = []
    for one in BOOK.packs:
        made = [how(rule) if isinstance(rule, ExemptionRule) else rule for rule in one.rules]
        packs.append(one.model_copy(update={"rules": tuple(rule for rule in made if rule is not None)}))
    return Rulebook(tuple(packs))


def disputed(one: ExemptionRule) -> ExemptionRule:
    return one.model_copy(update={"confidence": Confidence.DISPUTED})


EXEMPTIONS = sorted(name for name, held in BOOK.rules.items() if isinstance(held.rule, ExemptionRule))
WEAKER = {name: changed(lambda one, name=name: disputed(one) if one.id == name else one) for name in EXEMPTIONS}
WITHOUT = {name: changed(lambda rule, name=name: None if rule.id == name else rule) for name in EXEMPTIONS}
UNVERIFIED = changed(lambda rule: rule.model_copy(update={"confidence": Confidence.UNVERIFIED}))
NO_EXEMPTION = changed(lambda rule: None)


@given(cases(), st.sampled_from(EXEMPTIONS))
def test_fewer_or_weaker_exemptions_never_allow_more(case: Case, name: str) -> None:
    before = case.verdict()
    event(f"allowed: {before.allowed}")
    for book in (WEAKER[name], WITHOUT[name], UNVERIFIED, NO_EXEMPTION):
        assert before.allowed or not case.verdict(rules=book)


MORE = [
    rule("X", "hours", hours={"mon-fri": ["10:00", "12:00"]}, holidays=["public"]),
    rule("X", "consent", means=["written"], proof=True),
    rule("X", "registry", registry="US"),
    rule("X", "registry_age", registry="CA", max_age="31d"),
    rule("X", "request", any_channel=True),
    rule("X", "frequency", at_most=1, within="30d", any_purpose=True),
    rule("X", "cool_down", days=3),
    rule("X", "notice", kinds=["collection_notice_sent"], days=1),
    rule("X", "service_window", within="24h"),
    rule("X", "circumstance", attribute="attorney", denies=[True], code="ATTORNEY_REPRESENTED"),
    rule("X", "inconvenient_times", regions=["US-FL"]),
    rule("X", "missing", callers=["seller"]),
]
STRICTER = [
    BOOK.with_packs(pack({**one, "purposes": PURPOSES, "channels": CALLING}, countries=["ALL"])) for one in MORE
]


@given(cases(), st.sampled_from(range(len(MORE))))
def test_another_restriction_never_allows_more(case: Case, number: int) -> None:
    before, after = case.verdict(), case.verdict(rules=STRICTER[number])
    event(f"denied by it alone: {before.allowed and not after.allowed}")
    assert before.allowed or not after.allowed


@given(cases())
def test_a_verdict_reads_back_equal_and_says_what_it_is_not(case: Case) -> None:
    verdict = case.verdict()
    text = verdict.model_dump_json()
    assert Verdict.model_validate_json(text) == verdict
    assert '"notice":"Not legal advice' in text
    assert text == case.verdict().model_dump_json()
    assert verdict.allowed is not bool(verdict.denials)
    assert all(reason.source and reason.url and reason.says["id"] and reason.found["id"] for reason in verdict.reasons)
    assert "?" not in "".join(reason.found["en"] for reason in verdict.reasons)


@given(cases())
def test_a_verdict_can_be_told_in_both_languages(case: Case) -> None:
    verdict = case.verdict()
    for language, notice in (("en", "Not legal advice"), ("id", "Bukan nasihat hukum")):
        told = verdict.explain(language)
        assert notice in told
        for reason in verdict.denials:
            assert reason.source in told or reason.source == "library policy, not law"
            assert reason.found[language] in told  # type: ignore[index]
    assert verdict._repr_html_().count("<details") == verdict._repr_html_().count("</details>")


@pytest.mark.parametrize("name", ["US-EBR-TXN", "CASL-IMPLIED"])
def test_the_books_made_here_differ_from_the_one_that_ships(name: str) -> None:
    assert name in WEAKER
    assert name not in WITHOUT[name].rules
    assert not WEAKER[name].rules[name].rule.confidence.verified
