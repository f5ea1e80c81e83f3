"""The sections that tell of moves: the funnel, the flow, the time in stages, and what changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from support.grounds import BEGINS_LAST, NO_GOAL, ONLY_STAGES, check, day, demo, figure, happened, sales

from leadqual import frames, policies
from leadqual.model.time import Duration
from leadqual.report.asked import earlier
from leadqual.report.ground import Ground
from leadqual.report.sections import changes, flow, funnel, waiting


def test_the_funnel_tells_the_numbers_of_the_analysis() -> None:
    ground = sales()
    report = ground.funnel
    assert report is not None
    section = funnel.section(ground)
    stages = figure(section, "stages").table
    assert stages["stand_now"].to_list() == report.counts()["contacts"].to_list()
    assert stages["stand_now"].sum() == report.contacts
    assert stages["entered"][0] == report.contacts
    steps = figure(section, "conversion").table
    pairs = steps.select("source", "target").rows()
    assert pairs == [("lead", "mql"), ("mql", "sql"), ("sql", "prospect"), ("prospect", "customer")]
    told = report.conversion.join(steps.select("source", "target"), on=["source", "target"], maintain_order="right")
    assert steps["went_on"].to_list() == told["eventually"].to_list()
    assert steps["share"].to_list() == told["share"].to_list()
    buyers, visitors = report.rate.select("buyers", "visitors").row(0)
    assert section.says[1].startswith(f"{buyers:,} of {visitors:,} contacts (")


def test_sentences_of_a_small_funnel_are_true() -> None:
    people = pl.DataFrame({"contact_id": [f"c-{number}" for number in range(5)]})
    rows = [(f"c-{number}", "page_viewed", day(1)) for number in range(4)]
    events = happened(*rows, ("c-0", "purchase", day(11)), ("c-1", "purchase", day(21)))
    ground = Ground.of(ONLY_STAGES, people, events, at=day(30), horizon="15d", check="columns")
    says = funnel.section(ground).says
    assert says[0] == (
        "4 contacts came into the funnel up to 30 October 2026, the first of them on 1 October 2026. Nothing had"
        " happened yet with 1 more; they are counted nowhere."
    )
    assert says[1].startswith("2 of 4 contacts (50 %; 95 % interval 15 % to 85 %) came to won so far")
    # One took 10 days, another 20; the others still wait.
    assert says[2] == (
        "Of 4 contacts that entered lead, 2 (50 %) came to won so far."  # of two no half is told
    )
    assert says[3] == "Of 4 contacts that began up to 1 October 2026, 1 (25 %) came to won within 15 days."


def test_cohorts_leave_out_those_whose_time_is_not_over() -> None:
    ground = sales()
    cohorts = figure(funnel.section(ground), "cohorts").table
    ends = cohorts["cohort"].dt.offset_by("1mo") + timedelta(days=90)
    assert (ends <= ground.at).all()
    assert (cohorts["cohort"] >= ground.asked.since).all()
    people, events, _ = demo()
    first = cohorts.filter(pl.col("stage") == "mql").row(0, named=True)
    moved = frames.replay(policies.sales(), people, events, until=ground.at)
    report = ground.funnel
    assert report is not None
    began = report.spells.people.filter(
        pl.col("began") >= first["cohort"], pl.col("began") < cohorts["cohort"].dt.offset_by("1mo")[0]
    )
    came = moved.filter(pl.col("target") == "mql").join(began, on="contact_id")
    in_time = came.filter(pl.col("at") - pl.col("began") < timedelta(days=90))["contact_id"].n_unique()
    assert (first["contacts"], first["reached"]) == (began.height, in_time)


def test_without_a_goal_every_stage_is_compared_with_the_first() -> None:
    people, events, at = demo()
    section = funnel.section(Ground.of(NO_GOAL, people, events, at=at))
    check(section)
    assert figure(section, "conversion").table["source"].unique().to_list() == ["cold"]
    assert any("No stage tells who had the outcome" in note for note in section.notes)


def test_where_contacts_begin_at_the_last_stage_the_others_are_told_of() -> None:
    people, events, at = demo(60)
    out = people.select("contact_id", interaction_id=pl.concat_str(pl.lit("out-"), "contact_id"),
                        kind=pl.lit("disqualified"), occurred_at=pl.lit(at - timedelta(days=9)))  # fmt: skip
    both = pl.concat([events.select("contact_id", "interaction_id", "kind", "occurred_at"), out])
    ground = Ground.of(BEGINS_LAST, people.select("contact_id"), both, at=at, check="columns")
    section = funnel.section(ground)
    check(section)
    assert "came to gone within 90 days" in figure(section, "cohorts").says


def test_the_last_of_those_who_stood_somewhere_are_those_of_the_standings() -> None:
    ground = sales()
    section = flow.section(ground)
    standing = figure(section, "standing").table
    now = ground.standings.filter(pl.col("entered_at").is_not_null())["stage"].value_counts()
    assert dict(now.iter_rows()) == _counts(standing.tail(1))
    then = ground.stood_at(ground.asked.since)["stage"].value_counts()
    assert dict(then.iter_rows()) == _counts(standing.head(1))
    assert (standing["at"][0], standing["at"][-1]) == (ground.asked.since, ground.at)


def _counts(row: pl.DataFrame) -> dict[str, int]:
    (counts,) = row.drop("at").to_dicts()
    return {stage: number for stage, number in counts.items() if number}


def test_moves_since_the_beginning_are_all_flows() -> None:
    ground = sales()
    report = ground.funnel
    assert report is not None
    assert_frame_equal(flow.moves_since(ground, datetime(2000, 1, 1, tzinfo=UTC)), report.flows)
    moves = figure(flow.section(ground), "moves").table
    assert moves["moves"].sum() == ground.moves.filter(pl.col("at") > ground.asked.since).height


@pytest.mark.parametrize(
    ("since", "most"),
    [("2026-11-20", 4), ("2026-10-20", 36), ("2026-01-01", 50), ("2022-01-01", 70), ("1900-01-01", 150)],
)
def test_however_long_the_time_there_are_few_points(since: str, most: int) -> None:
    people, events, at = demo()
    begin = datetime.fromisoformat(since).replace(tzinfo=UTC)
    ground = Ground.of(policies.minimal(), people, events, at=at, since=begin, time_zone="Asia/Jakarta")
    points = figure(flow.section(ground), "standing").table.height
    assert 2 <= points <= most


@settings(max_examples=6)
@given(days=st.integers(0, 400), period=st.sampled_from(["1d", "36h", "7d", "30d"]))
def test_those_then_who_came_and_left_are_those_now(days: int, period: str) -> None:
    report = sales().funnel
    assert report is not None
    at = sales().at - timedelta(days=days)
    before = earlier(at, Duration.parse(period), sales().zone)
    table = changes.stage_changes(report, before, at)
    assert (table["then"] + table["came"] - table["left"] == table["now"]).all()
    for column, instant in (("then", before), ("now", at)):
        stood = dict(sales().stood_at(instant)["stage"].value_counts().iter_rows())
        assert dict(zip(table["stage"], table[column], strict=True)) == {
            stage: stood.get(stage, 0) for stage in report.stages
        }


def test_what_changed_is_told_with_the_time_before() -> None:
    people = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-3"]})
    events = happened(
        ("c-1", "page_viewed", day(1)), ("c-2", "page_viewed", day(10)), ("c-3", "page_viewed", day(16)),
        ("c-1", "purchase", day(15)),
    )  # fmt: skip
    ground = Ground.of(ONLY_STAGES, people, events, at=day(20), check="columns", time_zone="Asia/Jakarta")
    section = changes.section(ground)
    assert section.title == "What changed in the last 7 days"
    assert section.says == (
        "From 13 October 2026, 19:00 WIB to 20 October 2026, 19:00 WIB:"
        " 1 new contact (as many as in the 7 days before).",
        "There was 1 move: lead → won (1).",
        "1 contact came to won for the first time (0 in the 7 days before).",
    )
    assert figure(section, "then_and_now").table.rows() == [("lead", 2, 1, 1, 2, 0), ("won", 0, 1, 0, 1, 1)]


def test_a_week_over_a_change_of_clocks_begins_at_the_same_time_of_day() -> None:
    people, events, _ = demo(60)
    at = datetime(2026, 11, 4, 14, tzinfo=UTC)
    ground = Ground.of(policies.minimal(), people, events, at=at, time_zone="America/New_York")
    assert changes.section(ground).says[0].startswith("From 28 October 2026, 09:00 EDT to 4 November 2026, 09:00 EST")


def test_time_in_a_stage_counts_those_who_still_wait() -> None:
    people = pl.DataFrame({"contact_id": [f"c-{number}" for number in range(6)]})
    rows = [(f"c-{number}", "page_viewed", day(1)) for number in range(6)]
    events = happened(*rows, ("c-0", "purchase", day(3)), ("c-1", "purchase", day(5)), ("c-2", "purchase", day(9)))
    ground = Ground.of(ONLY_STAGES, people, events, at=day(30), check="columns")
    report = ground.funnel
    assert report is not None
    lead = waiting.stage_times(report).row(0, named=True)
    assert (lead["spells"], lead["ended"], lead["waiting"]) == (6, 3, 3)
    # Of the three that left, half took 4 days; of all six, half had left after 8, and three quarters never.
    assert (lead["p25"], lead["p50"], lead["p75"]) == (4.0, 8.0, None)
    section = waiting.section(ground)
    assert section.says[0] == "How long they stay at lead: too few have left it to tell (3)."
    assert not any(one.name == "time_in_stage" for one in section.figures)


def test_halves_are_told_of_ten_and_more() -> None:
    people = pl.DataFrame({"contact_id": [f"c-{number}" for number in range(12)]})
    rows = [(f"c-{number}", "page_viewed", day(1)) for number in range(12)]
    bought = [(f"c-{number}", "purchase", day(2 + number)) for number in range(10)]
    ground = Ground.of(ONLY_STAGES, people, happened(*rows, *bought), at=day(30), check="columns")
    section = waiting.section(ground)
    assert section.says[0] == "Half of those who come to lead leave it again within 6 days."
    assert figure(section, "time_in_stage").chart.categories == ["lead (10 left)"]  # type: ignore[union-attr]
    assert any("half of those that go there straight" in text for text in funnel.section(ground).says)


def test_stages_that_are_skipped_are_told() -> None:
    notes = funnel.section(sales()).notes
    leaps = sales().moves.filter(pl.col("source") == "lead", pl.col("target") == "customer")["contact_id"].n_unique()
    assert any(note.startswith("Some skip stages") and f"lead → customer ({leaps})" in note for note in notes)
    people, events, at = demo(60)
    alone = Ground.of(ONLY_STAGES, people.select("contact_id"), events, at=at, check="columns")
    assert not any("skip" in note for note in funnel.section(alone).notes)


def test_where_nobody_moved_no_empty_chart_stands() -> None:
    people = pl.DataFrame({"contact_id": ["c-1"]})
    ground = Ground.of(ONLY_STAGES, people, happened(("c-1", "page_viewed", day(1))), at=day(25), check="columns")
    assert [one.name for one in changes.section(ground).figures] == ["then_and_now"]


def test_who_waits_too_long_stands_before_the_goal_and_longer_than_usual() -> None:
    ground = sales()
    report = ground.funnel
    assert report is not None
    section = waiting.section(ground)
    late = figure(section, "waiting_longest").table
    assert (late["days"] >= 2 * late["usual"]).all()
    assert set(late["stage"]) <= {"mql", "sql", "prospect"}
    overdue = report.standing.filter(pl.col("overdue"), pl.col("stage").is_in(["mql", "sql", "prospect"]))
    much = overdue.filter(pl.col("days") >= 2 * pl.col("usual"))
    times = waiting.stage_times(report)
    known = times.filter(pl.col("ended") >= 10)["stage"].to_list()
    assert 0 < late.height == min(10, much.filter(pl.col("stage").is_in(known)).height)
    ageing = figure(section, "ageing").table
    assert ageing["contacts"].sum() == report.contacts
    bands = [name for name in ageing.columns if name.endswith(("week", "days", "longer")) and "_" not in name]
    assert ageing.select(pl.sum_horizontal(bands)).to_series().to_list() == ageing["contacts"].to_list()
