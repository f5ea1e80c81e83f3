"""Moves of tables, as their users call for them: the same kind comes out, in order, with nothing of another contact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from support.engines import Tables
from support.people import MICROSECOND, funnel
from support.two_tables import BY_NAME, IN_MEMORY

import leadqual as lq
from leadqual import EvaluationError, InputError, frames

COLUMNS = ["contact_id", "at", "source", "target", "transition", "interaction_id", "entered_at"]
CLASSES = {
    "Polars": pl.DataFrame,
    "Polars (lazy)": pl.LazyFrame,
    "pandas": pd.DataFrame,
    "pandas with Arrow": pd.DataFrame,
    "PyArrow": pa.Table,
    "DuckDB": duckdb.DuckDBPyRelation,
}
POLICY = funnel(
    {"source": "lead", "target": "mql", "when": "count(page_viewed[path == '/pricing'], within='3d') >= 2"},
    {"source": "mql", "target": "sql", "event": "demo_requested"},
    {"source": ["mql", "sql"], "target": "lead", "when": "days_since(any_interaction) >= 5"},
    review_every="1d",
)


def on(day: float) -> datetime:
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day)


CONTACTS = pl.DataFrame({"contact_id": ["c-2", "c-10", "b 😀", "C", "a"], "country": ["SG", "ID", None, "ID", "SG"]})
_ROWS: list[tuple[str, str, str, float, str | None]] = [
    ("b 😀", "1", "page_viewed", 1, "/pricing"),
    ("c-2", "2", "page_viewed", 2, "/pricing"),
    ("a", "1", "demo_requested", 2.5, None),
    ("c-2", "1", "page_viewed", 1, "/pricing"),
    ("C", "1", "page_viewed", 1, "/pricing"),
    ("b 😀", "2", "page_viewed", 9, "/pricing"),
    ("C", "3", "demo_requested", 1.5, None),
    ("C", "2", "page_viewed", 1.5, "/pricing"),
    ("c-2", "3", "demo_requested", 4.25, None),
]
"""Contacts whose rows lie between one another, who have the same ids of interactions, and one without any."""
INTERACTIONS = pl.DataFrame(
    [(who, one, kind, on(day), path) for who, one, kind, day, path in _ROWS],
    schema={"contact_id": pl.String, "interaction_id": pl.String, "kind": pl.String,
            "occurred_at": pl.Datetime("us", "UTC"), "path": pl.String},
    orient="row",
)  # fmt: skip
UNTIL = on(12)
MOVES: list[tuple[Any, ...]] = [
    ("c-2", on(2), "lead", "mql", "t1", "2", on(1)),
    ("c-2", on(4.25), "mql", "sql", "t2", "3", on(2)),
    ("c-2", on(10), "sql", "lead", "t3", None, on(4.25)),
    ("C", on(1.5), "lead", "mql", "t1", "2", on(1)),  # the view comes first: its id does
    ("C", on(1.5), "mql", "sql", "t2", "3", on(1.5)),
    ("C", on(7), "sql", "lead", "t3", None, on(1.5)),
]


def moves(kind: Tables, contacts: Any = CONTACTS, interactions: Any = INTERACTIONS, **options: Any) -> list[Any]:
    options = {"until": UNTIL, "policy": POLICY, **options}
    policy, until = options.pop("policy"), options.pop("until")
    rows = kind.moves(policy, (contacts, interactions), until, **options)
    found = [tuple(row[name] for name in COLUMNS) for row in rows]
    if kind.name != "DuckDB":
        return found
    order = {who: number for number, who in enumerate(contacts["contact_id"])}
    return sorted(
        found, key=lambda row: order[row[0]]
    )  # DuckDB's tables have no order; a contact's moves stay in theirs


def refused(*arguments: Any, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        frames.replay(*arguments, **{"until": UNTIL, **options})
    return caught.value


# What comes out.


def test_the_same_kind_comes_out(kind: Tables) -> None:
    result = frames.replay(POLICY, kind.into(CONTACTS), kind.into(INTERACTIONS), until=UNTIL)
    assert type(result) is CLASSES[kind.name]
    (row, *_) = kind.out(result)
    assert list(row) == COLUMNS
    assert moves(kind) == MOVES


def test_times_come_out_in_utc_to_the_microsecond() -> None:
    schema = frames.replay(POLICY, CONTACTS, INTERACTIONS, until=UNTIL).schema
    assert schema == pl.Schema(dict.fromkeys(COLUMNS, pl.String)) | {
        "at": pl.Datetime("us", "UTC"), "entered_at": pl.Datetime("us", "UTC")
    }  # fmt: skip
    arrow = CONTACTS.to_pandas(use_pyarrow_extension_array=True)
    result = frames.replay(POLICY, arrow, INTERACTIONS.to_pandas(), until=UNTIL)
    assert all(isinstance(dtype, pd.ArrowDtype) for dtype in result.dtypes)
    plain = frames.replay(POLICY, CONTACTS.to_pandas(), INTERACTIONS.to_pandas(), until=UNTIL)
    assert [str(plain.dtypes[name]) for name in ("contact_id", "at")] == ["str", "datetime64[us, UTC]"]


def test_moves_come_in_the_order_of_the_contacts(kind: Tables) -> None:
    assert moves(kind, CONTACTS.reverse()) == [*MOVES[3:], *MOVES[:3]]


def test_the_order_of_the_interactions_does_not_matter(kind: Tables) -> None:
    for seed in (1, 2, 3):
        assert moves(kind, interactions=INTERACTIONS.sample(fraction=1, shuffle=True, seed=seed)) == MOVES


def test_tables_that_go_in_are_left_as_they_are(kind: Tables) -> None:
    tables = kind.into(CONTACTS), kind.into(INTERACTIONS)
    before = [kind.out(table) for table in tables]
    kind.out(frames.replay(POLICY, *tables, until=UNTIL))
    assert [kind.out(table) for table in tables] == before


# What goes in.


def test_a_contact_alone_moves_as_among_others(kind: Tables) -> None:
    for who in ("c-2", "C", "a"):
        own = pl.col("contact_id") == who
        assert moves(kind, CONTACTS.filter(own), INTERACTIONS.filter(own)) == [row for row in MOVES if row[0] == who]


@pytest.mark.parametrize(
    ("until", "number"), [(on(12), 6), (on(10), 6), (on(10) - MICROSECOND, 5), (on(1.5), 2), (on(1), 0), (on(-9), 0)]
)
def test_nothing_after_until_is_seen(kind: Tables, until: datetime, number: int) -> None:
    found = moves(kind, until=until)
    assert found == [row for row in MOVES if row[1] <= until]
    assert len(found) == number
    past = INTERACTIONS.filter(pl.col("occurred_at") <= until)
    assert moves(kind, interactions=past, until=until) == found


@pytest.mark.parametrize("unit", ["us", "ns", "ms"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Jakarta", "America/St_Johns"])
def test_an_instant_is_the_same_in_every_zone_and_unit(kind: Tables, zone: str, unit: Any) -> None:
    shifted = INTERACTIONS.with_columns(pl.col("occurred_at").cast(pl.Datetime(unit, "UTC")).dt.convert_time_zone(zone))
    created = CONTACTS.with_columns(created_at=pl.lit(on(1), pl.Datetime(unit, "UTC")).dt.convert_time_zone(zone))
    assert moves(kind, created, shifted, until=UNTIL.astimezone()) == MOVES


@pytest.mark.parametrize("check", ["all", "columns", None])
def test_an_interaction_that_is_given_twice_counts_once(kind: Tables, check: Any) -> None:
    assert moves(kind, interactions=pl.concat([INTERACTIONS, INTERACTIONS]), check=check) == MOVES


@pytest.mark.parametrize("check", ["all", "columns", "trusted"])
def test_checks_do_not_change_the_answer(kind: Tables, check: Any) -> None:
    assert moves(kind, check=check) == MOVES


def test_columns_that_nobody_reads_and_categories(kind: Tables) -> None:
    more = INTERACTIONS.with_columns(unread=pl.lit(1.5), kind=pl.col("kind").cast(pl.Categorical))
    assert moves(kind, CONTACTS.with_columns(mood=pl.lit("x")), more) == MOVES


def test_empty_tables(kind: Tables) -> None:
    bare = INTERACTIONS.clear().select("contact_id", "interaction_id", "kind", "occurred_at")
    for contacts, interactions in ((CONTACTS, INTERACTIONS.clear()), (CONTACTS.clear(), bare), (CONTACTS, bare)):
        assert moves(kind, contacts, interactions) == []
    result = frames.replay(POLICY, kind.into(CONTACTS.clear()), kind.into(bare), until=UNTIL)
    assert type(result) is CLASSES[kind.name]
    assert frames.replay(POLICY, CONTACTS.clear(), bare, until=UNTIL).columns == COLUMNS


def test_a_policy_without_stages_moves_nobody(kind: Tables) -> None:
    assert moves(kind, policy=lq.Policy(name="none")) == []


def test_a_policy_without_transitions_moves_nobody(kind: Tables) -> None:
    assert moves(kind, policy=funnel(review_every="1d")) == []


def test_an_unknown_condition_that_is_an_error_names_the_contact(kind: Tables) -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "contact.country == 'ID'", "on_unknown": "error"})
    with pytest.raises(EvaluationError) as caught:
        moves(kind, policy=policy)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.rule) == ("unknown-condition", "t1")
    assert "'b 😀'" in problem.message
    assert problem.found == "nothing is known of contact.country"
    known = CONTACTS.with_columns(country=pl.col("country").fill_null("ID"))
    assert {row[0] for row in moves(kind, known, policy=policy)} == {"b 😀", "C"}


class Views:
    """A scorer that counts what it is given."""

    name, range, version = "views", (0, 100), "1"

    def score(self, contact: Any, interactions: Any, *, at: datetime) -> Any:
        number = float(sum(one.kind == "page_viewed" for one in interactions))
        line = lq.LedgerLine(id="views", kind="rule", points=number)
        return lq.Score(name="views", value=number, range=self.range, ledger=(line,))


def test_a_scorer_is_asked_at_every_visit_and_it_is_said_that_this_is_slow() -> None:
    scored = {"views": {"range": [0, 100]}}
    policy = funnel({"source": "lead", "target": "mql", "when": "score.views >= 2"}, scorers=scored)
    policy = policy.with_scorer("views", Views())
    with pytest.warns(frames.SlowScorerWarning):
        found = moves(BY_NAME["Polars"], policy=policy)
    assert [(row[0], row[1]) for row in found] == [("c-2", on(2)), ("b 😀", on(9)), ("C", on(1.5))]


def test_the_sample_moves_as_one_contact_after_another_does(kind: Tables) -> None:
    policy, demo = lq.policies.sales(), lq.datasets.demo(contacts=60)
    rows = kind.moves(policy, demo.frames(), demo.at)
    for who in demo.contacts:
        decision = policy.decide(who, demo.histories.get(who.id, ()), at=demo.at)
        mine = [(row["at"], row["transition"], row["interaction_id"]) for row in rows if row["contact_id"] == who.id]
        assert mine == [(move.at, move.transition, move.interaction) for move in decision.moves]
    assert len(rows) > 20


# What is refused.


def test_an_instant_without_a_zone_names_the_argument() -> None:
    naive = datetime(2026, 11, 22)
    error = refused("sales.yaml", CONTACTS, INTERACTIONS, until=naive, check="trust")
    assert [(problem.place.source, problem.code) for problem in error.problems] == [
        ("policy", "wrong-type"), ("until", "naive-datetime"), ("check", "bad-argument"),
    ]  # fmt: skip
    with pytest.raises(InputError) as caught:
        frames.standings(POLICY, CONTACTS, INTERACTIONS, at=naive)
    assert caught.value.problems[0].place.source == "at"
    assert refused(POLICY, CONTACTS, INTERACTIONS, until="2026-11-22").code == "wrong-type"


def test_what_is_no_table() -> None:
    error = refused(POLICY, [lq.Contact(id="c-1")], {"c-1": []})
    assert [(one.code, one.place.source) for one in error.problems] == [
        ("not-a-table", "contacts"), ("not-a-table", "interactions"),
    ]  # fmt: skip
    assert refused(POLICY, INTERACTIONS, CONTACTS).code == "swapped-tables"


@pytest.mark.parametrize("check", ["all", "columns", "trusted", None])
def test_columns_are_always_looked_at(kind: Tables, check: Any) -> None:
    numbered = CONTACTS.with_columns(contact_id=pl.lit(5), created_at=pl.lit("2026-11-22"))
    naive = INTERACTIONS.with_columns(pl.col("occurred_at").dt.replace_time_zone(None)).drop("kind")
    error = refused(POLICY, kind.into(numbered), kind.into(naive), check=check)
    assert sorted((one.code, one.place.path) for one in error.problems if one.place.path) == [
        ("naive-datetime", "occurred_at"), ("wrong-type", "contact_id"), ("wrong-type", "created_at"),
    ]  # fmt: skip
    assert [one.code for one in error.problems if not one.place.path] == ["missing-column"]


def test_rows_are_looked_at(kind: Tables) -> None:
    wrong = INTERACTIONS.with_columns(
        kind=pl.when(pl.col("contact_id") == "a").then(pl.lit("demo")).otherwise("kind"),
        contact_id=pl.col("contact_id").replace({"C": "nobody"}),
    )
    twice = pl.concat([CONTACTS, CONTACTS.head(1)])
    error = refused(POLICY, kind.into(twice), kind.into(wrong), check="all")
    assert {one.code for one in error.problems} == {"unknown-kind", "unknown-contact", "duplicate-id"}
    if kind.name in IN_MEMORY:
        assert refused(POLICY, kind.into(twice), kind.into(wrong)).problems == error.problems


def test_lists_that_are_all_empty_hold_texts_all_the_same():
    policy = lq.Policy(
        name="tagged",
        fields={"tags": {"type": "texts"}},
        stages={"lead": {"initial": True}, "mql": {}},
        transitions=[{"id": "tagged", "source": "lead", "target": "mql", "when": "'vip' in contact.tags"}],
    )
    people = pd.DataFrame({"contact_id": ["c-1", "c-2"], "tags": [[], []]})
    at = datetime(2026, 1, 1, tzinfo=UTC)
    told = {"contact_id": ["c-1"], "interaction_id": ["i-1"], "kind": ["profile_updated"], "occurred_at": [at]}
    moves = frames.replay(policy, people, pd.DataFrame({**told, "changes.tags": [["vip"]]}), until=at)
    assert moves[["contact_id", "target"]].to_numpy().tolist() == [["c-1", "mql"]]
