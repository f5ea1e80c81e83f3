"""Where contacts stand, as their users call for it: kept, given to the next call, and refused where they do not fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from frames.test_replay import CLASSES, CONTACTS, INTERACTIONS, MOVES, POLICY, UNTIL, moves, on
from support.engines import Tables
from support.folded import MOVE, rows_of
from support.people import MICROSECOND, funnel, policy_of
from support.two_tables import BY_NAME

from leadqual import InputError, LateInteraction, Policy, frames

Change = Callable[[pl.DataFrame], pl.DataFrame]
COLUMNS = ["contact_id", "stage", "entered_at", "as_of", "policy", "seen"]
EARLY = on(4)
STOOD = [
    ("c-2", "mql", on(2), 2),
    ("c-10", "lead", None, 0),
    ("b 😀", "lead", on(1), 1),
    ("C", "sql", on(1.5), 3),
    ("a", "lead", on(2.5), 1),
]
"""Where they stand at `EARLY`, and how many interactions of each are known by then."""
POLARS = BY_NAME["Polars"]


def early(**options: Any) -> pl.DataFrame:
    """Return the standings at `EARLY`."""
    found = frames.standings(POLICY, CONTACTS, INTERACTIONS, **{"at": EARLY, **options})
    assert isinstance(found, pl.DataFrame)
    return found


def rows(table: Any) -> list[tuple[Any, ...]]:
    return [(row["contact_id"], row["stage"], row["entered_at"], row["seen"]) for row in table]


def refused(standings: Any, policy: Policy = POLICY, ask: Any = frames.replay, **options: Any) -> InputError:
    options = {"until" if ask is frames.replay else "at": UNTIL, **options}
    with pytest.raises(InputError) as caught:
        ask(policy, CONTACTS, INTERACTIONS, standings=standings, **options)
    return caught.value


# What comes out.


def test_the_same_kind_comes_out_a_row_a_contact(kind: Tables) -> None:
    table = frames.standings(POLICY, kind.into(CONTACTS), kind.into(INTERACTIONS), at=EARLY)
    assert type(table) is CLASSES[kind.name]
    found = kind.out(table)
    assert list(found[0]) == COLUMNS
    if kind.name == "DuckDB":
        assert sorted(rows(found)) == sorted(STOOD)
    else:
        assert rows(found) == STOOD
    assert {(row["as_of"], row["policy"]) for row in found} == {(EARLY, POLICY.content_hash)}


def test_times_come_out_in_utc_to_the_microsecond() -> None:
    instant = pl.Datetime("us", "UTC")
    schema = early(at=EARLY.astimezone()).schema
    assert schema == dict(zip(COLUMNS, [pl.String, pl.String, instant, instant, pl.String, pl.Int64], strict=True))


def test_standings_are_where_the_moves_lead(kind: Tables) -> None:
    for at in (on(1), on(1.5), on(2) - MICROSECOND, on(4.25), on(10), UNTIL):
        last = {row[0]: (row[3], row[1]) for row in MOVES if row[1] <= at}
        for row in kind.standings(POLICY, (CONTACTS, INTERACTIONS), at):
            if row["contact_id"] in last:
                assert (row["stage"], row["entered_at"]) == last[row["contact_id"]]
            else:
                assert row["stage"] == "lead"


def test_a_contact_stands_since_its_first_interaction_or_since_it_was_created(kind: Tables) -> None:
    created = CONTACTS.with_columns(
        created_at=pl.Series([on(0), on(3), on(5), None, on(30)], dtype=pl.Datetime("us", "UTC"))
    )
    found = {row["contact_id"]: row["entered_at"] for row in kind.standings(funnel(), (created, INTERACTIONS), UNTIL)}
    assert found == {"c-2": on(0), "c-10": on(3), "b 😀": on(1), "C": on(1), "a": on(2.5)}


def test_a_policy_without_stages_says_nothing(kind: Tables) -> None:
    policy = Policy(name="none")
    found = kind.standings(policy, (CONTACTS, INTERACTIONS), UNTIL)
    assert {(row["stage"], row["entered_at"], row["as_of"], row["policy"]) for row in found} == {
        (None, None, UNTIL, policy.content_hash)
    }
    assert len(found) == len(CONTACTS)
    again = frames.standings(policy, CONTACTS, INTERACTIONS, at=EARLY)
    assert again.schema == early().schema
    assert kind.moves(policy, (CONTACTS, INTERACTIONS), UNTIL, standings=again) == []


def test_no_contacts(kind: Tables) -> None:
    assert kind.standings(POLICY, (CONTACTS.clear(), INTERACTIONS.clear()), UNTIL) == []


# Gone on from.


@pytest.mark.parametrize("at", [on(-3), on(1), on(1.5), on(2), on(4.25) - MICROSECOND, on(4.25), on(9.5), UNTIL])
def test_two_parts_are_the_whole(kind: Tables, at: datetime) -> None:
    standings = frames.standings(POLICY, kind.into(CONTACTS), kind.into(INTERACTIONS), at=at)
    assert moves(kind, standings=standings) == [row for row in MOVES if row[1] > at]
    both = [(CONTACTS, INTERACTIONS), (CONTACTS, INTERACTIONS)]
    ends = kind.standings(POLICY, both[0], UNTIL, standings=standings)
    assert sorted(rows(ends)) == sorted(rows(kind.standings(POLICY, both[1], UNTIL)))


def test_standings_may_be_of_any_kind_in_any_order_with_other_columns(kind: Tables) -> None:
    standings = early().sample(fraction=1, shuffle=True, seed=5).select(*COLUMNS[::-1], note=pl.lit(1))
    assert moves(POLARS, standings=kind.into(standings)) == [row for row in MOVES if row[1] > EARLY]


def test_without_what_they_saw_standings_are_believed(kind: Tables) -> None:
    half = early().with_columns(seen=pl.when(pl.col("contact_id") != "C").then("seen"))
    late = LATE["one that came late"](INTERACTIONS)
    for standings in (early().drop("seen"), half):
        assert moves(kind, standings=kind.into(standings)) == [row for row in MOVES if row[1] > EARLY]
    assert moves(kind, interactions=late, standings=early().drop("seen")) == [row for row in MOVES if row[1] > EARLY]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_standings_in_another_zone_and_unit(unit: Any) -> None:
    there = pl.col("entered_at", "as_of").cast(pl.Datetime(unit, "UTC")).dt.convert_time_zone("Asia/Jakarta")
    assert moves(POLARS, standings=early().with_columns(there)) == [row for row in MOVES if row[1] > EARLY]


def test_who_has_no_standing_begins_at_the_beginning(kind: Tables) -> None:
    some = early().filter(pl.col("contact_id") != "C")
    expected = [row for row in MOVES if row[1] > EARLY or row[0] == "C"]
    assert moves(kind, standings=some) == expected
    assert moves(kind, standings=early().clear()) == MOVES


def test_each_contact_goes_on_from_its_own_instant(kind: Tables) -> None:
    one = pl.col("contact_id") == "C"
    mixed = pl.concat([early().filter(~one), early(at=on(1)).filter(one)])
    assert moves(kind, standings=mixed) == [row for row in MOVES if row[1] > EARLY or row[0] == "C"]


def test_the_interactions_of_the_lookback_are_enough(kind: Tables) -> None:
    ways = [{"source": "lead", "target": "mql", "when": "count(page_viewed, within='3d') >= 2"},
            {"source": "mql", "target": "sql", "when": "days_in_stage >= 6"}]  # fmt: skip
    policy = funnel(*ways, review_every="1d")
    assert policy.lookback == timedelta(days=3)
    at = on(6)
    standings = frames.standings(policy, CONTACTS, INTERACTIONS, at=at)
    recent = INTERACTIONS.filter(pl.col("occurred_at") > at - timedelta(days=3))
    assert moves(kind, policy=policy, interactions=recent, standings=standings) == [
        row for row in moves(POLARS, policy=policy) if row[1] > at
    ]


@pytest.mark.parametrize("at", [on(1), on(2), on(3), on(2) + MICROSECOND, on(3) - MICROSECOND])
def test_what_the_standing_saw_is_not_visited_again(kind: Tables, at: datetime) -> None:
    """Under a policy that moves at every visit, be it an interaction or a review, a second look would show."""
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "1 == 1"}, {"source": "mql", "target": "lead", "when": "1 == 1"},
        review_every="1d",
    )  # fmt: skip
    standings = frames.standings(policy, CONTACTS, INTERACTIONS, at=at)
    later = [row for row in moves(POLARS, policy=policy) if row[1] > at]
    assert len(later) > 20
    assert moves(kind, policy=policy, standings=standings) == later


# What is refused.


def changed(**columns: Any) -> pl.DataFrame:
    """Return standings of which the first two rows have another value in some columns."""
    two = pl.int_range(pl.len()) < 2
    return early().with_columns(
        pl.when(two).then(pl.lit(value, early().schema[name])).otherwise(name).alias(name)
        for name, value in columns.items()
    )


BREACHES: dict[str, tuple[str, Any]] = {
    "standing-in-future": ("as_of", UNTIL + MICROSECOND),
    "other-policy": ("policy", "0" * 64),
    "unknown-stage": ("stage", "mgl"),
}


@pytest.mark.parametrize("ask", [frames.replay, frames.standings], ids=["replay", "standings"])
@pytest.mark.parametrize("code", BREACHES)
def test_what_does_not_fit_is_counted_and_shown(code: str, ask: Any) -> None:
    name, value = BREACHES[code]
    (problem,) = refused(changed(**{name: value}), ask=ask).problems
    assert (problem.code, problem.place.source, problem.place.path) == (code, "standings", name)
    assert "2 of 5" in problem.message
    assert "'c-2'" in str(problem.found)
    assert "'c-10'" in str(problem.found)
    assert "'b 😀'" not in str(problem.found)


def test_hints_say_what_was_probably_meant() -> None:
    assert "did you mean 'mql'?" in str(refused(changed(stage="mgl")))
    assert POLICY.content_hash in str(refused(changed(policy="0" * 64)))


def test_standings_of_contacts_that_are_not_there() -> None:
    strange = early().with_columns(contact_id=pl.col("contact_id").replace({"c-2": "c-3"}))
    (problem,) = refused(strange).problems
    assert (problem.code, problem.place.path) == ("unknown-contact", "contact_id")
    assert "1 of 5" in problem.message
    assert "'c-3'" in str(problem.found)


def test_a_contact_with_several_standings() -> None:
    (problem,) = refused(pl.concat([early(), early().head(1)])).problems
    assert (problem.code, problem.place.path) == ("duplicate-id", "contact_id")
    assert "2 of 6" in problem.message
    assert "'c-2'" in str(problem.found)


@pytest.mark.parametrize("name", ["contact_id", "stage", "as_of", "policy"])
def test_what_is_not_there(name: str) -> None:
    (problem,) = refused(changed(**{name: None})).problems
    assert (problem.code, problem.place.path) == ("missing-field", name)
    assert "2 of 5" in problem.message


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = changed(as_of=UNTIL + MICROSECOND, policy="0" * 64, stage="mgl")
    strange = early().tail(1).with_columns(contact_id=pl.lit("nobody"))
    error = refused(pl.concat([wrong, strange, early().tail(1)]))
    assert sorted(problem.code for problem in error.problems) == [
        "duplicate-id", "other-policy", "standing-in-future", "unknown-contact", "unknown-stage",
    ]  # fmt: skip


def test_of_many_rows_only_the_first_few_are_shown() -> None:
    many = pl.DataFrame({"contact_id": [f"c-{number}" for number in range(1000)]})
    standings = frames.standings(POLICY, many, INTERACTIONS.clear(), at=EARLY).with_columns(stage=pl.lit("gone"))
    with pytest.raises(InputError) as caught:
        frames.replay(POLICY, many, INTERACTIONS.clear(), until=UNTIL, standings=standings)
    (problem,) = caught.value.problems
    assert "1,000 of 1,000" in problem.message
    assert all(f"'c-{number}'" in str(problem.found) for number in range(3))
    assert "'c-5'" not in str(problem.found)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("name", COLUMNS[:-1])
def test_columns_that_are_not_there(kind: Tables, name: str) -> None:
    (problem,) = refused(kind.into(early().drop(name))).problems
    assert (problem.code, problem.place.source) == ("missing-column", "standings")
    assert name in problem.message


def test_columns_of_other_types() -> None:
    naive = pl.col("entered_at", "as_of").dt.replace_time_zone(None)
    wrong = early().with_columns(naive, contact_id=pl.lit(5), stage=pl.lit(1), policy=pl.lit(2.5), seen=pl.lit("2"))
    error = refused(wrong)
    assert {problem.place.path for problem in error.problems} == {*COLUMNS}
    assert {problem.code for problem in error.problems} <= {"wrong-type", "naive-datetime"}


@pytest.mark.parametrize("given", [[("c-1", "mql")], {"c-1": "mql"}, "standings.parquet", early()["stage"]])
def test_what_is_no_table(given: Any) -> None:
    error = refused(given)
    assert (error.code, error.problems[0].place.source) == ("not-a-table", "standings")


def test_standings_of_a_policy_without_stages_are_of_another_policy() -> None:
    none = frames.standings(policy_of(), CONTACTS, INTERACTIONS, at=EARLY)
    assert "other-policy" in {problem.code for problem in refused(none).problems}
    assert {problem.code for problem in refused(early(), policy=policy_of()).problems} >= {"other-policy"}


LATE: dict[str, Change] = {
    "one that came late": lambda table: pl.concat([table, table.head(1).with_columns(interaction_id=pl.lit("9"))]),
    "one that is missing": lambda table: table.filter(~((pl.col("contact_id") == "b 😀") & (pl.col("path") != ""))),
    "none at all": lambda table: table.clear(),
}


@pytest.mark.parametrize("name", LATE)
def test_another_number_of_interactions_than_the_standing_saw(kind: Tables, name: str) -> None:
    tables = kind.into(CONTACTS), kind.into(LATE[name](INTERACTIONS))
    with pytest.raises(LateInteraction) as caught:
        kind.out(frames.replay(POLICY, *tables, until=UNTIL, standings=early()))
    assert caught.value.code == "late-interaction"
    assert "'b 😀'" in str(caught.value) or name == "none at all"
    assert f"{4 if name == 'none at all' else 1} of 5" in str(caught.value)


@pytest.mark.parametrize("name", LATE)
def test_contacts_whose_history_is_another_one_can_be_folded_again(kind: Tables, name: str) -> None:
    changed_ones = LATE[name](INTERACTIONS)
    tables = kind.into(CONTACTS), kind.into(changed_ones)
    with pytest.raises(LateInteraction) as caught:
        frames.replay(POLICY, *tables, until=UNTIL, standings=early())
    lost = set(caught.value.contacts)
    assert len(lost) == (4 if name == "none at all" else 1)

    at_once = rows_of(kind.out(frames.replay(POLICY, *tables, until=UNTIL)), MOVE)
    again = rows_of(kind.out(frames.replay(POLICY, *tables, until=UNTIL, standings=early(), late="replay")), MOVE)
    assert {row for row in again if row[0] in lost} == {row for row in at_once if row[0] in lost}
    assert all(row[1] > EARLY for row in again if row[0] not in lost)
    stood = kind.out(frames.standings(POLICY, *tables, at=UNTIL, standings=early(), late="replay"))
    fresh = kind.out(frames.standings(POLICY, *tables, at=UNTIL))
    assert [row for row in rows(stood) if row[0] in lost] == [row for row in rows(fresh) if row[0] in lost]


def test_another_way_with_late_interactions_is_refused() -> None:
    assert refused(early(), late="maybe").code == "bad-argument"


def test_an_interaction_given_twice_is_seen_once(kind: Tables) -> None:
    twice = pl.concat([INTERACTIONS, INTERACTIONS])
    assert moves(kind, interactions=twice, standings=early()) == [row for row in MOVES if row[1] > EARLY]


def test_refused_where_the_table_of_contacts_is_of_any_kind(kind: Tables) -> None:
    for code, (name, value) in BREACHES.items():
        with pytest.raises(InputError) as caught:
            moves(kind, standings=kind.into(changed(**{name: value})))
        assert caught.value.code == code
