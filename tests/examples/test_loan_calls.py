"""The example with a real log of loan applications, through its script and the command line alone.

One part runs on a small log written here by hand. The other runs on the published log where it is at hand, on its
first applications (on all of them with LEADQUAL_WHOLE_LOG=1), and holds every stage against the log's own states. The
last one replays all of it as tables, asks where every application stood at twenty instants, and holds every table of
the page on it against what the script prints.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import subprocess
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from runpy import run_path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from support.shared import SHARED

from leadqual import Policy

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "loan-calls"
POLICY = EXAMPLE / "loan-calls.yaml"

LOG = SHARED / "bpi2012_loan_calls" / "bpi2012_events.csv.gz"
CASES = None if os.environ.get("LEADQUAL_WHOLE_LOG") else 1000

HEADER = ("case_id", "amount_req", "reg_date", "event_index", "timestamp", "activity", "lifecycle", "resource")
CALL = ("W_Nabellen offertes", "START")
# Applications by their id: the amount, and what happened, each with its time. The hour from 02:00 to 03:00 of
# 2011-10-30 came twice. Every stage stands here once.
SMALL: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "customer": (
        "20000",
        [
            ("2011-10-29T10:00:00.000+02:00", "A_SUBMITTED", "COMPLETE"),
            ("2011-10-29T10:00:00.500+02:00", "A_PARTLYSUBMITTED", "COMPLETE"),
            ("2011-10-29T10:01:00.000+02:00", "A_PREACCEPTED", "COMPLETE"),
            ("2011-10-30T02:50:00.000+02:00", "A_ACCEPTED", "COMPLETE"),  # later on the clock, earlier in time
            ("2011-10-30T02:10:00.000+01:00", "O_SENT", "COMPLETE"),
            ("2011-11-02T09:00:00.000+01:00", *CALL),
            ("2011-11-02T09:05:00.000+01:00", "W_Nabellen offertes", "COMPLETE"),
            ("2011-11-03T09:00:00.000+01:00", "O_SENT_BACK", "COMPLETE"),
            ("2011-11-04T09:00:00.000+01:00", "A_REGISTERED", "COMPLETE"),
            ("2011-11-04T09:00:00.000+01:00", "A_ACTIVATED", "COMPLETE"),
            ("2011-11-04T09:00:00.000+01:00", "O_ACCEPTED", "COMPLETE"),
        ],
    ),
    "lead": ("5000", [("2011-11-20T10:00:00.000+01:00", "A_SUBMITTED", "COMPLETE")]),
    # All at one instant: only the order of the log tells what came first.
    "tied": (
        "7500",
        [
            ("2011-11-20T10:00:00.000+01:00", activity, "COMPLETE")
            for activity in ("A_SUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "O_SENT", "O_SENT_BACK", "O_SELECTED")
        ],
    ),
    "mql": (
        "0",
        [
            ("2011-11-20T10:00:00.000+01:00", "A_SUBMITTED", "COMPLETE"),
            ("2011-11-20T10:01:00.000+01:00", "A_PREACCEPTED", "COMPLETE"),
            ("2011-11-20T10:01:00.000+01:00", "W_Completeren aanvraag", "SCHEDULE"),
        ],
    ),
    "sql": (
        "15000",
        [
            ("2011-11-20T10:00:00.000+01:00", "A_SUBMITTED", "COMPLETE"),
            ("2011-11-20T10:01:00.000+01:00", "A_PREACCEPTED", "COMPLETE"),
            ("2011-11-21T10:01:00.000+01:00", "A_ACCEPTED", "COMPLETE"),
        ],
    ),
    # Sent back, and then another offer: a move back.
    "prospect": (
        "45000",
        [
            ("2011-11-01T10:00:00.000+01:00", "A_SUBMITTED", "COMPLETE"),
            ("2011-11-01T10:01:00.000+01:00", "A_PREACCEPTED", "COMPLETE"),
            ("2011-11-01T12:00:00.000+01:00", "A_ACCEPTED", "COMPLETE"),
            ("2011-11-01T13:00:00.000+01:00", "O_SENT", "COMPLETE"),
            ("2011-11-05T13:00:00.000+01:00", "O_SENT_BACK", "COMPLETE"),
            ("2011-11-10T13:00:00.000+01:00", "O_CANCELLED", "COMPLETE"),
            ("2011-11-10T13:00:00.000+01:00", "O_SENT", "COMPLETE"),
        ],
    ),
    # The bank called again and again, and the applicant said nothing for three weeks.
    "nurture": (
        "3000",
        [
            ("2011-11-01T10:00:00.000+01:00", "A_SUBMITTED", "COMPLETE"),
            ("2011-11-01T10:01:00.000+01:00", "A_PREACCEPTED", "COMPLETE"),
            ("2011-11-01T12:00:00.000+01:00", "A_ACCEPTED", "COMPLETE"),
            ("2011-11-01T13:00:00.000+01:00", "O_SENT", "COMPLETE"),
            ("2011-11-22T09:00:00.000+01:00", *CALL),
            ("2011-11-22T11:00:00.000+01:00", *CALL),
        ],
    ),
    "lost": (
        "5000",
        [
            ("2011-11-01T10:00:00.000+01:00", "A_SUBMITTED", "COMPLETE"),
            ("2011-11-09T10:00:00.000+01:00", "A_CANCELLED", "COMPLETE"),
        ],
    ),
    "disqualified": (
        "5000",
        [
            ("2011-11-01T10:00:00.000+01:00", "A_SUBMITTED", "COMPLETE"),
            ("2011-11-01T10:09:00.000+01:00", "A_DECLINED", "COMPLETE"),
        ],
    ),
}
AT = "2011-11-23T00:00:00Z"  # a midnight, at which stages are reviewed
STAGES = {**{name: name for name in SMALL}, "tied": "committed"}


def run(*command: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, *map(str, command)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(words, env=environment, capture_output=True, encoding="utf-8", timeout=900, check=False)


def prepare(log: Path, out: Path, *options: object) -> str:
    done = run(EXAMPLE / "prepare.py", log, "--out", out, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def leadqual(command: str, *arguments: object) -> str:
    done = run("-m", "leadqual.cli.app", command, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tables(folder: Path) -> tuple[object, ...]:
    return ("--policy", POLICY, "--contacts", folder / "contacts.csv", "--interactions", folder / "interactions.csv")


def score(folder: Path, at: str) -> dict[str, dict[str, Any]]:
    """Return the decisions at an instant by contact, and hold the printed counts against them."""
    target = folder / "decisions.jsonl"
    summary = json.loads(leadqual("score", *tables(folder), "--at", at, "--out", target, "--json"))
    decisions = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    begun = [decision["standing"] for decision in decisions if decision["standing"]["entered_at"] is not None]
    counts = Counter(standing["stage"] for standing in begun)
    assert {stage: number for stage, number in summary["stages"].items() if number} == counts
    assert (summary["rejected"], summary["repeated"]) == (0, 0)
    assert summary["not_appeared"] == len(decisions) - len(begun)
    return {decision["contact_id"]: decision for decision in decisions}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_table(path: Path, log: dict[str, tuple[str, list[tuple[str, str, str]]]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADER)
        for case, (amount, events) in log.items():
            writer.writerows([case, amount, events[0][0], index, *event, ""] for index, event in enumerate(events))
    return path


def write_xes(path: Path, log: dict[str, tuple[str, list[tuple[str, str, str]]]]) -> Path:
    def tag(kind: str, key: str, value: str) -> str:
        return f"<{kind} key={quoteattr(key)} value={quoteattr(value)}/>"

    parts = ['<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">']
    for case, (amount, events) in log.items():
        parts += ["<trace>", tag("date", "REG_DATE", events[0][0]), tag("string", "concept:name", case)]
        parts.append(tag("string", "AMOUNT_REQ", amount))
        for at, activity, lifecycle in events:
            names = tag("string", "concept:name", activity) + tag("string", "lifecycle:transition", lifecycle)
            parts.append(f"<event>{names}{tag('date', 'time:timestamp', at)}</event>")
        parts.append("</trace>")
    path.write_bytes(gzip.compress("".join([*parts, "</log>"]).encode()))
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    prepare(write_table(folder / "log.csv", SMALL), folder)
    return folder


@pytest.fixture(scope="module")
def decided(small: Path) -> dict[str, dict[str, Any]]:
    return score(small, AT)


def test_the_policy_is_sound() -> None:
    summary = json.loads(leadqual("check", POLICY, "--json"))
    assert summary["ok"]
    assert summary["lookback_days"] == 91


@pytest.mark.parametrize(("case", "stage"), STAGES.items())
def test_every_stage_is_reached(decided: dict[str, dict[str, Any]], case: str, stage: str) -> None:
    assert decided[case]["standing"]["stage"] == stage


def test_the_moves_of_an_application_across_the_change_of_clocks(decided: dict[str, dict[str, Any]]) -> None:
    moves = [(move["target"], move["at"][:16]) for move in decided["customer"]["moves"]]
    assert moves == [
        ("mql", "2011-10-29T08:01"),
        ("sql", "2011-10-30T00:50"),
        ("prospect", "2011-10-30T01:10"),
        ("committed", "2011-11-03T08:00"),
        ("customer", "2011-11-04T08:00"),
    ]


def test_ties_are_taken_in_the_order_of_the_log(decided: dict[str, dict[str, Any]]) -> None:
    assert [move["target"] for move in decided["tied"]["moves"]] == ["mql", "sql", "prospect", "committed"]


def test_silence_is_noticed_at_the_first_review_after_three_weeks(
    small: Path, decided: dict[str, dict[str, Any]]
) -> None:
    # The offer went out on 1 November at 12:00 UTC; the calls since are no answer.
    assert score(small, "2011-11-22T23:59:59Z")["nurture"]["standing"]["stage"] == "prospect"
    last = decided["nurture"]["moves"][-1]
    assert (last["transition"], last["at"]) == ("gone-quiet", "2011-11-23T00:00:00Z")


def test_scores_ledgers_and_what_is_missing(decided: dict[str, dict[str, Any]]) -> None:
    for decision in decided.values():
        for value in decision["scores"].values():
            assert sum(line["points"] for line in value["ledger"]) == pytest.approx(value["value"], abs=1e-9)
    assert decided["customer"]["grades"]["fit"] == "A"
    assert {case for case, decision in decided.items() if "customer" in decision["roles"]} == {"customer"}
    assert [decided[case]["grades"]["fit"] for case in ("lead", "nurture", "prospect", "mql")] == ["B", "C", "B", "D"]
    assert decided["lost"]["grades"]["priority"] == "no_call"
    assert "contact.amount_requested" in str(decided["mql"]["missing"])
    calls = next(one for one in decided["nurture"]["scores"]["engagement"]["ledger"] if one["id"] == "offer-calls")
    assert calls["count"] == 1  # two attempts on one day


def test_explain_says_why(small: Path) -> None:
    told = leadqual("explain", "nurture", *tables(small), "--at", AT)
    assert "gone-quiet" in told
    assert "offer_returned" in told


def test_every_event_is_written_or_counted(tmp_path: Path) -> None:
    told = prepare(write_table(tmp_path / "log.csv", SMALL), tmp_path)
    events = sum(len(events) for _, events in SMALL.values())
    written = len(rows(tmp_path / "interactions.csv"))
    assert f"{len(SMALL)} applications, {events} events" in told
    assert f"Written as interactions: {written}\n" in told
    assert f"Left out: {events - written}\n" in told
    assert "an amount of 0, written as unknown: 1" in told


def test_times_keep_their_offset(small: Path) -> None:
    times = {row["interaction_id"]: row["occurred_at"] for row in rows(small / "interactions.csv")}
    assert times["customer-00003"] == "2011-10-30T02:50:00.000+02:00"
    assert times["customer-00004"] == "2011-10-30T02:10:00.000+01:00"


def test_the_log_as_published_gives_the_same_tables(small: Path, tmp_path: Path) -> None:
    prepare(write_xes(tmp_path / "log.xes.gz", SMALL), tmp_path)
    for name in ("contacts.csv", "interactions.csv"):
        assert (tmp_path / name).read_bytes() == (small / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("log.csv", b"case_id,activity\n1,A_SUBMITTED\n", "lacks the columns amount_req"),
        ("log.csv", (",".join(HEADER) + "\n1,5000,2011-10-01\n").encode(), "line 2 is cut short"),
        ("log.csv", (",".join(HEADER) + "\n").encode(), "holds no events"),
        ("log.csv", (",".join(HEADER) + "\n1,1,2011-10-01,0,2011-10-01,A_NEW,COMPLETE,\n").encode(), "A_NEW COMPLETE"),
        ("log.csv", (",".join(HEADER) + "\n1,many,2011-10-01,0,2011-10-01,A_NEW,COMPLETE,\n").encode(), "many"),
        ("log.csv.gz", b"not packed at all", "cannot be read"),
        ("log.xes", b"<log><trace><event/></trace></log>", "lacks concept:name"),
        ("log.xes", b"<log><trace>", "cannot be read"),
        ("log.xlsx", b"", "none of .csv"),
    ],
)
def test_a_log_that_cannot_be_used_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    done = run(EXAMPLE / "prepare.py", tmp_path / name, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


# The published log.

needs_log = pytest.mark.skipif(
    not LOG.is_file(), reason=f"the log, which may not be shipped, is not at {LOG}; see examples/loan-calls/README.md"
)


@pytest.fixture(scope="module")
def cases(log: dict[str, Told]) -> dict[str, list[tuple[datetime, str]]]:
    """What happened to each of the first applications, straight from the log."""
    return {case: told.events for case, told in islice(log.items(), CASES)}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    prepare(LOG, folder, *([] if CASES is None else ["--cases", CASES]))
    return folder


ENDS = {"A_ACTIVATED": "customer", "A_DECLINED": "disqualified", "A_CANCELLED": "lost"}
REACHED = {
    "A_PREACCEPTED": "mql",
    "A_ACCEPTED": "sql",
    "O_SENT": "prospect",
    "O_SENT_BACK": "committed",
    **ENDS,
}


def own_state(events: list[tuple[datetime, str]], at: datetime) -> str:
    """Return where an application stands by the log's own states, without any policy."""
    seen = [(when, activity) for when, activity in events if when <= at]
    names = [activity for _, activity in seen]
    for activity, stage in ENDS.items():
        if activity in names:
            return stage
    offers = [(when, activity) for when, activity in seen if activity in ("O_SENT", "O_SENT_BACK")]
    if offers:
        last, activity = offers[-1]
        if activity == "O_SENT_BACK":
            return "committed"
        return "nurture" if at - last >= timedelta(days=21) else "prospect"
    if "A_ACCEPTED" in names:
        return "sql"
    return "mql" if "A_PREACCEPTED" in names else "lead"


@pytest.fixture(scope="module")
def at_the_end(prepared: Path) -> dict[str, dict[str, Any]]:
    return score(prepared, "2012-03-15T00:00:00Z")


def stages(decisions: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {case: decision["standing"]["stage"] for case, decision in decisions.items()}


@needs_log
def test_every_application_stands_where_the_log_says_while_many_are_open(
    prepared: Path, cases: dict[str, list[tuple[datetime, str]]]
) -> None:
    at = datetime(2011, 11, 1, tzinfo=UTC)  # a midnight, at which stages are reviewed
    expected = {case: own_state(events, at) for case, events in cases.items()}
    assert set(expected.values()) >= {"mql", "prospect", "committed", "nurture", *ENDS.values()}
    assert stages(score(prepared, at.isoformat())) == expected


@needs_log
def test_every_application_stands_where_the_log_says_at_its_end(
    at_the_end: dict[str, dict[str, Any]], cases: dict[str, list[tuple[datetime, str]]]
) -> None:
    expected = {case: own_state(events, datetime(2012, 3, 15, tzinfo=UTC)) for case, events in cases.items()}
    assert stages(at_the_end) == expected
    if CASES is None:
        ended = {"customer": 2246, "disqualified": 7635, "lost": 2807}
        still_open = {"mql": 69, "sql": 3, "prospect": 162, "committed": 87, "nurture": 78}
        assert Counter(expected.values()) == {**ended, **still_open}


@needs_log
def test_every_application_passed_the_stages_that_the_log_says(
    at_the_end: dict[str, dict[str, Any]], cases: dict[str, list[tuple[datetime, str]]]
) -> None:
    for case, events in cases.items():
        passed = {move["target"] for move in at_the_end[case]["moves"]} - {"nurture"}
        assert passed == {REACHED[activity] for _, activity in events if activity in REACHED}, case


@pytest.fixture(scope="module")
def all_prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the whole log prepared, and what the script said of it."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, prepare(LOG, folder)


@needs_log
def test_the_whole_log_is_prepared(all_prepared: tuple[Path, str]) -> None:
    folder, told = all_prepared
    assert "13,087 applications, 262,200 events" in told
    assert len(rows(folder / "contacts.csv")) == 13_087
    kinds = Counter(row["kind"] for row in rows(folder / "interactions.csv"))
    assert kinds == {
        "application_submitted": 13_087,
        "application_preaccepted": 7_367,
        "application_accepted": 5_113,
        "application_declined": 7_635,
        "application_cancelled": 2_807,
        "purchase": 2_246,
        "offer_sent": 7_030,
        "offer_returned": 3_454,
        "lead_call": 5_897,
        "application_call": 23_512,
        "offer_call": 22_406,
        "dossier_call": 11_400,
        "fraud_check": 270,
    }


# The published log, replayed as tables: all of it.

PAGE = ROOT / "docs" / "loan-calls.md"
BEGIN, END = datetime(2011, 10, 1, tzinfo=UTC), datetime(2012, 3, 15, tzinfo=UTC)
DAY = timedelta(days=1)
SILENCE = timedelta(days=21)
INSTANTS = sorted(
    [
        *(BEGIN + number * 17 * DAY for number in range(1, 10)),  # midnights, at which stages are reviewed
        *(BEGIN + number * 17.3 * DAY + timedelta(hours=9, minutes=31) for number in range(9)),
        datetime(2011, 10, 30, 1, 0, tzinfo=UTC),  # the hour that came twice on the clocks of the bank
        END,
    ]
)


@dataclass(frozen=True)
class Told:
    """What the log itself says of an application: its events, and when anything happened that the policy sees."""

    events: list[tuple[datetime, str]]
    seen: list[datetime]

    def stage(self, at: datetime) -> str | None:
        """Return where it stands, by the log's own states; None before it begins.

        Three weeks of silence are noticed at the next event, or at the next midnight.
        """
        if at < self.seen[0]:
            return None
        state = own_state(self.events, at)
        if state not in ("prospect", "nurture"):
            return state
        last = max(when for when, activity in self.events if when <= at and activity == "O_SENT")
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        noticed = max(midnight, self.seen[bisect_right(self.seen, at) - 1])
        return "nurture" if noticed - last >= SILENCE else "prospect"


@pytest.fixture(scope="module")
def log() -> dict[str, Told]:
    """The whole log, without any policy."""
    kinds = run_path(str(EXAMPLE / "prepare.py"))["KINDS"]
    events, seen, begun = defaultdict(list), defaultdict(list), {}
    with gzip.open(LOG, "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            case, at = row["case_id"], datetime.fromisoformat(row["timestamp"]).astimezone(UTC)
            events[case].append((at, row["activity"]))
            begun[case] = datetime.fromisoformat(row["reg_date"]).astimezone(UTC)
            if (row["activity"], row["lifecycle"]) in kinds:
                seen[case].append(at)
    return {case: Told(found, sorted([begun[case], *seen[case]])) for case, found in events.items()}


@pytest.fixture(scope="module")
def whole(all_prepared: tuple[Path, str]) -> dict[str, Any]:
    """The two tables of the whole log, as Parquet and in memory."""
    pl = pytest.importorskip("polars")
    frames = pytest.importorskip("leadqual.frames")
    (folder, _), found = all_prepared, {}
    for name, time in (("contacts", "created_at"), ("interactions", "occurred_at")):
        texts = pl.read_csv(folder / f"{name}.csv", schema_overrides={"contact_id": pl.String})
        table = texts.with_columns(pl.col(time).str.to_datetime("%+", time_unit="us", time_zone="UTC"))
        frames.write(table, folder / f"{name}.parquet")
        found[name] = table
    return {"frames": frames, "folder": folder, "policy": Policy.load(POLICY), **found}


@needs_log
def test_every_application_stands_where_the_log_says_at_twenty_instants(
    log: dict[str, Told], whole: dict[str, Any]
) -> None:
    assert len(INSTANTS) == 20
    tables = whole["policy"], whole["contacts"], whole["interactions"]
    moves = whole["frames"].replay(*tables, until=END)
    where: dict[str, tuple[list[datetime], list[str]]] = defaultdict(lambda: ([], ["lead"]))
    for case, at, target in moves.select("contact_id", "at", "target").iter_rows():
        where[case][0].append(at)
        where[case][1].append(target)
    met: set[str | None] = set()
    for at in INSTANTS:
        expected = {case: told.stage(at) for case, told in log.items()}
        found = {case: where[case][1][bisect_right(where[case][0], at)] if stage else None
                 for case, stage in expected.items()}  # fmt: skip
        assert found == expected, at
        met |= set(expected.values())
    assert met == {None, *whole["policy"].stages}


@needs_log
def test_standings_go_on_from_instant_to_instant_as_at_once(log: dict[str, Told], whole: dict[str, Any]) -> None:
    frames = whole["frames"]
    tables, earlier, moved = (whole["policy"], whole["contacts"], whole["interactions"]), None, 0
    for at in INSTANTS[::4]:
        moved += frames.replay(*tables, until=at, standings=earlier).height
        earlier = frames.standings(*tables, at=at, standings=earlier)
        found = {case: stage if entered else None for case, stage, entered in earlier.select(
            "contact_id", "stage", "entered_at").iter_rows()}  # fmt: skip
        assert found == {case: told.stage(at) for case, told in log.items()}
    assert moved == frames.replay(*tables, until=INSTANTS[::4][-1]).height


def sections(text: str) -> dict[str, str]:
    """Return the first table under each heading."""
    found = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        table = re.search(r"^\|.*?\|$(?!\n\|)", rest, flags=re.MULTILINE | re.DOTALL)
        if table is not None:
            found[title] = table[0]
    return found


def what_happened(folder: Path, ending: str) -> dict[str, str]:
    done = run(EXAMPLE / "what_happened.py", folder / f"contacts.{ending}", folder / f"interactions.{ending}")
    assert done.returncode == 0, done.stderr
    return sections(done.stdout)


def test_the_script_of_the_page_runs_on_a_small_log(small: Path) -> None:
    pytest.importorskip("scipy")
    told = what_happened(small, "csv")
    assert set(told) <= set(sections(PAGE.read_text(encoding="utf-8")))
    assert "| prospect | 0 | 0 | 0 | 3 | 2 | 0 | 0 | 0 |" in told["Flows"]


@needs_log
def test_the_tables_of_the_page_are_those_of_the_log(whole: dict[str, Any]) -> None:
    pytest.importorskip("scipy")
    assert what_happened(whole["folder"], "parquet") == sections(PAGE.read_text(encoding="utf-8"))


@needs_log
def test_the_numbers_in_the_words_of_the_page_are_those_of_the_log(log: dict[str, Told], whole: dict[str, Any]) -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    moves = whole["frames"].replay(whole["policy"], whole["contacts"], whole["interactions"], until=END)
    away = moves.filter(source="nurture", target="lost")
    local = away["at"].dt.convert_time_zone("Europe/Amsterdam").dt.strftime("%H:%M")
    morning = local.is_in(["09:15", "09:16"]).sum()
    straight = moves.filter(source="lead", target="disqualified").height
    for words in (
        f"{len(log):,} applications",
        f"{whole['interactions'].height:,} interactions",
        f"{moves.height:,} moves",
        f"{len(log) * len(INSTANTS):,} answers",
        f"{morning} of {away.height}",
        f"{straight:,} of {len(log):,}",
    ):
        assert words in page
