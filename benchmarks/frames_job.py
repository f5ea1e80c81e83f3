"""One measurement in an interpreter of its own: what is run, and what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import leadqual

Scoring: TypeAlias = Literal["agree", "score", "checked", "hand", "decide", "record", "pandas", "files"]
"""Who works on scores: all for their answers to be compared, `frames.score` on rows that are trusted or with its
default check, a query by hand, a loop, or `leadqual.frames.score_files`."""

Replaying: TypeAlias = Literal["agree_moves", "replay", "standings", "fold", "fold_tables", "tables"]
"""Who works on moves: both for theirs to be compared, `frames.replay` on rows that are trusted, `frames.standings`, a
loop, or nobody, for what the tables take in memory."""

Way: TypeAlias = Scoring | Replaying

Library: TypeAlias = Literal["polars", "lazy", "duckdb"]


@dataclass(frozen=True, slots=True)
class Job:
    """What is run: who, on which tables of which size, under which policy."""

    way: Way
    policy: str
    contacts: int
    interactions: int
    library: Library = "polars"
    sample: int = 0
    """How many of the contacts a loop goes over."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of processor time, of every thread, seconds on the wall, and the most memory in bytes.

    Loops give their seconds a contact.
    """

    processor: float
    wall: float
    memory: float


def took(job: Job) -> Took:
    """Return what a job took in a new interpreter; loading its tables is in the memory and not in the times."""
    roots = [str(Path(__file__).parents[1]), str(Path(leadqual.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, roots))}
    command = [sys.executable, "-m", "benchmarks.frames_child", json.dumps(asdict(job))]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return Took(**json.loads(done.stdout))
