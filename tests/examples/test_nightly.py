"""The nightly job: the application's own standings, a night whole or not at all, and nothing done twice."""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.web import EXAMPLES, POLICY, WEB, day, desk_of, sent, web

import leadqual as lq

NIGHTLY = EXAMPLES / "nightly"
NAMES = [f"c/{number} 😀" for number in range(14)]
KINDS = ["page_viewed", "demo_requested", "page_viewed", "purchase"]
MONDAY, TUESDAY = day(20), day(24.5)


@pytest.fixture
def nightly() -> Any:
    web()
    if str(NIGHTLY) not in sys.path:
        sys.path.insert(0, str(NIGHTLY))
    import nightly as found  # noqa: PLC0415 - found only now

    return found


def happened(begin: float, end: float, seed: int) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    return [
        sent(name, f"{seed}-{name}-{number}", dice.choice(KINDS), day(dice.uniform(begin, end)))
        for name in NAMES[:-1]  # nothing happens with the last
        for number in range(dice.randrange(5))
    ]


@pytest.fixture
def desk(database: str, policy_file: Path) -> Iterator[Any]:
    """The application with contacts, on Monday."""
    with desk_of(database, policy_file, MONDAY) as desk:
        for name in NAMES:
            desk.put(lq.Contact(id=name, country=random.Random(name).choice(["ID", "US", None]), phone="+12125550123"))
        take_in(desk, happened(0, 20, 1))
        yield desk


def take_in(desk: Any, rows: list[dict[str, Any]]) -> None:
    from leads.reading import arrivals_of  # noqa: PLC0415 - found only now

    desk.take_in(arrivals_of(desk.deciding.policy, rows))


class Nights:
    """Runs nights on a database, each with its job."""

    def __init__(self, nightly: Any, database: str, policy: Path, out: Path) -> None:
        self.nightly, self.database, self.policy, self.out = nightly, database, policy, out

    def __call__(self, at: datetime, out: str = "nights", size: int = 6, **more: Any) -> Path:
        policy = lq.Policy.load(self.policy)
        job = self.nightly.Job(policy, at, call=("sql",), **more)
        from sources import ApplicationDatabase  # noqa: PLC0415 - found only now

        source = ApplicationDatabase(self.database, policy, job.on_new_policy)
        try:
            return self.nightly.run(job, source, self.out / out, size=size)
        finally:
            source.close()

    def command(self, at: datetime, out: str) -> list[str]:
        given = ["--policy", str(self.policy), "--at", at.isoformat(), "--out", str(self.out / out), "--size", "5"]
        return [sys.executable, str(NIGHTLY / "nightly.py"), *given, "--database", self.database, "--call", "sql"]


@pytest.fixture
def nights(nightly: Any, database: str, policy_file: Path, desk: Any, tmp_path: Path) -> Nights:
    return Nights(nightly, database, policy_file, tmp_path)


def tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    found = {name: pl.read_parquet(folder / f"{name}.parquet").to_dicts() for name in ("standings", "moved", "to_call")}
    assert sorted(path.name for path in folder.iterdir()) == [
        "moved.csv", "moved.parquet", "plan.json", "standings.parquet", "to_call.csv", "to_call.parquet"]  # fmt: skip
    return found


def now(desk: Any, at: datetime) -> dict[str, tuple[Any, Any]]:
    """Return where the application says that everybody stands, by one decision each from the beginning."""
    found = {}
    for name in NAMES:
        standing = desk.decide(name, at).standing
        found[name] = (standing.stage, standing.entered_at)
    return found


def test_night_after_night_stands_what_the_application_says(nights: Nights, desk: Any) -> None:
    monday = tables(nights(MONDAY))
    assert {one["contact_id"]: (one["stage"], one["entered_at"]) for one in monday["standings"]} == now(desk, MONDAY)
    late = sent(NAMES[0], "late", "purchase", day(2))  # before the lookback: leadqual itself would not notice
    take_in(desk, [*happened(20, 24, 2), late])
    tuesday = tables(nights(TUESDAY))
    wanted = now(desk, TUESDAY)
    assert {one["contact_id"]: (one["stage"], one["entered_at"]) for one in tuesday["standings"]} == wanted
    was = {one["contact_id"]: one["stage"] for one in monday["standings"]}
    moved = {one["contact_id"]: one for one in tuesday["moved"]}
    assert {name for name in NAMES if was[name] != wanted[name][0]} <= set(moved)
    assert moved[NAMES[0]]["late"]
    assert [moved[name]["was"] for name in moved] == [was[name] for name in moved]
    assert {one["contact_id"] for one in tuesday["to_call"]} == {name for name in NAMES if wanted[name][0] == "sql"}
    assert {one["code"] for one in tuesday["to_call"]} <= {
        "DNC_MISSING",
        "RULE_MISSING",
        "NO_WRITTEN_CONSENT",
        "OUTSIDE_HOURS",
    }


def test_the_application_knows_in_the_morning_whom_time_has_moved(nights: Nights, desk: Any) -> None:
    nights(MONDAY)
    moved = {one["contact_id"] for one in tables(nights(day(40)))["moved"]}
    assert moved
    on_file = {name for stage in desk.deciding.policy.stages for name in desk.standing_in([stage], 100)
               if desk.decide(name, day(40)).stage == stage}  # fmt: skip
    assert on_file == set(NAMES)
    assert all(desk.story(name).ledger for name in moved)


def test_run_twice_it_writes_nothing_the_second_time(nights: Nights, desk: Any) -> None:
    def written(folder: Path) -> dict[str, tuple[int, bytes]]:
        return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}

    first = written(nights(MONDAY))
    ledgers = [desk.story(name).ledger for name in NAMES]
    assert written(nights(MONDAY)) == first
    assert [desk.story(name).ledger for name in NAMES] == ledgers


class Gone(BaseException):
    """The process ends here."""


def test_wherever_it_ends_the_next_run_goes_on_and_finds_the_same(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, left = tables(nights(MONDAY, "whole")), {"steps": 0}

    def dying(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            left["steps"] -= 1
            if left["steps"] == 0:
                raise Gone
            return function(*arguments, **options)

        return step

    monkeypatch.setattr(pl.DataFrame, "write_parquet", dying(pl.DataFrame.write_parquet))
    monkeypatch.setattr(Path, "replace", dying(Path.replace))
    monkeypatch.setattr(shutil, "rmtree", dying(shutil.rmtree))
    for steps in range(1, 200, 4):
        left["steps"] = steps
        out = f"ends-{steps}"
        try:
            nights(MONDAY, out, size=12)
        except Gone:
            left["steps"] = -1
            assert tables(nights(MONDAY, out, size=12)) == whole
        else:
            break
    assert steps > 12


def test_killed_it_leaves_parts_that_the_next_run_keeps(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(WEB), *filter(None, sys.path)])}
    command = nights.command(MONDAY, "killed")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("first night")
        assert process.stdout.readline().startswith("part 0: 5 contacts")
        process.send_signal(signal.SIGKILL)
    assert not (nights.out / "killed" / nights.nightly.name_of(MONDAY)).exists()
    found = tables(nights(MONDAY, "killed", size=9))  # the plan of the night that was begun holds
    assert "part 0" not in (told := capsys.readouterr().out)
    assert "part 2: 4 contacts" in told
    assert found == tables(nights(MONDAY, "whole"))


def test_what_was_begun_or_made_for_another_caller_is_not_taken_for_this_one(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(_: Path) -> None:
        raise Gone

    with monkeypatch.context() as patch:
        patch.setattr(nights.nightly, "_to_disk", ended)
        with pytest.raises(Gone):
            nights(MONDAY)
    capsys.readouterr()
    nights(MONDAY, caller="collector")
    assert "part 0" in capsys.readouterr().out  # that of the seller says what a seller may do
    with pytest.raises(nights.nightly.Refused, match="made with another --caller; move it away"):
        nights(MONDAY)


def test_those_who_wait_equally_long_are_listed_in_one_order(nights: Nights, desk: Any) -> None:
    take_in(desk, [sent(name, f"same-{name}", "demo_requested", day(19.5)) for name in reversed(NAMES)])
    found = tables(nights(MONDAY, size=3))["to_call"]
    assert len({one["entered_at"] for one in found}) < len(found)
    assert found == sorted(found, key=lambda one: (not one["allowed"], one["entered_at"], one["contact_id"]))


@pytest.mark.parametrize("way", ["adopt", "replay"])
def test_another_policy_has_to_be_decided_on(nights: Nights, desk: Any, policy_file: Path, way: str) -> None:
    was = {one["contact_id"]: one["stage"] for one in tables(nights(MONDAY))["standings"]}
    policy_file.write_text(POLICY.replace("1.0.0", "2.0.0").replace("heat >= 40", "heat >= 90"), encoding="utf-8")
    with pytest.raises(lq.InputError) as caught:
        nights(TUESDAY)
    assert caught.value.code == "other-policy"
    with pytest.raises(nights.nightly.Refused, match="under another policy"):
        nights(MONDAY)
    found = {one["contact_id"]: one["stage"] for one in tables(nights(TUESDAY, on_new_policy=way))["standings"]}
    afresh = {name: stage for name, (stage, _) in Afresh(nights, desk)(TUESDAY).items()}
    assert (found == afresh) == (way == "replay")
    if way == "adopt":  # nobody moved for the policy alone
        assert {name for name in NAMES if was[name] == "sql" and found[name] == "lead"} == set()


class Afresh:
    """Decides everybody from the beginning by the policy as it is now."""

    def __init__(self, nights: Nights, desk: Any) -> None:
        self.policy, self.desk = lq.Policy.load(nights.policy), desk

    def __call__(self, at: datetime) -> dict[str, tuple[Any, Any]]:
        stories = [self.desk.story(name) for name in NAMES]
        decided = [self.policy.decide(story.contact, story.history, at=at).standing for story in stories]
        return {name: (one.stage, one.entered_at) for name, one in zip(NAMES, decided, strict=True)}


def test_nights_come_in_order_and_one_at_a_time(nights: Nights) -> None:
    nights(TUESDAY)
    refused = nights.nightly.Refused
    with pytest.raises(refused, match="holds a later night"):
        nights(MONDAY)
    with nights.nightly._alone(nights.out / "nights"), pytest.raises(refused, match="another process is at work"):
        nights(day(30))


def test_files_and_the_database_give_the_same(nights: Nights, desk: Any, tmp_path: Path, capsys: Any) -> None:
    from leadqual import frames  # noqa: PLC0415

    stories = [desk.story(name) for name in NAMES]
    whose = [story.contact for story in stories]
    pair = frames.from_models(whose, {story.contact.id: story.history for story in stories})
    for name, table in zip(("contacts", "interactions"), pair, strict=True):
        frames.write(table, tmp_path / f"{name}.parquet")
    given = [
        "--policy",
        str(nights.policy),
        "--at",
        MONDAY.isoformat(),
        "--out",
        str(tmp_path / "files"),
        "--call",
        "sql",
    ]
    files = ["--contacts", str(tmp_path / "contacts.parquet"), "--interactions", str(tmp_path / "interactions.parquet")]
    assert nights.nightly.main([*given, *files, "--size", "5"]) == 0
    folder = Path(capsys.readouterr().out.splitlines()[-1])
    one, other = tables(folder), tables(nights(MONDAY))
    for name in one:
        assert one[name] == other[name], name
    assert nights.nightly.main(given) == 2
    assert nights.nightly.main([*given[:3], "2026-01-21", *given[4:], *files]) == 2
    assert "has no time zone" in capsys.readouterr().err


def test_a_log_without_contacts_is_a_night_too(nightly: Any, policy_file: Path, tmp_path: Path) -> None:
    with desk_of(f"sqlite:///{tmp_path}/empty.db", policy_file, MONDAY):
        nights = Nights(nightly, f"sqlite:///{tmp_path}/empty.db", policy_file, tmp_path)
        for at in (MONDAY, TUESDAY):
            assert tables(nights(at)) == {"standings": [], "moved": [], "to_call": []}


def test_on_the_first_night_nobody_moved(nights: Nights, desk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first = tables(nights(MONDAY, size=5))
    assert {one["stage"] for one in first["standings"]} > {"lead"}
    assert first["moved"] == []
    assert "first night" in capsys.readouterr().out
    take_in(desk, [sent(NAMES[0], "bought", "purchase", day(21))])
    assert NAMES[0] in {one["contact_id"] for one in tables(nights(TUESDAY))["moved"]}
    assert "first night" not in capsys.readouterr().out


def test_after_the_first_night_the_application_knows_whom_time_had_moved(nights: Nights, desk: Any) -> None:
    nights(day(40))
    for stage in desk.deciding.policy.stages:
        assert all(desk.decide(name, day(40)).stage == stage for name in desk.standing_in([stage], 100)), stage


def test_everything_wrong_with_the_command_is_said_at_once(
    nightly: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.parquet").write_bytes(b"no Parquet")
    pl.DataFrame({"contact_id": ["c-1"], "when": [MONDAY]}).write_parquet(tmp_path / "i.parquet")
    (tmp_path / "full").touch()
    rest = ["--at", "gestern", "--size", "-1", "--caller", "seler", "--registry", str(tmp_path / "us.dnc")]
    files = ["--contacts", str(tmp_path / "c.parquet"), "--interactions", str(tmp_path / "i.parquet")]
    given = ["--policy", "sale", *rest, *files, "--out", str(tmp_path / "full"), "--on-new-policy", "adpot"]
    assert nightly.main(given) == 2
    told = capsys.readouterr().err
    for words in (
        "--policy: [unknown-policy]", "did you mean 'sales'?", "--at: [bad-time]", "--size: [bad-number]",
        "did you mean 'seller'?", "us.dnc: [unreadable-file]", "--out: [bad-usage]", "did you mean 'adopt'?",
        "c.parquet: [unreadable-file] this is no Parquet file", "i.parquet: [missing-column]",
    ):  # fmt: skip
        assert words in told, words
    gone = ["--contacts", str(tmp_path / "gone.parquet"), *files[2:]]
    given = ["--policy", "sales", "--at", "2026-01-21T00:00Z", "--out", str(tmp_path / "nights"), "--call", "sqll"]
    assert nightly.main([*given, *gone, "--size", "0"]) == 2
    told = capsys.readouterr().err
    assert "gone.parquet: [unreadable-file]" in told
    assert "--call: [unknown-stage]" in told
    assert "did you mean 'sql'?" in told
    assert "--size: [bad-number]" in told
    assert not (tmp_path / "nights").exists()


def test_a_database_that_is_not_there_or_holds_no_log_is_refused(
    nightly: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "leads.db").touch()  # SQLite takes an empty file for a database
    (tmp_path / "text.db").write_text("this is no database, however long it is" * 100, encoding="utf-8")
    given = ["--policy", "sales", "--at", "2026-01-21T00:00:00Z", "--out", str(tmp_path / "nights"), "--database"]
    for url, words in {
        f"sqlite:///{tmp_path}/leeds.db": "did you mean 'leads.db'?",
        "sqlite://": "[unreadable-file]",
        f"sqlite:///{tmp_path}/leads.db": "there is no table contacts, interactions, moves, standings",
        f"sqlite:///{tmp_path}/text.db": "cannot be read",
        f"{tmp_path}/leads.db": "no address of a database",
        "mysql://host/leads": "SQLite or PostgreSQL",
        "postgresql://127.0.0.1:1/leads": "cannot be read",
    }.items():
        assert nightly.main([*given, url]) == 2
        assert words in capsys.readouterr().err, url
    assert not (tmp_path / "leeds.db").exists()
    assert not (tmp_path / "nights").exists()
    assert (tmp_path / "leads.db").read_bytes() == b""


def test_the_command_of_the_page(
    nightly: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (NIGHTLY / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^\$ PYTHONPATH=\.\./web python nightly\.py (.*)\n((?:(?!```).*\n)*)", page, flags=re.MULTILINE)
    assert found is not None
    for name in ("web", "nightly"):
        (tmp_path / name).mkdir()
    sales = tmp_path / "sales.yaml"
    sales.write_text(lq.policies.text("sales"), encoding="utf-8")
    with desk_of(f"sqlite:///{tmp_path}/web/leads.db", sales, datetime(2026, 11, 22, tzinfo=UTC)) as desk:
        desk.put(lq.Contact(id="c-1", country="ID", seniority="director", company=lq.Company(employees=250)))
        take_in(desk, [sent("c-1", "web-18", "demo_requested", "2026-11-20T08:00:00Z")])
    monkeypatch.chdir(tmp_path / "nightly")
    assert nightly.main(shlex.split(found[1])) == 0
    assert capsys.readouterr().out == found[2]
