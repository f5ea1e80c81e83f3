from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from support.reaching import ANN, AT, DAY, TICK, Copy, asked, book, rule, said

from leadqual.errors import InputError
from leadqual.model.contact import Contact
from leadqual.model.interactions.calls import CallOutbound
from leadqual.model.interactions.desk import ProfileUpdated
from leadqual.model.interactions.sales import Purchase
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.caller import Caller
from leadqual.outreach.permit import permit

OPEN = book(rule("H", "hours", hours={"daily": ["08:00", "21:00"]}))
ASKED: dict[str, Any] = {"purpose": "survey", "channel": "voice", "at": AT}


def refused(contact: Any = ANN, history: Any = (), **given: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(InputError) as caught:
        permit(contact, history, **{**ASKED, **given})
    return [(problem.code, problem.place.source) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"purpose": "telemarketng"}, ("unknown-purpose", "purpose")),
        ({"purpose": None}, ("unknown-purpose", "purpose")),
        ({"channel": "phone"}, ("unknown-channel", "channel")),
        ({"channel": ["voice"]}, ("unknown-channel", "channel")),
        ({"at": AT.replace(tzinfo=None)}, ("naive-datetime", "at")),
        ({"at": "2026-11-23"}, ("wrong-type", "at")),
        ({"at": datetime(1, 1, 1, tzinfo=UTC)}, ("bad-time", "at")),
        ({"at": datetime(9999, 12, 31, tzinfo=UTC)}, ("bad-time", "at")),
        ({"at": datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=5)))}, ("bad-time", "at")),
        ({"registries": "US"}, ("wrong-type", "registries")),
        ({"registries": 7}, ("wrong-type", "registries")),
        ({"registries": [Copy(), Copy()]}, ("duplicate-registry", "registries")),
        ({"debt": 7}, ("wrong-type", "debt")),
        ({"campaign": ["spring"]}, ("wrong-type", "campaign")),
        ({"template": "no"}, ("wrong-type", "template")),
        ({"strict": 1}, ("wrong-type", "strict")),
        ({"rules": "us"}, ("wrong-type", "rules")),
        ({"contact": {"id": "c-1"}}, ("wrong-type", "contact")),
        ({"contact": None}, ("wrong-type", "contact")),
        ({"history": CallOutbound(id="i", occurred_at=AT)}, ("wrong-type", "contact 'c-1', history")),
        ({"history": None}, ("wrong-type", "contact 'c-1', history")),
        ({"history": [{"id": "i"}]}, ("wrong-type", "contact 'c-1', history")),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(given: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refused(**given) == [expected]


def test_a_word_that_is_nearly_one_comes_with_what_was_meant() -> None:
    with pytest.raises(InputError, match="did you mean 'telemarketing'"):
        permit(ANN, [], **{**ASKED, "purpose": "telemarketng"})


@pytest.mark.parametrize("caller", ["salesman", {"kinds": []}, {"kinds": ["seller"], "payed": True}, 7])
def test_a_caller_that_is_none(caller: Any) -> None:
    assert refused(caller=caller)


def test_everything_that_is_wrong_with_a_question_is_told_at_once() -> None:
    found = refused(purpose="x", channel="y", at=AT.replace(tzinfo=None), registries=[1], debt=2, template=3)
    assert [source for _, source in found] == ["purpose", "channel", "at", "registries", "debt", "template"]


def test_words_and_members_mean_the_same_and_marketing_is_telemarketing() -> None:
    named = asked(OPEN, caller="seller", purpose="marketing")
    assert named == asked(OPEN, caller=Caller(kinds={"seller"}), purpose=Purpose.TELEMARKETING, channel=Channel.VOICE)
    assert named.purpose is Purpose.TELEMARKETING


def test_an_instant_is_the_same_in_every_zone() -> None:
    assert asked(OPEN, at=AT.astimezone(timezone(timedelta(hours=7)))) == asked(OPEN)


def test_one_id_with_different_content_is_refused_wherever_it_stands() -> None:
    first, other = (Purchase(id="p", occurred_at=when) for when in (AT - DAY, AT + DAY))
    for history in ([first, other], [other, first], iter([first, first.model_copy(), other])):
        assert refused(history=history) == [("duplicate-id", "contact 'c-1', interaction 'p'")]


def test_the_same_interaction_twice_counts_once() -> None:
    once = book(rule("F", "frequency", at_most=2, within="7d"))
    call = CallOutbound(id="c", occurred_at=AT - DAY)
    assert asked(once, [call, call, call.model_copy(), call.model_copy()])


def test_a_history_may_be_any_collection() -> None:
    call = CallOutbound(id="c", occurred_at=AT - DAY)
    for history in ([call], (call,), {call}, iter([call]), {"c": call}.values()):
        assert permit(ANN, history, rules=OPEN, **{**ASKED, "purpose": "telemarketing"})


def updated(at: datetime, name: str = "u", **changes: Any) -> ProfileUpdated:
    return ProfileUpdated(id=name, occurred_at=at, changes=changes)


def test_fields_are_those_at_the_instant() -> None:
    moved = updated(AT, time_zone="Asia/Jakarta", country="ID", phone="+6281234567890")
    assert asked(OPEN, [moved], at=AT - TICK).countries == ("US",)
    after = asked(OPEN, [moved])
    assert (after.countries, after.zones) == (("ID",), ("Asia/Jakarta",))
    assert said("LQ-JURISDICTION", after).code == "RULE_MISSING"


def test_the_latest_update_counts_in_whatever_order_they_come() -> None:
    several = [updated(AT - DAY, "u1", phone="+12125550125"), updated(AT - 2 * DAY, "u2", phone="+12125550124")]
    dnc = book(rule("D", "registry", registry="US"))
    for history in (several, several[::-1]):
        assert asked(dnc, history, registries=Copy("+12125550124"))
        assert not asked(dnc, history, registries=Copy("+12125550125"))


def test_an_update_may_clear_a_field_and_set_an_attribute() -> None:
    assert said("LQ-ADDRESS", asked(OPEN, [updated(AT, phone=None)])).code == "NO_NUMBER"
    attorney = book(rule("C", "circumstance", attribute="attorney", denies=[True], code="ATTORNEY_REPRESENTED"))
    assert not asked(attorney, [updated(AT, attorney=True)])
    known = ANN.model_copy(update={"attributes": {"attorney": True}})
    assert asked(attorney, [updated(AT, attorney=False)], contact=known)


def test_an_update_changes_neither_wishes_nor_who_it_is() -> None:
    verdict = asked(OPEN, [updated(AT, id="c-2", do_not_call=None, consents=None, **{"company.country": "ID"})])
    assert (verdict.allowed, verdict.contact_id, verdict.countries) == (True, "c-1", ("US",))


@pytest.mark.parametrize(
    "changes", [{"country": "Indonesia"}, {"phone": "0812"}, {"time_zone": "Jakarta"}, {"kind": None}]
)
def test_an_update_to_what_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    (found,) = refused(history=[updated(AT - DAY, **changes)])
    assert found[1] == "contact 'c-1', profile_updated"


def test_an_update_keeps_the_class_of_the_contact() -> None:
    class Mine(Contact):
        language_school: str | None = None

    school = book(rule("C", "circumstance", attribute="language_school", denies=["Goethe"], code="SCHOOL"))
    mine = Mine.model_validate({**ANN.model_dump(), "language_school": "Berlitz"})
    assert asked(school, contact=mine)
    assert not asked(school, [updated(AT, language_school="Goethe")], contact=mine)
