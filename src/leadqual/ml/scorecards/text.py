"""A scorecard for people: the points, what they mean, and what they lose, no wider than a small terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from leadqual.analysis.sheets import CI, Sheet, as_html, as_text
from leadqual.ml.scorecards.comparing import CONFIDENCE
from leadqual.ml.training.text import by_reason

if TYPE_CHECKING:
    from leadqual.ml.scorecards.scorecard import Scorecard

_WIDTH: Final = 80
_NOTHING: Final = "-"
_SPOKEN: Final = {"roc_auc": "ROC AUC", "lift_10": "lift in the best tenth", "brier": "Brier score"}


def scorecard_text(card: Scorecard) -> str:
    """Return the whole scorecard."""
    return as_text((heading(card),), sheets(card), _WIDTH)


def scorecard_html(card: Scorecard) -> str:
    """Return the whole scorecard as one piece of HTML without scripts; what is left out and the notes are folded."""
    return as_html((heading(card),), sheets(card), shown=3)


def heading(card: Scorecard) -> str:
    """Return what it is, in one sentence."""
    rules, highest = len(card.rules.rules), card.rules.range[1]
    features = f"{len(card.parts)} feature{'s' if len(card.parts) > 1 else ''}"
    return f"Scorecard {card.score}: {card.outcome}, 0 to {highest:g} points, {rules} rules on {features}"


def sheets(card: Scorecard) -> Iterator[Sheet]:
    """Yield the tables, and the notes."""
    yield _points(card)
    yield _calibration(card)
    yield _comparison(card)
    if card.left_out:
        yield Sheet("Left out", points=by_reason(card.left_out))
    yield Sheet("Notes", points=card.notes)


def _points(card: Scorecard) -> Sheet:
    rows: list[tuple[object, ...]] = []
    for feature in card.points["feature"].unique(maintain_order=True):
        rows.append((feature, "", "", "", ""))
        rows.extend(
            (f"  {row['bin']}", row["rows"], row["converted"], _share(row["rate"]), row["points"])
            for row in card.points.filter(feature=feature).to_dicts()
        )
    return Sheet("Points", (), ("feature and value", "rows", "converted", "rate", "points"), _spaced(rows))


def _spaced(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return rows in which a cell without a number is no text either, so that numbers stay to the right."""
    return [tuple(_NOTHING if cell == "" else cell for cell in row) for row in rows]


def _calibration(card: Scorecard) -> Sheet:
    rows = [
        (
            _band(row),
            _share(row["probability"]),
            row["learned_rows"],
            _share(row["learned_rate"]),
            row["judged_rows"],
            _share(row["judged_rate"]),
        )
        for row in card.calibration.to_dicts()
    ]
    columns = ("points", "probability", "learned from", "rate", "judged on", "rate")
    return Sheet("What points mean", (), columns, rows)


def _band(row: dict[str, Any]) -> str:
    return f"{row['from']}" if row["from"] == row["to"] else f"{row['from']} to {row['to']}"


def _comparison(card: Scorecard) -> Sheet:
    rows = []
    for row in card.comparison.to_dicts():
        digits = 2 if row["measure"] == "lift_10" else 4 if row["measure"] == "brier" else 3
        between = (
            _NOTHING
            if row["low"] is None or row["high"] is None
            else f"{row['low']:+.{digits}f} to {row['high']:+.{digits}f}"
        )
        numbers = (_number(row[name], digits) for name in ("scorecard", "model"))
        signed = _NOTHING if row["difference"] is None else f"{row['difference']:+.{digits}f}"
        rows.append((_SPOKEN[row["measure"]], *numbers, signed, between))
    columns = ("measure", "scorecard", "model", "difference", f"{CONFIDENCE * 100:g}{CI}")
    return Sheet("On the rows that judge", (), columns, rows)


def _number(value: float | None, digits: int) -> str:
    return _NOTHING if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return _NOTHING if value is None else f"{value * 100:.1f}%"
