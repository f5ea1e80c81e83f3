"""The explainer of a model behind its encoding, made from that of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadqual.ml.contributions.explainer import Explainer, Unit
from leadqual.ml.contributions.rows import size_of

# How many rows are worked on at a time: encoded columns can be many.
AT_ONCE = 1 << 13


@dataclass(frozen=True, eq=False)
class EncodedExplainer:
    """What each feature adds to a model that reads encoded columns: the sum over the columns that come from it.

    Parameters
    ----------
    encoding : transformer
        Fitted.
    inner : Explainer
        Of the model behind it.
    origins : array of int
        The feature that each encoded column comes from.
    features : int
        How many features there are.
    """

    encoding: Any
    inner: Explainer
    origins: NDArray[np.intp]
    features: int

    @property
    def exact(self) -> bool:
        """Whether the inner explainer is exact."""
        return self.inner.exact

    @property
    def method(self) -> str:
        """How it is found."""
        return f"{self.inner.method}; summed over the columns that a feature is encoded in"

    @property
    def unit(self) -> Unit:
        """The unit of the inner explainer."""
        return self.inner.unit

    @property
    def base(self) -> float:
        """The base of the inner explainer."""
        return self.inner.base

    def values(self, rows: Any) -> NDArray[np.float64]:
        """Return what each feature adds."""
        belongs = (self.origins[:, None] == np.arange(self.features)).astype(np.float64)
        encoded = self.encoding.transform(rows)
        parts = [encoded[first : first + AT_ONCE] for first in range(0, size_of(encoded)[0], AT_ONCE)]
        return np.concatenate([self.inner.values(part) @ belongs for part in parts])

    def margin(self, rows: Any) -> NDArray[np.float64]:
        """Return the margin of the rows."""
        return self.inner.margin(self.encoding.transform(rows))
