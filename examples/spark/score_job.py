"""Score contacts and interactions that lie in Parquet folders, with Spark, one part after the other.

    spark-submit score_job.py --policy FILE --contacts FOLDER --interactions FOLDER --at TIME --out FOLDER

``python score_job.py`` with the same options does it on this machine. A part is a bucket of contacts
(``--buckets 16``), or all contacts with one value in a column that both tables have (``--by market``). Each is written
to a folder of its own, such as ``bucket=3``. Started again after a crash, the job leaves finished parts as they are.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - as everybody calls it

import leadqual as lq
from leadqual import frames

DONE = "_SUCCESS"  # Spark writes it into a folder when everything else is there
JOB = "_job.json"


@dataclass(frozen=True)
class Job:
    """What is to be scored, and where the scores go."""

    policy: str
    contacts: str
    interactions: str
    at: str
    out: str
    buckets: int = 16
    by: str | None = None
    ledger: bool = False
    missing: bool = False

    def described(self, policy: lq.Policy) -> dict[str, Any]:
        """Return what has to be the same for two runs to be one job."""
        parts = {"buckets": self.buckets} if self.by is None else {"by": self.by}
        given = {"contacts": self.contacts, "interactions": self.interactions, "at": self.at}
        more = {"ledger": self.ledger, "missing": self.missing, "policy": policy.content_hash}
        return {**given, **parts, **more}


class Refused(Exception):
    """The job would spoil or mix up what is there."""


class Folder:
    """The folder of the scores, wherever Spark can write: on disk, in HDFS, in a bucket of a cloud."""

    def __init__(self, spark: SparkSession, path: str) -> None:
        self.path = path
        self._jvm: Any = spark._jvm
        self._root = self._jvm.org.apache.hadoop.fs.Path(path)
        self._files = self._root.getFileSystem(spark._jsc.hadoopConfiguration())

    def has(self, name: str) -> bool:
        return bool(self._files.exists(self._at(name)))

    def is_empty(self) -> bool:
        return not self._files.exists(self._root) or not len(self._files.listStatus(self._root))

    def read(self, name: str) -> str:
        stream = self._files.open(self._at(name))
        try:
            return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def write(self, name: str, text: str) -> None:
        stream = self._files.create(self._at(name), True)
        try:
            stream.write(bytearray(text, "utf-8"))
        finally:
            stream.close()

    def part(self, column: str, value: str | None) -> str:
        """Return the name of a part's folder, as Spark itself would call it."""
        names = self._jvm.org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils
        return str(names.getPartitionPathString(column, value))

    def _at(self, name: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(self._root, name)


def run(spark: SparkSession, job: Job) -> list[str]:
    """Score every part that is not finished, and return their names."""
    policy, at, out = lq.Policy.load(job.policy), datetime.fromisoformat(job.at), Folder(spark, job.out)
    _claim(out, job.described(policy))
    # Newer files may have columns that older ones lack.
    contacts, interactions = (
        spark.read.option("mergeSchema", True).parquet(path) for path in (job.contacts, job.interactions)
    )
    written = []
    for name, chosen in _parts(job, out, contacts, interactions):
        if out.has(f"{name}/{DONE}"):
            print(f"{name}: finished before", flush=True)
            continue
        began = time.monotonic()
        people, events = contacts.where(chosen), interactions.where(chosen)
        scored = frames.score(policy, people, events, at=at, ledger=job.ledger, missing=job.missing)
        _write(scored, f"{job.out}/{name}")
        print(f"{name}: written in {time.monotonic() - began:.0f} s", flush=True)
        written.append(name)
    out.write(DONE, "")
    return written


def _claim(out: Folder, described: dict[str, Any]) -> None:
    """Note whose folder this is; raise `Refused` if it is another's."""
    if not out.has(JOB):
        if not out.is_empty():
            raise Refused(f"{out.path} holds other files; give the scores a folder of their own")
        out.write(JOB, json.dumps(described, indent=2))
        return
    before = json.loads(out.read(JOB))
    other = [name for name in {**before, **described} if before.get(name) != described.get(name)]
    if other:
        raise Refused(f"{out.path} holds the scores of another job: it differs in {', '.join(other)}")


def _parts(job: Job, out: Folder, contacts: DataFrame, interactions: DataFrame) -> Iterator[tuple[str, Column]]:
    """Yield the name of each part, and which rows of either table belong to it."""
    if job.by is None:
        bucket = F.pmod(F.xxhash64("contact_id"), F.lit(job.buckets))
        for number in range(job.buckets):
            yield out.part("bucket", str(number)), bucket == number
        return
    for table, path in ((contacts, job.contacts), (interactions, job.interactions)):
        if job.by not in table.columns:
            raise Refused(f"{path} has no column {job.by}; --by needs one that both tables have")
    column = F.col("`" + job.by.replace("`", "``") + "`").cast("string")
    values = [row[0] for row in contacts.select(column).distinct().collect()]
    for value in sorted(values, key=lambda value: (value is not None, value)):
        yield out.part(job.by, value), column.eqNullSafe(F.lit(value))


def _write(scored: DataFrame, path: str) -> None:
    marked = scored.write.mode("overwrite").option("mapreduce.fileoutputcommitter.marksuccessfuljobs", True)
    marked.parquet(path)


def main(arguments: Sequence[str] | None = None) -> int:
    job = _options(arguments)
    with SparkSession.builder.appName("leadqual").getOrCreate() as spark:
        try:
            run(spark, job)
        except (lq.LeadqualError, Refused) as error:
            print(error, file=sys.stderr)
            return 2
    return 0


def _options(arguments: Sequence[str] | None) -> Job:
    parser = argparse.ArgumentParser(description="Score contacts and interactions in Parquet folders with Spark.")
    parser.add_argument("--policy", required=True, help="the policy, a YAML or JSON file; only this machine reads it")
    parser.add_argument("--contacts", required=True, help="the folder of the contacts")
    parser.add_argument("--interactions", required=True, help="the folder of the interactions")
    parser.add_argument("--at", required=True, type=_instant, help="the instant, with its zone: 2026-11-22T00:00:00Z")
    parser.add_argument("--out", required=True, help="the folder for the scores")
    parser.add_argument("--buckets", type=_positive, default=16, help="how many parts (%(default)s)")
    parser.add_argument("--by", metavar="COLUMN", help="a part for every value of this column of both tables instead")
    parser.add_argument("--ledger", action="store_true", help="also a column for every line of every ledger")
    parser.add_argument("--missing", action="store_true", help="also what was not known")
    return Job(**vars(parser.parse_args(arguments)))


def _instant(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no time zone; write {text}Z for UTC")
    return text


def _positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("there has to be one part at least")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
