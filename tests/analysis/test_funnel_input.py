"""What a funnel report refuses, and what it says of what it does not know."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import polars as pl
import pytest
from support.funnels import START, day, moves_of, standings_of

import leadqual as lq
from leadqual import frames
from leadqual.analysis.funnels.report import funnel

LIVES = {
    "c-1": [("lead", 0), ("mql", 2), ("sql", 5), ("customer", 9)],
    "c-2": [("lead", 1), ("mql", 4)],
    "c-3": [("lead", 3)],
    "c-4": [],
}
MOVES, STANDINGS = moves_of(LIVES), standings_of(LIVES, 20)
STAGES = ["lead", "mql", "sql", "customer"]


def refused(*tables, **options):
    with pytest.raises(lq.InputError) as caught:
        funnel(*tables, **options)
    return caught.value


def changed(table, row, **values):
    """Return a table with other values in one row."""
    number = pl.int_range(pl.len()) == row
    return table.with_columns(
        pl.when(number).then(pl.lit(value, table.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


@pytest.mark.parametrize("library", ["pandas", "pyarrow", "lazy", "duckdb"])
def test_tables_of_any_library(library):
    def to(table):
        if library == "lazy":
            return table.lazy()
        if library == "duckdb":
            return duckdb.from_arrow(table.to_arrow())
        return table.to_pandas() if library == "pandas" else table.to_arrow()

    report = funnel(to(MOVES), to(STANDINGS), stages=STAGES)
    assert report.to_dict() == funnel(MOVES, STANDINGS, stages=STAGES).to_dict()
    assert report.counts()["contacts"].to_list() == [1, 1, 0, 1]
    assert report.not_appeared == 1


def test_times_of_other_zones_and_units_are_the_same_instants():
    local = MOVES.with_columns(pl.col("at", "entered_at").dt.convert_time_zone("Asia/Jakarta").dt.cast_time_unit("ms"))
    named = STANDINGS.with_columns(pl.col("stage").cast(pl.Categorical), pl.col("contact_id").cast(pl.Categorical))
    assert funnel(local, named).to_dict() == funnel(MOVES, STANDINGS).to_dict()


def test_missing_and_mistyped_columns_of_both_tables_are_told_at_once():
    moves = MOVES.rename({"source": "from_stage"}).with_columns(pl.col("at").dt.replace_time_zone(None))
    standings = STANDINGS.with_columns(contact_id=pl.lit(7), stage=pl.lit(1.5)).drop("as_of")
    error = refused(moves, standings)
    assert [(one.code, one.place.source, one.place.path) for one in error.problems] == [
        ("naive-datetime", "moves", "at"), ("missing-column", "moves", None),
        ("wrong-type", "standings", "contact_id"), ("wrong-type", "standings", "stage"),
        ("missing-column", "standings", None),
    ]  # fmt: skip
    assert "leadqual.frames.standings" in error.problems[-1].hint
    assert "'source' is missing" in str(error)


@pytest.mark.parametrize("given", ["moves.csv", None, [("c-1", "lead")], {"at": 1}])
def test_what_is_no_table(given):
    error = refused(given)
    assert (error.code, error.problems[0].place.source) == ("not-a-table", "moves")
    assert "leadqual.frames.replay" in error.problems[0].hint


def test_nulls_are_counted_and_the_beginning_may_be_unknown():
    error = refused(changed(changed(MOVES, 1, target=None), 3, contact_id=None))
    assert [(one.code, one.place.path, one.found) for one in error.problems] == [
        ("missing-field", "contact_id", "1 of 4 rows, the first: row 4"),
        ("missing-field", "target", "1 of 4 rows, the first: row 2"),
    ]
    report = funnel(changed(MOVES, 0, entered_at=None), STANDINGS, stages=STAGES)
    assert any("Of 1 contact nobody knows since when" in note for note in report.notes)
    assert report.counts(day(1.5))["contacts"].to_list() == [1, 0, 0, 0]  # only c-2 is known to stand there
    assert report.conversion.row(0, named=True)["entered"] == 3
    assert report.velocity((0.5,))["contacts"].to_list() == [2, 2, 2]
    assert report.time_in_stage((0.5,))["spells"].to_list()[0] == 2
    assert report.occupancy("1y")["arrivals"].to_list() == [3, 2, 1, 1]


CONTRADICTIONS = {
    "chain": ({"source": "sql", "row": 1}, "does not start where", "row 2 ('c-1'): from 'sql', where"),
    "self": ({"target": "lead", "row": 3}, "leads to where it starts", "row 4 ('c-2'): from 'lead' to 'lead'"),
    "entered": ({"entered_at": day(1), "row": 1}, "entered at another time", "row 2 ('c-1'): 'mql' entered"),
    "negative": ({"entered_at": day(8), "row": 3}, "left before it was entered", "row 4 ('c-2'): 'lead' entered"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_moves_that_contradict_one_another(name):
    values, message, found = CONTRADICTIONS[name]
    values = dict(values)
    error = refused(changed(MOVES, values.pop("row"), **values))
    (problem,) = [one for one in error.problems if message in one.message]
    assert problem.code == "contradictory-moves"
    assert problem.found.startswith(f"1 of 4 rows, the first: {found}")


def test_moves_given_twice():
    error = refused(pl.concat([MOVES, MOVES]), STANDINGS)
    assert error.code == "contradictory-moves"
    assert "given twice" in error.problems[0].hint


def test_moves_of_one_instant_are_put_in_order_and_others_are_left_alone():
    lives = {
        "c-1": [("lead", 0), ("mql", 2), ("sql", 2), ("customer", 2), ("lead", 3)],
        "c-2": [("lead", 0), ("sql", 2)],
    }
    moves, standings = moves_of(lives), standings_of(lives, 9)
    mixed = moves[[2, 4, 3, 0, 1]]
    assert funnel(mixed, standings).to_dict() == funnel(moves, standings).to_dict()
    # A log of whole seconds may go there and back in one; in its order it makes a chain.
    back = {"c-1": [("lead", 0), ("mql", 2), ("lead", 2), ("mql", 2)]}
    assert funnel(moves_of(back), standings_of(back, 9)).flows["moves"].to_list() == [2, 1]
    fork = moves_of({"c-1": [("lead", 0), ("mql", 2)]})
    assert refused(pl.concat([fork, fork.with_columns(target=pl.lit("sql"))])).code == "contradictory-moves"


STANDINGS_WRONG = {
    "stage": ({"stage": "sql", "row": 1}, "does not stand where", "row 2 ('c-2'): stands at 'sql', moved to 'mql'"),
    "since": ({"entered_at": day(6), "row": 1}, "since another time", "row 2 ('c-2'): 'mql' since"),
    "future": ({"entered_at": day(30), "row": 2}, "after the standing", "row 3 ('c-3'): as of"),
    "nowhere": ({"entered_at": None, "row": 0}, "since another time", "row 1 ('c-1'): 'customer' since None"),
}


@pytest.mark.parametrize("name", STANDINGS_WRONG)
def test_standings_that_contradict_the_moves(name):
    values, message, found = STANDINGS_WRONG[name]
    values = dict(values)
    (problem,) = refused(MOVES, changed(STANDINGS, values.pop("row"), **values)).problems
    assert problem.code == "contradictory-standings"
    assert message in problem.message
    assert found in problem.found


def test_standings_that_are_not_one_row_a_contact_of_one_instant():
    assert refused(MOVES, STANDINGS.tail(3)).problems[0].found == "1 of 2 contacts, the first: 'c-1'"
    assert refused(MOVES, pl.concat([STANDINGS, STANDINGS.head(1)])).code == "duplicate-id"
    several = refused(MOVES, changed(STANDINGS, 2, as_of=day(21)))
    assert "one `as_of`" in str(several)
    early = refused(MOVES, STANDINGS.with_columns(as_of=pl.lit(day(5))))
    assert "moved after its standing" in str(early)


def test_standings_under_another_policy():
    policy = lq.policies.sales()
    assert refused(MOVES, STANDINGS.with_columns(policy=pl.lit("0" * 64)), policy=policy).code == "other-policy"
    same = STANDINGS.with_columns(policy=pl.lit(policy.content_hash))
    assert funnel(MOVES, same, policy=policy).stages == tuple(policy.stages)


def test_stages_that_the_policy_does_not_have():
    policy = lq.policies.sales()
    error = refused(changed(MOVES, 3, target="mqll"), changed(STANDINGS, 1, stage="mqll"), policy=policy)
    assert [(one.code, one.place.source, one.place.path) for one in error.problems] == [
        ("unknown-stage", "moves", "target"), ("unknown-stage", "standings", "stage"),
    ]  # fmt: skip
    assert error.problems[0].hint == "did you mean 'mql'?"
    assert error.problems[0].found == "1 of 4 rows, the first: row 4 ('c-2')"
    assert refused(MOVES, stages=["lead", "mql"]).code == "unknown-stage"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"policy": "sales.yaml"}, "wrong-type"),
        ({"policy": lq.Policy(name="none")}, "no-stages"),
        ({"stages": "lead"}, "wrong-type"),
        ({"stages": ["lead", "lead"]}, "wrong-type"),
        ({"stages": STAGES, "policy": lq.policies.sales()}, "bad-argument"),
        ({"touch": "frist"}, "bad-argument"),
        ({"by": ["source"]}, "wrong-type"),
        ({"by": "source"}, "missing-argument"),
        ({"by": "channel"}, "missing-argument"),
        ({"customer": "buyer"}, "unknown-stage"),
        ({"customer": 7}, "wrong-type"),
        ({"visitors": -1}, "bad-argument"),
        ({"visitors": True}, "bad-argument"),
        ({"visitors": 0}, "bad-argument"),
        ({"visitors": 9, "by": "source"}, "bad-argument"),
        ({"until": datetime(2026, 2, 1)}, "naive-datetime"),
        ({"until": datetime(2026, 2, 1, tzinfo=UTC)}, "bad-argument"),
        ({"time_zone": "Asia/Jakata"}, "bad-time-zone"),
        ({"confidence": 95}, "bad-argument"),
    ],
)
def test_arguments_that_cannot_be(options, code):
    assert refused(MOVES, STANDINGS, **options).code == code


def test_all_wrong_arguments_are_told_at_once():
    error = refused(MOVES, policy="sales", touch="x", time_zone="X", confidence=2.0, visitors="many")
    assert [one.place.source for one in error.problems] == ["policy", "touch", "visitors", "confidence", "time_zone"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda report: report.counts(datetime(2026, 1, 2)),
        lambda report: report.counts(day(20.5)),
        lambda report: report.occupancy("1h"),
        lambda report: report.occupancy("month"),
        lambda report: report.time_in_stage((50.0,)),
        lambda report: report.time_in_stage(()),
        lambda report: report.ageing(("30d", "7d")),
        lambda report: report.ageing(("soon",)),
        lambda report: report.cohorts(within=()),
        lambda report: report.curve("buyer"),
    ],
)
def test_questions_that_cannot_be(ask):
    with pytest.raises(lq.InputError):
        ask(funnel(MOVES, STANDINGS))


def test_without_standings_nothing_is_said_of_those_who_never_moved():
    contacts = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-3", "c-4"]})
    report = funnel(MOVES, contacts=contacts, stages=STAGES, until=day(20))
    assert not report.complete
    assert report.spells.unknown == {"lead"}
    assert report.counts()["contacts"].to_list() == [None, 1, 0, 1]
    assert report.counts()["share"].to_list() == [None] * 4
    assert report.rate.row(0) == (None, 1, None, None, None)
    rows = {(row["source"], row["target"]): row for row in report.conversion.iter_rows(named=True)}
    assert (rows["lead", "mql"]["entered"], rows["lead", "mql"]["share"]) == (None, None)
    assert rows["mql", "sql"]["share"] == 0.5
    lead = report.time_in_stage((0.5,)).filter(pl.col("stage") == "lead").row(0, named=True)
    assert (lead["days"], lead["waiting"], lead["ended"]) == (None, None, 2)
    assert report.occupancy("1y").filter(pl.col("stage") == "lead").row(0)[4:] == (None, None, 2)
    assert report.velocity((0.5,))["days"].to_list() == [None] * 3
    assert report.cohorts()["known"].any() is False
    assert report.ageing()["contacts"].to_list() == [None, 1, 0, 1]
    assert report.pipeline["conversion"].to_list() == [None, 0.5, 1.0]
    assert report.next_stages.filter(pl.col("stage") == "lead")["share"].to_list() == [None]
    text = report.explain()
    assert "nobody knows who never moved" in text
    assert "Never moved: 2 contacts of the table." in text
    assert "Conversion rate: not known; bought have 1" in text


def test_the_end_without_standings_is_the_last_move_unless_said():
    assert funnel(MOVES).until == day(9)
    assert any("The end is taken to be the last move" in note for note in funnel(MOVES).notes)
    assert funnel(MOVES, until=day(12)).until == day(12)
    assert refused(MOVES, until=day(8)).problems[0].found.startswith("1 of 4 moves")
    assert refused(MOVES.clear()).code == "missing-argument"


def test_nobody_moved():
    policy = lq.policies.sales()
    report = funnel(MOVES.clear(), STANDINGS.tail(2), policy=policy)
    assert report.counts()["contacts"].sum() == 1
    assert report.flows.height == 0
    empty = funnel(MOVES.clear(), until=START, policy=policy)
    assert empty.contacts == 0
    assert "Funnel of 0 contacts" in empty.explain()
    assert empty.to_dict()["counts"][0]["contacts"] is None
    nobody = funnel(MOVES.clear(), STANDINGS.clear(), until=START)
    assert (nobody.stages, nobody.explain().split("\n")[0]) == ((), "Funnel of 0 contacts, to 2026-01-01 00:00 UTC")
    nobody.to_dict()


def test_contacts_beyond_the_standings_are_left_out_and_told():
    contacts = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-3", "c-4", "c-5"]})
    report = funnel(MOVES, STANDINGS, contacts=contacts)
    assert "Without a standing, and left out: 1 contact of the table." in report.notes
    assert "Not appeared yet, and left out: 1 contact with no interaction and no created_at by then." in report.notes


def test_a_replay_and_its_standings_agree():
    demo, policy = lq.datasets.demo(contacts=60), lq.policies.sales()
    tables = demo.frames()
    moves, standings = frames.replay(policy, *tables, until=demo.at), frames.standings(policy, *tables, at=demo.at)
    report = funnel(moves, standings, policy=policy, contacts=tables[0], interactions=tables[1], by="source")
    stood = dict(standings.group_by("stage").len().iter_rows())
    counted = dict(report.overall.counts().select("stage", "contacts").iter_rows())
    assert {stage: number for stage, number in counted.items() if number} == stood
    assert report.notes == ()
