"""A propensity model as a scorer: the probability, and a line of the ledger for each feature."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.model.catalogue import ValueType
from leadqual.model.score import LedgerLine
from leadqual.scoring.model import ModelScorer

BASE: Final = "base"
"""The line that the others are added to: the probability at the average log-odds of the training."""
REST: Final = "rest"
"""The line of all features that add little."""
_BEGINNING: Final = "the probability at the average log-odds of the training"
_LARGE: Final = 1e15
_LITTLE: Final = 5e-4
"""What adds less than a twentieth of a percentage point is not told by itself."""


class PropensityScorer(ModelScorer):
    """The probability that a `leadqual.ml.PropensityModel` gives; see `PropensityModel.as_scorer`.

    The ledger of a contact begins with the line ``base``; then comes a line for each feature, the largest first, and
    the line ``rest`` for those that add little. That of a table has a column for each. They add up to the probability.
    """

    def _table_maker(self, types: Sequence[ValueType]) -> Callable[[Sequence[Any]], Any]:
        kinds = [pl.String() if kind is ValueType.TEXT else pl.Float64() for kind in types]
        schema = dict(zip(self.features, kinds, strict=True))

        def table(columns: Sequence[Any]) -> pl.DataFrame:
            cells = [list(column) if kind == pl.String else column for column, kind in zip(columns, kinds, strict=True)]
            return pl.DataFrame(dict(zip(self.features, cells, strict=True)), schema=schema)

        return table

    def _table_of(self, rows: Any) -> Any:
        return rows.rename(dict(zip(rows.columns, self.features, strict=True)))

    def _ledger(self, table: Any, values: Sequence[Any], probability: float) -> tuple[LedgerLine, ...]:
        found, known = self._estimator.contributions(table), dict(zip(self.features, values, strict=True))
        lines = [LedgerLine(id=BASE, points=found.base, description=_BEGINNING)]
        told = [(name, points) for name, points in found.reasons(0, most=len(known)) if abs(points) >= _LITTLE]
        lines += [LedgerLine(id=name, points=points, description=_told(known[name])) for name, points in told]
        if others := len(known) - len(told):
            rest = probability - math.fsum(line.points for line in lines)
            little = "1 feature that adds little" if others == 1 else f"{others} features that add little"
            lines.append(LedgerLine(id=REST, points=rest, description=little))
        return tuple(lines)

    def _lines(self, table: Any, probabilities: Any) -> dict[str, Any]:
        if not len(probabilities):
            return dict.fromkeys((BASE, *self.features), ())
        found = self._estimator.contributions(table)
        return {BASE: np.full(len(found), found.base), **dict(zip(self.features, found.lines.T, strict=True))}


def _told(value: Any) -> str:
    if value is None or value != value:
        return "not known"
    if isinstance(value, str):
        return f"it is {str(value)!r}"
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _LARGE
    return f"it is {int(value)}" if whole else f"it is {value:g}" if isinstance(value, float) else f"it is {value}"
