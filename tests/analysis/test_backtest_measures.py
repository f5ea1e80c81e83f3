"""Rates, precision, recall, lift and ranking, held to libraries, to brute force and to simulated truth."""

from __future__ import annotations

import itertools
import math
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.people import day

from leadqual.analysis.backtests.measures import at_capacity, banded, caught, conversion, ranking
from leadqual.analysis.backtests.shares import shares

Row = tuple[str, datetime, bool, float | None]
SCHEMA = {"contact_id": pl.String, "cutoff": pl.Datetime("us", "UTC"), "converted": pl.Boolean, "value": pl.Float64}


def table(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def one_cutoff(values: list[float | None], converted: list[bool]) -> pl.DataFrame:
    return table(
        [(f"c-{number}", day(1), *pair[::-1]) for number, pair in enumerate(zip(values, converted, strict=True))]
    )


def pooled(frame: pl.DataFrame) -> dict[str, Any]:
    return frame.filter(pl.col("cutoff").is_null()).row(0, named=True)


VALUES = st.one_of(st.none(), st.integers(0, 4).map(float))
ROWS = st.lists(st.tuples(VALUES, st.booleans()), min_size=1, max_size=30)


@given(st.integers(1, 60), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_with_one_row_a_contact_it_is_wilsons_interval(number: int, data: st.DataObject, confidence: float) -> None:
    hits = data.draw(st.integers(0, number))
    rows = one_cutoff([1.0] * number, [place < hits for place in range(number)])
    expected = stats.binomtest(hits, number).proportion_ci(confidence, method="wilson")
    found = conversion(rows, (), confidence).filter(pl.col("cutoff").is_not_null()).row(0, named=True)
    assert (found["rate"], found["contacts"], found["converted"]) == (hits / number, number, hits)
    assert (found["rate_low"], found["rate_high"]) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_contact_that_stands_there_twice_is_one_contact() -> None:
    """Every row given twice, under a second cutoff, tells nothing new: the interval stays nearly as wide."""
    rows = one_cutoff([1.0] * 40, [place < 10 for place in range(40)])
    twice = pl.concat([rows, rows.with_columns(pl.lit(day(31)).alias("cutoff").cast(SCHEMA["cutoff"]))])
    once = pooled(conversion(rows, (), 0.95))
    found = pooled(conversion(twice, (), 0.95))
    assert found["contacts"] == 80
    width = (found["rate_high"] - found["rate_low"]) / (once["rate_high"] - once["rate_low"])
    assert width == pytest.approx(1, abs=0.02)


def test_where_all_or_none_converted_a_contact_counts_once() -> None:
    rows = pl.concat([one_cutoff([1.0] * 20, [False] * 20)] * 3)
    found = pooled(conversion(rows, (), 0.95))
    low, high = stats.binomtest(0, 20).proportion_ci(0.95, method="wilson")
    assert (found["rate_low"], found["rate_high"]) == pytest.approx((low, high), abs=1e-12)


def test_a_share_of_nothing_is_missing() -> None:
    found = shares(one_cutoff([1.0], [True]), ["cutoff"], pl.lit(0.0), pl.lit(0.0), "x", 0.95).row(0)
    assert found[1:] == (0.0, 0.0, None, None, None)


@given(ROWS, st.integers(1, 12))
def test_ties_at_the_edge_are_what_drawing_lots_gives_on_average(rows: list[tuple[Any, bool]], room: int) -> None:
    values, converted = [value for value, _ in rows], [came for _, came in rows]
    ranked = sorted(zip(values, converted, strict=True), key=lambda one: -math.inf if one[0] is None else one[0])[::-1]
    hits, left = 0.0, min(room, len(ranked))
    for _, group in itertools.groupby(ranked, key=lambda one: one[0]):
        members = [came for _, came in group]
        part = min(left, len(members))
        hits += sum(members) * part / len(members)
        left -= part
    found = pooled(at_capacity(one_cutoff(values, converted), room, 0.95))
    assert found["contacts"] == pytest.approx(min(room, len(rows)))
    assert found["hits"] == pytest.approx(hits)
    if sum(converted):
        assert found["recall"] == pytest.approx(hits / sum(converted))
        base = sum(converted) / len(rows)
        assert found["lift"] == pytest.approx(found["precision"] / base)
    else:
        assert found["recall"] is None
        assert found["lift"] is None


def test_the_order_of_rows_says_nothing() -> None:
    rows = one_cutoff([3.0, 1.0, 1.0, 1.0, None, 0.0], [False, True, False, False, True, False])
    tables = [
        at_capacity(one, 2, 0.95) for one in (rows, rows.reverse(), rows.sample(fraction=1, shuffle=True, seed=1))
    ]
    assert len({pooled(one)["hits"] for one in tables}) == 1
    assert pooled(tables[0])["hits"] == pytest.approx(1 / 3)
    assert pooled(tables[0])["tied"] == 3


def test_a_share_of_the_contacts_is_rounded_up_for_each_cutoff() -> None:
    rows = table(
        [(f"c-{n}", day(when), n == 0, float(n)) for when, number in ((1, 30), (31, 11)) for n in range(number)]
    )
    found = at_capacity(rows, 0.1, 0.95)
    assert sorted(found["contacts"].to_list()) == [2, 3, 5]  # 0.1 * 30 is a little more than 3 to a float


@given(ROWS)
def test_the_area_is_the_share_of_pairs_that_are_told_apart(rows: list[tuple[Any, bool]]) -> None:
    values = [-math.inf if value is None else value for value, _ in rows]
    yes = [value for value, (_, came) in zip(values, rows, strict=True) if came]
    no = [value for value, (_, came) in zip(values, rows, strict=True) if not came]
    found = ranking(one_cutoff([value for value, _ in rows], [came for _, came in rows]), 0.95)
    if not yes or not no:
        assert found.is_empty()
        return
    won = sum((one > other) + (one == other) / 2 for one in yes for other in no)
    assert pooled(found)["auc"] == pytest.approx(won / len(yes) / len(no))


def test_the_area_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(3)
    converted = draw.random(300) < 0.2
    values = np.round(draw.normal(size=300) + converted, 1)
    found = pooled(ranking(one_cutoff(values.tolist(), converted.tolist()), 0.95))
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(converted, values))


def test_areas_of_several_cutoffs_compare_within_each_alone() -> None:
    first = [("a", day(1), True, 1.0), ("b", day(1), False, 0.0)]
    second = [("c", day(31), True, 9.0), ("d", day(31), False, 10.0), ("e", day(31), False, 8.0)]
    assert pooled(ranking(table(first + second), 0.95))["auc"] == pytest.approx(2 / 3)


def simulated(draw: np.random.Generator, people: int, cutoffs: int) -> pl.DataFrame:
    """Return rows in which need lasts, so that rows of a contact resemble each other, and so do their outcomes."""
    need = draw.normal(size=people)
    rows: list[Row] = []
    came = draw.random(people) < 1 / (1 + np.exp(2.2 - need))
    for cutoff in range(cutoffs):
        came = came & ((draw.random(people) < 0.7) | (cutoff == 0))  # an order follows several cutoffs, then no more
        value = np.round(need + draw.normal(size=people), 1)
        rows += [(f"c-{n}", day(30 * cutoff), bool(came[n]), float(value[n])) for n in range(people)]
    return table(rows)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Over 150 simulated samples with several rows a contact; the truth is taken from a very large one."""
    draw = np.random.default_rng(11)

    def figures(rows: pl.DataFrame) -> dict[str, tuple[float, float, float]]:
        best, area = pooled(at_capacity(rows, 0.1, 0.95)), pooled(ranking(rows, 0.95))
        found = {
            name: (best[name], best[f"{name}_low"], best[f"{name}_high"]) for name in ("precision", "recall", "lift")
        }
        rate = pooled(conversion(rows, (), 0.95))
        found["rate"] = (rate["rate"], rate["rate_low"], rate["rate_high"])
        return {**found, "auc": (area["auc"], area["auc_low"], area["auc_high"])}

    truth = {name: value for name, (value, _, _) in figures(simulated(draw, 60_000, 3)).items()}
    samples = [figures(simulated(draw, 400, 3)) for _ in range(150)]
    for name, true in truth.items():
        held = np.mean([low <= true <= high for _, low, high in (sample[name] for sample in samples)])
        assert 0.89 <= held <= 0.995, (name, held)


@given(st.lists(VALUES, min_size=1, max_size=40), st.integers(2, 10))
def test_bands_part_no_equal_values_and_lose_nobody(values: list[float | None], number: int) -> None:
    found = banded(pl.Series("value", values, dtype=pl.Float64), number).with_columns(
        pl.Series("value", values, pl.Float64)
    )
    known = found.filter(pl.col("value").is_not_null())
    assert found.filter(pl.col("value").is_null())["band"].null_count() == len(values) - len(known)
    assert known["band"].null_count() == 0
    assert known.group_by("value").agg(pl.col("band").n_unique())["band"].to_list() == [1] * known["value"].n_unique()
    inside = (pl.col("value") >= pl.col("from")) & (pl.col("below").is_null() | (pl.col("value") < pl.col("below")))
    assert known.filter(~inside).is_empty()
    assert known["band"].n_unique() <= number


def test_bands_that_are_given_have_one_below_the_first() -> None:
    found = banded(pl.Series("value", [0.0, 19.99, 20.0, 60.0, None]), (20.0, 60.0))
    assert found.rows() == [(0, None, 20.0), (0, None, 20.0), (1, 20.0, 60.0), (2, 60.0, None), (None, None, None)]


def test_a_value_that_says_nothing_has_no_lift_however_cutoffs_differ() -> None:
    rows = [(f"a-{n}", day(1), n < 5, 1.0) for n in range(10)] + [(f"b-{n}", day(31), n < 5, 1.0) for n in range(90)]
    for capacity in (5, 0.1):
        assert at_capacity(table(rows), capacity, 0.95)["lift"].to_list() == pytest.approx([1, 1, 1])
    of_the_first = conversion(
        table(rows).with_columns(first=pl.col("contact_id").str.starts_with("a")), ["first"], 0.95
    )
    assert of_the_first["lift"].to_list() == pytest.approx([1] * 4)


def test_what_is_flagged_is_counted() -> None:
    rows = one_cutoff([1.0, 1.0, 0.0, 0.0], [True, False, True, False])
    found = pooled(caught(rows, pl.col("value") > 0, 0.95))
    assert [found[name] for name in ("contacts", "hits", "precision", "recall", "lift")] == [2, 1, 0.5, 0.5, 1]
    nobody = pooled(caught(rows, pl.col("value") > 5, 0.95))
    assert (nobody["contacts"], nobody["precision"], nobody["recall"], nobody["lift"]) == (0, None, 0, None)
