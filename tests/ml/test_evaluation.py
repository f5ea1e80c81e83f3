"""Scorers judged side by side: what the report says is what its rows hold, and what it sees is there."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import metrics
from support.judged_rows import FEATURES, POLICY, TEXT, LogModel, simulated, training_rows

from leadqual import BlendScorer, Policy, RuleScorer, Score, frames
from leadqual.conditions.parse import parse_condition
from leadqual.datasets import demo
from leadqual.errors import InputError, UnknownNameError
from leadqual.ml.evaluation.evaluating import evaluate
from leadqual.ml.evaluation.report import Evaluation
from leadqual.ml.evaluation.stability import reference_of
from leadqual.ml.training.building import training_set
from leadqual.ml.training.data import TrainingSet
from leadqual.ml.warnings import UndatedWarning


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return simulated(seed=2)


@pytest.fixture(scope="module")
def model() -> LogModel:
    return LogModel().fit(simulated(seed=1))


@pytest.fixture(scope="module")
def report(data: TrainingSet, model: LogModel) -> Evaluation:
    scorers = {"model": model, "rules": "score.fit", "size": "company.employees"}
    return evaluate(data, scorers, slices=["contact.country"], resamples=120)


def of(table: pl.DataFrame, **where: Any) -> dict[str, Any]:
    return table.filter(*(pl.col(name) == value for name, value in where.items())).row(0, named=True)


def test_the_measures_are_those_of_scikit_learn(report: Evaluation, data: TrainingSet, model: LogModel) -> None:
    y, p = data.y, model.predict_proba(data.X)[:, 1]
    found = of(report.measures, scorer="model")
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(y, p))
    assert found["pr_auc"] == pytest.approx(metrics.average_precision_score(y, p))
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(y, p))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(y, p))
    assert found["mean_prediction"] == pytest.approx(p.mean())
    assert (found["rows"], found["contacts"], found["conversions"]) == (1800, 600, y.sum())
    for name in ("roc_auc", "pr_auc", "brier", "log_loss", "within_auc"):
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_rules_are_those_of_the_table_engine(report: Evaluation, data: TrainingSet) -> None:
    expected = pl.when(pl.col("company.employees") >= 50).then(30.0).otherwise(0.0)
    assert report.rows["rules"].to_list() == data.rows.select(expected).to_series().to_list()
    assert report.rows["size"].to_list() == data.rows["company.employees"].to_list()
    found = of(report.measures, scorer="rules")
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(data.y, report.rows["rules"].to_numpy()))


def test_points_have_no_brier_score_and_the_report_says_why(report: Evaluation) -> None:
    for name in ("rules", "size"):
        found = of(report.measures, scorer=name)
        assert found["probabilities"] is False
        assert {found[one] for one in ("brier", "log_loss", "ece", "slope", "gap", "mean_prediction")} == {None}
    assert report.why_not["rules"] == "points by rules are no probabilities"
    assert "since points by rules are no probabilities: rules." in " ".join(str(report).split())
    assert set(report.calibration["scorer"]) == {"model"}


def test_differences_are_paired(report: Evaluation) -> None:
    found = of(report.differences, scorer="rules", measure="roc_auc")
    one, other = (of(report.measures, scorer=name) for name in ("model", "rules"))
    assert found["difference"] == pytest.approx(other["roc_auc"] - one["roc_auc"])
    assert found["low"] < found["difference"] < found["high"]
    alone = np.hypot(*(row["roc_auc_high"] - row["roc_auc_low"] for row in (one, other)))
    assert found["high"] - found["low"] < alone
    assert not len(report.differences.filter(pl.col("measure") == "brier"))


def test_two_that_are_the_same_do_not_differ(data: TrainingSet, model: LogModel) -> None:
    found = evaluate(data, {"a": model, "b": model}, resamples=30)
    assert found.differences.select(pl.col("difference", "low", "high").abs().max()).row(0) == (0, 0, 0)
    assert "brier" in found.differences["measure"].to_list()
    assert any("Which of b and a ranks better, these rows do not tell" in one for one in found.findings)


def test_a_group_that_is_served_badly_is_seen(report: Evaluation) -> None:
    """DE converts more than the model knows, and by what the model does not know."""
    found = {row["value"]: row for row in report.slices.filter(pl.col("scorer") == "model").to_dicts()}
    assert list(found) == ["ID", "DE", "SG", "MY"]
    assert found["DE"]["gap_high"] < -0.1
    assert found["DE"]["auc_low"] < 0.5 < found["ID"]["auc_low"]
    assert [found[name]["small"] for name in found] == [False, False, False, True]
    said = "\n".join(report.findings)
    assert "model is too low for contact.country = DE" in said
    assert "model ranks worse within contact.country = DE" in said
    assert "worse within contact.country = ID" not in said
    assert "= MY" not in said
    assert "MY *" in str(report)


def test_no_group_is_accused_by_chance(model: LogModel) -> None:
    """Groups that are drawn by lot, where the model is right: one report in twenty may accuse one of them."""
    accused = 0
    for seed in range(5):
        data = simulated(number=200, cutoffs=2, seed=100 + seed)
        rows = data.rows.filter(pl.col("contact.country") != "DE")
        lot = np.random.default_rng(seed).choice(["a", "b", "c", "d", "e"], len(rows))
        lots = training_rows(
            rows.with_columns(pl.Series("contact.city", lot)), features={**FEATURES, "contact.city": TEXT}
        )
        told = evaluate(lots, model, slices="contact.city", resamples=40)
        assert set(told.slices["value"]) == set("abcde")
        accused += any("contact.city" in one for one in told.findings)
    assert accused <= 1


def test_slices_hold_every_row(report: Evaluation) -> None:
    sums = report.slices.group_by("scorer").agg(pl.col("rows", "conversions").sum())
    assert set(sums["rows"]) == {1800}
    assert set(sums["conversions"]) == {of(report.measures, scorer="model")["conversions"]}


def test_every_cutoff_is_judged_by_itself(report: Evaluation, data: TrainingSet) -> None:
    table = report.by_time.filter(pl.col("scorer") == "model")
    assert table["cutoff"].to_list() == list(data.cutoffs)
    for row in table.to_dicts():
        mine = report.rows.filter(pl.col("cutoff") == row["cutoff"])
        y, p = mine["converted"].to_numpy(), mine["model"].to_numpy()
        assert row["auc"] == pytest.approx(metrics.roc_auc_score(y, p))
        assert row["brier"] == pytest.approx(metrics.brier_score_loss(y, p))
        assert (row["rate"], row["mean_prediction"]) == pytest.approx((y.mean(), p.mean()))


def test_calibration_holds_every_row_in_tenths(report: Evaluation) -> None:
    assert report.calibration["rows"].to_list() == [180] * 10
    assert report.calibration["mean_prediction"].is_sorted()
    assert (report.calibration["rate_low"] <= report.calibration["rate"]).all()


def test_probabilities_that_are_too_high_on_the_whole_are_seen(data: TrainingSet) -> None:
    high = training_rows(data.rows.with_columns(pl.lit(0.9).alias("company.employees")))

    class Sure:
        classes_ = (False, True)

        def predict_proba(self, table: pl.DataFrame) -> Any:
            return np.column_stack([np.full(len(table), 0.1), table["company.employees"].to_numpy()])

    found = evaluate(high, Sure(), resamples=30)
    assert found.scorers == ("Sure",)
    assert any("The probabilities of Sure are too high on the whole" in one for one in found.findings)
    assert of(found.measures)["slope"] is None


def test_rows_without_a_number_are_counted_and_ranked_last(data: TrainingSet) -> None:
    holes = data.rows.with_columns(
        pl.when(pl.col("converted")).then(None).otherwise(pl.col("company.employees")).alias("company.employees")
    )
    found = evaluate(training_rows(holes), "company.employees", resamples=20)
    row = of(found.measures)
    assert (row["abstained"], row["roc_auc"]) == (int(data.y.sum()), 0.0)
    assert f"gave no number for {row['abstained']} of 1,800 rows: they are ranked last" in " ".join(str(found).split())
    assert found.rows["company.employees"].null_count() == row["abstained"]


@pytest.mark.parametrize(("value", "said"), [(False, "Nobody of"), (True, "All of")])
def test_one_class_only_is_told(data: TrainingSet, model: LogModel, value: bool, said: str) -> None:
    rows = data.rows.head(50).with_columns(pl.lit(value).alias("converted"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = evaluate(training_rows(rows), model, slices="contact.country", resamples=20)
    assert of(found.measures)["roc_auc"] is None
    assert found.notes[0].startswith(said)
    assert json.dumps(found.to_dict(), allow_nan=False)
    found.plot()


def test_few_conversions_are_told(data: TrainingSet, model: LogModel) -> None:
    few = evaluate(training_rows(data.rows.head(60)), model, resamples=20)
    assert "too few for fine differences" in few.notes[0]


def test_the_same_seed_gives_the_same_report(data: TrainingSet, model: LogModel) -> None:
    first, again, other = (evaluate(data, model, resamples=30, random_state=seed).to_dict() for seed in (3, 3, 4))
    assert first == again
    assert first["measures"] != other["measures"]


def test_the_report_as_text_html_and_data(report: Evaluation) -> None:
    text = str(report)
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("Evaluation of 3 scorers: purchase within 90d\n")
    html = report._repr_html_()
    assert "<script" not in html
    assert "rules by contact.country" in html
    plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert plain["scorers"] == {"model": "score.model", "rules": "score.fit", "size": "company.employees"}
    assert len(plain["gains"]) == 3 * 23


def test_an_export_is_told_that_time_is_not_vouched_for(data: TrainingSet, model: LogModel) -> None:
    rows = data.rows.head(600).with_columns(pl.lit(None).alias("cutoff"))
    found = evaluate(training_rows(rows, timed=False), {"model": model, "rules": "score.fit"}, resamples=20)
    assert any("nobody vouches for" in " ".join(note.split()) for note in found.notes)
    assert found.by_time["cutoff"].to_list() == [None, None]
    assert (
        found.rows["rules"].to_list() == evaluate(data, "score.fit", resamples=20).rows["score.fit"].head(600).to_list()
    )


def test_rules_read_the_fields_of_an_export() -> None:
    """A field of the contact is a feature under its full name, and a column without it."""
    rule = {"id": "old", "when": "contact.age >= 60", "points": 5}
    fields = {"age": {"type": "number"}, "won": {"type": "boolean"}}
    policy = Policy(name="ages", fields=fields, scores={"old": {"range": [0, 10], "rules": [rule]}})
    ages = [20.0, 60.0, 45.0, 70.0] * 10
    export = pl.DataFrame(
        {
            "contact_id": [f"c-{place}" for place in range(40)],
            "age": ages,
            "won": [place % 3 == 0 for place in range(40)],
        }
    )
    with pytest.warns(UndatedWarning):
        rows = training_set(policy, export, outcome="contact.won", features=["contact.age"])
    found = evaluate(rows, {"rules": "score.old", "object": RuleScorer(policy, "old")}, resamples=20)
    assert found.rows["rules"].to_list() == found.rows["object"].to_list() == [0, 5, 0, 5] * 10
    assert found.absent == {"object": ()}


def test_what_an_export_lacks_is_told(data: TrainingSet) -> None:
    lacking = training_rows(
        data.rows.drop("company.employees"), features={"contact.country": FEATURES["contact.country"]}
    )
    found = evaluate(lacking, {"score.fit": "score.fit", "object": RuleScorer(POLICY, "fit")}, resamples=20)
    assert found.absent == {"score.fit": ("company.employees",), "object": ()}
    assert "object saw of each contact the features of these rows, and nothing else." in found.notes
    assert any("company.employees" in note and "missing" in note for note in found.notes)


def test_features_that_have_moved_are_told(data: TrainingSet, model: LogModel) -> None:
    learned = simulated(seed=1)
    reference = reference_of(learned.rows, learned.features)
    same = evaluate(data, model, reference=reference, resamples=20)
    assert set(same.stability["verdict"]) == {"stable"}
    other = training_rows(data.rows.with_columns(pl.col("company.employees") * 5))
    moved = evaluate(other, model, reference=reference, resamples=20)
    assert any("company.employees has moved away" in one for one in moved.findings)
    kept = LogModel().fit(learned)
    kept.reference_ = reference  # type: ignore[attr-defined]
    assert evaluate(data, kept, resamples=20).stability.equals(same.stability)


class Halved:
    """A scorer object that abstains where no size is known, with a range that is no probability."""

    name = "halved"
    range = (0.0, 1e6)

    def score(self, contact: Any, history: Any, *, at: Any) -> Score:
        size = None if contact.company is None else contact.company.employees
        return Score(name=self.name, value=None if size is None else size / 2)

    def score_frame(self, contacts: pl.DataFrame, interactions: pl.DataFrame, *, at: Any) -> pl.DataFrame:
        return contacts.select("contact_id", (pl.col("company.employees") / 2).alias("score"))


def test_objects_and_expressions_are_asked_at_each_cutoff() -> None:
    """What they say at a cutoff is what the policy says of the tables of then, and not of later."""
    contacts, interactions = demo(contacts=300).frames()
    policy = Policy(
        name="heat",
        scores={
            "heat": {
                "range": [0, 100],
                "rules": [{"id": "seen", "each": "page_viewed", "points": 5, "half_life": "30d"}],
            }
        },
    )
    end = interactions["occurred_at"].max()
    assert isinstance(end, datetime)
    cutoffs = [datetime(end.year, month, 1, tzinfo=UTC) for month in (2, 4)]
    data = training_set(
        policy, contacts, interactions, outcome="demo_requested", horizon="60d", cutoffs=cutoffs,
        features=["count(page_viewed)"],
    )  # fmt: skip
    rules = RuleScorer(policy, "heat")
    blend = BlendScorer("blend", [rules, rules])
    found = evaluate(
        data, {"text": "score.heat", "rules": rules, "blend": blend, "views": "count(page_viewed)"}, resamples=20
    )
    assert set(found.why_not) == {"text", "rules", "blend", "views"}
    for cutoff in data.cutoffs:
        then = interactions.filter(pl.col("occurred_at") <= cutoff)
        expected = frames.score(policy, contacts, then, at=cutoff).select("contact_id", "score.heat")
        mine = found.rows.filter(pl.col("cutoff") == cutoff).join(expected, on="contact_id", how="left")
        for name in ("text", "rules", "blend"):
            assert mine[name].to_list() == pytest.approx(mine["score.heat"].to_list())
    assert found.rows["views"].to_list() == data.rows["count(page_viewed)"].to_list()
    sizes = evaluate(data, Halved(), slices={"land": "contact.country"}, resamples=20)
    known = dict(contacts.select("contact_id", "company.employees").iter_rows())
    assert sizes.rows["halved"].to_list() == [
        None if known[one] is None else known[one] / 2 for one in sizes.rows["contact_id"]
    ]
    assert set(sizes.slices["field"]) == {"land"}


def test_everything_wrong_is_told_at_once(data: TrainingSet) -> None:
    with pytest.raises(InputError) as error:
        evaluate(
            data, {"a": 3, "cutoff": "score.fit"}, capacity=0, slices=["contact.nothing"], confidence=2, resamples=3,
            random_state=-1,
        )  # fmt: skip
    assert [problem.place.source for problem in error.value.problems] == [
        "scorers", "scorers", "slices", "capacity", "confidence", "resamples", "random_state",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scorers", "code"),
    [
        ({}, "no-scorers"),
        ("score.nothing", "unknown-field"),
        ("contact.country", "not-a-scorer"),
        ("1 +", "bad-syntax"),
        (LogModel, "not-a-scorer"),
    ],
)
def test_what_is_no_scorer_is_refused(data: TrainingSet, scorers: Any, code: str) -> None:
    with pytest.raises(InputError) as error:
        evaluate(data, scorers, resamples=20)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("classes", "error_of", "code"),
    [((), None, "not-fitted"), ((2, 3), None, "unknown-class"), ((0, 1), ValueError("no texts"), "bad-feature")],
)
def test_a_classifier_that_gives_nothing_is_refused(data: TrainingSet, classes: Any, error_of: Any, code: str) -> None:
    class Bad:
        classes_ = classes

        def predict_proba(self, table: Any) -> Any:
            if error_of is not None:
                raise error_of
            return np.zeros((len(table), 2))

    with pytest.raises(InputError) as error:
        evaluate(data, {"bad": Bad()}, resamples=20)
    assert error.value.code == code


def test_data_and_names_of_another_kind_are_refused(report: Evaluation) -> None:
    with pytest.raises(InputError, match="these are no rows to judge on"):
        evaluate(pl.DataFrame(), "score.fit")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        report.named("other")
    assert POLICY.ref == report.policy


@pytest.mark.parametrize(
    ("name", "score"), [("model", "score.model"), ("my model 2", "score.my_model_2"), ("2nd", "score.model_2nd")]
)
def test_a_score_has_a_name_that_conditions_can_use(data: TrainingSet, model: LogModel, name: str, score: str) -> None:
    found = evaluate(data, {name: model}, resamples=20)
    assert found.expressions == {name: score}
    assert str(parse_condition(found.expressions[name])) == score
