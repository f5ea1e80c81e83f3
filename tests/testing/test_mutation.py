from __future__ import annotations

import json

import pytest

from leadqual import InputError, Policy, policies
from leadqual.model.score import LedgerLine, Score
from leadqual.proofs.times import most_points
from leadqual.testing import Case, given, load_cases, mutants, mutation_of, run, watched
from leadqual.testing.mutation.compiled import Compiled
from leadqual.testing.mutation.equivalence import proof
from leadqual.testing.mutation.killing.suspects import suspects_of
from leadqual.testing.mutation.witness import Witnesses

LARGE = {"id": "large", "source": "lead", "target": "sql", "when": "company.employees >= 50"}


def funnel(*ways, **more):
    return Policy(
        name="two", stages={"lead": {"initial": True}, "mql": None, "sql": None}, transitions=list(ways), **more
    )


def scored(*rules, low=0, **more):
    return Policy(name="scored", scores={"s": {"range": [low, 100], "rules": list(rules)}}, **more)


def employees(number, stage):
    case = given(POLICY).contact(company={"employees": number}).interaction("demo_requested", ago="1d")
    return case.at("2026-11-22").case(f"{number} employees", stage=stage)


POLICY = funnel(LARGE)


def by_change(report):
    return {fate.mutant.change: fate for fate in report.fates}


def test_a_case_that_fails_kills():
    found = by_change(mutation_of(POLICY, [employees(80, "sql")]))
    removed = found["transition removed: lead -> sql"]
    assert (removed.status, removed.by, removed.witness) == ("killed", "80 employees", None)
    lower = found["threshold moved: company.employees >= 50 -> company.employees >= 49"]
    assert (lower.status, lower.by) == ("survived", None)


def test_the_witness_of_a_survivor_kills_it_when_it_is_added():
    cases = [employees(80, "sql")]
    report = mutation_of(POLICY, cases)
    assert {fate.mutant.operator for fate in report.survived} == {
        "comparator turned", "threshold moved", "on unknown turned",
    }  # fmt: skip
    for fate in report.survived:
        assert run(POLICY, fate.witness.case).passed
        again = by_change(mutation_of(POLICY, [*cases, fate.witness.case]))
        assert again[fate.mutant.change].by == fate.witness.case.name
    assert report.percent == pytest.approx(100 * 3 / 7)


def test_the_missing_cases_leave_no_survivor_and_are_fewer():
    report = mutation_of(policies.minimal(), [])
    missing = report.missing_cases()
    assert len(missing) < len(report.survived) == 71
    assert mutation_of(policies.minimal(), missing).percent == 100.0


def test_a_witness_is_printed_as_a_case_of_a_test_file(tmp_path):
    report = mutation_of(POLICY, [employees(80, "sql")])
    text = "".join(str(fate.witness) for fate in report.survived)
    path = tmp_path / "more.policytest.yaml"
    indented = "".join(f"  {line}\n" for line in text.splitlines())
    path.write_text(f"cases:\n{indented}", "utf-8")
    cases = load_cases(path).cases
    assert len(cases) == len(report.survived) == 4
    assert mutation_of(POLICY, [employees(80, "sql"), *cases]).percent == 100.0
    assert str(report.survived[0].witness) in str(report).replace("\n      ", "\n")


def test_a_witness_says_only_what_differs():
    by_id = {mutant.id: mutant for mutant in mutants(POLICY)}
    witness = Witnesses(POLICY).of(by_id["large~threshold-moved~1"])
    assert witness.as_case() == {
        "name": "large: threshold moved (1)",
        "contact": {"company": {"employees": 49}},
        "interactions": [{"kind": "email_sent", "on": "2026-06-15"}],
        "at": "2026-06-15",
        "expect": {"stage": "lead", "moves": []},
    }


def test_what_no_rule_of_thumb_brings_about_the_solver_does():
    policy = funnel({**LARGE, "when": "company.employees >= count(purchase) + 7 and company.annual_revenue < 5"})
    witnesses = Witnesses(policy)
    found = [witnesses.of(mutant) for mutant in mutants(policy)]
    assert None not in found
    assert mutation_of(policy, [witness.case for witness in found], witnesses=False).percent == 100.0
    assert any(witnesses.of(mutant, quickly=True) is None for mutant in mutants(policy))


def test_an_error_that_a_mutant_raises_is_told_from_a_stage_and_back():
    to_error = next(mutant for mutant in mutants(POLICY) if mutant.operator == "on unknown turned")
    assert Witnesses(POLICY).of(to_error).expect == {"stage": "lead"}
    strict = funnel({**LARGE, "on_unknown": "error"})
    to_hold = next(mutant for mutant in mutants(strict) if mutant.operator == "on unknown turned")
    witness = Witnesses(strict).of(to_hold)
    assert witness.expect == {"error": "unknown-condition"}
    assert run(strict, witness.case).passed
    assert mutation_of(strict, [witness.case]).killed


# What cannot be noticed.


@pytest.mark.parametrize(
    ("policy", "change"),
    [
        (funnel({**LARGE, "when": "count(purchase) >= 1"}), "on unknown turned: hold -> error"),
        (funnel({**LARGE, "when": "count(purchase) == 0"}), "on unknown turned: hold -> error"),
        (
            funnel({**LARGE, "when": "count(purchase) < 1 and count(purchase) < 3"}),
            "clause dropped: count(purchase) < 3",
        ),
        (
            funnel({**LARGE, "when": "days_in_stage >= 1"}, {**LARGE, "id": "b", "target": "mql", "when":
                   "days_in_stage >= 2"}),
            "threshold moved: days_in_stage >= 2 -> days_in_stage >= 3",
        ),
        (
            funnel({**LARGE, "event": "purchase", "when": None}, {**LARGE, "id": "b", "event": "demo_requested",
                   "when": None}),
            "reordered: large, b -> b, large",
        ),
        (
            funnel({**LARGE, "when": "count(purchase) == 0"}, {**LARGE, "id": "b", "when": "count(purchase) > 0"}),
            "reordered: large, b -> b, large",
        ),
        (scored({"id": "a", "when": "company.employees >= 9", "points": 5},
                grades={"g": {"score": "s", "bands": {"A": 10}}}), "band moved: A: 10 -> A: 9"),
        (scored({"id": "r", "each": "email_bounced[hard or hard == True]", "points": 5}),
         "clause dropped: hard == True"),
        (scored({"id": "r", "each": "page_viewed", "points": 2, "within": "7d", "at_most": "1 per 1d", "cap": 20}),
         "cap moved: 20 -> 19"),
        (scored({"id": "r", "each": "page_viewed", "points": 2, "within": "7d", "at_most": "1 per 1d", "cap": 20}),
         "cap removed: 20"),
        (scored({"id": "r", "when": "company.employees >= 0 and company.employees is not None", "points": 2}),
         "clause dropped: company.employees is not None"),
    ],
)  # fmt: skip
def test_a_change_that_makes_no_difference_is_proved_and_not_counted(policy, change):
    report = mutation_of(policy, [])
    fate = by_change(report)[change]
    assert fate.status == "equivalent"
    assert fate.because.startswith("proved: ")
    assert fate in report.equivalent
    assert Witnesses(policy).of(fate.mutant) is None


@pytest.mark.parametrize(
    ("policy", "change"),
    [
        # Purchases of a kind move the contact before the second transition is tried, yet not of a review.
        (funnel({**LARGE, "event": "purchase", "when": None}, {**LARGE, "id": "b", "when": "count(purchase) > 1"}),
         "threshold moved: count(purchase) > 1 -> count(purchase) > 2"),
        # What leads to mql may have been visited at that instant, so the way there does not shadow the other.
        (funnel({**LARGE, "target": "mql"}, {**LARGE, "id": "b", "source": "lead", "when": "company.employees >= 60"},
                {"id": "back", "source": "mql", "target": "lead", "event": "sales_rejected"}),
         "threshold moved: company.employees >= 60 -> company.employees >= 61"),
        (scored({"id": "a", "when": "company.employees >= 9", "points": 5},
                {"id": "b", "each": "purchase", "points": 5, "half_life": "1d"},
                grades={"g": {"score": "s", "bands": {"A": 10}}}), "band moved: A: 10 -> A: 9"),
        (scored({"id": "r", "each": "page_viewed", "points": 2, "within": "7d", "at_most": "1 per 1d", "cap": 14}),
         "cap moved: 14 -> 13"),
        (scored({"id": "r", "each": "page_viewed[seconds >= 5 or seconds >= 6]", "points": 5}),
         "clause dropped: seconds >= 5"),
    ],
)  # fmt: skip
def test_nothing_is_proved_that_makes_a_difference(policy, change):
    mutant = next(one for one in mutants(policy) if one.change == change)
    assert proof(mutant) is None
    witness = Witnesses(policy).of(mutant)
    assert witness is not None
    assert run(policy, witness.case).passed
    assert not run(mutant.policy, witness.case).passed


def test_the_most_that_a_rule_can_come_to_counts_both_days_at_the_ends_of_a_window():
    policy = scored({"id": "r", "each": "page_viewed", "points": 2, "within": "2d", "at_most": "1 per 1d"})
    rule = policy.scores["s"].rules[0]
    case = given(policy).interaction("page_viewed", "2026-11-20T23:59:00Z", path="/")
    case = case.interaction("page_viewed", "2026-11-21T12:00:00Z", path="/")
    case = case.interaction("page_viewed", "2026-11-22T00:00:00Z", path="/")
    decision = case.at("2026-11-22T12:00:00Z").expect(scores={"s": 6})
    assert decision.scores["s"].value == most_points(rule) == 6


# Policies and cases of other sorts.


@pytest.mark.parametrize(
    ("points", "cap", "more", "proved"),
    [(40, 40, {}, 1), (40, 39, {}, 2), (40, 41, {}, 0), (40, 40, {"half_life": "7d"}, 0)],
)
def test_other_points_that_come_to_the_cap_at_once_make_no_difference(points, cap, more, proved):
    policy = scored({"id": "demo", "each": "demo_requested", "points": points, "cap": cap, "within": "60d", **more})
    fates = [fate for fate in mutation_of(policy, []).fates if fate.mutant.operator == "points moved"]
    assert sum(fate.status == "equivalent" for fate in fates) == proved
    assert all(fate.witness is not None for fate in fates if fate.status == "survived")


@pytest.mark.parametrize(
    "rule",
    [
        {"within": "7d"}, {"within": "36h"}, {"half_life": "21d"}, {"linear": "90d"},
        {"step": {"every": "30d", "lose": 0.5}}, {"at_most": "1 per 1d"}, {"at_most": "2 per 7d rolling"},
    ],
    ids=str,
)  # fmt: skip
def test_a_window_a_decay_and_a_limit_moved_by_one_step_has_a_witness(rule):
    policy = scored({"id": "visit", "each": "email_clicked", "points": 5, **rule})
    moved = [fate for fate in mutation_of(policy, []).fates if fate.mutant.operator.endswith(" moved")]
    assert len(moved) > 2
    assert [str(fate.mutant) for fate in moved if fate.witness is None] == []


def test_a_window_of_a_condition_moved_by_one_day_has_a_witness():
    when = "count(demo_requested, within='30d') >= 1"
    policy = scored({"id": "lately", "when": when, "points": 5})
    moved = [fate for fate in mutation_of(policy, []).fates if fate.mutant.operator == "within moved"]
    assert [fate.mutant.after for fate in moved] == [
        "count(demo_requested, within='29d')", "count(demo_requested, within='31d')"
    ]  # fmt: skip
    assert all(fate.witness is not None for fate in moved)


def test_a_policy_without_stages():
    home = {"id": "home", "when": "contact.country == 'ID'", "points": 20}
    policy = scored(home)
    report = mutation_of(policy, [])
    assert len(report.survived) == 6
    missing = report.missing_cases()
    assert all(case.expect.model_fields_set <= {"scores", "grades"} for case in missing)
    assert mutation_of(policy, missing).percent == 100.0


def test_an_empty_policy_is_noticed_whole():
    report = mutation_of(Policy(name="empty"), [])
    assert (report.fates, report.percent) == ((), 100.0)
    assert str(report).startswith("Mutation of empty 0.0.0 by 0 cases: 100.0 %")


class Fixed:
    name = "model"

    def score(self, contact, history, *, at):
        value = 0.75 if history else 0.25
        return Score(name="model", value=value, range=(0.0, 1.0), ledger=(LedgerLine(id="all", points=value),))


def test_a_policy_with_a_scorer_object():
    policy = funnel({**LARGE, "when": "score.model >= 0.5"}, scorers={"model": None}).with_scorer("model", Fixed())
    cases = [given(policy).interaction("purchase").at("2026-11-22").case("bought", stage="sql")]
    report = mutation_of(policy, cases, processes=2)
    assert by_change(report)["not added: score.model >= 0.5 -> not score.model >= 0.5"].status == "killed"


def test_cases_with_a_standing_conditions_missing_fields_and_errors_are_run_again():
    policy = funnel({**LARGE, "on_unknown": "error"}, {"id": "back", "source": "sql", "target": "lead",
                    "when": "days_in_stage >= 10"}, review_every="1d")  # fmt: skip
    start = given(policy).standing("sql", since="2026-11-01")
    cases = [
        start.at("2026-11-10").case("still", stage="sql", holds="days_in_stage == 9"),
        start.contact(company={"employees": 1}).at("2026-11-11").case("gone", moves=["back"]),
        given(policy).interaction("purchase").at("2026-11-11").case("unknown", error="unknown-condition"),
    ]
    found = by_change(mutation_of(policy, cases, witnesses=False))
    assert found["threshold moved: days_in_stage >= 10 -> days_in_stage >= 9"].by in ("still", "gone")
    assert found["threshold moved: days_in_stage >= 10 -> days_in_stage >= 11"].by == "gone"
    assert found["on unknown turned: error -> hold"].by == "unknown"
    missing = given(POLICY).interaction("purchase").at("2026-11-11").case("asked", missing=["company.employees"])
    gone = by_change(mutation_of(POLICY, [missing], witnesses=False))
    assert gone["transition removed: lead -> sql"].by == "asked"


def test_a_case_that_names_what_was_removed_fails():
    rule = {"id": "r", "each": "page_viewed", "points": 2}
    policy = scored(rule, {**rule, "id": "other", "points": -2}, low=-100)
    page = {"kind": "page_viewed", "path": "/"}
    case = Case(name="reason", interactions=[page], at="2026-11-22", expect={"reasons": ["s.r"]})
    report = mutation_of(policy, [case], witnesses=False)
    removed = next(fate for fate in report.fates if fate.mutant.id == "s.r~rule-removed~1")
    assert removed.by == "reason"


def test_cases_that_the_policy_does_not_pass_are_left_out_and_named():
    report = mutation_of(POLICY, [employees(80, "sql"), employees(20, "sql"), employees(80, "nowhere")])
    assert report.left_out == ("20 employees", "80 employees")
    assert report.cases == 1
    assert "2 cases are left out, since the policy itself does not pass: 20 employees" in report.text(200)


def test_only_cases_that_could_notice_are_run():
    demo = {"id": "demo", "each": "demo_requested", "points": 5}
    policy = scored(demo, {"id": "mail", "each": "email_opened", "points": 5})
    visits = [given(policy).interaction(kind).at("2026-11-22").case(kind, scores={"s": 5})
              for kind in ("email_opened", "demo_requested")]  # fmt: skip
    suspects, _ = suspects_of(policy, visits)
    assert [one.kinds for one in suspects] == [{"email_opened"}, {"demo_requested"}]
    found = {fate.mutant.id: fate.by for fate in mutation_of(policy, visits).fates}
    assert found["s.demo~points-turned~1"] == "demo_requested"
    assert found["s.mail~points-turned~1"] == "email_opened"


def test_nobody_who_looks_on_sees_the_cases_run_again():
    seen = []
    with watched(seen.append):
        mutation_of(POLICY, [employees(80, "sql")])
    assert seen == []


# The report, and the work.


def test_the_report_as_text_and_as_case():
    report = mutation_of(POLICY, [employees(80, "sql")])
    lines = str(report).splitlines()
    assert lines[0] == "Mutation of two 0.0.0 by 1 case: 42.8 % of the changes are noticed (3 of 7)"
    assert "  large" in lines
    assert "    threshold moved: company.employees >= 50 -> company.employees >= 49" in lines
    assert "      - name: 'large: threshold moved (1)'" in lines
    told = json.loads(json.dumps(report.to_dict()))
    assert {name: told[name] for name in ("cases", "killed", "survived", "equivalent", "left_out")} == {
        "cases": 1, "killed": 3, "survived": 4, "equivalent": 0, "left_out": [],
    }  # fmt: skip
    assert told["policy"]["name"] == "two"
    lower = next(one for one in told["mutants"] if one["id"] == "large~threshold-moved~1")
    assert lower["witness"]["expect"] == {"stage": "lead", "moves": []}


def test_several_processes_find_the_same_as_one():
    policy = policies.minimal()
    cases = [given(policy).interaction("purchase").at("2026-11-22").case("bought", stage="customer")]
    told = []
    one = mutation_of(policy, cases, processes=1, progress=told.append)
    two = mutation_of(policy, cases, processes=2)
    assert one.to_dict() == two.to_dict()
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert all(fate.mutant.original is policy for fate in two.fates)


def test_without_witnesses_the_proofs_stay():
    report = mutation_of(policies.minimal(), [], witnesses=False)
    assert (len(report.survived), len(report.equivalent)) == (71, 3)
    assert all(fate.witness is None for fate in report.survived)
    assert "no case was found" not in str(report)


@pytest.mark.parametrize(
    ("policy", "cases", "place"), [("sales", [], "policy"), (POLICY, [{"at": "2026-11-22"}], "cases")]
)
def test_arguments_are_checked(policy, cases, place):
    with pytest.raises(InputError) as caught:
        mutation_of(policy, cases)
    assert (caught.value.code, caught.value.problems[0].place.source) == ("wrong-type", place)


def test_every_mutant_of_the_small_policy_has_a_witness_or_a_proof():
    policy = policies.minimal()
    witnesses = Witnesses(policy)
    for mutant in mutants(policy):
        witness = witnesses.of(mutant, Compiled(mutant.policy))
        assert (witness is None) is (proof(mutant) is not None), mutant


def test_mutants_of_the_sales_policy_have_a_witness_or_a_proof():
    policy = policies.sales()
    witnesses = Witnesses(policy)
    for mutant in mutants(policy)[::24]:
        witness = witnesses.of(mutant, Compiled(mutant.policy), quickly=True) if proof(mutant) is None else None
        assert (witness is None) is (proof(mutant) is not None), mutant
