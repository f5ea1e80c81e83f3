"""Conditions one by one, compiled and on a ready view, beside rule-engine's rules on the same facts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from benchmarks.decide import Case
from benchmarks.peers import rule_matches
from benchmarks.timing import Figure, Target, calls, compared, worst
from leadqual import parse_condition
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View

PAIRS: Final = {
    "comparison": ("company.employees >= 50", "employees >= 50"),
    "equal text": ("contact.country == 'ID'", "country == 'ID'"),
    "and": (
        "contact.country == 'ID' and company.employees >= 50 and contact.seniority != 'owner'",
        "country == 'ID' and employees >= 50 and seniority != 'owner'",
    ),
    "or": (
        "contact.source == 'referral' or contact.source == 'partner' or company.employees >= 50",
        "source == 'referral' or source == 'partner' or employees >= 50",
    ),
    "in a list": ("contact.country in ['TH', 'SG', 'ID']", "country in ['TH', 'SG', 'ID']"),
    "chained comparison": ("50 <= company.employees < 1000", "50 <= employees and employees < 1000"),
    "text method": ("contact.job_title.startswith('Head')", "job_title.starts_with('Head')"),
    "text in lower case": ("contact.job_title.lower().contains('procure')", "'procure' in job_title.as_lower"),
    "arithmetic": ("company.employees / 10 + 5 >= 25", "employees / 10 + 5 >= 25"),
}
"""Each sort with ours and theirs; the peer's facts are flat, which it reads fastest."""


def ours(texts: list[str]) -> tuple[list[Callable[[Any], Any]], View]:
    """Return the conditions compiled, and the contact's view, ready at its instant."""
    case = Case()
    engine = RecordEngine(case.policy, {})
    compiled = [engine.compiled(parse_condition(text)) for text in texts]
    view = View(engine, case.contact, case.history)
    view.move_to(case.history[-1].instant)
    return compiled, view


def figures(*, quick: bool) -> list[Figure]:
    """Measure each sort of condition; the first line is the worst of them."""
    compiled, view = ours([mine for mine, _ in PAIRS.values()])
    repeats, number = (3, 20) if quick else (31, 500)
    facts = _facts(view)
    lines = []
    for (sort, (_, text)), run in zip(PAIRS.items(), compiled, strict=True):
        matches = rule_matches(text)
        if run(view) is not matches(facts):
            raise AssertionError(f"{text}: the two do not agree")
        mine, theirs = calls(partial(run, view), number), calls(partial(matches, facts), number)
        lines.append(compared(f"condition, {sort} / rule-engine", mine, theirs, repeats, Target(0.1)))
    return sorted(lines, key=lambda line: line is not worst(lines))


def _facts(view: View) -> dict[str, Any]:
    contact = view.contact
    assert contact.company is not None
    return {
        "country": str(contact.country),
        "seniority": str(contact.seniority),
        "source": str(contact.source),
        "job_title": contact.job_title,
        "employees": contact.company.employees,
    }
