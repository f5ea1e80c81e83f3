"""A funnel report says what counting by hand says, whatever happened."""

from __future__ import annotations

import json
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import few
from support.funnels import STAGES, day, kaplan_meier, left_by, lives, moves_of, standings_of, stays_of

from leadqual.analysis.funnels.report import funnel

END = 45
PAIRS = [(one, other) for one in STAGES for other in STAGES if one != other]


def report_of(happened, **options):
    options.setdefault("stages", STAGES)
    return funnel(moves_of(happened), standings_of(happened, END), **options)


def everything(happened):
    return [(contact, *stay) for contact, visits in happened.items() if visits for stay in stays_of(visits, END)]


@given(lives(), st.lists(st.integers(0, 90), min_size=1, max_size=4))
def test_who_stands_where_at_any_time(happened, halves):
    times = [half / 2 for half in halves]
    table = report_of(happened).counts([day(time) for time in times])
    found = table["contacts"].to_list()
    wanted = [
        sum(
            where == stage and since <= time and (end is None or time < end)
            for _, where, since, end in everything(happened)
        )
        for time in times
        for stage in STAGES
    ]
    assert found == wanted


@given(
    lives(),
    st.sampled_from(["1d", "3d", "1w", "1mo", "1q"]),
    st.sampled_from(["UTC", "Asia/Jakarta", "America/Santiago"]),
)
def test_arrivals_and_departures_account_for_every_change(happened, every, zone):
    table = report_of(happened, time_zone=zone).occupancy(every)
    stays = everything(happened)
    for stage in STAGES:
        rows = table.filter(pl.col("stage") == stage)
        balance = (rows["arrivals"] - rows["departures"]).cum_sum().to_list()
        assert rows["contacts"].to_list() == balance
        assert rows["arrivals"].sum() == sum(where == stage for _, where, _, _ in stays)
        assert rows["departures"].sum() == sum(where == stage and end is not None for _, where, _, end in stays)
    assert table["contacts"].tail(len(STAGES)).to_list() == report_of(happened).counts()["contacts"].to_list()
    assert table["complete"].to_list()[: -len(STAGES)] == [True] * (len(table) - len(STAGES))


@given(lives())
def test_conversion_is_counted_by_contacts(happened):
    table = report_of(happened).conversion.rows_by_key(["source", "target"], named=True, unique=True)
    paths = [[stage for stage, _ in visits] for visits in happened.values() if visits]
    for source, target in PAIRS:
        row = table[source, target]
        entered = [path for path in paths if source in path]
        assert row["entered"] == len(entered)
        assert row["eventually"] == sum(target in path[path.index(source) :] for path in entered)
        assert row["directly"] == sum((source, target) in pairwise(path) for path in entered)
        assert row["waiting"] == sum(path[-1] == source for path in entered)
        if entered:
            assert 0 <= row["low"] <= row["share"] <= row["high"] <= 1
        else:
            assert (row["share"], row["low"], row["high"], row["direct_share"]) == (None, None, None, None)


@given(lives())
def test_flows_and_the_rate(happened):
    report = report_of(happened)
    steps = [(*pair, contact) for contact, visits in happened.items() for pair in pairwise(s for s, _ in visits)]
    wanted = {pair: (sum(s[:2] == pair for s in steps), len({s[2] for s in steps if s[:2] == pair})) for pair in PAIRS}
    assert {row[:2]: row[2:] for row in report.flows.iter_rows()} == {pair: n for pair, n in wanted.items() if n[0]}
    began = [visits for visits in happened.values() if visits]
    bought = sum(any(stage == "customer" for stage, _ in visits) for visits in began)
    assert report.rate.select("visitors", "buyers").row(0) == (len(began), bought)
    assert (report.contacts, report.not_appeared) == (len(began), len(happened) - len(began))


@given(lives())
def test_time_in_stage_counts_those_who_wait_as_waiting(happened):
    report = report_of(happened)
    table = report.time_in_stage((0.25, 0.5, 0.9)).rows_by_key(["stage", "quantile"], named=True, unique=True)
    for stage in STAGES:
        stays = [(END - since if end is None else end - since, end is not None)
                 for _, where, since, end in everything(happened) if where == stage]  # fmt: skip
        curve = kaplan_meier(stays)
        drawn = report.curve(stage)
        assert drawn["staying"].to_list() == pytest.approx([share for _, share, _ in curve])
        assert drawn["enough"].to_list() == [enough for _, _, enough in curve]
        if not stays:
            assert (stage, 0.5) not in table
            assert table[stage, None]["spells"] == 0
            continue
        for quantile in (0.25, 0.5, 0.9):
            row = table[stage, quantile]
            assert row["days"] == left_by(stays, quantile)
            assert row["spells"] == len(stays) == row["ended"] + row["waiting"]
            assert row["passed"] == stays.count((0, True))
            if row["days"] is not None and row["low"] is not None:
                assert row["low"] <= row["days"]
            if row["high"] is not None:
                assert row["days"] <= row["high"]


@given(lives())
def test_ways_out_share_what_has_left(happened):
    report = report_of(happened)
    for stage in STAGES:
        ways = report.next_stages.filter(pl.col("stage") == stage)
        if len(ways):
            within = ways["within"][0]
            staying = report.curve(stage).filter(pl.col("days") <= within)["staying"][-1]
            assert ways["share"].sum() == pytest.approx(1 - staying)
            assert ways.filter(pl.col("share") > 0)["median_days"].is_not_null().all()


@given(lives())
def test_velocity_and_cohorts_count_from_the_beginning(happened):
    report = report_of(happened)
    began = {contact: visits[0][1] for contact, visits in happened.items() if visits}
    cohorts = report.cohorts("1w", ("5d", "20d"))
    speed = {row["stage"]: row for row in report.velocity((0.5,)).iter_rows(named=True)}
    for stage in STAGES[1:]:
        first = {contact: next((when for where, when in visits if where == stage), None)
                 for contact, visits in happened.items() if visits}  # fmt: skip
        waits = [
            (END - began[one] if when is None else when - began[one], when is not None) for one, when in first.items()
        ]
        if waits:
            assert speed[stage]["contacts"] == len(waits)
            assert speed[stage]["reached"] == sum(ended for _, ended in waits)
            assert speed[stage]["days"] == left_by(waits, 0.5)
        for days in (5, 20):
            rows = cohorts.filter(pl.col("stage") == stage, pl.col("within") == f"{days}d")
            assert rows["contacts"].sum() == len(began)
            known = rows.filter("known")["reached"].sum()
            if rows["known"].all():
                assert known == sum(when is not None and when - began[one] < days for one, when in first.items())
            assert rows.filter(~pl.col("known"))["reached"].null_count() == rows.filter(~pl.col("known")).height


@given(lives())
def test_standing_and_ageing_agree_with_the_counts(happened):
    report = report_of(happened)
    ages = report.ageing(("2d", "10d"))
    assert ages["contacts"].to_list() == report.counts()["contacts"].to_list()
    assert (ages["<2d"] + ages["2d-10d"] + ages[">=10d"]).to_list() == ages["contacts"].to_list()
    overdue = report.standing.filter("overdue").group_by("stage").len()
    assert dict(overdue.iter_rows()) == {s: n for s, n in ages.select("stage", "overdue").iter_rows() if n}


@few(6)  # each makes two whole reports
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(happened, random):
    moves, standings = moves_of(happened), standings_of(happened, END)
    mixed = [frame[random.sample(range(len(frame)), len(frame))] for frame in (moves, standings)]
    one, other = (funnel(*frames, stages=STAGES) for frames in ((moves, standings), mixed))
    assert one.to_dict() == other.to_dict()
    assert one.explain() == other.explain()


@few(6)  # each makes two whole reports
@given(lives())
def test_groups_sum_to_the_whole(happened):
    contacts = pl.DataFrame(
        {"contact_id": [*happened], "source": [("ad", None, "fair")[n % 3] for n in range(len(happened))]}
    )
    report = report_of(happened, contacts=contacts, by="source")
    whole = report_of(happened)
    assert report.overall.to_dict() == whole.to_dict()
    assert report.counts().height == len(report.spells.groups) * len(STAGES)
    if not whole.contacts:
        return
    for table, keys, column in (
        ("counts", ["at", "stage"], "contacts"), ("flows", ["source", "target"], "moves"),
        ("conversion", ["source", "target"], "eventually"), ("next_stages", ["stage", "target"], "left"),
        ("occupancy", ["period", "stage"], "arrivals"),
    ):  # fmt: skip
        made = [getattr(one, table) for one in (report, whole)]
        parts, total = (one() if callable(one) else one for one in made)
        summed = parts.group_by(keys, maintain_order=True).agg(pl.col(column).sum()).sort(keys)
        assert summed.rows() == total.select(*keys, column).sort(keys).rows()


@few(8)  # a report in all its forms
@given(lives())
def test_everything_can_be_written_as_json_and_read_by_people(happened):
    report = report_of(happened)
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False))["contacts"] == report.contacts
    assert max(map(len, report.explain().split("\n"))) <= 100
    assert report._repr_html_().count("<table") == report._repr_html_().count("</table>")
