"""What kinds of table can and cannot do: docs/support.md is true, and where a gap has closed its line has to go."""

from __future__ import annotations

import importlib.util
import sys
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from support.engines import SPARK, TABLES, Tables
from support.people import bought, contact, custom, day, happened, policy_of, scoring, updated, viewed

from leadqual import Contact, Interaction, ModelScorer, Policy, Score, UnsupportedError, frames
from leadqual.engines.tables import gaps
from leadqual.engines.tables.gaps import GAPS, Gap
from leadqual.frames import SlowScorerWarning

KINDS = {tables.name: tables for tables in (*TABLES, SPARK) if tables.name in gaps.TABLES}
AT = day(10)
WHO = contact(country="ID", roles={"partner"}, attributes={"tags": ["ID", "😀"]})
VIEWS = [viewed(9), viewed(9.5), viewed(10)]
TAGGED = policy_of(fields={"tags": {"type": "texts"}})
ROLLING = scoring({"each": "page_viewed", "points": 10, "at_most": "1 per 1d rolling"})


class Chatted(Interaction):
    """A kind of which code says whether it shows interest."""

    kind: Literal["chatted"] = "chatted"

    def is_interest(self) -> bool:
        return False


class ByHand:
    """A scorer that takes one contact at a time."""

    name = "mine"

    def score(self, contact: Contact, history: Sequence[Interaction], *, at: datetime) -> Score:
        return Score(name=self.name, value=float(len(history)))


def classifier() -> ModelScorer:
    """Return a fitted model, which has seen that many views are good."""
    model = LogisticRegression().fit(np.array([[0.0], [1.0], [8.0], [9.0]]), np.array([0, 0, 1, 1]))
    return ModelScorer("mine", model, ["count(page_viewed)"], policy=policy_of())


def given(scorer: Any) -> Policy:
    return policy_of(scorers={"mine": {"range": [0, 9]}}).with_scorer("mine", scorer)


CASES: dict[str, tuple[Policy, str]] = {
    "member-not-constant": (TAGGED, "contact.country in contact.tags"),
    "roles-not-a-column": (TAGGED, "contact.roles"),
    "rolling-limit": (ROLLING, "score.points"),
    "scorer-one-by-one": (given(ByHand()), "score.mine"),
    "model-not-in-memory": (given(classifier()), "score.mine"),
    "interest-in-code": (Policy.loads("name: test", interactions=[Chatted]), "'lead' in contact.roles"),
}
"""For each gap a question that meets it."""


def asked(kind: Tables, policy: Policy, text: str) -> Any:
    contacts, interactions = frames.from_models([WHO], {WHO.id: VIEWS}, policy=policy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SlowScorerWarning)
        found = frames.evaluate(policy, {"value": text}, kind.into(contacts), kind.into(interactions), at=AT)
        return kind.out(found)[0]["value"]


def test_every_gap_has_a_case() -> None:
    assert [gap.code for gap in GAPS] == list(CASES)
    assert {kind for gap in GAPS for kind in gap.engines} <= set(gaps.TABLES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.code)
def test_a_gap_is_refused_and_everything_else_is_answered(gap: Gap, kind: str) -> None:
    policy, text = CASES[gap.code]
    answer = policy.evaluate(text, WHO, VIEWS, at=AT)
    assert answer is not None
    if kind not in gap.engines:
        assert asked(KINDS[kind], policy, text) == pytest.approx(answer, abs=1e-6)
        return
    with pytest.raises(UnsupportedError) as caught:
        pytest.fail(f"{kind} answers {asked(KINDS[kind], policy, text)!r}: the gap has closed, take its line away")
    assert caught.value.code == gap.code
    assert all(part in str(caught.value) for part in (kind, gap.reason, gap.hint))


def test_questions_near_a_gap_are_answered() -> None:
    for text, answer in {
        "'ID' in contact.tags": True,
        "'partner' in contact.roles and 'lead' in contact.roles": True,
        "contact.roles is None": False,
        "contact.tags": ["ID", "😀"],
    }.items():
        assert asked(TABLES[0], TAGGED, text) == answer


def capabilities() -> ModuleType:
    file = Path(__file__).parents[3] / "docs" / "capabilities.py"
    spec = importlib.util.spec_from_file_location("capabilities", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up
    spec.loader.exec_module(module)
    return module


PAGE = capabilities()
PEOPLE = {
    "c-1": (
        {"country": "ID", "company": {"name": "PT Kopi ü😀 JAYA"}, "job_title": "CEO",
         "email": "a@Gmail.com", "created_at": day(-5), "attributes": {"budget": 40, "tags": ["a", "b", "ID"]},
         "consents": [{"channel": "email", "granted": True, "at": day(0)}]},
        [viewed(on, path, f"v{on}", seconds=seconds)
         for on, path, seconds in ((1, "/pricing", 3), (7.2, "/", None), (7.3, "/pricing/😀", 9), (9.5, "/x", 1))],
    ),
    "c-2": (
        {"country": "SG", "company": {"name": "Bandung"}, "job_title": "Manajer",
         "email": "b@maju.co.id", "attributes": {"budget": 7, "tags": []}},
        [bought(3, 10), bought(4, 2, "USD"), updated(5, company_name="JAKARTA", job_title=None),
         updated(11, company_name="later"), happened("opted_out", 6),
         *(custom("roi", on, saving=on / 10) for on in (1, 2, 3))],
    ),
    "c-3": ({}, []),
}  # fmt: skip
"""Contacts that know something, something else, and nothing."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_what_is_supported_is_true(kind: str) -> None:
    policy, lacking = Policy.loads(PAGE.POLICY), {gap.code for gap in GAPS if kind in gap.engines}
    asks = [one.asks for one in PAGE.CAPABILITIES if one.asks is not None and one.gap not in lacking]
    people = [contact(**{**fields, "id": id_}) for id_, (fields, _) in PEOPLE.items()]
    histories = {id_: history for id_, (_, history) in PEOPLE.items()}
    tables = map(KINDS[kind].into, frames.from_models(people, histories, policy=policy))
    found = KINDS[kind].out(frames.evaluate(policy, {f"n{n}": text for n, text in enumerate(asks)}, *tables, at=AT))
    rows = {row["contact_id"]: row for row in found}
    known = set()
    for who in people:
        for number, text in enumerate(asks):
            answer, got = policy.evaluate(text, who, histories[who.id], at=AT), rows[who.id][f"n{number}"]
            known |= set() if answer is None else {text}
            if isinstance(answer, float | int) and not isinstance(answer, bool):
                assert got == pytest.approx(answer, rel=0, abs=1e-6), (text, who.id)
            else:
                assert got == (list(answer) if isinstance(answer, tuple) else answer), (text, who.id)
    assert known == set(asks), "a question to which nobody has an answer proves nothing"
