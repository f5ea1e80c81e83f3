"""Generated walks through funnels: policies that move people often, and lives full of ties, late starts and gaps.

A life has few instants and many interactions at each, on the hours at which reviews are, or a microsecond beside them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from leadqual import Contact, Interaction, Policy, frames
from support import policies as made

People = list[tuple[Contact, list[Interaction]]]
Case = tuple[Policy, People, datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND, SIX_HOURS = timedelta(microseconds=1), timedelta(hours=6)
EPOCHS = (
    datetime(1969, 12, 26, tzinfo=UTC),  # windows and reviews are counted from 1970-01-01, a Thursday
    datetime(2024, 2, 26, tzinfo=UTC),
    datetime(2099, 12, 22, tzinfo=UTC),
)
NEAR = EPOCHS[1:2]
SHORT, LONG = ("6h", "1d", "36h", "7d"), ("30d", "365d")
HOURS = 20 * 24
_MICROSECONDS = st.sampled_from([0, 0, 0, 0, -1, 1]).map(lambda shift: timedelta(microseconds=shift))

# Policies.

_ORDERS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_SMALL = st.sampled_from([0, 1, 2, 3, 10]).map(str)
_DAYS = st.sampled_from([0, 0.25, 0.5, 1, 2, 7]).map(str)
_WINDOWS = st.sampled_from(["", *(f", within='{window}'" for window in ("6h", "1d", "36h", "7d"))])
_AMOUNTS = ("page_viewed.seconds", "purchase.amount", "roi_calculated.saving")
_SAID = (
    "last(any_interaction.kind) == 'purchase'", "last(any_interaction.channel, within='2d') != 'web'",
    "last(page_viewed.path, within='1d') == first(page_viewed.path)", "last(roi_calculated.plan) in ['x', 'xy']",
    "first(purchase.currency, within='2d') != last(purchase.currency)", "contact.is_customer", "consent.email",
    "'lead' in contact.roles", "'customer' in contact.roles", "'partner' not in contact.roles", "'a' in contact.tags",
    "consent.whatsapp is not None", "contact.country == 'ID'", "contact.vip", "company.tier == 'gold'",
    "contact.email_is_personal", "stage != 'lead'", "stage in ['mql', 'sql']", "grade.heat == 'hot'",
    "grade.heat in ['hot', 'warm']", "grade.cell == 'warm_cold'", "grade.fit is None", "days_in_stage is not None",
    "1 == 1", "1 == 2",
)  # fmt: skip


@st.composite
def _guards(draw: st.DrawFn) -> str:
    """Return a short condition that is often true at one time and false at another."""
    match draw(st.sampled_from(["score", "score", "days", "count", "count", "since", "amount", "said"])):
        case "score":
            return f"score.{draw(st.sampled_from('ab'))} {draw(_ORDERS)} {draw(_SMALL)}"
        case "days":
            return f"days_in_stage {draw(_ORDERS)} {draw(_DAYS)}"
        case "count":
            return f"count({draw(made.selections())}{draw(_WINDOWS)}) {draw(_ORDERS)} {draw(_SMALL)}"
        case "since":
            return f"days_since({draw(made.selections())}{draw(_WINDOWS)}) {draw(_ORDERS)} {draw(_DAYS)}"
        case "amount":
            function = draw(st.sampled_from(["sum", "min", "max", "first", "last"]))
            kind, name = draw(st.sampled_from(_AMOUNTS)).split(".")
            selection = draw(made.selections((kind,)))
            return f"{function}({selection}.{name}{draw(_WINDOWS)}) {draw(_ORDERS)} {draw(_SMALL)}"
        case _:
            return draw(st.sampled_from(_SAID))


@st.composite
def _conditions(draw: st.DrawFn) -> str:
    guards = draw(st.lists(_guards(), min_size=1, max_size=2))
    words = [f"not ({guard})" if draw(st.integers(0, 4)) == 0 else guard for guard in guards]
    joint = draw(st.sampled_from([" and ", " or ", " or "]))
    return joint.join(f"({word})" for word in words) if len(words) > 1 else words[0]


@st.composite
def _ways(draw: st.DrawFn, on_unknown: tuple[str, ...]) -> dict[str, Any]:
    target = draw(st.sampled_from(made.STAGES))
    others = [stage for stage in made.STAGES if stage != target]
    way: dict[str, Any] = {
        "source": draw(st.one_of(st.just(others), st.lists(st.sampled_from(others), min_size=1, unique=True))),
        "target": target,
        "on_unknown": draw(st.sampled_from(on_unknown)),
    }
    event = draw(st.sampled_from([None, None, None, "page_viewed", "purchase", "demo_requested", "profile_updated"]))
    if event is not None:
        way["event"] = event
    if event is None or draw(st.booleans()):
        rich = made.conditions(("score.a", "score.b", "days_in_stage"))
        way["when"] = draw(st.one_of(_conditions(), _conditions(), _conditions(), rich))
    return way


@st.composite
def policies(draw: st.DrawFn, reviews: tuple[str, ...] = SHORT, strict: bool = False) -> Policy:
    """Return a policy under which people move often: everything that a score may have, and many short guards.

    Parameters
    ----------
    reviews : tuple of str
        How far apart reviews may be; there may be none.
    strict : bool
        Whether transitions may refuse unknown conditions (``on_unknown: error``).
    """
    scores = {"a": draw(made.score_rules(())), "b": draw(made.score_rules(("score.a",)))}
    scores["a"]["range"] = [made.LOW, made.HIGH]
    bands = dict(made.BANDS)
    ways = draw(st.lists(_ways(("hold", "deny", *(["error"] if strict else []))), min_size=3, max_size=8))
    return Policy(
        name="walks", fields=made.FIELDS, interactions=made.INTERACTIONS, currency=made.CURRENCY, scores=scores,
        grades={
            "heat": {"score": "a", "bands": bands},
            "fit": {"score": "b", "bands": {name: low for name, low in bands.items() if low <= 60}},
            "cell": {"rows": "heat", "columns": "fit"},
        },
        stages={stage: {"initial": stage == "lead"} for stage in made.STAGES},
        transitions=[{"id": f"t{number}", **way} for number, way in enumerate(ways)],
        review_every=draw(st.sampled_from([None, *reviews, *reviews])),
    )  # fmt: skip


# Lives.


@st.composite
def _instants(draw: st.DrawFn, epochs: tuple[datetime, ...]) -> list[datetime]:
    """Return a few instants, most of them a multiple of six hours after one of the epochs."""
    hours = st.one_of(st.integers(0, HOURS // 6).map(lambda number: number * 6), st.integers(0, HOURS))
    made_of = st.tuples(st.sampled_from(epochs), hours, _MICROSECONDS)
    parts = draw(st.lists(made_of, min_size=1, max_size=6))
    return [epoch + timedelta(hours=hour) + shift for epoch, hour, shift in parts]


@st.composite
def _lives(draw: st.DrawFn, epochs: tuple[datetime, ...], max_size: int) -> tuple[Contact, list[Interaction]]:
    own = draw(st.lists(st.sampled_from(epochs), min_size=1, max_size=2))
    instants = st.sampled_from(draw(_instants(tuple(own))))
    who = draw(st.one_of(made.contacts(instants), made.contacts(instants), st.just(Contact(id="c-1"))))
    some = made.histories(max_size, instants)
    return who, draw(st.one_of(some, some, some.filter(lambda history: len(history) >= max_size // 2), st.just([])))


@st.composite
def people(
    draw: st.DrawFn, epochs: tuple[datetime, ...] = NEAR, most: int = 4, max_size: int = 14, least: int = 1
) -> People:
    """Return contacts with their histories, some without anything, whose times may lie far apart."""
    lives = draw(st.lists(_lives(epochs, max_size), min_size=least, max_size=most))
    return [(who.model_copy(update={"id": f"c-{number}"}), history) for number, (who, history) in enumerate(lives)]


@st.composite
def asked(draw: st.DrawFn, people: People, epochs: tuple[datetime, ...] = NEAR) -> datetime:
    """Return an instant to ask about: when something happened, a microsecond beside it, or any other."""
    happened = [one.occurred_at for _, history in people for one in history]
    begun = [who.created_at for who, _ in people if who.created_at is not None]
    own = [epoch + timedelta(hours=hours) for epoch in epochs for hours in (0, HOURS // 2, HOURS, HOURS + 24 * 9)]
    instant = draw(st.sampled_from([*happened, *begun, *own, *own[-2:] * 9])) + draw(_MICROSECONDS)
    return instant.astimezone(UTC)


@st.composite
def cases(
    draw: st.DrawFn,
    epochs: tuple[datetime, ...] = NEAR,
    reviews: tuple[str, ...] = SHORT,
    strict: bool = False,
    most: int = 4,
) -> Case:
    """Return a policy, people, and the instant up to which they are followed."""
    crowd = draw(people(epochs, most))
    return draw(policies(reviews, strict)), crowd, draw(asked(crowd, epochs))


def tables_of(policy: Policy, people: People) -> tuple[Any, Any]:
    """Return the two tables of people."""
    return frames.from_models([who for who, _ in people], {who.id: history for who, history in people}, policy=policy)
