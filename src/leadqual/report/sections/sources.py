"""Sources: where contacts come from and by which channel they came first, and which share of each came to the goal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from leadqual.analysis.funnels.report import FunnelReport
from leadqual.analysis.past import APPEARED
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, KIND, OCCURRED_AT
from leadqual.report.charts.kinds import Bars
from leadqual.report.ground import Ground
from leadqual.report.section import Figure, Section
from leadqual.report.sections.parts import NOT_KNOWN, OTHERS, few, intervals, numbers
from leadqual.report.words import counted, part, percent

_NAME: Final = "sources"
_TITLE: Final = "Sources and channels"
_MOST: Final = 12
"""So many groups are shown by name."""
_ENOUGH: Final = 30
"""Groups of fewer contacts are not named as the best or the worst."""
_SOURCE: Final = "source"
_CHANNEL: Final = "channel"


def section(ground: Ground) -> Section:
    """Return where contacts come from, and which share of each came to the goal."""
    tables = {name: table for name in (_SOURCE, _CHANNEL) if (table := groups(ground, name)) is not None}
    said, figures = list[str](), list[Figure]()
    for name, table in tables.items():
        if not table.height:
            continue
        said += _told(ground, name, table)
        figures += _figures(ground, name, table)
    if not figures:
        said = ["Nothing had happened yet by then, so there is nothing to group."] if tables else []
    lacking = [name for name in (_SOURCE, _CHANNEL) if name not in tables]
    said += [f"No {name} is known of anybody, so none is shown." for name in lacking]
    return Section(_NAME, _TITLE, tuple(said), tuple(figures), notes=_notes(ground, figures))


def groups(ground: Ground, by: str) -> pl.DataFrame | None:
    """Return how many contacts each source or first channel brought, and how many of them came to the goal.

    Returns
    -------
    DataFrame or None
        ``group``, ``contacts`` (that had appeared), ``came`` (to the goal), ``share``, ``low`` and ``high``: null where
        the policy has no goal. The largest group first, then others and those of whom nothing is known. None where
        the tables do not tell.
    """
    if ground.funnel is not None:
        report = _report(ground, by)
        return None if report is None else _of_report(report)
    values = _values(ground, by)
    if values is None:
        return None
    known = values.join(ground.appeared, on=CONTACT_ID, how="inner").filter(pl.col(APPEARED).is_not_null())
    number = known.group_by(pl.col(by).alias("group")).agg(contacts=pl.len().cast(pl.Int64))
    nothing = (pl.lit(None, kind).alias(name) for name, kind in _NUMBERS.items())
    return _in_order(number.with_columns(nothing))


_NUMBERS: Final = {"came": pl.Int64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64}


def _report(ground: Ground, by: str) -> FunnelReport | None:
    if by == _CHANNEL:
        touches = _touches(ground)
        return None if touches is None else ground.funnel_by(by=by, interactions=touches)
    values = _values(ground, by)
    return None if values is None else ground.funnel_by(by=by, contacts=values)


def _touches(ground: Ground) -> pl.DataFrame | None:
    """Return the interactions that name a channel, rare channels as others; None where none does."""
    if _CHANNEL not in ground.interactions.columns:
        return None
    columns = (CONTACT_ID, INTERACTION_ID, OCCURRED_AT, _CHANNEL)
    named = ground.interactions.lazy().filter(pl.col(_CHANNEL).is_not_null()).select(columns).collect()
    return named.with_columns(few(named[_CHANNEL], _MOST)) if named.height else None


def _values(ground: Ground, by: str) -> pl.DataFrame | None:
    """Return the source or the first channel of each contact; None where nothing is known of anybody."""
    if by == _SOURCE:
        if by not in ground.contacts.columns or ground.contacts[by].null_count() == ground.contacts.height:
            return None
        return ground.contacts.select(CONTACT_ID, few(ground.contacts[by], _MOST))
    touches = _touches(ground)
    if touches is None:
        return None
    # What comes with the outcome or after it did not bring anybody: so does `analysis.funnel` where there are stages.
    outcomes = ground.interactions.lazy().filter(pl.col(KIND) == ground.asked.outcome.kind).collect()
    bought = outcomes.group_by(CONTACT_ID).agg(bought=pl.col(OCCURRED_AT).min())
    before = touches.join(bought, on=CONTACT_ID, how="left").filter(
        pl.col("bought").is_null() | (pl.col(OCCURRED_AT) < pl.col("bought"))
    )
    first = before.sort(OCCURRED_AT, INTERACTION_ID).unique(CONTACT_ID, keep="first", maintain_order=True)
    people = ground.contacts.select(CONTACT_ID).join(first, on=CONTACT_ID, how="left", maintain_order="left")
    return people.select(CONTACT_ID, pl.col(by).fill_null(NOT_KNOWN))


def _of_report(report: FunnelReport) -> pl.DataFrame:
    rate = report.rate.rename({"buyers": "came", "visitors": "contacts", "rate": "share"})
    found = rate.with_columns(pl.col("group").cast(pl.String).fill_null(NOT_KNOWN))
    return _in_order(found.filter(pl.col("contacts") > 0))


def _in_order(table: pl.DataFrame) -> pl.DataFrame:
    last = pl.col("group").replace_strict({OTHERS: 1, NOT_KNOWN: 2}, default=0, return_dtype=pl.Int64)
    ordered = table.sort(last, -pl.col("contacts"), "group")
    return ordered.select("group", "contacts", *_NUMBERS)


def _told(ground: Ground, by: str, table: pl.DataFrame) -> Iterator[str]:
    total = int(table["contacts"].sum())
    what = "source" if by == _SOURCE else "first channel"
    named = table.filter(~pl.col("group").is_in([OTHERS, NOT_KNOWN]))
    if named.height:
        first = named.row(0, named=True)
        yield f"The most frequent {what} is {first['group']}: {part(first['contacts'], total)} of {_all(total)}."
    unknown = table.filter(pl.col("group") == NOT_KNOWN)["contacts"].sum()
    if unknown:
        yield f"Of {part(int(unknown), total)} no {what} is known."
    enough = named.filter(pl.col("contacts") >= _ENOUGH, pl.col("share").is_not_null())
    if ground.goal is not None and named["share"].is_not_null().any():
        yield _compared(ground.goal, what, enough)


def _compared(goal: str, what: str, enough: pl.DataFrame) -> str:
    """Return which group did best and which worst, if chance alone does not tell them apart as well."""
    among = f"Among {what}s with {_ENOUGH} contacts or more"
    if enough.height < 2:
        return f"Too few {what}s have {_ENOUGH} contacts or more to compare how many of each came to {goal}."
    best, worst = (enough.row(place or 0, named=True) for place in (_place(enough, most=True), _place(enough)))
    if best["low"] <= worst["high"]:
        return (
            f"{among}, the shares that came to {goal} cannot be told apart: the intervals overlap, from"
            f" {_range(worst)} of {worst['group']} to {_range(best)} of {best['group']}."
            if best["group"] != worst["group"]
            else f"{among}, the shares that came to {goal} cannot be told apart: all are {percent(best['share'])}."
        )
    return (
        f"{among}, {best['group']} did best: {_of(best)} came to {goal}; {worst['group']} did worst, with {_of(worst)}."
    )


def _range(row: dict[str, Any]) -> str:
    return f"{percent(row['low'])}–{percent(row['high'])}"


def _of(row: dict[str, Any]) -> str:
    return f"{row['came']:,} of {row['contacts']:,} ({percent(row['share'])}, interval {_range(row)})"


def _all(total: int) -> str:
    return counted(total, "contact")


def _place(table: pl.DataFrame, *, most: bool = False) -> int | None:
    return table["share"].arg_max() if most else table["share"].arg_min()


def _figures(ground: Ground, by: str, table: pl.DataFrame) -> Iterator[Figure]:
    names, what = numbers(table, "group"), "source" if by == _SOURCE else "first channel"
    chart = Bars(names, {"contacts": numbers(table, "contacts")}, horizontal=True, unit="contacts")
    largest = table.row(table["contacts"].arg_max() or 0, named=True)
    total = int(table["contacts"].sum())
    said = f"{largest['group']} has the most: {part(largest['contacts'], total)} of {_all(total)}."
    yield Figure(by, f"Contacts by {what}", said, table.select("group", "contacts"), chart)
    known = table.filter(pl.col("share").is_not_null())
    if ground.goal is None or not known.height:
        return
    came = int(known["came"].sum())
    told = f"Of all together, {part(came, int(known['contacts'].sum()))} came to {ground.goal}."
    if by == _CHANNEL:
        # Whoever bought before anything named a channel is here because it bought: a bar would say nothing else.
        known = known.filter(pl.col("group") != NOT_KNOWN)
        if not known.height:
            return
    named = known.filter(~pl.col("group").is_in([OTHERS, NOT_KNOWN]), pl.col("contacts") >= _ENOUGH)
    told += f" {_compared(ground.goal, what, named)}"
    bars = Bars(
        numbers(known, "group"),
        {f"came to {ground.goal}": numbers(known, "share")},
        horizontal=True,
        percent=True,
        intervals={f"came to {ground.goal}": intervals(known)},
        counts=numbers(known, "contacts"),
    )
    yield Figure(f"{by}_conversion", f"Which share came to {ground.goal}, by {what}", told, known, bars)


def _notes(ground: Ground, figures: list[Figure]) -> tuple[str, ...]:
    if not figures:
        return ()
    until = f"before the contact came to {ground.goal}" if ground.goal is not None else "before the outcome"
    note = (
        f"The first channel is that of the first interaction {until} that names one: what comes with it or later"
        " brought nobody there. Whoever is known by that alone counts as not known,"
        " and has no share of its own."
    )
    if ground.goal is None:
        return (note, "No stage tells who had the outcome, so nothing is said of shares.")
    return (f"{note} A source that does well need not be why: others may come to it who would have bought anyway.",)
