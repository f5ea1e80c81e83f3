"""From stage to stage, and from visitors to customers: of how many, how many."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl

from leadqual.analysis.funnels.reach import NEVER, Mask, Whole
from leadqual.analysis.funnels.shares import shares
from leadqual.analysis.funnels.spells import KEYS, Spells
from leadqual.analysis.funnels.tables import CONTACT
from leadqual.model.time import DAY

_PAIR = ["group", "source", "target"]


def conversion(spells: Spells, confidence: float) -> pl.DataFrame:
    """Return for each pair of stages how many contacts that entered the one ever entered the other.

    Returns
    -------
    DataFrame
        ``source``, ``target``, ``entered`` (contacts that ever entered the source), ``waiting`` (those of them that
        stand there now), ``directly`` and ``direct_share`` (with a move from the one to the other), ``eventually``
        and ``share`` (that entered the target after they first entered the source, by whatever way), ``low`` and
        ``high`` of that share.
    """
    moved = spells.rows.filter(pl.col("target").is_not_null()).select(CONTACT, "group", "target", source="stage")
    directly = moved.unique([CONTACT, "source", "target"]).group_by(_PAIR).agg(directly=_number())
    waiting = spells.rows.filter(pl.col("left").is_null()).group_by("group", source="stage").agg(waiting=_number())
    made = spells.cells("source", "target").filter(pl.col("source") != pl.col("target"))
    made = made.join(_passages(spells), on=_PAIR, how="left", maintain_order="left")
    for table, keys in ((waiting, _PAIR[:2]), (directly, _PAIR)):
        made = made.join(table, on=keys, how="left", maintain_order="left")
    made = made.with_columns(pl.col("waiting", "directly").fill_null(0))
    made = made.with_columns(spells.known("entered", "source"), spells.known("waiting", "source"))
    direct = shares("directly", "entered", confidence, share="direct_share")[0]
    made = made.with_columns(direct, *shares("eventually", "entered", confidence))
    numbers = ["entered", "waiting", "directly", "direct_share", "eventually", "share", "low", "high"]
    return made.select(*_PAIR, *numbers)


def _passages(spells: Spells) -> pl.DataFrame:
    """Return for every group and pair of stages how many entered the first, and afterwards the second."""
    reach, places = spells.reach, range(len(spells.stages))
    entered = {place: _by_group(spells, reach.first[place] >= 0) for place in places}
    found: dict[str, list[Any]] = {"source": [], "target": [], "entered": [], "eventually": []}
    for source in places:
        for target in places:
            if source != target:
                found["source"].append(spells.stages[source])
                found["target"].append(spells.stages[target])
                found["entered"].append(entered[source])
                found["eventually"].append(_by_group(spells, reach.after(source, target)))
    several = pl.List(pl.Int64)
    schema = {"source": spells.kind, "target": spells.kind, "entered": several, "eventually": several}
    numbers = pl.DataFrame(found, schema=schema).with_columns(group=pl.lit([*range(len(spells.groups))]))
    return numbers.explode("entered", "eventually", "group").with_columns(pl.col("group").cast(pl.UInt32))


def _by_group(spells: Spells, mask: Mask) -> list[int]:
    number: list[int] = np.bincount(spells.group_codes[mask], minlength=len(spells.groups)).tolist()
    return number


def bought(spells: Spells, customer: Collection[str]) -> Whole:
    """Return when each contact first entered one of some stages, in microseconds; `NEVER` for those that did not."""
    chosen = [place for place, stage in enumerate(spells.stages) if stage in customer]
    return np.asarray(spells.reach.came[chosen].min(axis=0, initial=NEVER))


def rate(spells: Spells, customer: Collection[str], visitors: int | None, confidence: float) -> pl.DataFrame:
    """Return the conversion rate, which is buyers divided by visitors.

    Parameters
    ----------
    spells : Spells
        The spells.
    customer : collection of str
        The stages of those who bought.
    visitors : int, optional
        How many visitors there were; without it, the contacts that began.
    confidence : float
        Of the Wilson interval.
    """
    everybody = np.ones(spells.people.height, dtype=np.bool_)
    made = spells.cells().with_columns(
        visitors=pl.Series(_by_group(spells, everybody), dtype=pl.Int64),
        buyers=pl.Series(_by_group(spells, bought(spells, customer) < NEVER), dtype=pl.Int64),
    )
    if visitors is not None:
        made = made.with_columns(visitors=pl.lit(visitors, pl.Int64))
    elif not spells.complete:
        made = made.with_columns(visitors=pl.lit(None, pl.Int64))
    if not customer:
        made = made.with_columns(buyers=pl.lit(None, pl.Int64))
    return made.with_columns(shares("buyers", "visitors", confidence, share="rate"))


def pipeline(spells: Spells, customer: Collection[str], confidence: float) -> pl.DataFrame:
    """Return how many customers a day each stage is on the way to bring: contacts x conversion / days.

    Returns
    -------
    DataFrame
        ``stage``, ``contacts`` (that stand there now), ``entered`` (that ever did), ``became`` (customers, after they
        first entered it), ``conversion`` (the share of these), ``days`` (that they took for it, on average), and
        ``per_day``.
    """
    stands = spells.rows.filter(pl.col("left").is_null()).group_by(KEYS).agg(contacts=_number())
    made = spells.cells("stage").filter(~pl.col("stage").cast(pl.String).is_in(list(customer)))
    for table in (_became(spells, customer), stands):
        made = made.join(table, on=KEYS, how="left", maintain_order="left")
    made = made.with_columns(pl.col("contacts").fill_null(0))
    made = made.with_columns(spells.known("contacts"), spells.known("entered"))
    made = made.with_columns(shares("became", "entered", confidence, share="conversion")).with_columns(
        per_day=pl.when(pl.col("days") > 0).then(pl.col("contacts") * pl.col("conversion") / pl.col("days"))
    )
    return made.select(*KEYS, "contacts", "entered", "became", "conversion", "days", "per_day")


def _became(spells: Spells, customer: Collection[str]) -> pl.DataFrame:
    """Return for every group and stage who became a customer after it, and in how many days on average."""
    entries = spells.rows.filter(pl.col("stage").cast(pl.String).is_in(list(customer))).sort(CONTACT, "position")
    who, position = entries[CONTACT].to_numpy(), entries["position"].to_numpy()
    when = entries.select(pl.coalesce("entered", "left").dt.epoch("us")).to_series().to_numpy()
    reach, tables = spells.reach, []
    for place, stage in enumerate(spells.stages):
        first = reach.first[place][who]
        later = np.flatnonzero((first >= 0) & (position > first))
        later = later[np.flatnonzero(np.diff(who[later], prepend=-1))]  # the first of each contact
        whose = who[later]
        # A contact of whom nobody knows when it came takes part in the share, and not in the days.
        known = spells.began_known[whose] | (first[later] > 0)
        took = (when[later] - reach.came[place][whose])[known] / DAY
        groups, several = spells.group_codes[whose], len(spells.groups)
        number = np.bincount(groups[known], minlength=several)
        total = np.bincount(groups[known], weights=took, minlength=several)
        days = np.divide(total, number, out=np.full(several, np.nan), where=number > 0)
        table = {
            "entered": _by_group(spells, reach.first[place] >= 0),
            "became": np.bincount(groups, minlength=several).astype(np.int64),
            "days": days,
        }
        made = (
            pl.DataFrame(table)
            .with_row_index("group")
            .with_columns(pl.lit(stage, spells.kind).alias("stage"), pl.col("days").fill_nan(None))
        )
        tables.append(made)
    if tables:
        return pl.concat(tables)
    numbers: dict[str, pl.DataType] = {"entered": pl.Int64(), "became": pl.Int64(), "days": pl.Float64()}
    return pl.DataFrame(schema={"group": pl.UInt32(), **numbers, "stage": spells.kind})


def _number() -> pl.Expr:
    return pl.len().cast(pl.Int64)
