"""One decision on one contact, beside a decision table of seven rows on the same contact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from benchmarks.peers import zen_table
from benchmarks.timing import Figure, Sample, Target, calls, calls_with, compared
from leadqual import Company, Contact, Decision, Interaction, Policy, Standing, parse_interaction

AT: Final = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SEEN: Final = AT - timedelta(hours=2)
"""When the contact was decided last; no midnight lies between, so only the new interaction is visited."""

SEEN_YESTERDAY: Final = AT - timedelta(hours=20)
"""An earlier time: the daily review at midnight is visited as well."""

POLICY: Final = """
name: benchmark
review_every: 1d
scores:
  fit:
    range: [0, 100]
    rules:
      - {id: home, when: "contact.country in ['ID', 'SG', 'MY']", points: 20}
      - {id: neighbour, when: "contact.country in ['TH', 'VN', 'PH', 'BN']", points: 10}
      - {id: mid-market, when: 50 <= company.employees < 1000, points: 30}
      - {id: large, when: company.employees >= 1000, points: 20}
      - {id: decides, when: "contact.seniority in ['owner', 'c_level', 'vp', 'director']", points: 25}
      - {id: manager, when: contact.seniority == 'manager', points: 15}
      - {id: industry, when: "company.industry in ['retail', 'logistics']", points: 15}
      - {id: personal-mail, when: contact.email_is_personal, points: -10}
      - {id: student, when: contact.job_title.lower().contains('student'), points: -40}
      - {id: recommended, when: contact.source == 'referral' or contact.source == 'partner', points: 10}
  engagement:
    range: [0, 100]
    groups:
      web: {cap: 20}
    rules:
      - {id: demo, each: demo_requested, points: 40, half_life: 21d, within: 120d, cap: 50}
      - {id: quotation, each: quote_requested, points: 45, half_life: 21d, within: 120d, cap: 55}
      - {id: whitepaper, each: whitepaper_downloaded, points: 15, half_life: 30d, within: 180d, cap: 30}
      - {id: webinar, each: webinar_attended, points: 12, linear: 90d, cap: 24}
      - {id: pricing, each: "page_viewed[path.startswith('/pricing')]", points: 5, within: 30d, group: web}
      - {id: visit, each: page_viewed, points: 1, half_life: 30d, within: 90d, at_most: 3 per 1d, group: web}
      - {id: opened, each: email_opened, points: 0.5, within: 90d, at_most: 1 per 1d, cap: 4}
      - {id: clicked, each: email_clicked, points: 1.5, half_life: 30d, within: 90d, at_most: 1 per 1d, cap: 6}
      - {id: unsubscribed, each: newsletter_unsubscribed, points: -15, half_life: 90d, within: 180d, cap: 15}
      - {id: complaint, each: complaint_made, points: -10, half_life: 30d, within: 180d, cap: 20}
grades:
  fit: {score: fit, bands: {A: 70, B: 45, C: 20, D: 0}}
stages:
  lead: {initial: true}
  mql: {}
  sql: {}
transitions:
  - {id: marketing, source: lead, target: mql, when: "grade.fit in ['A', 'B'] and score.engagement >= 60"}
  - {id: smaller-fit, source: lead, target: mql, when: grade.fit == 'C' and score.engagement >= 80}
  - {id: demo, source: mql, target: sql, when: "count(demo_requested, within='30d') >= 1 and score.engagement >= 80"}
"""


def contact() -> Contact:
    """Return the contact of these benchmarks."""
    return Contact(
        id="c-1",
        full_name="Siti Rahma",
        email="siti@majujaya.co.id",
        country="ID",
        seniority="manager",
        job_title="Head of Procurement",
        source="web_search",
        company=Company(name="PT Maju Jaya", industry="retail", employees=250, country="ID"),
    )


def history() -> list[Interaction]:
    """Return twenty interactions of ten weeks, the last of them a minute before `AT`."""
    kinds = ["page_viewed", "email_opened", "page_viewed", "email_clicked", "page_viewed", "whitepaper_downloaded"]
    kinds = [*(kinds * 3), "webinar_attended", "page_viewed"]
    last = AT - timedelta(minutes=1)
    return [
        parse_interaction(
            {
                "id": f"i-{index}",
                "kind": kind,
                "occurred_at": (last - timedelta(hours=84 * (len(kinds) - 1 - index))).isoformat(),
                **({"path": "/pricing" if index % 4 == 0 else "/blog"} if kind == "page_viewed" else {}),
            }
        )
        for index, kind in enumerate(kinds)
    ]


def cold(known: list[Interaction]) -> list[Interaction]:
    """Return the interactions as a store would give them: nothing is worked out about them yet."""
    return [one.model_copy() for one in known]


class Case:
    """A contact that was decided once and is decided again after one more interaction."""

    def __init__(self, seen: datetime = SEEN) -> None:
        self.policy = Policy.loads(POLICY)
        self.contact, self.history = contact(), history()
        before = self.policy.decide(self.contact, self.history[:-1], at=seen)
        self.standing: Standing = before.standing

    def decide(self, known: list[Interaction]) -> Decision:
        """Decide; the decision works out its reasons when somebody reads them."""
        return self.policy.decide(self.contact, known, at=AT, standing=self.standing)

    def one_new(self) -> list[Interaction]:
        """Return the history in memory, with the last interaction fresh."""
        return [*self.history[:-1], self.history[-1].model_copy()]

    def all_fresh(self) -> list[Interaction]:
        """Return the history as it comes from a store."""
        return cold(self.history)


def figures(*, quick: bool) -> list[Figure]:
    """Measure one decision."""
    case, reviewed, table = Case(), Case(SEEN_YESTERDAY), zen_table()
    facts = case.contact.model_dump(mode="json", exclude_none=True)
    repeats, number = (3, 10) if quick else (41, 40)
    peer = calls(partial(table, facts), number)

    whole = {**facts, "history": [one.model_dump(mode="json", exclude_none=True) for one in case.history]}
    given_all = calls(partial(table, whole), number)

    def line(
        name: str,
        prepare: Callable[[], Any],
        run: Callable[[Any], Any],
        target: Target | None = None,
        beside: Sample = peer,
    ) -> Figure:
        return compared(name, calls_with(prepare, run, number), beside, repeats, target)

    half = Target(0.5)
    return [
        line("decide, history in memory, 1 of 20 new / zen table", case.one_new, case.decide, half),
        line("decide, all 20 fresh from a store / zen table", case.all_fresh, case.decide, half),
        line("decide, 1 of 20 new / zen table given the history too", case.one_new, case.decide, beside=given_all),
        line("decide, a daily review between as well / zen table", reviewed.one_new, reviewed.decide),
        line("decide, every reason read / zen table", case.one_new, lambda known: case.decide(known).completed()),
        line("decide, written as JSON / zen table", case.one_new, lambda known: case.decide(known).model_dump_json()),
    ]
