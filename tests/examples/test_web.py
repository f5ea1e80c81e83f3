"""The web application answers: decisions, histories, problems; and what its databases could spoil, they do not."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import postgres
from support.web import EXAMPLES, POLICY, WEB, address, day, desk_of, made, sent, serving, web

import leadqual as lq

ANN = {"country": "ID", "phone": "+628123456789", "company": {"employees": 250}}


@pytest.fixture
def client(database: str, policy_file: Path) -> Iterator[httpx.Client]:
    with serving(made(database, policy_file, day(30))) as client:
        assert client.put("/contacts/c-1", json=ANN).status_code == 201
        yield client


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the one problem of an answer that has to be one."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    details = answer.json()
    assert set(details) == {"type", "title", "status", "detail", "problems"}
    assert (details["status"], details["type"]) == (status, f"urn:leadqual:problem:{details['problems'][0]['code']}")
    return details["problems"][0]


def ids(client: httpx.Client, contact: str = "c-1") -> list[str]:
    return [one["id"] for one in client.get(f"{address(contact)}/history").json()["interactions"]]


def test_what_happened_in_and_a_decision_with_reasons_out(client: httpx.Client) -> None:
    (answer,) = client.post("/interactions", json=sent("c-1", "i-1", "demo_requested", day(28))).json()
    assert (answer["stage"], answer["since"], answer["new"]) == ("sql", "2026-01-29T00:00:00Z", 1)
    assert answer["scores"] == {"heat": 60.0}
    assert [(one["rule"], one["points"]) for one in answer["reasons"]] == [("demo", 40.0), ("home", 20.0)]
    assert [(one["source"], one["target"], one["because"]) for one in answer["moves"]] == [
        ("lead", "sql", "score.heat >= 40")
    ]
    told = client.get("/contacts/c-1").json()
    assert told["explanation"].startswith("Contact c-1 stands at sql")
    assert client.get("/contacts/c-1", params={"at": "2026-01-29"}).json()["stage"] == "sql"
    assert client.get("/contacts/c-1", params={"at": "2026-01-28T23:59:59.999999Z"}).json()["stage"] == "lead"
    assert client.get("/contacts/c-1?at=2026-01-29T06:59:59+07:00").json()["stage"] == "lead"
    assert client.get("/health").json()["policy"] == "small 1.0.0"


def test_a_webhook_may_send_everything_again(client: httpx.Client) -> None:
    rows = [
        sent("c-1", f"i-{number}", "purchase", day(number), amount=amount) for number, amount in enumerate((10.1, 3))
    ]
    first = client.post("/interactions", json=rows).json()
    again = client.post("/interactions", json=[*rows, {**rows[0], "occurred_at": "2026-01-01T07:00:00+07:00"}]).json()
    assert [(one["new"], one["repeated"]) for one in (first[0], again[0])] == [(2, 0), (0, 3)]
    assert again[0]["moves"] == []
    same = str(rows[1]).replace("'", '"').replace('"amount": 3', '"amount": 3.000')
    assert (
        client.post("/interactions", content=same, headers={"content-type": "application/json"}).json()[0]["new"] == 0
    )
    assert ids(client) == ["i-0", "i-1"]


def test_another_interaction_with_an_id_that_is_taken_is_refused(client: httpx.Client) -> None:
    client.put("/contacts/c-2", json={})
    one = sent("c-1", "i-1", "demo_requested", day(1))
    client.post("/interactions", json=one)
    before = client.get("/contacts/c-1/history").json()
    for name, value in {"occurred_at": "2026-01-02T00:00:00.000001Z", "contact_id": "c-2", "note": "x"}.items():
        rows = [sent("c-1", "i-2", "purchase", day(2)), {**one, name: value}]
        found = problem(client.post("/interactions", json=rows), 409)
        assert (found["code"], found["found"]) == ("duplicate-id", f"they differ in {name}")
        assert client.get("/contacts/c-1/history").json() == before
        assert ids(client, "c-2") == []


def test_one_that_is_wrong_refuses_the_batch_and_every_problem_is_said(client: httpx.Client) -> None:
    rows: list[Any] = [
        sent("c-1", "i-1", "demo_requested", day(1)),
        sent("c-1", "i-2", "demo_requestd", day(1)),
        sent("c-1", "i-3", "purchase", "2026-01-02T00:00:00", amount="many"),
        sent("c-1", "", "purchase", day(1)),
        {"kind": "purchase"},
        sent("c-1\0", "i-4", "demo_requested", day(1)),
        7,
    ]
    answer = client.post("/interactions", json=rows)
    problem(answer, 422)
    assert [(one["code"], one.get("path")) for one in answer.json()["problems"]] == [
        ("unknown-kind", "[1].kind"),
        ("naive-datetime", "[2].occurred_at"),
        ("float-type", "[2].amount"),
        ("bad-id", "[3].id"),
        ("missing-field", "[4].contact_id"),
        ("missing-field", "[4].id"),
        ("missing-field", "[4].occurred_at"),
        ("bad-id", "[5].contact_id"),
        ("wrong-type", "[6]"),
    ]
    assert answer.json()["problems"][0]["hint"].startswith("did you mean 'demo_requested'")
    assert answer.json()["problems"][2]["hint"].startswith("write a number")
    assert ids(client) == []


def test_one_problem_hides_no_other(client: httpx.Client) -> None:
    rows = [
        sent("nobody", "i-1", "demo_requestd", "2026-01-02T00:00:00"),
        sent("c-1", "", "purchase", "2026-01-02T00:00:00", amount="viel"),
        sent("c-2", "i-3", "purchase", day(1), amout=3),
    ]
    answer = client.post("/interactions", json=rows)
    problem(answer, 422)
    assert [(one["code"], one["path"]) for one in answer.json()["problems"]] == [
        ("unknown-contact", "[0].contact_id"),
        ("unknown-kind", "[0].kind"),
        ("naive-datetime", "[0].occurred_at"),
        ("bad-id", "[1].id"),
        ("naive-datetime", "[1].occurred_at"),
        ("float-type", "[1].amount"),
        ("unknown-contact", "[2].contact_id"),
        ("unknown-field", "[2].amout"),
    ]
    one = client.post("/interactions", json=rows[0])
    assert [found["path"] for found in one.json()["problems"]] == ["contact_id", "kind", "occurred_at"]
    assert ids(client) == []


def test_everything_wrong_with_a_question_is_said_at_once(client: httpx.Client) -> None:
    asked = {"purpose": "telemarketin", "channel": "voise", "stagess": ["sql"], "limit": 0,
             "stages": ["sqll"], "contact_ids": ["c-1", "c-7"]}  # fmt: skip
    answer = client.post("/permit", json=asked)
    problem(answer, 422)
    assert [(one["code"], one.get("path")) for one in answer.json()["problems"]] == [
        ("bad-request", "limit"),
        ("unknown-field", "stagess"),
        ("unknown-purpose", "purpose"),
        ("unknown-channel", "channel"),
        ("bad-request", None),
        ("unknown-stage", "stages[0]"),
        ("unknown-contact", "contact_ids[1]"),
    ]
    hints = [one.get("hint") for one in answer.json()["problems"]]
    for number, meant in {1: "stages", 2: "telemarketing", 3: "voice", 5: "sql"}.items():
        assert hints[number].startswith(f"did you mean '{meant}'")
    for body in (7, None, [], {}, {"purpose": 3, "channel": [], "stages": "sql"}, {"contact_ids": 1, "stages": [2]}):
        problem(client.post("/permit", json=body), 422)
    schema = client.get("/openapi.json").json()["paths"]["/permit"]["post"]["requestBody"]["content"]
    assert "stages" in schema["application/json"]["schema"]["properties"]


def test_every_code_is_on_a_page() -> None:
    pages = [EXAMPLES.parent / "docs" / "errors.md", WEB / "README.md"]
    told = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", "".join(page.read_text(encoding="utf-8") for page in pages)))
    sources = [*WEB.rglob("*.py"), *(EXAMPLES / "nightly").glob("*.py")]
    said = {
        code
        for source in sources
        for code in re.findall(r'(?:Problem|_refuse)\(\s*"([a-z-]+)"', source.read_text(encoding="utf-8"))
    }
    assert len(said) > 10
    assert said <= told


def test_an_explanation_tells_the_moves_on_file(database: str, policy_file: Path) -> None:
    with serving(made(database, policy_file, day(1))) as client:
        client.put("/contacts/c-1", json=ANN)
        client.post("/interactions", json=sent("c-1", "i-1", "demo_requested", day(1)))
        told = client.get("/contacts/c-1").json()
        assert [(one["source"], one["target"]) for one in told["moves"]] == [("lead", "sql")]
        assert "lead -> sql (ripe)" in told["explanation"]
        assert "Nothing has moved it" not in told["explanation"]
    with serving(made(database, policy_file, day(20))) as client:  # time has moved it further; that is on no file yet
        told = client.get("/contacts/c-1").json()
        assert [one["transition"] for one in told["moves"]] == ["ripe", "cooled"]
        assert told["explanation"].index("(ripe)") < told["explanation"].index("(cooled)")
        assert client.get("/contacts/c-1?at=2026-01-21").json()["moves"] == told["moves"]


PROBLEMS: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/contacts/nobody", None, 404, "unknown-contact"),
    ("GET", "/contacts/nobody/history", None, 404, "unknown-contact"),
    ("POST", "/interactions", [sent("nobody", "i-1", "purchase", day(1))], 404, "unknown-contact"),
    ("POST", "/permit", {"purpose": "survey", "channel": "voice", "contact_ids": ["x"]}, 404, "unknown-contact"),
    ("GET", "/contacts/c%00", None, 404, "unknown-contact"),
    ("POST", "/permit", {"purpose": "survey", "channel": "voice", "contact_ids": ["\ud800"]}, 404, "unknown-contact"),
    ("POST", "/permit", {"purpose": "survey", "channel": "voice", "stages": ["\ud800"]}, 422, "unknown-stage"),
    ("GET", "/nowhere", None, 404, "not-found"),
    ("DELETE", "/contacts/c-1", None, 405, "method-not-allowed"),
    ("GET", "/contacts/c-1?at=yesterday", None, 422, "bad-time"),
    ("GET", "/contacts/c-1?at=2026-01-29T00:00", None, 422, "naive-datetime"),
    ("GET", "/contacts/%FF", None, 422, "bad-id"),
    ("POST", "/interactions", [], 422, "bad-request"),
    ("POST", "/interactions", [1] * 1001, 422, "bad-request"),
    ("PUT", "/contacts/c-9", {"country": "Indonesia"}, 422, "bad-country"),
    ("PUT", "/contacts/c-9", {"contry": "ID"}, 422, "unknown-field"),
    ("PUT", "/contacts/c-9", {"id": "c-8"}, 422, "bad-request"),
    ("PUT", "/contacts/c-1", {"roles": ["partner"]}, 422, "unchangeable-field"),
    ("PUT", f"/contacts/{'x' * 501}", {}, 422, "bad-id"),
    ("POST", "/permit", {"purpose": "sellin", "channel": "voice", "contact_ids": ["c-1"]}, 422, "unknown-purpose"),
    ("POST", "/permit", {"purpose": "survey", "channel": "voice", "stages": ["sq"]}, 422, "unknown-stage"),
    ("POST", "/permit", {"purpose": "survey", "channel": "voice"}, 422, "bad-request"),
    ("POST", "/permit", {"channel": "voice", "stages": ["sql"]}, 422, "missing-field"),
]


def test_problems_say_what_is_wrong(client: httpx.Client) -> None:
    for method, path, body, status, code in PROBLEMS:
        sent_body = json.dumps(body)  # in ASCII, which says what UTF-8 does not
        answer = client.request(method, path, content=sent_body, headers={"content-type": "application/json"})
        assert problem(answer, status)["code"] == code, path
    assert ids(client) == []


def test_ids_of_any_letters(client: httpx.Client) -> None:
    for name in ("a/b", "a%2Fb", "a b?c#d", "history", "x/history", "'\"; --", "çelik 😀", "..a"):
        assert client.put(address(name), json={"country": "ID"}).status_code == 201
        client.post("/interactions", json=sent(name, f"{name}-1", "demo_requested", day(1), note="😀\0"))
        assert client.get(address(name)).json()["contact_id"] == name
        (one,) = client.get(f"{address(name)}/history").json()["interactions"]
        assert (one["id"], one["note"]) == (f"{name}-1", "😀\0")


def test_a_profile_changes_by_interactions_so_the_past_stays(database: str, policy_file: Path) -> None:
    with serving(made(database, policy_file, day(1))) as client:
        client.put(
            "/contacts/c-1", json={**ANN, "created_at": "2025-12-01T00:00:00Z", "attributes": {"hobby": "chess"}}
        )
    with serving(made(database, policy_file, day(5))) as client:
        changed = {"country": "SG", "company": {"name": "PT Maju"}, "attributes": {"hobby": None, "size": 3}}
        for new in (1, 0):
            assert client.put("/contacts/c-1", json=changed).json()["new"] == new
        (update,) = client.get("/contacts/c-1/history").json()["interactions"]
        company = {"company.employees": None, "company.name": "PT Maju"}
        assert update["changes"] == {"country": "SG", "phone": None, "hobby": None, "size": 3, **company}
        assert client.get("/contacts/c-1").json()["scores"] == {"heat": 0.0}
        assert client.get("/contacts/c-1?at=2026-01-05").json()["scores"] == {"heat": 20.0}
    with serving(made(database, policy_file, day(2))) as client:  # a server whose clock is behind
        client.put("/contacts/c-1", json={"country": "ID"})
    with serving(made(database, policy_file, day(6))) as client:
        assert client.get("/contacts/c-1").json()["scores"] == {"heat": 20.0}


def test_what_comes_late_moves_as_if_it_had_come_in_time_however_old_it_is(client: httpx.Client) -> None:
    """The policy looks back ten days; the late one is older, and would have moved the contact then."""
    client.post("/interactions", json=sent("c-1", "i-2", "page_viewed", day(29)))
    (answer,) = client.post("/interactions", json=sent("c-1", "i-1", "demo_requested", day(3))).json()
    assert (answer["stage"], [one["transition"] for one in answer["moves"]]) == ("nurture", ["ripe", "cooled"])
    client.post("/interactions", json=sent("c-1", "i-0", "purchase", day(2)))
    story = client.get("/contacts/c-1/history").json()
    assert [(one["word"], one["transition"], one["holds"]) for one in story["moves"]] == [
        ("made", "ripe", False),
        ("made", "cooled", False),
        ("withdrawn", "ripe", False),
        ("withdrawn", "cooled", False),
        ("made", "bought", True),
    ]


def test_time_alone_moves_too_and_time_before_now_is_not_asked_twice(database: str, policy_file: Path) -> None:
    with serving(made(database, policy_file, day(1))) as client:
        client.put("/contacts/c-1", json=ANN)
        client.post("/interactions", json=sent("c-1", "i-1", "demo_requested", day(1)))
        assert client.get("/contacts/c-1").json()["stage"] == "sql"
    with serving(made(database, policy_file, day(20))) as client:
        assert client.get("/contacts/c-1").json()["stage"] == "nurture"


def test_ten_thousand_interactions_of_one_contact(database: str, policy_file: Path) -> None:
    rows = [sent("c-1", f"i-{number}", "page_viewed", day(number / 334)) for number in range(10_000)]
    with desk_of(database, policy_file, day(30)) as desk:
        from leads import reading  # noqa: PLC0415 - found only now

        desk.put(lq.Contact(id="c-1"))
        for begin in range(0, 10_000, 5_000):
            part = [
                one for row in rows[begin : begin + 5_000] for one in reading.arrivals_of(desk.deciding.policy, row)
            ]
            desk.take_in(part)
    with serving(made(database, policy_file, day(31))) as client:
        (answer,) = client.post("/interactions", json=sent("c-1", "last", "demo_requested", day(30.5))).json()
        assert answer["scores"] == {"heat": 100.0}
        assert client.post("/interactions", json=rows[:1000]).json()[0]["repeated"] == 1000
        assert len(ids(client)) == 10_001


def test_instants_keep_their_microseconds_and_their_order_across_clock_changes(client: httpx.Client) -> None:
    # New York, 1 November 2026: half past one happens twice. The first is an hour earlier, whatever the clock says.
    first, second = "2026-11-01T01:30:00.000001-04:00", "2026-11-01T01:30:00-05:00"
    client.post("/interactions", json=[sent("c-1", "b", "page_viewed", second), sent("c-1", "a", "page_viewed", first)])
    found = client.get("/contacts/c-1/history").json()["interactions"]
    assert [one["occurred_at"] for one in found] == ["2026-11-01T05:30:00.000001Z", "2026-11-01T06:30:00Z"]


def test_a_day_begins_where_the_application_is(database: str, policy_file: Path) -> None:
    with serving(made(database, policy_file, day(90), time_zone="Africa/Cairo")) as client:
        client.put("/contacts/c-1", json=ANN)
        client.post("/interactions", json=sent("c-1", "i-1", "purchase", "2026-04-23T21:59:59Z"))
        # In Cairo the clocks were put forward at midnight: 24 April began at one o'clock, 22:00 UTC.
        assert client.get("/contacts/c-1?at=2026-04-24").json()["stage"] == "customer"
        assert client.get("/contacts/c-1?at=2026-04-23").json()["stage"] == "lead"


@pytest.mark.parametrize(("way", "stage"), [("adopt", "sql"), ("replay", "lead")])
def test_another_policy_leaves_everybody_there_or_decides_afresh(
    database: str, policy_file: Path, way: str, stage: str
) -> None:
    with serving(made(database, policy_file, day(2))) as client:
        client.put("/contacts/c-1", json=ANN)
        client.post("/interactions", json=sent("c-1", "i-1", "demo_requested", day(1)))
    policy_file.write_text(POLICY.replace("1.0.0", "2.0.0").replace("heat >= 40", "heat >= 90"), encoding="utf-8")
    with serving(made(database, policy_file, day(3), new_policy=way)) as client:
        told = client.get("/contacts/c-1").json()
        assert (told["stage"], told["policy"]) == (stage, "small 2.0.0")
        (answer,) = client.post("/interactions", json=sent("c-1", "i-2", "page_viewed", day(2.5))).json()
        assert answer["stage"] == stage
        (move,) = [one for one in client.get("/contacts/c-1/history").json()["moves"] if one["word"] == "made"]
        assert move["holds"] == (way == "adopt")


def test_a_stage_that_the_new_policy_lacks_is_decided_afresh(database: str, policy_file: Path) -> None:
    with serving(made(database, policy_file, day(2))) as client:
        client.put("/contacts/c-1", json=ANN)
        client.post("/interactions", json=sent("c-1", "i-1", "demo_requested", day(1)))
    policy_file.write_text(POLICY.replace("sql", "serious"), encoding="utf-8")
    with serving(made(database, policy_file, day(3))) as client:
        assert client.get("/contacts/c-1").json()["stage"] == "serious"


def test_a_policy_that_cannot_read_the_log_is_our_fault(database: str, policy_file: Path) -> None:
    more = POLICY + "interactions: {visited: {properties: {minutes: {type: number}}}}\n"
    policy_file.write_text(more, encoding="utf-8")
    with serving(made(database, policy_file, day(2))) as client:
        client.put("/contacts/c-1", json=ANN)
        client.post("/interactions", json=sent("c-1", "i-1", "visited", day(1), minutes=3))
    policy_file.write_text(POLICY, encoding="utf-8")
    with serving(made(database, policy_file, day(2))) as client:
        assert problem(client.get("/contacts/c-1"), 500)["code"] == "unknown-kind"


def test_whom_may_we_call_now(client: httpx.Client) -> None:
    question = {"purpose": "telemarketing", "channel": "voice", "stages": ["sql", "lead"]}
    (found,) = client.post("/permit", json=question).json()["contacts"]
    assert (found["allowed"], found["contact_id"]) == (False, "c-1")
    given = {"for_channel": "voice", "purpose": "telemarketing", "how": "written", "proof": "page 3"}
    client.post("/interactions", json=sent("c-1", "i-1", "consent_given", day(1), **given))
    (found,) = client.post("/permit", json=question).json()["contacts"]
    assert (found["allowed"], found["code"], found["next_allowed"]) == (False, "OUTSIDE_HOURS", "2026-01-31T01:00:00Z")
    assert client.post("/permit", json={**question, "stages": ["customer"]}).json()["contacts"] == []


def test_rows_of_the_log_cannot_be_changed(database: str, policy_file: Path) -> None:
    web()
    import sqlalchemy as sa  # noqa: PLC0415 - optional

    with desk_of(database, policy_file, day(2)) as desk:
        desk.put(lq.Contact(id="c-1"))
        statements = ["UPDATE contacts SET document = '{}'", "DELETE FROM contacts"]
        statements += ["TRUNCATE contacts CASCADE"] if "postgresql" in database else [
            "INSERT OR REPLACE INTO contacts VALUES ('c-1', '{}', '2026-01-01')"]  # fmt: skip
        for statement in statements:
            with pytest.raises(sa.exc.DBAPIError, match="append-only"):
                desk.database.writing(lambda connection, statement=statement: connection.exec_driver_sql(statement))
        assert desk.story("c-1").contact == lq.Contact(id="c-1")


def test_who_waits_too_long_for_another_is_told_to_come_again(database: str, policy_file: Path) -> None:
    with serving(made(database, policy_file, day(2), patience=0.2)) as client, desk_of(database, policy_file) as desk:
        client.put("/contacts/c-1", json=ANN)
        one = sent("c-1", "i-1", "demo_requested", day(1))

        def held(connection: Any) -> httpx.Response:
            from leads.log import Log  # noqa: PLC0415 - found only now

            Log(connection, desk.deciding.policy).lock(["c-1"])
            assert client.get("/contacts/c-1").json()["stage"] == "lead"  # who only reads does not wait
            return client.post("/interactions", json=one)

        answer = desk.database.writing(held)
        assert problem(answer, 503)["code"] == "database-unavailable"
        assert answer.headers["retry-after"] == "1"
        assert ids(client) == []
        assert client.post("/interactions", json=one).json()[0]["new"] == 1


def test_a_database_that_is_gone_is_503_until_it_is_back(policy_file: Path) -> None:
    with postgres.database() as database, serving(made(database, policy_file, day(2), patience=1)) as client:
        client.put("/contacts/c-1", json=ANN)
        with postgres.gone(database):
            assert problem(client.get("/health"), 503)["code"] == "database-unavailable"
            assert problem(client.post("/interactions", json=sent("c-1", "i", "purchase", day(1))), 503)
        assert client.get("/health").status_code == 200
        assert ids(client) == []


def commands_of(page: Path) -> Iterator[tuple[list[str], str]]:
    """Yield the words of every ``curl`` of a page, and what the page shows of its answer."""
    for block in re.findall(
        r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    ):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            for number in range(1, len(lines) + 1):
                with suppress(ValueError):  # a quotation goes on in the next line
                    words = shlex.split("".join(lines[:number]))
                    if words[0] == "curl":
                        yield words, "".join(lines[number:])
                    break


def test_the_commands_of_the_page(tmp_path: Path) -> None:
    shown, there = list(commands_of(WEB / "README.md")), "http://localhost:8000"
    assert len(shown) == 7
    with serving(made(f"sqlite:///{tmp_path}/leads.db", "sales", day(325) + timedelta(hours=1))) as client:
        for words, wanted in shown:
            where = next(word for word in words if word.startswith(there))
            body = words[words.index("--json") + 1] if "--json" in words else None
            method = words[words.index("-X") + 1] if "-X" in words else "GET" if body is None else "POST"
            headers = {"content-type": "application/json"}
            answer = client.request(method, where.removeprefix(there), content=body, headers=headers)
            assert answer.status_code < 300, answer.text
            told, begin = re.sub(r"\s", "", answer.text), 0
            for piece in re.sub(r"\s", "", wanted).split("..."):
                begin = told.find(piece, begin)
                assert begin >= 0, f"{where}: {piece}\n{answer.text}"
