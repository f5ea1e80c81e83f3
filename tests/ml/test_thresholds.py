"""The line of a score from which on a contact is a lead: against a walk over the contacts, one by one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.judged_rows import FEATURES, LogModel, simulated, training_rows

from leadqual.conditions.parse import parse_condition
from leadqual.errors import InputError, UnknownNameError
from leadqual.ml.evaluation.evaluating import evaluate
from leadqual.ml.evaluation.leads import flow_of, short_between
from leadqual.ml.evaluation.report import Evaluation
from leadqual.ml.evaluation.threshold import Threshold
from leadqual.ml.evaluation.thresholds import choose_threshold

SIZE = "company.employees"
SIZES = {SIZE: FEATURES[SIZE]}
STORIES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(1, 5).map(float)), st.booleans()), max_size=4
    ),
    min_size=1,
    max_size=8,
)


def report_of(stories: list[list[tuple[int, float | None, bool]]], *, timed: bool = True) -> Evaluation:
    """Return a report on contacts, each with its score and whether it converted at some of four cutoffs."""
    rows = [
        (f"c-{who}", datetime(2026, 1, 1 + 10 * when, tzinfo=UTC), came, score)
        for who, story in enumerate(stories)
        for when, (score, came) in {when: (score, came) for when, score, came in story}.items()
    ]
    schema = {"contact_id": pl.String, "cutoff": pl.Datetime("us", "UTC"), "converted": pl.Boolean, SIZE: pl.Float64}
    return evaluate(
        training_rows(pl.DataFrame(rows, schema=schema, orient="row"), timed=timed, features=SIZES), SIZE, resamples=20
    )


def walked(report: Evaluation, line: float) -> dict[str, float]:
    """Return what a line gives, contact by contact."""
    cutoffs, leads, counted, hits = list(report.cutoffs), 0, 0, 0
    for _, story in report.rows.group_by("contact_id"):
        seen = {row["cutoff"]: row for row in story.to_dicts()}
        converted = False
        for place, cutoff in enumerate(cutoffs):
            row = seen.get(cutoff)
            above = row is not None and row[SIZE] is not None and row[SIZE] >= line
            before = seen.get(cutoffs[place - 1]) if place else None
            was_above = before is not None and before[SIZE] is not None and before[SIZE] >= line
            if above and not was_above:
                leads += 1
                counted += place > 0 or len(cutoffs) == 1
            converted |= above and row is not None and row["converted"]
        hits += converted
    days = (cutoffs[-1] - cutoffs[0]).days if len(cutoffs) > 1 else 90
    return {"leads": leads, "conversions": hits, "leads a day": counted / days}


def value_of(threshold: Threshold, measure: str) -> float:
    return float(threshold.expected.filter(pl.col("measure") == measure)["value"][0])


@given(STORIES, st.sampled_from([0.04, 0.1, 0.2, 0.5]))
def test_the_line_is_the_lowest_from_above_whose_leads_fit(stories: Any, capacity: float) -> None:
    if not any(score is not None for story in stories for _, score, _ in {one[0]: one for one in story}.values()):
        return
    report = report_of(stories)
    found = choose_threshold(report, capacity_per_day=capacity)
    lines = sorted({score for score in report.rows[SIZE] if score is not None}, reverse=True)
    fitting = []
    for line in lines:
        if walked(report, line)["leads a day"] > capacity + 1e-9:
            break
        fitting.append(line)
    chosen = [line for line in lines if line >= found.value]
    assert chosen == fitting
    for measure, expected in walked(report, found.value).items():
        assert value_of(found, measure) == pytest.approx(expected), measure


@pytest.fixture(scope="module")
def report() -> Evaluation:
    model = LogModel().fit(simulated(seed=1))
    return evaluate(simulated(seed=2), {"model": model, "rules": "score.fit", "size": SIZE}, resamples=60)


def test_a_capacity_by_hand() -> None:
    """Two come above 3 in the twenty days after the first cutoff, at which one stood there already."""
    stories = [
        [(0, 5.0, False), (1, 5.0, False), (2, 5.0, True)],
        [(0, 1.0, False), (1, 4.0, True)],
        [(2, 3.0, False)],
        [(1, 2.0, False), (2, 2.0, False)],
    ]
    found = choose_threshold(report_of(stories), capacity_per_day=0.1)
    assert (found.value, found.condition) == (3.0, "company.employees >= 3")
    assert found.expected.select("measure", "value").rows() == [
        ("leads", 3.0),
        ("conversions", 2.0),
        ("precision", pytest.approx(2 / 3)),
        ("caught", 1.0),
        ("leads a day", 0.1),
    ]


def test_whoever_comes_back_is_a_lead_again() -> None:
    found = choose_threshold(report_of([[(0, 5.0, False), (1, 1.0, False), (2, 5.0, False)]]), capacity_per_day=1)
    assert (found.value, value_of(found, "leads")) == (1.0, 1)
    high = report_of([[(0, 5.0, False), (1, 1.0, False), (2, 5.0, False)]])
    assert flow_of(high, SIZE).leads(3.0).sum() == 2


def test_with_one_cutoff_the_days_are_those_of_the_horizon() -> None:
    stories = [[(0, float(score), score > 7)] for score in range(1, 10)]
    found = choose_threshold(report_of(stories), capacity_per_day=2 / 90)
    assert (found.value, value_of(found, "precision")) == (8.0, 1.0)
    assert "over its horizon of 90 days" in " ".join(found.notes)


def test_ties_that_do_not_fit_are_no_leads() -> None:
    stories = [[(0, 7.0, False)] for _ in range(20)] + [[(0, 1.0, True)]]
    found = choose_threshold(report_of(stories), capacity_per_day=0.1)
    assert found.value == 8.0
    assert value_of(found, "leads") == 0
    assert found.expected.filter(pl.col("measure") == "precision")["value"].to_list() == [None]
    assert any("nobody is a lead" in note for note in found.notes)


def test_room_for_everybody_is_told() -> None:
    found = choose_threshold(report_of([[(0, 7.0, False)], [(0, 1.0, True)]]), capacity_per_day=50)
    assert found.value == 1.0
    assert any("room for everybody" in note for note in found.notes)


def test_a_value_and_a_cost_say_what_probability_pays(report: Evaluation) -> None:
    found = choose_threshold(report, value=500, cost=100)
    scores = report.rows["model"]
    assert found.condition == "score.model >= 0.2"
    assert value_of(found, "leads") <= (scores >= 0.2).sum()
    leads, hits = value_of(found, "leads"), value_of(found, "conversions within the horizon")
    assert value_of(found, "value") == pytest.approx(500 * hits - 100 * leads)
    flow = flow_of(report, "model")
    mine = flow.leads(found.value)
    assert hits == len(np.unique(flow.contact[mine & flow.converted])) <= value_of(found, "conversions")
    assert value_of(found, "the same by probability") == pytest.approx(flow.score[mine].sum())
    row = found.expected.filter(pl.col("measure") == "value").row(0, named=True)
    assert row["low"] < row["value"] < row["high"]


def test_a_line_that_nobody_reaches_is_told(report: Evaluation) -> None:
    found = choose_threshold(report, value=100, cost=99.9)
    assert found.value == 0.999
    assert value_of(found, "leads") == 0
    assert any("No row reaches the line of 0.999" in note for note in found.notes)


def test_other_lines_are_shown_beside_the_chosen(report: Evaluation) -> None:
    found = choose_threshold(report, capacity_per_day=1.5)
    assert found.lines["chosen"].sum() == 1
    assert found.lines["line"].to_list() == sorted(found.lines["line"], reverse=True)
    for row in found.lines.to_dicts():
        assert row["leads"] == flow_of(report, "model").leads(row["line"]).sum()


def test_the_line_as_text_html_and_data(report: Evaluation) -> None:
    found = choose_threshold(report, capacity_per_day=1.5, scorer="size")
    text = str(found)
    assert text.startswith(f"Lead from {found.condition}\nSince at most 1.5 leads a day.\n")
    assert max(map(len, text.splitlines())) <= 80
    assert "<script" not in found._repr_html_()
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["condition"] == found.condition
    assert parse_condition(found.condition)


@pytest.mark.parametrize(
    ("given_", "codes"),
    [
        ({}, ["bad-argument"]),
        ({"value": 5}, ["bad-argument"]),
        ({"cost": 5}, ["bad-argument"]),
        ({"value": 5, "cost": 1, "capacity_per_day": 3}, ["bad-argument"]),
        ({"capacity_per_day": 0}, ["bad-argument"]),
        ({"capacity_per_day": float("nan")}, ["bad-argument"]),
        ({"value": -5, "cost": True}, ["bad-argument", "bad-argument"]),
        ({"value": 5, "cost": 5}, ["never-pays"]),
        ({"value": 5, "cost": 1, "scorer": "rules"}, ["no-probabilities"]),
    ],
)
def test_what_gives_no_line_is_refused(report: Evaluation, given_: Any, codes: list[str]) -> None:
    with pytest.raises(InputError) as error:
        choose_threshold(report, **given_)
    assert [problem.code for problem in error.value.problems] == codes


def test_other_reasons_to_refuse(report: Evaluation) -> None:
    with pytest.raises(UnknownNameError, match="one of: model, rules, size"):
        choose_threshold(report, capacity_per_day=1, scorer="other")
    with pytest.raises(InputError, match="this is no evaluation"):
        choose_threshold(3, capacity_per_day=1)  # type: ignore[arg-type]
    with pytest.raises(InputError) as error:
        choose_threshold(report_of([[(0, None, True)], [(1, None, False)]]), capacity_per_day=1)
    assert error.value.code == "no-scores"
    rows = simulated(50, 1).rows.with_columns(pl.lit(None).alias("cutoff"))
    undated = evaluate(training_rows(rows, timed=False), SIZE, resamples=20)
    with pytest.raises(InputError) as error:
        choose_threshold(undated, capacity_per_day=1)
    assert error.value.code == "no-days"


NUMBERS = st.integers(0, 10**6).map(lambda whole: whole / 10**6)


@given(NUMBERS, NUMBERS)
def test_the_shortest_number_divides_the_same_scores(one: float, other: float) -> None:
    below, line = min(one, other), max(one, other)
    if below < line:
        found = short_between(below, line)
        assert below < found <= line
        assert len(repr(found)) <= len(repr(line)) + 2
        assert np.isfinite(found)
