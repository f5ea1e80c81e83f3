"""Scorers of one's own over tables: with `score_frame` at once, without it row by row, and what breaks the contract."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from support.engines import Tables
from support.people import policy_of
from support.two_tables import AT, BY_NAME, CONTACTS, IN_MEMORY, INTERACTIONS, given

import leadqual as lq
from leadqual import LeadqualError, UnsupportedError, frames
from leadqual.frames import SlowScorerWarning

POLICY = policy_of(
    scores={"heat": {"range": [0, 9], "rules": [{"id": "near", "when": "score.near > 0.5", "points": 5}]}},
    scorers={"near": {"range": [0, 1]}},
    grades={"distance": {"score": "near", "bands": {"here": 0.5, "there": 0}}},
)
NEAR = {"c-1": 1.0, "c-2": 0.25, "😀 3": None}


class OneByOne:
    """Scores one contact at a time, and abstains where it does not know the country."""

    name = "near"

    def score(self, contact: lq.Contact, history: Sequence[lq.Interaction], *, at: datetime) -> lq.Score:
        assert all(one.occurred_at <= at for one in history)
        if contact.country is None:
            return lq.Score(name=self.name, value=None, missing=("contact.country",))
        points = 0.9 if contact.country == "ID" else 0.15
        lines = (lq.LedgerLine(id="country", points=points), lq.LedgerLine(id="score", points=0.1))
        return lq.Score(name=self.name, value=points + 0.1, ledger=lines)


class AllAtOnce(OneByOne):
    """The same over tables of Polars, or whatever a test wants it to answer."""

    def __init__(self, answer: Callable[[Any], Any] | None = None) -> None:
        self.answer = answer or self._answer

    def score_frame(self, contacts: Any, interactions: Any, *, at: datetime) -> Any:
        return self.answer(contacts)

    def _answer(self, contacts: Any) -> Any:
        near = pl.when(pl.col("country") == "ID").then(0.9).when(pl.col("country").is_not_null()).then(0.15)
        some = pl.when(pl.col("country").is_not_null()).then(0.1)
        return contacts.select("contact_id", (near + some).alias("score"), near.alias("country"), some.alias("rest"))


def test_a_scorer_that_takes_tables_is_asked_once_and_quietly() -> None:
    for contacts, interactions in ((CONTACTS, INTERACTIONS), (CONTACTS.lazy(), INTERACTIONS.lazy())):
        policy = POLICY.with_scorer("near", AllAtOnce())
        found = frames.score(policy, contacts, interactions, at=AT, ledger=True, missing=True).lazy().collect()
        rows = {row["contact_id"]: row for row in found.to_dicts()}
        assert {contact: row["score.near"] for contact, row in rows.items()} == NEAR
        assert {contact: row["grade.distance"] for contact, row in rows.items()} == {
            "c-1": "here", "c-2": "there", "😀 3": None,
        }  # fmt: skip
        lines = [rows["c-1"][name] for name in ("score.near.country", "score.near.rest", "score.heat")]
        assert lines == [pytest.approx(0.9), pytest.approx(0.1), 5]
        assert rows["😀 3"]["missing"] == "score.near"


def test_a_scorer_gets_the_tables_as_their_owner_has_them(kind: Tables) -> None:
    seen: list[Any] = []

    class Watching(AllAtOnce):
        def score_frame(self, contacts: Any, interactions: Any, *, at: datetime) -> Any:
            seen.extend([contacts, interactions, at])
            answer = pl.DataFrame({"contact_id": list(NEAR), "score": list(NEAR.values())})
            return kind.into(answer)

    tables = given(kind)
    rows = kind.out(frames.score(POLICY.with_scorer("near", Watching()), *tables, at=AT))
    assert {row["contact_id"]: row["score.near"] for row in rows} == NEAR
    assert all(one is other for one, other in zip(seen, (*tables, AT), strict=True))


@pytest.mark.parametrize("name", IN_MEMORY)
def test_a_scorer_that_takes_one_contact_warns_once_and_answers(name: str) -> None:
    kind, policy = BY_NAME[name], POLICY.with_scorer("near", OneByOne())
    with pytest.warns(SlowScorerWarning, match="'near'.* row by row") as caught:
        result = frames.score(policy, *given(kind), at=AT, ledger=True)
    assert [warning.filename for warning in caught] == [__file__]
    rows = {row["contact_id"]: row for row in kind.out(result)}
    assert {contact: row["score.near"] for contact, row in rows.items()} == NEAR
    lines = [rows["c-1"][f"score.near.{line}"] for line in ("country", "score_")]
    assert lines == [pytest.approx(0.9), pytest.approx(0.1)]
    with pytest.warns(SlowScorerWarning) as caught:
        frames.evaluate(policy, ["score.near", "score.heat", "grade.distance"], *given(kind), at=AT)
    assert [warning.filename for warning in caught] == [__file__]


def test_a_blend_is_asked_row_by_row_if_a_part_of_it_is() -> None:
    policy = POLICY.with_scorer("near", lq.BlendScorer("near", [AllAtOnce(), OneByOne()]))
    with pytest.warns(SlowScorerWarning, match="or a part of it"):
        found = frames.score(policy, CONTACTS, INTERACTIONS, at=AT)
    assert dict(found.select("contact_id", "score.near").rows()) == NEAR
    with pytest.raises(UnsupportedError, match="scorer-one-by-one"):
        frames.score(policy, CONTACTS.lazy(), INTERACTIONS.lazy(), at=AT)


@pytest.mark.parametrize("name", ["Polars (lazy)", "DuckDB"])
def test_tables_that_are_not_in_memory_hand_over_no_rows(name: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        frames.score(POLICY.with_scorer("near", OneByOne()), *given(BY_NAME[name]), at=AT)
    assert caught.value.code == "scorer-one-by-one"
    assert "score_frame" in str(caught.value)


def test_a_scorer_that_nobody_reads_is_not_asked() -> None:
    policy = POLICY.with_scorer("near", OneByOne())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = frames.evaluate(policy, ["count(page_viewed)"], CONTACTS.lazy(), INTERACTIONS.lazy(), at=AT)
    assert found.collect()["count(page_viewed)"].to_list() == [2, 0, 0]
    assert frames.evaluate(POLICY, ["contact.country"], CONTACTS, INTERACTIONS, at=AT).width == 2


def test_a_score_that_nobody_gives() -> None:
    with pytest.raises(LeadqualError) as caught:
        frames.score(POLICY, CONTACTS, INTERACTIONS, at=AT)
    assert caught.value.code == "scorer-missing"
    assert "policy.with_scorer('near', my_scorer)" in str(caught.value)


def test_an_answer_without_lines_is_one_line() -> None:
    policy = POLICY.with_scorer("near", AllAtOnce(lambda table: table.select("contact_id", score=pl.lit(0.5))))
    found = frames.score(policy, CONTACTS, INTERACTIONS, at=AT, ledger=True)
    assert found["score.near.near"].to_list() == found["score.near"].to_list() == [0.5] * 3


def test_lines_still_sum_when_they_are_rounded() -> None:
    third = pl.lit(1 / 3)
    policy = POLICY.with_scorer(
        "near", AllAtOnce(lambda table: table.select("contact_id", score=pl.lit(1.0), a=third, b=third, c=third))
    )
    row = frames.score(policy, CONTACTS, INTERACTIONS, at=AT, ledger=True).to_dicts()[0]
    assert sum(row[f"score.near.{name}"] for name in "abc") == pytest.approx(row["score.near"], abs=1e-9)


def test_a_scorer_that_always_abstains() -> None:
    policy = POLICY.with_scorer("near", AllAtOnce(lambda table: table.select("contact_id", score=pl.lit(None))))
    found = frames.score(policy, CONTACTS, INTERACTIONS, at=AT, missing=True)
    assert found["score.near"].to_list() == found["grade.distance"].to_list() == [None] * 3
    assert found["missing"].to_list() == ["score.near"] * 3


def scored(value: Any, **lines: float) -> Callable[[Any], Any]:
    return lambda table: table.select(
        "contact_id", pl.lit(value).alias("score"), **{n: pl.lit(v) for n, v in lines.items()}
    )


BROKEN: dict[str, tuple[Callable[[Any], Any], str]] = {
    "nothing": (lambda _: None, "found: None"),
    "numbers": (lambda table: [0.5] * len(table), r"found: \[0.5, 0.5, 0.5\]"),
    "no score": (lambda table: table.select("contact_id"), "found: columns contact_id"),
    "no ids": (lambda table: table.select(score=pl.lit(0.5)), "found: columns score"),
    "texts": (scored("much"), "no numbers in score"),
    "booleans": (scored(True), "no numbers in score"),
    "texts for lines": (
        lambda table: table.select("contact_id", "country", score=pl.lit(0.5)),
        "no numbers in country",
    ),
    "other ids": (lambda _: pl.DataFrame({"contact_id": [1, 2, 3], "score": [0.5] * 3}), "Int64 in contact_id"),
    "another library": (
        lambda _: BY_NAME["DuckDB"].into(CONTACTS.select("contact_id", score=pl.lit(0.5))),
        "of DuckDB",
    ),
    "rows twice": (
        lambda table: scored(0.5)(pl.concat([table, table.head(1)])),
        "several rows of a contact.*\n.*'c-2'",
    ),
    "rows left out": (lambda table: scored(0.5)(table.head(2)), "no row of a contact.*\n.*'😀 3'"),
    "NaN": (scored(float("nan")), "no finite number"),
    "infinity": (scored(float("inf")), "no finite number"),
    "too much": (scored(1.5), "left its range.*\n.*'c-2', score 1.5\n.*from 0 to 1"),
    "too little": (scored(-0.1), "left its range"),
    "lines that do not sum": (scored(0.5, a=0.2, b=0.2), "does not sum.*\n.*score 0.5, total 0.4"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_answers_that_break_the_contract(name: str) -> None:
    answer, told = BROKEN[name]
    with pytest.raises(LeadqualError, match=told) as caught:
        frames.score(POLICY.with_scorer("near", AllAtOnce(answer)), CONTACTS, INTERACTIONS, at=AT)
    assert caught.value.code == "bad-scorer"
    assert "'near'" in str(caught.value)


@pytest.mark.parametrize("answer", [None, "no score"])
def test_the_columns_of_an_answer_for_lazy_tables_are_looked_at(answer: Any) -> None:
    policy = POLICY.with_scorer("near", AllAtOnce(lambda table: answer and table.select("contact_id")))
    with pytest.raises(LeadqualError, match="bad-scorer"):
        frames.score(policy, CONTACTS.lazy(), INTERACTIONS.lazy(), at=AT)


def test_what_a_scorer_raises_passes_through() -> None:
    def broken(table: Any) -> Any:
        raise ConnectionError("the model's server is away")

    with pytest.raises(ConnectionError, match="away"):
        frames.score(POLICY.with_scorer("near", AllAtOnce(broken)), CONTACTS, INTERACTIONS, at=AT)


def test_a_wrong_answer_about_one_contact_is_told_too() -> None:
    class Wrong(OneByOne):
        def score(self, contact: lq.Contact, history: Sequence[lq.Interaction], *, at: datetime) -> lq.Score:
            return lq.Score(name=self.name, value=7.0)

    with pytest.warns(SlowScorerWarning), pytest.raises(LeadqualError, match="left its range"):
        frames.score(POLICY.with_scorer("near", Wrong()), CONTACTS, INTERACTIONS, at=AT)
