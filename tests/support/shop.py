"""A small shop whose tests are to be covered, and short words for its cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadqual import Policy
from leadqual.testing import Case, coverage_of

SHOP = Policy.loads("""
name: shop
version: 1.0.0
review_every: 1d
scores:
  fit:
    range: [0, 100]
    rules:
      - {id: home, when: "contact.country in ['ID', 'SG']", points: 20}
      - {id: sized, when: "10 <= company.employees < 50 or contact.is_customer", points: 10}
  interest:
    range: [0, 50]
    groups: {web: {cap: 12}}
    rules:
      - {id: demo, each: demo_requested, points: 10, half_life: 10d, within: 30d, cap: 25}
      - {id: pages, each: "page_viewed[seconds >= 5]", points: 4, at_most: 2 per 1d, group: web}
      - {id: steps, each: webinar_attended, points: 1, step: {every: 7d, lose: 0.5}}
grades:
  fit: {score: fit, bands: {A: 30, B: 10}}
  heat: {score: interest, bands: {hot: 20, cold: 0}}
  both: {rows: fit, columns: heat, cells: {A: {hot: now}}}
stages: {lead: {initial: true}, mql: {}, sql: {}, lost: {}}
transitions:
  - {id: out, source: [lead, mql], target: lost, event: disqualified}
  - {id: marketing, source: lead, target: mql, when: "grade.fit in ['A', 'B'] and score.interest >= 10"}
  - {id: sales, source: mql, target: sql, event: demo_requested, when: company.employees >= 20}
  - id: back
    source: mql
    target: lead
    when: days_in_stage >= 5 and count(page_viewed[path == '/'], within='1d') >= 1
""")
AT = "2026-11-22"


def case(*happened: dict[str, Any], at: str = AT, standing: tuple[str, str] | None = None, **contact: Any) -> Case:
    begin = {} if standing is None else {"standing": {"stage": standing[0], "since": standing[1]}}
    return Case(contact=contact, interactions=happened, at=at, expect={"scores": {"interest": ">= -99"}}, **begin)  # type: ignore[arg-type]


def did(kind: str, **said: Any) -> dict[str, Any]:
    return {"kind": kind, **said}


def page(seconds: float | None = None, path: str = "/x", **said: Any) -> dict[str, Any]:
    return did("page_viewed", path=path, **({} if seconds is None else {"seconds": seconds}), **said)


def ways(policy: Policy, cases: Iterable[Case]) -> set[str]:
    report = coverage_of(policy, cases)
    return {f"{item.place}: {item.text}: {way}" for item in report.items for way in item.seen}


def added(base: list[Case], more: Case) -> set[str]:
    return ways(SHOP, [*base, more]) - ways(SHOP, base)


NOBODY = case()
HOME = case(country="ID")
FAR = case(country="DE")
SMALL = case(country="DE", company={"employees": 9})
