"""The law of counterfactuals: what they tell was decided, nothing smaller does, and what cannot be never is."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.people import MICROSECOND, contact, day, funnel, happened, updated, viewed
from support.policies import BASE, INSTANTS, STAGES, contacts, histories, policies

from leadqual import Contact, Decision, Interaction, Policy
from leadqual.analysis.counterfactuals.counterfactual import counterfactual

TARGETS = st.sampled_from(STAGES)


@given(policies(), contacts(), histories(), INSTANTS, TARGETS, st.booleans())
def test_every_option_was_decided(
    policy: Policy, who: Contact, history: list[Interaction], at: datetime, target: str, change_known: bool
) -> None:
    decision = policy.decide(who, history, at=at)
    answer = counterfactual(decision, target, tries=200, change_known=change_known)
    assert answer.status in ("already", "found", "impossible", "unknown")
    assert (answer.status == "found") == bool(answer.options)
    assert (answer.status == "already") == (decision.stage == target)
    seen = [one for one in history if one.occurred_at <= at]
    for option in answer.options:
        changed = [*seen, *option.interactions]
        assert policy.decide(who, changed, at=option.at, standing=decision.standing).stage == target
        assert policy.decide(who, changed, at=option.at).stage == target
        assert option.moves[-1].target == target
        assert all(one.occurred_at > at for one in option.interactions)
        assert option.size == answer.options[0].size


@given(policies(), contacts(), histories(), INSTANTS, histories(), TARGETS)
def test_what_is_impossible_never_comes(
    policy: Policy, who: Contact, history: list[Interaction], at: datetime, later: list[Interaction], target: str
) -> None:
    decision = policy.decide(who, history, at=at)
    if counterfactual(decision, target, tries=1).status != "impossible":
        return
    shift = at - BASE + timedelta(days=1)
    known = {**dict(who), **dict(who.company or ()), **who.attributes}
    moved = [
        one.model_copy(update={"id": f"later-{one.id}", "occurred_at": one.occurred_at + shift})
        for one in later
        if one.kind != "profile_updated" or all(_is_missing(name, known) for name in one.value("changes"))
    ]
    seen = [one for one in history if one.occurred_at <= at and one.kind != "profile_updated"]
    start = policy.decide(who, seen, at=at)
    if counterfactual(start, target, tries=1).status == "impossible":
        ended = policy.decide(who, [*seen, *moved], at=at + timedelta(days=90))
        assert target not in [move.target for move in ended.moves[len(start.moves) :]]


def _is_missing(name: str, known: dict[str, Any]) -> bool:
    return known.get(name.rpartition(".")[2]) is None


# Against every sequence of up to three of the changes that a tiny policy can tell apart.

SIZES = st.sampled_from([1, 10, 50])
PARTS = st.one_of(
    SIZES.map(lambda size: f"company.employees >= {size}"),
    SIZES.map(lambda size: f"company.employees < {size}"),
    st.sampled_from(["contact.country == 'ID'", "contact.country != 'ID'", "contact.country in ['ID', 'SG']"]),
    st.integers(1, 3).map(lambda number: f"count(page_viewed, within='1d') >= {number}"),
    st.integers(1, 2).map(lambda number: f"count(demo_requested) >= {number}"),
    st.sampled_from(["score.s >= 10", "score.s >= 25", "score.s < 5", "contact.is_customer"]),
)
CONDITIONS = st.one_of(
    PARTS,
    st.lists(PARTS, min_size=2, max_size=2).map(lambda parts: " and ".join(parts)),
    st.lists(PARTS, min_size=2, max_size=2).map(lambda parts: " or ".join(parts)),
)


@st.composite
def tiny_policies(draw: st.DrawFn) -> Policy:
    ways = [
        {"source": "lead", "target": "mql", "when": draw(CONDITIONS)},
        {"source": draw(st.sampled_from(["lead", "mql"])), "target": "sql", "when": draw(CONDITIONS)},
        {"source": "mql", "target": "sql", "event": "sales_accepted", "when": draw(CONDITIONS)},
    ]
    rules = [
        {"id": "view", "each": "page_viewed", "points": 10, "half_life": "7d"},
        {"id": "demo", "each": "demo_requested", "points": draw(st.sampled_from([15, -20])), "cap": 20},
        {"id": "home", "when": "contact.country == 'ID'", "points": 5},
    ]
    chosen = draw(st.lists(st.sampled_from(ways), min_size=1, max_size=3, unique_by=id))
    scores = {"s": {"range": [-100, 100], "rules": rules}}
    return funnel(*chosen, scores=scores, review_every=draw(st.sampled_from([None, "1d"])))


CHANGES: list[Any] = [
    *(("company_employees", value) for value in (0, 1, 5, 10, 30, 50, 51)),
    *(("country", value) for value in ("ID", "SG", "ZZ")),
    *("page_viewed", "demo_requested", "sales_accepted", "purchase", "email_sent"),
]


def made(change: Any, number: int, at: datetime) -> Interaction:
    if isinstance(change, tuple):
        return updated(at, f"x{number}", **dict([change]))
    return viewed(at, "/", f"x{number}") if change == "page_viewed" else happened(change, at, f"x{number}")


def smallest_by_force(policy: Policy, decision: Decision, who: Contact, history: list[Interaction]) -> int | None:
    """Return how many changes are needed, up to two: every sequence is decided."""
    at = decision.at + MICROSECOND
    for size in (1, 2):
        for changes in product(CHANGES, repeat=size):
            fields = [change[0] for change in changes if isinstance(change, tuple)]
            if len(fields) != len(set(fields)) or not _may_learn(fields, who):
                continue
            new = [made(change, number, at) for number, change in enumerate(changes)]
            if policy.decide(who, [*history, *new], at=at, standing=decision.standing).stage == "sql":
                return size
    return None


def _may_learn(fields: list[str], who: Contact) -> bool:
    known = {"company_employees": None if who.company is None else who.company.employees, "country": who.country}
    return all(known[name] is None for name in fields)


@given(
    tiny_policies(),
    st.sampled_from([{}, {"country": "ID"}, {"company": {"employees": 10}}, {"country": "DE"}]),
    st.lists(st.sampled_from(["page_viewed", "demo_requested", "purchase"]), max_size=3),
)
def test_nothing_smaller_does(policy: Policy, fields: dict[str, Any], kinds: list[str]) -> None:
    who = contact(**fields)
    history = [made(kind, number, day(number)) for number, kind in enumerate(kinds, start=1)]
    history = [one.model_copy(update={"id": f"h{number}"}) for number, one in enumerate(history)]
    decision = policy.decide(who, history, at=day(5))
    if decision.stage == "sql":
        return
    answer = counterfactual(decision, "sql", tries=3000)
    forced = smallest_by_force(policy, decision, who, history)
    at_once = answer.status == "found" and answer.options[0].at == decision.at + MICROSECOND
    if forced is not None:
        assert at_once
        assert answer.options[0].size == forced
        assert answer.proven_smallest
    elif at_once:
        assert answer.options[0].size > 2
