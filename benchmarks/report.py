"""A report over a million contacts beside the replay beneath it: time, memory, and how large its page is."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from benchmarks.timing import Figure, Target, of_pairs

PAGE: Final = 6_000_000.0
"""Bytes that a page may take."""
MEMORY: Final = 12.0 * 2**30
"""Bytes that a report may take, its tables included."""
FULL: Final = (1_000_000, 10_000_000, 3)
"""How many contacts and interactions, and how often."""
QUICK: Final = (500, 5_000, 1)


@dataclass(frozen=True, slots=True)
class Took:
    """What one way took: seconds of processor time and on the wall, bytes of memory, and bytes of its page."""

    processor: float
    wall: float
    memory: float
    page: float


def figures(*, quick: bool) -> list[Figure]:
    """Measure replays and reports in turns, each in an interpreter of its own."""
    contacts, interactions, repeats = QUICK if quick else FULL
    ways = ("replay", "report", "permission")
    rounds = [{way: took(way, contacts, interactions) for way in ways} for _ in range(repeats)]

    def line(name: str, way: str, of: str, target: Target | None = None) -> Figure:
        return of_pairs(name, [(getattr(one[way], of), getattr(one["replay"], of)) for one in rounds], target)

    size = f"report, {contacts:,} contacts, {interactions:,} interactions"
    asked = "the same, with who may be contacted"
    bytes_taken = [(one["report"].memory, one["replay"].memory) for one in rounds]
    return [
        line(f"{size} / their replay", "report", "processor", Target(2)),
        line("the same, on the wall", "report", "wall", Target(2)),
        line(f"{asked} / their replay", "permission", "processor", Target(2)),
        line(f"{asked}, on the wall", "permission", "wall", Target(2)),
        of_pairs("report, memory / 12 GiB", [(one["report"].memory, MEMORY) for one in rounds], Target(1), "bytes"),
        of_pairs("report, memory / that of the replay", bytes_taken, unit="bytes"),
        of_pairs("report, its page / 6 MB", [(one["permission"].page, PAGE) for one in rounds], Target(1), "bytes"),
    ]


def took(way: str, contacts: int, interactions: int) -> Took:
    """Return what one way took in a new interpreter; reading the tables is in the memory and not in the times."""
    command = [sys.executable, "-m", "benchmarks.report_child", way, str(contacts), str(interactions)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Took(**json.loads(done.stdout))
