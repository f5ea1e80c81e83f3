"""The web application of the examples, as its tests run it: on either database, behind a real server."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

import leadqual as lq

EXAMPLES = Path(__file__).parents[2] / "examples"
WEB = EXAMPLES / "web"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

POLICY = """
name: small
version: 1.0.0
review_every: 1d
scores:
  heat:
    range: [0, 100]
    rules:
      - {id: home, when: contact.country == 'ID', points: 20}
      - {id: demo, each: demo_requested, points: 40, within: 10d}
      - {id: view, each: page_viewed, points: 8, within: 5d, at_most: 3 per 1d}
stages: {lead: {initial: true}, sql: {}, customer: {}, nurture: {}}
transitions:
  - {id: ripe, source: [lead, nurture], target: sql, when: score.heat >= 40}
  - {id: bought, source: [lead, sql, nurture], target: customer, event: purchase}
  - {id: cooled, source: sql, target: nurture, when: score.heat < 30 and days_in_stage >= 3}
"""
"""A policy whose lookback is short, whose time alone moves contacts, and which reads a field that updates change."""


def web() -> Any:
    """Return the module of the application; skip where what it needs is not installed."""
    for name in ("fastapi", "sqlalchemy", "uvicorn"):
        pytest.importorskip(name)
    if str(WEB) not in sys.path:
        sys.path.insert(0, str(WEB))
    import leads.app  # noqa: PLC0415 - found only now

    return leads.app


def made(database: str, policy: Path | str, *instants: datetime, **settings: Any) -> Any:
    """Return the application with a clock that says these instants, again and again, in whatever order."""
    make = web().make
    from leads.settings import Settings  # noqa: PLC0415 - found only now

    return make(
        Settings(**{"database": database, "policy": str(policy), "patience": 30.0, **settings}), clock(*instants)
    )


@contextmanager
def desk_of(database: str, policy: Path | str, *instants: datetime, new_policy: Any = "adopt") -> Iterator[Any]:
    """Yield the application without HTTP, on a database that is ready."""
    web()
    from leads.database import Database  # noqa: PLC0415 - found only now
    from leads.deciding import Deciding  # noqa: PLC0415
    from leads.desk import Desk  # noqa: PLC0415

    opened = Database(database, 30.0)
    opened.prepare()
    try:
        yield Desk(opened, Deciding(lq.Policy.load(policy), new_policy), clock(*instants))
    finally:
        opened.close()


def clock(*instants: datetime) -> Callable[[], datetime]:
    told, lock = itertools.cycle(instants), threading.Lock()

    def now() -> datetime:
        with lock:
            return next(told)

    return now


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def sent(contact_id: str, name: str, kind: str, at: datetime | str, **more: Any) -> dict[str, Any]:
    """Return an interaction as a webhook sends it."""
    when = at if isinstance(at, str) else at.isoformat()
    needed = {"page_viewed": {"path": "/"}, "purchase": {"amount": 9e7, "currency": "IDR"}}.get(kind, {})
    return {"contact_id": contact_id, "id": name, "kind": kind, "occurred_at": when, **needed, **more}


def address(contact_id: str) -> str:
    return f"/contacts/{quote(contact_id, safe='')}"


@contextmanager
def serving(app: Any) -> Iterator[httpx.Client]:
    """Yield a client of an application that a server of this process serves."""
    import uvicorn  # noqa: PLC0415 - optional

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the application did not start"
            thread.join(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


class Mortal:
    """The application in a process of its own, which is forked again each time that it is killed.

    Everything is imported once, so that a new process answers at once; what it holds of the database it opens anew.
    """

    def __init__(self, settings: dict[str, str]) -> None:
        environment = {**os.environ, **settings, "PYTHONPATH": os.pathsep.join([str(WEB), *filter(None, sys.path)])}
        self._parent = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("web_forks.py"))],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._parent.stdout is not None
        self._told = self._parent.stdout
        self.url = f"http://127.0.0.1:{int(self._told.readline())}"
        self._child = int(self._told.readline())

    def kill(self) -> None:
        """Kill the process that serves, with no chance to tidy up, and wait until another one is there."""
        os.kill(self._child, 9)
        self._child = int(self._told.readline())

    def close(self) -> None:
        self._parent.kill()
        os.kill(self._child, 9)
        self._parent.wait()
        for stream in (self._parent.stdin, self._parent.stdout):
            assert stream is not None
            stream.close()
