"""Law 1, time: aware instants, nothing later than `at`, exact ages, a set of interactions, a profile that changes."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from pathlib import Path

import pytest
from support.people import MICROSECOND, contact, custom, day, funnel, happened, policy_of, scoring, updated, viewed

import leadqual
from leadqual import InputError, Interaction, Policy, parse_interaction

NAIVE = datetime(2026, 1, 1)


def value(text: str, *history: Interaction, at: datetime, policy: Policy | None = None, **fields: object) -> object:
    return (policy or policy_of()).evaluate(text, contact(**fields), history, at=at)


@pytest.mark.parametrize("ask", ["decide", "evaluate", "advance", "send"])
def test_a_naive_at_is_an_error_that_names_the_argument(ask: str) -> None:
    policy = funnel({"source": "lead", "target": "mql", "event": "demo_requested"})
    asks = {
        "decide": lambda: policy.decide(contact(), [], at=NAIVE),
        "evaluate": lambda: policy.evaluate("count(demo_requested)", contact(), at=NAIVE),
        "advance": lambda: policy.lifecycle(contact()).advance(NAIVE),
        "send": lambda: policy.lifecycle(contact()).send("demo_requested", at=NAIVE),
    }
    with pytest.raises(InputError) as caught:
        asks[ask]()
    assert caught.value.code == "naive-datetime"
    assert caught.value.problems[0].place.source == "at"


def test_a_naive_occurred_at_and_created_at_are_errors_that_name_the_field() -> None:
    for build, name in (
        (lambda: parse_interaction({"id": "i", "kind": "demo_requested", "occurred_at": NAIVE}), "occurred_at"),
        (lambda: contact(created_at=NAIVE), "created_at"),
    ):
        with pytest.raises(InputError) as caught:
            build()
        assert (caught.value.code, caught.value.problems[0].place.path) == ("naive-datetime", name)


def test_an_instant_is_the_same_in_every_zone_and_kept_in_utc() -> None:
    jakarta = timezone(timedelta(hours=7))
    one = happened("demo_requested", datetime(2026, 1, 2, 7, tzinfo=jakarta))
    assert one.occurred_at == day(1)
    assert one.occurred_at.utcoffset() == timedelta(0)
    policy = policy_of()
    at = datetime(2026, 1, 3, 7, tzinfo=jakarta)
    here, there = policy.decide(contact(), [one], at=at), policy.decide(contact(), [one], at=day(2))
    assert here.model_dump_json() == there.model_dump_json()


def test_inside_instants_are_whole_microseconds_from_the_epoch() -> None:
    assert happened("demo_requested", datetime(1970, 1, 1, 0, 0, 1, 1, tzinfo=UTC)).instant == 1_000_001
    assert happened("demo_requested", datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)).instant == -1


def test_nothing_in_the_library_but_the_command_line_reads_the_wall_clock() -> None:
    clocks = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter"}
    root = Path(leadqual.__file__).parent
    found = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in root.rglob("*.py")
        if "cli" not in path.relative_to(root).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks
        if isinstance(node.func.value, ast.Name) and node.func.value.id in {"datetime", "date", "time"}
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["count(page_viewed)", "sum(page_viewed.seconds)", "last(page_viewed.path)", "days_since(page_viewed)",
     "'lead' in contact.roles", "contact.country", "consent.email", "contact.is_customer"],
)  # fmt: skip
def test_what_lies_after_at_is_invisible(text: str) -> None:
    before = [viewed(1, "/a", seconds=3)]
    after = [
        viewed(3 + 1e-6, "/b", seconds=4), updated(4, country="SG"), happened("purchase", 4),
        happened("consent_given", 4, for_channel="email"),
    ]  # fmt: skip
    assert value(text, *before, *after, at=day(3)) == value(text, *before, at=day(3))


def test_what_happens_at_the_instant_itself_exists() -> None:
    assert value("count(page_viewed)", viewed(3), at=day(3)) == 1
    assert value("count(page_viewed)", viewed(day(3) + MICROSECOND), at=day(3)) == 0


def test_scores_stages_and_standings_do_not_see_the_future() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "event": "demo_requested"},
        scores={"s": {"range": [0, 9], "rules": [{"id": "r", "each": "demo_requested", "points": 5}]}},
    )
    now, later = [viewed(1)], [happened("demo_requested", 5)]
    assert policy.decide(contact(), now + later, at=day(4)) == policy.decide(contact(), now, at=day(4))


def test_age_is_exact_to_the_microsecond_in_days() -> None:
    assert value("days_since(page_viewed)", viewed(1), at=day(1) + MICROSECOND) == 1 / 86_400_000_000
    assert value("days_since(page_viewed)", viewed(1), at=day(2.5)) == 1.5


@pytest.mark.parametrize(
    ("age", "counted"),
    [(timedelta(0), 1), (timedelta(days=90) - MICROSECOND, 1), (timedelta(days=90), 0), (timedelta(days=91), 0)],
)
def test_within_means_zero_up_to_but_not_the_length(age: timedelta, counted: int) -> None:
    one = viewed(day(0), "/", "v", seconds=1)
    at = day(0) + age
    assert value("count(page_viewed, within='90d')", one, at=at) == counted
    assert value("sum(page_viewed.seconds, within='90d')", one, at=at) == counted
    assert value("days_since(page_viewed, within='90d') is not None", one, at=at) is bool(counted)
    policy = scoring({"each": "page_viewed", "points": 1, "within": "90d"})
    assert policy.decide(contact(), [one], at=at).scores["points"].value == counted


def test_a_day_is_24_hours_across_summer_time_and_leap_days() -> None:
    leap = viewed(datetime(2024, 2, 28, 12, tzinfo=UTC))
    assert value("days_since(page_viewed)", leap, at=datetime(2024, 3, 1, 12, tzinfo=UTC)) == 2
    summer = viewed(datetime.fromisoformat("2024-03-30T12:00:00+01:00"))
    assert value("days_since(page_viewed)", summer, at=datetime.fromisoformat("2024-03-31T13:00:00+02:00")) == 1


def test_the_same_id_with_the_same_content_counts_once() -> None:
    one = viewed(1, "/", "v")
    assert value("count(page_viewed)", one, one, viewed(1, "/", "v"), at=day(2)) == 1


def test_three_and_three_point_zero_are_the_same_content() -> None:
    policy = policy_of(interactions={"roi": {"properties": {"saving": {"type": "number"}}}})
    history = [custom("roi", 1, "i", saving=3), custom("roi", 1, "i", saving=3.0)]
    assert policy.evaluate("sum(roi.saving)", contact(), history, at=day(2)) == 3


def test_the_same_id_with_different_content_is_an_error_that_says_what_differs() -> None:
    with pytest.raises(InputError) as caught:
        value("count(page_viewed)", viewed(1, "/", "v"), viewed(1, "/b", "v"), at=day(2))
    assert caught.value.code == "duplicate-id"
    assert "path" in str(caught.value.problems[0].found)


def test_the_order_in_which_interactions_are_given_never_matters() -> None:
    policy = scoring(
        {"each": "page_viewed", "points": 7, "at_most": "1 per 1d"},
        {"when": "last(page_viewed.path) == '/c'", "points": 1},
    )
    history = [viewed(1, "/a", "a"), viewed(1, "/c", "c"), viewed(1, "/b", "b"), updated(1, "u", country="ID")]
    answers = {policy.decide(contact(), order, at=day(2)).model_dump_json() for order in permutations(history)}
    assert len(answers) == 1


def test_ties_in_time_are_ordered_by_id() -> None:
    history = [viewed(1, "/second", "b"), viewed(1, "/first", "a"), viewed(1, "/third", "c")]
    assert value("first(page_viewed.path)", *history, at=day(1)) == "/first"
    assert value("last(page_viewed.path)", *history, at=day(1)) == "/third"


def test_a_field_has_the_latest_update_at_or_before_at_else_the_value_on_the_contact() -> None:
    history = [updated(5, country="SG"), updated(3, country="MY")]
    found = [value("contact.country", *history, at=day(on), country="ID") for on in (2, 3, 4, 5, 9)]
    assert found == ["ID", "MY", "MY", "SG", "SG"]


def test_a_field_may_become_known_and_unknown_again() -> None:
    history = [updated(1, company_employees=50), updated(2, company_employees=None)]
    found = [value("company.employees", *history, at=day(on)) for on in (0, 1, 2)]
    assert found == [None, 50, None]


def test_of_two_updates_at_one_instant_the_later_id_holds() -> None:
    history = [updated(1, "b", country="SG"), updated(1, "a", country="MY")]
    assert value("contact.country", *history, at=day(1)) == "SG"


def test_what_follows_from_a_field_changes_with_it() -> None:
    moved = updated(1, email="siti@maju.co.id")
    found = [value("contact.email_is_personal", moved, at=day(on), email="siti@gmail.com") for on in (0, 1)]
    assert found == [True, False]


def test_the_fold_sees_the_profile_of_each_instant() -> None:
    policy = funnel({"source": "lead", "target": "mql", "event": "page_viewed", "when": "contact.country == 'ID'"})
    history = [viewed(1, "/", "v"), updated(2, country="SG")]
    assert policy.decide(contact(country="ID"), history, at=day(3)).moves[0].at == day(1)
    assert policy.decide(contact(country="SG"), [viewed(1), updated(2, country="ID")], at=day(3)).moves == ()
