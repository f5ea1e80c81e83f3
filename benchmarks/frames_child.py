"""``python -m benchmarks.frames_child JOB``: measure one job, and print what it took as JSON."""

from __future__ import annotations

import gc
import json
import resource
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import duckdb
import polars as pl

from benchmarks import replay_runs
from benchmarks.frames_agree import check_that_all_agree
from benchmarks.frames_data import AT, Tables, tables
from benchmarks.frames_hand import BY_HAND, SQL
from benchmarks.frames_job import Job, Took
from benchmarks.frames_pandas import pandas_loop
from benchmarks.frames_policies import policy_named
from benchmarks.frames_records import Records, expected, models, sample
from leadqual import frames

SMALL: Final = (200, 2_000)
"""The size of the tables on which everything runs once before it is measured."""

Run = Callable[[], Any]


def prepared(job: Job) -> tuple[Run, int]:
    """Return the work itself, with its tables in place, and into how many parts its times are divided."""
    made = tables(job.contacts, job.interactions)
    if job.way in replay_runs.WAYS:
        return replay_runs.prepared(job, made)
    if job.way == "agree":
        return lambda: check_that_all_agree(job.policy, made, job.sample), 1
    if job.way == "files":
        return _files(job, made), 1
    if job.way in ("decide", "record", "pandas"):
        return _loop(job, made)
    if job.library == "duckdb":
        return _duckdb(job, made), 1
    return _polars(job, made), 1


def measured(job: Job) -> Took:
    """Run a job on small tables, so that all is loaded and compiled, then measure it on its own."""
    small = min(job.contacts, SMALL[0]), min(job.interactions, SMALL[1])
    if job.way not in ("agree", "agree_moves", "files"):
        prepared(Job(job.way, job.policy, *small, job.library, min(job.sample, 20)))[0]()
    run, parts = prepared(job)
    gc.collect()
    begin, began = process_time(), perf_counter()
    run()
    processor, wall = process_time() - begin, perf_counter() - began
    return Took(processor / parts, wall / parts, _most_memory())


def _polars(job: Job, made: Tables) -> Run:
    contacts, interactions = pl.scan_parquet(made.contacts), pl.scan_parquet(made.interactions)
    if job.library == "polars":
        people, events = contacts.collect(), interactions.collect()
        if job.way == "hand":
            return lambda: BY_HAND[job.policy](people.lazy(), events.lazy())
        return lambda: frames.score(policy_named(job.policy), people, events, at=AT, check=_check(job))
    if job.way == "hand":
        return lambda: BY_HAND[job.policy](contacts, interactions)

    def lazy() -> pl.DataFrame:
        scores = frames.score(policy_named(job.policy), contacts, interactions, at=AT, check=_check(job))
        found: pl.DataFrame = scores.collect(engine="streaming")
        return found

    return lazy


def _duckdb(job: Job, made: Tables) -> Run:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    for name, folder in (("contacts", made.contacts), ("interactions", made.interactions)):
        connection.execute(f"CREATE TABLE {name} AS FROM read_parquet('{folder}/*.parquet')")

    def run() -> Any:
        if job.way == "hand":
            sql = SQL[job.policy]
        else:
            given = connection.table("contacts"), connection.table("interactions")
            sql = frames.score(policy_named(job.policy), *given, at=AT, check=_check(job)).sql_query()
        connection.execute(f"CREATE OR REPLACE TEMP TABLE result AS {sql}")
        return connection.table("result")

    return run


def _check(job: Job) -> Any:
    return "trusted" if job.way == "score" else None


def _loop(job: Job, made: Tables) -> tuple[Run, int]:
    contacts, interactions = sample(made, job.sample)
    policy = policy_named(job.policy)
    if job.way == "pandas":
        people, events = contacts.to_pandas(), interactions.to_pandas()
        return lambda: pandas_loop(job.policy, people, events), contacts.height
    known = models(contacts, interactions)
    if job.way == "decide":
        return lambda: expected(policy, known), contacts.height
    return lambda: list(Records(policy).scores(known)), contacts.height


def _files(job: Job, made: Tables) -> Run:
    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "scores.parquet"
            frames.score_files(policy_named(job.policy), made.contacts, made.interactions, out, at=AT)

    return run


def _most_memory() -> float:
    """Return the most memory that this process held, in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():  # what resource tells on Linux begins with the memory of the process that started this one
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return float(lines["VmHWM"].split()[0]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit


if __name__ == "__main__":
    print(json.dumps(asdict(measured(Job(**json.loads(sys.argv[1]))))))
