"""What importing costs: processor time inside new interpreters, started in turns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import leadqual
from benchmarks.timing import Figure, Sample, Target, compared

IMPORT: Final = "import leadqual"
EVERYTHING: Final = "import leadqual\nfor name in leadqual.__all__: getattr(leadqual, name)"
FIRST_DECISION: Final = """
from datetime import UTC, datetime
import leadqual as lq
at = datetime(2026, 11, 22, tzinfo=UTC)
lq.policies.minimal().decide(lq.Contact(id="c-1"), [lq.DemoRequested(id="i-1", occurred_at=at)], at=at)
"""
PEER: Final = "import pydantic, statemachine"
PEER_IN_USE: Final = """
import pydantic, statemachine
class Contact(pydantic.BaseModel):
    id: str
    country: str | None = None
Contact(id="c-1")
"""
_CHILD: Final = "import time\nbegin = time.process_time()\n{program}\nprint(time.process_time() - begin)\n"


def program(text: str) -> Sample:
    """Return the measurement of a program: user and system time of its own, without the interpreter's start."""
    path = os.pathsep.join([str(Path(leadqual.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path.rstrip(os.pathsep)}
    command = [sys.executable, "-c", _CHILD.format(program=text)]

    def sample() -> float:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return float(done.stdout)

    return sample


def figures(*, quick: bool) -> list[Figure]:
    """Measure the import, and the first use of everything."""
    repeats = 3 if quick else 15
    peer, in_use = program(PEER), program(PEER_IN_USE)
    return [
        compared("import leadqual / import pydantic, statemachine", program(IMPORT), peer, repeats, Target(1.3, True)),
        compared("every public name used / both imported, one model made", program(EVERYTHING), in_use, repeats),
        compared("first decision made / both imported, one model made", program(FIRST_DECISION), in_use, repeats),
    ]
