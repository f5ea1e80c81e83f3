"""Static checks of a policy of 60 rules, beside the five seconds that they may take."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

from benchmarks.loading import document
from benchmarks.timing import Figure, Target, calls, compared
from leadqual import Policy
from leadqual.proofs.lint.linting import lint

RULES: Final = 60
ALLOWED: Final = 5.0
"""Seconds of processor time."""

_STAGES: Final = ("lead", "mql", "sql", "prospect", "customer", "nurture", "lost")
_WAYS: Final = (
    ("marketing", "lead", "mql", "grade.fit in ['A', 'B'] and score.engagement >= 15"),
    ("marketing-too", "lead", "mql", "grade.fit == 'A' and score.engagement >= 20"),
    ("demo", "mql", "sql", "count(demo_requested, within='30d') >= 1 and score.engagement >= 30"),
    ("signs", "mql", "sql", "score.engagement >= 50"),
    ("evaluating", "sql", "prospect", "count(demo_attended, within='30d') >= 1 and company.employees >= 50"),
    ("woken", "nurture", "mql", "days_in_stage >= 14 and count(page_viewed, within='7d') >= 2"),
    ("quiet", "mql", "nurture", "days_in_stage >= 14 and score.engagement < 20"),
    ("faded", "sql", "nurture", "days_in_stage >= 21 and score.engagement < 10"),
    ("never", "prospect", "lost", "company.employees < 5 and company.employees >= 50"),
)


def policy(rules: int = RULES, version: int = 0) -> Policy:
    """Return a policy of many rules with a funnel in which some things are wrong, so that proofs are made."""
    ways: list[dict[str, Any]] = [
        {"id": "bought", "source": [*_STAGES[:4], "nurture"], "target": "customer", "event": "purchase"},
        {"id": "lost", "source": ["prospect", "nurture"], "target": "lost", "event": "disqualified"},
        *({"id": name, "source": source, "target": target, "when": when} for name, source, target, when in _WAYS),
    ]
    stages = {stage: {"initial": stage == "lead"} for stage in _STAGES}
    return Policy.model_validate(
        {**document(rules), "version": f"1.0.{version}", "stages": stages, "transitions": ways}
    )


def figures(*, quick: bool) -> list[Figure]:
    """Measure the checks of policies that are all looked at for the first time."""
    number, versions = 12 if quick else RULES, count()

    def look() -> None:
        lint(policy(number, next(versions)))

    return [
        compared(
            f"lint of {number} rules / {ALLOWED:g} s", calls(look, 1), lambda: ALLOWED, 1 if quick else 5, Target(1)
        )
    ]
