"""The benchmark of reports runs, and measures a page; how long it takes is not asserted."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the module that is run in an interpreter of its own, with its tables in a folder of the test."""
    if not (ROOT / "benchmarks" / "report_child.py").is_file():
        pytest.skip("the benchmarks come with a checkout only")
    pytest.importorskip("duckdb", reason="the tables of the benchmarks need it")
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setattr(importlib.import_module("benchmarks.frames_data"), "folder", lambda: tmp_path)
    return importlib.import_module("benchmarks.report_child")


def test_a_report_and_its_replay_are_measured(child: Any) -> None:
    page = child.prepared("permission", 60, 600)()
    assert 0 < page < 6_000_000
    assert child.prepared("replay", 60, 600)() == 0


def test_figures_compare_a_report_with_its_replay(child: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    report = importlib.import_module("benchmarks.report")
    sizes = {"replay": 2.0, "report": 3.0, "permission": 5.0}
    monkeypatch.setattr(report, "took", lambda way, *size: report.Took(*[sizes[way]] * 4))
    figures = report.figures(quick=True)
    assert [round(one.ratio, 1) for one in figures[:4]] == [1.5, 1.5, 2.5, 2.5]
    assert [one.met for one in figures] == [True, True, False, False, True, None, True]
