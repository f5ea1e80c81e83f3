"""Exports brought in beside reading the same files by hand: time, and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from benchmarks.timing import Figure, Target, of_pairs

SLOWER: Final = 3.0
"""How many times as long as by hand an import may take."""
FULL: Final = (100_000, 1_000_000, 3)
"""How many contacts and activities, and how often."""
QUICK: Final = (300, 3_000, 1)


@dataclass(frozen=True, slots=True)
class Took:
    """What one way took: seconds of processor time and on the wall, bytes of memory, and how many rows came of it."""

    processor: float
    wall: float
    memory: float
    rows: float


def figures(*, quick: bool) -> list[Figure]:
    """Measure both ways in turns, each in an interpreter of its own."""
    contacts, activities, repeats = QUICK if quick else FULL
    rounds = [(took("ours", contacts, activities), took("by-hand", contacts, activities)) for _ in range(repeats)]
    ten = [(took("ours", contacts, activities // 10).memory, one.memory) for one, _ in rounds[:1]]
    name = f"import, {contacts:,} contacts, {activities:,} activities"
    return [
        of_pairs(f"{name} / by hand", [(one.processor, hand.processor) for one, hand in rounds], Target(SLOWER)),
        of_pairs("the same, on the wall", [(one.wall, hand.wall) for one, hand in rounds], Target(SLOWER)),
        of_pairs("its memory / by hand", [(one.memory, hand.memory) for one, hand in rounds], unit="bytes"),
        of_pairs("memory with a tenth of the activities / with all", ten, unit="bytes"),
    ]


def took(way: str, contacts: int, activities: int) -> Took:
    """Return what one way took in a new interpreter; making the files is not in it."""
    command = [sys.executable, "-m", "benchmarks.bring_in_child", way, str(contacts), str(activities)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Took(**json.loads(done.stdout))
