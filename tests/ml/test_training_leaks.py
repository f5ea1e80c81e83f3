"""Nothing after a cutoff is seen, and what tells the outcome too well is refused or told."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from support.people import MICROSECOND, bought, contact, day, happened, policy_of, scoring, updated, viewed

from leadqual import Contact, Interaction, Policy, Score, frames, ml
from leadqual.errors import InputError, LeadqualError, UnknownNameError
from leadqual.ml.training.alone import auc_alone

CUTOFF, END = day(100), day(200)
FIELDS = {"status": {"type": "text"}, "budget": {"type": "number"}, "size": {"type": "number"}}
POLICY = scoring({"when": "contact.status == 'won'", "points": 5}, {"each": "page_viewed", "points": 2}, fields=FIELDS)
SEEN = [
    *("count(any_interaction)", "contact.country", "consent.email", "contact.is_customer", "'lead' in contact.roles"),
    *("contact.created_at is None", "count(page_viewed, within='7d')", "last(page_viewed.path)"),
]


def learn(people: list[tuple[Contact, list[Interaction]]], policy: Policy = POLICY, **given: Any) -> ml.TrainingSet:
    made = frames.from_models([who for who, _ in people], {who.id: history for who, history in people}, policy=policy)
    return ml.training_set(policy, *made, **{"cutoffs": CUTOFF, "horizon": "30d", "until": END, **given})


LATER = CUTOFF + MICROSECOND


@pytest.mark.parametrize(
    ("fields", "history"),
    [
        ({}, [viewed(LATER, "/later")]),
        ({}, [updated(LATER, country="ID")]),
        ({}, [happened("consent_given", LATER, for_channel="email")]),
        ({}, [happened("opted_out", LATER, for_channel="email")]),
        ({"consents": ({"channel": "email", "at": LATER},)}, []),
        ({"created_at": LATER}, []),
    ],
)
def test_what_is_planted_after_the_cutoff_changes_nothing(fields: Any, history: Any) -> None:
    first = [viewed(50, "/", "first")]
    known = [(contact(id="c-2", country="SG", consents=({"channel": "email", "at": day(1)},)), [viewed(60, "/p")])]
    plain, planted = (
        learn([(who, first + more), *known], features=SEEN)
        for who, more in ((contact(), []), (contact(**fields), history))
    )
    assert_frame_equal(plain.rows, planted.rows)
    at_once = [one.model_copy(update={"occurred_at": CUTOFF}) for one in history]
    if history:  # the same at the cutoff counts, so a leak would be seen
        assert not learn([(contact(), first + at_once), *known], features=SEEN).rows.equals(plain.rows)


def crowd(of: int = 80, **odd: Any) -> list[tuple[Contact, list[Interaction]]]:
    """Return contacts of whom every fourth buys after the cutoff, and only those have `odd` fields."""
    people = []
    for place in range(of):
        buys = place % 4 == 0
        who = contact(id=f"c-{place}", country=("ID", "SG", None)[place % 3], attributes=odd if buys else {})
        people.append((who, [viewed(90 + place % 5)] + [bought(110, 5)] * buys))
    return people


@pytest.mark.parametrize(
    ("features", "odd"),
    [
        (["contact.status", "contact.country"], {"status": "won"}),
        (["contact.status is None", "contact.country"], {"status": "won"}),
        (["contact.budget", "contact.country"], {"budget": 5}),
        (["contact.budget", "contact.country"], {"budget": 1e300}),
        (["score.points", "contact.country"], {"status": "won"}),
    ],
)
def test_a_field_that_tells_the_outcome_is_refused(features: list[str], odd: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"area under the ROC curve of 1.000") as caught:
        learn(crowd(**odd), features=features)
    assert [(one.code, one.place.path) for one in caught.value.problems] == [("leaking-feature", features[0])]
    assert f"allow=[{features[0]!r}]" in str(caught.value)
    assert list(learn(crowd(**odd), features=features, allow=[features[0]]).features) == features


def test_the_own_features_of_a_policy_are_looked_at_too() -> None:
    with pytest.raises(InputError) as caught:
        learn(crowd(status="won"))
    assert {one.code for one in caught.value.problems} == {"leaking-feature"}
    assert {one.place.path for one in caught.value.problems} == {"contact.status", "score.points"}


class Peeking:
    """Knows who will buy."""

    name = "peek"
    range = (0.0, 1.0)

    def __init__(self, future: set[str]) -> None:
        self._future = future

    def score(self, contact: Contact, history: Any, *, at: datetime) -> Score:
        return Score(name=self.name, value=float(contact.id in self._future))


@pytest.mark.filterwarnings("ignore::leadqual.frames.SlowScorerWarning")
def test_a_scorer_that_knows_the_future_is_refused() -> None:
    people = crowd()
    future = {who.id for who, history in people if any(one.kind == "purchase" for one in history)}
    policy = POLICY.with_scorer("peek", Peeking(future))
    features = ["score.peek", "contact.country"]
    with pytest.raises(InputError) as caught:
        learn(people, policy, features=features)
    assert caught.value.code == "leaking-feature"
    assert learn(people, policy, features=features, allow=["score.peek"]).features


def test_what_rests_on_the_history_may_predict_as_well_as_it_does() -> None:
    people = [
        (contact(id=f"c-{place}"), [viewed(90)] + [viewed(99, "/b"), bought(110, 5)] * (place % 4 == 0))
        for place in range(80)
    ]
    assert learn(people, features=["count(page_viewed)", "days_since(page_viewed)"]).conversions == 20


def test_a_few_conversions_are_too_little_to_tell_chance_from_knowledge() -> None:
    people = crowd(of=36, status="won")  # nine of them buy
    assert learn(people, features=["contact.status", "contact.country"]).conversions == 9


def test_fields_that_are_noise_are_not_refused() -> None:
    chance = np.random.default_rng(3)
    people = [
        (who.model_copy(update={"attributes": {"budget": chance.normal(), "size": float(chance.integers(9))}}), history)
        for who, history in crowd(of=60)
    ]
    data = learn(people, features=["contact.budget", "contact.size", "contact.country"])
    areas = auc_alone(data, data.features)
    assert max(areas.values()) < 0.9
    assert set(areas) == set(data.features)


@pytest.mark.parametrize(
    ("allow", "code"),
    [
        ("contact.status", "wrong-type"),
        (5, "wrong-type"),
        (None, "wrong-type"),
        (["contact.country =="], "bad-syntax"),
        (["contact.status"], "unknown-feature"),
    ],
)
def test_allow_names_features(allow: Any, code: str) -> None:
    with pytest.raises(LeadqualError) as caught:
        learn(crowd(), features=["contact.country"], allow=allow)
    assert [one.code for one in caught.value.problems] == [code]
    assert {one.place.source for one in caught.value.problems} <= {"allow", "condition"}


def test_allow_may_be_written_otherwise_and_may_name_what_was_left_out() -> None:
    people = crowd(status="won")
    features = ["contact.status == 'won'", "contact.country"]
    assert learn(people, features=features, allow=["contact.status=='won'"]).features
    data = learn(crowd(budget=3), POLICY, allow=["contact.status"])
    assert "contact.status" in data.left_out


# An export: nothing tells when a field was filled.

ROWS = 400
CHANCE = np.random.default_rng(0)
WON = CHANCE.random(ROWS) < 0.2
EXPORT = pl.DataFrame(
    {
        "contact_id": [f"c-{place}" for place in range(ROWS)],
        "status": np.where(WON, "won", "open"),
        "country": CHANCE.choice(["ID", "SG"], ROWS),
        "budget": WON * 4.0 + CHANCE.normal(size=ROWS) * 2,
        "size": CHANCE.normal(size=ROWS),
        "day": [day(30 * (place // 100)) for place in range(ROWS)],
    }
)
OUTCOME = "contact.status == 'won'"
FORM = policy_of(fields=FIELDS)


def exported(table: Any = EXPORT, **given: Any) -> tuple[ml.TrainingSet, list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        data = ml.training_set(FORM, table, **{"outcome": OUTCOME, **given})
    return data, told


def test_an_export_is_trained_on_with_every_field_but_the_outcome_and_says_what_nobody_knows() -> None:
    data, told = exported()
    assert list(data.features) == ["contact.country", "contact.budget", "contact.size"]
    assert data.y.tolist() == WON.astype(int).tolist()
    assert (data.timed, data.past, data.horizon, data.cutoffs) == (False, None, None, ())
    assert "that is for you to vouch for" in " ".join(data.explain().split())
    assert [(one.category, one.filename) for one in told] == [
        (ml.UndatedWarning, __file__), (ml.LeakWarning, __file__)
    ]  # fmt: skip
    assert "contact.budget predicts too well to be true" in str(told[1].message)


def test_a_leak_of_an_export_is_told_until_somebody_vouches_for_it() -> None:
    _, told = exported(allow=["contact.budget"])
    assert [one.category for one in told] == [ml.UndatedWarning]
    _, told = exported(features=["contact.status", "contact.size"])
    assert [one.category for one in told] == [ml.UndatedWarning, ml.LeakWarning]
    assert "curve of 1.00" in str(told[1].message)


@pytest.mark.parametrize("of", ["instants", "days"])
def test_an_export_with_times_is_divided_by_them(of: str) -> None:
    table = EXPORT if of == "instants" else EXPORT.with_columns(pl.col("day").dt.date())
    data, _ = exported(table, time="day", allow=["contact.budget"])
    assert len(data.before(day(60))) == 200
    assert [(len(train), len(test)) for train, test in data.split()] == [(100, 100), (200, 100), (300, 100)]
    at = data.at(day(30))
    assert at.y.tolist() == WON[100:200].astype(int).tolist()
    assert at.counts.select("judged", "converted").row(0) == (100, at.conversions)


def test_what_is_not_known_to_have_converted_is_left_out_and_told() -> None:
    table = EXPORT.with_columns(pl.when(pl.col("size") > 0).then("status").alias("status"))
    data, _ = exported(table)
    absent = (table["status"].is_null()).sum()
    assert len(data) == ROWS - absent
    assert data.left_out == {f"{absent} rows": "whether they converted is not known"}


def test_consent_of_an_export_stands_as_the_table_has_it() -> None:
    said = [[{"channel": "email", "at": day(5), "granted": bool(place % 2)}] for place in range(ROWS)]
    data, _ = exported(EXPORT.with_columns(pl.Series("consents", said)), features=["consent.email"])
    assert data.rows["consent.email"].to_list() == [bool(place % 2) for place in range(ROWS)]


def test_everything_wrong_with_the_arguments_of_an_export_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        ml.training_set(
            FORM, EXPORT, outcome="purchase", horizon="3d", cutoffs=CUTOFF, features=["contact.no"], allow=5, until=5
        )  # type: ignore[arg-type]
    assert [(one.code, one.place.source) for one in caught.value.problems] == [
        ("bad-argument", "horizon"), ("bad-argument", "cutoffs"), ("unknown-field", "outcome"),
        ("unknown-field", "features"), ("wrong-type", "allow"), ("wrong-type", "until"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"outcome": "count(purchase) > 0"}, "not-a-condition"),
        ({"outcome": "True"}, "not-a-condition"),
        ({"outcome": "contact.budget"}, "not-a-condition"),
        ({"features": ["count(page_viewed)"]}, "bad-feature"),
        ({"features": []}, "no-features"),
        ({"time": "no"}, "unknown-column"),
        ({"time": "status"}, "bad-time"),
        ({"table": EXPORT.with_columns(pl.when(WON).then("day").alias("day")), "time": "day"}, "bad-time"),
        ({"table": EXPORT.select("contact_id", "status")}, "no-features"),
        ({"table": EXPORT.clear()}, "nobody-judged"),
        ({"table": pl.concat([EXPORT, EXPORT])}, "duplicate-id"),
        ({"table": 5}, "not-a-table"),
    ],
)
def test_what_an_export_cannot_be_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(LeadqualError) as caught:
        exported(**given)
    assert code in {one.code for one in caught.value.problems}


def test_an_unknown_feature_that_is_allowed_is_told_with_what_was_meant() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'contact.country'"):
        exported(allow=["contact.county"])


def test_the_end_may_be_given() -> None:
    late = [[{"channel": "email", "at": day(5)}]] * ROWS
    with pytest.raises(InputError, match=r"never known"):
        exported(
            EXPORT.with_columns(pl.Series("consents", late)),
            features=["consent.email"],
            until=datetime(2026, 1, 2, tzinfo=UTC) - timedelta(days=1),
        )
