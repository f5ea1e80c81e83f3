from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC

import leadqual as lq

AT = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = lq.Policy(
    name="p",
    scores={"fit": {"range": (0, 100), "rules": [{"id": "id", "when": "contact.country == 'ID'", "points": 20}]}},
)
FEATURES = ["company.employees", lq.count("demo_requested", within="30d"), "contact.email_is_personal", "score.fit"]
X = np.array([[10, 0, 1, 0], [500, 2, 0, 20], [20, 0, 1, 20], [900, 1, 0, 0]] * 5, dtype=float)
Y = np.array(["lost", "won", "lost", "won"] * 5)
SITI = lq.Contact(id="c", country="ID", email="s@majujaya.co.id", company=lq.Company(employees=500))
HISTORY = [lq.DemoRequested(id=f"i-{n}", occurred_at=AT - timedelta(days=n)) for n in (1, 2, 40)]


def logistic() -> Any:
    return LogisticRegression(max_iter=5000).fit(X, Y)


def test_the_probability_of_the_last_class_with_one_line() -> None:
    model = logistic()
    scorer = lq.ModelScorer("propensity", model, FEATURES, policy=POLICY)
    assert list(scorer.feature_values(SITI, HISTORY, at=AT).values()) == [500, 2, False, 20]
    score = scorer.score(SITI, HISTORY, at=AT)
    assert score.value == pytest.approx(model.predict_proba([[500, 2, 0, 20]])[0][1])
    assert [line.points for line in score.ledger] == [score.value]
    assert scorer.features[1] == "count(demo_requested, within='30d')"


def test_the_class_that_is_asked_for() -> None:
    won, lost = (lq.ModelScorer("p", logistic(), FEATURES, policy=POLICY, positive=c) for c in ("won", "lost"))
    values = [scorer.score(SITI, HISTORY, at=AT).value for scorer in (won, lost)]
    assert sum(value or 0 for value in values) == pytest.approx(1)


def test_what_happens_later_is_not_seen() -> None:
    scorer = lq.ModelScorer("p", logistic(), FEATURES, policy=POLICY)
    assert scorer.feature_values(SITI, HISTORY, at=AT - timedelta(days=11))["count(demo_requested, within='30d')"] == 1


def test_missing_values_reach_an_estimator_that_takes_them() -> None:
    data = X.copy()
    data[::3, 0] = np.nan
    scorer = lq.ModelScorer("p", HistGradientBoostingClassifier().fit(data, Y), FEATURES, policy=POLICY)
    score = scorer.score(lq.Contact(id="c"), [], at=AT)
    assert score.value is not None
    assert set(score.missing) == {"company.employees", "contact.email"} or "company.employees" in score.missing


def test_missing_values_where_the_estimator_takes_none() -> None:
    with pytest.raises(lq.InputError) as caught:
        lq.ModelScorer("p", logistic(), FEATURES, policy=POLICY).score(lq.Contact(id="c"), [], at=AT)
    assert caught.value.code == "missing-feature"
    assert "on_missing='abstain'" in str(caught.value)
    abstains = lq.ModelScorer("p", logistic(), FEATURES, policy=POLICY, on_missing="abstain")
    assert abstains.score(lq.Contact(id="c"), [], at=AT).value is None


@pytest.mark.parametrize("country", ["ID", None])
def test_a_pipeline_on_a_frame_with_texts(country: str | None) -> None:
    frame = pd.DataFrame({"country": ["ID", "SG", None, "ID"] * 5, "employees": X[:, 0]})
    encoder = make_column_transformer((OneHotEncoder(), ["country"]), remainder="passthrough")
    model = make_pipeline(encoder, LogisticRegression(max_iter=5000)).fit(frame, Y)
    scorer = lq.ModelScorer("p", model, ["contact.country", "company.employees"], policy=POLICY)
    contact = lq.Contact(id="c", country=country, company=lq.Company(employees=10))
    row = 0 if country else 2
    expected = model.predict_proba(frame.iloc[[row]].assign(employees=10.0))[0][1]
    assert scorer.score(contact, [], at=AT).value == pytest.approx(expected)


def test_an_array_with_texts_keeps_its_numbers() -> None:
    data = np.array([["ID", 10.0], ["SG", 500.0]] * 5, dtype=object)
    encoder = make_column_transformer((OneHotEncoder(), [0]), remainder="passthrough")
    model = make_pipeline(encoder, LogisticRegression()).fit(data, ["lost", "won"] * 5)
    scorer = lq.ModelScorer("p", model, ["contact.country", "company.employees"], policy=POLICY)
    assert scorer.score(SITI, [], at=AT).value == pytest.approx(
        model.predict_proba(np.array([["ID", 500.0]], object))[0][1]
    )


@pytest.mark.parametrize(
    ("estimator", "options", "code"),
    [
        (LogisticRegression(), {}, "not-fitted"),
        (SVC(), {}, "not-a-classifier"),
        (object(), {}, "not-a-classifier"),
        (LogisticRegression().fit(X[:, :2], Y), {}, "wrong-width"),
        (LogisticRegression(max_iter=5000).fit(X, Y), {"positive": "wno"}, "unknown-class"),
        (LogisticRegression(max_iter=5000).fit(X, Y), {"on_missing": "guess"}, "bad-argument"),
    ],
)
def test_what_is_no_model(estimator: Any, options: dict[str, Any], code: str) -> None:
    with pytest.raises(lq.InputError) as caught:
        lq.ModelScorer("p", estimator, FEATURES, policy=POLICY, **options)
    assert caught.value.code == code


def test_every_problem_of_the_features() -> None:
    features = ["company.employes", "stage", "contact.roles", "count(demo_reqested)"]
    with pytest.raises(lq.ConditionError) as caught:
        lq.ModelScorer("p", logistic(), features, policy=POLICY)
    found = [(problem.code, problem.place.path) for problem in caught.value.problems]
    assert found == [
        ("unknown-field", "[0]"),
        ("unknown-field", "[1]"),
        ("bad-feature", "[2]"),
        ("unknown-kind", "[3]"),
    ]


def test_the_ledger_of_a_decision_sums() -> None:
    scorer = lq.ModelScorer("p", logistic(), FEATURES, policy=POLICY)
    score = POLICY.with_scorer("p", scorer).decide(SITI, HISTORY, at=AT).scores["p"]
    assert abs(sum(line.points for line in score.ledger) - (score.value or 0)) <= 1e-9
