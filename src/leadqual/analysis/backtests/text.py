"""A backtest for people: what counts of it, in tables no wider than a small terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF
from leadqual.analysis.sheets import CI, Sheet, as_html, as_text
from leadqual.lifecycle.explain import moment

if TYPE_CHECKING:
    from leadqual.analysis.backtests.report import Backtest

_WIDTH: Final = 80
_NOTHING: Final = "-"


def report_text(report: Backtest) -> str:
    """Return a whole report."""
    return as_text((heading(report), explained(report)), sheets(report), _WIDTH)


def report_html(report: Backtest) -> str:
    """Return a whole report as one piece of HTML without scripts; all tables but the first are folded."""
    return as_html((heading(report), explained(report)), sheets(report), shown=1)


def heading(report: Backtest) -> str:
    """Return what was asked, in one sentence."""
    dates = [_day(one, report.zone) for one in report.cutoffs[CUTOFF] if one is not None]
    when = dates[0] if len(dates) == 1 else f"{len(dates)} cutoffs from {dates[0]} to {dates[-1]}"
    return f"Backtest of {report.policy}: {report.outcome} within {report.horizon} of {when}"


def explained(report: Backtest) -> str:
    """Return up to when the data tell, and how the cutoffs were chosen."""
    return f"The data end at {moment(report.until, report.zone)}. Cutoffs: {report.how}."


def sheets(report: Backtest) -> Iterator[Sheet]:
    """Yield the tables, and the notes."""
    yield _cutoffs(report)
    for name in report.ranking["score"].unique(maintain_order=True) if report.ranking.width else ():
        yield _capacity(report, name)
    for name in report.bands["score"].unique(maintain_order=True) if report.bands.width else ():
        yield _bands(report, name)
    for name in report.grades["grade"].unique(maintain_order=True) if report.grades.width else ():
        rows = _pooled(report.grades).filter(pl.col("grade") == name)
        yield _rates(report, f"Grade {name}", name, ((row["value"] or "none", row) for row in rows.to_dicts()))
    if report.stages.width:
        rows = _pooled(report.stages)
        yield _rates(report, "Stage at the cutoff", "stage", ((row["stage"], row) for row in rows.to_dicts()))
    if report.flagged.width:
        yield _flags(report)
    if report.early.width:
        yield _early(report)
    yield Sheet("Notes", points=report.notes)


def _cutoffs(report: Backtest) -> Sheet:
    rows = []
    for row in report.cutoffs.to_dicts():
        day = "all" if row[CUTOFF] is None else _day(row[CUTOFF], report.zone)
        counts = (_whole(row[name]) for name in ("contacts", "not_yet", "before", "judged", CONVERTED))
        rows.append((day, *counts, _share(row["rate"]), _between(row, "rate", _share)))
    columns = ("cutoff", "contacts", "not yet", "had it", "judged", "converted", "rate", _sure(report))
    return Sheet("Who was judged: contacts that had appeared and had not had the outcome", (), columns, rows)


def _capacity(report: Backtest, name: str) -> Sheet:
    area = _pooled(report.ranking).filter(pl.col("score") == name).to_dicts()
    auc = _number(area[0]["auc"], 2) if area else _NOTHING
    if area and area[0]["auc_low"] is not None:
        auc += f" ({_between(area[0], 'auc', lambda value: _number(value, 2))})"
    rows = [
        (row["capacity"], _number(row["contacts"], 0), _number(row["hits"], 1), *_caught(row))
        for row in _pooled(report.capacity).filter(pl.col("score") == name).to_dicts()
    ]
    columns = ("best", "contacts", "hits", *_caught_columns(report))
    return Sheet(f"Score {name}: ROC AUC {auc}", (), columns, rows)


def _caught_columns(report: Backtest) -> tuple[str, ...]:
    sure = _sure(report)
    return ("precision", sure, "recall", sure, "lift", sure)


def _sure(report: Backtest) -> str:
    return f"{report.confidence * 100:g}{CI}"


def _caught(row: dict[str, Any]) -> Iterator[str]:
    for name, told in (("precision", _share), ("recall", _share), ("lift", _times)):
        yield told(row[name])
        yield _between(row, name, told)


def _bands(report: Backtest, name: str) -> Sheet:
    rows = _pooled(report.bands).filter(pl.col("score") == name)
    return _rates(report, f"Score {name} by band", "from", ((_limits(row), row) for row in rows.to_dicts()))


def _limits(row: dict[str, Any]) -> str:
    if row["band"] is None:
        return "no score"
    least = f"{row['from']:.4g}" if row["from"] is not None else "less"
    return f"{least} and more" if row["below"] is None else f"{least} to below {row['below']:.4g}"


def _rates(report: Backtest, title: str, first: str, named: Any) -> Sheet:
    rows = [
        (
            name,
            _whole(row["contacts"]),
            _whole(row[CONVERTED]),
            _share(row["rate"]),
            _between(row, "rate", _share),
            _times(row["lift"]),
        )
        for name, row in named
    ]
    return Sheet(title, (), (first, "contacts", "converted", "rate", _sure(report), "lift"), rows, bars="rate")


def _flags(report: Backtest) -> Sheet:
    rows = [
        (row["flag"], _whole(row["contacts"]), _whole(row["hits"]), *_caught(row))
        for row in _pooled(report.flagged).to_dicts()
    ]
    columns = ("at", "there", "hits", *_caught_columns(report))
    return Sheet("Stages as a forecast: who stood there at the cutoff", (), columns, rows, remarks=_legend(report))


def _early(report: Backtest) -> Sheet:
    rows = [
        (
            row["flag"],
            _whole(row["customers"]),
            _whole(row["flagged"]),
            _whole(row["still"]),
            _share(row["never"]),
            _between(row, "never", _share),
            *(_number(row[f"days_{share}"], 0) for share in (25, 50, 75)),
        )
        for row in report.early.to_dicts()
    ]
    columns = ("reached", "customers", "in time", "still", "never", _sure(report), "25%", "days", "75%")
    title = "How early: days from first reaching a stage to the outcome"
    return Sheet(title, (), columns, rows, remarks=_legend(report))


def _legend(report: Backtest) -> tuple[str, ...]:
    """Return which stages each flag stands for, where its name does not say."""
    return tuple(f"{name} is {', '.join(stages)}" for name, stages in report.flags.items() if stages != (name,))


def _pooled(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col(CUTOFF).is_null())


def _day(instant: datetime, zone: tzinfo) -> str:
    local = instant.astimezone(zone)
    return f"{local:%Y-%m-%d}" if not (local.hour or local.minute or local.second) else f"{local:%Y-%m-%d %H:%M}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _number(value: float | None, digits: int) -> str:
    return _NOTHING if value is None else f"{value:,.{digits}f}".removesuffix(".0")


def _share(value: float | None) -> str:
    return _NOTHING if value is None else f"{value * 100:.1f}%"


def _times(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.1f}"


def _between(row: dict[str, Any], name: str, told: Any) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return _NOTHING if low is None or high is None else f"{told(low)}-{told(high)}".replace("%", "")
