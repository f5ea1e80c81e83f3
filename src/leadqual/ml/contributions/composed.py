"""Explainers made from others: of a model behind its encoding, and of a blend of margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadqual.errors import InputError, Place, Problem
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


@dataclass(frozen=True, eq=False)
class Blend:
    """A weighted sum of margins and its contributions; Shapley values are linear, so those of a sum are the sum.

    Parameters
    ----------
    parts : tuple of Explainer
        Of the same features.
    weights : tuple of float
        What each margin is multiplied by.
    intercept : float
        What is added.
    """

    parts: tuple[Explainer, ...]
    weights: tuple[float, ...]
    intercept: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether all parts are exact."""
        return all(part.exact for part in self.parts)

    @property
    def method(self) -> str:
        """How it is found."""
        said = (
            f"{weight:.4g} of one with {part.method}" for part, weight in zip(self.parts, self.weights, strict=True)
        )
        return f"weighted sum of margins: {' and '.join(said)}"

    @property
    def unit(self) -> Unit:
        """The unit of the parts, if they have the same."""
        units = {part.unit for part in self.parts}
        return units.pop() if len(units) == 1 else "margin"

    @property
    def base(self) -> float:
        """The weighted sum of the bases."""
        return self.intercept + sum(weight * part.base for part, weight in zip(self.parts, self.weights, strict=True))

    def values(self, rows: Any) -> NDArray[np.float64]:
        """Return what each feature adds."""
        found = [weight * part.values(rows) for part, weight in zip(self.parts, self.weights, strict=True)]
        return np.sum(found, axis=0)  # type: ignore[no-any-return]

    def margin(self, rows: Any) -> NDArray[np.float64]:
        """Return the blended margin of the rows."""
        found = [weight * part.margin(rows) for part, weight in zip(self.parts, self.weights, strict=True)]
        return self.intercept + np.sum(found, axis=0)  # type: ignore[no-any-return]


def blended(explainers: Sequence[Explainer], weights: Sequence[float], intercept: float = 0.0) -> Blend:
    """Return the explainer of a weighted sum of margins.

    Parameters
    ----------
    explainers : sequence of Explainer
        At least one, of the same features.
    weights : sequence of float
        One for each.
    intercept : float
        What is added to the sum.

    Raises
    ------
    InputError
        If there is not one weight for each explainer.
    """
    if not explainers or len(explainers) != len(weights):
        found = f"{len(explainers)} explainers, {len(weights)} weights"
        raise InputError(Problem("bad-argument", "a blend needs one weight for each part", Place("weights"), found))
    return Blend(tuple(explainers), tuple(map(float, weights)), float(intercept))
