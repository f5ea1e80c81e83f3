"""Scorers by rules, blends, and objects of one's own, in a policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

import leadqual as lq
from leadqual.model.score import LedgerLine

AT = datetime(2026, 11, 22, tzinfo=UTC)
CONTACT = lq.Contact(id="c", country="ID")
POLICY = lq.Policy(
    name="p",
    scores={
        "fit": {"range": (0, 100), "rules": [{"id": "id", "when": "contact.country == 'ID'", "points": 20}]},
        "intent": {"range": (0, 50), "rules": [{"id": "demo", "each": "demo_requested", "points": 40}]},
    },
)
HISTORY = [lq.DemoRequested(id="i", occurred_at=AT)]


class Fixed:
    def __init__(self, value: Any, ledger: Sequence[Any] = ()) -> None:
        self.name, self.answer = "fixed", lq.Score(name="fixed", value=value, ledger=tuple(ledger))

    def score(self, contact: lq.Contact, history: Sequence[lq.Interaction], *, at: datetime) -> lq.Score:
        return self.answer


def line(points: Any) -> LedgerLine:
    return LedgerLine(id="part", points=points)


def test_rules_as_a_scorer_are_the_rules_of_the_policy() -> None:
    scorer = lq.RuleScorer(POLICY, "fit")
    assert isinstance(scorer, lq.Scorer)
    assert (scorer.name, scorer.range) == ("fit", (0, 100))
    assert scorer.score(CONTACT, HISTORY, at=AT) == POLICY.decide(CONTACT, HISTORY, at=AT).scores["fit"]
    with pytest.raises(lq.UnknownNameError, match="did you mean 'fit'"):
        lq.RuleScorer(POLICY, "fti")
    with pytest.raises(lq.InputError, match="naive-datetime"):
        scorer.score(CONTACT, HISTORY, at=datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("options", "value", "bounds"),
    [
        ({}, 30, (0, 75)),
        ({"weights": [3, 1]}, 25, (0, 87.5)),
        ({"how": "min"}, 20, (0, 50)),
        ({"how": "max"}, 40, (0, 100)),
    ],
)
def test_blends(options: dict[str, Any], value: float, bounds: tuple[float, float]) -> None:
    blend = lq.BlendScorer("b", [lq.RuleScorer(POLICY, name) for name in ("fit", "intent")], **options)
    score = blend.score(CONTACT, HISTORY, at=AT)
    assert (score.value, blend.range) == (value, bounds)
    assert sum(part.points for part in score.ledger) == pytest.approx(value, abs=1e-9)
    policy = POLICY.with_scorer("blend", blend)
    assert policy.scorers["blend"].range == bounds
    assert policy.decide(CONTACT, HISTORY, at=AT).scores["blend"].value == value


def test_a_blend_abstains_with_its_parts() -> None:
    assert lq.BlendScorer("b", [Fixed(1.0), Fixed(None)], how="max").score(CONTACT, [], at=AT).value is None
    assert lq.BlendScorer("b", [Fixed(1.0)]).range is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"scorers": []}, "no-scorers"),
        ({"scorers": [object()]}, "not-a-scorer"),
        ({"scorers": [Fixed]}, "not-a-scorer"),
        ({"scorers": [Fixed(1)], "how": "median"}, "bad-argument"),
        ({"scorers": [Fixed(1)], "weights": [1, 2]}, "bad-weights"),
        ({"scorers": [Fixed(1)], "weights": [-1]}, "bad-weights"),
        ({"scorers": [Fixed(1)], "weights": [0]}, "bad-weights"),
        ({"scorers": [Fixed(1)], "weights": [float("nan")]}, "bad-weights"),
        ({"scorers": [Fixed(1)], "weights": [1], "how": "min"}, "bad-weights"),
    ],
)
def test_what_is_no_blend(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(lq.InputError) as caught:
        lq.BlendScorer("b", **arguments)
    assert caught.value.code == code


def test_a_scorer_in_conditions() -> None:
    policy = POLICY.with_scorer("propensity", Fixed(0.7))
    assert policy.evaluate("score.propensity >= 0.7 and score.fit == 20", CONTACT, at=AT) is True
    assert policy.with_scorer("propensity", Fixed(None)).evaluate("score.propensity > 0", CONTACT, at=AT) is None
    assert "propensity" not in POLICY.scorers
    with pytest.raises(lq.PolicyError, match="declared twice"):
        POLICY.with_scorer("fit", Fixed(1))
    with pytest.raises(lq.InputError, match="not-a-scorer"):
        POLICY.with_scorer("x", Fixed)  # type: ignore[arg-type]


def test_a_scorer_that_is_declared_and_not_attached() -> None:
    policy = lq.Policy(name="p", scorers={"propensity": {"range": (0, 10)}})
    with pytest.raises(lq.LeadqualError, match=r"with_scorer\('propensity', my_scorer\)") as caught:
        policy.decide(CONTACT, [], at=AT)
    assert caught.value.code == "scorer-missing"
    assert policy.with_scorer("propensity", Fixed(7.0)).decide(CONTACT, [], at=AT).scores["propensity"].range == (0, 10)


@pytest.mark.parametrize(
    "answer",
    [Fixed(0.5, [line(0.4)]), Fixed(float("nan")), Fixed("1"), Fixed(True), Fixed(1.5), Fixed(0.5, [line("x")]),
     Fixed(0.5, [0.5])],
)  # fmt: skip
def test_a_scorer_that_breaks_the_contract(answer: Fixed) -> None:
    with pytest.raises(lq.LeadqualError) as caught:
        POLICY.with_scorer("x", answer).decide(CONTACT, [], at=AT)
    assert caught.value.code == "bad-scorer"


def test_a_scorer_that_answers_with_something_else() -> None:
    scorer = Fixed(1)
    scorer.answer = 0.5  # type: ignore[assignment]
    with pytest.raises(lq.LeadqualError, match="bad-scorer"):
        POLICY.with_scorer("x", scorer).decide(CONTACT, [], at=AT)


def test_what_a_scorer_raises_is_not_hidden() -> None:
    class Broken(Fixed):
        def score(self, contact: lq.Contact, history: Sequence[lq.Interaction], *, at: datetime) -> lq.Score:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        POLICY.with_scorer("x", Broken(1)).decide(CONTACT, [], at=AT)


@pytest.mark.parametrize("ledger", [(), (line(0.1234567), line(0.3333333))])
def test_ledgers_sum_after_rounding(ledger: tuple[LedgerLine, ...]) -> None:
    score = POLICY.with_scorer("x", Fixed(0.45679, ledger)).decide(CONTACT, [], at=AT).scores["x"]
    assert score.value == 0.45679
    assert abs(sum(part.points for part in score.ledger) - 0.45679) <= 1e-9
