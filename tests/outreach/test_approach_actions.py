from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.approaching import ASKED, AT, EVERY_CHANNEL, SITI, Rules, ruled_by

from leadqual import policies
from leadqual.errors import InputError, LateInteraction, PolicyError
from leadqual.lifecycle.decision import Decision
from leadqual.model.contact import Consent, Contact, DoNotCall
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.calls import CallOutbound
from leadqual.model.interactions.collection import InvoiceOverdue, PaymentReceived
from leadqual.model.interactions.desk import Disqualified, SalesRejected
from leadqual.model.interactions.meetings import DemoRequested
from leadqual.model.interactions.messaging import EmailReplied, EmailSent, WhatsappMessage
from leadqual.model.interactions.permission import OptedOut
from leadqual.model.interactions.sales import ComplaintMade, Purchase
from leadqual.model.time import Duration
from leadqual.model.vocabulary import Channel
from leadqual.outreach.approach import Action, Approaches, asking, next_action, sales

DAY = timedelta(days=1)
ANSWERED = CallOutbound(id="i-3", occurred_at=AT - DAY, outcome="answered", campaign="answer-inquiry")
PURCHASE = Purchase(id="i-5", occurred_at=AT - 200 * DAY, amount=100, currency="USD")


@pytest.fixture(name="rule")
def _rule(monkeypatch: pytest.MonkeyPatch) -> Any:
    return ruled_by(monkeypatch)


def decided(history: list[Interaction], contact: Contact = SITI, at: datetime = AT) -> Decision:
    return policies.sales().decide(contact, history, at=at)


def act(history: list[Interaction], contact: Contact = SITI, at: datetime = AT, **options: Any) -> Action:
    return next_action(decided(history, contact, at), contact, history, at=at, **options)


# Which approach


def test_what_the_contact_waits_for_goes_first(rule: Any) -> None:
    rule()
    action = act(ASKED)
    assert action.approach is not None
    assert (action.do, action.outcome, action.approach.id, action.channel) == (
        True,
        "now",
        "answer-inquiry",
        "whatsapp",
    )
    assert (action.at, action.waiting_since, action.stage) == (AT, ASKED[1].occurred_at, "sql")
    assert [one.state for one in action.holding] == ["chosen", "lower", "lower"]
    assert action.verdict is not None
    assert action.verdict.allowed


def test_an_inquiry_that_was_answered_leaves_the_way_to_the_next(rule: Any) -> None:
    rule()
    action = act([*ASKED, ANSWERED])
    assert action.approach is not None
    assert (action.approach.id, action.outcome, action.at) == ("set-appointment", "due_later", AT + DAY)
    assert action.waiting_since is None
    assert action.values["stage"] == "sql"


def test_a_purpose_narrows_the_choice(rule: Any) -> None:
    rule()
    action = act(ASKED, purpose="service")
    assert (action.do, action.outcome, action.approach) == (False, "nothing_prescribed", None)
    assert "No approach holds" in action.because.en
    assert act(ASKED, purpose="marketing") == act(ASKED, purpose="telemarketing") == act(ASKED)


def test_a_contact_of_a_closed_stage_is_left_alone(rule: Any) -> None:
    rules = rule()
    action = act([*ASKED, Disqualified(id="i-9", occurred_at=AT - DAY)])
    assert (action.do, action.outcome, action.stage, action.verdicts) == (False, "closed_stage", "disqualified", ())
    assert "closed" in action.because.en
    assert rules.asked == []


def test_a_contact_in_nurture_gets_the_newsletter_and_a_personal_word(rule: Any) -> None:
    rule()
    history: list[Interaction] = [*ASKED, ANSWERED, SalesRejected(id="i-4", occurred_at=AT - DAY / 2, reason="budget")]

    def step(days: int) -> tuple[str | None, str]:
        action = act(history, at=AT + days * DAY)
        return action.approach and action.approach.id, action.outcome

    assert step(10) == ("nurture-newsletter", "now")
    history.append(EmailSent(id="i-6", occurred_at=AT + 10 * DAY, template="news-11"))
    assert step(20) == ("nurture-newsletter", "due_later")
    assert step(35) == ("nurture-follow-up", "now")
    history.append(EmailSent(id="i-7", occurred_at=AT + 35 * DAY))
    assert step(38) == ("nurture-newsletter", "due_later")
    assert step(40) == ("nurture-newsletter", "now")


def test_a_customer_is_helped_before_anything_is_sold(rule: Any) -> None:
    rule()
    history: list[Interaction] = [PURCHASE, EmailReplied(id="i-6", occurred_at=AT - DAY)]
    action = act(history)
    assert action.approach is not None
    assert (action.approach.id, action.approach.purpose) == ("answer-customer", "service")
    action = act([*history, ComplaintMade(id="i-7", occurred_at=AT - DAY)])
    assert action.approach is not None
    assert (action.approach.id, action.approach.purpose) == ("complaint", "service")


def test_what_is_not_known_is_told(rule: Any) -> None:
    rule()
    text = (
        "name: m\npolicy: sales\napproaches:\n  - {id: big, when: company.employees > 5, purpose: service,"
        " activity: sales, title: a, goal: b, focus: c, tone: d, content: [e], outcome: f, channels: [email]}\n"
    )
    action = act([], Contact(id="c-2"), approaches=Approaches.loads(text))
    assert (action.do, dict(action.unknown)) == (False, {"big": ("company.employees",)})
    assert "company.employees" in action.explain()


# Which channel


def test_the_preferred_channels_go_first_in_the_contacts_own_order(rule: Any) -> None:
    rules = rule()
    siti = SITI.model_copy(update={"preferred_channels": (Channel.EMAIL, Channel.FAX, Channel.VOICE)})
    assert act([*ASKED, ANSWERED], siti).channel == "email"
    assert rules.channels()[:3] == ["email", "voice", "whatsapp"]


def test_an_answer_goes_out_where_the_contact_wrote(rule: Any) -> None:
    rule()
    wrote = WhatsappMessage(id="i-7", occurred_at=AT - DAY / 2, direction="inbound")
    siti = SITI.model_copy(update={"preferred_channels": (Channel.EMAIL,)})
    assert act([*ASKED, ANSWERED, wrote], siti).channel == "whatsapp"
    replied = EmailReplied(id="i-8", occurred_at=AT - DAY / 4)
    assert act([*ASKED, ANSWERED, wrote, replied]).channel == "email"


def test_a_channel_that_is_denied_leaves_the_way_to_the_next(rule: Any) -> None:
    rule("whatsapp", "voice")
    action = act(ASKED)
    assert action.channel == "chat"
    assert [one.channel for one in action.verdicts][:3] == ["whatsapp", "voice", "chat"]


def test_where_all_channels_wait_the_first_to_open_is_taken(rule: Any) -> None:
    later = dict.fromkeys(EVERY_CHANNEL, AT + DAY)
    rule(opening={**later, "voice": AT + timedelta(hours=3)})
    action = act(ASKED)
    assert (action.do, action.outcome, action.channel, action.at) == (
        True, "opens_later", "voice", AT + timedelta(hours=3),
    )  # fmt: skip


def test_where_no_channel_may_be_used_nothing_is_done_and_the_law_is_named(rule: Any) -> None:
    rule(*EVERY_CHANNEL)
    action = act(ASKED)
    assert (action.do, action.outcome, action.channel, action.at) == (False, "not_permitted", None, None)
    assert "NATIONAL_DNC; 47 CFR 64.1200(c)(2)" in action.because.en
    assert "telepon" in action.because.id
    assert {one.state for one in action.holding} == {"not_permitted"}
    assert {one.approach for one in action.verdicts} == {"answer-inquiry", "set-appointment", "sales-call"}


def test_an_approach_that_no_rule_lets_through_leaves_the_way_to_the_next(rule: Any) -> None:
    rule(*(set(EVERY_CHANNEL) - {"email"}))
    calls = sales()["introduce"].model_copy(update={"channels": (Channel.VOICE,), "when": None})
    newsletter = sales()["newsletter"].model_copy(update={"when": None})
    action = act(ASKED, approaches=sales().model_copy(update={"approaches": (calls, newsletter)}))
    assert action.approach is not None
    assert action.approach.id == "newsletter"
    assert [one.state for one in action.holding] == ["not_permitted", "chosen"]


def test_a_newsletter_is_asked_about_as_a_template(rule: Any) -> None:
    rules = rule()
    act(
        ASKED,
        approaches=sales().model_copy(
            update={"approaches": (sales()["newsletter"].model_copy(update={"when": None}),)}
        ),
    )
    assert {one["template"] for one in rules.asked} == {True}


def test_the_same_question_is_asked_once_and_others_each_for_themselves(rule: Any) -> None:
    rules = rule(*EVERY_CHANNEL)
    call, letter = sales()["sales-call"], sales()["nurture-newsletter"]
    every = {"when": None, "channels": (Channel.EMAIL,)}
    late = {**every, "id": "late", "every": Duration.parse("90d")}
    plans = [(call, every), (letter, every), (call, {**every, "id": "again"}), (call, late)]
    approaches = tuple(one.model_copy(update=change) for one, change in plans)
    history = [*ASKED, EmailSent(id="i-3", occurred_at=AT - 30 * DAY)]
    action = act(history, approaches=sales().model_copy(update={"approaches": approaches}))
    assert [(one["template"], one["at"]) for one in rules.asked] == [
        (False, AT), (True, AT), (False, AT + 60 * DAY),
    ]  # fmt: skip
    assert [one.approach for one in action.verdicts] == ["sales-call", "nurture-newsletter", "again", "late"]


def test_what_permit_needs_is_handed_on(rule: Any) -> None:
    rules = rule()
    act(ASKED, caller="seller", debt="d-1", campaign="spring", strict=True, registries=iter(()))
    first = rules.asked[0]
    assert (first["caller"], first["debt"], first["campaign"], first["strict"]) == ("seller", "d-1", "spring", True)
    assert first["registries"] == ()


# When


def test_what_is_due_later_is_asked_about_for_then_without_what_is_not_known_yet(rule: Any) -> None:
    rules = rule()
    later = Consent(channel="email", at=AT + DAY / 2, granted=True)
    wish = DoNotCall(channel="voice", at=AT + DAY / 2)
    siti = SITI.model_copy(update={"consents": (later,), "do_not_call": (wish,)})
    future = EmailSent(id="i-99", occurred_at=AT + DAY / 2)
    action = act([*ASKED, ANSWERED, future], siti)
    assert action.at == AT + DAY
    assert {one["at"] for one in rules.asked} >= {AT + DAY}
    assert all(one["contact"].consents == one["contact"].do_not_call == () for one in rules.asked)
    assert all(one["history"] == (*ASKED, ANSWERED) for one in rules.asked)


def test_the_stage_is_that_of_the_instant_asked_about(rule: Any) -> None:
    rule()
    bought = Purchase(id="i-5", occurred_at=AT + DAY, amount=100, currency="USD")
    decision = decided(ASKED)
    action = next_action(decision, SITI, [*ASKED, bought], at=AT + 2 * DAY)
    assert (decision.stage, action.stage) == ("sql", "customer")


def test_a_history_that_the_decision_did_not_see_is_refused(rule: Any) -> None:
    rule()
    with pytest.raises(LateInteraction):
        next_action(decided(ASKED), SITI, [*ASKED, ANSWERED], at=AT)


# Collection


def test_a_debtor_is_reminded_then_called_and_left_alone_once_paid(rule: Any) -> None:
    rule()
    policy = policies.collection()

    def step(history: list[Interaction], at: datetime) -> str | None:
        action = next_action(policy.decide(SITI, history, at=at), SITI, history, at=at)
        return None if action.approach is None else f"{action.approach.id} {action.approach.purpose}"

    late = InvoiceOverdue(id="o-1", occurred_at=AT, invoice="17", amount=500, currency="USD", days_overdue=1)
    paid = PaymentReceived(id="o-2", occurred_at=AT + 50 * DAY, invoice="17", amount=500, currency="USD")
    assert step([], AT) is None
    assert step([late], AT + DAY) == "reminder telecollection"
    assert step([late], AT + 40 * DAY) == "first-call telecollection"
    assert step([late], AT + 100 * DAY) == "last-notice telecollection"
    assert step([late, paid], AT + 51 * DAY) == "thanks service"


def test_a_customer_has_an_action_in_each_funnel(rule: Any) -> None:
    rule()
    late = InvoiceOverdue(id="o-1", occurred_at=AT - DAY, amount=500, currency="USD", days_overdue=1)
    history: list[Interaction] = [PURCHASE, late]
    in_sales = act(history)
    decision = policies.collection().decide(SITI, history, at=AT)
    in_collection = next_action(decision, SITI, history, at=AT)
    assert in_sales.approach is not None
    assert in_collection.approach is not None
    assert (in_sales.document.name, in_collection.document.name) == ("sales", "collection")
    assert in_collection.approach.id == "reminder"


# Read back, and wrong arguments


def test_an_action_survives_json(rule: Any) -> None:
    for denied in ((), EVERY_CHANNEL):
        rule(*denied)
        action = act(ASKED)
        again = Action.model_validate_json(action.model_dump_json())
        assert again == action
        assert (again.explain(), again.explain("id"), hash(again)) == (
            action.explain(), action.explain("id"), hash(action),
        )  # fmt: skip
        assert "legal advice" in action.model_dump_json()


def test_a_decision_that_was_read_back_needs_its_policy(rule: Any) -> None:
    rule()
    decision = Decision.model_validate_json(decided(ASKED).model_dump_json())
    with pytest.raises(InputError) as caught:
        next_action(decision, SITI, ASKED, at=AT)
    assert caught.value.code == "no-policy"
    assert next_action(decision, SITI, ASKED, at=AT, policy=policies.sales()) == act(ASKED)
    with pytest.raises(InputError) as caught:
        next_action(decision, SITI, ASKED, at=AT, policy=policies.minimal())
    assert caught.value.code == "other-policy"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"at": datetime(2026, 11, 22)}, "naive-datetime"),
        ({"at": AT - DAY}, "decision-in-future"),
        ({"contact": SITI.model_copy(update={"id": "c-9"})}, "other-contact"),
        ({"contact": {"id": "c-1"}}, "wrong-type"),
        ({"decision": {"id": "c-1"}}, "wrong-type"),
        ({"policy": "sales"}, "wrong-type"),
        ({"approaches": 7}, "wrong-type"),
        ({"purpose": "telemarketting"}, "unknown-purpose"),
    ],
)
def test_a_wrong_argument_is_told(rule: Any, change: dict[str, Any], code: str) -> None:
    rule()
    given = {"decision": decided(ASKED), "contact": SITI, "history": ASKED, "at": AT, **change}
    with pytest.raises(InputError) as caught:
        next_action(given.pop("decision"), given.pop("contact"), given.pop("history"), **given)
    assert caught.value.code == code


def test_approaches_that_do_not_fit_the_policy_are_told(rule: Any) -> None:
    rule()
    with pytest.raises(PolicyError) as caught:
        act(ASKED, approaches="collection")
    assert "unknown-value" in {problem.code for problem in caught.value.problems}
    assert "collection 1.0.0 under the policy sales" in str(caught.value)


# With the rules that ship


def test_who_wants_no_mail_gets_none() -> None:
    ann = Contact(id="c-1", country="US", email="ann@example.com", time_zone="America/New_York")
    asked: list[Interaction] = [DemoRequested(id="i-1", occurred_at=AT - DAY)]
    action = act(asked, ann, caller="seller")
    assert (action.do, action.channel) == (True, "email")
    action = act([*asked, OptedOut(id="i-2", occurred_at=AT - DAY / 2)], ann, caller="seller")
    assert (action.do, action.outcome) == (False, "not_permitted")
    denied = next(one.verdict for one in action.verdicts if one.channel == "email")
    assert denied.headline.source in action.because.en
    assert denied.headline.code in action.explain("id")


# Properties

_KINDS = st.sampled_from(
    [
        lambda key, at: EmailSent(id=key, occurred_at=at, template="newsletter-7"),
        lambda key, at: EmailSent(id=key, occurred_at=at, campaign="sales-call"),
        lambda key, at: CallOutbound(id=key, occurred_at=at, outcome="no_answer"),
        lambda key, at: CallOutbound(id=key, occurred_at=at, outcome="answered", purpose="telecollection"),
        lambda key, at: WhatsappMessage(id=key, occurred_at=at, direction="inbound"),
        lambda key, at: WhatsappMessage(id=key, occurred_at=at, direction="outbound"),
        lambda key, at: Purchase(id=key, occurred_at=at, amount=10, currency="USD"),
        lambda key, at: SalesRejected(id=key, occurred_at=at, reason="budget"),
    ]
)
_HISTORIES = st.lists(st.tuples(_KINDS, st.integers(-200 * 24, 30 * 24)), max_size=6).map(
    lambda made: [kind(f"h-{place}", AT + timedelta(hours=hours)) for place, (kind, hours) in enumerate(made)]
)
_CHANNELS = st.sets(st.sampled_from(["whatsapp", "voice", "email", "chat", "instagram", "telegram", "line"]))
_OPENING = st.dictionaries(
    st.sampled_from(EVERY_CHANNEL), st.integers(1, 90).map(lambda hours: AT + timedelta(hours=hours))
)


def ruled(denied: set[str], opening: dict[str, datetime], history: list[Interaction]) -> Action:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "permit", Rules(denied, opening))
        return act([*ASKED, *history])


@given(denied=_CHANNELS, opening=_OPENING, history=_HISTORIES)
def test_what_is_done_is_permitted_prescribed_and_not_before_it_is_due(
    denied: set[str], opening: dict[str, datetime], history: list[Interaction]
) -> None:
    action = ruled(denied, opening, history)
    if not action.do:
        assert (action.approach, action.channel, action.at) == (None, None, None)
        return
    assert action.approach is not None
    assert action.at is not None
    assert action.channel not in denied
    assert action.channel in action.approach.channels
    assert action.at >= max(AT, opening.get(str(action.channel), AT))
    assert (action.outcome == "now") == (action.at == AT)
    assert [one.id for one in action.holding if one.state == "chosen"] == [action.approach.id]


@given(denied=_CHANNELS, opening=_OPENING, history=_HISTORIES)
def test_what_has_not_happened_yet_changes_nothing(
    denied: set[str], opening: dict[str, datetime], history: list[Interaction]
) -> None:
    past = [one for one in history if one.occurred_at <= AT]
    assert ruled(denied, opening, history) == ruled(denied, opening, past)


@given(denied=_CHANNELS, more=_CHANNELS, history=_HISTORIES)
def test_a_further_denial_brings_nothing_forward(denied: set[str], more: set[str], history: list[Interaction]) -> None:
    before, after = ruled(denied, {}, history), ruled(denied | more, {}, history)
    assert before.do or not after.do
    if after.do:
        assert before.at is not None
        assert after.at is not None
        assert before.at <= after.at


@given(history=_HISTORIES)
def test_the_order_of_the_history_does_not_matter(history: list[Interaction]) -> None:
    assert ruled(set(), {}, history) == ruled(set(), {}, history[::-1])


@given(history=_HISTORIES)
def test_doing_it_under_its_name_makes_it_not_due_again_at_once(history: list[Interaction]) -> None:
    past = [one for one in history if one.occurred_at < AT]
    action = ruled(set(), {}, past)
    if action.approach is None or action.outcome != "now":
        return
    done = EmailSent(id="done", occurred_at=AT, campaign=action.approach.id)
    again = ruled(set(), {}, [*past, done])
    assert again.approach is None or again.outcome != "now" or again.approach.id != action.approach.id


def test_no_clock_is_read() -> None:
    assert act([], at=datetime(2020, 1, 1, tzinfo=UTC)).asked_at.year == 2020
