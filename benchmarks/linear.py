"""Deciding a long history: ten times the interactions, and how many times as long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from benchmarks.decide import cold, contact
from benchmarks.timing import Figure, Sample, Target, calls_with, compared
from leadqual import Interaction, Policy, parse_interaction, policies

AT: Final = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FEW: Final = 1_000
_A_YEAR: Final = timedelta(days=365)

_KINDS: Final[tuple[dict[str, Any], ...]] = (
    {"kind": "page_viewed", "path": "/pricing", "seconds": 40},
    {"kind": "page_viewed", "path": "/blog", "seconds": 9},
    {"kind": "email_opened"},
    {"kind": "email_clicked"},
    {"kind": "whatsapp_message", "direction": "inbound"},
    {"kind": "demo_requested"},
    {"kind": "product_used"},
    {"kind": "purchase", "amount": 250.5, "currency": "IDR"},
)

EVERYTHING: Final = """
name: everything
review_every: 1d
scores:
  behaviour:
    range: [-100000, 100000]
    rules:
      - {id: plain, each: email_opened, points: 1, within: 90d}
      - {id: half-life, each: page_viewed, points: 1, half_life: 21d}
      - {id: half-life-within, each: "page_viewed[path == '/pricing']", points: 1, half_life: 21d, within: 60d}
      - {id: linear, each: page_viewed, points: 1, linear: 90d}
      - {id: step, each: page_viewed, points: 1, step: {every: 30d, lose: 0.5}}
      - {id: at-most, each: page_viewed, points: 1, within: 90d, at_most: 3 per 1d}
      - {id: rolling, each: any_interaction, points: 1, half_life: 30d, at_most: 50 per 7d rolling}
      - {id: spent, when: "sum(purchase[currency == 'IDR'].amount) >= 1000", points: 1}
      - {id: spent-lately, when: "sum(purchase[currency == 'IDR'].amount, within='30d') >= 1000", points: 1}
      - {id: smallest, when: "min(page_viewed.seconds, within='30d') < 5", points: 1}
      - {id: largest, when: "max(page_viewed.seconds, within='30d') > 60", points: 1}
      - {id: first, when: "first(page_viewed.path) == '/pricing'", points: 1}
      - {id: last, when: "last(page_viewed.path, within='10d') == '/pricing'", points: 1}
      - {id: days-since, when: days_since(purchase) < 10, points: 1}
      - {id: count, when: "count(any_interaction, within='30d') > 20", points: 1}
stages:
  lead: {initial: true}
  mql: {}
transitions:
  - {id: forward, source: lead, target: mql, when: "score.behaviour >= 0 and days_since(demo_requested) < 1"}
  - {id: backward, source: mql, target: lead, when: "score.behaviour < 0 or days_since(demo_requested) >= 2"}
"""
"""Every function of the history and every decay, with moves to and fro."""


def interactions(number: int, length: timedelta, seed: int = 7) -> list[Interaction]:
    """Return a seeded history, evenly spread at random over a length of time that ends at `AT`."""
    random = Random(seed)
    seconds = int(length.total_seconds())
    return [
        parse_interaction(
            {
                "id": f"i-{index:06}",
                "occurred_at": (AT - timedelta(seconds=random.randrange(seconds))).isoformat(),
                **_KINDS[random.randrange(len(_KINDS))],
            }
        )
        for index in range(number)
    ]


def deciding(policy: Policy, number: int, length: timedelta) -> Sample:
    """Return the measurement of a whole fold over interactions of which nothing is known yet."""
    who, known = contact(), interactions(number, length)
    run: Callable[[Any], Any] = lambda fresh: policy.decide(who, fresh, at=AT)  # noqa: E731
    return calls_with(lambda: cold(known), run, 1)


def figures(*, quick: bool) -> list[Figure]:
    """Measure both policies, on a history that grows denser and on one that grows longer."""
    repeats, target = (1, Target(12, True)) if quick else (5, Target(12, True))
    few = 100 if quick else FEW
    lines = []
    for title, policy in (("sales policy", policies.sales()), ("every function", Policy.loads(EVERYTHING))):
        for grows, longer in (("denser", _A_YEAR), ("longer", 10 * _A_YEAR)):
            name = f"decide {10 * few:,} / {few:,} interactions, {grows}, {title}"
            ours, peer = deciding(policy, 10 * few, longer), deciding(policy, few, _A_YEAR)
            lines.append(compared(name, ours, peer, repeats, target))
    return lines
