"""A replay on a cluster: contacts and interactions brought together in buckets, each replayed by itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

import polars as pl
import pyarrow as pa
from pyspark.sql import functions as f

from leadqual.engines.tables.checks.reads import Reads
from leadqual.engines.tables.columns import CONTACT_ID, safe
from leadqual.engines.tables.native import open_table
from leadqual.frames.native import into_polars
from leadqual.frames.opened import Tables
from leadqual.frames.replays.given import check_columns_of, given_standings
from leadqual.frames.replays.in_memory import in_memory
from leadqual.frames.replays.moves import MOVES, STANDINGS
from leadqual.lifecycle.decide import Late
from leadqual.lifecycle.policy import Policy

_BUCKET: Final = "lq_bucket"
_BEFORE: Final = "lq_before_"
_FEW: Final = 1_000
"""So many standings that cannot be gone on from are told about at most."""

_Part = Literal["moves", "standings"]


def replayed_on_spark(
    policy: Policy, contacts: Any, interactions: Any, until: datetime, standings: Any, tables: Tables, late: Late
) -> tuple[Any, Any]:
    """Return moves and standings as DataFrames of Spark, each computed when somebody asks for its rows.

    Rows are shuffled once, into as many buckets as ``spark.sql.shuffle.partitions`` says, with all that belongs to a
    contact in one of them; a bucket has to fit into the memory of a worker.
    """
    if standings is not None:
        standings = _on_spark(standings, contacts.sparkSession)
        _check(policy, contacts, standings, until)
        contacts = _with_standings(contacts, standings)
    buckets = int(contacts.sparkSession.conf.get("spark.sql.shuffle.partitions"))
    people, events = (_in_buckets(table, buckets) for table in (contacts, interactions))
    both = people.groupBy(_BUCKET).cogroup(events.groupBy(_BUCKET))
    names = contacts.columns, interactions.columns

    def of(part: _Part, schema: dict[str, Any]) -> Any:
        run = _bucket_replay(policy, until, names, (tables.reads, tables.repeated), late, part)
        with warnings.catch_warnings():
            # It says so of pandas 3 wherever batches of Arrow are handed over, also where no pandas is in them.
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            return both.applyInArrow(run, _schema(schema))

    return of("moves", MOVES), of("standings", STANDINGS)


def _in_buckets(table: Any, buckets: int) -> Any:
    # A dot in a name is to Spark the way into a struct.
    plain = table.toDF(*map(safe, table.columns))
    return plain.withColumn(_BUCKET, f.pmod(f.hash(f.col(CONTACT_ID)), f.lit(buckets)))


def _bucket_replay(
    policy: Policy,
    until: datetime,
    names: tuple[list[str], list[str]],
    opened: tuple[Reads, bool],
    late: Late,
    part: _Part,
) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """Return the function that a worker runs on the rows of a bucket."""

    def run(contacts: pa.Table, interactions: pa.Table) -> pa.Table:
        people, events = (_frame(table.drop_columns([_BUCKET])) for table in (contacts, interactions))
        people.columns, events.columns = names
        people, before = _apart(people)
        here = Tables(open_table(people, "contacts"), open_table(events, "interactions"), *opened)
        done = in_memory(policy, people, events, until, before, here, late)
        return _arrow(done.moves if part == "moves" else done.standings)

    return run


def _apart(people: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the contacts, and the standings that were put beside them."""
    columns = [name for name in people.columns if name.startswith(_BEFORE)]
    if not columns:
        return people, None
    stood = people.select(CONTACT_ID, *columns).rename(lambda name: name.removeprefix(_BEFORE))
    return people.drop(columns), stood.filter(pl.col("as_of").is_not_null())


def _arrow(frame: pl.DataFrame) -> pa.Table:
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = {pa.large_string(): pa.string()}
    return table.cast(pa.schema([field.with_type(plain.get(field.type, field.type)) for field in table.schema]))


def _schema(columns: dict[str, Any]) -> str:
    names = {pl.String(): "string", pl.Int64(): "bigint"}
    return ", ".join(f"{name} {names.get(kind, 'timestamp')}" for name, kind in columns.items())


def _with_standings(contacts: Any, standings: Any) -> Any:
    columns = [name for name in STANDINGS if name in standings.columns and name != CONTACT_ID]
    beside = standings.select(CONTACT_ID, *(f.col(name).alias(f"{_BEFORE}{name}") for name in columns))
    return contacts.join(beside, on=CONTACT_ID, how="left")


def _check(policy: Policy, contacts: Any, standings: Any, until: datetime) -> None:
    """Raise `InputError` with what is wrong with standings, of the first few that nobody can go on from."""
    check_columns_of(_frame(standings.limit(0).toArrow()).schema)
    known = contacts.select(CONTACT_ID)
    missing = f.col("as_of").isNull() | f.col("policy").isNull() | f.col("stage").isNull()
    wrong = missing | (f.col("as_of") > f.lit(until)) | (f.col("policy") != policy.content_hash)
    wrong = wrong | ~f.col("stage").isin(list(policy.stages))
    again = standings.groupBy(CONTACT_ID).count().filter("count > 1").select(CONTACT_ID)
    kinds = (
        standings.filter(wrong),
        standings.join(known, on=CONTACT_ID, how="left_anti"),
        standings.join(again, on=CONTACT_ID, how="left_semi"),
    )
    columns = [name for name in STANDINGS if name in standings.columns]
    found = pl.concat([_frame(table.select(*columns).limit(_FEW).toArrow()) for table in kinds]).unique(
        maintain_order=True
    )
    if found.height:
        there = known.filter(f.col(CONTACT_ID).isin(found[CONTACT_ID].unique().to_list()))
        given_standings(policy, found, until, _frame(there.toArrow())[CONTACT_ID])


def _on_spark(standings: Any, session: Any) -> Any:
    """Return standings as a DataFrame of Spark, whatever library they are of."""
    if hasattr(standings, "sparkSession"):
        return standings
    return session.createDataFrame(into_polars(standings, "standings").to_arrow(compat_level=pl.CompatLevel.oldest()))


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
