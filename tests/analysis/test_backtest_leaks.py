"""Nothing after a cutoff may be seen: every way to leak that we could think of is tried, and fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from support import policies as made
from support.people import MICROSECOND, bought, contact, day, funnel, happened, policy_of, scoring, updated, viewed

import leadqual as lq
from leadqual import Contact, Interaction, Policy, Score, frames
from leadqual.analysis.backtests.backtesting import Backtest, backtest
from leadqual.analysis.past import Past

CUTOFF = day(100)
HORIZON = timedelta(days=30)
END = day(200)


def tables(*people: tuple[Contact, list[Interaction]], policy: Policy | None = None) -> Any:
    return frames.from_models([who for who, _ in people], {who.id: history for who, history in people}, policy=policy)


def at_cutoff(policy: Policy, *people: tuple[Contact, list[Interaction]], **options: Any) -> dict[str, Any]:
    """Return the rows of a backtest at the cutoff by contact, without what came of it."""
    people = (*people, (contact(id="another"), [viewed(1)]))
    found = backtest(policy, *tables(*people, policy=policy), cutoffs=CUTOFF, horizon=HORIZON, until=END, **options)
    rows = found.rows.drop("converted", "outcome_at").to_dicts()
    return {row.pop("contact_id"): row for row in rows}


EVERY_SIGN = scoring(
    {"when": "contact.country == 'ID'", "points": 1},
    {"when": "consent.email", "points": 2},
    {"when": "consent.email == False", "points": 4},
    {"when": "contact.created_at is not None", "points": 8},
    {"when": "count(any_interaction) > 1", "points": 16},
    {"when": "contact.is_customer", "points": 32},
    {"when": "'lead' in contact.roles", "points": 64},
    {"when": "sum(page_viewed.seconds) > 0", "points": 128},
)
LATER = CUTOFF + MICROSECOND


@pytest.mark.parametrize(
    ("fields", "history"),
    [
        pytest.param({}, [bought(LATER, 5)], id="the outcome a microsecond later"),
        pytest.param({}, [happened("consent_given", LATER, for_channel="email")], id="consent in an interaction"),
        pytest.param({}, [happened("opted_out", LATER, for_channel="email")], id="opting out"),
        pytest.param({}, [updated(LATER, country="ID")], id="a profile update"),
        pytest.param({}, [viewed(LATER, seconds=9)], id="a visit"),
        pytest.param({"consents": ({"channel": "email", "at": LATER},)}, [], id="consent on the contact"),
        pytest.param({"consents": ({"channel": "email", "at": LATER, "granted": False},)}, [], id="refusal"),
        pytest.param({"do_not_call": ({"at": LATER},)}, [], id="do not call"),
        pytest.param({"created_at": LATER}, [], id="created"),
    ],
)
def test_what_comes_a_microsecond_later_changes_nothing(fields: dict[str, Any], history: list[Interaction]) -> None:
    first = [viewed(50, "/", "first")]
    now = {**fields}
    for name in ("consents", "do_not_call"):
        if name in now:
            now[name] = tuple({**one, "at": CUTOFF} for one in now[name])
    if "created_at" in now:
        now["created_at"] = CUTOFF
    with_later = at_cutoff(EVERY_SIGN, (contact(**fields), first + history))
    without = at_cutoff(EVERY_SIGN, (contact(), first))
    at_once = at_cutoff(
        EVERY_SIGN, (contact(**now), first + [one.model_copy(update={"occurred_at": CUTOFF}) for one in history])
    )
    assert with_later == without
    # The same a microsecond earlier counts, so the test would see a leak. A wish not to be called gives no points,
    # and whoever bought at the cutoff is not judged.
    assert "do_not_call" in fields or at_once != without


class Nosy:
    """A scorer that uses all it can find of what it is given, and remembers it."""

    def __init__(self) -> None:
        self.dates: list[tuple[datetime, datetime]] = []
        self.words: list[datetime] = []

    name = "nosy"

    def score(self, contact: Contact, history: Any, *, at: datetime) -> Score:
        found = [one.occurred_at for one in history]
        words = [word.at for word in (*contact.consents, *contact.do_not_call)]
        words += [contact.created_at] if contact.created_at else []
        self.dates += [(at, one) for one in found]
        self.words += words
        return Score(name=self.name, value=float(len(found) + len(words)))


class NosyTables(Nosy):
    """The same over tables."""

    def score_frame(self, contacts: Any, interactions: Any, *, at: datetime) -> Any:
        words = []
        for name in ("consents", "do_not_call"):
            if name in contacts.columns:
                words += [word["at"] for words in contacts[name].drop_nulls() for word in words]
        if "created_at" in contacts.columns:
            words += [*contacts["created_at"].drop_nulls()]
        self.dates += [(at, one) for one in interactions["occurred_at"]]
        assert max([at, *words]) == at
        bought = interactions.filter(pl.col("kind") == "purchase")["contact_id"]
        return contacts.select(
            "contact_id", pl.col("contact_id").is_in(bought.implode()).cast(pl.Float64).alias("score")
        )


@pytest.mark.filterwarnings("ignore::leadqual.frames.SlowScorerWarning")
@pytest.mark.parametrize("scorer_class", [Nosy, NosyTables])
def test_a_scorer_that_looks_at_everything_sees_nothing_of_the_future(scorer_class: type[Nosy]) -> None:
    scorer = scorer_class()
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "score.nosy >= 3"}, scorers={"nosy": {"range": [0, 99]}}
    )
    policy = policy.with_scorer("nosy", scorer)
    later = [CUTOFF + MICROSECOND, CUTOFF + timedelta(days=10)]
    who = contact(
        consents=tuple({"channel": "email", "at": at} for at in (day(1), CUTOFF, *later)),
        do_not_call=tuple({"at": at} for at in (CUTOFF, *later)),
        created_at=later[0],
    )
    history = [viewed(at, "/", f"v{number}") for number, at in enumerate((day(1), CUTOFF, *later))]
    history.append(bought(CUTOFF + timedelta(days=11), 5))
    second = CUTOFF + timedelta(days=5)
    report = backtest(policy, *tables((who, history)), cutoffs=[CUTOFF, second], horizon=HORIZON, until=END)
    assert report.rows["converted"].to_list() == [True, True]
    asked_at = {at for at, _ in scorer.dates}
    assert {CUTOFF, second} <= asked_at
    outcome = report.rows["outcome_at"][0]
    assert all(seen <= at for at, seen in scorer.dates)
    # Between two cutoffs, a replay hands over the contact as it is known at the next one, never as after the outcome.
    assert all(seen < outcome for seen in scorer.words)
    assert all(at < outcome for at in asked_at)
    if scorer_class is Nosy:  # two visits, two consents and a wish; then one more of each, and `created_at`
        assert report.rows["score.nosy"].to_list() == [5.0, 9.0]


def test_the_outcome_at_the_cutoff_is_past_and_a_microsecond_later_it_is_what_was_to_come() -> None:
    policy, edge = EVERY_SIGN, CUTOFF + HORIZON
    dates = {
        "first": CUTOFF - MICROSECOND,
        "at": CUTOFF,
        "after": CUTOFF + MICROSECOND,
        "last": edge,
        "late": edge + MICROSECOND,
    }
    people = [(contact(id=name), [viewed(1), bought(at, 5)]) for name, at in dates.items()]
    report = backtest(policy, *tables(*people), cutoffs=CUTOFF, horizon=HORIZON, until=END)
    assert dict(report.rows.select("contact_id", "converted").rows()) == {"after": True, "last": True, "late": False}
    assert report.cutoffs.row(0, named=True)["before"] == 2


def test_whoever_appears_after_the_cutoff_is_not_judged() -> None:
    people = [
        (contact(id="at", created_at=CUTOFF), []),
        (contact(id="seen"), [viewed(CUTOFF)]),
        (contact(id="seen and created later", created_at=LATER), [viewed(CUTOFF)]),
        (contact(id="created later", created_at=LATER), [viewed(LATER)]),
        (contact(id="never"), []),
        (contact(id="bought at first", created_at=LATER), [bought(LATER, 5)]),
    ]
    report = backtest(EVERY_SIGN, *tables(*people), cutoffs=CUTOFF, horizon=HORIZON, until=END)
    assert report.rows["contact_id"].to_list() == ["at", "seen", "seen and created later"]
    assert report.cutoffs.select("contacts", "not_yet", "before", "judged").row(0) == (6, 3, 0, 3)


def test_the_end_of_the_data_cuts_what_came_later() -> None:
    people = [(contact(), [viewed(1), bought(CUTOFF + timedelta(days=20), 5)])]
    report = backtest(EVERY_SIGN, *tables(*people), cutoffs=CUTOFF, horizon="10d", until=CUTOFF + timedelta(days=10))
    assert report.rows["converted"].to_list() == [False]


def test_a_flag_at_the_instant_of_the_outcome_comes_too_late() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "contact.is_customer or count(page_viewed) >= 2"})
    people = [
        (contact(id="bought"), [viewed(1), bought(CUTOFF + timedelta(days=1), 5)]),
        (contact(id="told"), [viewed(1), viewed(90), bought(CUTOFF + timedelta(days=1), 5)]),
    ]
    report = backtest(policy, *tables(*people), cutoffs=CUTOFF, horizon=HORIZON, until=END, stages="mql")
    assert report.early.select("customers", "flagged", "never", "days_50").row(0) == (2, 1, 0.5, 11.0)


@pytest.mark.filterwarnings("ignore::leadqual.frames.SlowScorerWarning")
def test_scorers_are_shown_nothing_of_the_outcome_when_flags_are_looked_for() -> None:
    class Prophet(Nosy):
        def score(self, contact: Contact, history: Any, *, at: datetime) -> Score:
            return Score(name=self.name, value=float(any(one.kind == "purchase" for one in history)))

        def score_frame(self, contacts: Any, interactions: Any, *, at: datetime) -> Any:
            bought = interactions.filter(pl.col("kind") == "purchase")["contact_id"]
            found = pl.col("contact_id").is_in(bought.implode()).cast(pl.Float64)
            return contacts.select("contact_id", found.alias("score"))

    policy = funnel({"source": "lead", "target": "mql", "when": "score.nosy >= 1"}, scorers={"nosy": {}})
    policy = policy.with_scorer("nosy", Prophet())
    people = [(contact(id=f"c-{one}"), [viewed(1), viewed(90), bought(101 + one, 5), viewed(190)]) for one in range(5)]
    report = backtest(policy, *tables(*people), cutoffs=CUTOFF, horizon=HORIZON, until=END, stages="mql")
    assert report.rows["score.nosy"].to_list() == [0.0] * 5
    assert report.rows["stage"].to_list() == ["lead"] * 5
    assert report.early["flagged"].to_list() == [0]


SALES = lq.policies.sales()
DEMO = lq.datasets.demo(contacts=60)
FUTURE = st.sampled_from(["purchase", "demo_requested", "page_viewed", "opted_out", "sales_rejected"])
MORE = {
    "purchase": {"amount": 9.0, "currency": "IDR"},
    "page_viewed": {"path": "/"},
    "sales_rejected": {"reason": "timing"},
    "opted_out": {"for_channel": "email"},
}
SEEN_FROM = DEMO.at - timedelta(days=100)


def judged(people: Any, events: Any) -> Backtest:
    return backtest(SALES, people, events, cutoffs=SEEN_FROM, horizon="90d", until=DEMO.at)


def seen(report: Backtest) -> pl.DataFrame:
    """Return what a backtest saw of those whom it judged."""
    return report.rows.drop("converted", "outcome_at").sort("contact_id")


@settings(max_examples=3)
@given(
    kinds=st.lists(st.tuples(st.integers(0, 59), FUTURE, st.floats(0.001, 99)), max_size=30),
    dropped=st.sets(st.integers(0, 59)),
)
def test_another_future_changes_nothing_of_what_is_seen(kinds: list[tuple[int, str, float]], dropped: set[int]) -> None:
    histories = {name: list(history) for name, history in DEMO.histories.items()}
    for place in dropped:
        who = DEMO.contacts[place].id
        histories[who] = [one for one in histories[who] if one.occurred_at <= SEEN_FROM]
    for number, (place, kind, days) in enumerate(kinds):
        when = SEEN_FROM + timedelta(days=days)
        one = happened(kind, when, f"new-{number}", **MORE.get(kind, {}))
        histories[DEMO.contacts[place].id].append(one)
    assert_frame_equal(seen(judged(*frames.from_models(DEMO.contacts, histories))), seen_in_truth())


@cache
def seen_in_truth() -> pl.DataFrame:
    return seen(judged(*DEMO.frames()))


def known_at(who: Contact, cutoff: datetime) -> Contact:
    consents = tuple(word for word in who.consents if word.at <= cutoff)
    created = who.created_at if who.created_at is not None and who.created_at <= cutoff else None
    return who.model_copy(update={"consents": consents, "created_at": created})


@settings(max_examples=15)
@given(policy=made.policies(), who=made.contacts(), history=made.histories(), cutoff=made.INSTANTS)
def test_generated_policies_see_what_a_decision_at_the_cutoff_saw(
    policy: Policy, who: Contact, history: list[Interaction], cutoff: datetime
) -> None:
    one = Past.of(*frames.from_models([who], {who.id: history}, policy=policy)).as_of(cutoff)
    truncated = [event for event in history if event.occurred_at <= cutoff]
    there = bool(truncated) or (who.created_at is not None and who.created_at <= cutoff)
    assert one.contacts.height == there
    people, histories = frames.to_models(one.contacts, one.interactions, policy=policy)
    if there:
        expected = known_at(who, cutoff)
        assert people[0].consents == expected.consents
        assert people[0].created_at == expected.created_at
        assert {event.id for event in histories[who.id]} == {event.id for event in truncated}


def test_a_policy_that_reads_created_at_is_replayed_from_what_was_known_then() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "contact.created_at is not None"})
    people = [
        (contact(id="later", created_at=LATER), [viewed(1), viewed(90)]),
        (contact(id="then", created_at=CUTOFF - MICROSECOND), [viewed(1), viewed(CUTOFF)]),
    ]
    report = backtest(policy, *tables(*people), cutoffs=CUTOFF, horizon=HORIZON, until=END)
    assert dict(report.rows.select("contact_id", "stage").rows()) == {"later": "lead", "then": "mql"}


def test_attributes_are_told_to_be_those_of_now() -> None:
    policy = policy_of(
        fields={"budget": {"type": "number"}},
        scores={"s": {"range": [0, 9], "rules": [{"id": "b", "when": "contact.budget > 1", "points": 5}]}},
    )
    people = [(contact(attributes={"budget": 5.0}), [viewed(1), bought(110, 5)])]
    report = backtest(policy, *tables(*people, policy=policy), cutoffs=CUTOFF, horizon=HORIZON, until=END)
    assert report.rows["score.s"].to_list() == [5.0]
    assert "nobody can vouch for that" in report.notes[0]
    assert "nobody can vouch for" in str(report)
