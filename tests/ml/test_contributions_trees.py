from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier
from support.shapley import by_definition, expected, of_histogram_tree, of_sklearn_tree

from leadqual.ml.contributions import trees
from leadqual.ml.contributions.explaining import explainer_of
from leadqual.ml.contributions.paths import Tree
from leadqual.ml.contributions.shapley import product_shares
from leadqual.ml.contributions.trees import forest_of

COLUMNS = 5


def _data(*, missing: bool, seed: int = 0, size: int = 400) -> tuple[Any, Any]:
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(size, COLUMNS)).round(2)
    rows[:, 4] = chance.choice([1.0, 4.0, 9.0, 33.0, 70.0], size)
    z = rows[:, 0] * rows[:, 1] + np.isin(rows[:, 4], [4, 70]) * 2 - (rows[:, 2] > 0.5)
    y = (chance.random(size) < 1 / (1 + np.exp(-z))).astype(int)
    if missing:
        rows[chance.random(rows.shape) < 0.15] = np.nan
    return rows, y


def _sums(explainer: Any, rows: Any) -> None:
    margin = explainer.margin(rows)
    np.testing.assert_allclose(explainer.base + explainer.values(rows).sum(axis=1), margin, rtol=1e-9, atol=1e-11)


@st.composite
def _games(draw: st.DrawFn) -> tuple[Any, Any, float]:
    size = draw(st.integers(1, 6))
    met = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    ratio = draw(st.lists(st.floats(0.001, 1.0), min_size=size, max_size=size))
    return np.array(met), np.array(ratio), draw(st.floats(-5, 5))


def _shares(met: Any, ratio: Any, value: float) -> Any:
    return product_shares(met[:, None, None], ratio[:, None], np.array([value]))[:, 0, 0]


@given(_games())
def test_the_shares_of_a_leaf_are_shapley_values_by_definition(game: tuple[Any, Any, float]) -> None:
    met, ratio, value = game

    def worth(known: frozenset[int]) -> float:
        return value * float(np.prod([met[i] if i in known else ratio[i] for i in range(len(met))]))

    np.testing.assert_allclose(_shares(met, ratio, value), by_definition(worth, len(met)), rtol=1e-9, atol=1e-12)


@given(_games())
def test_who_changes_nothing_gets_nothing_and_who_is_alike_gets_alike(game: tuple[Any, Any, float]) -> None:
    met, ratio, value = game
    with_two = _shares(np.append(met, [True, met[0]]), np.append(ratio, [1.0, ratio[0]]), value)
    assert with_two[-2] == 0.0
    assert with_two[-1] == pytest.approx(with_two[0], rel=1e-9, abs=1e-12)
    assert with_two.sum() == pytest.approx(value * (met.all() - (ratio.prod() * ratio[0])), rel=1e-9, abs=1e-12)


def test_many_features_on_one_path_stay_exact() -> None:
    ratio = np.linspace(0.05, 0.95, 60)
    met = np.arange(60) % 7 > 0
    assert _shares(np.ones(60, dtype=bool), ratio, 3.0).sum() == pytest.approx(3.0 * (1 - ratio.prod()), rel=1e-12)
    assert _shares(met, ratio, 3.0).sum() == pytest.approx(-3.0 * ratio.prod(), abs=1e-12)


def _grown(chance: Any, deepest: int) -> Tree:
    """Return a random tree: numbers in columns 0 to 2, codes of categories in columns 3 and 4."""
    nodes: list[list[Any]] = []
    categories = {}

    def grow(depth: int, cover: int) -> int:
        place = len(nodes)
        nodes.append([-1, -1, 0, 0.0, False, float(chance.normal()), cover])
        if depth < deepest and cover > 1 and chance.random() < 0.9:
            feature, share = int(chance.integers(COLUMNS)), int(chance.integers(1, cover))
            threshold = float(chance.choice([-1.0, 0.0, 0.5, np.inf]))
            if feature > 2:
                categories[place] = chance.random(257) < 0.5
            left, right = grow(depth + 1, share), grow(depth + 1, cover - share)
            missing = bool(categories[place][256] if feature > 2 else chance.random() < 0.5)
            nodes[place] = [left, right, feature, threshold, missing, 0.0, cover]
        return place

    grow(0, 1000)
    return Tree(*(np.array(column) for column in zip(*nodes, strict=True)), categories)


@given(st.integers(0, 2**32), st.integers(0, 9))
def test_any_tree_is_explained_as_defined(seed: int, deepest: int) -> None:
    chance = np.random.default_rng(seed)
    grown = [_grown(chance, deepest) for _ in range(3)]
    rows = np.column_stack([chance.choice([-2.0, -1.0, 0.2, 7.0], (4, 3)), chance.integers(0, 256, (4, 2))])
    rows[chance.random(rows.shape) < 0.2] = np.nan
    forest = forest_of(grown, columns=COLUMNS)
    found = forest.values(rows)
    for row, values in zip(rows, found, strict=True):
        games = [_game(tree, row) for tree in grown]
        wanted = sum(by_definition(game, COLUMNS) for game in games)
        np.testing.assert_allclose(values, wanted, rtol=1e-9, atol=1e-11)
        everything = sum(game(frozenset(range(COLUMNS))) for game in games)
        assert forest.base + values.sum() == pytest.approx(everything, rel=1e-9, abs=1e-11)


def _game(tree: Tree, row: Any) -> Any:
    def goes_left(node: int, found: float) -> bool:
        if np.isnan(found):
            return bool(tree.missing_left[node])
        return (
            bool(tree.categories[node][int(found)]) if node in tree.categories else bool(found <= tree.threshold[node])
        )

    return expected(tree.left, tree.right, tree.feature, tree.cover, tree.value, goes_left, row)


def test_a_column_that_no_tree_asks_for_gets_nothing() -> None:
    rows, y = _data(missing=True)
    rows[:, 2] = 1.0
    for estimator in (HistGradientBoostingClassifier(max_iter=5), RandomForestClassifier(5, max_depth=4)):
        values = explainer_of(estimator.fit(rows, y), rows).values(rows)
        assert (values[:, 2] == 0.0).all()
        assert np.abs(values[:, [0, 1, 4]]).max(axis=0).min() > 0.0


@pytest.mark.parametrize("kind", [DecisionTreeClassifier, RandomForestClassifier, ExtraTreesClassifier])
@pytest.mark.parametrize("missing", [False, True])
def test_forests_are_explained_as_defined_in_probability(kind: Any, missing: bool) -> None:
    rows, y = _data(missing=missing)
    small = {} if kind is DecisionTreeClassifier else {"n_estimators": 3}
    estimator = kind(max_depth=5, random_state=1, **small).fit(rows, y)
    explainer = explainer_of(estimator, rows)
    assert (explainer.exact, explainer.unit) == (True, "probability")
    _sums(explainer, rows)
    members = getattr(estimator, "estimators_", [estimator])
    for row in rows[:6]:
        games = [of_sklearn_tree(one.tree_, one.tree_.value[:, 0, 1] / len(members), row) for one in members]
        wanted = sum(by_definition(game, COLUMNS) for game in games)
        np.testing.assert_allclose(explainer.values(row[None])[0], wanted, rtol=1e-9, atol=1e-12)
    assert explainer.base == pytest.approx(sum(game(frozenset()) for game in games), abs=1e-12)


def test_gradient_boosting_is_explained_as_defined() -> None:
    rows, y = _data(missing=False)
    estimator = GradientBoostingClassifier(n_estimators=4, subsample=0.7, random_state=1).fit(rows, y)
    explainer = explainer_of(estimator, rows)
    assert (explainer.exact, explainer.unit) == (True, "log-odds")
    _sums(explainer, rows)
    for row in rows[:6]:
        games = [of_sklearn_tree(one.tree_, 0.1 * one.tree_.value[:, 0, 0], row) for one in estimator.estimators_[:, 0]]
        wanted = sum(by_definition(game, COLUMNS) for game in games)
        np.testing.assert_allclose(explainer.values(row[None])[0], wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("categorical", [None, [4], [True, False, False, False, True]])
def test_histogram_boosting_is_explained_as_defined(categorical: Any) -> None:
    rows, y = _data(missing=True)
    if categorical == [True, False, False, False, True]:
        rows[:, 0] = np.clip(np.nan_to_num(rows[:, 0]).round(), -2, 2) + 2
    estimator = HistGradientBoostingClassifier(max_iter=4, max_leaf_nodes=12, categorical_features=categorical)
    explainer = explainer_of(estimator.fit(rows, y), rows)
    assert (explainer.exact, explainer.unit) == (True, "log-odds")
    unseen = rows[:8].copy()
    unseen[:, 4] = 50.0  # a category that training did not have
    far = np.array([[np.inf, -np.inf, np.inf, -np.inf, np.nan], [np.nan] * 5])
    if categorical and categorical[0] is True:
        far[0, 0] = 1.0
    both = np.concatenate([rows, unseen, far])
    _sums(explainer, both)
    encoded = estimator._preprocess_X(both, reset=False)
    order = [4, 0, 1, 2, 3] if categorical == [4] else [0, 4, 1, 2, 3] if categorical else list(range(COLUMNS))
    known = {i: set(range(5)) for i in range(COLUMNS)}
    for place in [*range(4), *range(len(rows), len(both))]:
        games = [of_histogram_tree(tree, known, encoded[place]) for (tree,) in estimator._predictors]
        wanted = sum(by_definition(game, COLUMNS) for game in games)
        found = explainer.values(both[place : place + 1])[0][order]
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("convert", [pl.DataFrame.to_pandas, lambda frame: frame])
def test_categories_of_a_table_are_explained_as_defined(convert: Any) -> None:
    rows, y = _data(missing=True)
    texts = pl.Series("text", ["abcde"[int(code) % 5] if code == code else None for code in rows[:, 4]])
    frame = pl.DataFrame({"a": rows[:, 0], "text": texts.cast(pl.Categorical), "b": rows[:, 1]})
    table = convert(frame)
    estimator = HistGradientBoostingClassifier(max_iter=4, max_leaf_nodes=12).fit(table, y)
    assert estimator.is_categorical_.tolist() == [False, True, False]
    explainer = explainer_of(estimator, table)
    _sums(explainer, table)
    encoded = estimator._preprocess_X(table, reset=False)
    known = {0: set(range(5))}
    for place in range(4):
        games = [of_histogram_tree(tree, known, encoded[place]) for (tree,) in estimator._predictors]
        wanted = sum(by_definition(game, 3) for game in games)
        np.testing.assert_allclose(explainer.values(table)[place][[1, 0, 2]], wanted, rtol=1e-9, atol=1e-12)


def test_what_is_missing_has_a_contribution_of_its_own() -> None:
    chance = np.random.default_rng(3)
    rows = chance.normal(size=(500, 2))
    gone = chance.random(500) < 0.4
    rows[gone, 0] = np.nan
    estimator = HistGradientBoostingClassifier(max_iter=10).fit(rows, (gone | (chance.random(500) < 0.1)).astype(int))
    values = explainer_of(estimator, rows).values(rows)
    assert values[gone, 0].min() > 0.5
    assert values[~gone, 0].max() < -0.3


def test_rows_of_no_weight_and_trees_of_one_leaf_are_no_trouble() -> None:
    rows, y = _data(missing=False)
    weight = (np.arange(len(rows)) % 3 > 0).astype(float)
    _sums(explainer_of(DecisionTreeClassifier(random_state=0).fit(rows, y, sample_weight=weight), rows), rows)
    leaf = Tree(*(np.array([part]) for part in (-1, -1, 0, 0.0, False, 2.5, 10)))
    forest = forest_of([leaf, leaf], columns=2)
    assert forest.base == 5.0
    assert forest.values(np.zeros((3, 2))).tolist() == [[0.0, 0.0]] * 3


def test_where_no_weight_came_through_nothing_is_divided_by_zero() -> None:
    parts = ([1, -1, 3, -1, -1], [2, -1, 4, -1, -1], [0, 0, 1, 0, 0], [0.0] * 5, [False] * 5)
    tree = Tree(*map(np.array, parts), np.array([0, 1.0, 0, 5.0, 9.0]), np.array([10.0, 10, 0, 0, 0]))
    forest = forest_of([tree], columns=2)
    assert forest.base == 1.0
    found = forest.values(np.array([[-1.0, 1.0], [1.0, 1.0]]))
    np.testing.assert_allclose(found.sum(axis=1), [0.0, 8.0], atol=1e-12)


def test_how_many_rows_and_leaves_are_worked_on_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, y = _data(missing=True)
    estimator = HistGradientBoostingClassifier(max_iter=8, categorical_features=[4]).fit(rows, y)
    whole = explainer_of(estimator, rows).values(rows)
    monkeypatch.setattr(trees, "AT_ONCE", 300)
    monkeypatch.setattr(trees, "ENTRIES", 50)
    np.testing.assert_allclose(explainer_of(estimator, rows).values(rows), whole, rtol=1e-12, atol=1e-14)
    one_by_one = np.concatenate([explainer_of(estimator, rows).values(row[None]) for row in rows[:3]])
    np.testing.assert_allclose(one_by_one, whole[:3], rtol=1e-12, atol=1e-14)


def test_lightgbm_says_the_same_of_its_trees() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    rows, y = _data(missing=True)
    rows[:, 3] = np.nan_to_num(rows[:, 3])
    booster = lightgbm.train({"objective": "binary", "verbose": -1, "num_leaves": 12}, lightgbm.Dataset(rows, y), 6)
    dumped = booster.dump_model()["tree_info"]
    forest = forest_of([_translated(tree["tree_structure"]) for tree in dumped], columns=COLUMNS)
    witness = booster.predict(rows, pred_contrib=True)
    np.testing.assert_allclose(forest.values(rows), witness[:, :-1], rtol=1e-7, atol=1e-9)
    assert forest.base == pytest.approx(witness[0, -1], rel=1e-7)


def _translated(root: dict[str, Any]) -> Tree:
    nodes: list[list[Any]] = []

    def add(node: dict[str, Any]) -> int:
        place = len(nodes)
        nodes.append([])
        if "leaf_value" in node:
            nodes[place] = [-1, -1, 0, 0.0, False, node["leaf_value"], node["leaf_count"]]
            return place
        default = node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0.0
        left, right = add(node["left_child"]), add(node["right_child"])
        found = [node["split_feature"], node["threshold"], default, 0.0, node["internal_count"]]
        nodes[place] = [left, right, *found]
        return place

    add(root)
    return Tree(*(np.array(column) for column in zip(*nodes, strict=True)))
