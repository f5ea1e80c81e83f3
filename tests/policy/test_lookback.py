from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leadqual import Policy, policies


def with_rule(**rule: Any) -> Policy:
    return Policy(name="x", scores={"s": {"range": [0, 9], "rules": [{"id": "a", "points": 1, **rule}]}})


def with_way(when: str) -> Policy:
    way = {"id": "t", "source": "lead", "target": "mql", "when": when}
    return Policy(name="x", stages={"lead": {"initial": True}, "mql": {}}, transitions=[way])


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"when": "contact.country == 'ID'"}, 0),
        ({"when": "contact.email_domain == 'x.id'"}, 0),
        ({"each": "purchase"}, None),
        ({"each": "purchase", "half_life": "1d"}, None),
        ({"each": "purchase", "step": {"every": "1d", "lose": 0.5}}, None),
        ({"each": "purchase", "within": "30d"}, 30),
        ({"each": "purchase", "linear": "20d"}, 20),
        ({"each": "purchase", "within": "30d", "linear": "20d"}, 20),
        ({"each": "purchase", "within": "30d", "half_life": "1d"}, 30),
        ({"each": "purchase", "within": "30d", "at_most": "3 per 1d"}, 31),
        ({"each": "purchase", "within": "30d", "at_most": "3 per 1d rolling"}, None),
        ({"when": "count(purchase, within='7d') > 1"}, 7),
        ({"when": "count(purchase) > 1"}, None),
        ({"when": "days_since(purchase) > 1"}, None),
        ({"when": "consent.email"}, None),
        ({"when": "'customer' in contact.roles"}, None),
        ({"when": "contact.is_customer"}, None),
    ],
)
def test_how_far_back_a_rule_looks(rule: dict[str, Any], days: int | None) -> None:
    assert with_rule(**rule).lookback == (None if days is None else timedelta(days=days))


def test_the_longest_window_of_all_counts() -> None:
    assert with_way("count(purchase, within='7d') > sum(page_viewed.seconds, within='9d')").lookback == timedelta(
        days=9
    )
    assert with_way("count(purchase, within='7d') > 1 or count(page_viewed) > 3").lookback is None
    assert with_way("days_in_stage > 3").lookback == timedelta(0)
    assert Policy(name="x").lookback == timedelta(0)


def test_a_scorer_may_look_at_everything() -> None:
    assert Policy(name="x", scorers={"p": {}}).lookback is None


def test_the_policies_that_ship() -> None:
    assert policies.minimal().lookback == timedelta(days=180)
