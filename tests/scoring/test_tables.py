"""Rules, classifiers and blends over tables: what they say of one contact, they say of it in a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier
from support.engines import SPARK, TABLES, Tables
from support.people import policy_of

import leadqual as lq
from leadqual import InputError, UnsupportedError, frames

DEMO, SALES = lq.datasets.demo(contacts=25), lq.policies.sales()
TEXTS = ["contact.country", "company.industry"]
NUMBERS = ["company.employees", "count(any_interaction, within='90d')", "contact.email_is_personal", "score.fit"]
IN_MEMORY = [tables for tables in TABLES if tables.name not in ("Polars (lazy)", "DuckDB")]
LAZY = [tables for tables in TABLES if tables not in IN_MEMORY]
TEN = policy_of(scorers={"x": {"range": [0, 100]}})


@cache
def cells(*features: str) -> pd.DataFrame:
    """Return what is known of the sample, as a model is fitted on it."""
    known = [
        [SALES.evaluate(name, contact, DEMO.histories[contact.id], at=DEMO.at) for name in features]
        for contact in DEMO.contacts
    ]
    return pd.DataFrame(known, columns=list(features))


def bought() -> np.ndarray:
    return np.array([any(one.kind == "purchase" for one in DEMO.histories[who.id]) for who in DEMO.contacts])


@cache
def tree(name: str = "x") -> lq.ModelScorer:
    """Return a model that was fitted on an array, and takes missing numbers."""
    model = DecisionTreeClassifier(random_state=7, max_depth=3).fit(cells(*NUMBERS).to_numpy(dtype=float), bought())
    return lq.ModelScorer(name, model, NUMBERS, policy=SALES)


@cache
def piped(on_missing: str = "predict") -> lq.ModelScorer:
    """Return a pipeline that was fitted on a frame of pandas, with texts."""
    table = cells(*TEXTS, *NUMBERS).copy()
    table[TEXTS] = table[TEXTS].astype(object).where(table[TEXTS].notna(), np.nan)
    table[NUMBERS] = table[NUMBERS].astype(float)
    words = make_pipeline(SimpleImputer(strategy="constant", fill_value="?"), OneHotEncoder(handle_unknown="ignore"))
    columns = make_column_transformer((words, TEXTS), (SimpleImputer(), NUMBERS))
    model = make_pipeline(columns, LogisticRegression(max_iter=5000)).fit(table, bought())
    return lq.ModelScorer("x", model, TEXTS + NUMBERS, policy=SALES, on_missing=on_missing)


@cache
def texts_in_an_array() -> lq.ModelScorer:
    """Return a pipeline that was fitted on an array of texts and numbers."""
    table = cells(*TEXTS, NUMBERS[1]).to_numpy(dtype=object)
    columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), [0, 1]), ("passthrough", [2]))
    model = make_pipeline(columns, LogisticRegression(max_iter=5000)).fit(table, bought())
    return lq.ModelScorer("x", model, [*TEXTS, NUMBERS[1]], policy=SALES)


def blend(how: Any, **options: Any) -> lq.BlendScorer:
    parts = [lq.RuleScorer(SALES, name) for name in ("engagement", "intent", "fit")]
    return lq.BlendScorer("x", parts, how=how, **options)


SCORERS: dict[str, Callable[[], Any]] = {
    "rules": lambda: lq.RuleScorer(SALES, "engagement"),
    "array": tree,
    "pandas": piped,
    "texts": texts_in_an_array,
    "abstain": lambda: piped("abstain"),
    "mean": lambda: blend("mean", weights=[1, 3, 0]),
    "min": lambda: blend("min"),
    "max": lambda: blend("max"),
    "blend of models": lambda: lq.BlendScorer("x", [tree("tree"), piped("abstain")]),
    "blend of blends": lambda: lq.BlendScorer("x", [blend("max"), lq.RuleScorer(SALES, "fit")], weights=[2, 1]),
}
OVER_SQL = ("rules", "mean", "min", "max", "blend of blends")


def same(scorer: Any, kind: Tables) -> None:
    """Assert that a table says of every contact what one decision says."""
    policy = TEN.with_scorer("x", scorer)
    rows = {row["contact_id"]: row for row in kind.rows(policy, DEMO.frames(), DEMO.at, ledger=True)}
    assert rows.keys() == {contact.id for contact in DEMO.contacts}
    for contact in DEMO.contacts:
        score = policy.decide(contact, DEMO.histories[contact.id], at=DEMO.at).scores["x"]
        row = rows[contact.id]
        assert row["score.x"] == (None if score.value is None else pytest.approx(score.value, abs=1.01e-6))
        lines = {name.removeprefix("score.x."): row[name] for name in row if name.startswith("score.x.")}
        for line in score.ledger:
            kind_of_line = "" if line.kind in ("part", "rule") else f"{line.kind}."
            assert lines[f"{kind_of_line}{line.id}"] == pytest.approx(line.points, abs=2e-6)
        if score.value is not None:
            assert sum(lines.values()) == pytest.approx(row["score.x"], abs=1e-9)


@pytest.mark.parametrize("name", SCORERS)
def test_a_scorer_says_of_a_table_what_it_says_of_one_contact(name: str) -> None:
    same(SCORERS[name](), TABLES[0])


@pytest.mark.parametrize("kind", TABLES[1:], ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", ["rules", "mean", "max", "pandas"])
def test_a_scorer_over_tables_of_every_kind(name: str, kind: Tables) -> None:
    if kind in LAZY and name not in OVER_SQL:
        pytest.skip("a model takes tables in memory: the gap is tested below")
    same(SCORERS[name](), kind)


@pytest.mark.parametrize("kind", [*LAZY, SPARK], ids=lambda kind: kind.name)
def test_a_model_refuses_tables_that_are_not_in_memory(kind: Tables) -> None:
    contacts, interactions = map(kind.into, DEMO.frames())
    with pytest.raises(UnsupportedError) as caught:
        tree().score_frame(contacts, interactions, at=DEMO.at)
    assert caught.value.code == "model-not-in-memory"
    assert kind.name in str(caught.value)


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.name)
def test_the_same_kind_comes_out_of_a_scorer(kind: Tables) -> None:
    contacts, interactions = map(kind.into, DEMO.frames())
    for name in ("rules", "max") if kind in LAZY else ("rules", "array", "max"):
        found = SCORERS[name]().score_frame(contacts, interactions, at=DEMO.at)
        assert type(found) is type(contacts), name
        assert list(kind.out(found)[0])[:2] == ["contact_id", "score"]


def test_some_contacts_abstain_and_others_do_not() -> None:
    found = piped("abstain").score_frame(*DEMO.frames(), at=DEMO.at)
    assert 0 < found["score"].null_count() < len(found)
    assert (found["score"].is_null() == found["Pipeline"].is_null()).all()


def test_nobody_is_asked_where_everybody_abstains() -> None:
    contacts, interactions = DEMO.frames()
    nothing = contacts.select("contact_id")
    found = piped("abstain").score_frame(nothing, interactions.clear(), at=DEMO.at)
    assert found["score"].null_count() == len(found) == 25
    empty = piped("abstain").score_frame(nothing.clear(), interactions.clear(), at=DEMO.at)
    assert empty.schema == {"contact_id": pl.String, "score": pl.Float64, "Pipeline": pl.Float64}


def test_a_model_that_takes_no_missing_values_says_so() -> None:
    model = LogisticRegression(max_iter=5000).fit(cells(*NUMBERS).fillna(0).to_numpy(dtype=float), bought())
    scorer = lq.ModelScorer("x", model, NUMBERS, policy=SALES)
    with pytest.raises(InputError) as caught:
        frames.score(TEN.with_scorer("x", scorer), *DEMO.frames(), at=DEMO.at)
    assert caught.value.code == "missing-feature"
    assert "on_missing='abstain'" in str(caught.value)


def test_a_model_reads_only_what_has_happened() -> None:
    contacts, interactions = DEMO.frames()
    early = DEMO.at.replace(month=3)
    past = interactions.filter(pl.col("occurred_at") <= early)
    for scorer in (tree(), lq.RuleScorer(SALES, "engagement")):
        assert scorer.score_frame(contacts, interactions, at=early).equals(scorer.score_frame(contacts, past, at=early))


def test_a_scorer_of_a_policy_that_leaves_it_to_that_scorer() -> None:
    """The policy declares the score that the blend gives, and the blend reads the policy's rules."""
    policy = policy_of(
        scores={"fit": {"range": [0, 9], "rules": [{"id": "home", "when": "contact.country == 'ID'", "points": 5}]}},
        scorers={"x": {"range": [0, 9]}},
    )
    ready = policy.with_scorer("x", lq.BlendScorer("x", [lq.RuleScorer(policy, "fit")]))
    contacts = pl.DataFrame({"contact_id": ["a", "b"], "country": ["ID", None]})
    found = frames.score(ready, contacts, DEMO.frames()[1].clear(), at=DEMO.at)
    assert found["score.x"].to_list() == found["score.fit"].to_list() == [5, 0]


def test_naive_instants_are_refused() -> None:
    for scorer in (tree(), lq.RuleScorer(SALES, "fit"), blend("mean")):
        with pytest.raises(InputError, match="naive-datetime"):
            scorer.score_frame(*DEMO.frames(), at=DEMO.at.replace(tzinfo=None))


def test_spark_takes_rules_and_blends() -> None:
    same(blend("mean", weights=[1, 3, 1]), SPARK)
