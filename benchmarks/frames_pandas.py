"""The scores by a loop over pandas, as people write it: a contact at a time, a rule at a time, with masks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from benchmarks.frames_data import AT
from benchmarks.frames_polars import SALES, SALES_KINDS, TWELVE, TWELVE_KINDS, Each
from leadqual.model.mailboxes import is_personal

Filter = Callable[[pd.DataFrame], Any]

_AT: Final = pd.Timestamp(AT)
_EPOCH: Final = pd.Timestamp(0, tz="UTC")
_DAY: Final = 86_400


def _read(own: pd.DataFrame) -> Any:
    return own["seconds"].isna() | (own["seconds"] >= 5)


def _marketing(own: pd.DataFrame) -> Any:
    return (own["kind"] != "call_inbound") | own["purpose"].isna() | own["purpose"].isin(["marketing", "telemarketing"])


def _inbound(own: pd.DataFrame) -> Any:
    return own["direction"].isna() | (own["direction"] == "inbound")


SALES_FILTERS: Final[dict[str, Filter]] = {
    "visit": _read,
    "pricing": lambda own: _read(own) & own["path"].str.startswith("/pricing"),
    "called-us": _marketing,
    "interested-on-call": lambda own: own["outcome"].isin(["interested", "callback_requested", "appointment_set"]),
    "not-interested": lambda own: own["outcome"].isin(["not_interested", "refused", "do_not_call"]),
    "message": _inbound,
    "wrote": _inbound,
    "bounced": lambda own: own["hard"] == True,  # noqa: E712 - a column with missing values
    "praise": lambda own: own["score"] >= 9,
}
TWELVE_FILTERS: Final[dict[str, Filter]] = {
    "pricing": lambda own: own["path"].str.startswith("/pricing"),
    "bought": lambda own: (own["amount"] >= 1000) & (own["currency"] == "USD"),
}


def pandas_loop(policy: str, contacts: pd.DataFrame, interactions: pd.DataFrame) -> pd.DataFrame:
    """Return the scores and grades of every contact under one of the two policies."""
    score = _sales if policy == "sales" else _twelve
    histories = dict(iter(interactions[interactions["occurred_at"] <= _AT].groupby("contact_id")))
    nothing = interactions.iloc[:0]
    rows = []
    for _, contact in contacts.iterrows():
        rows.append(
            {"contact_id": contact["contact_id"], **score(contact, histories.get(contact["contact_id"], nothing))}
        )
    return pd.DataFrame(rows)


def _sales(contact: pd.Series, own: pd.DataFrame) -> dict[str, Any]:
    total = _totals(own, SALES, SALES_KINDS, SALES_FILTERS)
    fit = _clip(_sales_fit(_updated(contact, own)), 0, 100)
    intent = _round(_clip(total["intent"] + _cap(total["reading"], 25) + _cap(total["talking"], 35), 0, 100))
    engagement = total["engagement"] + _cap(total["content"], 40) + _cap(total["web"], 20)
    engagement += _cap(total["mail"], 8) + _cap(total["social"], 10)
    engagement = _round(_clip(engagement + (50 if intent >= 30 else 15 if intent >= 15 else 0), 0, 100))
    loyalty = _round(_clip(total["loyalty"], 0, 100))
    row = _band(fit, {"A": 70, "B": 45, "C": 20, "D": 0})
    column = _band(engagement, {"hot": 50, "warm": 5, "cold": 0})
    warmth = {"hot": 2, "warm": 1, "cold": 0}[column] + {"A": 1, "B": 1, "C": 0, "D": -1}[row]
    return {
        "score.fit": fit,
        "score.intent": intent,
        "score.engagement": engagement,
        "score.loyalty": loyalty,
        "grade.fit": row,
        "grade.temperature": column,
        "grade.loyalty": _band(loyalty, {"regular": 50, "occasional": 15, "none": 0}),
        "grade.priority": ["newsletter", "newsletter", "campaign", "call_this_week", "call_today"][warmth + 1],
    }


def _twelve(contact: pd.Series, own: pd.DataFrame) -> dict[str, Any]:
    total = _totals(own, TWELVE, TWELVE_KINDS, TWELVE_FILTERS)
    known = _updated(contact, own)
    fit = 25.0 if known["country"] in ("ID", "SG", "MY") else 0.0
    fit += 35 if 50 <= known["company.employees"] < 1000 else 0
    fit += 25 if known["seniority"] in ("owner", "c_level", "vp", "director") else 0
    fit += 15 if known["company.industry"] in ("retail", "logistics") else 0
    fit -= 10 if pd.notna(known["email"]) and is_personal(known["email"]) else 0
    fit = _clip(fit, 0, 100)
    engagement = _round(_clip(total["engagement"] + _cap(total["web"], 20), 0, 100))
    row = _band(fit, {"A": 70, "B": 45, "C": 20, "D": 0})
    column = _band(engagement, {"hot": 50, "warm": 10, "cold": 0})
    named = {("A", "hot"): "call_today", ("B", "hot"): "call_today", ("A", "warm"): "call_this_week"}
    return {
        "score.fit": fit,
        "score.engagement": engagement,
        "grade.fit": row,
        "grade.heat": column,
        "grade.priority": named.get((row, column), f"{row}_{column}"),
    }


def _totals(
    own: pd.DataFrame, rules: Mapping[str, Each], kinds: Mapping[str, tuple[str, ...]], filters: Mapping[str, Filter]
) -> dict[str, float]:
    totals = dict.fromkeys((rule.sum for rule in rules.values()), 0.0)
    for name, rule in rules.items():
        mine = own[own["kind"].isin([kind for kind, of in kinds.items() if name in of])]
        if name in filters and len(mine):
            mine = mine[filters[name](mine)]
        if len(mine):
            totals[rule.sum] += _cap(_round(_points(mine, rule)), rule.cap)
    return totals


def _points(mine: pd.DataFrame, rule: Each) -> float:
    if rule.limit:
        mine = mine.sort_values("occurred_at")
        windows = (mine["occurred_at"] - _EPOCH).dt.total_seconds() // (rule.window * _DAY)
        mine = mine.groupby(windows).head(rule.limit)
    age = (_AT - mine["occurred_at"]).dt.total_seconds() / _DAY
    age = age[age < rule.within]
    share = 0.5 ** (age / rule.half_life) if rule.half_life else 1 - age / rule.linear if rule.linear else age * 0 + 1
    return float(rule.points * share.sum())


def _updated(contact: pd.Series, own: pd.DataFrame) -> pd.Series:
    updates = own[own["kind"] == "profile_updated"].sort_values(["occurred_at", "interaction_id"])
    if updates.empty:
        return contact
    contact = contact.copy()
    for name in ("seniority", "company.employees"):
        told = updates[f"changes.{name}"].dropna()
        if len(told):
            contact[name] = told.iloc[-1]
    return contact


def _sales_fit(known: pd.Series) -> float:
    employees = known["company.employees"]
    title = known["job_title"].lower() if pd.notna(known["job_title"]) else ""
    fit = (
        20.0
        if known["country"] in ("ID", "SG", "MY")
        else 10.0
        if known["country"] in ("TH", "VN", "PH", "BN")
        else 0.0
    )
    fit += 30 if 50 <= employees < 1000 else 20 if employees >= 1000 else 10 if 10 <= employees < 50 else 0
    fit -= 10 if employees < 5 else 0
    fit += 25 if known["seniority"] in ("owner", "c_level", "vp", "director") else 0
    fit += 15 if known["seniority"] == "manager" else 0
    industries = ("retail", "financial_services", "logistics", "telecommunications", "hospitality")
    fit += 15 if known["company.industry"] in industries else 0
    fit += 15 if known["monthly_budget"] >= 2000 else 0
    fit += 10 if known["source"] in ("referral", "customer_referral", "partner") else 0
    fit -= 10 if pd.notna(known["email"]) and is_personal(known["email"]) else 0
    return fit - (40 if "student" in title or "mahasiswa" in title else 0)


def _band(score: float, bands: Mapping[str, float]) -> str:
    return next(band for band, low in bands.items() if score >= low)


def _round(value: float) -> float:
    return float((value * 1e6 + 0.5) // 1 / 1e6)


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _cap(value: float, cap: float) -> float:
    return _clip(value, -cap, cap)
