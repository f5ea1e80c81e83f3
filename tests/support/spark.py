"""One local Spark for all tests of a process, as quiet, small and quick to start as Spark can be.

It takes about twenty seconds all the same, so tests that need it go to one worker: `one_worker` knows them by the word
``spark`` in their id, be it in the name of a file, of a test or of a parameter.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# Most of the time goes into loading and compiling classes: the first compiler alone takes half of it.
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:MetaspaceSize=300m -Xmn300m"
TOGETHER = ("spark", "tests/examples/test_loan_calls.py")
"""Parts of ids: the tests that have one in theirs go to one worker."""
SETTINGS = {
    "spark.app.name": "leadqual-tests",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "ERROR",
    "spark.python.sql.dataFrameDebugging.enabled": "false",  # else every expression looks up the line it was written on
    "spark.sql.adaptive.enabled": "false",  # the plan that is shown is the plan that runs
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",  # compiling costs more than it saves on a few rows
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.maxPlanStringLength": "1000",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def why_not() -> str | None:
    """Return what is missing for Spark here, or nothing."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed"
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None) is None:
        return "Java is not installed"
    return None


def session() -> Any:
    """Return the Spark session of this process; where there can be none, skip the test, or fail if it has to run."""
    reason = why_not()
    if reason is None:
        return _session()
    if os.environ.get("LEADQUAL_SPARK") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def shuffles(frame: Any, column: str) -> list[int]:
    """Return for every scan that reads a column, from the plan of a DataFrame, how often its rows are shuffled."""
    plan = frame._jdf.queryExecution().executedPlan()
    return [above for scan, above in _scans(plan, 0) if column in _names(scan)]


def one_worker(config: pytest.Config, log: Any) -> Any:
    """Return a scheduler for pytest-xdist that shares tests out as ever, but sends those of Spark to one worker.

    So does it with the tests of a large log, which every worker that has some reads and prepares anew. What goes to one
    worker is begun first, so that nobody waits for it in the end.

    The mark ``xdist_group`` would say the same, but pytest 9.2 and pytest-xdist 3.8 together do not heed it.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - optional

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((word for word in TOGETHER if word in nodeid.lower()), nodeid)

        def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
            # Asked after each test: thousands that are done need not be counted through again.
            for scope in [scope for scope, tests in workload.items() if all(tests.values())]:
                del workload[scope]
            return super()._pending_of(workload)

    return Scheduling(config, log) if config.getoption("dist") == "load" else None


@functools.cache
def _session() -> Any:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - optional

    folder = tempfile.mkdtemp(prefix="leadqual-spark-")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"  # else Spark asks for the name of the machine, and warns
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else that of the path, which may lack leadqual
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.sql.warehouse.dir", Path(folder, "warehouse").as_uri())
    spark = builder.config("spark.local.dir", folder).getOrCreate()
    atexit.register(_closing(spark, folder))
    return spark


def _closing(spark: Any, folder: str) -> Callable[[], None]:
    gateway = spark.sparkContext._gateway

    def close() -> None:
        spark.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()  # Java ends when nobody can speak to it any more
        gateway.proc.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)

    return close


def _scans(plan: Any, above: int) -> Iterator[tuple[Any, int]]:
    """Yield the leaves of a physical plan, with the number of shuffles above each."""
    children, below = plan.children(), above + (plan.nodeName() == "Exchange")
    if children.isEmpty():
        yield plan, above
    for number in range(children.size()):
        yield from _scans(children.apply(number), below)


def _names(plan: Any) -> set[str]:
    output = plan.output()
    return {output.apply(number).name() for number in range(output.size())}
