"""The whole of a backtest: held to decisions one by one, to the planted truth, and to what is asked of bad input."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal
from support import policies as made
from support.engines import TABLES
from support.people import bought, contact, day, funnel, happened, policy_of, scoring, viewed

import leadqual as lq
from leadqual import Contact, InputError, Interaction, Policy, frames
from leadqual.analysis.backtests.backtesting import Backtest, backtest
from leadqual.analysis.backtests.stages import Stages
from leadqual.analysis.outcomes import outcomes
from leadqual.analysis.past import Past

VIEWS = scoring({"each": "page_viewed", "points": 10})
HORIZON = timedelta(days=30)


def tables(*people: tuple[Contact, list[Interaction]], policy: Policy | None = None) -> Any:
    return frames.from_models([who for who, _ in people], {who.id: history for who, history in people}, policy=policy)


def people_who_buy(number: int = 12, policy: Policy | None = None) -> Any:
    """Return contacts of whom every third has seen more and buys on day 110 and after."""
    found = []
    for one in range(number):
        views = [viewed(day(1 + one + page), "/", f"v{page}") for page in range(3 if one % 3 == 0 else 1)]
        views += [viewed(150, "/", "the end of the data")]
        found.append((contact(id=f"c-{one:02}"), views + ([bought(110 + one, 5)] if one % 3 == 0 else [])))
    return tables(*found, policy=policy)


def pooled(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("cutoff").is_null())


# Held to decisions

DEMO = lq.datasets.demo(contacts=50)
SALES = lq.policies.sales()


@cache
def demo_report() -> Backtest:
    return backtest(SALES, *DEMO.frames(), cutoffs=[DEMO.at - timedelta(days=days) for days in (200, 120)])


def test_every_row_is_what_a_decision_at_the_cutoff_said() -> None:
    people = {who.id: who for who in DEMO.contacts}
    for row in demo_report().rows.to_dicts():
        past = [one for one in DEMO.histories[row["contact_id"]] if one.occurred_at <= row["cutoff"]]
        decision = SALES.decide(people[row["contact_id"]], past, at=row["cutoff"])
        assert row["stage"] == decision.stage
        assert {name: row[f"grade.{name}"] for name in SALES.grades} == dict(decision.grades)
        for name, score in decision.scores.items():
            assert row[f"score.{name}"] == pytest.approx(score.value, abs=1.01e-6)


def test_every_label_is_what_the_history_says() -> None:
    report = demo_report()
    rows = {(row["contact_id"], row["cutoff"]): row["converted"] for row in report.rows.to_dicts()}
    for cutoff in report.cutoffs["cutoff"].drop_nulls():
        for who in DEMO.contacts:
            history = DEMO.histories[who.id]
            orders = [one.occurred_at for one in history if one.kind == "purchase"]
            there = [one.occurred_at for one in history] + ([who.created_at] if who.created_at else [])
            judged = min(there) <= cutoff and not any(at <= cutoff for at in orders)
            assert ((who.id, cutoff) in rows) == judged
            if judged:
                in_time = any(cutoff < at <= cutoff + timedelta(days=90) for at in orders)
                assert rows[who.id, cutoff] == in_time


@settings(max_examples=10)
@given(policy=made.policies(), who=made.contacts(), history=made.histories())
def test_one_replay_gives_the_stages_that_a_replay_for_each_cutoff_gives(
    policy: Policy, who: Contact, history: list[Interaction]
) -> None:
    who = who.model_copy(update={"created_at": None})  # which a replay for each cutoff hides before its time
    cutoffs = [made.BASE + timedelta(days=days) for days in (3, 10.25, 39)]
    past = Past.of(*frames.from_models([who], {who.id: history}, policy=policy))
    if past.interactions.is_empty() or not policy.stages:
        return
    known = outcomes(policy, past, lq.parse_condition("count(purchase)").selection, cutoffs[-1])
    stages = Stages(policy, past, known)
    try:
        moves = stages.moves(cutoffs[-1])
        one_by_one = stages.at(cutoffs, None)
    except lq.EvaluationError:  # on_unknown: error
        return
    for one, other in zip(stages.at(cutoffs, moves), one_by_one, strict=True):
        assert_frame_equal(other, one.join(other, on="contact_id", how="semi"))


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.name)
def test_every_kind_of_table_gives_the_same(kind: Any) -> None:
    given_tables = people_who_buy()
    expected = backtest(VIEWS, *given_tables, cutoffs=day(100), horizon=HORIZON)
    found = backtest(VIEWS, *map(kind.into, given_tables), cutoffs=day(100), horizon=HORIZON)
    assert found.to_dict() == expected.to_dict()


def test_lazy_tables_with_repeated_rows_and_other_units_count_once() -> None:
    people, events = people_who_buy()
    expected = backtest(VIEWS, people, events, cutoffs=day(100), horizon=HORIZON).to_dict()
    twice = pl.concat([events, events.head(5)]).with_columns(
        pl.col("occurred_at").dt.convert_time_zone("Asia/Jakarta").dt.cast_time_unit("ns")
    )
    for check in (None, "all", "columns"):
        found = backtest(VIEWS, people.lazy(), twice.lazy(), cutoffs=day(100), horizon=HORIZON, check=check)
        assert found.to_dict() == expected


# What is reported


def test_the_planted_truth_shows() -> None:
    demo = lq.datasets.demo(contacts=600)
    report = backtest(SALES, *demo.frames(), stages={"desk": ["sql", "prospect"]})
    assert [f"{one:%Y-%m}" for one in report.cutoffs["cutoff"].drop_nulls()][-1] == "2026-08"
    auc = dict(pooled(report.ranking).select("score", "auc_low").rows())
    # Need makes people read, ask and buy; fit makes them buy; nobody who is judged has bought, so loyalty says nothing.
    assert auc["intent"] > 0.6
    assert auc["engagement"] > 0.6
    best = {row["score"]: row for row in pooled(report.capacity).filter(pl.col("capacity") == "5%").to_dicts()}
    assert best["intent"]["lift_low"] > 3
    assert best["loyalty"]["lift"] == pytest.approx(1)  # to all it is 0
    rates = pooled(report.grades).filter(pl.col("grade") == "temperature")
    assert rates["value"].to_list() == ["hot", "warm", "cold"]
    assert rates["rate"].is_sorted(descending=True)
    assert pooled(report.flagged)["lift_low"].item() > 4
    judged = report.rows.with_columns(
        pl.col("contact_id").replace_strict({name: one.need for name, one in demo.truth.items()}).alias("need")
    )
    need = dict(judged.group_by("converted").agg(pl.col("need").mean()).rows())
    assert need[True] > need[False] + 0.3


def test_numbers_by_hand() -> None:
    report = backtest(VIEWS, *people_who_buy(), cutoffs=day(100), horizon=HORIZON, capacity=[2, "50%"], bands=[0, 20])
    assert report.cutoffs.drop("rate_low", "rate_high").row(0) == (day(100), 12, 0, 0, 12, 4, 1 / 3)
    best = pooled(report.capacity).select("capacity", "contacts", "hits", "precision", "recall", "lift", "tied").rows()
    assert best[0] == ("2", 2, 2, 1, 0.5, 3, 4)
    assert best[1] == ("50%", 6, 4, pytest.approx(2 / 3), 1, 2, 8)
    bands = pooled(report.bands).select("from", "below", "contacts", "converted", "lift").rows()
    assert bands == [(20, None, 4, 4, 3), (0, 20, 8, 0, 0)]
    assert pooled(report.ranking)["auc"].item() == 1


def test_a_grade_that_is_missing_is_a_row_of_its_own_and_comes_last() -> None:
    policy = policy_of(
        scores={"heat": {"range": [0, 100], "rules": [{"id": "v", "each": "page_viewed", "points": 10}]}},
        grades={"warmth": {"score": "heat", "bands": {"hot": 30, "warm": 20}}},
    )
    report = backtest(policy, *people_who_buy(), cutoffs=day(100), horizon=HORIZON)
    assert pooled(report.grades).select("value", "contacts", "converted").rows() == [("hot", 4, 4), (None, 8, 0)]
    assert "none" in report.explain()


def test_how_early_and_how_often_never() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "count(page_viewed) >= 2"},
        {"source": "mql", "target": "lost", "event": "disqualified"},
        {"source": ["lead", "mql", "lost"], "target": "customer", "event": "purchase"},
        stages="lead mql customer lost",
    )
    flagged = [viewed(10), viewed(20)]
    report = backtest(
        policy,
        *tables(
            (contact(id="ten days"), [viewed(10), viewed(95), bought(105, 5)]),
            (contact(id="long"), [*flagged, bought(120, 5)]),
            (contact(id="lost"), [*flagged, happened("disqualified", 90), bought(110, 5)]),
            (contact(id="never"), [viewed(10), bought(130, 5)]),
            (contact(id="after"), [*flagged, bought(131, 5)]),
            (contact(id="not at all"), flagged),
        ),
        cutoffs=day(100),
        horizon=HORIZON,
        until=day(200),
    )
    assert report.flags == {"mql+": ("mql", "customer")}
    early = report.early.row(0, named=True)
    assert [early[name] for name in ("customers", "flagged", "still", "never")] == [4, 3, 2, 0.25]
    assert [early[f"days_{share}"] for share in (10, 50, 90)] == pytest.approx([26, 90, 98])
    stood = pooled(report.flagged).row(0, named=True)
    assert [stood[name] for name in ("contacts", "hits", "recall")] == [4, 2, 0.5]
    assert dict(pooled(report.stages).select("stage", "contacts").rows()) == {"lead": 1, "mql": 4, "lost": 1}


def test_a_flag_with_the_initial_stage_is_raised_from_the_beginning() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "count(page_viewed) >= 2"})
    who = (contact(id="a", created_at=day(5)), [viewed(10), bought(105, 5)])
    out = (contact(id="b"), [bought(105, 5)])
    report = backtest(
        policy, *tables(who, out), cutoffs=day(100), horizon=HORIZON, until=day(150), stages={"any": ["lead"]}
    )
    assert report.early.select("customers", "flagged", "still", "days_50").row(0) == (2, 1, 1, 100.0)


def test_flags_of_the_shipped_policy_are_the_way_to_the_purchase() -> None:
    assert demo_report().flags == {
        "mql+": ("mql", "sql", "prospect", "customer"),
        "sql+": ("sql", "prospect", "customer"),
        "prospect+": ("prospect", "customer"),
    }
    report = backtest(SALES, *DEMO.frames(), stages=["sql", "prospect"], score=[], grade="fit")
    assert report.flags == {"sql+": ("sql", "prospect"), "prospect": ("prospect",)}
    assert set(report.grades["grade"]) == {"fit"}
    assert report.ranking.is_empty()


def test_an_outcome_with_a_filter() -> None:
    people = tables(
        (contact(id="small"), [viewed(1), bought(110, 50)]),
        (contact(id="small, then large"), [viewed(1), bought(90, 50), bought(110, 500)]),
        (contact(id="large before"), [viewed(1), bought(90, 500), bought(110, 500)]),
    )
    options: dict[str, Any] = {"cutoffs": day(100), "horizon": HORIZON, "until": day(200)}
    report = backtest(VIEWS, *people, outcome="purchase[amount > 100]", **options)
    assert dict(report.rows.select("contact_id", "converted").rows()) == {"small": False, "small, then large": True}
    assert report.outcome == "purchase[amount > 100]"
    selection = lq.parse_condition("count(purchase[amount > 100])").selection
    assert backtest(VIEWS, *people, outcome=selection, **options).to_dict() == report.to_dict()


def test_another_kind_can_be_the_outcome() -> None:
    people = tables((contact(), [viewed(1), happened("demo_requested", 101)]))
    report = backtest(VIEWS, *people, outcome="demo_requested", cutoffs=day(100), horizon=HORIZON, until=day(200))
    assert report.rows["converted"].to_list() == [True]


# Cutoffs


def test_cutoffs_without_room_are_left_out_and_told() -> None:
    report = backtest(VIEWS, *people_who_buy(), cutoffs=[day(121), day(50), day(80), day(50)], horizon="30d")
    assert report.cutoffs["cutoff"].to_list() == [day(50), day(80), None]
    assert report.left_out == (day(121),)
    assert any("2026-05-02" in note for note in report.notes)


def test_a_cutoff_whose_horizon_ends_with_the_data_is_used() -> None:
    report = backtest(VIEWS, *people_who_buy(), cutoffs=day(89), until=day(119), horizon=HORIZON)
    assert report.left_out == ()


def test_cutoffs_that_are_chosen_are_the_latest_months_with_room() -> None:
    history = [viewed(on, "/", f"v{on}") for on in range(0, 720, 10)]
    report = backtest(VIEWS, *tables((contact(), history)), horizon="90d", time_zone="Asia/Jakarta")
    found = [one.astimezone(ZoneInfo("Asia/Jakarta")) for one in report.cutoffs["cutoff"].drop_nulls()]
    assert {(one.day, one.hour) for one in found} == {(1, 0)}
    assert len(found) == 12
    assert (f"{found[0]:%Y-%m}", f"{found[-1]:%Y-%m}") == ("2026-10", "2027-09")
    assert f"{day(710) - timedelta(days=90):%Y-%m}" == "2027-09"
    assert "2026-10-01 to 2027-09-01" in " ".join(report.explain().split())


def test_where_no_month_has_room_it_is_the_last_instant_that_has() -> None:
    report = backtest(VIEWS, *tables((contact(), [viewed(3), viewed(20)])), horizon="5d")
    assert report.cutoffs["cutoff"].drop_nulls().to_list() == [day(15)]
    assert "no month does" in report.explain()


def test_a_horizon_that_leaves_no_room() -> None:
    people = tables((contact(), [viewed(3), viewed(20)]))
    with pytest.raises(InputError) as caught:
        backtest(VIEWS, *people, horizon="18d")
    problem = caught.value.problems[0]
    assert problem.code == "no-room"
    assert problem.found == "data from 2026-01-04 00:00 to 2026-01-21 00:00, 17 days"
    with pytest.raises(InputError) as caught:
        backtest(VIEWS, *people, horizon="18d", cutoffs=[day(number) for number in (5, 6, 7, 8)])
    problem = caught.value.problems[0]
    assert (problem.code, problem.place.source) == ("no-room", "horizon")
    assert problem.found == "4 of 4 cutoffs end after 2026-01-21 00:00: 2026-01-06, 2026-01-07, 2026-01-08, …"
    assert problem.hint is not None
    assert "2026-01-03 00:00" in problem.hint


@pytest.mark.parametrize("people", [tables((contact(created_at=day(1)), [])), tables()], ids=["created", "empty"])
def test_without_interactions_there_is_no_room(people: Any) -> None:
    with pytest.raises(InputError) as caught:
        backtest(VIEWS, *people)
    assert caught.value.code == "no-room"


def test_cutoffs_at_which_nobody_is_left() -> None:
    with pytest.raises(InputError) as caught:
        backtest(VIEWS, *tables((contact(), [bought(1, 5), viewed(99)])), cutoffs=[day(0), day(2)], horizon="10d")
    problem = caught.value.problems[0]
    assert problem.code == "nobody-judged"
    assert problem.found is not None
    assert problem.found.endswith("2026-01-03 (0 not appeared, 1 had it before)")


def test_nobody_had_the_outcome() -> None:
    report = backtest(VIEWS, *people_who_buy(), outcome="purchase[amount > 6]", cutoffs=day(100), horizon="10d")
    assert pooled(report.capacity)["lift"].to_list() == [None] * 3
    assert report.ranking.is_empty()
    assert "Nobody had the outcome" in str(report)


# Bad input


def test_all_that_is_wrong_with_the_arguments_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        backtest(
            SALES, *people_who_buy(), outcome="purchse", horizon="soon", cutoffs=[day(1).replace(tzinfo=None), "x"],
            score="intend", grade=["fit", "fitt"], stages=["mqll"], capacity=[0, 1.5, "much", True], bands=1,
            confidence=95,
        )  # fmt: skip
    problems = [(problem.place.source, problem.code) for problem in caught.value.problems]
    assert problems == [
        ("outcome", "unknown-kind"), ("horizon", "bad-duration"), ("cutoffs", "naive-datetime"),
        ("cutoffs", "wrong-type"), ("score", "unknown-score"), ("grade", "unknown-grade"), ("stages", "unknown-stage"),
        *[("capacity", "bad-argument")] * 4, ("bands", "bad-argument"), ("confidence", "bad-argument"),
    ]  # fmt: skip
    hints = [problem.hint for problem in caught.value.problems if problem.code.startswith("unknown")]
    assert all(hint is not None and "mean" in hint for hint in hints)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"outcome": "purchase[amount >"}, lq.ConditionError),
        ({"outcome": "purchase[amont > 5]"}, InputError),
        ({"outcome": 5}, InputError),
        ({"horizon": 90}, InputError),
        ({"horizon": timedelta(milliseconds=1500)}, InputError),
        ({"horizon": timedelta(days=-1)}, InputError),
        ({"cutoffs": []}, InputError),
        ({"cutoffs": "2026-01-01"}, InputError),
        ({"score": "nope"}, lq.UnknownNameError),
        ({"stages": {"none": []}}, InputError),
        ({"capacity": []}, InputError),
        ({"capacity": -5}, InputError),
        ({"bands": [float("nan")]}, InputError),
        ({"bands": []}, InputError),
        ({"confidence": 1}, InputError),
        ({"time_zone": "Mars"}, InputError),
        ({"until": day(1).replace(tzinfo=None)}, InputError),
        ({"check": "much"}, InputError),
    ],
)
def test_arguments_that_cannot_be(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        backtest(SALES, *people_who_buy(), **options)


def test_the_tables_are_looked_at_first() -> None:
    people, events = people_who_buy()
    with pytest.raises(InputError) as caught:
        backtest(VIEWS, pl.concat([people, people.head(1)]), events.with_columns(kind=pl.lit("viewd")))
    assert {problem.code for problem in caught.value.problems} == {"duplicate-id", "unknown-kind"}
    with pytest.raises(InputError) as caught:
        backtest(VIEWS, events, people.drop("kind"))
    assert caught.value.code == "swapped-tables"
    with pytest.raises(InputError) as caught:
        backtest(VIEWS, "contacts.csv", 5)
    assert [problem.code for problem in caught.value.problems] == ["not-a-table", "not-a-table"]


def test_what_the_outcome_reads_is_looked_at_too() -> None:
    people, events = people_who_buy()
    with pytest.raises(InputError) as caught:
        backtest(VIEWS, people, events.with_columns(amount=pl.lit("five")), outcome="purchase[amount > 1]")
    assert caught.value.code == "wrong-type"


def test_a_policy_with_nothing_to_judge() -> None:
    with pytest.raises(InputError) as caught:
        backtest(policy_of(), *people_who_buy())
    assert caught.value.problems[0].place.source == "policy"
    with pytest.raises(InputError):
        backtest("sales", *people_who_buy())  # type: ignore[arg-type]


# For people and programs


def test_the_report_fits_a_terminal_and_holds_no_scripts() -> None:
    text = str(demo_report())
    assert max(map(len, text.splitlines())) <= 80
    assert "mql+ is mql, sql, prospect, customer" in text
    odd = backtest(
        VIEWS, *people_who_buy(), stages=None, outcome="page_viewed[path == '<script>']", cutoffs=day(50), horizon="9d"
    )
    html = odd._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_report_is_data_for_programs() -> None:
    told = json.loads(json.dumps(demo_report().to_dict(), allow_nan=False))
    assert told["policy"]["hash"] == SALES.content_hash
    assert told["cutoffs"][-1]["cutoff"] is None
    assert told["horizon"] == "90d"
    assert {"score", "capacity", "lift", "lift_low"} <= told["capacity"][0].keys()
    assert len(told["early"]) == 3


def test_progress_is_told() -> None:
    seen: list[tuple[str, float]] = []
    backtest(SALES, *DEMO.frames(), cutoffs=DEMO.at - timedelta(days=100), progress=lambda *one: seen.append(one))
    assert {name for name, _ in seen} == {"scoring", "replaying"}
    assert seen[-1][1] == 1


def test_the_same_data_give_the_same_report() -> None:
    people, events = people_who_buy()
    one = backtest(VIEWS, people, events, cutoffs=day(100), horizon=HORIZON)
    other = backtest(VIEWS, people, events.reverse(), cutoffs=day(100), horizon=HORIZON)
    assert one.to_dict() == other.to_dict()
