"""What tests of tables share: each kind of table in turn, but for Spark; and files that are read in small steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.engines import TABLES, Tables

from leadqual.frames.streams import spread


@pytest.fixture(params=TABLES, ids=lambda tables: tables.name)
def kind(request: pytest.FixtureRequest) -> Tables:
    found: Tables = request.param
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder whose name has blanks, brackets, an accent and an emoji."""
    place = tmp_path / "país=ID" / "Ünïcode [1] 🙂"
    place.mkdir(parents=True)
    return place


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and spread a few rows at a time, so that a bucket has rows of many runs."""
    monkeypatch.setattr(spread, "_READ", 17)
    monkeypatch.setattr(spread, "_ROWS", 50)
