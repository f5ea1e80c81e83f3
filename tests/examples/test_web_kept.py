"""The web application keeps its word: killed at any moment, asked at once, told twice, in any order."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.web import Mortal, address, day, sent, web

import leadqual as lq

CONTACTS = ["ann/1", 'bo"b', "çelik 😀"]
KINDS = ["page_viewed", "demo_requested", "page_viewed", "purchase"]


@pytest.fixture
def mortal(database: str, policy_file: Path) -> Iterator[Mortal]:
    web()
    process = Mortal({"LEADS_DATABASE": database, "LEADS_POLICY": str(policy_file), "LEADS_PATIENCE": "20"})
    try:
        yield process
    finally:
        process.close()


class Traffic:
    """Senders that send until they are told to stop; most send again what was not acknowledged."""

    def __init__(self, url: str) -> None:
        self.url, self.stop = url, threading.Event()
        self.sent: list[dict[str, Any]] = []
        self.acknowledged: list[str] = []

    def send(self, number: int) -> None:
        dice = random.Random(number)
        with httpx.Client(base_url=self.url, timeout=60) as client:
            while not self.stop.is_set():
                name = f"{number}-{len(self.sent)}-{dice.random()}"
                one = sent(dice.choice(CONTACTS), name, dice.choice(KINDS), day(dice.uniform(0, 300)))
                self.sent.append(one)
                while not self._acknowledged(client, one) and number:  # number 0 never sends again
                    self.stop.wait(0.005)

    def wait_for(self, more: int) -> None:
        """Wait until some more were acknowledged: how long that takes differs from machine to machine."""
        until, began = len(self.acknowledged) + more, time.monotonic()
        while len(self.acknowledged) < until:
            assert time.monotonic() - began < 120, "nothing is acknowledged any more"
            time.sleep(0.002)

    def _acknowledged(self, client: httpx.Client, one: dict[str, Any]) -> bool:
        try:
            answer = client.post("/interactions", json=one)
        except httpx.TransportError:
            return False
        assert answer.status_code == 200, answer.text
        self.acknowledged.append(one["id"])
        return True


def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_nothing_is_there_twice(
    mortal: Mortal, policy_file: Path
) -> None:
    dice, traffic = random.Random(4), Traffic(mortal.url)
    with httpx.Client(base_url=mortal.url, timeout=60) as client:
        for contact in CONTACTS:
            assert client.put(address(contact), json={"country": "ID"}).status_code == 201
    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(traffic.send, number) for number in range(6)]
        for _ in range(12):
            traffic.wait_for(dice.randrange(8))
            time.sleep(dice.uniform(0, 0.02))
            mortal.kill()
        traffic.wait_for(6)
        traffic.stop.set()
        for one in running:
            one.result()
    policy, found = lq.Policy.load(policy_file), []
    with httpx.Client(base_url=mortal.url, timeout=60) as client:
        for contact in CONTACTS:
            story = client.get(f"{address(contact)}/history").json()
            found += [one["id"] for one in story["interactions"]]
            stands_where_the_fold_says(client, contact, story, policy)
    assert len(set(found)) == len(found)
    assert set(traffic.acknowledged) <= set(found) <= {one["id"] for one in traffic.sent}
    assert len(traffic.acknowledged) > 30
    assert len(traffic.sent) > len(traffic.acknowledged)  # at least one was cut off


def stands_where_the_fold_says(client: httpx.Client, contact: str, story: dict[str, Any], policy: lq.Policy) -> None:
    """Hold what is on file against one decision from the beginning."""
    answer = client.get(address(contact)).json()
    rows = [{name: value for name, value in row.items() if name != "received_at"} for row in story["interactions"]]
    history, whose = [policy.parse_interaction(row) for row in rows], lq.Contact(id=contact, country="ID")
    decision = policy.decide(whose, history, at=datetime.fromisoformat(answer["at"]))
    assert (answer["stage"], answer["scores"]) == (decision.stage, {"heat": decision.scores["heat"].value})
    held = [(move["transition"], move["at"]) for move in story["moves"] if move["word"] == "made" and move["holds"]]
    moved = [(move.transition, move.model_dump(mode="json")["at"]) for move in decision.moves]
    assert sorted(held) == sorted(moved)
