"""The scores of both policies by hand in Polars: the fastest of a dozen ways that were tried.

What made it fast: the text ids are looked up once, and from then on contacts have numbers; every rule's parameters lie
in small tables that are looked up by the rule's number, so that the work does not grow with the rules; whatever
`at_most` lets through is found with one sort and a shift; what is sorted is added up without hashing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from benchmarks.frames_data import AT
from leadqual.model.mailboxes import PERSONAL_MAIL

DAY: Final = 86_400_000_000
NO_CAP: Final = 1e300


class Each(NamedTuple):
    """A rule that reads interactions."""

    points: float
    within: int
    half_life: int | None = None
    cap: float = NO_CAP
    limit: int = 0
    window: int = 1
    sum: str = ""
    """The sum that it adds to: a group, or what a score has outside of its groups."""
    linear: int | None = None


SALES: Final[dict[str, Each]] = {
    "demo": Each(40, 120, 21, 50, sum="intent"),
    "quotation": Each(45, 120, 21, 55, sum="intent"),
    "presentation": Each(40, 120, 21, 50, sum="intent"),
    "met": Each(25, 120, 21, 50, limit=1, sum="intent"),
    "appointment": Each(15, 120, 21, 20, sum="intent"),
    "accepted-quote": Each(60, 120, 21, 60, sum="intent"),
    "offer-form": Each(15, 120, 21, 25, sum="intent"),
    "pricing": Each(5, 30, limit=1, sum="reading"),
    "case-study": Each(5, 120, 21, limit=2, sum="reading"),
    "called-us": Each(15, 120, 21, limit=1, sum="talking"),
    "interested-on-call": Each(15, 120, 21, limit=1, sum="talking"),
    "replied": Each(6, 120, 21, limit=1, sum="talking"),
    "wrote": Each(6, 120, 21, limit=1, sum="talking"),
    "missed-appointment": Each(-15, 120, 21, 30, sum="intent"),
    "not-interested": Each(-30, 180, 60, 45, sum="intent"),
    "declined-quote": Each(-40, 180, 60, 40, sum="intent"),
    "given-back": Each(-30, 180, 45, 45, sum="intent"),
    "whitepaper": Each(15, 180, 30, 30, limit=2, sum="content"),
    "newsletter": Each(10, 180, 30, 10, sum="content"),
    "webinar": Each(12, 180, 30, 24, sum="content"),
    "registration": Each(4, 180, 30, 8, sum="content"),
    "event": Each(15, 180, 30, 30, sum="content"),
    "form": Each(12, 180, 30, 24, limit=1, sum="engagement"),
    "visit": Each(1, 90, 30, limit=3, sum="web"),
    "opened": Each(0.5, 90, 30, 4, limit=1, sum="mail"),
    "clicked": Each(1.5, 90, 30, 6, limit=1, sum="mail"),
    "answered": Each(6, 180, 30, 24, limit=1, sum="engagement"),
    "message": Each(5, 180, 30, 20, limit=1, sum="engagement"),
    "social": Each(1, 90, 30, limit=1, sum="social"),
    "mention": Each(4, 90, 30, limit=1, sum="social"),
    "bounced": Each(-20, 180, 90, 20, sum="engagement"),
    "unsubscribed": Each(-15, 180, 90, 15, sum="engagement"),
    "opted-out": Each(-30, 180, 90, 30, sum="engagement"),
    "complaint": Each(-10, 180, 30, 20, sum="engagement"),
    "bought": Each(20, 365, cap=60, sum="loyalty"),
    "uses": Each(2, 90, cap=20, limit=1, window=7, sum="loyalty"),
    "programme": Each(20, 365, cap=20, sum="loyalty"),
    "recommends": Each(10, 365, cap=20, sum="loyalty"),
    "praise": Each(10, 365, cap=10, sum="loyalty"),
    "complained": Each(-10, 365, 90, 30, sum="loyalty"),
    "overdue": Each(-10, 180, cap=20, sum="loyalty"),
}
SALES_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "demo_requested": ("demo",),
    "quote_requested": ("quotation",),
    "presentation_agreed": ("presentation",),
    "demo_attended": ("met",),
    "presentation_attended": ("met",),
    "appointment_kept": ("met",),
    "appointment_set": ("appointment",),
    "quote_accepted": ("accepted-quote",),
    "offer_form_submitted": ("form", "offer-form"),
    "page_viewed": ("visit", "pricing"),
    "case_study_viewed": ("case-study",),
    "call_inbound": ("answered", "called-us"),
    "call_outbound": ("interested-on-call", "not-interested"),
    "email_replied": ("answered", "replied"),
    "whatsapp_message": ("message", "wrote"),
    "instagram_message": ("message", "wrote"),
    "chat_message": ("message", "wrote"),
    "message_received": ("message", "wrote"),
    "appointment_missed": ("missed-appointment",),
    "quote_declined": ("declined-quote",),
    "sales_rejected": ("given-back",),
    "whitepaper_downloaded": ("whitepaper",),
    "newsletter_subscribed": ("newsletter",),
    "webinar_attended": ("webinar",),
    "webinar_registered": ("registration",),
    "event_attended": ("event",),
    "form_submitted": ("form",),
    "email_opened": ("opened",),
    "email_clicked": ("clicked",),
    "survey_answered": ("answered",),
    "social_engaged": ("social",),
    "social_mentioned": ("mention",),
    "email_bounced": ("bounced",),
    "newsletter_unsubscribed": ("unsubscribed",),
    "opted_out": ("opted-out",),
    "complaint_made": ("complaint", "complained"),
    "purchase": ("bought",),
    "product_used": ("uses",),
    "loyalty_joined": ("programme",),
    "referral_made": ("recommends",),
    "feedback_given": ("praise",),
    "invoice_overdue": ("overdue",),
}
TWELVE: Final[dict[str, Each]] = {
    "demo": Each(40, 120, 21, 50, sum="engagement"),
    "whitepaper": Each(15, 180, 30, 30, sum="engagement"),
    "webinar": Each(12, 90, linear=90, cap=24, sum="engagement"),
    "pricing": Each(5, 30, sum="web"),
    "visit": Each(1, 90, 30, limit=3, sum="web"),
    "clicked": Each(1.5, 90, 30, 6, limit=1, sum="engagement"),
    "bought": Each(20, 365, cap=40, sum="engagement"),
}
TWELVE_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "demo_requested": ("demo",),
    "whitepaper_downloaded": ("whitepaper",),
    "webinar_attended": ("webinar",),
    "page_viewed": ("visit", "pricing"),
    "email_clicked": ("clicked",),
    "purchase": ("bought",),
}

_AGE, _RULE, _KIND = pl.col("age"), pl.col("rule"), pl.col("code")
_MAIL_PATTERN: Final = "(?i)@(" + "|".join(re.escape(domain) for domain in sorted(PERSONAL_MAIL)) + ")$"


def sales(contacts: pl.LazyFrame, interactions: pl.LazyFrame) -> pl.DataFrame:
    """Return the scores and grades of the policy `sales`."""
    known = [
        "email",
        "job_title",
        "country",
        "seniority",
        "source",
        "company.employees",
        "company.industry",
        "monthly_budget",
    ]
    people = contacts.select("contact_id", *known).with_row_index("n").collect(engine="streaming")
    kinds = [*SALES_KINDS]

    def of(*names: str) -> pl.Expr:
        return _KIND.is_in([kinds.index(name) for name in names])

    read = pl.col("seconds").is_null() | (pl.col("seconds") >= 5)
    inbound = pl.col("direction").is_null() | (pl.col("direction") == "inbound")
    messages = of("whatsapp_message", "instagram_message", "chat_message", "message_received")
    outcome, purpose = pl.col("outcome"), pl.col("purpose")
    first = (
        pl.when(of("page_viewed"))
        .then(read)
        .when(messages)
        .then(inbound)
        .when(of("call_outbound"))
        .then(outcome.is_in(["interested", "callback_requested", "appointment_set"]))
        .when(of("email_bounced"))
        .then(pl.col("hard"))
        .when(of("feedback_given"))
        .then(pl.col("score") >= 9)
        .otherwise(True)
    )
    second = (
        pl.when(of("page_viewed"))
        .then(read & pl.col("path").str.starts_with("/pricing"))
        .when(messages)
        .then(inbound)
        .when(of("call_outbound"))
        .then(outcome.is_in(["not_interested", "refused", "do_not_call"]))
        .when(of("call_inbound"))
        .then(purpose.is_null() | purpose.is_in(["marketing", "telemarketing"]))
        .otherwise(True)
    )
    sums = _sums(people, interactions, SALES, SALES_KINDS, first, second)
    table = people.lazy().join(_updates(interactions), on="contact_id", how="left").join(sums, on="n", how="left")
    return _sales_scores(table).collect(engine="streaming")


def twelve(contacts: pl.LazyFrame, interactions: pl.LazyFrame) -> pl.DataFrame:
    """Return the scores and grades of the policy of twelve rules."""
    known = ["email", "country", "seniority", "company.employees", "company.industry"]
    people = contacts.select("contact_id", *known).with_row_index("n").collect(engine="streaming")
    kinds = [*TWELVE_KINDS]
    first = (
        pl.when(kinds.index("purchase") == _KIND)
        .then((pl.col("amount") >= 1000) & (pl.col("currency") == "USD"))
        .otherwise(True)
    )
    second = pl.col("path").str.starts_with("/pricing")
    sums = _sums(people, interactions, TWELVE, TWELVE_KINDS, first, second)
    table = people.lazy().join(_updates(interactions), on="contact_id", how="left").join(sums, on="n", how="left")
    return _twelve_scores(table).collect(engine="streaming")


def _looked_up(values: Sequence[Any], dtype: type[pl.DataType], by: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(values, dtype=dtype)).gather(by)


def _sums(
    people: pl.DataFrame,
    interactions: pl.LazyFrame,
    rules: Mapping[str, Each],
    kinds: Mapping[str, tuple[str, ...]],
    first: pl.Expr,
    second: pl.Expr,
) -> pl.LazyFrame:
    """Return the sums by contact: number, then a column for each sum."""
    names, each = [*rules], [*rules.values()]
    chosen = _chosen(interactions, rules, kinds)
    one = _looked_up([names.index(of[0]) for of in kinds.values()], pl.UInt8, _KIND)
    two = _looked_up([names.index(of[1]) if len(of) > 1 else None for of in kinds.values()], pl.UInt8, _KIND)
    micros = pl.col("occurred_at").dt.epoch("us")
    rows = (
        chosen.select(
            "contact_id",
            "age",
            day=(micros // DAY).cast(pl.Int64),
            one=pl.when(first).then(one),
            two=pl.when(second).then(two),
        )
        .filter(pl.col("one").is_not_null() | pl.col("two").is_not_null())
        .join(people.lazy().select("contact_id", "n"), on="contact_id")
        .collect(engine="streaming")
        .lazy()
    )
    long = pl.concat(
        [rows.filter(pl.col(name).is_not_null()).select("n", "age", "day", rule=name) for name in ("one", "two")]
    )
    window = pl.col("day") // _looked_up([rule.window for rule in each], pl.Int64, _RULE)
    owner = pl.col("n").cast(pl.Int64) * 256 + _RULE
    keyed = long.select("age", "rule", key=owner * 65_536 + window).collect()
    return _added(_let_through(keyed.sort("key", "age", descending=[False, True]).lazy(), each), each)


def _chosen(
    interactions: pl.LazyFrame, rules: Mapping[str, Each], kinds: Mapping[str, tuple[str, ...]]
) -> pl.LazyFrame:
    """Return the interactions of the kinds that matter, as old as they may be."""
    reach = [max(map(reach_of, (rules[name] for name in of))) for of in kinds.values()]
    since = pl.lit(AT) - pl.duration(days=max(reach))
    at = pl.col("occurred_at")
    return (
        interactions.filter(at <= AT, at > since)
        .with_columns(
            age=(pl.lit(AT) - at).dt.total_microseconds(),
            code=pl.col("kind").cast(pl.Enum([*kinds]), strict=False).to_physical(),
        )
        .filter(_KIND.is_not_null())
        .filter(_looked_up([days * DAY for days in reach], pl.Int64, _KIND) > _AGE)
    )


def reach_of(rule: Each) -> int:
    """Return how many days old an interaction can be that a rule has to see, whole windows of `at_most` included."""
    return rule.within + (rule.window if rule.limit else 0)


def _let_through(rows: pl.LazyFrame, rules: Sequence[Each]) -> pl.LazyFrame:
    """Return number, rule and points of what counts; the rows come in the order of key and age, oldest first."""
    key, limit = pl.col("key"), _looked_up([rule.limit for rule in rules], pl.UInt8, _RULE)
    too_many = pl.any_horizontal(
        (limit == number) & (key == key.shift(number)).fill_null(False)
        for number in sorted({rule.limit for rule in rules} - {0})
    )
    points = _looked_up([float(rule.points) for rule in rules], pl.Float64, _RULE)
    rates = [-math.log(2) / (rule.half_life * DAY) if rule.half_life else 0.0 for rule in rules]
    share = (_AGE * _looked_up(rates, pl.Float64, _RULE)).exp()
    for number, rule in enumerate(rules):
        if rule.linear is not None:
            share = pl.when(number == _RULE).then(1.0 - _AGE / (rule.linear * DAY)).otherwise(share)
    young = _looked_up([rule.within * DAY for rule in rules], pl.Int64, _RULE) > _AGE
    return rows.filter(~too_many, young).select(owner=key // 65_536, points=points * share)


def _added(points: pl.LazyFrame, rules: Sequence[Each]) -> pl.LazyFrame:
    totals = points.with_columns(pl.col("owner").set_sorted()).group_by("owner").agg(pl.col("points").sum())
    rule = pl.col("owner") % 256
    caps = _looked_up([float(each.cap) for each in rules], pl.Float64, rule)
    sums = sorted({each.sum for each in rules})
    capped = totals.select(
        n=(pl.col("owner") // 256).cast(pl.UInt32).set_sorted(),
        sum=_looked_up([sums.index(each.sum) for each in rules], pl.UInt8, rule),
        points=_rounded(pl.col("points")).clip(-caps, caps),
    )
    return capped.group_by("n").agg(
        pl.col("points").filter(pl.col("sum") == number).sum().alias(f"sum.{name}") for number, name in enumerate(sums)
    )


def _updates(interactions: pl.LazyFrame) -> pl.LazyFrame:
    """Return the latest values that profile updates gave."""
    return (
        interactions.filter(pl.col("kind") == "profile_updated", pl.col("occurred_at") <= AT)
        .select(
            "contact_id",
            "occurred_at",
            "interaction_id",
            seniority_now="changes.seniority",
            employees_now="changes.company.employees",
        )
        .sort("occurred_at", "interaction_id")
        .group_by("contact_id")
        .agg(pl.col("seniority_now", "employees_now").drop_nulls().last())
    )


def _rounded(value: pl.Expr) -> pl.Expr:
    return (value * 1e6 + 0.5).floor() / 1e6


def _points(condition: pl.Expr, points: float) -> pl.Expr:
    return pl.when(condition).then(float(points)).otherwise(0.0)


def _sum(name: str, cap: float = NO_CAP) -> pl.Expr:
    return pl.col(f"sum.{name}").fill_null(0.0).clip(-cap, cap)


def _banded(score: str, bands: Mapping[str, float]) -> pl.Expr:
    answer: Any = pl
    for band, low in bands.items():
        answer = answer.when(pl.col(score) >= low).then(pl.lit(band))
    made: pl.Expr = answer.otherwise(None)
    return made


def _personal() -> pl.Expr:
    return pl.col("email").str.contains(_MAIL_PATTERN)


def _sales_scores(table: pl.LazyFrame) -> pl.LazyFrame:
    seniority = pl.coalesce("seniority_now", "seniority")
    employees = pl.coalesce("employees_now", "company.employees")
    country, title = pl.col("country"), pl.col("job_title")
    industries = ["retail", "financial_services", "logistics", "telecommunications", "hospitality"]
    fit = (
        _points(country.is_in(["ID", "SG", "MY"]), 20)
        + _points(country.is_in(["TH", "VN", "PH", "BN"]), 10)
        + _points((employees >= 50) & (employees < 1000), 30)
        + _points(employees >= 1000, 20)
        + _points((employees >= 10) & (employees < 50), 10)
        + _points(seniority.is_in(["owner", "c_level", "vp", "director"]), 25)
        + _points(seniority == "manager", 15)
        + _points(pl.col("company.industry").is_in(industries), 15)
        + _points(pl.col("monthly_budget") >= 2000, 15)
        + _points(pl.col("source").is_in(["referral", "customer_referral", "partner"]), 10)
        + _points(employees < 5, -10)
        + _points(_personal(), -10)
        + _points(title.str.contains_any(["student", "mahasiswa"], ascii_case_insensitive=True), -40)
    )
    intent = _sum("intent") + _sum("reading", 25) + _sum("talking", 35)
    buying = pl.when(pl.col("score.intent") >= 30).then(50.0).when(pl.col("score.intent") >= 15).then(15.0)
    engagement = (
        _sum("engagement")
        + _sum("content", 40)
        + _sum("web", 20)
        + _sum("mail", 8)
        + _sum("social", 10)
        + buying.otherwise(0.0)
    )
    row, column = pl.col("grade.fit"), pl.col("grade.temperature")
    good = row.is_in(["A", "B"])
    priority = (
        pl.when(good & (column == "hot"))
        .then(pl.lit("call_today"))
        .when((good & (column == "warm")) | ((row == "C") & (column == "hot")))
        .then(pl.lit("call_this_week"))
        .when((good & (column == "cold")) | ((row == "C") & (column == "warm")) | ((row == "D") & (column == "hot")))
        .then(pl.lit("campaign"))
        .when(row.is_not_null() & column.is_not_null())
        .then(pl.lit("newsletter"))
        .otherwise(None)
    )
    return (
        table.with_columns(
            fit.clip(0, 100).alias("score.fit"),
            _rounded(intent.clip(0, 100)).alias("score.intent"),
            _rounded(_sum("loyalty").clip(0, 100)).alias("score.loyalty"),
        )
        .with_columns(_rounded(engagement.clip(0, 100)).alias("score.engagement"))
        .with_columns(
            _banded("score.fit", {"A": 70, "B": 45, "C": 20, "D": 0}).alias("grade.fit"),
            _banded("score.engagement", {"hot": 50, "warm": 5, "cold": 0}).alias("grade.temperature"),
            _banded("score.loyalty", {"regular": 50, "occasional": 15, "none": 0}).alias("grade.loyalty"),
        )
        .select(
            "contact_id",
            *(f"score.{name}" for name in ("fit", "intent", "engagement", "loyalty")),
            *(f"grade.{name}" for name in ("fit", "temperature", "loyalty")),
            priority.alias("grade.priority"),
        )
    )


def _twelve_scores(table: pl.LazyFrame) -> pl.LazyFrame:
    seniority = pl.coalesce("seniority_now", "seniority")
    employees = pl.coalesce("employees_now", "company.employees")
    fit = (
        _points(pl.col("country").is_in(["ID", "SG", "MY"]), 25)
        + _points((employees >= 50) & (employees < 1000), 35)
        + _points(seniority.is_in(["owner", "c_level", "vp", "director"]), 25)
        + _points(pl.col("company.industry").is_in(["retail", "logistics"]), 15)
        + _points(_personal(), -10)
    )
    row, column = pl.col("grade.fit"), pl.col("grade.heat")
    priority = (
        pl.when(row.is_in(["A", "B"]) & (column == "hot"))
        .then(pl.lit("call_today"))
        .when((row == "A") & (column == "warm"))
        .then(pl.lit("call_this_week"))
        .otherwise(row + "_" + column)
    )
    return (
        table.with_columns(
            fit.clip(0, 100).alias("score.fit"),
            _rounded((_sum("engagement") + _sum("web", 20)).clip(0, 100)).alias("score.engagement"),
        )
        .with_columns(
            _banded("score.fit", {"A": 70, "B": 45, "C": 20, "D": 0}).alias("grade.fit"),
            _banded("score.engagement", {"hot": 50, "warm": 10, "cold": 0}).alias("grade.heat"),
        )
        .select(
            "contact_id",
            "score.fit",
            "score.engagement",
            "grade.fit",
            "grade.heat",
            priority.alias("grade.priority"),
        )
    )
