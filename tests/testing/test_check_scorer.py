from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leadqual import Contact, LedgerLine, RuleScorer, Score, UnknownNameError, policies
from leadqual.testing import check_scorer
from leadqual.testing.properties import PropertiesFailed

MINIMAL = policies.minimal()
CHECKS = ("range", "ledger", "deterministic", "order_is_irrelevant", "looks_no_further", "changes_nothing", "pickles")


class Good:
    """Counts the interactions that it may see."""

    name = "good"
    range = (0.0, 100.0)

    def points(self, contact: Contact, history: list[Any], at: Any) -> float:
        return float(len({one.id for one in history if one.occurred_at <= at}))

    def score(self, contact: Contact, history: list[Any], *, at: Any) -> Score:
        value = self.points(contact, history, at)
        return Score(name=self.name, value=value, ledger=(LedgerLine(id="seen", points=value),))


class TooMuch(Good):
    def points(self, contact: Contact, history: list[Any], at: Any) -> float:
        return 101.0 if super().points(contact, history, at) > 1 else 1.0


class NotFinite(Good):
    def points(self, contact: Contact, history: list[Any], at: Any) -> float:
        return float("nan")


class NoScore(Good):
    def score(self, contact: Contact, history: list[Any], *, at: Any) -> Any:
        return 5.0


class DoesNotSum(Good):
    def score(self, contact: Contact, history: list[Any], *, at: Any) -> Score:
        lines = (LedgerLine(id="seen", points=1.0), LedgerLine(id="more", points=1e-8))
        return Score(name=self.name, value=1.0, ledger=lines)


class Moody(Good):
    def __init__(self) -> None:
        self.asked = 0

    def points(self, contact: Contact, history: list[Any], at: Any) -> float:
        self.asked += 1
        return float(self.asked % 2)


class ByOrder(Good):
    def points(self, contact: Contact, history: list[Any], at: Any) -> float:
        seen = [one for one in history if one.occurred_at <= at]
        return float(int(seen[0].id.rpartition("-")[2])) if seen else 0.0


class LooksAhead(Good):
    def points(self, contact: Contact, history: list[Any], at: Any) -> float:
        return float(any(one.occurred_at > at for one in history))


class SortsInPlace(Good):
    def points(self, contact: Contact, history: list[Any], at: Any) -> float:
        history.sort(key=lambda one: (one.instant, one.id))
        return super().points(contact, history, at)


class NoPickle(Good):
    def __init__(self) -> None:
        self.kept = lambda: None


class OtherTable(Good):
    def score_frame(self, contacts: Any, interactions: Any, *, at: Any) -> Any:
        return contacts.select("contact_id").with_columns(score=0.0, seen=0.0)


class Raises(Good):
    def points(self, contact: Contact, history: list[Any], at: Any) -> float:
        return 1 / (0 if any(one.occurred_at > at - timedelta(days=1) for one in history) else 1)


def test_a_good_scorer_passes_everything_that_applies() -> None:
    everything = ("protocol", *CHECKS)
    assert check_scorer(Good(), max_examples=15) == everything
    assert check_scorer(Good(), MINIMAL, max_examples=15, skip="pickles") == everything[:-1]


def test_a_policys_own_rules_pass_with_their_tables() -> None:
    found = check_scorer(RuleScorer(MINIMAL, "engagement"), MINIMAL, max_examples=15)
    assert found[-1] == "table"


@pytest.mark.parametrize(
    ("scorer", "check", "kinds"),
    [
        (TooMuch(), "range", 2),
        (NotFinite(), "range", 0),
        (NoScore(), "range", 0),
        (DoesNotSum(), "ledger", 0),
        (Moody(), "deterministic", 0),
        (ByOrder(), "order_is_irrelevant", 2),
        (LooksAhead(), "looks_no_further", 1),
        (SortsInPlace(), "changes_nothing", 2),
        (NoPickle(), "pickles", 0),
        (OtherTable(), "table", 1),
        (Raises(), "range", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Good) else "",
)
def test_what_is_wrong_is_caught_with_the_smallest_contact(scorer: Any, check: str, kinds: int) -> None:
    with pytest.raises(PropertiesFailed) as failed:
        check_scorer(scorer, MINIMAL, max_examples=60, skip={*CHECKS, "table"} - {check})
    found = {one.name: one for one in failed.value.failures}
    assert check in found
    witness = found[check].witness
    assert witness is not None
    assert len(witness.history) == kinds
    assert witness.contact == Contact(id="contact")
    assert "the scorer 'good'" in str(failed.value)


def test_only_what_is_wrong_is_told() -> None:
    for scorer, only in ((TooMuch(), {"range"}), (DoesNotSum(), {"ledger"}), (NoPickle(), {"pickles"}),
                         (SortsInPlace(), {"changes_nothing"}), (OtherTable(), {"table"})):  # fmt: skip
        with pytest.raises(PropertiesFailed) as failed:
            check_scorer(scorer, MINIMAL, max_examples=20)
        assert {one.name for one in failed.value.failures} == only


def test_the_range_may_be_named() -> None:
    assert "range" in check_scorer(TooMuch(), MINIMAL, range=(0, 200), max_examples=15)


def test_what_is_no_scorer_is_told() -> None:
    for wrong in (object(), Good, type("Nameless", (Good,), {"name": ""})()):
        with pytest.raises(PropertiesFailed) as failed:
            check_scorer(wrong)  # type: ignore[arg-type]
        assert failed.value.failures[0].name == "protocol"


def test_a_check_that_does_not_exist_is_told() -> None:
    with pytest.raises(UnknownNameError) as error:
        check_scorer(Good(), skip=["legder"])
    assert "'ledger'" in str(error.value)
