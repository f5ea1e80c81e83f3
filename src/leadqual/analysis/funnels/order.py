"""The order of things: moves of one instant as they follow one another, and stages as contacts come to them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from leadqual.analysis.funnels.tables import CONTACT, ROW

_INSTANT = [CONTACT, "at"]


def in_order(moves: pl.DataFrame) -> pl.DataFrame:
    """Return moves contact by contact in the order of time, those of one instant as each follows from the other.

    Tables of DuckDB and Spark have no order, and several moves may share an instant. No stage is visited twice at one
    instant, so the stages alone tell which came first. The order that was given stays where it makes a chain.
    """
    moves = moves.sort(_INSTANT, maintain_order=True)
    same = (pl.col(CONTACT) == pl.col(CONTACT).shift(1)).fill_null(value=False)
    tied = same & (pl.col("at") == pl.col("at").shift(1)).fill_null(value=False)
    marked = moves.select(
        ROW, *_INSTANT, "source", "target", tied=tied, broken=same & (pl.col("source") != pl.col("target").shift(1))
    )
    if not marked["tied"].any() or not marked["broken"].any():
        return moves
    several = marked.filter(pl.col("tied")).select(_INSTANT).unique()
    torn = marked.filter("broken").select(_INSTANT).unique()
    loose = marked.join(several.join(torn, on=_INSTANT), on=_INSTANT, how="semi")
    steps = _steps(loose)
    joined = moves.join(steps, on=ROW, how="left", maintain_order="left")
    return joined.sort([*_INSTANT, "step"], nulls_last=True, maintain_order=True).drop("step")


def _steps(loose: pl.DataFrame) -> pl.DataFrame:
    """Return which step of its instant each move is, for the instants whose moves make one chain."""
    by_source = loose.select(ROW, *_INSTANT, "source", "target")
    arrivals = loose.select(*_INSTANT, source="target")
    reached = by_source.join(arrivals, on=[*_INSTANT, "source"], how="anti").with_columns(step=pl.lit(0))
    found = [reached]
    longest = loose.group_by(_INSTANT).len().select(pl.col("len").max().fill_null(0)).item()
    for step in range(1, 1 + longest):
        ends = reached.select(*_INSTANT, source="target")
        reached = by_source.join(ends, on=[*_INSTANT, "source"], how="semi").with_columns(step=pl.lit(step))
        found.append(reached)
    steps = pl.concat(found).unique(ROW, keep="first", maintain_order=True)
    # Two beginnings or two ways out of a stage make no chain: what was given stays as it is, and is told.
    whole = steps.group_by(_INSTANT).agg(pl.len(), pl.col("step").n_unique())
    chains = whole.filter(pl.col("len") == pl.col("step")).select(_INSTANT)
    return steps.join(chains, on=_INSTANT, how="semi").select(ROW, "step")


def stages_in_order(before: Mapping[tuple[str, str], int], visited: Mapping[str, int]) -> tuple[str, ...]:
    """Return stages from the first to the last: each after those that most contacts came to before it.

    Parameters
    ----------
    before : mapping of (str, str) to int
        How many contacts came to the one before they came to the other.
    visited : mapping of str to int
        How many contacts came to each stage. Where nothing tells two apart, the one with more stands first, then names.
    """
    behind = {stage: {one for one in visited if before[one, stage] > before[stage, one]} for stage in visited}
    order: list[str] = []
    while behind:
        # Ways round in circles leave no stage without one before it; then the one with the fewest comes.
        chosen = min(behind, key=lambda stage: (len(behind[stage] & behind.keys()), -visited[stage], stage))
        order.append(chosen)
        del behind[chosen]
    return tuple(order)
