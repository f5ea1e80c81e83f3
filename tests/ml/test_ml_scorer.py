"""A model in a policy: one probability for a contact and for a table, with a ledger that adds up, only if asked for."""

from __future__ import annotations

import math
import pickle
from datetime import datetime
from functools import cache
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from support.engines import TABLES
from support.people import bought, contact, day, policy_of, viewed

from leadqual import BlendScorer, Contact, Interaction, ModelScorer, Policy, RuleScorer, frames
from leadqual.errors import ConditionError
from leadqual.ml import PropensityModel, training_set
from leadqual.ml.models.scorer import BASE, REST, PropensityScorer
from leadqual.testing import check_scorer

CHANCE = np.random.default_rng(1)
POLICY = policy_of(
    fields={"vip": {"type": "boolean"}, "budget": {"type": "number"}},
    scores={
        "heat": {
            "range": [0, 100],
            "rules": [
                {"id": "view", "each": "page_viewed", "points": 5},
                {"id": "home", "when": "contact.country == 'ID'", "points": 20},
            ],
        }
    },
    stages={"lead": {"initial": True}, "mql": {}},
    transitions=[{"id": "ripe", "source": "lead", "target": "mql", "when": "score.heat >= 90"}],
)
NEVER = "'partner' in contact.roles"
FEATURES = [
    *("contact.country", "company.employees", "contact.vip", "contact.budget", "score.heat", "count(page_viewed)"),
    NEVER,
]
AT = day(60)


def crowd() -> list[tuple[Contact, list[Interaction]]]:
    people = []
    for place in range(240):
        views = int(CHANCE.integers(0, 6))
        fields: dict[str, Any] = {"country": ("ID", "SG", None)[place % 3], "attributes": {}}
        if place % 4:
            fields["attributes"]["vip"] = bool(place % 2)
        if place % 5:
            fields["company"] = {"employees": int(CHANCE.integers(1, 500))}
        buys = CHANCE.random() < 0.08 + 0.1 * views
        history = [viewed(30 + one / 10, "/", f"v-{one}") for one in range(views)]
        who = contact(id=f"c-{place}", created_at=day(0), **fields)
        people.append((who, history + [bought(55 + place % 20, 5)] * buys))
    budgets = CHANCE.normal(size=len(people))
    return [
        (who.model_copy(update={"attributes": {**who.attributes, "budget": float(budget)}}), history)
        for (who, history), budget in zip(people, budgets, strict=True)
    ]


CROWD = crowd()
CONTACTS, INTERACTIONS = frames.from_models(
    [who for who, _ in CROWD], {who.id: history for who, history in CROWD}, policy=POLICY
)


@cache
def model(features: tuple[str, ...] = tuple(FEATURES)) -> PropensityModel:
    data = training_set(
        POLICY, CONTACTS, INTERACTIONS, cutoffs=day(54), horizon="30d", until=day(90), features=list(features)
    )
    return PropensityModel(few_conversions=20).fit(data)


def with_model(**given: Any) -> Policy:
    return POLICY.with_scorer("propensity", model(**given).as_scorer())


IN_MEMORY = [one for one in TABLES if one.name in ("Polars", "pandas", "pandas with Arrow", "PyArrow")]


@pytest.mark.parametrize("tables", IN_MEMORY, ids=lambda one: one.name)
def test_a_contact_and_a_table_get_the_same_probability_and_the_ledgers_add_up(tables: Any) -> None:
    policy = with_model()
    found = frames.score(policy, tables.into(CONTACTS), tables.into(INTERACTIONS), at=AT, ledger=True)
    table = nw.from_native(found, eager_only=True).to_polars()
    lines = [name for name in table.columns if name.startswith("score.propensity.")]
    assert lines == [f"score.propensity.{name}" for name in (BASE, *FEATURES)]
    for (who, history), row in zip(CROWD[::12], table.to_dicts()[::12], strict=True):
        score = policy.decide(who, history, at=AT).scores["propensity"]
        assert row["contact_id"] == who.id
        assert row["score.propensity"] == pytest.approx(score.value, abs=1.01e-6)
        assert sum(row[name] for name in lines) == pytest.approx(row["score.propensity"], abs=1e-6)
        assert math.fsum(line.points for line in score.ledger) == pytest.approx(score.value, abs=1e-9)
        told = {line.id: line.points for line in score.ledger}
        assert told[BASE] == pytest.approx(row[f"score.propensity.{BASE}"], abs=1.01e-6)
        for name in FEATURES:
            points = row[f"score.propensity.{name}"]
            assert told[name] == pytest.approx(points, abs=2e-6) if name in told else abs(points) <= 5.1e-4


def test_without_a_ledger_the_probability_is_the_same() -> None:
    policy = with_model()
    plain, told = (frames.score(policy, CONTACTS, INTERACTIONS, at=AT, ledger=one) for one in (False, True))
    assert plain["score.propensity"].to_list() == told["score.propensity"].to_list()
    assert [name for name in plain.columns if name.startswith("score.propensity.")] == []


def test_contributions_are_worked_out_only_where_a_ledger_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    policy, calls = with_model(), []
    asked = PropensityModel.contributions
    monkeypatch.setattr(PropensityModel, "contributions", lambda self, table: calls.append(1) or asked(self, table))
    frames.score(policy, CONTACTS, INTERACTIONS, at=AT)
    frames.evaluate(policy, {"ripe": "score.propensity > 0.3"}, CONTACTS, INTERACTIONS, at=AT)
    assert calls == []
    frames.score(policy, CONTACTS, INTERACTIONS, at=AT, ledger=True)
    assert calls == [1]


def test_the_lines_of_a_contact_are_the_largest_first_and_the_little_ones_together() -> None:
    scorer = model().as_scorer()
    for who, history in CROWD[:40]:
        score = scorer.score(who, history, at=AT)
        first, *lines = score.ledger
        assert first.id == BASE
        rest = [line for line in lines if line.id == REST]
        told = [line for line in lines if line.id != REST]
        assert [abs(line.points) for line in told] == sorted((abs(line.points) for line in told), reverse=True)
        assert all(abs(line.points) >= 5e-4 for line in told)
        assert rest in ([], lines[-1:])
        assert len(told) + (int(rest[0].description.split()[0]) if rest else 0) == len(FEATURES)
        assert rest  # of the feature that is always the same


def test_each_line_says_what_the_feature_is() -> None:
    who = contact(country="SG", attributes={"vip": True})
    score = model().as_scorer().score(who, [viewed(30)], at=AT)
    said = {line.id: line.description for line in score.ledger}
    wanted = {
        "contact.country": "it is 'SG'",
        "company.employees": "not known",
        "contact.budget": "not known",
        "contact.vip": "it is True",
        "score.heat": "it is 5",
        "count(page_viewed)": "it is 1",
    }
    assert {name: wanted[name] for name in said if name not in (BASE, REST)} == {
        name: text for name, text in said.items() if name not in (BASE, REST)
    }
    assert len(said) > 3
    assert score.missing == ("company.employees", "contact.budget")
    assert score.value is not None


def test_nobody_is_scored_in_an_empty_table() -> None:
    found = frames.score(with_model(), CONTACTS.clear(), INTERACTIONS.clear(), at=AT, ledger=True)
    assert found.shape[0] == 0
    assert f"score.propensity.{FEATURES[0]}" in found.columns


GUARD = 0.4


def guarded() -> Policy:
    document = POLICY.model_dump(mode="json", exclude_unset=True)
    document["scorers"] = {"propensity": {"range": [0, 1]}}
    document["grades"] = {"chance": {"score": "propensity", "bands": {"high": GUARD, "low": 0}}}
    document["transitions"] = [
        {"id": "ripe", "source": "lead", "target": "mql", "when": f"score.propensity >= {GUARD}"}
    ]
    return Policy(**document).with_scorer("propensity", model().as_scorer())


@pytest.mark.filterwarnings("ignore::leadqual.frames.SlowScorerWarning")
def test_conditions_on_the_probability_guard_transitions_and_hold_in_replay() -> None:
    policy = guarded()
    decided = {who.id: policy.decide(who, history, at=AT) for who, history in CROWD[:24]}
    ids = list(decided)
    contacts = CONTACTS.filter(pl.col("contact_id").is_in(ids))
    interactions = INTERACTIONS.filter(pl.col("contact_id").is_in(ids) & (pl.col("occurred_at") <= AT))
    moves = frames.replay(policy, contacts, interactions, until=AT)
    moved = set(moves["contact_id"])
    assert moved == {name for name, one in decided.items() if one.stage == "mql"}
    assert 0 < len(moved) < 24
    scored = frames.score(policy, contacts, interactions, at=AT)
    grades = dict(zip(scored["contact_id"], scored["grade.chance"], strict=True))
    assert grades == {name: one.grades["chance"] for name, one in decided.items()}
    ripe = frames.evaluate(policy, {"ripe": f"score.propensity >= {GUARD}"}, contacts, interactions, at=AT)
    assert ripe["ripe"].to_list() == [grades[name] == "high" for name in ripe["contact_id"]]


def test_a_policy_with_a_model_pickles() -> None:
    policy = guarded()
    again = pickle.loads(pickle.dumps(policy))
    who, history = CROWD[7]
    assert again.decide(who, history, at=AT) == policy.decide(who, history, at=AT)
    scorer = pickle.loads(pickle.dumps(model().as_scorer("other")))
    assert isinstance(scorer, PropensityScorer)
    assert (scorer.name, scorer.features) == ("other", tuple(FEATURES))


def test_a_scorer_of_a_plain_estimator_pickles_with_its_options() -> None:
    plain = LogisticRegression().fit([[0.0], [1.0], [2.0]], ["no", "yes", "no"])
    scorer = ModelScorer("plain", plain, ["company.employees"], policy=POLICY, positive="no", on_missing="abstain")
    again = pickle.loads(pickle.dumps(scorer))
    unknown, known = contact(), contact(company={"employees": 3})
    assert again.score(unknown, [], at=AT).value is None
    assert again.score(known, [], at=AT) == scorer.score(known, [], at=AT)
    assert again.score(known, [], at=AT).value == pytest.approx(plain.predict_proba([[3.0]])[0, 0])
    assert repr(again) == "ModelScorer('plain', LogisticRegression, 1 features)"


def test_it_keeps_what_every_policy_relies_on() -> None:
    passed = check_scorer(model().as_scorer(), POLICY, max_examples=3)
    assert {"ledger", "range", "looks_no_further", "pickles", "table"} <= set(passed)


def test_it_blends_with_rules() -> None:
    scorer = BlendScorer("both", [model().as_scorer(), RuleScorer(POLICY, "heat")], weights=[0.9, 0.1])
    policy = POLICY.with_scorer("both", scorer)
    table = frames.score(policy, CONTACTS, INTERACTIONS, at=AT)
    for (who, history), found in zip(CROWD[:20], table["score.both"], strict=False):
        one = policy.decide(who, history, at=AT).scores["both"].value
        assert found == pytest.approx(one, abs=1.01e-6)


def test_the_features_have_to_be_those_of_the_policy() -> None:
    with pytest.raises(ConditionError, match=r"contact\.vip"):
        model().as_scorer(policy=policy_of())
    own = model(("contact.country", "count(page_viewed)")).as_scorer("chance", policy=policy_of())
    assert own.name == "chance"
    assert own.score(contact(country="ID"), [], at=AT).value is not None


class Probed:
    """Tells of each question what it was."""

    def __init__(self, inner: ModelScorer) -> None:
        self.inner, self.asked = inner, []

    name, range = "propensity", (0.0, 1.0)

    def score(self, who: Contact, history: Any, *, at: datetime) -> Any:
        return self.inner.score(who, history, at=at)

    def score_frame(self, contacts: Any, interactions: Any, *, at: datetime) -> Any:
        self.asked.append(len(contacts))
        return self.inner.score_frame(contacts, interactions, at=at)


def test_a_scorer_that_cannot_be_told_whether_its_ledger_is_wanted_is_asked_as_before() -> None:
    probed = Probed(model().as_scorer())
    policy = POLICY.with_scorer("propensity", probed)
    plain, told = (frames.score(policy, CONTACTS, INTERACTIONS, at=AT, ledger=one) for one in (False, True))
    assert probed.asked == [len(CONTACTS)] * 2
    assert plain["score.propensity"].to_list() == told["score.propensity"].to_list()
    assert f"score.propensity.{BASE}" in told.columns


def test_a_model_within_a_pipeline_is_a_scorer_by_its_features() -> None:
    data = training_set(
        POLICY, CONTACTS, INTERACTIONS, cutoffs=day(54), horizon="30d", until=day(90), features=["count(page_viewed)"]
    )
    piped = make_pipeline("passthrough", PropensityModel(few_conversions=20)).fit(data.X.to_numpy(), data.y)
    scorer = ModelScorer("piped", piped, ["count(page_viewed)"], policy=POLICY)
    who, history = CROWD[3]
    wanted = piped.predict_proba(np.array([[float(sum(one.kind == "page_viewed" for one in history))]]))[0, 1]
    assert scorer.score(who, history, at=AT).value == pytest.approx(wanted)
