"""Generated policies, contacts and histories: every option of the language, on a grid of instants full of ties.

Instants lie on a grid of six hours around a leap day and the change to summer time, some a microsecond beside it, so
that windows, caps, limits and thresholds are often met exactly.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from leadqual import Contact, Interaction, Policy
from leadqual.testing import strategies

BASE = datetime(2024, 2, 27, tzinfo=UTC)  # 2024-02-29 and Berlin's 2024-03-31T01:00Z lie within
LAST = 4 * 40
WINDOWS = ("6h", "1d", "36h", "2d", "7d", "30d")
COUNTRIES = ("ID", "SG", "DE")
BANDS = (("hot", 40), ("warm", 10), ("cold", 0))
STAGES = ("lead", "mql", "sql", "lost")
EVENTS = ("demo_requested", "sales_accepted", "disqualified", "purchase", "roi_calculated", "page_viewed")
LOW, HIGH = -50, 100

FIELDS = {
    "budget": {"type": "number"},
    "vip": {"type": "boolean"},
    "tags": {"type": "texts"},
    "tier": {"type": "text", "on": "company", "values": ["gold", "tin"]},
}
INTERACTIONS = {
    "roi_calculated": {"properties": {"saving": {"type": "number"}, "plan": {"type": "text"}}},
    "loan_paid_out": {"transaction": True},
    "mail_returned": {"shows_interest": False},
}
CURRENCY = {"code": "IDR", "rates": {"USD": 15800, "SGD": 11700.5}}

ZONES = (UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Jakarta"), ZoneInfo("America/St_Johns"))


def _placed(parts: tuple[int, int, Any]) -> datetime:
    step, shift, zone = parts
    return (BASE + timedelta(hours=6 * step, microseconds=shift)).astimezone(zone)


Instants = st.SearchStrategy[datetime]
_GRID = st.tuples(st.integers(0, LAST), st.sampled_from([0, 0, 0, 0, -1, 1]), st.sampled_from(ZONES))
INSTANTS: Instants = _GRID.map(_placed)

# Conditions, as text. Thresholds stay inside the ranges of scores, or the check of policies would refuse them.

_THRESHOLDS = st.sampled_from([-10, 0, 1, 2, 2.5, 5, 10, 20, 40, 40.5]).map(str)
_windowed = st.sampled_from(["", *(f", within='{window}'" for window in WINDOWS)])
_filters = {
    "page_viewed": (
        "", "[path.startswith('/pricing')]", "[seconds >= 5]", "[not (seconds < 5)]", "[path == '/' or seconds > 10]",
        "[path.lower().contains('docs')]", "[path.endswith('😀')]", "[seconds is None]", "[channel == 'web']",
    ),
    "purchase": ("", "[currency == 'USD']", "[amount >= 10]", "[currency in ['IDR', 'SGD']]"),
    "roi_calculated": ("", "[saving / 2 >= 1]", "[plan != 'x']", "[saving / (saving - 5) > 1]"),
    "demo_requested": ("", "[product is not None]"),
    "any_interaction": (
        "", "[kind in ['page_viewed', 'purchase']]", "[direction == 'inbound']", "[kind != 'purchase']",
    ),
}  # fmt: skip
_PROPERTIES = ("page_viewed.seconds", "purchase.amount", "roi_calculated.saving")


@st.composite
def selections(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(_filters)) -> str:
    """Return which interactions, with or without a filter."""
    kind = draw(st.sampled_from(kinds))
    return kind + draw(st.sampled_from(_filters[kind]))


@st.composite
def _questions(draw: st.DrawFn) -> str:
    function = draw(st.sampled_from(["count", "count", "days_since", "sum", "min", "max", "first", "last"]))
    if function in ("count", "days_since"):
        return f"{function}({draw(selections())}{draw(_windowed)})"
    kind, prop = draw(st.sampled_from(_PROPERTIES)).split(".")
    return f"{function}({draw(selections((kind,)))}.{prop}{draw(_windowed)})"


def numbers(more: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Return expressions that are numbers; `more` are names that may be read besides."""
    names = st.sampled_from(["company.employees", "contact.budget", *more])
    leaves = st.one_of(names, _questions(), _questions(), _THRESHOLDS)
    computed = st.tuples(leaves, st.sampled_from("+-*/"), leaves).map(lambda parts: f"({' '.join(parts)})")
    return st.one_of(leaves, leaves, leaves, computed, names.map(lambda name: f"-{name}"))


_TRUTHS = (
    "contact.country == 'ID'", "contact.country != 'SG'", "contact.country in ['ID', 'SG']",
    "contact.country not in ['DE']", "contact.vip", "contact.vip == True", "not contact.vip", "contact.is_customer",
    "consent.email", "consent.whatsapp == False", "consent.email is None", "company.tier == 'gold'",
    "contact.email_is_personal", "contact.email_domain.endswith('.id')", "contact.email.lower().startswith('a')",
    "'partner' in contact.roles", "'lead' in contact.roles", "'customer' not in contact.roles", "'a' in contact.tags",
    "'b' not in contact.tags", "contact.tags is None", "company.tier is not None",
    "first(page_viewed.path) == '/'", "last(page_viewed.path, within='7d').startswith('/pricing')",
    "last(purchase.currency) in ['USD']", "contact.created_at is None", "last(roi_calculated.plan).contains('x')",
)  # fmt: skip


def conditions(more: tuple[str, ...] = (), truths: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    """Return conditions over everything that a contact and its history may hold."""
    number = numbers(more)
    orders = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    compared = st.tuples(number, orders, number).map(" ".join)
    chained = st.tuples(_THRESHOLDS, orders, number, orders, _THRESHOLDS).map(" ".join)
    asked = st.tuples(number, st.sampled_from(["is None", "is not None"])).map(" ".join)
    leaves = st.one_of(st.sampled_from(_TRUTHS + truths), compared, compared, chained, asked)
    joined = st.lists(leaves.map(lambda leaf: f"({leaf})"), min_size=2, max_size=3)
    return st.one_of(
        leaves, leaves, leaves.map(lambda leaf: f"not ({leaf})"), joined.map(" and ".join), joined.map(" or ".join)
    )


# Rules, scores, grades.

_points = st.sampled_from([1, 5, 10, 20, 40, -5, -15, 0.1, 2.5])
_limits = st.tuples(st.integers(1, 3), st.sampled_from(["6h", "1d", "2d"]), st.sampled_from(["", " rolling"]))


@st.composite
def _each_rules(draw: st.DrawFn) -> dict[str, Any]:
    rule: dict[str, Any] = {"each": draw(selections())}
    decay = draw(st.sampled_from([None, None, "half_life", "linear", "step"]))
    if decay == "step":
        rule["step"] = {"every": draw(st.sampled_from(WINDOWS)), "lose": draw(st.sampled_from([0.5, 0.25, 1]))}
    elif decay is not None:
        rule[decay] = draw(st.sampled_from(WINDOWS))
    for name, values in (
        ("within", st.sampled_from(WINDOWS)),
        ("cap", st.sampled_from([3, 10, 20.5])),
        ("at_most", _limits.map(lambda parts: f"{parts[0]} per {parts[1]}{parts[2]}")),
    ):
        if draw(st.booleans()):
            rule[name] = draw(values)
    return rule


@st.composite
def score_rules(draw: st.DrawFn, readable: tuple[str, ...]) -> dict[str, Any]:
    """Return a score with rules of every sort, some of them in a group."""
    rules = draw(st.lists(st.one_of(conditions(readable).map(lambda when: {"when": when}), _each_rules()), max_size=5))
    groups: dict[str, Any] = draw(st.sampled_from([{}, {"g": {"cap": 15}}, {"g": {"cap": 7.5}, "h": {"cap": 30}}]))
    for number, rule in enumerate(rules):
        rule |= {"id": f"r{number}", "points": draw(_points)}
        if groups and draw(st.booleans()):
            rule["group"] = draw(st.sampled_from(sorted(groups)))
    return {"range": draw(st.sampled_from([[LOW, HIGH], [LOW, HIGH], [-20, 60]])), "rules": rules, "groups": groups}


def _fits(bounds: list[float]) -> dict[str, float]:
    return {band: low for band, low in BANDS if bounds[0] <= low <= bounds[1]}


@st.composite
def _ways(draw: st.DrawFn, strict: bool) -> dict[str, Any]:
    target = draw(st.sampled_from(STAGES))
    others = [stage for stage in STAGES if stage != target]
    way: dict[str, Any] = {
        "source": draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True)),
        "target": target,
    }
    event = draw(st.sampled_from([None, None, *EVENTS]))
    if event is not None:
        way["event"] = event
    if event is None or draw(st.booleans()):
        truths = (
            *("stage == 'lead'", "stage in ['mql', 'sql']", "grade.heat == 'hot'", "grade.heat != 'cold'"),
            *("grade.cell == 'hot_warm'", "grade.cell is None", "days_in_stage >= 1", "days_in_stage == 2"),
        )
        way["when"] = draw(conditions(("score.a", "score.b", "days_in_stage"), truths))
    way["on_unknown"] = draw(st.sampled_from(["hold", "hold", "deny", *(["error"] if strict else [])]))
    return way


@st.composite
def policies(draw: st.DrawFn, *, strict: bool = False) -> Policy:
    """Return a valid policy with two scores, three grades, a funnel of four stages, with or without reviews.

    Parameters
    ----------
    strict : bool
        Whether transitions may refuse unknown conditions (``on_unknown: error``).
    """
    a, b = draw(score_rules(())), {**draw(score_rules(("score.a",))), "range": [LOW, HIGH]}
    a["range"] = [LOW, HIGH]
    ways = draw(st.lists(_ways(strict), min_size=1, max_size=6))
    document: dict[str, Any] = {
        "name": "generated", "fields": FIELDS, "interactions": INTERACTIONS, "currency": CURRENCY,
        "scores": {"a": a, "b": b},
        "grades": {
            "heat": {"score": "a", "bands": _fits(a["range"])},
            "fit": {"score": "b", "bands": _fits(b["range"])},
            "cell": {"rows": "heat", "columns": "fit"},
        },
        "stages": {stage: {"initial": stage == "lead"} for stage in STAGES},
        "transitions": [{"id": f"t{number}", **way} for number, way in enumerate(ways)],
        "review_every": draw(st.sampled_from([None, "6h", "1d", "36h", "7d"])),
    }  # fmt: skip
    return Policy(**document)


# Contacts and histories.


@st.composite
def contacts(draw: st.DrawFn, instants: Instants = INSTANTS) -> Contact:
    """Return a contact of which anything may be missing."""

    def maybe(values: st.SearchStrategy[Any]) -> Any:
        return draw(st.none() | values)

    company = {"employees": maybe(st.sampled_from([0, 1, 10, 50, 2**53])), "name": maybe(st.just("PT Jaya 😀"))}
    tier = maybe(st.sampled_from(["gold", "tin"]))
    attributes = {"budget": maybe(st.sampled_from([0, -1, 2.5, 10, 40, 1e300])), "vip": maybe(st.booleans())}
    tags = maybe(st.lists(st.sampled_from(["a", "b", "😀"]), max_size=2))
    return Contact(
        id="c-1",
        country=maybe(st.sampled_from(COUNTRIES)),
        email=maybe(st.sampled_from(["A@gmail.com", "siti@maju.co.id"])),
        created_at=maybe(instants),
        roles=draw(st.sampled_from([(), ("partner",)])),
        consents=[{"channel": "email", "granted": draw(st.booleans()), "at": draw(instants)}]
        if draw(st.booleans())
        else (),
        company=None if draw(st.booleans()) else {**company, "attributes": {} if tier is None else {"tier": tier}},
        attributes={**attributes, **({} if tags is None else {"tags": tags})},
    )


_KINDS = (
    *("page_viewed", "page_viewed", "purchase", "roi_calculated", "demo_requested", "profile_updated"),
    *("sales_accepted", "disqualified", "consent_given", "opted_out", "newsletter_unsubscribed", "email_opened"),
    *("loan_paid_out", "mail_returned"),
)


@functools.cache
def _vocabulary() -> Policy:
    """Return a policy that asks everything above, so that what happens lies at and beside what is asked."""
    counted = [f"{kind}{where}" for kind, filters in _filters.items() for where in filters]
    asked = [*(f"max({name}) >= {number}" for name in _PROPERTIES for number in (0, 1, 5, 10, 10.5)), *_TRUTHS]
    asked += [f"{name} >= {number}" for name in ("company.employees", "contact.budget") for number in (0, 1, 10, 40)]
    rules = [*({"each": each} for each in counted), *({"when": when} for when in asked)]
    named = [{"id": f"r{number}", "points": 1, **rule} for number, rule in enumerate(rules)]
    return Policy(
        name="vocabulary", fields=FIELDS, interactions=INTERACTIONS, currency=CURRENCY,
        scores={"all": {"range": [0, 100], "rules": named}},
    )  # fmt: skip


def histories(max_size: int = 14, instants: Instants = INSTANTS) -> st.SearchStrategy[list[Interaction]]:
    """Return interactions in any order, with ties in time and the same one given twice."""
    return strategies.histories(_vocabulary(), kinds=_KINDS, instants=instants, max_size=max_size)
