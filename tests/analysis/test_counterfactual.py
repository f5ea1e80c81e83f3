"""Counterfactuals by hand: what has to happen, which values do, when, and why not."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from support.people import MICROSECOND, bought, contact, day, funnel, happened, updated, viewed

from leadqual import Decision, InputError, Interaction, LateInteraction, Policy, UnknownNameError
from leadqual.analysis.counterfactuals.counterfactual import counterfactual
from leadqual.analysis.counterfactuals.report import Counterfactual


def way(when: str | None = None, source: str = "lead", target: str = "mql", **more: Any) -> dict[str, Any]:
    return {"source": source, "target": target, **({} if when is None else {"when": when}), **more}


def ask(
    policy: Policy, *history: Interaction, target: str = "mql", at: float | datetime = 5, **options: Any
) -> Counterfactual:
    fields = options.pop("who", {})
    decision = policy.decide(contact(**fields), history, at=at if isinstance(at, datetime) else day(at))
    return counterfactual(decision, target, **options)


def texts(answer: Counterfactual) -> list[str]:
    return [str(option) for option in answer.options]


def test_a_missing_number_has_to_reach_a_bound_and_every_value_that_does_is_told() -> None:
    answer = ask(funnel(way("company.employees >= 50")))
    assert texts(answer) == ["company.employees (not known) is at least 50"]
    assert answer.proven_smallest
    (learned,) = answer.options[0].changes
    assert (learned.field, learned.value, learned.known) == ("company.employees", 50, None)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("company.employees > 50", "is above 50"),
        ("company.employees < 50", "is below 50"),
        ("company.employees <= 50", "is at most 50"),
        ("50 <= company.employees < 1000", "is at least 50 and below 1000"),
        ("company.employees == 7", "is 7"),
        ("company.employees < 10 or company.employees > 20", "is below 10 or is above 20"),
        ("company.employees is not None", "is known, whatever it is"),
        ("contact.country == 'ID'", "is 'ID'"),
        ("contact.country in ['ID', 'SG']", "is one of 'ID', 'SG'"),
        ("contact.country != 'ID'", "is another than 'ID'"),
        ("contact.seniority in ['vp', 'c_level']", "is one of 'vp', 'c_level'"),
        ("contact.job_title.lower().contains('head')", "is 'head'"),
        ("contact.job_title.startswith('Head') and contact.job_title.endswith('IT')", "is 'HeadIT'"),
    ],
)
def test_values_in_words(when: str, words: str) -> None:
    (option,) = ask(funnel(way(when))).options
    assert str(option).endswith(f"(not known) {words}")


def test_an_email_is_learned_for_its_domain() -> None:
    answer = ask(funnel(way("contact.email_domain == 'maju.co.id' and not contact.email_is_personal")))
    assert texts(answer) == ["contact.email (not known) is 'someone@maju.co.id'"]


def test_all_of_several_conditions_have_to_be_met_and_any_of_others() -> None:
    answer = ask(funnel(way("company.employees >= 50 and count(demo_requested, within='30d') >= 1")))
    assert texts(answer) == [
        "demo_requested happens (The contact asked for a demo.); company.employees (not known) is at least 50"
    ]
    assert answer.options[0].size == 2
    assert answer.proven_smallest
    either = ask(funnel(way("company.employees >= 50 or count(demo_requested) >= 1")))
    assert [option.size for option in either.options] == [1, 1]
    assert [one.split()[0] for one in texts(either)] == ["demo_requested", "company.employees"]


def test_a_score_is_reached_by_the_rules_that_are_left_and_not_past_their_cap() -> None:
    rules = [
        {"id": "view", "each": "page_viewed", "points": 10, "cap": 20},
        {"id": "demo", "each": "demo_requested", "points": 15, "half_life": "10d"},
    ]
    policy = funnel(way("score.s >= 35"), scores={"s": {"range": [0, 100], "rules": rules}})
    answer = ask(policy, viewed(1), viewed(2), viewed(3))
    assert texts(answer) == ["demo_requested happens (The contact asked for a demo.)"]
    # The demo of day 1 has lost a quarter by now, so one more view is not enough beside it.
    faded = ask(policy, happened("demo_requested", 1))
    assert [option.size for option in faded.options] == [2] * len(faded.options)
    assert "demo_requested happens 2 times (The contact asked for a demo.)" in texts(faded)


def test_a_count_says_how_often() -> None:
    answer = ask(funnel(way("count(page_viewed[path.startswith('/pricing')]) >= 3")), viewed(1, "/pricing"))
    (option,) = answer.options
    (change,) = option.changes
    assert (change.kind, change.times, dict(change.properties)) == ("page_viewed", 2, {"path": "/pricing"})  # type: ignore[union-attr]
    assert len(option.interactions) == 2


def test_many_of_a_kind_are_found_though_not_every_smaller_set_can_be_tried() -> None:
    policy = funnel(way("count(page_viewed) >= 12 and company.employees >= 5 and contact.country == 'ID'"))
    answer = ask(policy, tries=600)
    assert [option.size for option in answer.options] == [14]
    assert not answer.proven_smallest
    assert "not proven to be the fewest, since the tries ended" in answer.explain()


def test_an_amount_is_what_a_sum_still_lacks() -> None:
    policy = funnel(way("sum(purchase.amount) >= 100"), currency={"code": "IDR", "rates": {"USD": 10}})
    answer = ask(policy, bought(1, 3, "USD"))
    (option,) = answer.options
    assert option.changes[0].properties["amount"] == 70  # type: ignore[union-attr]
    assert not answer.exact


def test_a_limit_a_day_spreads_interactions_over_days_and_says_when() -> None:
    rule = {"id": "view", "each": "page_viewed", "points": 10, "at_most": "1 per 1d"}
    policy = funnel(way("score.s >= 30"), scores={"s": {"range": [0, 100], "rules": [rule]}})
    answer = ask(policy, viewed(4.9), at=5.25)
    (option,) = answer.options
    assert option.changes[0].on == (day(5.25) + MICROSECOND, day(6))  # type: ignore[union-attr]
    assert option.at == day(6)
    used_up = ask(policy, viewed(5.1), viewed(4), at=5.25)
    assert used_up.options[0].changes[0].on == (day(6),)  # type: ignore[union-attr]
    assert "not before 2026-01-07" in used_up.explain()
    rolling = ask(
        funnel(
            way("score.s >= 20"),
            scores={"s": {"range": [0, 100], "rules": [{**rule, "at_most": "1 per 1d rolling"}]}},
        ),
        viewed(5.1),
        at=5.25,
    )
    assert rolling.options[0].at == day(6.1)


def test_events_fire_transitions_several_on_the_way_in_their_order() -> None:
    policy = funnel(
        way(source="mql", target="sql", event="sales_accepted"),
        way(event="demo_requested", when="company.employees >= 5"),
    )
    answer = ask(policy, target="sql")
    assert texts(answer) == [
        "demo_requested happens (The contact asked for a demo.); sales_accepted happens (Sales took the lead.); "
        "company.employees (not known) is at least 5"
    ]
    assert [move.target for move in answer.options[0].moves] == ["mql", "sql"]


def test_a_visit_is_enough_where_a_condition_holds_already() -> None:
    policy = funnel(way("days_in_stage >= 3"))
    answer = ask(policy, viewed(1))
    assert texts(answer)[0].startswith("anything happens, such as ")
    assert answer.by_itself is None


def test_a_review_takes_it_there_by_itself() -> None:
    answer = ask(funnel(way("days_in_stage >= 10"), review_every="1d"), viewed(1))
    assert answer.by_itself == day(11)
    assert answer.options[0].at == day(11)
    assert "by itself at 2026-01-12" in answer.explain()


def test_after_a_change_reviews_may_take_it_there() -> None:
    policy = funnel(way(event="purchase"), way("days_in_stage >= 10", source="mql", target="sql"), review_every="1d")
    answer = ask(policy, viewed(1), target="sql")
    assert answer.options[0].at == day(16)
    assert "and then nothing: a review takes it there at 2026-01-17" in answer.explain()
    assert not answer.proven_smallest or answer.options[0].size == 1


def test_what_is_known_stays_unless_it_may_change() -> None:
    policy = funnel(way("contact.country == 'ID' and count(demo_requested) >= 1"))
    who = {"country": "DE"}
    answer = ask(policy, who=who)
    assert (answer.status, answer.options) == ("impossible", ())
    assert [(one.condition, dict(one.values)) for one in answer.blocked] == [
        ("contact.country == 'ID'", {"contact.country": "DE"})
    ]
    assert "lead -> mql (t1) needs contact.country == 'ID'; contact.country is 'DE'" in answer.explain()
    changed = ask(policy, who=who, change_known=True)
    assert texts(changed) == [
        "demo_requested happens (The contact asked for a demo.); contact.country (now 'DE') is 'ID'"
    ]


def test_what_was_updated_is_known() -> None:
    answer = ask(funnel(way("company.employees >= 50")), updated(2, company_employees=3))
    assert answer.status == "impossible"


def test_what_has_happened_stays() -> None:
    assert ask(funnel(way("count(purchase) == 0 and company.employees > 1")), bought(1, 5)).status == "impossible"
    assert ask(funnel(way("not contact.is_customer")), bought(1, 5), at=5).status == "impossible"
    assert ask(funnel(way("first(page_viewed.path) == '/a'")), viewed(1, "/b")).status == "impossible"


def test_a_stage_to_which_nothing_leads() -> None:
    answer = ask(funnel(way(event="purchase"), way(source="sql", target="lead", event="purchase")), target="sql")
    assert (answer.status, answer.blocked) == ("impossible", ())
    assert "no transition leads from lead there" in answer.explain()


def test_where_it_stands_already() -> None:
    answer = ask(funnel(way(event="purchase")), target="lead")
    assert (answer.status, answer.reachable) == ("already", True)
    assert "It is at lead already." in answer.explain()


def test_only_some_changes_may_be_allowed() -> None:
    policy = funnel(way(event="sales_accepted"), way("company.employees > 5 or count(demo_requested) > 0"))
    assert [one.split()[0] for one in texts(ask(policy))] == ["sales_accepted", "demo_requested", "company.employees"]
    assert [one.split()[0] for one in texts(ask(policy, kinds=["demo_requested"], fields=[]))] == ["demo_requested"]
    assert [one.split()[0] for one in texts(ask(policy, kinds=[]))] == ["company.employees"]
    nothing = ask(policy, kinds=[], fields=[])
    assert nothing.status == "impossible"
    assert next(one.condition for one in nothing.blocked) == "sales_accepted to happen"


def test_kinds_that_do_the_same_are_told_together() -> None:
    answer = ask(funnel(way("count(any_interaction[kind in ['demo_requested', 'quote_requested']]) >= 1")))
    assert texts(answer) == ["demo_requested happens, or as well quote_requested (The contact asked for a demo.)"]


def test_roles_and_consents() -> None:
    assert texts(ask(funnel(way("contact.is_customer"))))[0].startswith("purchase happens")
    assert "'lead' in contact.roles" in str(funnel(way("'lead' in contact.roles")).transitions[0].when)
    assert ask(funnel(way("'lead' in contact.roles"))).status == "found"
    consent = ask(funnel(way("consent.email")))
    assert dict(consent.options[0].changes[0].properties)["for_channel"] == "email"  # type: ignore[union-attr]
    assert ask(funnel(way("'partner' in contact.roles"))).status == "impossible"


def test_own_fields_and_kinds() -> None:
    policy = funnel(
        way("contact.budget >= 10 and count(roi_calculated[saving > 5]) >= 1"),
        fields={"budget": {"type": "number"}},
        interactions={"roi_calculated": {"properties": {"saving": {"type": "number"}}, "description": "Did the sum."}},
    )
    assert texts(ask(policy)) == [
        "roi_calculated happens with saving 6 (Did the sum.); contact.budget (not known) is at least 10"
    ]


def test_the_instant_of_the_changes_can_be_chosen() -> None:
    policy = funnel(way("days_since(page_viewed) >= 9 and count(demo_requested) >= 1"))
    answer = ask(policy, viewed(1), on=day(12))
    assert answer.options[0].at == day(12)
    assert ask(policy, viewed(1), on=day(6)).status == "unknown"
    assert ask(policy, viewed(1)).options[0].at == day(10)


def test_a_decision_that_was_read_back_needs_what_it_was_made_from() -> None:
    policy, who, history = funnel(way(event="demo_requested")), contact(), [viewed(1)]
    decision = policy.decide(who, history, at=day(5))
    read = Decision.model_validate_json(decision.model_dump_json())
    with pytest.raises(InputError) as caught:
        counterfactual(read, "mql")
    assert caught.value.code == "origin-unknown"
    assert "policy=, contact=, history=" in str(caught.value)
    given = counterfactual(read, "mql", policy=policy, contact=who, history=history)
    assert given == counterfactual(decision, "mql")


def test_arguments_are_checked() -> None:
    policy = funnel(way(event="demo_requested", when="count(page_viewed) >= 1"))
    decision = policy.decide(contact(), [viewed(1)], at=day(5))
    for error, code, options in (
        (UnknownNameError, "unknown-stage", {"target": "mqll"}),
        (UnknownNameError, "unknown-kind", {"kinds": ["demo_request"]}),
        (UnknownNameError, "unknown-field", {"fields": ["company.employee"]}),
        (InputError, "wrong-type", {"kinds": "demo_requested"}),
        (InputError, "bad-argument", {"on": day(5)}),
        (InputError, "naive-datetime", {"on": datetime(2030, 1, 1)}),
        (InputError, "bad-argument", {"tries": 0}),
        (InputError, "bad-argument", {"listed": -1}),
        (InputError, "other-contact", {"contact": contact(id="c-2")}),
        (InputError, "other-policy", {"policy": funnel(way(event="purchase"))}),
        (InputError, "wrong-type", {"policy": "sales.yaml"}),
        (LateInteraction, "late-interaction", {"history": []}),
    ):
        with pytest.raises(error) as caught:
            counterfactual(decision, **{"target": "mql", **options})  # type: ignore[arg-type]
        assert caught.value.code == code, options
    with pytest.raises(InputError, match="no decision"):
        counterfactual("c-1", "mql")  # type: ignore[arg-type]


def test_what_lies_after_the_decision_is_told_and_left_out() -> None:
    answer = ask(funnel(way("count(demo_requested) >= 2")), happened("demo_requested", 9))
    assert answer.left_out == 1
    assert answer.options[0].size == 2
    assert "1 interaction lies after the decision" in answer.explain()


def test_data_for_programs_and_a_card_for_notebooks() -> None:
    policy = funnel(way("company.employees >= 50 and count(demo_requested) >= 1 and contact.job_title != '<b>'"))
    answer = ask(policy)
    data = json.loads(json.dumps(answer.to_dict()))
    assert data["status"] == "found"
    assert [next(iter(change)) for change in data["options"][0]["changes"]] == ["happen", "learn", "learn"]
    assert data["options"][0]["interactions"][0]["kind"] == "profile_updated"
    page = answer._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert all(len(line) <= 100 for line in answer.explain().split("\n"))
    with pytest.raises(InputError, match="time zone"):
        answer.explain(time_zone="Mars")
    assert "WIB" in answer.explain(time_zone="Asia/Jakarta")


def test_at_most_so_many_options_are_listed() -> None:
    answer = ask(funnel(way("count(demo_requested) > 0 or count(purchase) > 0 or company.employees > 1")), listed=1)
    assert (len(answer.options), answer.more) == (1, 2)
    assert "2 more of the same size are not listed." in answer.explain()


def test_what_ties_is_tried_in_every_order() -> None:
    astray = way("company.employees >= 5", target="sql")
    policy = funnel(way(event="demo_requested", when="company.employees >= 5"), astray)
    # What is learned alone would lead astray at its own visit: the demo has to be visited first.
    answer = ask(policy)
    assert [option.size for option in answer.options] == [2]
    assert answer.proven_smallest
    assert [one.kind for one in sorted(answer.options[0].interactions, key=lambda one: one.id)] == [
        "demo_requested",
        "profile_updated",
    ]
    assert str(answer.options[0]).endswith("is at least 5")


def test_the_end_of_time() -> None:
    decision = funnel(way(event="purchase")).decide(contact(), [], at=datetime.max.replace(tzinfo=day(0).tzinfo))
    with pytest.raises(InputError, match="end of time"):
        counterfactual(decision, "mql")
