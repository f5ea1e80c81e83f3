"""The example for Spark: the same scores as for one contact, in parts, one shuffle, and no work done twice."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from support import spark

import leadqual as lq
from leadqual import frames

EXAMPLE = Path(__file__).parents[2] / "examples" / "spark"
AT = datetime(2026, 11, 22, tzinfo=UTC)
TINY = """
name: tiny
version: 1.0.0
fields:
  market: {type: text}
scores:
  heat:
    range: [0, 100]
    rules:
      - {id: home, when: contact.country == 'ID', points: 20}
      - {id: view, each: page_viewed, points: 8, half_life: 30d}
"""
TWO = (
    pl.DataFrame(
        {"contact_id": ["a", "b", "c"], "country": ["ID", None, "SG"], "market": ["Asia/1", "Großmarkt", None]}
    ),
    pl.DataFrame(
        {
            "contact_id": ["b", "b", "c"],
            "interaction_id": ["1", "2", "3"],
            "kind": ["page_viewed"] * 3,
            "occurred_at": [datetime(2026, 10, 23, tzinfo=UTC), AT, AT],
            "path": ["/"] * 3,
            "market": ["Großmarkt", "Großmarkt", None],
        }
    ),
)
HEAT = {"a": 20.0, "b": 12.0, "c": 8.0}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spark.session()  # skips where there is no Spark, which the script imports
    spec = importlib.util.spec_from_file_location("score_job", EXAMPLE / "score_job.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["score_job"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    demo, folder = lq.datasets.demo(contacts=60), tmp_path_factory.mktemp("sample")
    shutil.copy(Path(lq.policies.__file__).with_name("sales.yaml"), folder / "policy.yaml")
    return demo, lay_out(folder, *frames.from_models(demo.contacts, demo.histories))


def lay_out(folder: Path, contacts: pl.DataFrame, interactions: pl.DataFrame) -> Path:
    """Write each table as a folder of two files."""
    for name, table in (("contacts", contacts), ("interactions", interactions)):
        (folder / name).mkdir()
        half = len(table) // 2
        table[:half].write_parquet(folder / name / "1.parquet")
        table[half:].write_parquet(folder / name / "2.parquet")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(TINY, encoding="utf-8")
    return lay_out(tmp_path, *TWO)


def job(script: ModuleType, folder: Path, **options: Any) -> Any:
    (policy,) = folder.glob("policy.*")
    tables = {"contacts": f"{folder}/contacts", "interactions": f"{folder}/interactions"}
    given = {"policy": str(policy), **tables, "at": "2026-11-22T00:00:00Z", "out": f"{folder}/scores"}
    return script.Job(**{**given, **options})


def heat(folder: Path) -> dict[str, float]:
    scores = spark.session().read.parquet(f"{folder}/scores").toArrow().to_pylist()
    assert len({row["contact_id"] for row in scores}) == len(scores)
    return {row["contact_id"]: row["score.heat"] for row in scores}


def test_the_scores_are_those_of_one_contact_and_rows_are_shuffled_once(
    script: ModuleType, sample: tuple[Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    demo, folder = sample
    policy, plain, plans = lq.policies.sales(), script.frames.score, []

    def watched(*tables: Any, **options: Any) -> Any:
        plans.append(plain(*tables, **options))
        return plans[-1]

    monkeypatch.setattr(script.frames, "score", watched)
    assert script.run(spark.session(), job(script, folder, buckets=1, missing=True)) == ["bucket=0"]
    assert [spark.shuffles(plan, "occurred_at") for plan in plans] == [[1]]
    found = spark.session().read.parquet(f"{folder}/scores").toArrow().to_pylist()
    rows = {row["contact_id"]: row for row in found}
    assert rows.keys() == {contact.id for contact in demo.contacts}
    for contact in demo.contacts:
        row, decision = rows[contact.id], policy.decide(contact, demo.histories[contact.id], at=demo.at)
        for name, score in decision.scores.items():
            assert row[f"score.{name}"] == pytest.approx(score.value, abs=1e-6)
        assert {name: row[f"grade.{name}"] for name in decision.grades} == decision.grades


def test_after_a_crash_only_unfinished_parts_are_scored(
    script: ModuleType, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, calls = script.frames.score, []

    def failing(*tables: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the cluster is gone")
        return whole(*tables, **options)

    monkeypatch.setattr(script.frames, "score", failing)
    with pytest.raises(RuntimeError, match="gone"):
        script.run(spark.session(), job(script, tiny, buckets=4))
    # A part that was begun: its files are there, the word that it is finished is not.
    (tiny / "scores" / "bucket=1" / "_SUCCESS").unlink()
    assert not (tiny / "scores" / "_SUCCESS").exists()
    assert script.run(spark.session(), job(script, tiny, buckets=4)) == ["bucket=1", "bucket=2", "bucket=3"]
    assert heat(tiny) == HEAT
    assert (tiny / "scores" / "_SUCCESS").exists()
    assert script.run(spark.session(), job(script, tiny, buckets=4)) == []


def test_a_part_for_every_value_of_a_column(script: ModuleType, tiny: Path) -> None:
    written = script.run(spark.session(), job(script, tiny, by="market"))
    assert written == ["market=__HIVE_DEFAULT_PARTITION__", "market=Asia%2F1", "market=Großmarkt"]
    assert heat(tiny) == HEAT
    assert script.run(spark.session(), job(script, tiny, by="market")) == []
    with pytest.raises(script.Refused, match="has no column country"):
        script.run(spark.session(), job(script, tiny, by="country", out=f"{tiny}/other"))


def test_jobs_are_not_mixed_up(script: ModuleType, tiny: Path) -> None:
    script.run(spark.session(), job(script, tiny, buckets=1))
    with pytest.raises(script.Refused, match="differs in at, buckets"):
        script.run(spark.session(), job(script, tiny, buckets=2, at="2026-11-23T00:00:00Z"))
    (tiny / "policy.yaml").write_text(TINY.replace("20", "30"), encoding="utf-8")
    with pytest.raises(script.Refused, match="differs in policy"):
        script.run(spark.session(), job(script, tiny, buckets=1))
    with pytest.raises(script.Refused, match="holds other files"):
        script.run(spark.session(), job(script, tiny, out=f"{tiny}/contacts"))
    assert heat(tiny) == HEAT


def test_the_command_of_the_page(tiny: Path) -> None:
    spark.session()
    page = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^\$ spark-submit ((?:.*\\\n)*.*)", page, flags=re.MULTILINE)
    assert found is not None
    words = found[1].replace("\\\n", " ").replace("sample/", "").split()
    command = shutil.which("spark-submit", path=Path(sys.executable).parent) or "spark-submit"
    settings = [word for name, value in spark.SETTINGS.items() for word in ("--conf", f"{name}={value}")]
    environment = {
        **os.environ,
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    (tiny / "score_job.py").write_bytes((EXAMPLE / "score_job.py").read_bytes())
    done = subprocess.run(
        [command, "--master", "local[2]", *settings, *words],
        cwd=tiny, env=environment, capture_output=True, encoding="utf-8", timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("written in") == 4
    assert heat(tiny) == HEAT
    assert json.loads((tiny / "scores" / "_job.json").read_text(encoding="utf-8"))["buckets"] == 4
