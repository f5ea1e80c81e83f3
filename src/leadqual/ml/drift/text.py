"""A report on drift for people: the answer first, then the figures and features behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from leadqual.analysis.sheets import CI, Sheet, as_html, as_text

if TYPE_CHECKING:
    from leadqual.ml.drift.report import DriftReport

_WIDTH: Final = 80
_MOST: Final = 15
_NOTHING: Final = "-"


def report_text(report: DriftReport) -> str:
    """Return a whole report."""
    return as_text(_head(report), _sheets(report), _WIDTH)


def report_html(report: DriftReport) -> str:
    """Return a whole report as one piece of HTML without scripts; the features are folded."""
    return as_html(_head(report), _sheets(report), shown=1 + bool(len(report.figures)))


def _head(report: DriftReport) -> list[str]:
    labels = "" if report.conversions is None else f", {report.conversions:,} of which converted"
    rows = (
        f"{report.rows:,} recent rows of {report.contacts:,} contacts{labels}; trained on {report.trained_on:,} rows."
    )
    if not report.enough:
        return ["Drift: too few rows to tell", rows]
    return [f"Drift: {'fit the model again' if report.retrain else 'the model can stay'}", rows]


def _sheets(report: DriftReport) -> Iterator[Sheet]:
    if report.reasons:
        yield Sheet("Reasons", points=report.reasons)
    else:
        asked = f"at least {report.min_rows:,} contacts are needed"
        why = "nothing has moved as far as matters" if report.enough else asked
        yield Sheet("No reason was found" if report.enough else "Nothing is decided", (f"{why[0].upper()}{why[1:]}.",))
    if len(report.figures):
        yield _figures(report)
    yield _features(report)
    if report.notes:
        yield Sheet("Notes", points=report.notes)


def _figures(report: DriftReport) -> Sheet:
    sure = f"95{CI}"
    rows = [
        (row["measure"], *_bounded(row, "before"), *_bounded(row, "now"), row["verdict"])
        for row in report.figures.to_dicts()
    ]
    return Sheet("What came of them", (), ("measure", "then", sure, "now", sure, "verdict"), rows)


def _bounded(row: dict[str, Any], name: str) -> tuple[str, str]:
    if row[name] is None:
        return _NOTHING, _NOTHING
    tell = _share if row["measure"] == "rate" else _two
    return tell(row[name]), f"{tell(row[f'{name}_low'])}-{tell(row[f'{name}_high'])}".replace("%", "")


def _features(report: DriftReport) -> Sheet:
    table = report.features
    rows = [
        (
            row["feature"], _two(row["psi"]), _two(row["by_chance"]), row["verdict"],
            _share(row["missing_before"]), _share(row["missing"]),
        )
        for row in [*report.scores.to_dicts(), *table.head(_MOST).to_dicts()]
    ]  # fmt: skip
    columns = ("feature", "PSI", "by chance", "verdict", "missing then", "now")
    more = (f"and {len(table) - _MOST:,} that moved less in features",) if len(table) > _MOST else ()
    said = (
        f"By chance is what an index stays below if nothing has moved, {report.confidence:.0%} of the time for all "
        "that is looked at together.",
    )
    return Sheet("How far the probability and the features have moved", (), columns, rows, remarks=(*more, *said))


def _two(value: float) -> str:
    return f"{value:.2f}"


def _share(value: float) -> str:
    return f"{value * 100:.1f}%"
