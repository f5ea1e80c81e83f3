"""Rules, thresholds, bands, caps and grades."""

from __future__ import annotations

from typing import Any

import pytest
from support.linted import found, funnel, one, scored

from leadqual import Policy
from leadqual.policy.rules import Rule
from leadqual.proofs.lint.look import Look
from leadqual.proofs.times import most_times

COUNTRIES = [
    {"when": f"contact.country == '{country}'", "points": points} for country, points in (("ID", 20), ("SG", 10))
]


def reach(policy: Policy, name: str = "s") -> tuple[float, float]:
    found = Look(policy).reach(name)
    return found.low, found.high


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], (0, 0)),
        (COUNTRIES, (0, 20)),
        ([*COUNTRIES, {"when": "company.employees >= 50", "points": 7}], (0, 27)),
        ([*COUNTRIES, {"when": "contact.country in ['ID', 'MY']", "points": -5}], (-5, 15)),
        ([*COUNTRIES, {"when": "contact.country != 'ID'", "points": 15}], (0, 25)),
        ([{"when": "contact.country is None", "points": 5}, *COUNTRIES], (0, 20)),
        ([{"when": "contact.country is None", "points": 5}, {"when": "contact.country is not None"}], (5, 10)),
        ([{"each": "demo_requested"}], (0, 100)),
        ([{"each": "demo_requested", "cap": 35}], (0, 35)),
        ([{"each": "demo_requested", "points": -3, "cap": 35}], (-35, 0)),
        ([{"each": "demo_requested", "at_most": "2 per 1d", "within": "1d"}], (0, 40)),
        ([{"each": "demo_requested", "at_most": "2 per 1d rolling", "within": "1d"}], (0, 20)),
        ([{"each": "demo_requested", "at_most": "1 per 30d rolling", "step": {"every": "30d", "lose": 0.5}}], (0, 20)),
        ([{"each": "page_viewed[seconds < 3 and seconds > 5]"}], (0, 0)),
        ([{"when": "count(demo_requested) >= 1", "points": 5}, {"each": "demo_requested", "cap": 4}], (0, 9)),
    ],
)
def test_what_a_score_can_be(rules: list[dict[str, Any]], expected: tuple[float, float]) -> None:
    assert reach(scored(*rules, reach=(-100, 100))) == pytest.approx(expected, abs=1e-4)


def test_groups_limit_what_a_score_can_be() -> None:
    rules = [{**rule, "group": "g"} for rule in COUNTRIES]
    more = {"when": "company.employees >= 50", "points": 7, "group": "g"}
    visits = {"each": "page_viewed", "points": 1, "group": "g"}
    assert reach(scored(*rules, more, groups={"g": {"cap": 25}})) == (0, 25)
    assert reach(scored(*rules, more, groups={"g": {"cap": 30}})) == (0, 27)
    assert reach(scored(*rules, visits, groups={"g": {"cap": 30}})) == (0, 30)
    assert reach(scored(*rules, visits, {"when": "contact.is_customer"}, groups={"g": {"cap": 30}})) == (0, 40)


def test_a_group_at_its_cap_is_told_as_one() -> None:
    rules = [{**rule, "group": "g"} for rule in (*COUNTRIES, {"when": "company.employees >= 50", "points": 7})]
    policy = scored(*rules, {"when": "contact.is_customer", "points": 3}, groups={"g": {"cap": 25}})
    assert Look(policy).reach("s").reckoning(top=True) == (
        "score.s is at most 28: r3 +3, g +25 (the cap of the group); not together with r1 +10"
    )


def test_a_score_that_reads_another_reaches_what_that_one_lets_it() -> None:
    scores = {
        "a": {"range": [0, 100], "rules": [{"id": "r", "when": "contact.is_customer", "points": 30}]},
        "b": {"range": [0, 100], "rules": [
            {"id": "low", "when": "score.a < 30", "points": 1}, {"id": "high", "when": "score.a > 30", "points": 50},
            {"id": "top", "when": "score.a >= 30", "points": 2}]},
    }  # fmt: skip
    assert reach(Policy(name="x", scores=scores), "b") == (1, 2)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, float("inf")),
        ({"at_most": "3 per 1d"}, float("inf")),
        ({"at_most": "3 per 1d", "within": "1d"}, 6),
        ({"at_most": "3 per 1d rolling", "within": "1d"}, 3),
        ({"at_most": "3 per 1d rolling", "within": "25h"}, 6),
        ({"at_most": "1 per 1d rolling", "half_life": "1d"}, 2),
        ({"at_most": "1 per 1d", "half_life": "1d"}, 3),
        ({"at_most": "1 per 1s rolling", "half_life": "10000s"}, 14427.4504),
        ({"at_most": "1 per 1d rolling", "linear": "4d"}, 1 + 0.75 + 0.5 + 0.25),
        ({"at_most": "1 per 1d rolling", "step": {"every": "2d", "lose": 0.5}}, 4),
        ({"at_most": "1 per 1d rolling", "step": {"every": "2d", "lose": 0.5}, "within": "3d"}, 2.5),
        ({"at_most": "1 per 1s", "within": "365d"}, 365 * 86_400 + 1),
    ],
)
def test_how_often_points_can_count(options: dict[str, Any], expected: float) -> None:
    assert most_times(Rule(id="r", each="demo_requested", points=1, **options)) == pytest.approx(expected, rel=1e-6)


def test_thresholds_out_of_reach_in_conditions() -> None:
    scores = {"s": {"range": [0, 100], "rules": [{"id": f"r{n}", **rule} for n, rule in enumerate(COUNTRIES)]}}
    way = {"source": "lead", "target": "mql"}
    finding = one(funnel({**way, "when": "score.s >= 21"}, scores=scores), "threshold-out-of-reach")
    assert (finding.place.path, finding.found) == ("transitions[0].when", "score.s >= 21")
    assert finding.proof == "score.s is at most 20: r0 +20; not together with r1 +10"
    assert found(funnel({**way, "when": "score.s >= 21"}, scores=scores), "condition-never-holds") == []
    assert found(funnel({**way, "when": "score.s >= 20"}, scores=scores), "threshold-out-of-reach") == []
    part = funnel({**way, "when": "score.s > 20 or contact.is_customer"}, scores=scores)
    assert one(part, "threshold-out-of-reach").found == "score.s > 20"
    turned = funnel({**way, "when": "25 <= score.s < 90"}, scores=scores)
    assert one(turned, "threshold-out-of-reach").found == "score.s >= 25"


def test_thresholds_below_what_a_score_can_be() -> None:
    rules = [{"when": "contact.country is None", "points": 5}, {"when": "contact.country is not None"}]
    more = {"b": {"range": [0, 9], "rules": [{"id": "low", "when": "score.s < 5", "points": 3}]}}
    policy = scored(*rules)
    policy = policy.model_copy(update={"scores": {**policy.scores, **more}})
    finding = one(policy, "threshold-out-of-reach")
    assert finding.proof == "score.s is at least 5: r0 +5 (not to be avoided)"
    assert found(policy, "rule-never-fires") == []


def test_bands_that_nobody_is_in() -> None:
    def graded(**bands: float) -> Policy:
        return scored(
            *COUNTRIES, {"when": "contact.is_customer", "points": 3}, grades={"g": {"score": "s", "bands": bands}}
        )

    finding = one(graded(A=24, B=23, C=0), "threshold-out-of-reach")
    assert (finding.place.path, finding.found) == ("grades.g.bands.A", "A: 24")
    assert finding.proof == "score.s is at most 23: r0 +20, r2 +3; not together with r1 +10"
    always = [{"when": "contact.country is None", "points": 30}, {"when": "contact.country is not None", "points": 40}]
    low = scored(*always, grades={"g": {"score": "s", "bands": {"A": 40, "B": 20, "C": 10, "D": 0}}})
    below = found(low, "threshold-out-of-reach")
    assert [one.place.path for one in below] == ["grades.g.bands.C", "grades.g.bands.D"]
    assert below[0].message == "nobody ever has the grade 'C' of 'g'"
    assert below[0].proof == "score.s is at least 30: r0 +30 (not to be avoided)"


def test_no_lowest_band_is_shown_or_proved_not_to_matter() -> None:
    def graded(lowest: float) -> Policy:
        return scored(*COUNTRIES, grades={"g": {"score": "s", "bands": {"A": 15, "B": lowest}}})

    finding = one(graded(10), "no-lowest-band")
    assert finding.witness.decide(graded(10)).grades["g"] is None
    assert (finding.place.path, finding.exact) == ("grades.g.bands.B", True)
    assert found(graded(0), "no-lowest-band") == []
    rules = [{"when": "contact.country is None", "points": 5}, {"when": "contact.country is not None"}]
    never_below = scored(*rules, grades={"g": {"score": "s", "bands": {"A": 10, "B": 5}}})
    assert found(never_below, "no-lowest-band") == []
    assert [problem.code for problem in never_below.warnings()] == ["no-lowest-band"]  # the first look is cheap


def test_rules_whose_bands_meet() -> None:
    def sized(*conditions: str) -> Policy:
        return scored(*({"when": when} for when in conditions))

    both = sized("company.employees < 10", "10 <= company.employees <= 50", "company.employees >= 50")
    overlap = one(both, "bands-overlap")
    assert (overlap.place.path, overlap.place.rule) == ("scores.s.rules[2].when", "r2")
    assert overlap.witness.contact.company.employees == 50
    ledger = overlap.witness.decide(both).scores["s"].ledger
    assert [line.points for line in ledger] == [0, 10, 10]

    neither = sized("company.employees > 50", "10 <= company.employees < 50")
    gap = one(neither, "bands-gap")
    assert gap.message == "neither 'r1' nor 'r0' gives points where company.employees == 50"
    assert gap.witness.decide(neither).scores["s"].value == 0
    fine = ["company.employees < 10", "10 <= company.employees < 50", "50 <= company.employees"]
    assert found(sized(*fine), "bands-overlap", "bands-gap") == []
    assert found(sized("company.employees < 50", "company.employees > 60"), "bands-gap") == []  # wide, so it is meant
    assert found(sized("company.employees >= 10", "company.employees >= 50"), "bands-overlap") == []  # one on the other
    filled = sized("company.employees < 50", "company.employees > 50", "company.employees >= 20")
    assert found(filled, "bands-gap") == []
    halves = sized("count(demo_requested) < 2", "count(demo_requested) > 2")
    assert len(one(halves, "bands-gap").witness.history) == 2
    assert found(sized("count(demo_requested) < 2.5", "count(demo_requested) > 2.5"), "bands-gap") == []


def test_rules_for_the_same() -> None:
    finding = one(scored({"when": "contact.country == 'ID'"}, {"when": "contact.country in ['ID']"}), "duplicate-rule")
    assert (finding.place.path, finding.place.rule, finding.exact) == ("scores.s.rules[1]", "r1", True)
    assert (
        found(scored({"when": "contact.country == 'ID'"}, {"when": "contact.country != 'ID'"}), "duplicate-rule") == []
    )
    assert found(scored(*COUNTRIES), "duplicate-rule") == []
    visit = {"each": "page_viewed[seconds >= 5]", "within": "30d"}
    assert one(scored(visit, visit), "duplicate-rule").proof == "they count the same interactions, in the same way"
    assert found(scored(visit, {**visit, "within": "60d"}), "duplicate-rule") == []
    both = one(scored(*[{"when": "company.employees >= 5 and contact.is_customer"}] * 2), "duplicate-rule")
    assert both.proof == "they have the same condition"
    three = scored(*[{"when": "contact.is_customer"}] * 3)
    assert [finding.place.rule for finding in found(three, "duplicate-rule")] == ["r1", "r2"]


def test_caps_that_never_bind() -> None:
    rule = {"each": "page_viewed", "points": 2, "at_most": "3 per 1d rolling", "within": "1d"}
    finding = one(scored({**rule, "cap": 6}), "cap-never-binds")
    assert (finding.place.path, finding.proof) == (
        "scores.s.rules[0].cap",
        "3 per 1d rolling lets at most 6 points count",
    )
    assert found(scored({**rule, "cap": 5}), "cap-never-binds") == []
    assert found(scored({"each": "page_viewed", "cap": 1e6}), "cap-never-binds") == []


def test_caps_of_groups_that_never_bind() -> None:
    rules = [{**rule, "group": "g"} for rule in COUNTRIES]
    finding = one(scored(*rules, groups={"g": {"cap": 20}}), "cap-never-binds")
    assert (finding.place.path, finding.proof) == (
        "scores.s.groups.g.cap",
        "its rules give from 0 to 20 points together",
    )
    assert found(scored(*rules, groups={"g": {"cap": 19}}), "cap-never-binds") == []
    assert one(scored(groups={"g": {"cap": 19}}), "cap-never-binds").proof == "no rule is in it"
    below = {"when": "contact.is_customer", "points": -30, "group": "g"}
    assert found(scored(*rules, below, groups={"g": {"cap": 20}}), "cap-never-binds") == []


def test_limits_that_the_cap_makes_needless() -> None:
    rule = {"each": "page_viewed", "points": 2, "at_most": "3 per 1d", "cap": 6}
    assert one(scored(rule), "limit-never-binds").place.path == "scores.s.rules[0].at_most"
    assert found(scored({**rule, "cap": 7}), "limit-never-binds") == []
    assert found(scored({**rule, "half_life": "3d"}), "limit-never-binds") == []
    assert found(scored({**rule, "within": "3d"}), "limit-never-binds") == []


def grid(cells: dict[str, dict[str, str]], columns: str = "t", bands: dict[str, float] | None = None) -> Policy:
    scores = {
        "s": {"range": [0, 100], "rules": [{"id": "d", "each": "demo_requested", "points": 10}]},
        "t": {"range": [0, 100], "rules": [{"id": "p", "each": "purchase", "points": 10}]},
    }
    sides = {
        "a": {"score": "s", "bands": {"A": 50, "B": 0}},
        "b": {"score": columns, "bands": bands or {"X": 50, "Y": 0}},
    }
    return Policy(name="x", scores=scores, grades={**sides, "g": {"rows": "a", "columns": "b", "cells": cells}})


def test_grids_with_some_cells_named() -> None:
    finding = one(grid({"A": {"X": "hot", "Y": "warm"}, "B": {"X": "mild"}}), "grid-incomplete")
    assert (finding.place.path, finding.proof) == ("grades.g.cells", "they are then called 'B_Y'")
    assert finding.message == "some cells of 'g' have no name: B and Y"
    assert found(grid({}), "grid-incomplete") == []
    assert found(grid({"A": {"X": "a", "Y": "b"}, "B": {"X": "c", "Y": "d"}}), "grid-incomplete") == []


def test_cells_that_nobody_is_in() -> None:
    cells = {"A": {"X": "a", "Y": "b"}, "B": {"X": "c", "Y": "d"}}
    never = found(grid(cells, "s"), "cell-out-of-reach")
    assert [finding.place.path for finding in never] == ["grades.g.cells.A.Y", "grades.g.cells.B.X"]
    assert never[0].proof == "both grades are of score.s, which lies in one band of each"
    assert found(grid(cells), "cell-out-of-reach") == []
    finer = found(grid(cells, "s", {"X": 60, "Y": 0}), "cell-out-of-reach")
    assert [finding.place.path for finding in finer] == ["grades.g.cells.B.X"]
