"""Shapley values of the game that one leaf of a tree plays, for many leaves and rows at once.

A leaf pays its value where a row meets the conditions of all the features on its path. Of a feature that is not known,
the leaf gets the share `ratio` of the training rows that met its conditions. So a set S of known features is worth::

    v(S) = value * product of met[i] over i in S * product of ratio[i] over the others

which is the game of TreeSHAP (Lundberg et al. 2020, "From local explanations to global understanding with explainable
AI for trees"). Its Shapley values are an integral along the diagonal, since the weights of Shapley are Beta integrals::

    share[i] = (met[i] - ratio[i]) * integral over t of 0 to 1 of
               product over j other than i of (t * met[j] + (1 - t) * ratio[j])

For d features that is a polynomial of degree d - 1, and Gauss-Legendre quadrature with d / 2 points, rounded up, gives
its integral exactly, as far as floats go. There is no loop over the subsets, nor a table of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

# A share of nothing may occur where weights are zero; this keeps 0 / 0 out, and is lost in the products.
SMALLEST_RATIO = 1e-150


@cache
def points(size: int) -> tuple[tuple[float, float], ...]:
    """Return the points and weights between 0 and 1 that integrate the game of `size` features.

    Examples
    --------
    >>> points(1)
    ((0.5, 1.0),)
    >>> round(sum(weight * point**3 for point, weight in points(4)), 12)
    0.25
    """
    at, weights = np.polynomial.legendre.leggauss(max(1, (size + 1) // 2))
    return tuple(zip(((at + 1) / 2).tolist(), (weights / 2).tolist(), strict=True))


def product_shares(
    met: NDArray[np.bool_],
    ratio: NDArray[np.float64],
    value: NDArray[np.float64],
    room: Sequence[NDArray[np.float64]] | None = None,
) -> NDArray[np.float64]:
    """Return the Shapley values of product games; for a row and a game they sum to its value less what is expected.

    Parameters
    ----------
    met : array of bool of shape (features, games, rows)
        Whether the row meets the conditions of the feature.
    ratio : array of shape (features, games)
        The share of the training rows that met them, above zero.
    value : array of shape (games,)
        What a game pays where all is met.
    room : sequence of three arrays of the shape of `met`, optional
        Where to compute; the first one is returned. To ask for fresh memory again and again costs more than to compute.

    Returns
    -------
    array of shape (features, games, rows)

    Examples
    --------
    A leaf behind two conditions, each of which half of the training rows met. The first row meets both, the second row
    one of them:

    >>> met = np.array([[[True, True]], [[True, False]]])
    >>> product_shares(met, np.array([[0.5], [0.5]]), np.array([8.0])).round(9)
    array([[[ 3.,  1.]],
    <BLANKLINE>
           [[ 3., -3.]]])
    """
    total, known, factor = room or [np.empty(met.shape) for _ in range(3)]
    np.copyto(known, met)
    total.fill(0.0)
    expected = ratio[:, :, None]
    for point, weight in points(len(ratio)):
        np.multiply(known, point, out=factor)
        factor += (1 - point) * expected
        whole = factor.prod(axis=0)
        whole *= (weight * value)[:, None]
        total += np.divide(whole, factor, out=factor)
    known -= expected
    total *= known
    return total
