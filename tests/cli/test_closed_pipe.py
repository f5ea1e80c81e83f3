from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes are closed in another way there")
TABLES = ["-c", "c.csv", "-i", "i.csv", "--at", "2026-11-22T00:00:00Z"]


def with_closed(stream, command, cwd):
    """Return the status and what came from the other stream where whoever reads one of the two has gone away."""
    read, write = os.pipe()
    os.close(read)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: write}
    try:
        result = subprocess.run(
            [sys.executable, "-m", "leadqual.cli.app", *command],
            cwd=cwd,
            text=True,
            timeout=120,
            check=False,
            **streams,
        )
    finally:
        os.close(write)
    return result.returncode, result.stderr if stream == "stdout" else result.stdout


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["check", "p.yaml", "--strict"], 1),
        (["check", "p.yaml", "--strict", "--json"], 1),
        (["explain", "c-1", "p.yaml", *TABLES], 0),
        (["explain", "c-1", "p.yaml", *TABLES, "--json"], 0),
        (["diff", "p.yaml", "sales"], 1),
        (["replay", "p.yaml", *TABLES], 0),
    ],
)
def test_the_status_is_that_of_the_answer(files, command, status):
    if command[0] in ("replay", "diff") and not find_spec("narwhals"):
        pytest.skip("needs the tables")
    found, told = with_closed("stdout", command, files)
    assert found == status
    assert "Error" not in told
    assert "fault" not in told


def test_problems_that_nobody_reads_are_still_problems(files):
    status, printed = with_closed("stderr", ["check", "none.yaml"], files)
    assert (status, printed) == (2, "")


def test_what_is_written_is_whole(files):
    status, _ = with_closed("stdout", ["score", "p.yaml", *TABLES, "--out", "s.csv"], files)
    assert status == 0
    assert len((files / "s.csv").read_text().splitlines()) == 4
