"""Contacts and interactions by the million, seeded: an event log in the order of time, and the people it is about.

Who does how much follows a power law. Interactions are written part by part, so that a table can be larger than memory.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

AT: Final = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
"""The instant at which all is scored; one part in a hundred of the log lies after it."""
SPAN: Final = timedelta(days=450)
AFTER: Final = timedelta(days=4)
PART: Final = 2_500_000
"""Interactions a file."""
VERSION: Final = "3"
"""Change it when the tables change, so that none is taken from before."""

_SKEW: Final = 0.8
_FLATTENED: Final = 1_000

KINDS: Final[dict[str, float]] = {
    "page_viewed": 36.0,
    "email_sent": 17.0,
    "email_opened": 16.0,
    "email_clicked": 6.0,
    "product_used": 4.0,
    "social_engaged": 3.0,
    "whatsapp_message": 2.5,
    "call_outbound": 2.0,
    "whitepaper_downloaded": 2.0,
    "email_replied": 1.2,
    "webinar_registered": 1.0,
    "purchase": 1.0,
    "webinar_attended": 0.7,
    "form_submitted": 0.7,
    "newsletter_subscribed": 0.6,
    "call_inbound": 0.6,
    "case_study_viewed": 0.6,
    "profile_updated": 0.5,
    "demo_requested": 0.5,
    "payment_received": 0.5,
    "chat_message": 0.4,
    "email_bounced": 0.3,
    "event_attended": 0.3,
    "appointment_set": 0.3,
    "demo_attended": 0.3,
    "quote_requested": 0.3,
    "survey_answered": 0.2,
    "feedback_given": 0.2,
    "newsletter_unsubscribed": 0.2,
    "complaint_made": 0.2,
    "appointment_kept": 0.2,
    "instagram_message": 0.15,
    "offer_form_submitted": 0.1,
    "presentation_agreed": 0.1,
    "presentation_attended": 0.1,
    "quote_declined": 0.1,
    "sales_rejected": 0.1,
    "opted_out": 0.1,
    "invoice_overdue": 0.1,
    "loyalty_joined": 0.1,
    "referral_made": 0.1,
    "appointment_missed": 0.1,
    "social_mentioned": 0.1,
    "quote_accepted": 0.1,
    "message_received": 0.05,
}
"""How common each kind is."""

_PATHS: Final = ("/", "/product", "/blog/omnichannel", "/blog/lead-vs-prospect", "/customers", "/pricing", "/careers")
_PATH_SHARES: Final = (5.0, 3.0, 3.0, 2.0, 1.0, 1.2, 0.5)
_OUTCOMES: Final = ("no_answer", "busy", "answered", "interested", "not_interested", "callback_requested", "refused")
_PURPOSES: Final = ("telemarketing", "marketing", "service", None)
_COUNTRIES: Final = ("ID", "SG", "MY", "TH", "VN", "PH", "JP", "AU", None)
_COUNTRY_SHARES: Final = (40.0, 10.0, 12.0, 8.0, 8.0, 8.0, 4.0, 4.0, 6.0)
_SENIORITIES: Final = ("owner", "c_level", "vp", "director", "manager", "specialist", "entry", None)
_SENIORITY_SHARES: Final = (4.0, 3.0, 3.0, 8.0, 22.0, 35.0, 10.0, 15.0)
_SOURCES: Final = ("web_form", "web_search", "referral", "partner", "trade_fair", "customer_referral", None)
_TITLES: Final = ("Head of Procurement", "Purchasing Manager", "Mahasiswa", "CEO", "Student assistant", "Analyst", None)
_TITLE_SHARES: Final = (20.0, 25.0, 3.0, 5.0, 2.0, 25.0, 20.0)
_INDUSTRIES: Final = ("retail", "financial_services", "logistics", "manufacturing", "education", "hospitality", None)
_MAIL: Final = ("majujaya.co.id", "nusantara.com", "GMail.com", "yahoo.co.id", "temasek.example", "gmail.com", None)
_MAIL_SHARES: Final = (30.0, 20.0, 5.0, 10.0, 15.0, 12.0, 8.0)
_CALLS: Final = ("call_outbound", "call_inbound")
_MESSAGES: Final = ("whatsapp_message", "instagram_message", "chat_message", "message_received")
_CHANNELS: Final = {
    "page_viewed": "web",
    "email_sent": "email",
    "email_opened": "email",
    "email_clicked": "email",
    "message_received": "sms",
}
_PAID: Final = ("purchase", "payment_received", "invoice_overdue", "quote_accepted")


@dataclass(frozen=True, slots=True)
class Tables:
    """Two folders of Parquet files, and how much they hold."""

    contacts: Path
    interactions: Path
    contact_rows: int
    interaction_rows: int


def folder() -> Path:
    """Return the folder in which tables are kept between runs."""
    return Path(tempfile.gettempdir()) / f"leadqual-benchmarks-{VERSION}"


def tables(contact_rows: int, interaction_rows: int) -> Tables:
    """Return the tables of a size; they are made when they are first asked for."""
    place = folder() / f"{contact_rows}-{interaction_rows}"
    made = Tables(place / "contacts", place / "interactions", contact_rows, interaction_rows)
    if not place.is_dir():
        folder().mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder()))
        for name in ("contacts", "interactions"):
            (unfinished / name).mkdir()
        contacts(contact_rows).write_parquet(unfinished / "contacts" / "part-0000.parquet")
        _write_interactions(contact_rows, interaction_rows, unfinished / "interactions")
        try:
            unfinished.rename(place)
        except OSError:  # somebody else was faster
            shutil.rmtree(unfinished)
    return made


def contacts(rows: int) -> pl.DataFrame:
    """Return the table of contacts."""
    dice = np.random.default_rng(1)
    numbers = pl.int_range(rows, dtype=pl.UInt32, eager=True)
    domain = _chosen(dice, rows, _MAIL, _MAIL_SHARES)
    created = np.datetime64(AT.replace(tzinfo=None), "us") - dice.integers(0, int(SPAN / _MICRO), rows)
    employees = np.exp(dice.normal(4.2, 1.8, rows)).astype(np.int64) + 1
    budget = dice.integers(1, 80, rows) * 100.0
    return pl.DataFrame(
        {
            "contact_id": contact_ids(numbers),
            "full_name": "Siti Rahma " + numbers.cast(pl.String),
            "email": "p" + numbers.cast(pl.String) + "@" + domain,
            "job_title": _chosen(dice, rows, _TITLES, _TITLE_SHARES),
            "country": _chosen(dice, rows, _COUNTRIES, _COUNTRY_SHARES),
            "seniority": _chosen(dice, rows, _SENIORITIES, _SENIORITY_SHARES),
            "source": _chosen(dice, rows, _SOURCES),
            "created_at": pl.Series(created).dt.replace_time_zone("UTC"),
            "company.employees": pl.Series(employees).set(_drawn(dice, rows, 0.15), None),
            "company.industry": _chosen(dice, rows, _INDUSTRIES),
            "monthly_budget": pl.Series(budget).set(_drawn(dice, rows, 0.7), None),
        }
    )


def contact_ids(numbers: pl.Series) -> pl.Series:
    """Return the ids of contacts by number."""
    return "c-" + numbers.cast(pl.String).str.zfill(8)


_MICRO: Final = timedelta(microseconds=1)


def _write_interactions(contact_rows: int, rows: int, place: Path) -> None:
    parts = max(1, -(-rows // PART))
    begin, length = AT - SPAN + AFTER, SPAN / parts
    for part in range(parts):
        first, last = rows * part // parts, rows * (part + 1) // parts
        table = interactions(contact_rows, first, last - first, begin + part * length, length)
        table.write_parquet(place / f"part-{part:04d}.parquet", row_group_size=250_000)


def interactions(contact_rows: int, first: int, rows: int, begin: datetime, length: timedelta) -> pl.DataFrame:
    """Return the interactions of a stretch of time, in its order."""
    dice = np.random.default_rng([2, first])
    moments = np.sort(dice.integers(0, int(length / _MICRO), rows)) + np.datetime64(begin.replace(tzinfo=None), "us")
    kinds = _chosen(dice, rows, tuple(KINDS), tuple(KINDS.values()))
    base = pl.DataFrame(
        {
            "contact_id": contact_ids(_actors(dice, contact_rows, rows)),
            "interaction_id": "i-" + pl.int_range(first, first + rows, eager=True).cast(pl.String).str.zfill(10),
            "kind": kinds,
            "occurred_at": pl.Series(moments).dt.replace_time_zone("UTC"),
        }
    )
    return base.with_columns(_properties(dice, rows, kinds))


def _actors(dice: np.random.Generator, contact_rows: int, rows: int) -> pl.Series:
    """Return the contacts of interactions: the n-th most active does its share by a power of n."""
    low, high = _FLATTENED ** (1 - _SKEW), (_FLATTENED + contact_rows) ** (1 - _SKEW)
    rank = (low + dice.random(rows) * (high - low)) ** (1 / (1 - _SKEW)) - _FLATTENED
    order = np.random.default_rng(3).permutation(contact_rows).astype(np.uint32)
    return pl.Series(order[np.clip(rank.astype(np.int64), 0, contact_rows - 1)])


def _properties(dice: np.random.Generator, rows: int, kinds: pl.Series) -> list[pl.Series]:
    """Return the columns that only some kinds have, null elsewhere."""

    def of(*names: str) -> pl.Series:
        return kinds.is_in(names)

    def only(name: str, values: Any, where: pl.Series) -> pl.Series:
        return pl.Series(values).set(~where, None).alias(name)

    page, told = of("page_viewed"), of(*_MESSAGES)
    inbound = pl.Series(dice.random(rows) < 0.6)
    untimed = _drawn(dice, rows, 0.12)
    moved, grown = of("profile_updated") & inbound, of("profile_updated") & ~inbound
    sides = pl.select(pl.when(inbound).then(pl.lit("inbound")).otherwise(pl.lit("outbound"))).to_series()
    channel = kinds.replace_strict(_CHANNELS, default=None, return_dtype=pl.String)
    return [
        channel.alias("channel"),
        only("direction", sides, told),
        only("path", _chosen(dice, rows, _PATHS, _PATH_SHARES), page),
        only("seconds", np.floor(dice.exponential(40.0, rows)), page & ~untimed),
        only("amount", dice.integers(1, 4_000, rows) * 1.0, of(*_PAID)),
        only("currency", _chosen(dice, rows, ("USD", "IDR", "SGD")), of(*_PAID)),
        only("outcome", _chosen(dice, rows, _OUTCOMES), of(*_CALLS)),
        only("purpose", _chosen(dice, rows, _PURPOSES), of(*_CALLS)),
        only("hard", inbound, of("email_bounced")),
        only("score", dice.integers(0, 11, rows) * 1.0, of("feedback_given", "survey_answered")),
        only("title", _chosen(dice, rows, ("Omnichannel", "Panduan")), of("whitepaper_downloaded", "webinar_attended")),
        only("reason", _chosen(dice, rows, ("no budget", "no need")), of("sales_rejected", "quote_declined")),
        only("changes.seniority", _chosen(dice, rows, _SENIORITIES[:-1], _SENIORITY_SHARES[:-1]), moved),
        only("changes.company.employees", dice.integers(1, 3_000, rows), grown),
    ]


def _chosen(
    dice: np.random.Generator, rows: int, values: tuple[str | None, ...], shares: tuple[float, ...] | None = None
) -> pl.Series:
    """Return values drawn by their shares."""
    weights = np.ones(len(values)) if shares is None else np.array(shares)
    bounds = np.cumsum(weights / weights.sum())
    picked = np.minimum(np.searchsorted(bounds, dice.random(rows), side="right"), len(values) - 1)
    return pl.Series(values, dtype=pl.String).gather(pl.Series(picked.astype(np.uint32)))


def _drawn(dice: np.random.Generator, rows: int, share: float) -> pl.Series:
    return pl.Series(dice.random(rows) < share)
