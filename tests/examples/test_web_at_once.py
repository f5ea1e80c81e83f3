"""Fifty requests about one contact at once end where one after another end, and where one decision ends."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from support.web import address, day, desk_of, made, sent, serving

import leadqual as lq

KINDS = ["page_viewed", "demo_requested", "profile_updated"]


def fifty(contact: str, suffix: str = "") -> list[dict[str, Any]]:
    dice, rows = random.Random(50), []
    for number in range(50):
        kind = KINDS[0] if number % 3 else dice.choice(KINDS)
        more = {"changes": {"country": dice.choice(["ID", "SG"])}} if kind == "profile_updated" else {}
        rows.append(
            sent(
                contact,
                f"i-{number}{suffix}",
                kind,
                day(dice.uniform(0, 10) if number % 2 else dice.uniform(28, 33)),
                **more,
            )
        )
    return rows


def told(client: httpx.Client, contact: str) -> dict[str, Any]:
    """Return what an answer says of a contact, and the moves that hold."""
    answer, story = client.get(address(contact)).json(), client.get(f"{address(contact)}/history").json()
    words: dict[tuple[str, str, str], str] = {}
    for one in story["moves"]:  # whoever decided without waiting for another would make a move that is made already
        key = (one["at"], one["transition"], one["target"])
        assert words.get(key, "withdrawn") != one["word"]
        words[key] = one["word"]
    held = {(one["at"], one["transition"], one["target"]) for one in story["moves"] if one["holds"]}
    return {name: answer[name] for name in ("at", "stage", "since", "scores", "reasons")} | {"held": sorted(held)}


def test_fifty_at_once_end_where_one_after_another_and_one_decision_end(database: str, policy_file: Path) -> None:
    # Two servers, the clocks of which differ; whatever happened before the latest word of either comes late.
    one = made(database, policy_file, day(50), day(3), day(20))
    other = made(database, policy_file, day(35), day(50), day(9))
    with serving(one) as first, serving(other) as second, ThreadPoolExecutor(50) as pool:
        assert [first.put(address(name), json={"country": "ID"}).status_code for name in ("at once", "in turn")] == [
            201
        ] * 2
        clients = itertools.cycle([first, second])
        asked = [pool.submit(next(clients).post, "/interactions", json=row) for row in fifty("at once")]
        assert [each.result().status_code for each in asked] == [200] * 50
        for row in fifty("in turn", "b"):
            assert second.post("/interactions", json=row).status_code == 200
    policy, rows = lq.Policy.load(policy_file), fifty("at once")
    for row in rows:
        del row["contact_id"]
    history = [policy.parse_interaction(row) for row in rows]
    at_once = policy.decide(lq.Contact(id="at once", country="ID"), history, at=day(60))
    with desk_of(database, policy_file, day(60)) as desk:
        assert desk.bring_up_to_date("at once", day(60)).standing == at_once.standing
        desk.bring_up_to_date("in turn", day(60))
    with serving(made(database, policy_file, day(60))) as client:
        assert told(client, "at once") == told(client, "in turn")
        assert told(client, "at once")["held"] == [
            (move.model_dump(mode="json")["at"], move.transition, move.target) for move in at_once.moves
        ]
    assert len(at_once.moves) > 3


def test_the_same_webhook_fifty_times_at_once_counts_once(database: str, policy_file: Path) -> None:
    row = sent("c-1", "i-1", "demo_requested", day(1))
    with serving(made(database, policy_file, day(2))) as client, ThreadPoolExecutor(20) as pool:
        client.put("/contacts/c-1", json={"country": "ID"})
        answers = [each.json()[0] for each in pool.map(lambda _: client.post("/interactions", json=row), range(50))]
        assert sorted((one["new"], one["repeated"]) for one in answers) == [(0, 1)] * 49 + [(1, 0)]
        assert {one["stage"] for one in answers} == {"sql"}
        story = client.get("/contacts/c-1/history").json()
        assert (len(story["interactions"]), len(story["moves"])) == (1, 1)


def test_one_id_sent_for_two_contacts_at_once_is_kept_for_one(database: str, policy_file: Path) -> None:
    """The rows that are locked differ here, so only the key of the log stands in the way."""
    names = [f"c-{number}" for number in range(8)]
    with serving(made(database, policy_file, day(2))) as client, ThreadPoolExecutor(20) as pool:
        for name in names:
            client.put(address(name), json={})

        def post(name: str) -> list[int]:
            rows = [sent(name, f"i-{number}", "page_viewed", day(1)) for number in random.sample(range(20), 20)]
            return [client.post("/interactions", json=part).status_code for part in (rows[:5], rows[5:])]

        statuses = [status for each in pool.map(post, names) for status in each]
        assert set(statuses) <= {200, 409}
        stories = [client.get(f"{address(name)}/history").json() for name in names]
    found = [one["id"] for story in stories for one in story["interactions"]]
    assert len(found) == len(set(found))
    # A part is in whole or not at all: the twenty ids have room for four parts of five, or for fifteen and five.
    assert 1 <= statuses.count(200) <= 4
    assert len(found) in {5, 10, 15, 20}


def test_contacts_that_are_locked_in_any_order_do_not_wait_for_one_another(database: str, policy_file: Path) -> None:
    names = [f"c-{number}" for number in range(6)]
    with serving(made(database, policy_file, day(2))) as client, ThreadPoolExecutor(20) as pool:
        for name in names:
            client.put(address(name), json={})

        def post(number: int) -> int:
            order = random.Random(number).sample(names, len(names))
            rows = [sent(name, f"i-{number}-{name}", "page_viewed", day(1)) for name in order]
            return client.post("/interactions", json=rows).status_code

        assert list(pool.map(post, range(20))) == [200] * 20
        assert [len(client.get(f"{address(name)}/history").json()["interactions"]) for name in names] == [20] * 6
