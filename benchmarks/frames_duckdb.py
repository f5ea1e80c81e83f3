"""The scores of both policies by hand in SQL for DuckDB: the fastest of two dozen ways that were tried.

The tables are called ``contacts`` and ``interactions``. Rules and kinds are small tables that are joined, so that the
work does not grow with the rules; text ids are short enough that numbering them gains nothing here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.frames_data import AT
from benchmarks.frames_polars import DAY, SALES, SALES_KINDS, TWELVE, TWELVE_KINDS, Each, reach_of
from leadqual.model.mailboxes import PERSONAL_MAIL

_AT: Final = f"TIMESTAMPTZ '{AT.isoformat()}'"
_PERSONAL: Final = "|".join(domain.replace(".", "[.]") for domain in sorted(PERSONAL_MAIL))
_IS_PERSONAL: Final = f"regexp_matches(email, '(?i)@({_PERSONAL})$')"


def _text(value: Any) -> str:
    return "NULL" if value is None else repr(value)


def _values(name: str, columns: str, rows: Sequence[Sequence[Any]]) -> str:
    lines = ", ".join(f"({', '.join(map(_text, row))})" for row in rows)
    return f"{name}({columns}) AS (VALUES {lines})"


def _rounded(value: str) -> str:
    return f"(floor(({value}) * 1e6 + 0.5) / 1e6)"


def _clipped(value: str, low: object, high: object) -> str:
    return f"least(greatest({value}, {low}), {high})"


def _sums(rules: Mapping[str, Each], kinds: Mapping[str, tuple[str, ...]], first: str, second: str) -> str:
    """Return the tables up to `sums`: a row a contact, a column a sum."""
    names, each = [*rules], [*rules.values()]
    buckets = sorted({rule.sum for rule in each})
    parameters = [
        (
            number,
            float(rule.points),
            -math.log(2) / (rule.half_life * DAY) if rule.half_life else 0.0,
            1 / (rule.linear * DAY) if rule.linear else 0.0,
            rule.within * DAY,
            float(rule.cap),
            buckets.index(rule.sum),
        )
        for number, rule in enumerate(each)
    ]
    reaches = [
        (
            kind,
            max(map(reach_of, (rules[name] for name in of))),
            names.index(of[0]),
            names.index(of[1]) if len(of) > 1 else None,
        )
        for kind, of in kinds.items()
    ]
    longest = max(days for _, days, _, _ in reaches)
    windowed = ", ".join(str(number) for number, rule in enumerate(each) if rule.window > 1)
    window = f"CASE WHEN rule IN ({windowed}) THEN day // 7 ELSE day END" if windowed else "day"
    parts = [_let_through(limit, each, window) for limit in sorted({rule.limit for rule in each})]
    counted = " UNION ALL ".join(parts)
    columns = ", ".join(f"sum(points) FILTER (bucket = {n}) AS {_column(name)}" for n, name in enumerate(buckets))
    return f"""
    {_values("rules", "rule, points, rate, slope, reach, cap, bucket", parameters)},
    {_values("kinds", "kind, days, one, two", reaches)},
    found AS MATERIALIZED (
        SELECT contact_id, epoch_us({_AT}) - epoch_us(occurred_at) AS age, epoch_us(occurred_at) // {DAY} AS day,
            CASE WHEN {first} THEN one END AS one, CASE WHEN {second} THEN two END AS two
        FROM interactions JOIN kinds USING (kind)
        WHERE occurred_at <= {_AT} AND occurred_at > {_AT} - to_days(days)
            AND occurred_at > {_AT} - INTERVAL {longest} DAYS),
    long AS (
        SELECT contact_id, age, day, one::UTINYINT AS rule FROM found WHERE one IS NOT NULL UNION ALL
        SELECT contact_id, age, day, two::UTINYINT AS rule FROM found WHERE two IS NOT NULL),
    counted AS ({counted}),
    totals AS (
        SELECT contact_id, rule, sum(points * exp(age * rate) * (1 - age * slope)) AS total
        FROM counted JOIN rules USING (rule) WHERE age < reach GROUP BY contact_id, rule),
    sums AS (
        SELECT contact_id, {columns}
        FROM (SELECT contact_id, bucket, {_clipped(_rounded("total"), "-cap", "cap")} AS points
              FROM totals JOIN rules USING (rule))
        GROUP BY contact_id)"""


def _column(bucket: str) -> str:
    return f"sum_{bucket}"


def _let_through(limit: int, rules: Sequence[Each], window: str) -> str:
    chosen = ", ".join(str(number) for number, rule in enumerate(rules) if rule.limit == limit)
    age = {0: "age", 1: "max(age) AS age"}.get(limit, f"unnest(max(age, {limit})) AS age")
    group = f" GROUP BY contact_id, rule, {window}" if limit else ""
    return f"SELECT contact_id, rule, {age} FROM long WHERE rule IN ({chosen}){group}"


_PEOPLE: Final = f"""
    updates AS (
        SELECT contact_id, arg_max(seniority, (occurred_at, interaction_id)) AS seniority_now,
            arg_max(employees, (occurred_at, interaction_id)) AS employees_now
        FROM (SELECT contact_id, occurred_at, interaction_id, "changes.seniority" AS seniority,
                  "changes.company.employees" AS employees
              FROM interactions WHERE kind = 'profile_updated' AND occurred_at <= {_AT})
        GROUP BY contact_id),
    people AS (
        SELECT contacts.*, coalesce(seniority_now, seniority) AS seniority_then,
            coalesce(employees_now, "company.employees") AS employees_then
        FROM contacts LEFT JOIN updates USING (contact_id))"""


def _points(condition: str, points: float) -> str:
    return f"CASE WHEN {condition} THEN {float(points)}::DOUBLE ELSE 0 END"


def _sum(name: str, cap: float | None = None) -> str:
    value = f"coalesce({_column(name)}, 0)"
    return value if cap is None else _clipped(value, -cap, cap)


def _banded(score: str, bands: Mapping[str, float]) -> str:
    steps = " ".join(f"WHEN {score} >= {low} THEN '{band}'" for band, low in bands.items())
    return f"CASE {steps} END"


_READ: Final = "(seconds IS NULL OR seconds >= 5)"
_INBOUND: Final = "(direction IS NULL OR direction = 'inbound')"
_MESSAGES: Final = "('whatsapp_message', 'instagram_message', 'chat_message', 'message_received')"
_SALES_FIRST: Final = f"""(CASE WHEN kind = 'page_viewed' THEN {_READ} WHEN kind IN {_MESSAGES} THEN {_INBOUND}
    WHEN kind = 'call_outbound' THEN outcome IN ('interested', 'callback_requested', 'appointment_set')
    WHEN kind = 'email_bounced' THEN hard WHEN kind = 'feedback_given' THEN score >= 9 ELSE TRUE END)"""
_SALES_SECOND: Final = f"""(CASE WHEN kind = 'page_viewed' THEN {_READ} AND starts_with(path, '/pricing')
    WHEN kind IN {_MESSAGES} THEN {_INBOUND}
    WHEN kind = 'call_outbound' THEN outcome IN ('not_interested', 'refused', 'do_not_call')
    WHEN kind = 'call_inbound' THEN purpose IS NULL OR purpose IN ('marketing', 'telemarketing') ELSE TRUE END)"""
_SALES_FIT: Final = " + ".join(
    (
        _points("country IN ('ID', 'SG', 'MY')", 20),
        _points("country IN ('TH', 'VN', 'PH', 'BN')", 10),
        _points("employees_then >= 50 AND employees_then < 1000", 30),
        _points("employees_then >= 1000", 20),
        _points("employees_then >= 10 AND employees_then < 50", 10),
        _points("seniority_then IN ('owner', 'c_level', 'vp', 'director')", 25),
        _points("seniority_then = 'manager'", 15),
        _points(
            '"company.industry" IN '
            "('retail', 'financial_services', 'logistics', 'telecommunications', 'hospitality')",
            15,
        ),
        _points("monthly_budget >= 2000", 15),
        _points("source IN ('referral', 'customer_referral', 'partner')", 10),
        _points("employees_then < 5", -10),
        _points(_IS_PERSONAL, -10),
        _points("contains(lower(job_title), 'student') OR contains(lower(job_title), 'mahasiswa')", -40),
    )
)
_SALES_INTENT: Final = f"{_sum('intent')} + {_sum('reading', 25)} + {_sum('talking', 35)}"
_SALES_ENGAGEMENT: Final = " + ".join(
    (_sum("engagement"), _sum("content", 40), _sum("web", 20), _sum("mail", 8), _sum("social", 10))
)

SALES_SQL: Final = f"""
WITH {_sums(SALES, SALES_KINDS, _SALES_FIRST, _SALES_SECOND)}, {_PEOPLE},
    early AS (
        SELECT contact_id, {_clipped(_SALES_FIT, 0, 100)} AS fit, {_rounded(_clipped(_SALES_INTENT, 0, 100))} AS intent,
            {_rounded(_clipped(_sum("loyalty"), 0, 100))} AS loyalty, {_SALES_ENGAGEMENT} AS engaged
        FROM people LEFT JOIN sums USING (contact_id)),
    buying AS (
        SELECT *, engaged + CASE WHEN intent >= 30 THEN 50 WHEN intent >= 15 THEN 15 ELSE 0 END AS raw FROM early),
    scores AS (SELECT *, {_rounded(_clipped("raw", 0, 100))} AS engagement FROM buying),
    graded AS (
        SELECT *, {_banded("fit", {"A": 70, "B": 45, "C": 20, "D": 0})} AS fits,
            {_banded("engagement", {"hot": 50, "warm": 5, "cold": 0})} AS heat,
            {_banded("loyalty", {"regular": 50, "occasional": 15, "none": 0})} AS loyal
        FROM scores)
SELECT contact_id, fit AS "score.fit", intent AS "score.intent", engagement AS "score.engagement",
    loyalty AS "score.loyalty", fits AS "grade.fit", heat AS "grade.temperature", loyal AS "grade.loyalty",
    CASE WHEN fits IN ('A', 'B') AND heat = 'hot' THEN 'call_today'
        WHEN (fits IN ('A', 'B') AND heat = 'warm') OR (fits = 'C' AND heat = 'hot') THEN 'call_this_week'
        WHEN (fits IN ('A', 'B') AND heat = 'cold') OR (fits = 'C' AND heat = 'warm') OR (fits = 'D' AND heat = 'hot')
            THEN 'campaign'
        WHEN fits IS NOT NULL AND heat IS NOT NULL THEN 'newsletter' END AS "grade.priority"
FROM graded
"""

_TWELVE_FIT: Final = " + ".join(
    (
        _points("country IN ('ID', 'SG', 'MY')", 25),
        _points("employees_then >= 50 AND employees_then < 1000", 35),
        _points("seniority_then IN ('owner', 'c_level', 'vp', 'director')", 25),
        _points("\"company.industry\" IN ('retail', 'logistics')", 15),
        _points(_IS_PERSONAL, -10),
    )
)
_TWELVE_FIRST: Final = "(kind <> 'purchase' OR (amount >= 1000 AND currency = 'USD'))"

TWELVE_SQL: Final = f"""
WITH {_sums(TWELVE, TWELVE_KINDS, _TWELVE_FIRST, "starts_with(path, '/pricing')")}, {_PEOPLE},
    scores AS (
        SELECT contact_id, {_clipped(_TWELVE_FIT, 0, 100)} AS fit,
            {_rounded(_clipped(f"{_sum('engagement')} + {_sum('web', 20)}", 0, 100))} AS engagement
        FROM people LEFT JOIN sums USING (contact_id)),
    graded AS (
        SELECT *, {_banded("fit", {"A": 70, "B": 45, "C": 20, "D": 0})} AS fits,
            {_banded("engagement", {"hot": 50, "warm": 10, "cold": 0})} AS heat
        FROM scores)
SELECT contact_id, fit AS "score.fit", engagement AS "score.engagement", fits AS "grade.fit", heat AS "grade.heat",
    CASE WHEN fits IN ('A', 'B') AND heat = 'hot' THEN 'call_today'
        WHEN fits = 'A' AND heat = 'warm' THEN 'call_this_week' ELSE fits || '_' || heat END AS "grade.priority"
FROM graded
"""
