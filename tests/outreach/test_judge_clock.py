from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.reaching import ANN, AT, DAY, TICK, asked, book, rule, said

from leadqual.model.interactions.calls import CallInbound, CallOutbound
from leadqual.model.interactions.collection import CollectionNoticeSent
from leadqual.model.interactions.messaging import EmailSent

NEW_YORK = ZoneInfo("America/New_York")
HOURS = book(rule("H", "hours", hours={"daily": ["08:00", "21:00"]}))
WORKDAYS = book(rule("H", "hours", hours={"mon-sat": ["08:00", "20:00"]}, holidays=["public"]))
TIMES = book(rule("T", "inconvenient_times"), rule("H", "hours", hours={"daily": ["08:00", "21:00"]}))
REST = book(rule("R", "cool_down", days=7, per="debt"))
NOTICE = book(rule("N", "notice", kinds=["collection_notice_sent"], days=6))


def local(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


def test_hours_are_half_open_to_the_microsecond() -> None:
    assert asked(HOURS, at=local(21) - TICK)
    assert not asked(HOURS, at=local(21))
    assert not asked(HOURS, at=local(8) - TICK)
    assert asked(HOURS, at=local(8))


def test_after_hours_the_next_morning_is_allowed() -> None:
    verdict = asked(HOURS, at=local(21))
    assert verdict.headline.code == "OUTSIDE_HOURS"
    assert verdict.next_allowed == local(8, day=24)
    assert verdict.next_allowed.tzinfo is UTC


def test_hours_hold_in_every_zone_the_number_leaves_open() -> None:
    florida = ANN.model_copy(update={"time_zone": None, "phone": "+18502345678"})
    verdict = asked(HOURS, contact=florida, at=local(8))
    assert (verdict.allowed, verdict.zones) == (False, ("America/Chicago", "America/New_York"))
    assert verdict.next_allowed == local(9)
    assert asked(HOURS, contact=florida, at=local(21) - TICK)
    assert not asked(HOURS, contact=florida, at=local(21))


@pytest.mark.parametrize("zone", [None, "America/Nowhere"])
def test_where_no_zone_is_known_waiting_does_not_help(zone: str | None) -> None:
    toll_free = ANN.model_copy(update={"time_zone": zone, "phone": "+18002345678"})
    verdict = asked(HOURS, contact=toll_free)
    assert verdict.headline.code == "TIMEZONE_UNKNOWN"
    assert verdict.next_allowed is None
    assert "contact.time_zone" in verdict.unknown


def test_hours_follow_the_clocks_that_are_put_back() -> None:
    before, after = (datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert asked(HOURS, at=before)
    verdict = asked(HOURS, at=after)
    assert (verdict.allowed, verdict.next_allowed) == (False, datetime(2026, 11, 1, 13, tzinfo=UTC))


def test_the_hour_that_comes_twice_is_closed_both_times() -> None:
    early = book(rule("H", "hours", hours={"daily": [["00:00", "01:00"], ["02:00", "21:00"]]}))
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
    for one in (first, first.replace(fold=1)):
        assert asked(early, at=one).next_allowed == datetime(2026, 11, 1, 7, tzinfo=UTC)


def test_a_day_without_hours_and_a_holiday_have_codes_of_their_own() -> None:
    sunday, thanksgiving = asked(WORKDAYS, at=local(12, day=22)), asked(WORKDAYS, at=local(12, day=26))
    assert (sunday.headline.code, sunday.next_allowed) == ("NON_CONTACT_DAY", local(8, day=23))
    assert (thanksgiving.headline.code, thanksgiving.next_allowed) == ("NATIONAL_HOLIDAY", local(8, day=27))
    assert "Thanksgiving" in thanksgiving.headline.text


def test_holidays_that_nobody_knows_deny_for_good() -> None:
    verdict = asked(WORKDAYS, at=datetime(2500, 6, 1, 15, tzinfo=UTC))
    assert (verdict.headline.code, verdict.next_allowed) == ("HOLIDAYS_UNKNOWN", None)


def test_recommended_days_off_count_only_where_the_caller_is_strict() -> None:
    indonesia = book(rule("H", "hours", hours={"mon-sat": ["08:00", "20:00"]}, holidays=["public"]), countries=["ID"])
    budi = ANN.model_copy(update={"country": "ID", "time_zone": "Asia/Jakarta", "phone": "+628123456789"})
    leave = datetime(2026, 3, 23, 3, tzinfo=UTC)
    lax, strict = (asked(indonesia, contact=budi, at=leave, strict=one) for one in (False, True))
    assert lax.allowed
    assert any("strict=True" in warning for warning in lax.warnings)
    assert (strict.headline.code, strict.warnings) == ("NATIONAL_HOLIDAY", ())


def test_times_the_contact_called_inconvenient() -> None:
    lunch = ANN.model_copy(update={"attributes": {"inconvenient_times": ("mon-fri 12:00-14:00", "sun")}})
    verdict = asked(TIMES, contact=lunch, at=local(12))
    assert (verdict.headline.code, verdict.next_allowed) == ("OUTSIDE_HOURS", local(14))
    assert asked(TIMES, contact=lunch, at=local(12) - TICK)
    assert asked(TIMES, contact=lunch, at=local(14))
    assert said("T", asked(TIMES)).code == "OK_NO_INCONVENIENT_TIMES"


@pytest.mark.parametrize("written", ["at lunch", 12, True])
def test_inconvenient_times_that_cannot_be_read_deny(written: object) -> None:
    vague = ANN.model_copy(update={"attributes": {"inconvenient_times": written}})
    verdict = asked(TIMES, contact=vague)
    assert (verdict.headline.code, verdict.next_allowed) == ("TIMES_UNREADABLE", None)


def talk(when: datetime, **given: object) -> CallOutbound:
    return CallOutbound(id=f"c-{when:%j%H%M%S%f}", occurred_at=when, **{"outcome": "answered", **given})


def test_days_of_rest_begin_with_the_day_of_the_conversation() -> None:
    late = local(20, 59, day=16)
    verdict = asked(REST, [talk(late)], at=local(0, day=23) - TICK)
    assert (verdict.allowed, verdict.headline.until) == (False, local(0, day=23))
    assert verdict.next_allowed == local(0, day=23)
    assert asked(REST, [talk(late)], at=local(0, day=23))


def test_rest_lasts_until_the_day_is_there_in_every_zone() -> None:
    florida = ANN.model_copy(update={"time_zone": None, "phone": "+18502345678"})
    call = talk(datetime(2026, 11, 17, 5, 30, tzinfo=UTC))  # half past midnight in New York, still the 16th in Chicago
    verdict = asked(REST, [call], contact=florida)
    assert verdict.next_allowed == local(0, day=24)


def test_rest_over_a_change_of_the_clocks_ends_at_midnight_there() -> None:
    call = talk(datetime(2026, 10, 28, 15, tzinfo=UTC))
    at = datetime(2026, 11, 3, 15, tzinfo=UTC)
    assert asked(REST, [call], at=at).next_allowed == datetime(2026, 11, 4, 5, tzinfo=UTC)


def test_rest_without_a_zone_never_ends() -> None:
    toll_free = ANN.model_copy(update={"time_zone": None, "phone": "+18002345678"})
    verdict = asked(REST, [talk(AT - DAY)], contact=toll_free)
    assert (verdict.headline.code, verdict.next_allowed) == ("TIMEZONE_UNKNOWN", None)


@pytest.mark.parametrize(("outcome", "rests"), [("answered", True), (None, True), ("no_answer", False)])
def test_a_call_of_which_nobody_knows_the_end_counts_as_a_conversation(outcome: str | None, rests: bool) -> None:
    for kind in (CallOutbound, CallInbound):
        call = kind(id="c", occurred_at=AT - DAY, outcome=outcome)
        assert asked(REST, [call]).allowed is not rests


def test_a_conversation_about_another_debt_does_not_rest_this_one() -> None:
    call = talk(AT - DAY, debt="a")
    assert not asked(REST, [call], debt="a")
    assert asked(REST, [call], debt="b")
    assert not asked(REST, [call])
    assert not asked(REST, [talk(AT - DAY)], debt="b")


def test_a_notice_has_to_be_old_enough() -> None:
    sent = CollectionNoticeSent(id="n", occurred_at=AT - 6 * DAY)
    assert asked(NOTICE, [sent])
    early = asked(NOTICE, [sent], at=AT - TICK)
    assert (early.headline.code, early.next_allowed) == ("NOTICE_REQUIRED", AT)
    never = asked(NOTICE)
    assert (never.headline.code, never.next_allowed) == ("NOTICE_REQUIRED", None)


def test_the_first_notice_counts_and_that_of_another_debt_does_not() -> None:
    sent = [
        CollectionNoticeSent(id=f"n{age}", occurred_at=AT - timedelta(days=age), debt=debt)
        for age, debt in ((9, "a"), (1, "a"), (2, "b"))
    ]
    assert asked(NOTICE, sent, debt="a")
    assert asked(NOTICE, sent, debt="b").next_allowed == AT + 4 * DAY
    assert not asked(NOTICE, sent, debt="c")
    assert asked(NOTICE, sent)


def test_of_notices_of_several_kinds_the_first_counts() -> None:
    either = book(rule("N", "notice", kinds=["email_sent", "collection_notice_sent"], days=6))
    sent = [CollectionNoticeSent(id="n", occurred_at=AT - 7 * DAY), EmailSent(id="e", occurred_at=AT - DAY)]
    assert asked(either, sent)
    assert asked(either, sent[1:]).next_allowed == AT + 5 * DAY


def test_of_two_zones_the_one_that_is_shut_for_longer_says_why() -> None:
    florida = ANN.model_copy(update={"time_zone": None, "phone": "+18502345678"})
    verdict = asked(WORKDAYS, contact=florida, at=local(0, 30))  # still Sunday in Chicago
    assert verdict.headline.code == "NON_CONTACT_DAY"
    assert "Sun 2026-11-22 23:30 America/Chicago" in verdict.headline.text
