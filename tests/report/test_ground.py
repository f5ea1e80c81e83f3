"""The ground of a report: what is asked, both tables, one replay, and where everybody stood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from support.grounds import NO_GOAL, ONE_STAGE, ONLY_SCORES, ONLY_STAGES, SELLING, day, demo, happened, sales

from leadqual import frames, policies
from leadqual.errors import InputError, LeadqualError
from leadqual.model.time import Duration
from leadqual.report import ground as grounds
from leadqual.report.asked import a_year_before, asked, earlier
from leadqual.report.ground import Ground
from leadqual.report.reaching import Reach
from leadqual.report.sections.listed import SECTIONS

AT = datetime(2026, 11, 22, tzinfo=UTC)
STOOD = ("contact_id", "stage")


def test_everything_that_is_wrong_with_the_arguments_is_told_at_once() -> None:
    with pytest.raises(LeadqualError) as raised:
        asked(
            policies.sales(), at=AT.replace(tzinfo=None), period="soon", time_zone="Asia/Jakata", outcome="buy",
            horizon="x", score="intend", best=-1, reach={"purpose": "telemarketing", "chanel": "voice"},
        )  # fmt: skip
    codes = [problem.code for problem in raised.value.problems]
    assert codes == [
        "naive-datetime", "bad-duration", "bad-time-zone", "unknown-kind", "bad-duration", "unknown-score",
        "bad-argument", "bad-argument", "missing-argument",
    ]  # fmt: skip
    assert "'channel'" in str(raised.value.problems[-2].hint)


def test_what_is_no_policy_is_told() -> None:
    with pytest.raises(InputError, match="this is no policy"):
        asked("sales", at=AT)


def test_what_the_law_cannot_be_asked_is_told_before_anything_is_read() -> None:
    with pytest.raises(LeadqualError) as raised:
        Ground.of(policies.sales(), None, None, at=AT, reach={"purpose": "selling", "channel": "pigeon"})
    assert len(raised.value.problems) == 2


def test_the_beginning_lies_before_the_end() -> None:
    with pytest.raises(InputError, match="the beginning comes after the end"):
        asked(policies.sales(), at=AT, since=AT)


@pytest.mark.parametrize("given", [7, "voice", None])
def test_what_says_nothing_of_permission_is_told(given: Any) -> None:
    with pytest.raises(InputError, match="what is to be asked of the law"):
        Reach.of(given)


def test_a_week_is_the_same_time_of_day_over_a_change_of_clocks() -> None:
    zone = ZoneInfo("America/New_York")
    after = datetime(2026, 11, 3, 9, tzinfo=zone)
    week = earlier(after, Duration.parse("7d"), zone)
    assert week.astimezone(zone).replace(tzinfo=None) == datetime(2026, 10, 27, 9)
    assert after - week == timedelta(days=7, hours=1)
    assert after - earlier(after, Duration.parse("36h"), zone) == timedelta(hours=36)


def test_a_year_before_the_29th_of_february_is_the_28th() -> None:
    zone = ZoneInfo("Asia/Jakarta")
    assert a_year_before(datetime(2028, 2, 29, 8, tzinfo=zone), zone) == datetime(2027, 2, 28, 8, tzinfo=zone)


def test_moves_and_standings_are_those_of_the_tables() -> None:
    people, events, at = demo()
    ground = sales()
    assert_frame_equal(ground.moves, frames.replay(policies.sales(), people, events, until=at))
    assert_frame_equal(ground.standings, frames.standings(policies.sales(), people, events, at=at))


def test_a_report_replays_once_and_scores_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    people, events, at = demo(60)
    done: list[str] = []

    def counted(name: str, run: Any) -> Any:
        return lambda *given, **options: (done.append(name), run(*given, **options))[1]

    monkeypatch.setattr(grounds, "replayed", counted("replay", grounds.replayed))
    for name in ("replay", "standings", "score"):
        monkeypatch.setattr(frames, name, counted(name, getattr(frames, name)))
    ground = Ground.of(policies.sales(), people, events, at=at, reach=SELLING)
    assert [section(ground).name for section in SECTIONS]
    assert sorted(done) == ["replay", "score", "score"]


@pytest.mark.parametrize("days", [0, 1, 30, 200, 364, 800])
def test_where_everybody_stood_is_where_a_replay_to_that_day_puts_them(days: int) -> None:
    people, events, at = demo()
    then = at - timedelta(days=days)
    stood = frames.standings(policies.sales(), people, events, at=then)
    right = stood.filter(pl.col("entered_at").is_not_null()).select(STOOD)
    assert_frame_equal(sales().stood_at(then), right, check_row_order=False)


@pytest.mark.parametrize("library", ["pandas", "pyarrow", "lazy"])
def test_tables_of_every_library_give_the_same(library: str) -> None:
    people, events, at = demo(60)
    tables = {
        "pandas": lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
        "pyarrow": lambda frame: frame.to_arrow(),
        "lazy": lambda frame: frame.lazy(),
    }
    ground = Ground.of(policies.sales(), *map(tables[library], (people, events)), at=at)
    assert_frame_equal(ground.moves, sales(60).moves)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_files_give_the_same(ending: str, tmp_path: Path) -> None:
    people, events, at = demo(60)
    paths = tmp_path / f"contacts.{ending}", tmp_path / f"interactions.{ending}"
    for frame, path in zip((people, events), paths, strict=True):
        frames.write(frame, path)
    ground = Ground.of(policies.sales(), str(paths[0]), paths[1], at=at)
    assert_frame_equal(ground.moves, sales(60).moves)


def test_what_is_wrong_with_two_files_is_told_of_both(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        Ground.of(policies.sales(), tmp_path / "a.csv", tmp_path / "b.csv", at=AT)
    assert [problem.code for problem in raised.value.problems] == ["unreadable-file"] * 2


def test_what_happens_later_is_not_seen_and_what_is_said_twice_counts_once() -> None:
    people = pl.DataFrame({"contact_id": ["c-1"]})
    events = happened(("c-1", "demo_requested", day(2)), ("c-1", "demo_requested", day(20)))
    ground = Ground.of(NO_GOAL, people, pl.concat([events, events]), at=day(10))
    assert ground.interactions["occurred_at"].to_list() == [day(2)]
    assert ground.moves["at"].to_list() == [day(2)]


def test_wrong_rows_are_told_before_the_replay() -> None:
    people = pl.DataFrame({"contact_id": ["c-1", "c-1"]})
    with pytest.raises(InputError) as raised:
        Ground.of(ONLY_STAGES, people, happened(("c-2", "purchase", day(2))), at=day(10))
    assert {problem.code for problem in raised.value.problems} >= {"duplicate-id", "unknown-contact"}


def test_a_column_that_may_hold_a_wish_is_refused_before_the_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grounds, "replayed", None)
    people = pl.DataFrame({"contact_id": ["c-1"], "opted_out": [True]})
    events = happened(("c-1", "demo_requested", day(2)))
    with pytest.raises(InputError, match="nothing reads this column"):
        Ground.of(NO_GOAL, people, events, at=day(10), reach=SELLING)


@pytest.mark.parametrize(
    ("policy", "goal", "path", "open_stages"),
    [
        (policies.sales(), "customer", "lead mql sql prospect customer", "lead mql sql prospect"),
        (policies.minimal(), "customer", "lead mql customer", "lead mql"),
        (ONLY_STAGES, "won", "lead won", "lead"),
        (NO_GOAL, None, "cold warm gone", "cold warm"),
        (ONE_STAGE, None, "there", "there"),
        (ONLY_SCORES, None, "", ""),
    ],
)
def test_stages_on_the_way_to_the_outcome(policy: Any, goal: str | None, path: str, open_stages: str) -> None:
    people, _, at = demo(60)
    ground = Ground.of(policy, people.select("contact_id", "country"), happened(), at=at, check="columns")
    assert (ground.goal, " ".join(ground.path), " ".join(ground.open_stages)) == (goal, path, open_stages)


def test_leads_are_ranked_by_the_score_that_is_named_or_told_best() -> None:
    assert sales(150, score="intent").score == "intent"
    few = sales(60)
    assert few.told_best is None
    assert few.score == "engagement"
    many = sales(600)
    assert many.judged is not None
    assert many.told_best == many.judged.ranking["score"][0]
    assert many.ranked_by == ("engagement", "fit", "intent", "loyalty")
    assert sales(60, score="loyalty").ranked_by == ("loyalty", "engagement", "fit", "intent")


def test_progress_is_told() -> None:
    people, events, at = demo(60)
    told: list[tuple[str, float]] = []
    Ground.of(policies.sales(), people, events, at=at, progress=lambda name, done: told.append((name, done)))
    assert told == [("reading", 0.0), ("reading", 1.0), ("replaying", 0.0), ("replaying", 1.0)]
