"""What tests of a policy cost in pytest: cases as data, and the plugin where nobody asks for it."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

from benchmarks.peers import MissingPeer
from benchmarks.timing import Figure, Sample, Target, compared
from leadqual import policies
from leadqual.testing import load_cases

_PYTEST: Final = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
_NO_TESTS: Final = 5
_HEAD: Final = """\
policy: sales
at: 2026-11-22
contact: {country: ID, company: {employees: 250}}
cases:
"""
_CASE: Final = """\
  - name: case {number}, a demo request {day} days after a download
    contact: {{full_name: Siti {number}}}
    interactions:
      - {{kind: whitepaper_downloaded, ago: {earlier}d}}
      - {{kind: email_opened, ago: {between}d}}
      - {{kind: demo_requested, ago: 2d}}
    expect:
      stage: sql
      because: demo
      scores: {{intent: '>= 30'}}
      reasons: [intent.demo]
"""


def figures(*, quick: bool) -> list[Figure]:
    """Measure cases as data beside deciding and empty tests, and the plugin in a folder without tests."""
    number, repeats = (20, 1) if quick else (1_000, 7)
    with TemporaryDirectory() as folder:
        cases, empty, nothing = (Path(folder, name) for name in ("cases", "empty", "nothing"))
        for path in (cases, empty, nothing):
            path.mkdir()
        file = written(cases, number)
        (empty / "test_empty.py").write_text("".join(f"def test_{n}():\n    pass\n\n\n" for n in range(number)))
        decided, tested = _decided(file), _pytest(empty)
        line = f"{number:,} cases as data in pytest / decided, and as many empty tests"
        besides = _pytest(nothing, "--co", "-p", "no:leadqual")
        name = "pytest --co of an empty folder / without the plugin"
        return [
            compared(line, _pytest(cases), lambda: decided() + tested(), repeats, Target(3)),
            compared(name, _pytest(nothing, "--co"), besides, 3 * repeats, Target(1.05, True)),
        ]


def written(folder: Path, number: int) -> Path:
    """Write a file of cases, no two of them alike."""
    file = folder / "sales.policytest.yaml"
    file.write_text(_HEAD + "".join(map(_case, range(number))), encoding="utf-8")
    return file


def _case(number: int) -> str:
    day = 1 + number % 30
    return _CASE.format(number=number, day=day, earlier=2 + day, between=2 + day // 2)


def _pytest(folder: Path, *options: str) -> Sample:
    """Return the measurement of a whole run of pytest: user and system time of its process."""
    expected = _NO_TESTS if "--co" in options else 0
    # Without compiled files pytest would compile whatever it imports, again in every run.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def sample() -> float:
        before = _children()
        command = [*_PYTEST, *options]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != expected:
            raise MissingPeer(f"pytest did not run, or leadqual is not installed:\n{done.stdout}{done.stderr}")
        return _children() - before

    return sample


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _decided(file: Path) -> Sample:
    """Return the measurement of deciding on what the cases give; making it is not timed, and no reason is read."""
    policy = policies.sales()

    def sample() -> float:
        scenarios = [case.scenario(policy) for case in load_cases(file).cases]
        gc.collect(1)
        begin = process_time()
        for one in scenarios:
            policy.decide(one.contact, one.history, at=one.at)
        return process_time() - begin

    return sample
