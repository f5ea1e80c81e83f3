from __future__ import annotations

import io
import json
import os
import pickle
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import skops.io
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from leadqual import Policy, datasets, frames, ml
from leadqual.errors import InputError
from leadqual.ml.saving import files, versions
from leadqual.model.time import Duration

TREES = [
    "functools.partial",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "sklearn.utils.validation.check_array",
]
POLICY = Policy.loads("""
name: kept
version: 1.2.0
scores:
  heat:
    range: [0, 100]
    rules:
      - {id: demo, each: demo_requested, points: 40, within: 90d}
      - {id: pages, each: page_viewed, points: 2, at_most: 20 per 1d}
""")
FEATURES = [
    "count(page_viewed)",
    "days_since(email_opened)",
    "contact.source",
    "count(demo_requested) > 0",
    "score.heat",
]


@cache
def _data() -> ml.TrainingSet:
    contacts, interactions = datasets.demo(contacts=700).frames()
    return ml.training_set(POLICY, contacts, interactions, features=FEATURES)


def _encoded() -> Any:
    texts = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["contact.source"]), remainder="passthrough"
    )
    return make_pipeline(texts, HistGradientBoostingClassifier(max_iter=5))


def _filled() -> Any:
    steps = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", min_frequency=5), ["contact.source"]),
        (StandardScaler(), ["count(page_viewed)", "score.heat"]),
    )
    return make_pipeline(steps, LogisticRegression())


MODELS: dict[str, Callable[[], ml.PropensityModel]] = {
    "default": lambda: ml.PropensityModel(few_conversions=20),
    "few": lambda: ml.PropensityModel(few_conversions=10_000),
    "monotone": lambda: ml.PropensityModel(few_conversions=20, monotone={"score.heat": 1, 0: 1}),
    "isotonic": lambda: ml.PropensityModel(few_conversions=20, calibration="isotonic"),
    "uncalibrated": lambda: ml.PropensityModel(few_conversions=20, calibration="none", random_state=None),
    "boosted": lambda: ml.PropensityModel(_encoded()),
    "logistic": lambda: ml.PropensityModel(_filled()),
}


@cache
def _fitted(kind: str = "default") -> ml.PropensityModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ml.FewConversionsWarning)
        return MODELS[kind]().fit(_data())


def _there_and_back(model: ml.PropensityModel, folder: Path, trusted: Any = TREES) -> ml.PropensityModel:
    file = folder / "model.skops"
    model.save(file)
    return ml.PropensityModel.load(file, trusted=trusted)


def _same(one: Any, other: Any, table: Any) -> None:
    np.testing.assert_array_equal(one.predict_proba(table), other.predict_proba(table))
    before, after = one.contributions(table), other.contributions(table)
    np.testing.assert_array_equal(before.lines, after.lines)
    assert (before.base, before.features, before.exact) == (after.base, after.features, after.exact)


@pytest.mark.parametrize("kind", MODELS)
def test_what_is_loaded_is_what_was_saved(kind: str, tmp_path: Path) -> None:
    model = _fitted(kind)
    again = _there_and_back(model, tmp_path)
    _same(model, again, _data().X[::7])
    assert again.training_ is not None
    assert again.training_.policy == POLICY
    assert again.training_.policy.content_hash == POLICY.content_hash
    for name in ("outcome", "horizon", "until", "features", "left_out", "timed", "library"):
        assert getattr(again.training_, name) == getattr(model.training_, name)
    assert again.training_.counts.equals(model.training_.counts)
    assert again.training_.rows.schema == model.training_.rows.schema
    assert again.reference_.equals(model.reference_)
    assert again.baseline_.rate == model.baseline_.rate
    assert (again.how_, again.names) == (model.how_, model.names)
    assert str(clone(again)) == str(clone(model))
    assert str(ml.monitor(again, _data())) == str(ml.monitor(model, _data()))


def test_a_loaded_model_scores_in_a_policy(tmp_path: Path) -> None:
    demo = datasets.demo(contacts=30)
    again = _there_and_back(_fitted(), tmp_path)
    scores = [
        frames.score(POLICY.with_scorer("propensity", one.as_scorer()), *demo.frames(), at=demo.at)
        for one in (_fitted(), again)
    ]
    assert scores[0].equals(scores[1])


@pytest.mark.parametrize("library", ["numpy", "pandas", "pyarrow", "polars"])
def test_tables_of_any_library(library: str, tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    table = pl.DataFrame({"pages": chance.poisson(3, 400), "source": chance.choice(["web", "fair", None], 400)})
    y = np.where(chance.random(400) < 0.1 + 0.05 * table["pages"].to_numpy(), "won", "lost")
    given: Any = {"polars": lambda: table, "pyarrow": table.to_arrow, "numpy": lambda: table.select("pages").to_numpy()}
    if library == "pandas":
        pandas = pytest.importorskip("pandas")
        given["pandas"] = lambda: pandas.DataFrame(table.to_dict(as_series=False))
    made = given[library]()
    model = ml.PropensityModel(few_conversions=20).fit(made, y)
    again = _there_and_back(model, tmp_path, trusted=())
    _same(model, again, made)
    assert again.predict(made).tolist() == model.predict(made).tolist()
    assert type(again.background_) is type(model.background_)
    assert again.training_ is None


def test_lightgbm_where_its_types_are_trusted(tmp_path: Path) -> None:
    lightgbm = pytest.importorskip("lightgbm")
    chance = np.random.default_rng(0)
    x = chance.normal(size=(600, 3))
    y = chance.random(600) < 1 / (1 + np.exp(1 - x[:, 0]))
    model = ml.PropensityModel(lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1)).fit(x, y)
    with pytest.raises(InputError, match=r"lightgbm\.basic\.Booster") as caught:
        _there_and_back(model, tmp_path, trusted=())
    assert caught.value.code == "untrusted-types"
    again = ml.PropensityModel.load(
        tmp_path / "model.skops", trusted=["collections.OrderedDict", lightgbm.LGBMClassifier, lightgbm.Booster]
    )
    _same(model, again, x[:40])


def test_types_that_are_not_trusted_are_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _there_and_back(_fitted("monotone"), tmp_path, trusted=())
    assert caught.value.code == "untrusted-types"
    (problem,) = caught.value.problems
    assert problem.found is not None
    assert "TreePredictor" in problem.found
    assert "FeatureEncoder" not in problem.found
    model = ml.PropensityModel(RandomForestClassifier(3, random_state=0)).fit(*_numbers())
    with pytest.raises(InputError, match=r"sklearn\.tree\._tree\.Tree"):
        _there_and_back(model, tmp_path, trusted=())
    _same(model, _there_and_back(model, tmp_path), _numbers()[0])


def _numbers() -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(300, 2))
    return x, (chance.random(300) < 1 / (1 + np.exp(-x[:, 0]))).astype(int)


class Touching:
    touched = False

    def __reduce__(self) -> Any:
        return _touch, ()


def _touch() -> str:
    Touching.touched = True
    return "harm"


def test_a_file_from_elsewhere_runs_no_code(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    _fitted().save(file)
    about = json.loads(zipfile.ZipFile(file).read(files.ABOUT))
    objects = skops.io.loads(file.read_bytes(), trusted=sorted(files._OURS))
    objects["estimator"] = make_pipeline(FunctionTransformer(_touch), objects["estimator"])
    file.write_bytes(files.written(about, objects))
    with pytest.raises(InputError) as caught:
        ml.PropensityModel.load(file)
    assert caught.value.code == "untrusted-types"
    file.write_bytes(pickle.dumps(Touching()))
    with pytest.raises(InputError) as caught:
        ml.PropensityModel.load(file)
    assert caught.value.code == "not-a-model"
    assert not Touching.touched


def _changed(file: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change the plain data of a file."""
    held = zipfile.ZipFile(io.BytesIO(file.read_bytes()))
    about = json.loads(held.read(files.ABOUT))
    change(about)
    with zipfile.ZipFile(file, "w") as archive:
        for name in held.namelist():
            archive.writestr(name, json.dumps(about) if name == files.ABOUT else held.read(name))


def test_another_version_of_scikit_learn_is_told(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    _fitted().save(file)
    _changed(file, lambda about: about["versions"].update({"scikit-learn": "1.4.0"}))
    with pytest.warns(ml.VersionWarning, match=r"scikit-learn 1\.4\.0, and this is 1\.") as caught:
        again = ml.PropensityModel.load(file)
    assert caught[0].filename == __file__
    _same(_fitted(), again, _data().X[:20])


def test_a_later_format_says_which_version_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    _fitted().save(file)

    def later(about: dict[str, Any]) -> None:
        about["format"] = versions.FORMAT + 1
        about["versions"]["leadqual"] = "9.1.0"

    _changed(file, later)
    with pytest.raises(InputError) as caught:
        ml.PropensityModel.load(file)
    assert caught.value.code == "other-version"
    assert "pip install leadqual==9.1.0" in str(caught.value)


def test_objects_that_only_another_version_makes(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    _fitted().save(file)
    _changed(file, lambda about: about["versions"].update({"leadqual": "9.1.0"}) or about.pop("how"))
    with pytest.raises(InputError, match=r"leadqual 9\.1\.0") as caught:
        ml.PropensityModel.load(file)
    assert caught.value.code == "other-version"


@pytest.mark.parametrize(
    "part", ["how", "versions", "calibration", "training", "reference", "baseline", "kind", "format"]
)
def test_plain_data_that_lacks_a_part(part: str, tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    _fitted().save(file)
    _changed(file, lambda about: about.pop(part))
    with pytest.raises(InputError) as caught:
        ml.PropensityModel.load(file)
    assert caught.value.code == "damaged-file"


def test_a_policy_that_was_changed_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    _fitted().save(file)

    def change(about: dict[str, Any]) -> None:
        about["training"]["policy"] = about["training"]["policy"].replace("40", "41")

    _changed(file, change)
    with pytest.raises(InputError, match="not the one that was saved"):
        ml.PropensityModel.load(file)


def _zip(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"no zip at all", "not-a-model"),
        (_zip(readme="other"), "not-a-model"),
        (_zip(**{files.ABOUT: '{"kind": "other"}'}), "not-a-model"),
        (_zip(**{files.ABOUT: "{"}), "damaged-file"),
        (_zip(**{files.ABOUT: "[1]"}), "damaged-file"),
        (skops.io.dumps({"a": 1}), "not-a-model"),
    ],
)
def test_files_that_are_no_models(content: bytes, code: str, tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        ml.PropensityModel.load(file)
    assert caught.value.code == code
    assert str(file) in str(caught.value)


def test_files_that_were_cut_or_spoilt(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    _fitted().save(file)
    whole = file.read_bytes()
    chance = np.random.default_rng(0)
    cuts = [whole[: int(share * len(whole))] for share in (0.01, 0.3, 0.9, 0.999)]
    places = chance.integers(0, len(whole), 12)
    spoilt = [whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :] for place in places]
    for content in [*cuts, *spoilt]:
        file.write_bytes(content)
        with suppress(InputError):  # what was spoilt may tell nothing, such as the date of a part
            _same(_fitted(), ml.PropensityModel.load(file), _data().X[:5])
    for content in cuts:
        file.write_bytes(content)
        with pytest.raises(InputError):
            ml.PropensityModel.load(file)


def test_names_of_files(tmp_path: Path) -> None:
    (tmp_path / "folder.skops").mkdir()
    asked = {"missing.skops": "unreadable-file", "model.pkl": "unknown-format", "folder.skops": "unreadable-file"}
    for name, code in asked.items():
        with pytest.raises(InputError) as caught:
            ml.PropensityModel.load(tmp_path / name)
        assert caught.value.code == code
    told = {
        "model.joblib": "unknown-format",
        "nowhere/model.skops": "unwritable-file",
        "folder.skops": "unwritable-file",
    }
    for name, code in told.items():
        with pytest.raises(InputError) as caught:
            _fitted().save(tmp_path / name)
        assert caught.value.code == code
    for trusted in ("sklearn.tree._tree.Tree", True):
        with pytest.raises(InputError) as caught:
            ml.PropensityModel.load(tmp_path / "model.skops", trusted=trusted)  # type: ignore[arg-type]
        assert caught.value.code == "wrong-type"
    assert [path.name for path in tmp_path.iterdir()] == ["folder.skops"]


def test_a_file_stays_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.skops"
    file.write_text("the old one")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left") as caught:
        _fitted().save(file)
    assert caught.value.code == "unwritable-file"
    assert file.read_text() == "the old one"
    assert os.listdir(tmp_path) == ["model.skops"]  # noqa: PTH208


class Other(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A step of the user's own that cannot be taken apart."""

    def fit(self, X: Any, y: Any = None) -> Other:  # noqa: N803
        self.held_ = (row for row in X)
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803
        return X


def test_what_cannot_be_kept_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    x, y = _numbers()
    local = FunctionTransformer(lambda table: table)
    for step in (local, Other()):
        model = ml.PropensityModel(make_pipeline(step, LogisticRegression())).fit(x, y)
        with pytest.raises(InputError) as caught:
            model.save(file)
        assert caught.value.code == "not-savable"
    scored = ml.PropensityModel(few_conversions=20).fit(_data())
    attached = POLICY.with_scorer("propensity", scored.as_scorer())
    assert scored.training_ is not None
    scored.training_ = replace(scored.training_, policy=attached)
    with pytest.raises(InputError, match="scorer objects") as caught:
        scored.save(file)
    assert caught.value.code == "not-savable"
    with pytest.raises(NotFittedError):
        ml.PropensityModel().save(file)
    with pytest.raises(InputError):
        _fitted().save(file, report="good")  # type: ignore[arg-type]
    assert not file.exists()


def test_figures_are_kept_for_the_card(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    report = _fitted().evaluate(_data(), resamples=20, slices="contact.source")
    _fitted().save(file, report)
    again = ml.PropensityModel.load(file)
    assert again.evaluation_["measures"][0]["roc_auc"] == report.measures["roc_auc"][0]
    assert str(again.card()) == str(_fitted().card(report))
    again.save(file)
    assert ml.PropensityModel.load(file).evaluation_ == again.evaluation_
    assert _fitted().evaluation_ is None


def test_the_card_says_what_matters(tmp_path: Path) -> None:
    data, model = _data(), _fitted()
    card = model.card(model.evaluate(data, resamples=20))
    text = str(card)
    for said in (
        POLICY.content_hash,
        "kept 1.2.0",
        "within 90d",
        "`count(page_viewed)`",
        f"{len(data):,} rows",
        "ROC AUC",
    ):
        assert said in text
    for row in data.counts.to_dicts():
        assert f"| {row['cutoff']:%Y-%m-%d} | {row['judged']:,} | {row['converted']:,} |" in text
    assert "Fields of contacts have no times" in text
    assert "Some are of the time of the training" in text
    first, last = data.cutoffs[0], data.cutoffs[-1]
    earlier = ml.PropensityModel(min_conversions=3, few_conversions=3).fit(data.where(pl.col("cutoff") == first))
    assert "All are later than those of the training" in str(
        earlier.card(earlier.evaluate(data.at(last), resamples=20))
    )
    card.save(tmp_path / "card.md")
    assert (tmp_path / "card.md").read_text("utf-8") == text
    assert "<table" in card._repr_html_()
    with pytest.raises(InputError):
        card.save(tmp_path / "card.html")
    assert "No report on later rows" in str(model.card())
    bare = ml.PropensityModel(LogisticRegression()).fit(*_numbers())
    assert "Nothing tells where its rows came from" in str(bare.card())


def test_expressions_stand_in_tables_of_markdown() -> None:
    text = str(_fitted().card())
    assert "| `count(demo_requested) > 0` | condition |" in text
    lines = text.splitlines()
    rules = [place for place, line in enumerate(lines) if line.startswith("| ---")]
    assert rules
    assert all(lines[place].count("|") == lines[place - 1].count("|") == lines[place + 1].count("|") for place in rules)


def test_lengths_of_time_are_kept_whatever_they_are(tmp_path: Path) -> None:
    data = replace(_data(), horizon=Duration.parse("1501h"), until=None)
    model = copy(_fitted())
    model.training_ = data.emptied()
    again = _there_and_back(model, tmp_path)
    assert again.training_ is not None
    assert (again.training_.horizon, again.training_.until) == (data.horizon, None)
