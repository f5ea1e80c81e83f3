"""Features are what the interpreter says of each contact at each cutoff, and labels what a plain loop finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import policies as made
from support.engines import OF_ONE
from support.examples import few
from support.people import MICROSECOND, bought, contact, day, policy_of, updated, viewed

from leadqual import Contact, Interaction, Policy, frames, ml
from leadqual.errors import InputError
from leadqual.model.catalogue import ValueType

REFERENCE = OF_ONE[0]
UNTIL = made.BASE + timedelta(days=80)
HORIZONS = (timedelta(hours=6), timedelta(days=2), timedelta(days=30))
NOTHING_TO_LEARN = {"nobody-judged", "no-features", "no-room"}


def known_at(who: Contact, history: Sequence[Interaction], cutoff: datetime) -> tuple[Contact, list[Interaction]]:
    """Return what was known at a cutoff: `created_at` is the one date that the interpreter does not look at itself."""
    if who.created_at is not None and who.created_at > cutoff:
        who = who.model_copy(update={"created_at": None})
    return who, [one for one in history if one.occurred_at <= cutoff]


def label(
    who: Contact, history: Sequence[Interaction], cutoff: datetime, horizon: timedelta
) -> tuple[bool, datetime | None] | None:
    """Return whether and when somebody converted; None for who is not judged."""
    dates = [one.occurred_at for one in history] + ([who.created_at] if who.created_at else [])
    came = sorted(one.occurred_at for one in history if one.kind == "purchase")
    if not dates or min(dates) > cutoff or (came and came[0] <= cutoff):
        return None
    in_time = bool(came) and came[0] <= cutoff + horizon
    return in_time, came[0] if in_time else None


def agree(policy: Policy, people: Sequence[tuple[Contact, list[Interaction]]], data: ml.TrainingSet) -> None:
    """Hold every row to the interpreter and the loop, and see that none is missing."""
    horizon = timedelta(microseconds=data.horizon.micros) if data.horizon else timedelta(0)
    cutoffs = data.counts["cutoff"].to_list()
    wanted = {(who.id, at): label(who, history, at, horizon) for who, history in people for at in cutoffs}
    rows = {(row["contact_id"], row["cutoff"]): row for row in data.rows.to_dicts()}
    assert set(rows) == {key for key, found in wanted.items() if found is not None}
    for who, history in people:
        for at in cutoffs:
            if (row := rows.get((who.id, at))) is None:
                continue
            assert (row["converted"], row["outcome_at"]) == wanted[who.id, at]
            then = known_at(who, history, at)
            for name, kind in data.features.items():
                value = REFERENCE.value(policy, name, *then, at)
                if kind is ValueType.NUMBER:
                    assert row[name] == (None if value is None else pytest.approx(value, rel=1e-9, abs=1.01e-6)), name
                else:
                    assert row[name] == value, name


def tables(policy: Policy, people: Sequence[tuple[Contact, list[Interaction]]]) -> Any:
    return frames.from_models([who for who, _ in people], {who.id: history for who, history in people}, policy=policy)


cutoffs = st.lists(made.INSTANTS, min_size=1, max_size=3)
crowds = st.lists(st.tuples(made.contacts(), made.histories(max_size=10)), min_size=2, max_size=4)


@few(10)
@given(
    policy=made.policies(),
    crowd=crowds,
    at=cutoffs,
    horizon=st.sampled_from(HORIZONS),
    more=st.none() | st.lists(made.conditions(("score.a",)), min_size=1, max_size=4),
)
def test_every_row_is_what_the_interpreter_says(
    policy: Policy, crowd: Any, at: list[datetime], horizon: timedelta, more: list[str] | None
) -> None:
    people = [(who.model_copy(update={"id": f"c-{place}"}), history) for place, (who, history) in enumerate(crowd)]
    try:
        data = ml.training_set(policy, *tables(policy, people), cutoffs=at, horizon=horizon, until=UNTIL, features=more)
    except InputError as error:
        codes = {problem.code for problem in error.problems}
    else:
        codes = set()
    if codes:
        assert codes <= NOTHING_TO_LEARN | {"always-missing"}
        return
    agree(policy, people, data)
    assert data.counts["cutoff"].to_list() == sorted({one.astimezone(UTC) for one in at})
    assert data.counts["judged"].sum() == len(data) == len(data.y)
    assert data.conversions == data.y.sum() == data.counts["converted"].sum()


CUTOFF = day(100)
HORIZON = timedelta(days=30)
POLICY = policy_of()


def labels(*history: Interaction, cutoff: datetime = CUTOFF, **fields: Any) -> list[bool]:
    """Return the labels of ``c-1``; another contact keeps the table from being empty."""
    people = [(contact(**fields), list(history)), (contact(id="c-2"), [viewed(1)])]
    given = {"cutoffs": cutoff, "horizon": HORIZON, "until": day(300), "features": ["count(page_viewed)"]}
    data = ml.training_set(POLICY, *tables(POLICY, people), **given)
    agree(POLICY, people, data)
    return [row["converted"] for row in data.rows.to_dicts() if row["contact_id"] == "c-1"]


@pytest.mark.parametrize(
    ("bought_at", "found"),
    [
        (CUTOFF - MICROSECOND, []),
        (CUTOFF, []),
        (CUTOFF + MICROSECOND, [True]),
        (CUTOFF + HORIZON, [True]),
        (CUTOFF + HORIZON + MICROSECOND, [False]),
    ],
)
def test_the_outcome_comes_after_the_cutoff_and_within_the_horizon(bought_at: datetime, found: list[bool]) -> None:
    assert labels(viewed(1), bought(bought_at, 5)) == found


@pytest.mark.parametrize(
    ("fields", "history", "found"),
    [
        ({}, [viewed(CUTOFF)], [False]),
        ({}, [viewed(CUTOFF + MICROSECOND)], []),
        ({}, [], []),
        ({"created_at": CUTOFF}, [], [False]),
        ({"created_at": CUTOFF + MICROSECOND}, [], []),
        ({"created_at": CUTOFF + MICROSECOND}, [viewed(3)], [False]),
    ],
)
def test_who_had_not_appeared_is_not_judged(fields: dict[str, Any], history: Any, found: list[bool]) -> None:
    assert labels(*history, **fields) == found


def test_the_first_outcome_counts_whatever_comes_again() -> None:
    assert labels(viewed(1), bought(CUTOFF + MICROSECOND, 5), bought(day(120), 6)) == [True]
    assert labels(viewed(1), bought(day(50), 5), bought(day(120), 6)) == []


@pytest.mark.parametrize(
    "cutoff",
    [
        datetime(2024, 2, 29, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")),  # this hour does not exist
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),  # this one exists twice
        datetime(2026, 5, 1, tzinfo=ZoneInfo("Asia/Jakarta")),
    ],
)
def test_windows_and_horizons_are_lengths_of_time_on_every_clock(cutoff: datetime) -> None:
    history = [viewed(cutoff - timedelta(days=30)), viewed(cutoff - timedelta(days=30) + MICROSECOND, "/b")]
    after = cutoff.astimezone(UTC) + HORIZON
    people = [(contact(), [*history, bought(after, 5)]), (contact(id="c-2"), [viewed(cutoff, "/c")])]
    given = {"cutoffs": cutoff, "horizon": HORIZON, "until": after}
    names = ["count(page_viewed, within='30d')", "days_since(page_viewed)"]
    data = ml.training_set(POLICY, *tables(POLICY, people), features=names, **given)
    agree(POLICY, people, data)
    assert data.y.tolist() == [1, 0]
    assert data.cutoffs == (cutoff.astimezone(UTC),)
    assert len(data.at(cutoff)) == len(data.since(cutoff)) == len(data.before(after.astimezone(cutoff.tzinfo))) == 2


def test_texts_come_as_they_are() -> None:
    texts = ["Pesan sekarang", "memesan 😀", "Ñandú", "", "'kutip' \"ganda\""]
    people = [
        (contact(id=f"c-{place}"), [updated(1, job_title=text or None), viewed(2, text or "/")])
        for place, text in enumerate(texts)
    ]
    given = {"cutoffs": day(50), "horizon": "7d", "until": day(300)}
    names = ["last(page_viewed.path)", "contact.job_title", "contact.job_title.contains('😀')"]
    data = ml.training_set(POLICY, *tables(POLICY, people), features=names, **given)
    agree(POLICY, people, data)
    assert data.rows["last(page_viewed.path)"].to_list() == [text or "/" for text in texts]
