"""A score whose rules give whole multiples of one number has no value in between."""

from __future__ import annotations

import pytest

from leadqual import Policy
from leadqual.proofs.conditions import implies

STEPS = """
name: steps
currency: {code: USD}
scores:
  size:
    range: [0, 100]
    rules:
      - {id: some, when: sum(purchase.amount) - sum(payment_received.amount) >= 10, points: 25}
      - {id: more, when: sum(purchase.amount) - sum(payment_received.amount) >= 1_000, points: 25}
      - {id: visits, each: page_viewed, points: 25}
"""


def policy(old: str = "", new: str = "") -> Policy:
    return Policy.loads(STEPS.replace(old, new) if old else STEPS)


@pytest.mark.parametrize(("given", "follows"), [(24, 25), (0.5, 25), (25.01, 50), (74, 75)])
def test_what_lies_between_two_steps_is_not_reached(given: float, follows: float) -> None:
    assert implies(f"score.size >= {given}", f"score.size >= {follows}", policy())


@pytest.mark.parametrize(("given", "follows"), [(25, 26), (24, 50), (50, 75)])
def test_a_step_itself_is_reached(given: float, follows: float) -> None:
    assert not implies(f"score.size >= {given}", f"score.size >= {follows}", policy())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("each: page_viewed, points: 25", "each: page_viewed, points: 25, half_life: 7d"),
        ("each: page_viewed, points: 25", "each: page_viewed, points: 25, cap: 49"),
        ("each: page_viewed, points: 25", "each: page_viewed, points: 24"),
        ("each: page_viewed, points: 25", "each: page_viewed, points: 24.5"),
        ("range: [0, 100]", "range: [24, 100]"),
    ],
)
def test_what_gives_other_numbers_is_not_proved_away(old: str, new: str) -> None:
    found = implies("score.size >= 24", "score.size >= 25", policy(old, new))
    assert found.holds is not True
