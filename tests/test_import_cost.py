"""`import leadqual`, and a first decision, load no library that they can do without."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "pandas",
    "polars",
    "pyarrow",
    "narwhals",
    "numpy",
    "scipy",
    "sklearn",
    "hypothesis",
    "pytest",
    "typer",
    "rich",
    "yaml",
    "yamlcore",
    "matplotlib",
    "plotly",
    "jsonschema",
]
DECIDE = (
    "from datetime import UTC, datetime\n"
    "policy = leadqual.Policy(name='x', stages={'lead': leadqual.StageSpec(initial=True)})\n"
    "policy.decide(leadqual.Contact(id='c'), [], at=datetime(2026, 1, 1, tzinfo=UTC)).model_dump_json()\n"
)


@pytest.mark.parametrize("then", ["", "[getattr(leadqual, name) for name in leadqual.__all__]", DECIDE])
def test_no_optional_library_is_loaded(then: str) -> None:
    code = f"import sys, leadqual\n{then}\nprint(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
