"""How many contacts stood at each stage at any time, and how many came and went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from leadqual.analysis.funnels.spells import KEYS, Spells
from leadqual.analysis.funnels.tables import CONTACT
from leadqual.analysis.periods import periods
from leadqual.frames.types import INSTANT

_INSTANT = timedelta(microseconds=1)


def came() -> pl.Expr:
    """Return when a spell began; where nobody knows, it is seen only in the instant in which it ends."""
    return pl.coalesce("entered", "left").alias("instant")


def counts(spells: Spells, instants: Sequence[datetime]) -> pl.DataFrame:
    """Return how many contacts stand at each stage at some instants, moves at these very instants included.

    Parameters
    ----------
    spells : Spells
        The spells.
    instants : sequence of datetime
        When to look, in any order.
    """
    asked = pl.DataFrame({"at": instants}, schema={"at": INSTANT}).with_row_index("place")
    times = asked["at"].unique().sort()
    numbered = pl.DataFrame({"at": times}).with_row_index("step")
    cells = numbered.join(spells.cells("stage"), how="cross")
    # Who came up to the first instant is there from then on, who came up to the next from that one on, and so forth.
    for name, instant in (("in", came()), ("out", pl.col("left").alias("instant"))):
        number = _numbered(spells, instant, times, "left").rename({"len": name})
        cells = cells.join(number, on=["step", *KEYS], how="left", maintain_order="left")
    change = pl.col("in").fill_null(0).cast(pl.Int64) - pl.col("out").fill_null(0)
    found = cells.with_columns(contacts=change.cum_sum().over(KEYS, order_by="step"))
    made = asked.join(found, on="at").sort("place", *KEYS)
    total = pl.col("contacts").sum().over("place", "group")
    share: pl.Expr = pl.when(total > 0).then(pl.col("contacts") / total)
    # A share of those who are known is no share of all.
    share = share if spells.complete else pl.lit(None, pl.Float64)
    return made.with_columns(share=share).select("at", *KEYS, spells.known("contacts"), "share")


def _numbered(spells: Spells, instant: pl.Expr, times: pl.Series, side: str) -> pl.DataFrame:
    """Return how many spells have an instant between some times, by the place (``step``) of the later of two.

    With the side ``"right"`` it is the place of the earlier: the period that begins there.
    """
    events = spells.rows.select(*KEYS, instant).filter(pl.col("instant").is_not_null())
    edges, found = times.to_physical().to_numpy(), events["instant"].to_physical().to_numpy()
    step = np.searchsorted(edges, found, side="left") if side == "left" else np.searchsorted(edges, found, "right") - 1
    return events.select(*KEYS, step=pl.Series(step).cast(pl.UInt32)).group_by("step", *KEYS).len()


def occupancy(spells: Spells, every: str, zone: ZoneInfo) -> pl.DataFrame:
    """Return for each period who stood at each stage when it ended, and how many came and went in it.

    Those who stand there at the end of a period are those of the period before, and the arrivals, without the
    departures.
    """
    first = spells.rows.select(came().min()).item()
    table = periods(first or spells.until, spells.until, every, zone)
    last = pl.min_horizontal(pl.col("end") - _INSTANT, pl.lit(spells.until, INSTANT)).alias("at")
    table = table.with_columns(last, complete=pl.col("end") - _INSTANT <= pl.lit(spells.until, INSTANT))
    table = table.with_row_index("step")
    made = table.join(counts(spells, table["at"].to_list()), on="at", maintain_order="left_right")
    for name, instant in (("arrivals", came()), ("departures", pl.col("left").alias("instant"))):
        number = _numbered(spells, instant, table["start"], "right").rename({"len": name})
        made = made.join(number, on=["step", *KEYS], how="left", maintain_order="left")
    made = made.with_columns(pl.col("arrivals", "departures").fill_null(0).cast(pl.Int64))
    return made.select("period", "at", "complete", *KEYS, "contacts", spells.known("arrivals"), "departures")


def flows(spells: Spells) -> pl.DataFrame:
    """Return how many moves went from each stage to each other one, and of how many contacts."""
    moved = spells.rows.filter(pl.col("target").is_not_null())
    by_contact = moved.group_by(CONTACT, "group", pl.col("stage").alias("source"), "target").len()
    number = by_contact.group_by("group", "source", "target").agg(
        moves=pl.col("len").sum().cast(pl.Int64), contacts=pl.len().cast(pl.Int64)
    )
    return number.sort("group", "source", "target")
