"""A line through a score, with what is to be expected of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from leadqual.analysis.plain import plain_rows
from leadqual.analysis.sheets import CI, Sheet, as_html, as_text

_WIDTH: Final = 80
_SHARES: Final = ("precision", "caught")


@dataclass(frozen=True, eq=False)
class Threshold:
    """The line of a score from which on a contact is a lead for sales.

    Parameters
    ----------
    scorer : str
        Which scorer.
    value : float
        The line: who has this score or more is a lead.
    condition : str
        The same as a condition for a policy: ``score.propensity >= 0.31``.
    way : str
        What it follows from.
    confidence : float
        How often an interval holds the truth.
    expected : DataFrame
        What came of these rows: of each ``measure`` its ``value`` between a ``low`` and a ``high``. Measures are
        ``leads``; ``conversions``, the contacts that converted within the horizon of a cutoff at which they stood
        above the line; ``precision``, conversions a lead; ``caught``, their share of all that converted; ``leads a
        day``. With a value and a cost also the conversions within the horizon of becoming a lead, how many of these the
        probabilities promised, and what they brought: the ``value``, less the cost of the leads.
    lines : DataFrame
        What other lines would have given.
    notes : tuple of str
        What has to be known to read the numbers right.
    """

    scorer: str
    value: float
    condition: str
    way: str
    confidence: float
    expected: pl.DataFrame
    lines: pl.DataFrame
    notes: tuple[str, ...]

    def explain(self) -> str:
        """Return the line as text for people."""
        return as_text(self._head(), self._sheets(), _WIDTH)

    def __str__(self) -> str:
        """Return the line as text for people."""
        return self.explain()

    def _repr_html_(self) -> str:
        return as_html(self._head(), self._sheets(), shown=2)

    def to_dict(self) -> dict[str, Any]:
        """Return the line as plain data for JSON."""
        return {
            "scorer": self.scorer,
            "value": self.value,
            "condition": self.condition,
            "way": self.way,
            "confidence": self.confidence,
            "expected": plain_rows(self.expected),
            "lines": plain_rows(self.lines),
            "notes": list(self.notes),
        }

    def _head(self) -> tuple[str, str]:
        return f"Lead from {self.condition}", f"Since {self.way}."

    def _sheets(self) -> Iterator[Sheet]:
        rows = []
        for row in self.expected.to_dicts():
            told = _percent if row["measure"] in _SHARES else _number
            low, high = row["low"], row["high"]
            between = "-" if low is None or high is None else f"{told(low)} to {told(high)}"
            rows.append((row["measure"], told(row["value"]), between))
        yield Sheet("What came of these rows", (), ("measure", "value", f"{self.confidence * 100:g}{CI}"), rows)
        valued = self.lines["value"].null_count() < len(self.lines)
        daily = self.lines["leads_a_day"].null_count() < len(self.lines)
        columns = ["line", "leads", *["a day"] * daily, "conv.", "precision", "caught", *["value"] * valued]
        others = [
            (
                f"{row['line']:.6g}{' (chosen)' if row['chosen'] else ''}",
                row["leads"],
                *[_number(row["leads_a_day"])] * daily,
                row["conversions"],
                _percent(row["precision"]),
                _percent(row["caught"]),
                *[_number(row["value"])] * valued,
            )
            for row in self.lines.to_dicts()
        ]
        yield Sheet("What other lines would have given", (), columns, others)
        yield Sheet("Notes", points=self.notes)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:.1f}%"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
