"""Which feature each encoded column comes from, where the steps before a model say so."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

_MARK = re.compile("\x02([0-9]+)\x03")


def origins_of(transformer: Any, features: int) -> NDArray[np.intp] | None:
    """Return the feature that each column of a fitted transformer comes from, or None where that cannot be told.

    Parameters
    ----------
    transformer : transformer, "passthrough" or None
        Fitted.
    features : int
        How many features go in.

    Examples
    --------
    >>> from sklearn.preprocessing import OneHotEncoder
    >>> origins_of(OneHotEncoder().fit([["a", "x"], ["b", "x"], ["c", "y"]]), 2)
    array([0, 0, 0, 1, 1])

    A principal component comes from all of them:

    >>> from sklearn.decomposition import PCA
    >>> origins_of(PCA().fit([[1.0, 2.0], [2.0, 1.0]]), 2) is None
    True
    """
    if transformer is None or transformer == "passthrough":
        return np.arange(features)
    if isinstance(transformer, Pipeline):
        return _through([step for _, step in transformer.steps], features)
    if isinstance(transformer, ColumnTransformer):
        return _side_by_side(transformer)
    if isinstance(transformer, FeatureUnion):
        parts = [origins_of(part, features) for _, part in transformer.transformer_list if part != "drop"]
        told = [part for part in parts if part is not None]
        return np.concatenate(told) if told and len(told) == len(parts) else None
    return _marked(transformer, features)


def _through(steps: list[Any], features: int) -> NDArray[np.intp] | None:
    found = np.arange(features)
    for step in steps:
        after = origins_of(step, len(found))
        if after is None:
            return None
        found = found[after]
    return found


def _side_by_side(transformer: ColumnTransformer) -> NDArray[np.intp] | None:
    width = max((part.stop for part in transformer.output_indices_.values()), default=0)
    found = np.full(width, -1)
    for name, part in transformer.named_transformers_.items():
        place = transformer.output_indices_.get(name, slice(0, 0))
        size = place.stop - place.start
        if not size:
            continue
        read = np.asarray(transformer._transformer_to_input_indices[name], dtype=np.intp)
        inner = origins_of(part, len(read))
        if inner is None or len(inner) != size:
            return None
        found[place] = read[inner]
    return None if (found < 0).any() else found


def _marked(transformer: Any, features: int) -> NDArray[np.intp] | None:
    """Give the features names that nothing else has, and look for them in the names that come out."""
    if not callable(getattr(transformer, "get_feature_names_out", None)):
        return None
    nameless = copy.copy(transformer)
    vars(nameless).pop("feature_names_in_", None)
    try:
        names = nameless.get_feature_names_out(np.array([f"\x02{i}\x03" for i in range(features)], dtype=object))
    except (AttributeError, TypeError, ValueError):
        return None
    marks = [set(_MARK.findall(str(name))) for name in names]
    return np.array([int(*mark) for mark in marks], dtype=np.intp) if all(len(mark) == 1 for mark in marks) else None
