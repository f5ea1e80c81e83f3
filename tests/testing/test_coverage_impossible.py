from __future__ import annotations

import pytest
from support.shop import AT, SHOP, did, ways

from leadqual import Policy
from leadqual.testing import Case, coverage_of


def test_what_cannot_be_is_not_asked_and_what_is_proved_impossible_is_counted() -> None:
    items = {f"{item.place}: {item.text}": item for item in coverage_of(SHOP, []).items}
    assert items["transition marketing: score.interest >= 10"].asked == ("true", "false")
    in_bands = items["transition marketing: grade.fit in ['A', 'B']"]
    assert (in_bands.asked, in_bands.impossible) == (("true", "unknown"), ("false",))  # there is no third band
    assert items["transition back: count(page_viewed[path == '/'], within='1d') >= 1"].asked == ("true", "false")
    assert items["transition back, filter of page_viewed: path == '/'"].asked == ("true", "false")
    assert items[": back"].asked == ("taken", "refused")
    lowest = items["grade heat: score.interest at 0"]
    assert (lowest.asked, lowest.impossible) == (("at", "above"), ("below",))
    assert coverage_of(SHOP, []).impossible == sum(len(item.impossible) for item in items.values())


ORDERED = """
name: ordered
stages: {{lead: {{initial: true}}, mql: {{}}, sql: {{}}}}
transitions:
  - {{id: one, source: lead, target: mql, {first}}}
  - {{id: two, source: lead, target: mql, {second}}}
  - {{id: back, source: mql, target: lead, when: contact.country == 'SG'}}
"""


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [
        ("when: company.employees >= 5", "when: company.employees >= 5", ("refused", "held")),
        ("when: company.employees >= 5", "when: company.employees >= 4", ("taken", "refused", "held")),
        ("when: company.employees >= 5", "when: company.employees < 5", ("taken", "held")),
        ("event: purchase", "when: company.employees >= 5", ("taken", "refused", "held")),
        ("event: purchase", "event: purchase", ("happened",)),
        ("event: purchase", "event: demo_requested", ("taken", "happened")),
        ("event: purchase, when: contact.is_customer", "event: demo_requested", ("taken", "happened")),
        ("when: contact.country == 'ID'", "event: purchase, when: count(purchase) >= 1", ("taken", "happened")),
        (
            "when: contact.country == 'ID'",
            "event: purchase, when: count(purchase) >= 2",
            ("taken", "refused", "happened"),
        ),
    ],
)
def test_what_was_tried_before_in_vain_tells_what_cannot_be(first: str, second: str, asked: tuple[str, ...]) -> None:
    policy = Policy.loads(ORDERED.format(first=first, second=second))
    assert {item.text: item.asked for item in coverage_of(policy, []).section("transitions")}["two"] == asked


def test_an_earlier_transition_whose_target_was_visited_is_not_tried() -> None:
    policy = Policy.loads("""
name: round
stages: {lead: {initial: true}, mql: {}, sql: {}}
transitions:
  - {id: up, source: lead, target: mql, event: demo_requested}
  - {id: down, source: mql, target: lead, when: contact.country == 'ID'}
  - {id: on, source: mql, target: sql, when: contact.country == 'ID'}
""")
    seen = ways(
        policy, [Case(contact={"country": "ID"}, interactions=[did("demo_requested")], at=AT, expect={"stage": "sql"})]
    )
    assert {": on: taken", "transition on: contact.country == 'ID': true"} <= seen


def test_only_a_grade_that_can_be_none_is_asked_to_be_below_every_band() -> None:
    bands = {(item.place, item.text) for item in coverage_of(SHOP, []).section("grades")}
    assert ("grade fit", "below every band") in bands
    assert ("grade heat", "below every band") not in bands
    assert ("grade both", "A and hot (now)") in bands


def test_options_that_make_no_difference_are_left_out_as_impossible() -> None:
    policy = Policy.loads("""
name: never
scores:
  one:
    range: [0, 100]
    groups: {both: {cap: 50}}
    rules:
      - {id: weekly, each: page_viewed, points: 1, within: 7d, at_most: 1 per 7d, cap: 2, group: both}
      - {id: slow, each: demo_requested, points: 1, within: 7d, step: {every: 7d, lose: 0.5}}
""")
    items = {item.text: item for item in coverage_of(policy, []).items}
    assert items["weekly"].asked == ("counted", "not counted", "too old", "limited")
    assert items["weekly"].impossible == ("capped",)
    assert items["slow"].impossible == ("faded",)
    assert items["group both"].impossible == ("capped",)
