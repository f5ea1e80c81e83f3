"""The three classifiers that others would take, as they come: fitted to all rows that may be learned from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from benchmarks.peers import INSTALL, MissingPeer


def logistic(table: Any) -> Any:
    """Return a logistic regression in the usual pipeline: fill in, scale, one-hot."""
    numbers = [name for name in table if table[name].dtype.kind == "f"]
    texts = [name for name in table if name not in numbers]
    parts = [
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        ("texts", OneHotEncoder(handle_unknown="ignore"), texts),
    ]
    return make_pipeline(ColumnTransformer(parts), LogisticRegression(max_iter=2000))


def boosted(table: Any) -> Any:
    """Return the boosted trees of scikit-learn with their defaults."""
    return HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)


def lightgbm(table: Any) -> Any:
    """Return the boosted trees of LightGBM with their defaults."""
    try:
        from lightgbm import LGBMClassifier  # noqa: PLC0415
    except ImportError:
        raise MissingPeer(f"LightGBM is not installed: {INSTALL}") from None
    return LGBMClassifier(verbose=-1, random_state=0, n_jobs=1)


PEERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "LogisticRegression": logistic,
    "HistGradientBoosting": boosted,
    "LightGBM": lightgbm,
}
"""Each makes an estimator for a table of features in pandas."""


def answers(name: str, train: Any, y: Any, test: Any) -> npt.NDArray[np.float64]:
    """Return the probabilities of a peer for some rows, fitted to others, on one thread."""
    with threadpool_limits(1):
        return np.asarray(PEERS[name](train).fit(train, y).predict_proba(test)[:, 1])
