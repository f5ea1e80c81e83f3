from __future__ import annotations

import csv
import errno
import gc
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

pl = pytest.importorskip("polars")
pytest.importorskip("narwhals")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from polars.testing import assert_frame_equal  # noqa: E402
from support.folders import names, put  # noqa: E402

from leadqual import EvaluationError, InputError, LateInteraction, Policy, datasets, policies  # noqa: E402
from leadqual.frames import (  # noqa: E402
    read_contacts,
    read_interactions,
    replay,
    replay_files,
    standings,
)
from leadqual.frames.streams import replay_folder  # noqa: E402

UNTIL = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = {
    "name": "tiny",
    "review_every": "1d",
    "scores": {
        "heat": {
            "range": [0, 100],
            "rules": [
                {"id": "home", "when": "contact.country == 'ID'", "points": 5},
                {"id": "view", "each": "page_viewed[path == '/pricing']", "points": 20, "half_life": "10d"},
            ],
        }
    },
    "stages": {"lead": {"initial": True}, "mql": {}, "sql": {}},
    "transitions": [
        {"id": "warm", "source": "lead", "target": "mql", "when": "score.heat >= 20"},
        {"id": "asked", "source": ["lead", "mql"], "target": "sql", "event": "demo_requested"},
        {"id": "cold", "source": "mql", "target": "lead", "when": "score.heat < 8"},
        {"id": "lost", "source": "sql", "target": "lead", "when": "days_in_stage >= 5"},
    ],
}


@pytest.fixture(scope="module")
def policy():
    return Policy(**POLICY)


def people(number=30, **columns):
    ids = [f"c-{one}" for one in range(number)]
    created = [UNTIL + DAY if one == 29 else UNTIL - 100 * DAY for one in range(number)]
    held = {"contact_id": ids, "country": [("ID", "SG", None)[one % 3] for one in range(number)]}
    return pl.DataFrame({**held, "created_at": created, "full_name": ["Siti"] * number, **columns})


def events(number=240, contacts=30, **columns):
    rows = range(number)
    held = {
        "contact_id": [f"c-{one * 13 % (contacts - 1)}" for one in rows],
        "interaction_id": [f"i-{one}" for one in rows],
        "kind": [("page_viewed", "demo_requested", "page_viewed", "email_opened")[one // 7 % 4] for one in rows],
        "occurred_at": [UNTIL - one * DAY / 3 + DAY for one in rows],
        "path": [("/pricing", None, "/", None)[one // 7 % 4] for one in rows],
        "note": [f"note {one}" for one in rows],
    }
    return pl.DataFrame({**held, **columns})


def of(folder):
    """Return the rows of all files of a folder, and every file with its bytes."""
    files = sorted(folder.iterdir())
    return pl.read_parquet(files, glob=False), {file.name: file.read_bytes() for file in files}


def both(policy, contacts, interactions, until=UNTIL, earlier=None):
    """Return moves and standings of whole tables, in the order of their contacts."""
    tables = read_contacts(contacts, policy), read_interactions(interactions, policy)
    moves = replay(policy, *tables, until=until, standings=earlier)
    return in_order(moves), in_order(standings(policy, *tables, at=until, standings=earlier))


def in_order(frame):
    return frame.sort("contact_id", maintain_order=True)


def read(file):
    return in_order(pl.read_parquet(file, glob=False))


@pytest.mark.parametrize("buckets", [None, 5])
def test_moves_and_standings_are_those_of_the_whole_tables(policy, folder, small_steps, buckets):
    tables = put(folder, people(), events())
    before = names(folder)
    out, stands = folder / "m.parquet", folder / "s.parquet"
    done = replay_files(policy, *tables, out, until=UNTIL, standings_out=stands, buckets=buckets)
    moves, at_the_end = both(policy, *tables)
    assert_frame_equal(read(out), moves)
    assert_frame_equal(read(stands), at_the_end)
    assert moves.height > 50
    assert (done.contacts, done.interactions, done.repeated, done.after_until) == (30, 240, 0, 3)
    assert (done.buckets, done.resumed, done.out, done.standings) == (buckets or 1, 0, out, stands)
    assert names(folder) == sorted([*before, "m.parquet", "s.parquet"])


@pytest.mark.parametrize("out", ["m.parquet", "moves", None])
def test_the_counts_are_those_of_the_result(policy, folder, out):
    tables = put(folder, people(), events())
    done = replay_files(policy, *tables, out and folder / out, until=UNTIL, buckets=5)
    moves, at_the_end = both(policy, *tables)
    fired = Counter(moves["transition"])
    assert list(done.moves.items()) == [(way.id, fired[way.id]) for way in policy.transitions]
    stood = Counter(at_the_end.filter(pl.col("entered_at").is_not_null())["stage"])
    assert list(done.stages.items()) == [(stage, stood[stage]) for stage in policy.stages]
    assert all(fired.values())
    assert done.not_appeared == 1
    assert done.out == (out and folder / out)
    assert sum(done.stages.values()) == 29


def test_the_policy_that_ships_gives_the_same(folder):
    demo, policy = datasets.demo(contacts=40), policies.sales()
    tables = put(folder, *demo.frames(), files=2)
    replay_files(policy, *tables, folder / "m.parquet", until=demo.at, standings_out=folder / "s.parquet", buckets=3)
    moves, at_the_end = both(policy, *tables, until=demo.at)
    assert_frame_equal(read(folder / "m.parquet"), moves)
    assert_frame_equal(read(folder / "s.parquet"), at_the_end)


def test_every_format_holds_the_same_in_the_same_order(policy, folder):
    tables = put(folder, people(), events())
    for name in ("m.parquet", "m.csv", "m.jsonl", "moves"):
        replay_files(policy, *tables, folder / name, until=UNTIL, buckets=2)
    made = pl.read_parquet(folder / "m.parquet", glob=False)
    assert_frame_equal(of(folder / "moves")[0], made)
    assert names(folder / "moves") == [f"part-{number:05d}.parquet" for number in range(2)]
    text = made.with_columns(pl.col("at", "entered_at").dt.strftime("%Y-%m-%dT%H:%M:%S"))
    with (folder / "m.csv").open(newline="") as handle:
        rows = [{**row, "at": row["at"][:19], "entered_at": row["entered_at"][:19]} for row in csv.DictReader(handle)]
    assert rows == text.fill_null("").to_dicts()
    lines = [json.loads(line) for line in (folder / "m.jsonl").read_text().splitlines()]
    assert [(line["contact_id"], line["transition"]) for line in lines] == made.select(
        "contact_id", "transition"
    ).rows()


@pytest.mark.parametrize("name", ["s.parquet", "stands"])
def test_standings_alone(policy, folder, name):
    tables = put(folder, people(), events())
    before = names(folder)
    done = replay_files(policy, *tables, None, until=UNTIL, standings_out=folder / name, buckets=3)
    made = read(folder / name) if name == "s.parquet" else in_order(of(folder / name)[0])
    assert_frame_equal(made, both(policy, *tables)[1])
    assert (done.out, done.standings) == (None, folder / name)
    assert set(names(folder)) - set(before) <= {name, "stands.replay.json"}


@settings(max_examples=3)
@given(buckets=st.integers(1, 4), days=st.integers(0, 60), cut=st.integers(0, 60))
def test_going_on_from_standings_is_as_at_once(policy, tmp_path_factory, buckets, days, cut):
    folder = tmp_path_factory.mktemp("on")
    tables = put(folder, people(), events())
    early, late = sorted([UNTIL - days * DAY, UNTIL - cut * DAY])
    first, then, once = (folder / f"{name}.parquet" for name in ("first", "then", "once"))
    stands, last, whole = (folder / f"{name}.parquet" for name in ("stands", "last", "whole"))
    replay_files(policy, *tables, first, until=early, standings_out=stands, buckets=buckets)
    replay_files(policy, *tables, then, until=late, standings=stands, standings_out=last, buckets=3)
    replay_files(policy, *tables, once, until=late, standings_out=whole)
    assert_frame_equal(in_order(pl.concat([pl.read_parquet(first), pl.read_parquet(then)])), read(once))
    assert_frame_equal(read(last), read(whole))


@pytest.mark.parametrize(("contacts", "interactions"), [(0, 0), (3, 0)])
@pytest.mark.parametrize("out", ["m.parquet", "moves"])
def test_tables_without_rows(policy, folder, contacts, interactions, out):
    tables = put(folder, people().head(contacts), events().head(interactions))
    done = replay_files(policy, *tables, folder / out, until=UNTIL, buckets=5)
    assert (done.contacts, done.interactions, sum(done.moves.values())) == (contacts, interactions, 0)
    assert done.stages["lead"] == contacts
    assert (
        replay(policy, people().head(0), events().head(0), until=UNTIL).schema
        == (pl.read_parquet(folder / "m.parquet", glob=False) if out == "m.parquet" else of(folder / out)[0]).schema
    )


def test_the_same_row_in_two_files_counts_once(policy, folder):
    tables = put(folder, people(), pl.concat([events(), events().gather_every(3)]), files=4)
    done = replay_files(policy, *tables, folder / "m.parquet", until=UNTIL, buckets=4)
    assert (done.interactions, done.repeated) == (240, 80)
    assert_frame_equal(read(folder / "m.parquet"), in_order(replay(policy, people(), events(), until=UNTIL)))


class Stop:
    """Raises where a work has come so far."""

    def __init__(self, name, done=0.0, error=KeyboardInterrupt):
        self.name, self.done, self.error = name, done, error

    def __call__(self, name, done):
        if name == self.name and done >= self.done:
            raise self.error


@pytest.mark.parametrize("work", ["reading", "replaying", "writing"])
def test_files_that_are_interrupted_leave_nothing(policy, folder, work):
    tables = put(folder, people(), events())
    (folder / "m.parquet").write_text("what was there before")
    before = names(folder)
    with pytest.raises(KeyboardInterrupt):
        replay_files(
            policy, *tables, folder / "m.parquet", until=UNTIL, standings_out=folder / "s.csv", buckets=3,
            progress=Stop(work),
        )  # fmt: skip
    assert names(folder) == before
    assert (folder / "m.parquet").read_text() == "what was there before"


def test_folders_that_are_interrupted_early_leave_nothing(policy, folder):
    tables = put(folder, people(), events())
    before = names(folder)
    with pytest.raises(KeyboardInterrupt):
        replay_files(policy, *tables, folder / "moves", until=UNTIL, buckets=3, progress=Stop("reading"))
    assert names(folder) == before


@pytest.mark.parametrize("stops", [[1 / 4], [2 / 4, 1 / 2], [1.0], [1 / 4, 1 / 3]])
def test_what_was_interrupted_goes_on(policy, folder, small_steps, stops):
    tables = put(folder, people(), events())
    whole, parts = folder / "whole", folder / "parts"
    replay_files(policy, *tables, whole, until=UNTIL, standings_out=folder / "stands", buckets=4)
    options = {"until": UNTIL, "standings_out": folder / "parts of standings"}
    finished = 0
    for stop in stops:
        with pytest.raises(KeyboardInterrupt):
            replay_files(policy, *tables, parts, **options, buckets=4 if finished == 0 else None,
                         progress=Stop("replaying", stop))  # fmt: skip
        before, finished = finished, len(names(parts))
        assert finished > before
        assert names(parts) == names(folder / "parts of standings")
        expected = of(whole)[1]
        assert all(held == expected[name] for name, held in of(parts)[1].items())
        told = json.loads((folder / "parts.replay.json").read_text())
        assert (told["complete"], len(told["finished"]), told["work"]) == (finished == 4, finished, None)
        assert not list(folder.glob(".*"))
    done = replay_files(policy, *tables, parts, **options)
    assert (done.buckets, done.resumed) == (4, finished)
    assert of(parts)[1] == of(whole)[1]
    assert of(folder / "parts of standings")[1] == of(folder / "stands")[1]
    assert json.loads((folder / "parts.replay.json").read_text())["complete"]
    again = replay_files(policy, *tables, parts, **options, progress=Stop("reading", error=AssertionError))
    assert again.resumed == 4
    assert (again.moves, again.stages, again.contacts) == (done.moves, done.stages, 30)


def test_only_buckets_that_are_not_finished_are_replayed(policy, folder, monkeypatch):
    tables = put(folder, people(), events())
    replay_files(policy, *tables, folder / "moves", until=UNTIL, buckets=4)
    made = of(folder / "moves")[1]
    (folder / "moves" / "part-00000.parquet").unlink()
    fewer = pl.read_parquet(folder / "moves" / "part-00001.parquet", glob=False).head(0)
    fewer.write_parquet(folder / "moves" / "part-00001.parquet")
    (folder / "moves" / "part-00003.parquet").write_bytes(b"PAR1 half")
    seen = []
    add = replay_folder.Folders.add
    monkeypatch.setattr(
        replay_folder.Folders, "add", lambda self, bucket, *rest: seen.append(bucket) or add(self, bucket, *rest)
    )
    done = replay_files(policy, *tables, folder / "moves", until=UNTIL)
    assert (seen, done.resumed) == ([0, 1, 3], 1)
    assert of(folder / "moves")[1] == made


def problems_of(function, *arguments, **options):
    with pytest.raises(InputError) as caught:
        function(*arguments, **options)
    return caught.value.problems


def other_file(folder):
    file = folder / "interactions" / "part-1.parquet"
    pl.read_parquet(file, glob=False).with_columns(path=pl.lit("/other")).write_parquet(file)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"until": UNTIL - DAY}, {"until"}),
        ({"policy": Policy(**{**POLICY, "review_every": "2d"})}, {"policy"}),
        ({"buckets": 4}, {"buckets"}),
        ({"standings_out": "stands"}, {"standings_out"}),
        ({"ignore_unknown_columns": True, "time_zone": "Asia/Jakarta"}, {"ignore_unknown_columns", "time_zone"}),
        ({"standings": "earlier.parquet"}, {"standings"}),
        ({"rows": other_file}, {"interactions"}),
        ({"rows": lambda folder: os.utime(folder / "contacts" / "part-0.parquet")}, {"contacts"}),
        ({"polars": "0.0"}, {"polars"}),
    ],
)
def test_another_replay_into_the_folder_is_refused(policy, folder, monkeypatch, change, told):
    tables = put(folder, people(), events())
    stands = folder / "earlier.parquet"
    replay_files(policy, *tables, folder / "x.csv", until=UNTIL - 9 * DAY, standings_out=stands)
    with pytest.raises(KeyboardInterrupt):
        replay_files(policy, *tables, folder / "moves", until=UNTIL, buckets=3, progress=Stop("replaying", 0.5))
    before = of(folder / "moves")[1]
    if "polars" in change:
        monkeypatch.setattr(pl, "__version__", change.pop("polars"))
    change.pop("rows", lambda folder: None)(folder)
    named = {name: folder / change.pop(name) for name in ("standings", "standings_out") if name in change}
    problems = problems_of(
        replay_files, change.pop("policy", policy), *tables, folder / "moves", **{"until": UNTIL, **change, **named}
    )
    assert {(problem.code, problem.place.path) for problem in problems} == {("other-replay", name) for name in told}
    assert all(problem.found and problem.expected for problem in problems)
    assert of(folder / "moves")[1] == before
    assert not (folder / "stands").exists()


def test_an_emptied_folder_is_begun_anew(policy, folder):
    tables = put(folder, people(), events())
    replay_files(policy, *tables, folder / "moves", until=UNTIL - DAY, buckets=3)
    for file in (folder / "moves").iterdir():
        file.unlink()
    done = replay_files(policy, *tables, folder / "moves", until=UNTIL)
    assert (done.buckets, done.resumed, names(folder / "moves")) == (1, 0, ["part-00000.parquet"])


def test_a_folder_with_other_files_is_left_alone(policy, folder):
    tables = put(folder, people(), events())
    (folder / "moves").mkdir()
    (folder / "moves" / "part-00000.parquet").write_text("mine")
    (problem,) = problems_of(replay_files, policy, *tables, folder / "moves", until=UNTIL)
    assert problem.code == "overwritten-file"
    (folder / "moves.replay.json").write_text("{")
    (problem,) = problems_of(replay_files, policy, *tables, folder / "moves", until=UNTIL)
    assert (problem.code, Path(problem.place.source).name) == ("other-replay", "moves.replay.json")
    assert (folder / "moves" / "part-00000.parquet").read_text() == "mine"
    (folder / "moves" / "part-00000.parquet").unlink()
    assert replay_files(policy, *tables, folder / "moves", until=UNTIL).resumed == 0


def test_bad_rows_leave_nothing_of_what_was_finished(policy, folder):
    bad = events(1, contact_id=["c-99"], interaction_id=["i-lost"])
    tables = put(folder, people(), pl.concat([events(), bad]))
    before = names(folder)
    for out in ("moves", "m.parquet"):
        (problem,) = problems_of(replay_files, policy, *tables, folder / out, until=UNTIL, buckets=4)
        assert problem.code == "unknown-contact"
        assert problem.message == "1 of 241 rows belong to contacts that are not there"
        assert names(folder) == before


def test_a_condition_that_is_unknown_can_refuse(folder):
    ways = [{**POLICY["transitions"][0], "when": "contact.country == 'ID'", "on_unknown": "error"}]
    tables = put(folder, people(), events())
    before = names(folder)
    with pytest.raises(EvaluationError):
        replay_files(Policy(**{**POLICY, "transitions": ways}), *tables, folder / "moves", until=UNTIL, buckets=4)
    assert names(folder) == before


def test_a_full_disk_keeps_what_is_finished(policy, folder, monkeypatch):
    tables = put(folder, people(), events())
    write, written = pl.DataFrame.write_parquet, []

    def full(frame, file, **options):
        if Path(file).name.startswith(".part-"):
            written.append(file)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(frame, file, **options)

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    (problem,) = problems_of(replay_files, policy, *tables, folder / "moves", until=UNTIL, buckets=4)
    assert problem.code == "unwritable-file"
    assert names(folder / "moves") == ["part-00000.parquet", "part-00001.parquet"]
    monkeypatch.undo()
    assert replay_files(policy, *tables, folder / "moves", until=UNTIL).resumed == 2


RUN = """
import sys
from datetime import datetime
from leadqual import Policy
from leadqual.frames import replay_files
replay_files(Policy.load("p.json"), "contacts", "interactions", "moves", until=datetime.fromisoformat(sys.argv[1]),
             buckets=12)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
def test_what_was_killed_goes_on(policy, folder):
    tables = put(folder, people(), events())
    (folder / "p.json").write_text(json.dumps(POLICY))
    with subprocess.Popen([sys.executable, "-c", RUN, UNTIL.isoformat()], cwd=folder) as process:
        limit = monotonic() + 60
        while len(list(folder.glob("moves/part*"))) < 3 and monotonic() < limit and process.poll() is None:
            sleep(0.002)
        process.kill()
    left = names(folder / "moves")
    assert list(folder.glob(".moves.*"))
    (folder / ".moves.replay.json.1.part").write_text("{")  # as if it had been killed while it wrote that file
    done = replay_files(policy, *tables, folder / "moves", until=UNTIL)
    assert 2 <= done.resumed <= len(left) <= 12
    assert not list(folder.glob(".moves.*"))
    assert names(folder / "moves") == [f"part-{number:05d}.parquet" for number in range(12)]
    assert_frame_equal(in_order(of(folder / "moves")[0]), both(policy, *tables)[0])


def test_progress_comes_from_nothing_to_all(policy, folder, small_steps):
    tables = put(folder, people(), events())
    seen = {}
    replay_files(
        policy, *tables, folder / "m.csv", until=UNTIL, buckets=4,
        progress=lambda name, done: seen.setdefault(name, []).append(done),
    )  # fmt: skip
    assert list(seen) == ["reading", "replaying", "writing"]
    assert all(steps == sorted(steps) and steps[-1] == 1.0 for steps in seen.values())
    assert len(seen["replaying"]) == 4


def test_a_bucket_leaves_nothing_in_memory(policy, folder):
    def held():
        gc.collect()
        return sum(isinstance(one, pl.DataFrame) for one in gc.get_objects())

    tables = put(folder, people(), events())
    replay_files(policy, *tables, folder / "m.parquet", until=UNTIL, buckets=1)
    before = held()
    replay_files(policy, *tables, folder / "m.parquet", until=UNTIL, buckets=4)
    assert held() <= before


def test_standings_that_do_not_fit_are_refused(policy, folder):
    tables = put(folder, people(), events())
    stands = folder / "earlier.parquet"
    replay_files(policy, *tables, folder / "x.csv", until=UNTIL, standings_out=stands)
    early = {"until": UNTIL - DAY, "standings": stands, "buckets": 7}
    (problem,) = problems_of(replay_files, policy, *tables, folder / "m.parquet", **early)
    assert problem.code == "standing-in-future"
    assert problem.message.startswith("30 of 30 standings lie after")
    assert " in row " not in problem.found
    pl.read_parquet(stands, glob=False).drop("stage").write_parquet(folder / "less.parquet")
    never = Stop("reading", error=AssertionError)
    (problem,) = problems_of(
        replay_files, policy, *tables, folder / "m.csv", until=UNTIL, standings=folder / "less.parquet", progress=never
    )
    assert problem.code == "missing-column"
    (problem,) = problems_of(replay_files, policy, *tables, folder / "m.csv", until=UNTIL, standings=folder / "x.csv")
    assert problem.code == "unknown-format"
    assert not (folder / "m.parquet").exists()


def test_late_interactions_are_counted_over_all_buckets(policy, folder):
    tables = put(folder, people(), events())
    stands = folder / "earlier.parquet"
    replay_files(policy, *tables, folder / "x.csv", until=UNTIL - 9 * DAY, standings_out=stands)
    before = names(folder)
    tables = put(folder, people(), events().filter(pl.col("occurred_at") > UNTIL - 9 * DAY))
    for out in ("m.parquet", "moves"):
        with pytest.raises(LateInteraction) as caught:
            replay_files(policy, *tables, folder / out, until=UNTIL, standings=stands, buckets=4)
        with pytest.raises(LateInteraction) as expected:
            both(policy, *tables, earlier=pl.read_parquet(stands, glob=False))
        assert caught.value.problems[0].message == expected.value.problems[0].message
        assert len(caught.value.problems) == 1
        assert names(folder) == before


@pytest.mark.parametrize(
    ("out", "stands", "code"),
    [
        ("contacts/m.parquet", None, "overwritten-file"),
        ("contacts", None, "overwritten-file"),
        ("m.parquet", "interactions/s.parquet", "overwritten-file"),
        ("m.parquet", "m.parquet", "overwritten-file"),
        ("moves", "moves", "overwritten-file"),
        ("moves", "moves/stands", "unwritable-file"),
        ("moves/m", "moves", "unwritable-file"),
        ("m.parquet", "earlier.parquet", "overwritten-file"),
        ("m.parquet", "stands", "bad-argument"),
        ("moves", "s.parquet", "bad-argument"),
        ("nowhere/moves", None, "unwritable-file"),
        ("m.xlsx", None, "unknown-format"),
        ("m.parquet", "s.xlsx", "unknown-format"),
    ],
)
def test_targets_that_cannot_be(policy, folder, monkeypatch, out, stands, code):
    monkeypatch.chdir(folder)
    put(folder, people(), events())
    replay_files(policy, "contacts", "interactions", "x.csv", until=UNTIL - 9 * DAY, standings_out="earlier.parquet")
    before = sorted(folder.rglob("*"))
    problems = problems_of(
        replay_files, policy, "contacts", "interactions/*.parquet", out, until=UNTIL, standings_out=stands,
        standings="earlier.parquet",
    )  # fmt: skip
    assert problems[0].code == code
    assert sorted(folder.rglob("*")) == before


def test_arguments_are_checked(policy, folder):
    tables = put(folder, people(), events())
    assert problems_of(replay_files, "sales", *tables, folder / "m.csv", until=UNTIL)[0].code == "wrong-type"
    assert problems_of(replay_files, policy, *tables, folder / "m.csv", until=datetime(2026, 1, 1))[0].code == (
        "naive-datetime"
    )
    assert problems_of(replay_files, policy, *tables, folder / "m.csv", until=UNTIL, buckets=0)[0].code == (
        "bad-argument"
    )
