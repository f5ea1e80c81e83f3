from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support.shared import BANK

from leadqual import datasets, ml
from leadqual.errors import InputError
from leadqual.ml.drift.figures import area, observed_to_expected, rate, slope
from leadqual.ml.drift.report import DriftReport
from leadqual.ml.evaluation.stability import psi, reference_of, stability_table
from leadqual.model.catalogue import ValueType

SOURCES = np.array(["web", "fair", "ads", "partner"])


def _world(rows: int, seed: int, level: float = -2.0) -> tuple[pl.DataFrame, np.ndarray]:
    chance = np.random.default_rng(seed)
    pages, budget = chance.poisson(2, rows), chance.lognormal(3, 1, rows)
    source = chance.choice(4, rows, p=[0.5, 0.3, 0.12, 0.08])
    odds = level + 0.4 * pages + 0.3 * (np.log(budget) - 3) + np.array([0, 0.8, -0.5, 1.0])[source]
    known = chance.random(rows) < 0.7
    table = pl.DataFrame(
        {
            "pages": pages,
            "budget": np.where(known, budget, np.nan),
            "source": SOURCES[source],
            "demo": chance.random(rows) < 0.05,
        }
    )
    return table.with_columns(pl.col("budget").fill_nan(None)), (chance.random(rows) < expit(odds - 1.0)).astype(int)


@cache
def _model() -> ml.PropensityModel:
    return ml.PropensityModel().fit(*_world(4000, 0))


def _measures(report: DriftReport) -> dict[str, str]:
    return dict(report.figures.select("measure", "verdict").iter_rows())


def test_the_same_world_raises_no_alarm() -> None:
    reports = [ml.monitor(_model(), *_world(1000, 1000 + seed)) for seed in range(20)]
    assert sum(report.retrain for report in reports) <= 1


def test_the_same_world_raises_no_alarm_whatever_the_model_was_fitted_on() -> None:
    models = [ml.PropensityModel().fit(*_world(1500, 50 + seed)) for seed in range(4)]
    reports = [ml.monitor(model, *_world(600, 2000 + place)) for place, model in enumerate(models * 3)]
    assert sum(report.retrain for report in reports) <= 1


def test_a_feature_that_shifts_is_named_first() -> None:
    table, y = _world(1000, 1)
    report = ml.monitor(_model(), table.with_columns(pl.col("budget") * 4), y)
    assert report.retrain
    assert report.reasons[0].startswith("budget has moved: PSI ")
    assert report.features.row(0, named=True)["verdict"] == "moved"


def test_rows_without_labels_are_enough_for_features() -> None:
    table, _ = _world(1000, 1)
    report = ml.monitor(_model(), table.with_columns(pl.col("pages") + 3))
    assert any(reason.startswith("pages has moved") for reason in report.reasons)
    assert any(reason.startswith("The probabilities have moved") for reason in report.reasons)
    assert report.conversions is None
    assert not len(report.figures)
    assert any(note.startswith("No labels were given") for note in report.notes)


def test_a_share_of_rows_at_one_value_is_watched() -> None:
    table, _ = _world(2000, 1)
    more = table.with_columns(pl.lit(np.random.default_rng(0).random(2000) < 0.4).alias("demo"))
    assert any(reason.startswith("demo has moved") for reason in ml.monitor(_model(), more).reasons)


def test_a_text_that_disappears() -> None:
    table, _ = _world(1000, 2)
    report = ml.monitor(_model(), table.filter(pl.col("source") != "partner"))
    assert report.retrain
    assert "'partner'" in report.reasons[0]
    assert not ml.monitor(_model(), table).retrain


def test_a_column_that_becomes_empty() -> None:
    table, y = _world(1000, 3)
    for name, kind in (("budget", pl.Float64), ("source", pl.String)):
        report = ml.monitor(_model(), table.with_columns(pl.lit(None, kind).alias(name)), y)
        assert report.reasons[0].startswith(f"{name} is empty now; ")
        assert sum(name in reason for reason in report.reasons) == 1


def test_new_texts_are_named() -> None:
    table, _ = _world(1000, 4)
    new = pl.when(pl.int_range(pl.len()) % 12 == 0).then(pl.lit("tiktok")).otherwise("source")
    report = ml.monitor(_model(), table.with_columns(new.alias("source")))
    assert any("rare in the training or never there, most often 'tiktok'" in note for note in report.notes)


def test_a_base_rate_that_moves() -> None:
    for level in (-3.2, -1.2):
        report = ml.monitor(_model(), *_world(1500, 5, level))
        assert report.retrain
        assert any("times as many converted as the probabilities say" in reason for reason in report.reasons)
        assert _measures(report)["observed/expected"] == "moved"


def test_no_conversions_at_all_where_many_were_expected() -> None:
    table, _ = _world(1000, 5)
    report = ml.monitor(_model(), table, np.zeros(1000, dtype=int))
    assert report.reasons[0].startswith("0.00 times as many converted")
    assert any("to tell how well they are ranked" in note for note in report.notes)


def test_a_ranking_that_is_lost() -> None:
    table, y = _world(2000, 6)
    shuffled = np.random.default_rng(0).permutation(y)
    report = ml.monitor(_model(), table, shuffled)
    assert _measures(report)["ROC AUC"] == _measures(report)["slope"] == "moved"
    assert any(reason.startswith("It ranks worse: ROC AUC 0.5") for reason in report.reasons)


def test_too_few_rows_decide_nothing() -> None:
    table, y = _world(120, 7)
    report = ml.monitor(_model(), table.with_columns(pl.col("pages") + 9), y)
    assert (report.retrain, report.enough, report.reasons) == (False, False, ())
    assert str(report).startswith("Drift: too few rows to tell\n")
    assert ml.monitor(_model(), table.with_columns(pl.col("pages") + 9), y, min_rows=100).retrain
    assert any(note.startswith("Of ") for note in ml.monitor(_model(), table.head(40), min_rows=1).notes)


def test_many_rows_of_few_contacts_are_few() -> None:
    table, y = _world(60, 8)
    many = pl.concat([table.with_columns(pl.Series("contact_id", [f"c-{place}" for place in range(60)]))] * 10)
    report = ml.monitor(_model(), many, np.tile(y, 10))
    assert (report.rows, report.contacts, report.enough) == (600, 60, False)
    alone = ml.monitor(_model(), many.drop("contact_id"), np.tile(y, 10))
    assert alone.contacts == 600
    assert (report.features["by_chance"] > 5 * alone.features["by_chance"].min()).all()


def test_the_report_reads_well() -> None:
    table, y = _world(1000, 9)
    report = ml.monitor(_model(), table.with_columns(pl.col("budget") * 9), y)
    assert str(report) == report.explain()
    assert max(map(len, str(report).splitlines())) <= 80
    assert "fit the model again" in report._repr_html_()
    assert json.loads(json.dumps(report.to_dict()))["retrain"] is True
    assert report.to_dict()["features"][0]["feature"] == "budget"


def test_tables_of_any_library_give_the_same_report() -> None:
    table, y = _world(500, 10)
    ours = ml.monitor(_model(), table, y)
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(table.to_dict(as_series=False))
    for other in (frame, table.to_arrow(), table.select("demo", pl.lit(1).alias("x"), "source", "budget", "pages")):
        assert ml.monitor(_model(), other, y).features.equals(ours.features)


def test_arrays_and_estimators_of_the_user() -> None:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(3000, 2))
    y = np.where(chance.random(3000) < expit(x[:, 0] - 2), "yes", "no")
    model = ml.PropensityModel(make_pipeline(StandardScaler(), LogisticRegression())).fit(x, y)
    report = ml.monitor(model, x[:500] + np.array([0, 5]), y[:500])
    assert report.features["feature"].to_list()[0] == "x1"
    assert report.conversions == (y[:500] == "yes").sum()


def test_where_nothing_was_held_back_it_is_said() -> None:
    table, y = _world(1500, 11)
    model = ml.PropensityModel(calibration="none").fit(table, y)
    report = ml.monitor(model, *_world(1000, 12))
    assert not len(report.scores)
    assert any(note.startswith("Nothing was held back") for note in report.notes)
    assert report.figures.filter(measure="ROC AUC")["before"].to_list() == [None]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda table, y: {"recent": table.drop("pages")}, "missing-column"),
        (lambda table, y: {"recent": table.with_columns(pl.lit("many").alias("pages"))}, "wrong-type"),
        (lambda table, y: {"recent": table.with_columns(pl.lit(np.inf).alias("budget"))}, "wrong-type"),
        (lambda table, y: {"recent": 3}, "wrong-type"),
        (lambda table, y: {"recent": table.head(0)}, "no-rows"),
        (lambda table, y: {"recent": np.ones((3, 9))}, "wrong-width"),
        (lambda table, y: {"y": y[:-1]}, "bad-argument"),
        (lambda table, y: {"y": y + 5}, "unknown-class"),
        (lambda table, y: {"groups": y[:-1]}, "bad-argument"),
        (lambda table, y: {"min_rows": 0}, "bad-argument"),
        (lambda table, y: {"confidence": 95}, "bad-argument"),
        (lambda table, y: {"model": LogisticRegression()}, "wrong-type"),
    ],
)
def test_what_does_not_fit_is_told(change: Any, code: str) -> None:
    table, y = _world(300, 13)
    with pytest.raises(InputError) as caught:
        ml.monitor(**{"model": _model(), "recent": table, "y": y, **change(table, y)})
    assert caught.value.code == code


def test_index_and_its_expectation_by_chance() -> None:
    chance = np.random.default_rng(0)
    shares = np.full(10, 0.1)
    drawn = [psi(chance.multinomial(2000, shares) / 2000, chance.multinomial(500, shares) / 500) for _ in range(2000)]
    rows = pl.DataFrame({"x": chance.random(2000)})
    reference = reference_of(rows, {"x": ValueType.NUMBER}).filter(pl.col("bin") != "missing")
    assert len(reference) == 10
    table = stability_table(reference_of(rows, {"x": ValueType.NUMBER}), rows.head(500), confidence=0.99)
    expected, by_chance = table.select("expected", "by_chance").row(0)
    assert expected == pytest.approx(10 * (1 / 500 + 1 / 2000))
    assert np.mean(drawn) == pytest.approx(expected * 9 / 10, rel=0.05)
    assert np.mean(np.array(drawn) < by_chance) >= 0.985


def test_errors_are_those_of_repeated_draws() -> None:
    chance = np.random.default_rng(1)
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(120):
        groups = np.repeat(np.arange(200), 3)
        odds = np.repeat(chance.normal(-1, 1, 200), 3)
        y = np.repeat(chance.random(200), 3) < expit(odds)  # the rows of a contact go the same way
        for figure in (rate, area, observed_to_expected, slope):
            given = (y.astype(float), groups) if figure is rate else (y.astype(float), expit(odds), groups)
            one = figure(*given)  # type: ignore[operator]
            found.setdefault(figure.__name__, []).append((one.value, one.error))
    for values in found.values():
        drawn, errors = np.array(values).T
        assert errors.mean() == pytest.approx(drawn.std(), rel=0.2)


@pytest.mark.skipif(not BANK.is_dir(), reason="the data of the bank do not lie beside the project")
def test_a_bank_after_a_crisis() -> None:
    bank = datasets.bank_marketing(BANK, variant="additional")
    with pytest.warns(ml.UndatedWarning):
        data = ml.training_set(
            bank.policy, bank.contacts, outcome=bank.outcome, features=bank.features, time="created_at"
        )
    model = ml.PropensityModel().fit(data.before(datetime(2008, 11, 1, tzinfo=UTC)))
    report = ml.monitor(model, data.since(datetime(2010, 1, 1, tzinfo=UTC)))
    assert report.retrain
    assert set(report.features.head(5)["verdict"]) == {"moved"}


def test_a_model_whose_rate_fell_while_it_was_trained_is_not_alarmed_by_its_own_rows() -> None:
    parts = [_world(2_000, seed, level=-1.5 if seed < 3 else -2.5) for seed in range(6)]
    table, y = pl.concat([one for one, _ in parts]), np.concatenate([one for _, one in parts])
    times = np.datetime64("2026-01-01") + np.repeat(np.arange(6), 2_000) * np.timedelta64(30, "D")
    model = ml.PropensityModel().fit(table, y, times=times)
    assert "at the level of" in model.how_
    last = times == times.max()
    found = ml.monitor(model, table.filter(pl.Series(last)), y[last])
    assert not found.retrain, str(found)
