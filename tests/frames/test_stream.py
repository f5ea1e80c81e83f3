from __future__ import annotations

import csv
import errno
import json
from datetime import UTC, datetime, timedelta

import pytest

pl = pytest.importorskip("polars")
pytest.importorskip("narwhals")

from polars.testing import assert_frame_equal  # noqa: E402
from support.folders import names, put  # noqa: E402

from leadqual import InputError, LeadqualError, Policy, Score, UnsupportedError, datasets, policies  # noqa: E402
from leadqual.frames import (  # noqa: E402
    SlowScorerWarning,
    read_contacts,
    read_interactions,
    score,
    score_files,
)

AT = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = {
    "name": "tiny",
    "scores": {
        "heat": {
            "range": [0, 100],
            "rules": [
                {"id": "home", "when": "contact.country == 'ID'", "points": 20},
                {"id": "size", "when": "company.employees >= 50", "points": 5},
                {"id": "view", "each": "page_viewed[path == '/pricing']", "points": 8, "half_life": "30d"},
                {"id": "bought", "each": "purchase[amount >= 10]", "points": 30},
            ],
        }
    },
    "grades": {"temperature": {"score": "heat", "bands": {"hot": 25, "warm": 10, "cold": 0}}},
}


@pytest.fixture(scope="module")
def policy():
    return Policy(**POLICY)


def people(number=40, **columns):
    ids = [f"c-{one}" for one in range(number)]
    held = {"contact_id": ids, "country": [("ID", "SG", None)[one % 3] for one in range(number)]}
    return pl.DataFrame({**held, "company.employees": [one * 7 for one in range(number)], **columns})


def events(number=300, contacts=40, **columns):
    rows = range(number)
    held = {
        "contact_id": [f"c-{one * 13 % contacts}" for one in rows],
        "interaction_id": [f"i-{one}" for one in rows],
        "kind": [("page_viewed", "page_viewed", "purchase", "email_opened")[one % 4] for one in rows],
        "occurred_at": [AT - one * DAY / 4 + DAY for one in rows],
        "path": [("/pricing", "/", None, None)[one % 4] for one in rows],
        "amount": [float(one % 30) if one % 4 == 2 else None for one in rows],
        "currency": ["USD" if one % 4 == 2 else None for one in rows],
        "note": [f"note {one}" for one in rows],
    }
    return pl.DataFrame({**held, **columns})


def ordered(frame):
    return frame.sort("contact_id")


def whole(policy, contacts, interactions, **options):
    return ordered(score(policy, read_contacts(contacts, policy), read_interactions(interactions, policy), **options))


@pytest.mark.parametrize("buckets", [None, 1, 7])
def test_the_scores_are_those_of_the_whole_tables(policy, folder, small_steps, buckets):
    tables = put(folder, people(), events())
    before = names(folder)
    done = score_files(policy, *tables, folder / "s.parquet", at=AT, ledger=True, missing=True, buckets=buckets)
    made = pl.read_parquet(folder / "s.parquet", glob=False)
    expected = whole(policy, *tables, at=AT, ledger=True, missing=True)
    assert_frame_equal(ordered(made), expected)
    grades = dict(expected["grade.temperature"].value_counts().iter_rows())
    assert (done.contacts, done.interactions, done.repeated, done.after_at) == (40, 300, 0, 4)
    assert done.grades == {"temperature": {name: grades.get(name, 0) for name in ("hot", "warm", "cold")}}
    assert done.buckets == (buckets or 1)
    assert names(folder) == sorted([*before, "s.parquet"])


def test_the_policy_that_ships_gives_the_same(folder):
    demo, policy = datasets.demo(contacts=40), policies.sales()
    tables = put(folder, *demo.frames(), files=2)
    score_files(policy, *tables, folder / "s.parquet", at=demo.at, ledger=True, missing=True, buckets=3)
    made = ordered(pl.read_parquet(folder / "s.parquet", glob=False))
    assert_frame_equal(made, whole(policy, *tables, at=demo.at, ledger=True, missing=True))


def test_every_format_holds_the_same_in_the_same_order(policy, folder):
    tables = put(folder, people(), events())
    for name in ("s.parquet", "again.parquet", "s.csv", "s.jsonl", "scores"):
        score_files(policy, *tables, folder / name, at=AT, buckets=3)
    made = pl.read_parquet(folder / "s.parquet", glob=False)
    assert (folder / "again.parquet").read_bytes() == (folder / "s.parquet").read_bytes()
    assert_frame_equal(pl.read_parquet(sorted((folder / "scores").iterdir()), glob=False), made)
    assert names(folder / "scores") == [f"part-{number:05d}.parquet" for number in range(len(names(folder / "scores")))]
    with (folder / "s.csv").open(newline="") as handle:
        read = list(csv.DictReader(handle))
    rows = [(row["contact_id"], float(row["score.heat"]), row["grade.temperature"]) for row in read]
    assert rows == made.rows()
    lines = [json.loads(line) for line in (folder / "s.jsonl").read_text().splitlines()]
    assert lines == made.to_dicts()


def test_files_may_lack_columns_and_hold_other_numbers(policy, folder):
    contacts, interactions = put(folder, people(), events(), files=1)
    first = events(10).drop("note", "currency", "amount").with_columns(interaction_id="x-" + pl.col("interaction_id"))
    first.write_parquet(interactions / "a.parquet")
    more = pl.DataFrame({"contact_id": ["c-100"], "company.employees": [60.0], "full_name": ["Siti"]})
    more.write_parquet(contacts / "z.parquet")
    score_files(policy, contacts, interactions, folder / "s.parquet", at=AT, buckets=4)
    made = pl.read_parquet(folder / "s.parquet", glob=False)
    assert_frame_equal(ordered(made), whole(policy, contacts, interactions, at=AT))


def test_patterns_and_single_files(policy, folder, monkeypatch):
    put(folder, people(), events())
    monkeypatch.chdir(folder)
    people().write_parquet("people.parquet")
    score_files(policy, "people.parquet", "interactions/part-*.parquet", "s.parquet", at=AT)
    assert_frame_equal(ordered(pl.read_parquet("s.parquet")), whole(policy, "people.parquet", "interactions", at=AT))


@pytest.mark.parametrize(("contacts", "interactions"), [(0, 0), (3, 0)])
def test_tables_without_rows(policy, folder, contacts, interactions):
    tables = put(folder, people(40).head(contacts), events().head(interactions))
    done = score_files(policy, *tables, folder / "s.parquet", at=AT, buckets=5)
    made = pl.read_parquet(folder / "s.parquet", glob=False)
    assert_frame_equal(ordered(made), whole(policy, *tables, at=AT))
    assert (done.contacts, done.interactions) == (contacts, interactions)


def test_local_times_need_their_zone(policy, folder):
    naive = events().with_columns(pl.col("occurred_at").dt.replace_time_zone(None))
    tables = put(folder, people(), naive)
    with pytest.raises(InputError) as caught:
        score_files(policy, *tables, folder / "s.parquet", at=AT)
    assert caught.value.code == "naive-datetime"
    done = score_files(policy, *tables, folder / "s.parquet", at=AT, time_zone="Asia/Jakarta")
    assert done.after_at < 4
    twice = naive.with_columns(pl.lit(datetime(2026, 10, 25, 2, 30)).alias("occurred_at"))
    tables = put(folder, people(), twice)
    with pytest.raises(InputError) as caught:
        score_files(policy, *tables, folder / "s.parquet", at=AT, time_zone="Europe/Berlin")
    assert caught.value.code == "ambiguous-time"


def problems_of(function, *arguments, **options):
    with pytest.raises(InputError) as caught:
        function(*arguments, **options)
    return caught.value.problems


def test_all_that_is_wrong_is_told_as_for_the_whole_tables(policy, folder, small_steps):
    bad_people = pl.concat([people(), people().head(2), pl.DataFrame(
        {"contact_id": [None, "c-x", "c-y"], "country": ["ID", "Indonesia", "Indonesia"],
         "company.employees": [1, -5, 5]}
    )])  # fmt: skip
    rows = events(12)
    bad = [
        rows.with_columns(interaction_id="k-" + pl.col("interaction_id"), kind=pl.lit("page_veiwed")),
        rows.with_columns(interaction_id="l-" + pl.col("interaction_id"), contact_id=pl.lit("c-") + "99"),
        rows.head(5).with_columns(interaction_id="m-" + pl.col("interaction_id"), occurred_at=None),
        rows.filter(pl.col("kind") == "purchase").with_columns(
            interaction_id="n-" + pl.col("interaction_id"), currency=None
        ),
        rows.head(6).with_columns(path=pl.lit("/other")),
        rows.head(2).with_columns(contact_id=None, interaction_id="o-" + pl.col("interaction_id")),
    ]
    tables = put(folder, bad_people, pl.concat([events(), *bad], how="vertical_relaxed"))
    expected = problems_of(whole, policy, *tables, at=AT)
    told = problems_of(score_files, policy, *tables, folder / "s.parquet", at=AT, buckets=7)
    assert {problem.code for problem in told} >= {
        "duplicate-id", "unknown-kind", "unknown-contact", "missing-field", "missing-currency", "number-too-small"
    } - {"number-too-small"}  # fmt: skip
    assert [(one.code, one.place, one.message, one.expected) for one in sorted(told, key=str)] == [
        (one.code, one.place, one.message, one.expected) for one in sorted(expected, key=str)
    ]
    assert not any(" row " in str(one.found) or "in rows" in str(one.found) for one in told)
    assert names(folder) == ["contacts", "interactions"]


def test_an_interaction_of_an_unknown_contact(policy, folder):
    strange = events(1, contact_id=["c-4O"], interaction_id=["i-lost"])
    tables = put(folder, people(), pl.concat([events(), strange]))
    (problem,) = problems_of(score_files, policy, *tables, folder / "s.parquet", at=AT, buckets=7)
    assert problem.code == "unknown-contact"
    assert problem.message == "1 of 301 rows belong to contacts that are not there"
    assert problem.found == "1 contact: interaction 'i-lost' of 'c-4O'"
    assert "did you mean" not in str(problem.hint)


def test_the_same_row_in_two_files_counts_once(policy, folder):
    tables = put(folder, people(), pl.concat([events(), events().gather_every(3)]), files=4)
    done = score_files(policy, *tables, folder / "s.parquet", at=AT, buckets=7)
    assert (done.interactions, done.repeated) == (300, 100)
    made = pl.read_parquet(folder / "s.parquet", glob=False)
    assert_frame_equal(ordered(made), whole(policy, *tables, at=AT))


@pytest.mark.parametrize(("column", "told"), [("note", "what the policy does not read"), ("path", "path")])
def test_one_id_with_two_contents_is_refused_whatever_differs(policy, folder, column, told):
    other = events().filter(pl.col("kind") == "page_viewed").head(5).with_columns(pl.lit("/x").alias(column))
    tables = put(folder, people(), pl.concat([events(), other]), files=4)
    (expected,) = problems_of(whole, policy, *tables, at=AT)
    (problem,) = problems_of(score_files, policy, *tables, folder / "s.parquet", at=AT, buckets=7)
    assert (problem.code, problem.message) == (expected.code, expected.message)
    assert f"they differ in {told}" in problem.found


def test_later_interactions_are_looked_at_too(policy, folder):
    late = events(1, occurred_at=[AT + 9 * DAY], kind=["page_veiwed"], interaction_id=["late"])
    tables = put(folder, people(), pl.concat([events(), late]))
    (problem,) = problems_of(score_files, policy, *tables, folder / "s.parquet", at=AT, buckets=7)
    assert problem.code == "unknown-kind"


class Stop:
    """Raises where a work begins or goes on."""

    def __init__(self, name, error=KeyboardInterrupt):
        self.name, self.error = name, error

    def __call__(self, name, done):
        if name == self.name:
            raise self.error


@pytest.mark.parametrize("work", ["reading", "scoring", "writing"])
@pytest.mark.parametrize("out", ["s.parquet", "scores"])
def test_what_is_interrupted_leaves_nothing(policy, folder, work, out):
    tables = put(folder, people(), events())
    before = names(folder)
    with pytest.raises(KeyboardInterrupt):
        score_files(policy, *tables, folder / out, at=AT, buckets=3, progress=Stop(work))
    assert names(folder) == before


def test_what_is_interrupted_leaves_the_earlier_result(policy, folder):
    tables = put(folder, people(), events())
    score_files(policy, *tables, folder / "scores", at=AT, buckets=2)
    earlier = names(folder / "scores")
    with pytest.raises(KeyboardInterrupt):
        score_files(policy, *tables, folder / "scores", at=AT, buckets=3, progress=Stop("scoring"))
    assert names(folder / "scores") == earlier
    score_files(policy, *tables, folder / "scores", at=AT + DAY, buckets=5)
    assert len(names(folder / "scores")) == 5


def test_progress_comes_from_nothing_to_all(policy, folder, small_steps):
    tables = put(folder, people(), events())
    seen = {}
    score_files(
        policy, *tables, folder / "s.csv", at=AT, buckets=4,
        progress=lambda name, done: seen.setdefault(name, []).append(done),
    )  # fmt: skip
    assert list(seen) == ["reading", "scoring", "writing"]
    for steps in seen.values():
        assert steps == sorted(steps)
        assert steps[-1] == 1.0
    assert len(seen["reading"]) > 10
    assert len(seen["scoring"]) == 4
    assert len(seen["writing"]) > 4


@pytest.mark.parametrize("failing", ["spread", "sink"])
def test_a_full_disk_is_an_error_and_no_half_file(policy, folder, monkeypatch, failing):
    tables = put(folder, people(), events())

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = names(folder)
    owner, name = (pl.DataFrame, "write_parquet") if failing == "spread" else (pl.LazyFrame, "sink_parquet")
    monkeypatch.setattr(owner, name, full)
    (problem,) = problems_of(score_files, policy, *tables, folder / "s.parquet", at=AT)
    assert problem.code == "unwritable-file"
    assert "No space left on device" in problem.message
    assert names(folder) == before


def test_what_cannot_be_read_is_told(policy, folder):
    contacts, interactions = put(folder, people(), events())
    (folder / "empty").mkdir()
    (folder / "texts").mkdir()
    (folder / "texts" / "a.csv").write_text("contact_id\n")
    problems = problems_of(score_files, policy, folder / "empty", folder / "texts", folder / "s.parquet", at=AT)
    assert [problem.message for problem in problems] == ["no Parquet file is there"] * 2
    assert ".csv" in problems[1].hint
    problems = problems_of(score_files, policy, folder / "a.csv", folder / "none.parquet", folder / "s.csv", at=AT)
    assert [problem.code for problem in problems] == ["unknown-format", "unreadable-file"]
    assert "frames.read_contacts" in problems[0].hint
    events(4).with_columns(path=pl.lit(1.5)).write_parquet(interactions / "other.parquet")
    assert {one.code for one in problems_of(score_files, policy, contacts, interactions, folder / "s.csv", at=AT)} == {
        "wrong-type"
    }
    (interactions / "other.parquet").write_bytes((interactions / "part-0.parquet").read_bytes()[:-9])
    problems = problems_of(score_files, policy, contacts, interactions, folder / "s.parquet", at=AT)
    assert [problem.code for problem in problems] == ["bad-parquet"]


def test_two_types_in_the_files_of_one_table_are_told(folder):
    kinds = {"quiz": {"properties": {"path": {"type": "number"}}}}
    policy = Policy(**POLICY, interactions=kinds)
    contacts, interactions = put(folder, people(), events())
    quiz = events(1, kind=["quiz"], interaction_id=["q"]).with_columns(path=pl.lit(4.0))
    quiz.write_parquet(interactions / "quiz.parquet")
    (problem,) = problems_of(score_files, policy, contacts, interactions, folder / "s.parquet", at=AT)
    assert (problem.code, problem.place.path) == ("mixed-column", "path")
    assert "part-0.parquet" in problem.found


def test_columns_are_looked_at_before_the_long_work(policy, folder):
    contacts, interactions = put(folder, people().rename({"country": "contry"}), events())
    never = Stop("reading", AssertionError)
    problems = problems_of(score_files, policy, contacts, interactions, folder / "s.csv", at=AT, progress=never)
    assert [problem.code for problem in problems] == ["unknown-column"]
    problems = problems_of(
        score_files, policy, contacts, interactions, folder / "s.csv", at=AT, progress=never,
        ignore_unknown_columns=True, buckets=0,
    )  # fmt: skip
    assert [problem.code for problem in problems] == ["bad-argument"]
    rule = {"id": "r", "when": "contact.source in contact.roles", "points": 1}
    policy = Policy(name="p", scores={"heat": {"range": [0, 9], "rules": [rule]}})
    with pytest.raises(UnsupportedError):
        score_files(policy, contacts, interactions, folder / "s.csv", at=AT, progress=never,
                    ignore_unknown_columns=True)  # fmt: skip


@pytest.mark.parametrize(
    ("out", "code"),
    [
        ("contacts/s.parquet", "overwritten-file"),
        ("contacts/part-0.parquet", "overwritten-file"),
        ("contacts/deep", "overwritten-file"),
        ("contacts", "overwritten-file"),
        ("all", "overwritten-file"),
        ("interactions/s.parquet", "overwritten-file"),
        ("nowhere/s.parquet", "unwritable-file"),
        ("nowhere/scores", "unwritable-file"),
        ("s.xlsx", "unknown-format"),
        ("taken", "unwritable-file"),
        ("folder.parquet", "unwritable-file"),
    ],
)
def test_targets_that_cannot_be(policy, folder, monkeypatch, out, code):
    monkeypatch.chdir(folder)
    put(folder, people(), events())
    (folder / "all").mkdir()
    (folder / "all" / "mine.txt").write_text("precious")
    (folder / "taken").write_text("precious")
    (folder / "folder.parquet").mkdir()
    before = sorted(folder.rglob("*"))
    assert problems_of(score_files, policy, "contacts", "interactions/*.parquet", out, at=AT)[0].code == code
    assert sorted(folder.rglob("*")) == before


def test_arguments_are_checked(policy, folder):
    tables = put(folder, people(), events())
    assert problems_of(score_files, "sales", *tables, folder / "s.csv", at=AT)[0].code == "wrong-type"
    assert problems_of(score_files, policy, *tables, folder / "s.csv", at=datetime(2026, 1, 1))[0].code == (
        "naive-datetime"
    )


class Whole:
    """A scorer of tables, whose ledger has a line for some contacts alone."""

    name = "whole"

    def score(self, contact, history, *, at):
        return Score(name=self.name, value=float(len(history)))

    def score_frame(self, contacts, interactions, *, at):
        seen = interactions.filter(pl.col("occurred_at") <= at).group_by("contact_id").len("score")
        answers = contacts.select("contact_id").join(seen, on="contact_id", how="left", maintain_order="left")
        answers = answers.with_columns(pl.col("score").fill_null(0).cast(pl.Float64))
        answers = answers.with_columns(all=pl.col("score"))
        found = contacts.join(interactions.filter(pl.col("note") == "note 7"), on="contact_id", how="semi")
        return answers.with_columns(seventh=pl.lit(0.0)) if found.height else answers


class OneByOne:
    name = "whole"

    def score(self, contact, history, *, at):
        return Score(name=self.name, value=float(sum(one.note != "note 3" for one in history)))


def test_scorers_get_every_column_a_bucket_at_a_time(folder):
    policy = Policy(name="p", scores=POLICY["scores"], scorers={"whole": {"range": [0, 1000]}})
    tables = put(folder, people(), events())
    with pytest.raises(LeadqualError) as caught:
        score_files(policy, *tables, folder / "s.parquet", at=AT, progress=Stop("reading", AssertionError))
    assert caught.value.code == "scorer-missing"
    of_tables = policy.with_scorer("whole", Whole())
    score_files(of_tables, *tables, folder / "s.parquet", at=AT, buckets=5, ledger=True)
    made = ordered(pl.read_parquet(folder / "s.parquet", glob=False))
    assert_frame_equal(made.drop("score.whole.seventh"), whole(of_tables, *tables, at=AT, ledger=True).select(
        pl.exclude("score.whole.seventh")), check_column_order=False)  # fmt: skip
    assert 0 < made["score.whole.seventh"].null_count() < made.height
    one_by_one = policy.with_scorer("whole", OneByOne())
    with pytest.warns(SlowScorerWarning) as caught:
        score_files(one_by_one, *tables, folder / "s.parquet", at=AT, buckets=3)
    assert len(caught) == 1
    made = ordered(pl.read_parquet(folder / "s.parquet", glob=False))
    with pytest.warns(SlowScorerWarning):
        assert_frame_equal(made, whole(one_by_one, *tables, at=AT))
