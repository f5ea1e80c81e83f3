"""The policies whose scores the tables are compared by: the one that ships, one of twelve rules, and long ones."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from leadqual import Policy, policies

TWELVE: Final = """
name: twelve
fields:
  monthly_budget: {type: number}
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

_READ: Final = (
    "page_viewed[seconds >= 5]",
    "email_opened",
    "demo_requested",
    "page_viewed",
    "email_clicked",
    "product_used",
    "whitepaper_downloaded",
    "purchase[amount >= 1000]",
    "email_replied",
    "webinar_attended",
    "call_outbound[outcome == 'interested']",
    "newsletter_subscribed",
    "page_viewed[path.startswith('/pricing')]",
    "event_attended",
    "email_opened",
    "quote_requested",
    "social_engaged",
    "appointment_set",
    "any_interaction[kind in ['form_submitted', 'offer_form_submitted']]",
    "case_study_viewed",
    "complaint_made",
    "call_inbound",
    "webinar_registered",
    "demo_attended",
    "email_bounced[hard]",
)
_WINDOWS: Final = ("30d", "60d", "90d", "120d", "180d", "365d")
_DECAYS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"half_life": "21d"},
    {"linear": "90d"},
    {"half_life": "30d"},
    {"step": {"every": "30d", "lose": 0.5}},
    {"half_life": "90d"},
    {"linear": "180d"},
)
_LIMITS: Final = ("1 per 1d", "3 per 1d", "2 per 7d")


@cache
def twelve() -> Policy:
    """Return the policy of twelve rules."""
    return Policy.loads(TWELVE)


@cache
def many(rules: int) -> Policy:
    """Return a policy of many rules that read interactions.

    Every fifty rules read the same kinds equally often, so that only the number of rules differs.
    """
    return Policy.model_validate(
        {
            "name": f"rules-{rules}",
            "fields": {"monthly_budget": {"type": "number"}},
            "scores": {"engagement": {"range": [0, 1000], "rules": [_rule(number) for number in range(rules)]}},
            "stages": {"lead": {"initial": True}},
        }
    )


def _rule(number: int) -> dict[str, Any]:
    kind = _READ[number % len(_READ)]
    rule: dict[str, Any] = {"id": f"r{number}", "each": kind, "points": 1 + number % 7}
    rule["within"] = _WINDOWS[(number + number // len(_READ)) % len(_WINDOWS)]
    rule |= _DECAYS[number % len(_DECAYS)]
    if number % 3 == 0:
        rule["cap"] = 20 + number % 11
    if number % 5 == 0:
        rule["at_most"] = _LIMITS[number % len(_LIMITS)]
    return rule


def policy_named(name: str) -> Policy:
    """Return the policy `sales`, `twelve`, or one such as `200` with so many rules."""
    if name == "sales":
        return policies.sales()
    return twelve() if name == "twelve" else many(int(name))
