"""What the optional pack of American states adds: shorter hours, and calls a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.permission import DAY, STATES, US, Listed, ask, bought, denials

from leadqual.model.interactions.calls import CallOutbound


@pytest.mark.parametrize(
    ("region", "local", "allowed"),
    [
        ("US-FL", datetime(2026, 11, 24, 19, 59), True),
        ("US-FL", datetime(2026, 11, 24, 20, 0), False),
        ("US-TX", datetime(2026, 11, 29, 11, 59), False),
        ("US-TX", datetime(2026, 11, 29, 12, 0), True),
        ("US-RI", datetime(2026, 11, 28, 16, 59), True),
        ("US-RI", datetime(2026, 11, 28, 17, 0), False),
        ("US-AL", datetime(2026, 12, 25, 12, 0), False),
        ("US-NY", datetime(2026, 11, 29, 20, 59), True),
        (None, datetime(2026, 11, 24, 10, 0), True),
        (None, datetime(2026, 11, 24, 9, 59), False),
        (None, datetime(2026, 11, 24, 18, 0), False),
        (None, datetime(2026, 11, 28, 16, 59), True),
        (None, datetime(2026, 11, 29, 13, 0), False),
    ],
)
def test_hours_of_states(region: str | None, local: datetime, allowed: bool) -> None:
    at = local.replace(tzinfo=ZoneInfo("America/New_York"))
    contact = {"region": region}
    registry = Listed(US, age=-DAY)
    registry.obtained_at = at - DAY
    history = bought(at - DAY)
    question = "telemarketing voice"
    assert ask(US, question, history, contact=contact, at=at, registries=registry, rules=STATES).allowed is allowed


def test_three_calls_a_day_in_florida() -> None:
    calls = [
        CallOutbound(id=f"c{n}", occurred_at=US.at - timedelta(minutes=n + 1), outcome="busy", purpose="telemarketing")
        for n in range(3)
    ]
    given: dict[str, Any] = {"contact": {"region": "US-FL"}, "registries": Listed(US), "rules": STATES}
    assert ask(US, "telemarketing voice", [*bought(US.at - DAY), *calls[:2]], **given)
    assert denials(ask(US, "telemarketing voice", [*bought(US.at - DAY), *calls], **given)) == {"US-FL-FREQ"}
