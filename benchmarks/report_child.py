"""``python -m benchmarks.report_child WAY CONTACTS INTERACTIONS``: one report or replay, and what it took as JSON."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any, Final

import polars as pl

from benchmarks.frames_child import _most_memory as most_memory
from benchmarks.frames_data import AT, tables
from benchmarks.frames_policies import policy_named
from leadqual import frames, report

SMALL: Final = (200, 2_000)
"""The size of the tables on which everything runs once before it is measured."""
REACH: Final = {"purpose": "marketing", "channel": "email", "caller": "seller"}


def prepared(way: str, contacts: int, interactions: int) -> Callable[[], int]:
    """Return the work itself, with its tables in place; it returns how many bytes its page has."""
    made, policy = tables(contacts, interactions), policy_named("sales")
    people, events = pl.read_parquet(made.contacts), pl.read_parquet(made.interactions)

    def replay() -> int:
        frames.replay(policy, people, events, until=AT)
        return 0

    def build() -> int:
        asked: dict[str, Any] = {"reach": REACH} if way == "permission" else {}
        return len(report.build(policy, people, events, at=AT, **asked).html().encode())

    return replay if way == "replay" else build


def main(way: str, contacts: int, interactions: int) -> dict[str, float]:
    """Run one way on small tables, so that all is loaded, then measure it."""
    prepared(way, min(contacts, SMALL[0]), min(interactions, SMALL[1]))()
    run = prepared(way, contacts, interactions)
    gc.collect()
    begin, began = process_time(), perf_counter()
    page = run()
    processor, wall = process_time() - begin, perf_counter() - began
    return {"processor": processor, "wall": wall, "memory": most_memory(), "page": float(page)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
