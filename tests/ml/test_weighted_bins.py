"""Weights that are looked up are those of the logistic regression that was fitted."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from leadqual.ml.contributions.exact import LinearExplainer
from leadqual.ml.contributions.explaining import explainer_of
from leadqual.ml.models.encoding import FeatureEncoder
from leadqual.ml.models.weighted_bins import WeightedBins

CHANCE = np.random.default_rng(3)
ROWS = 600


def rows(of: int, sources: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "pages": CHANCE.poisson(3, of).astype(float),
            "budget": pl.Series(CHANCE.normal(size=of)).set(pl.Series(CHANCE.random(of) < 0.3), None),
            "source": pl.Series(CHANCE.choice(np.array(sources, dtype=object), of).tolist(), dtype=pl.String),
        }
    )


TABLE = rows(ROWS, ["web", "fair", "ads 😀", None])
Y = (CHANCE.random(ROWS) < 0.1 + 0.1 * TABLE["pages"].to_numpy().clip(0, 6)).astype(int)
NEW = rows(40, ["web", "never seen", None]).with_columns(pages=pl.lit(None, pl.Float64))


@pytest.mark.parametrize("bins", [1, 5, 10])
def test_it_is_a_logistic_regression_over_indicators(bins: int) -> None:
    steps = FeatureEncoder(bins=bins), OneHotEncoder(handle_unknown="ignore"), LogisticRegression(C=0.1, max_iter=3000)
    plain = make_pipeline(*steps).fit(TABLE, Y)
    model = WeightedBins(bins=bins).fit(TABLE, Y)
    for table in (TABLE, NEW):
        np.testing.assert_allclose(model.predict_proba(table), plain.predict_proba(table), rtol=1e-12)
    assert (model.predict(TABLE) == plain.predict(TABLE)).all()
    explainer = explainer_of(plain, TABLE)
    assert isinstance(explainer.inner, LinearExplainer)  # type: ignore[attr-defined]
    np.testing.assert_allclose(explainer_of(model, TABLE).values(NEW), explainer.values(NEW), atol=1e-9)
    assert explainer_of(model, TABLE).base == pytest.approx(explainer.base)


def test_one_row_is_looked_up_as_many_are() -> None:
    model = WeightedBins().fit(TABLE, Y)
    for table in (TABLE, NEW):
        single = [model.predict_proba(table[place])[0, 1] for place in range(40)]
        assert (single == model.predict_proba(table)[:40, 1]).all()


def test_what_was_not_there_has_no_weight() -> None:
    model = WeightedBins().fit(TABLE, Y)
    parts = model.parts(NEW)
    assert (parts[:, 0] == 0).all()  # pages were never missing
    assert (parts[(NEW["source"] == "never seen").fill_null(value=False).to_numpy(), 2] == 0).all()
    assert parts[NEW["source"].is_null().to_numpy(), 2].all()
