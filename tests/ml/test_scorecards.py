from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score
from support.engines import Record, Reference
from support.scorecard_rows import FEATURES, POLICY, made, of_rows

from leadqual import Contact, Policy, frames, policies
from leadqual.errors import InputError, PolicyError
from leadqual.ml.scorecards.learning import learn_scorecard
from leadqual.ml.scorecards.scorecard import Scorecard
from leadqual.ml.training.data import TrainingSet
from leadqual.testing.files.load import load_cases
from leadqual.testing.running import run

AT = datetime(2026, 11, 22, tzinfo=UTC)
NOTHING = pl.DataFrame(
    schema={
        "contact_id": pl.String,
        "interaction_id": pl.String,
        "kind": pl.String,
        "occurred_at": pl.Datetime("us", "UTC"),
    }
)
Row = dict[str, Any]


class Chance:
    """A classifier that knows the age alone, and how many rows it was fitted on."""

    def __init__(self) -> None:
        self.rows = 0

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {}

    def fit(self, X: pl.DataFrame, y: Any) -> Chance:  # noqa: N803
        self.rows = len(X)
        return self

    def predict_proba(self, X: pl.DataFrame) -> Any:  # noqa: N803
        chance = X["contact.age"].to_numpy() / 100
        return np.column_stack([1 - chance, chance])


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return made()


@pytest.fixture(scope="module")
def card(data: TrainingSet) -> Scorecard:
    return learn_scorecard(data)


def as_contacts(rows: pl.DataFrame) -> pl.DataFrame:
    fields = {name: name.removeprefix("contact.") for name in FEATURES}
    return rows.select(pl.Series("contact_id", [f"c-{place}" for place in range(len(rows))]), *FEATURES).rename(fields)


def at_the_edges(card: Scorecard) -> pl.DataFrame:
    """Return rows with every threshold, and the floats next to it, and what is unknown or was never seen."""
    edges: dict[str, list[Any]] = {name: [None] for name in FEATURES}
    for part in card.parts:
        for one in part.bins:
            for limit in (getattr(one, "low", None), getattr(one, "high", None)):
                if limit is not None:
                    edges[part.feature] += [np.nextafter(limit, -np.inf), float(limit), np.nextafter(limit, np.inf)]
            edges[part.feature] += list(getattr(one, "values", ()))
    edges["contact.plan"] += ["never seen", "basic"]
    edges["contact.owner"] = [None, True, False]
    size = max(map(len, edges.values()))
    kinds = {"number": pl.Float64, "text": pl.String, "boolean": pl.Boolean}
    columns = [pl.Series(name, (edges[name] * size)[:size], dtype=kinds[str(FEATURES[name])]) for name in FEATURES]
    return pl.DataFrame(columns)


def test_the_policy_gives_what_the_bins_give(card: Scorecard, data: TrainingSet) -> None:
    rows = pl.concat([at_the_edges(card), data.rows.select(*FEATURES).head(300)])
    expected = card.points_of(rows).to_list()
    read = Policy.loads(card.policy.to_yaml())
    contacts = as_contacts(rows)
    assert frames.score(read, contacts, NOTHING, at=AT)["score.propensity"].to_list() == expected
    assert read == card.policy
    for engine in (Reference(), Record()):
        for row, points in list(zip(contacts.to_dicts(), expected, strict=True))[:80]:
            known = {name: value for name, value in row.items() if name != "contact_id" and value is not None}
            who = Contact(id=row["contact_id"], attributes=known)
            assert engine.score(read, "propensity", who, [], AT).value == points
    assert len(set(expected)) > 5


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "age": st.none() | st.floats(-10, 200),
            "budget": st.none() | st.floats(0, 1000),
            "plan": st.none() | st.sampled_from(["basic", "team", "pro", "it's big", "other"]),
            "owner": st.none() | st.booleans(),
        }
    )
)
def test_any_contact_gets_the_points_of_its_bins(card: Scorecard, row: Row) -> None:
    table = pl.DataFrame(
        {f"contact.{name}": [value] for name, value in row.items()},
        schema={"contact.age": pl.Float64, "contact.budget": pl.Float64, "contact.plan": pl.String,
                "contact.owner": pl.Boolean},
    )  # fmt: skip
    who = Contact(id="c-1", attributes={name: value for name, value in row.items() if value is not None})
    assert card.policy.evaluate("score.propensity", who, [], at=AT) == card.points_of(table)[0]


def test_it_finds_what_matters(card: Scorecard) -> None:
    assert {part.feature for part in card.parts} == {"contact.age", "contact.budget", "contact.plan", "contact.owner"}
    assert set(card.left_out) == {"contact.noise", "contact.hobby"}
    whens = {str(rule.when) for rule in card.rules.rules}
    assert "30 <= contact.age < 60" in whens
    assert "contact.owner" in whens
    best = {rule.id: rule.points for rule in card.rules.rules}
    assert best["age-30-60"] > best.get("age-from-60", 0)
    assert all(rule.points == int(rule.points) > 0 for rule in card.rules.rules)


def test_the_range_holds_every_sum(card: Scorecard) -> None:
    most = sum(max(part.points) for part in card.parts)
    assert card.rules.range[0] == 0
    assert 0.8 * card.rules.range[1] <= most <= card.rules.range[1]
    assert all(min(part.points) == 0 for part in card.parts)


def test_the_table_of_points_counts_the_rows_that_were_learned_from(card: Scorecard, data: TrainingSet) -> None:
    early = data.before(data.cutoffs[6])  # the last two of eight cutoffs are the quarter that is kept back
    for part in card.parts:
        mine = card.points.filter(feature=part.feature)
        assert mine["rows"].sum() == len(early)
        assert mine["converted"].sum() == early.conversions
    first = card.points.filter(feature="contact.owner", bin="true").row(0, named=True)
    owners = early.rows.filter(pl.col("contact.owner"))
    assert (first["rows"], first["converted"]) == (len(owners), owners["converted"].sum())


def test_descriptions_say_how_many_converted(card: Scorecard) -> None:
    row = card.points.filter(feature="contact.owner", bin="true").row(0, named=True)
    rule = next(rule for rule in card.rules.rules if rule.id == "owner-true")
    assert rule.description == f"{row['converted']:,} of {row['rows']:,} converted ({row['rate']:.1%})."


def test_probabilities_rise_with_points_and_are_about_right(card: Scorecard, data: TrainingSet) -> None:
    line = card.probability(np.arange(card.rules.range[1] + 1))
    assert (np.diff(line) > 0).all()
    late = data.since(data.cutoffs[6])
    chance = card.probability(card.points_of(late.rows).to_numpy())
    assert chance.mean() == pytest.approx(late.y.mean(), abs=0.03)
    assert isinstance(card.probability(5), float)
    bands = card.calibration
    assert bands["from"].to_list() == [0, *(one + 1 for one in bands["to"].to_list()[:-1])]
    assert bands["judged_rows"].sum() == len(late)


def test_what_it_loses_is_measured_on_the_rows_kept_back(data: TrainingSet) -> None:
    model = Chance()
    card = learn_scorecard(data, model=model)
    late = data.since(data.cutoffs[6])
    points = card.points_of(late.rows).to_numpy()
    row = {one["measure"]: one for one in card.comparison.to_dicts()}
    assert row["roc_auc"]["scorecard"] == pytest.approx(roc_auc_score(late.y, points))
    assert row["roc_auc"]["model"] == pytest.approx(roc_auc_score(late.y, late.rows["contact.age"]))
    assert row["brier"]["scorecard"] == pytest.approx(brier_score_loss(late.y, card.probability(points)))
    for one in row.values():
        assert one["difference"] == pytest.approx(one["scorecard"] - one["model"])
        assert one["low"] < one["difference"] < one["high"]
    assert row["roc_auc"]["low"] > 0.05  # age alone says little
    assert model.rows == 0  # a clone was fitted


def test_a_fitted_model_is_used_as_it_is_with_rows_of_its_own_to_judge(data: TrainingSet) -> None:
    early, late = data.before(data.cutoffs[6]), data.since(data.cutoffs[6])
    card = learn_scorecard(early, model=Chance(), holdout=late)
    assert card.comparison["model"][0] == pytest.approx(roc_auc_score(late.y, late.rows["contact.age"]))
    assert "later than those learned from" in " ".join(card.notes)
    assert card.points.filter(feature="contact.age")["rows"].sum() == len(early)


def test_without_times_contacts_are_drawn_by_lot_and_it_says_so(data: TrainingSet) -> None:
    table = data.rows.with_columns(cutoff=pl.lit(None).cast(pl.Datetime("us", "UTC")))
    card = learn_scorecard(of_rows(table, timed=False))
    assert "by lot" in " ".join(card.notes)
    assert {part.feature for part in card.parts} >= {"contact.age", "contact.plan"}


def test_the_same_seed_gives_the_same(data: TrainingSet, card: Scorecard) -> None:
    assert learn_scorecard(data).policy.content_hash == card.policy.content_hash


def test_a_direction_is_kept(data: TrainingSet) -> None:
    for direction in (1, -1):
        card = learn_scorecard(data, monotone={"contact.age": direction})
        part = next((one for one in card.parts if one.feature == "contact.age"), None)
        points = [] if part is None else [worth for one, worth in zip(part.bins, part.points, strict=True)]
        assert points == sorted(points, reverse=direction < 0)
        assert direction < 0 or len(points) == 2  # from 30 on; what comes after 60 may not fall


def test_few_rules_and_the_points_that_were_asked_for(data: TrainingSet) -> None:
    card = learn_scorecard(data, max_rules=3, points=100)
    assert 1 <= len(card.rules.rules) <= 3
    assert card.rules.range == (0, 100)
    assert any("more than 3" in why for why in card.left_out.values())


def test_it_joins_a_policy_and_changes_nothing_else(card: Scorecard) -> None:
    minimal = policies.minimal().model_copy(update={"fields": POLICY.fields})
    joined = card.into(minimal)
    assert joined.scores["propensity"] == card.rules
    left = {name: spec for name, spec in joined.scores.items() if name != "propensity"}
    assert joined.model_copy(update={"scores": left}) == minimal
    with pytest.raises(InputError) as error:
        card.into(joined)
    assert error.value.code == "already-declared"
    assert card.into(joined, replace=True) == joined
    with pytest.raises(PolicyError):
        card.into(policies.minimal())  # has no such fields


def test_scores_that_are_read_come_along() -> None:
    source = made(seed=3)
    policy = policies.sales().model_copy(update={"fields": {**policies.sales().fields, **POLICY.fields}})
    rows = source.rows.rename({"contact.age": "score.intent"})
    features = {"score.intent": FEATURES["contact.age"], "contact.plan": FEATURES["contact.plan"]}
    card = learn_scorecard(replace(source, policy=policy, rows=rows, features=features))
    assert list(card.policy.scores)[-1] == "propensity"
    assert "intent" in card.policy.scores
    assert "loyalty" not in card.policy.scores
    assert not card.policy.stages


def test_its_tests_pass_and_notice_every_threshold(card: Scorecard, tmp_path: Path) -> None:
    Path(tmp_path, "scorecard.yaml").write_text(card.policy.to_yaml(), encoding="utf-8")
    path = Path(tmp_path, "scorecard.policytest.yaml")
    path.write_text(card.tests(), encoding="utf-8")
    cases = load_cases(path).cases
    assert len(cases) > 8
    assert all(run(card.policy, case).passed for case in cases)
    for rule in card.rules.rules:
        others = tuple(one for one in card.rules.rules if one.id != rule.id)
        rules = card.rules.model_copy(update={"rules": others})
        without = card.policy.model_copy(update={"scores": {"propensity": rules}})
        assert any(not run(without, case).passed for case in cases), rule.id


def test_a_person_can_read_it(card: Scorecard) -> None:
    text = str(card)
    assert max(map(len, text.splitlines())) <= 80
    for said in ("contact.age", "30 to below 60", "ROC AUC", "Left out", "contact.noise"):
        assert said in text
    assert "<script" not in card._repr_html_()
    assert set(card.to_dict()) >= {"policy", "points", "calibration", "comparison", "left_out", "notes"}


def bad(data: TrainingSet, **arguments: Any) -> set[str]:
    with pytest.raises(InputError) as error:
        learn_scorecard(data, **arguments)
    return {problem.code for problem in error.value.problems}


def test_all_that_is_wrong_is_told_at_once(data: TrainingSet) -> None:
    with pytest.raises(InputError) as error:
        learn_scorecard(
            data,
            score="no name",
            features=["contact.age", "contact.agee", "contact.plan"],
            monotone={"contact.plan": 1, "contact.age": 2, "contact.hobby": 1},
            bins=1,
            points=1,
            min_share=0.9,
            max_rules=0,
        )
    places = [(problem.code, problem.place.source) for problem in error.value.problems]
    assert places == [
        ("bad-argument", "bins"),
        ("bad-argument", "max_rules"),
        ("bad-argument", "points"),
        ("bad-argument", "min_share"),
        ("bad-name", "score"),
        ("unknown-feature", "features"),
        ("bad-argument", "monotone"),
        ("bad-argument", "monotone"),
        ("unknown-feature", "monotone"),
    ]
    assert "contact.age" in str(error.value)


def test_labels_that_tell_nothing_are_refused_with_the_number_that_is_needed(data: TrainingSet) -> None:
    assert bad(of_rows(data.rows.with_columns(converted=pl.lit(value=False)))) == {"one-class"}
    few = of_rows(pl.concat([data.rows.filter("converted").head(20), data.rows.filter(~pl.col("converted"))]))
    with pytest.raises(InputError) as error:
        learn_scorecard(few)
    (problem,) = error.value.problems
    assert (problem.code, problem.found, problem.expected) == ("too-few-conversions", "20", "at least 30")


def test_features_that_tell_nothing_are_refused(data: TrainingSet) -> None:
    assert bad(data, features=["contact.noise", "contact.hobby"]) == {"nothing-learned"}


def test_what_is_no_training_set_or_no_classifier_is_refused(data: TrainingSet) -> None:
    assert bad(data.rows) == {"wrong-type"}  # type: ignore[arg-type]
    assert bad(data, holdout=data.rows) == {"wrong-type"}
    assert bad(data, model="a model") == {"not-a-classifier"}
    lacking = replace(data, features={"contact.age": FEATURES["contact.age"]})
    assert bad(data, holdout=lacking) == {"missing-column"}


def test_what_no_score_may_read_is_left_out_or_refused(data: TrainingSet) -> None:
    policy = Policy(
        **{**{name: getattr(POLICY, name) for name in Policy.model_fields},
           "stages": {"lead": {"initial": True}, "won": {"final": True}},
           "transitions": [{"id": "won", "source": "lead", "target": "won", "event": "purchase"}]}
    )  # fmt: skip
    rows = data.rows.rename({"contact.hobby": "stage"})
    features = {("stage" if name == "contact.hobby" else name): kind for name, kind in FEATURES.items()}
    staged = replace(data, policy=policy, rows=rows, features=features)
    assert "stage" in learn_scorecard(staged).left_out
    assert bad(staged, features=["stage"]) == {"circular"}


def test_always_missing_and_constant_features_are_named(data: TrainingSet) -> None:
    rows = data.rows.with_columns(pl.lit(None, pl.Float64).alias("contact.noise"), pl.lit("x").alias("contact.hobby"))
    left_out = learn_scorecard(of_rows(rows)).left_out
    assert left_out == {"contact.noise": "always missing", "contact.hobby": "always the same"}
