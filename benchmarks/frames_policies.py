"""The policies whose scores the tables are compared by: the one that ships, one of twelve rules, and long ones."""

from __future__ import annotations

from typing import Any, Final

from leadqual import Policy

TWELVE: Final = """
name: twelve
scores:
  fit:
    range: [0, 100]
    rules:
      - {id: home, when: "contact.country in ['ID', 'SG', 'MY']", points: 25}
      - {id: size, when: 50 <= company.employees < 1000, points: 35}
      - {id: decides, when: "contact.seniority in ['owner', 'c_level', 'vp', 'director']", points: 25}
      - {id: industry, when: "company.industry in ['retail', 'logistics']", points: 15}
      - {id: personal-mail, when: contact.email_is_personal, points: -10}
  engagement:
    range: [0, 100]
    groups:
      web: {cap: 20}
    rules:
      - {id: demo, each: demo_requested, points: 40, half_life: 21d, within: 120d, cap: 50}
      - {id: whitepaper, each: whitepaper_downloaded, points: 15, half_life: 30d, within: 180d, cap: 30}
      - {id: webinar, each: webinar_attended, points: 12, linear: 90d, cap: 24}
      - {id: pricing, each: "page_viewed[path.startswith('/pricing')]", points: 5, within: 30d, group: web}
      - {id: visit, each: page_viewed, points: 1, half_life: 30d, within: 90d, at_most: 3 per 1d, group: web}
      - {id: clicked, each: email_clicked, points: 1.5, half_life: 30d, within: 90d, at_most: 1 per 1d, cap: 6}
      - {id: bought, each: "purchase[amount >= 1000 and currency == 'USD']", points: 20, within: 365d, cap: 40}
grades:
  fit: {score: fit, bands: {A: 70, B: 45, C: 20, D: 0}}
  heat: {score: engagement, bands: {hot: 50, warm: 10, cold: 0}}
  priority:
    rows: fit
    columns: heat
    cells:
      A: {hot: call_today, warm: call_this_week}
      B: {hot: call_today}
stages:
  lead: {initial: true}
"""


def twelve() -> Policy:
    """Return the policy of twelve rules."""
    return Policy.loads(TWELVE)
