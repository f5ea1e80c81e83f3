"""Time in a stage, time until a stage, and where contacts go next, with those who still wait counted as waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.analysis.funnels.reach import NEVER, Mask, Whole
from leadqual.analysis.funnels.spells import KEYS, Spells, days
from leadqual.analysis.funnels.waiting import Days, Waiting, incidence, waiting
from leadqual.model.time import DAY, micros

_TIMES: Final = {"quantile": pl.Float64, "days": pl.Float64, "low": pl.Float64, "high": pl.Float64}


@dataclass(frozen=True, eq=False)
class Stay:
    """All times that contacts of a group stood at a stage, or took to come to it.

    Parameters
    ----------
    group : int
        The number of the group.
    stage : str
        The stage.
    days : array
        How many days each lasted, or has lasted so far.
    ended : array of bool
        Whether it has ended.
    targets : array
        Which stage it ended with, by its place; -1 for those that have not ended.
    waiting : Waiting
        The share that still waits after some time.
    """

    group: int
    stage: str
    days: Days
    ended: Mask
    targets: Whole
    waiting: Waiting


def stays(spells: Spells, confidence: float) -> list[Stay]:
    """Return how long contacts stood at each stage, by group; without those whose beginning nobody knows."""
    end = pl.coalesce("left", pl.lit(spells.until))
    known = spells.rows.filter(pl.col("entered").is_not_null())
    to = pl.col("target").to_physical().cast(pl.Int64).fill_null(-1)
    table = known.select(*KEYS, days=days(end, pl.col("entered")), ended=pl.col("left").is_not_null(), to=to)
    return _parts(table, confidence)


def _parts(table: pl.DataFrame, confidence: float) -> list[Stay]:
    found = []
    for (group, stage), part in table.group_by(KEYS):
        lasted, ended = part["days"].to_numpy(), part["ended"].to_numpy()
        stay = waiting(lasted, ended, confidence)
        found.append(Stay(int(group), str(stage), lasted, ended, part["to"].to_numpy(), stay))
    return sorted(found, key=lambda stay: (stay.group, stay.stage))


def time_in_stage(spells: Spells, lasted: list[Stay], quantiles: Sequence[float]) -> pl.DataFrame:
    """Return after how many days which share has left each stage again, by Kaplan-Meier; one row a quantile.

    Each time that a contact stood there is one spell.

    Returns
    -------
    DataFrame
        ``stage``, ``spells``, ``ended``, ``waiting`` (not ended yet), ``passed`` (left in the instant in which it was
        entered), and for each ``quantile`` its ``days`` with ``low`` and ``high``, null where it is not reached.
    """
    whole = {"spells": pl.Int64, "ended": pl.Int64, "waiting": pl.Int64, "passed": pl.Int64}
    rows = []
    for stay in lasted:
        ended, number = int(stay.ended.sum()), stay.days.size
        passed = int((stay.ended & (stay.days == 0)).sum())
        rows.append((stay.group, stay.stage, number, ended, number - ended, passed))
    counted = pl.DataFrame(rows, schema={"group": pl.UInt32, "stage": spells.kind, **whole}, orient="row")
    made = spells.cells("stage").join(counted, on=KEYS, how="left", maintain_order="left")
    made = made.with_columns(pl.col(list(whole)).fill_null(0))
    made = made.join(_quantiles(lasted, spells, quantiles), on=KEYS, how="left", maintain_order="left_right")
    return made.with_columns(spells.known(name) for name in ("spells", "waiting", "days", "low", "high"))


def velocity(spells: Spells, quantiles: Sequence[float], confidence: float) -> pl.DataFrame:
    """Return after how many days from its beginning which share of all contacts has come to each stage.

    Returns
    -------
    DataFrame
        ``stage``, ``contacts`` (with a known beginning, that did not begin there), ``reached`` (that came to it
        since), ``mean_days`` (of these), and for each ``quantile`` its ``days`` by Kaplan-Meier with ``low`` and
        ``high``: null where fewer have come there in the time that was seen.
    """
    table = _until_stages(spells)
    took = _parts(table, confidence)
    number = table.group_by(KEYS).agg(
        contacts=pl.len().cast(pl.Int64),
        reached=pl.col("ended").sum().cast(pl.Int64),
        mean_days=pl.col("days").filter(pl.col("ended")).mean(),
    )
    made = number.sort(KEYS)
    made = made.join(_quantiles(took, spells, quantiles), on=KEYS, how="left", maintain_order="left_right")
    if not spells.complete:
        blank = [pl.lit(None, made.schema[name]).alias(name) for name in ("contacts", "days", "low", "high")]
        made = made.with_columns(blank)
    return made


def next_stages(spells: Spells, lasted: list[Stay]) -> pl.DataFrame:
    """Return where contacts go from each stage, and how soon, with every way out in competition with the others.

    Returns
    -------
    DataFrame
        ``stage``, ``target``, ``left`` (spells that ended so), ``share`` (expected to end so within ``within`` days,
        by Aalen and Johansen) and ``median_days`` (by when half of these have gone). ``within`` is how long enough
        contacts were seen: `leadqual.analysis.funnels.waiting.Waiting`.
    """
    rows: list[dict[str, Any]] = []
    for stay in lasted:
        end = stay.waiting.seen - 1
        for target in np.unique(stay.targets[stay.ended]):
            gone = stay.days[stay.targets == target]
            curve = incidence(stay.waiting, gone)
            half = int(np.searchsorted(curve, curve[end] / 2 - 1e-12))
            rows.append(
                {"group": stay.group, "stage": stay.stage, "target": spells.stages[target], "left": gone.size,
                 "share": float(curve[end]), "within": float(stay.waiting.days[end]),
                 "median_days": float(stay.waiting.days[half]) if curve[end] else None}
            )  # fmt: skip
    numbers = dict.fromkeys(("share", "within", "median_days"), pl.Float64())
    stages = {"stage": spells.kind, "target": spells.kind}
    schema: dict[str, pl.DataType] = {"group": pl.UInt32(), **stages, "left": pl.Int64(), **numbers}
    made = pl.DataFrame(rows, schema=schema).sort("group", "stage", "target")
    return made.with_columns(spells.known(name) for name in numbers)


def curve(spells: Spells, lasted: list[Stay], stage: str) -> pl.DataFrame:
    """Return the share that still stands at a stage some days after it came there.

    Returns
    -------
    DataFrame
        ``days``, ``staying``, ``low`` and ``high``, ``at_risk`` (how many were there just before), and ``enough``
        (whether these are enough to read the curve): one row a time at which that changes or somebody was seen last.
    """
    schema = {"group": pl.UInt32, **dict.fromkeys(("days", "staying", "low", "high"), pl.Float64)}
    found = [pl.DataFrame(schema={**schema, "at_risk": pl.Int64, "enough": pl.Boolean})]
    for stay in lasted if stage not in spells.unknown else ():
        if stay.stage == stage:
            drawn = stay.waiting
            columns = {"days": drawn.days, "staying": drawn.staying, "low": drawn.low, "high": drawn.high}
            made = pl.DataFrame(columns).select(pl.lit(stay.group, pl.UInt32).alias("group"), pl.all().fill_nan(None))
            at_risk, enough = drawn.at_risk.astype(np.int64), np.arange(drawn.days.size) < drawn.seen
            found.append(made.with_columns(at_risk=at_risk, enough=enough))
    return pl.concat(found)


def _until_stages(spells: Spells) -> pl.DataFrame:
    """Return how many days each contact took to each stage, or has waited for it so far, and whether it came."""
    began = spells.people["began"].to_physical().fill_null(NEVER).to_numpy()
    until = micros(spells.until)
    own: dict[str, pl.DataType] = {"group": pl.UInt32(), "stage": spells.kind}
    schema = {**own, "days": pl.Float64(), "ended": pl.Boolean(), "to": pl.Int64()}
    tables = [pl.DataFrame(schema=schema)]
    for stage, first, came in zip(spells.stages, spells.reach.first, spells.reach.came, strict=True):
        others = np.flatnonzero((began < NEVER) & (first != 0))  # the first spell is where it began
        ended = came[others] < NEVER
        took = (np.where(ended, came[others], until) - began[others]) / DAY
        columns = {"group": spells.group_codes[others], "days": took, "ended": ended}
        made = pl.DataFrame(columns).with_columns(pl.col("group").cast(pl.UInt32), stage=pl.lit(stage, spells.kind))
        tables.append(made.with_columns(to=pl.lit(-1, pl.Int64)).select(*schema))
    return pl.concat(tables)


def _quantiles(lasted: list[Stay], spells: Spells, quantiles: Sequence[float]) -> pl.DataFrame:
    found = [(stay.group, stay.stage, share, *stay.waiting.quantile(share)) for stay in lasted for share in quantiles]
    return pl.DataFrame(found, schema={"group": pl.UInt32, "stage": spells.kind, **_TIMES}, orient="row")
