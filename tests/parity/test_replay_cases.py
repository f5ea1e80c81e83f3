"""Walks at the edges, written by hand, asked of every engine: what a fold over whole columns easily gets wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from support.engines import Engine
from support.people import MICROSECOND, bought, contact, custom, day, funnel, happened, updated, viewed

from leadqual import Contact, EvaluationError, Interaction, Policy

KINDS = {
    "roi": {"properties": {"saving": {"type": "number"}, "plan": {"type": "text"}}},
    "loan_paid_out": {"transaction": True},
    "mail_returned": {"shows_interest": False},
}
VIEW = {"id": "view", "each": "page_viewed", "points": 10}


def way(source: Any, target: str, when: str | None = None, event: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a transition; what is not given is left out."""
    given = {"source": source, "target": target, "when": when, "event": event, **more}
    return {name: value for name, value in given.items() if value is not None}


def up(when: str, **more: Any) -> dict[str, Any]:
    return way("lead", "mql", when, **more)


def back(when: str, **more: Any) -> dict[str, Any]:
    return way("mql", "lead", when, **more)


def heat(**rule: Any) -> dict[str, Any]:
    return {"scores": {"s": {"range": [-100, 100], "rules": [{**VIEW, **rule}]}}}


@dataclass(frozen=True)
class Walk:
    """A life and the moves that it has: transition, day, and the interaction (a day is a review's)."""

    name: str
    ways: list[dict[str, Any]]
    history: list[Interaction]
    moves: list[tuple[str, Any, str | None]]
    policy: dict[str, Any] = field(default_factory=dict)
    who: dict[str, Any] = field(default_factory=dict)
    until: Any = 30

    def check(self, engine: Engine) -> None:
        position, steps = engine.stand(self.made(), self.person(), self.history, self.end())
        visits = [step.visit for step in steps]
        at = [(visit.instant, None if visit.interaction is None else visit.interaction.id) for visit in visits]
        found = [(step.transition.id, *visit) for step, visit in zip(steps, at, strict=True)]
        assert found == [(name, _micros(on), one) for name, on, one in self.moves]
        if steps:
            assert (position.stage, position.entered) == (steps[-1].transition.target, steps[-1].visit.instant)

    def made(self) -> Policy:
        return funnel(*self.ways, stages="lead mql sql lost", interactions=KINDS, **self.policy)

    def person(self) -> Contact:
        return contact(**self.who)

    def end(self) -> datetime:
        return self.until if isinstance(self.until, datetime) else day(self.until)


def _micros(on: Any) -> int:
    instant = on if isinstance(on, datetime) else day(on)
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND


DAILY = {"review_every": "1d"}
ONE = "count(page_viewed) >= 1"
ALWAYS = "1 == 1"
EARLY, LATE = datetime(1969, 12, 31, 23, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

WALKS = [
    # Numbers.
    Walk("a huge amount has left the window", [up("sum(roi.saving, within='2d') == 0.3")],
         [custom("roi", 1, "a", saving=1e17), custom("roi", 4, "b", saving=0.1), custom("roi", 5, "c", saving=0.2)],
         [("t1", 5, "c")]),
    Walk("amounts of three sizes", [up("sum(roi.saving, within='2d') == 0.3")],
         [custom("roi", 1, "h", saving=1e300), custom("roi", 2, "a", saving=1e17), custom("roi", 5, "b", saving=0.1),
          custom("roi", 6, "c", saving=0.2)], [("t1", 6, "c")]),
    Walk("amounts that cancel out", [up("sum(roi.saving) == 1"), back("sum(roi.saving) == 0.25")],
         [custom("roi", 1, "a", saving=1e300), custom("roi", 2, "b", saving=0.25), custom("roi", 3, "c", saving=-1e300),
          custom("roi", 4, "d", saving=0.75)], [("t1", 4, "d")]),
    Walk("ten tenths are one", [up("sum(roi.saving) >= 1")],
         [custom("roi", on, f"r{on}", saving=0.1) for on in range(1, 12)], [("t1", 10, "r10")]),
    Walk("a half-life over a century", [up("score.s >= 10"), back("score.s < 1")],
         [viewed(EARLY, "/", "a"), viewed(LATE, "/", "b")],
         [("t1", EARLY, "a"), ("t2", datetime(1970, 1, 2, tzinfo=UTC), None), ("t1", LATE, "b"),
          ("t2", datetime(2100, 1, 2, tzinfo=UTC), None)],
         {**heat(half_life="6h"), **DAILY}, until=datetime(2100, 6, 1, tzinfo=UTC)),
    Walk("a half-life meets its threshold exactly", [up("score.s == 10"), back("score.s <= 1.25"), up("score.s == 0")],
         [viewed(1, "/", "a")], [("t1", 1, "a"), ("t2", 7, None)], {**heat(half_life="2d"), **DAILY}, until=19),
    Walk("a linear decay ends", [up("score.s == 10"), back("score.s == 0")],
         [viewed(1, "/", "a")], [("t1", 1, "a"), ("t2", 8, None)], {**heat(linear="7d"), **DAILY}),
    Walk("steps fall at their instant", [up("score.s == 10"), back("score.s < 5")],
         [viewed(1, "/", "a")], [("t1", 1, "a"), ("t2", 5, None)],
         {**heat(step={"every": "2d", "lose": 0.5}), **DAILY}),
    Walk("a window is open at its end", [up("score.s >= 10"), back("score.s < 10")],
         [viewed(1, "/", "a"), viewed(day(11) - MICROSECOND, "/", "b"), viewed(30, "/", "c")],
         [("t1", 1, "a"), ("t2", day(21), None), ("t1", 30, "c")], {**heat(within="10d"), **DAILY}),
    Walk("a cap bites and lets go", [up("score.s == 25"), back("score.s == 20")],
         [viewed(1, "/", "a"), viewed(2, "/", "b"), viewed(3, "/", "c")],
         [("t1", 3, "c"), ("t2", 11, None)], {**heat(within="10d", cap=25), **DAILY}),
    Walk("a day's allowance", [up("score.s >= 20"), way("mql", "sql", "score.s >= 30")],
         [viewed(1, "/", "a"), viewed(1.5, "/", "b"), viewed(1.9, "/", "c"), viewed(2, "/", "d"),
          viewed(2.1, "/", "e")], [("t1", 2, "d")], heat(at_most="1 per 1d")),
    Walk("an old one uses up the allowance", [up("score.s == 0 and count(page_viewed) == 2")],
         [viewed(1, "/", "a"), viewed(1.9, "/", "b")], [("t1", 1.9, "b")], heat(at_most="1 per 1d", within="12h")),
    Walk("windows before 1970", [up("score.s >= 20")],
         [viewed(EARLY, "/", "a"), viewed(datetime(1969, 12, 31, tzinfo=UTC), "/", "0"),
          viewed(datetime(1970, 1, 1, tzinfo=UTC), "/", "b")], [("t1", datetime(1970, 1, 1, tzinfo=UTC), "b")],
         heat(at_most="1 per 1d")),
    Walk("a score reads a score", [up("score.t >= 5"), back("grade.g == 'low'")],
         [viewed(1, "/", "a"), viewed(2, "/", "b")], [("t1", 2, "b"), ("t2", 11, None)],
         {"scores": {**heat(within="10d")["scores"], "t": {"range": [0, 10], "rules": [
             {"id": "r", "when": "score.s >= 20", "points": 5}]}},
          "grades": {"g": {"score": "t", "bands": {"high": 5, "low": 0}}}, **DAILY}),
    Walk("a cell of a grid", [up("grade.cell == 'hot_cold'"), back("grade.cell is None")],
         [viewed(1, "/", "a"), viewed(2, "/", "b"), viewed(9, "/", "z")], [("t1", 2, "b"), ("t2", 12, None)],
         {"scores": {"s": {"range": [0, 100], "rules": [{**VIEW, "within": "10d"}]},
                     "t": {"range": [-5, 5], "rules": []}},
          "grades": {"heat": {"score": "s", "bands": {"hot": 20, "warm": 15}},
                     "fit": {"score": "t", "bands": {"cold": 0}}, "cell": {"rows": "heat", "columns": "fit"}},
          **DAILY}),
    # Ties.
    Walk("what ties is seen before it is visited", [up("count(page_viewed) >= 2")],
         [viewed(1, "/", "b"), viewed(1, "/", "a")], [("t1", 1, "a")]),
    Walk("the order of ids is the order of visits", [way("lead", "mql", event="demo_requested"),
         way("mql", "sql", event="sales_accepted")],
         [happened("demo_requested", 1, "b"), happened("sales_accepted", 1, "a")], [("t1", 1, "b")]),
    Walk("the other order goes further", [way("lead", "mql", event="demo_requested"),
         way("mql", "sql", event="sales_accepted")],
         [happened("demo_requested", 1, "a"), happened("sales_accepted", 1, "b")], [("t1", 1, "a"), ("t2", 1, "b")]),
    Walk("ids are texts: i-10 before i-9", [way("lead", "mql", event="demo_requested"),
         way("mql", "sql", event="sales_accepted")],
         [happened("demo_requested", 1, "i-10"), happened("sales_accepted", 1, "i-9")],
         [("t1", 1, "i-10"), ("t2", 1, "i-9")]),
    Walk("ids beyond the first plane", [way("lead", "mql", event="demo_requested"),
         way("mql", "sql", event="sales_accepted")],
         [happened("demo_requested", 1, "\ufb00"), happened("sales_accepted", 1, "😀")],
         [("t1", 1, "\ufb00"), ("t2", 1, "😀")]),
    Walk("capitals come first", [way("lead", "mql", event="demo_requested"), way("mql", "sql", event="sales_accepted")],
         [happened("demo_requested", 1, "Z"), happened("sales_accepted", 1, "a"), happened("sales_accepted", 1, "Y")],
         [("t1", 1, "Z"), ("t2", 1, "a")]),
    Walk("no stage twice at one instant, over all that ties", [up(ALWAYS), back(ALWAYS)],
         [viewed(1, "/", id_) for id_ in "abc"] + [viewed(2, "/", "d")], [("t1", 1, "a"), ("t2", 2, "d")]),
    Walk("a cycle stops where it began", [up(ALWAYS), way("mql", "sql", ALWAYS), way("sql", "lead", ALWAYS)],
         [viewed(1, "/", "a"), viewed(1, "/", "b"), viewed(2, "/", "c")],
         [("t1", 1, "a"), ("t2", 1, "a"), ("t3", 2, "c"), ("t1", 2, "c")]),
    Walk("a stage that was left at this instant is no target of a later tie",
         [way("lead", "mql", event="demo_requested"), way("mql", "lead", event="sales_rejected"),
          way("mql", "sql", event="page_viewed")],
         [happened("demo_requested", 1, "a"), happened("sales_rejected", 1, "b", reason="size"), viewed(1, "/", "c")],
         [("t1", 1, "a"), ("t3", 1, "c")]),
    Walk("a review that ties shares what was visited", [way("lead", "mql", event="page_viewed"), back(ALWAYS)],
         [viewed(1, "/", "a")], [("t1", 1, "a"), ("t2", 2, None)], DAILY),
    Walk("a microsecond later is another instant", [way("lead", "mql", event="page_viewed"), back(ALWAYS)],
         [viewed(day(1) - MICROSECOND, "/", "a")], [("t1", day(1) - MICROSECOND, "a"), ("t2", 1, None)], DAILY),
    Walk("a review comes after all that ties with it", [way("lead", "mql", event="demo_requested"),
         way("lead", "sql", "count(page_viewed) == 2")],
         [viewed(0.5, "/", "a"), viewed(1, "/", "zz"), happened("demo_requested", 1, "b")], [("t1", 1, "b")], DAILY),
    Walk("an event that ties: the automatic way is tried at its visit too", [way("lead", "mql", event="demo_requested"),
         way("lead", "sql", "count(page_viewed) == 1")],
         [viewed(1, "/", "z"), happened("demo_requested", 1, "a")], [("t1", 1, "a")]),
    Walk("an event that ties and comes second", [way("lead", "mql", event="demo_requested"),
         way("lead", "sql", "count(page_viewed) == 1")],
         [viewed(1, "/", "a"), happened("demo_requested", 1, "z")], [("t2", 1, "a")]),
    Walk("the same one twice counts once", [up("count(page_viewed) >= 2")],
         [viewed(1, "/", "a"), viewed(1, "/", "a"), viewed(3, "/", "b")], [("t1", 3, "b")]),
    # The funnel.
    Walk("the first that holds fires", [up("count(page_viewed) == 2"), way("lead", "sql", ONE), up(ONE)],
         [viewed(1, "/", "a")], [("t2", 1, "a")]),
    Walk("ways of several stages keep their place in the order",
         [way(["mql", "lead"], "lost", "count(page_viewed) >= 3"), up(ONE), way(["mql", "lost"], "sql", "1 == 2")],
         [viewed(1, "/", "a"), viewed(2, "/", "b"), viewed(3, "/", "c")], [("t2", 1, "a"), ("t1", 3, "c")]),
    Walk("to and fro at every review", [up("stage == 'lead'"), back("stage != 'lead'")],
         [viewed(1, "/", "a")], [("t1", 1, "a"), ("t2", 2, None), ("t1", 3, None), ("t2", 4, None)], DAILY, until=4.5),
    Walk("nothing moves a stage that no way leaves", [up(ONE)], [viewed(1, "/", "a"), viewed(2, "/", "b")],
         [("t1", 1, "a")], DAILY),
    Walk("days in the stage begin anew at a move, at once",
         [up("days_in_stage >= 2"), way("mql", "sql", "days_in_stage == 0"), way("sql", "lost", "days_in_stage >= 1")],
         [viewed(1.5, "/", "a")], [("t1", 4, None), ("t2", 4, None), ("t3", 5, None)], DAILY),
    Walk("true only between two interactions", [up("days_in_stage > 3.5 and days_in_stage < 4.5")],
         [viewed(1, "/", "a"), viewed(20, "/", "b")], [("t1", 5, None)], DAILY),
    Walk("that the entry is known can be asked", [up("days_in_stage is not None")], [viewed(3, "/", "a")],
         [("t1", 3, "a")]),
    Walk("that the entry is not known can be asked", [up("days_in_stage is None or count(page_viewed) > 1")],
         [viewed(3, "/", "a"), viewed(4, "/", "b")], [("t1", 4, "b")]),
    Walk("true only between two reviews", [up("days_in_stage > 3.5 and days_in_stage < 4")],
         [viewed(1, "/", "a"), viewed(20, "/", "b")], [], DAILY),
    Walk("a window that empties, seen at the next review", [up("count(page_viewed, within='36h') == 0")],
         [viewed(1, "/", "a"), viewed(2.25, "/", "b")], [("t1", 4, None)], DAILY),
    Walk("the latest, not the first, is so long ago", [up("days_since(page_viewed) >= 3")],
         [viewed(1, "/", "a"), viewed(3, "/", "b")], [("t1", 6, None)], DAILY),
    Walk("reviews on Thursdays", [up("days_since(page_viewed) > 0")], [viewed(1, "/", "a")], [("t1", 7, None)],
         {"review_every": "7d"}),
    Walk("years of reviews", [up("days_since(page_viewed) >= 1000")], [viewed(1.5, "/", "a")], [("t1", 1002, None)],
         DAILY, until=datetime(2999, 12, 31, tzinfo=UTC)),
    # The beginning and the end.
    Walk("an interaction at the end is visited", [up(ONE)], [viewed(9, "/", "a")], [("t1", 9, "a")], until=9),
    Walk("a microsecond after the end is not", [up(ONE)], [viewed(day(9) + MICROSECOND, "/", "a")], [], until=9),
    Walk("a review at the end is visited", [up("days_in_stage >= 2")], [viewed(7, "/", "a")], [("t1", 9, None)], DAILY,
         until=9),
    Walk("a microsecond before the review is not", [up("days_in_stage >= 2")], [viewed(7, "/", "a")], [], DAILY,
         until=day(9) - MICROSECOND),
    Walk("a contact begins when it is created", [up("days_in_stage >= 2")], [viewed(9.5, "/", "a")], [("t1", 5, None)],
         DAILY, {"created_at": day(3)}),
    Walk("a contact begins before it is created", [up("days_in_stage >= 2")], [viewed(1, "/", "a")], [("t1", 3, None)],
         DAILY, {"created_at": day(9)}),
    Walk("the review of the beginning", [up("days_in_stage == 0")], [], [("t1", 3, None)], DAILY,
         {"created_at": day(3)}),
    Walk("no review before the beginning", [up(ALWAYS)], [], [("t1", 4, None)], DAILY,
         {"created_at": day(3) + MICROSECOND}),
    Walk("reviewed before anything happens, as of then", [up("not contact.is_customer and score.s == 0")],
         [bought(9, 1), viewed(9, "/", "a")], [("t1", 3, None)], {**heat(), **DAILY}, {"created_at": day(3)}),
    Walk("reviewed before an update, with the profile of then", [up("contact.country == 'MY'")],
         [updated(9, "u", country="SG")], [("t1", 3, None)], DAILY, {"created_at": day(3), "country": "MY"}),
    Walk("reviewed long after the last interaction", [up("count(page_viewed) == 1 and days_in_stage > 3")],
         [viewed(2, "/", "a")], [("t1", 5, None)], DAILY, {"created_at": day(1)}),
    Walk("created after the end", [up(ALWAYS)], [], [], DAILY, {"created_at": day(31)}),
    Walk("created, and no reviews", [up(ALWAYS)], [], [], {}, {"created_at": day(3)}),
    Walk("nothing at all", [up(ALWAYS)], [], [], DAILY),
    Walk("only what comes after the end", [up(ALWAYS)], [viewed(40, "/", "a")], [], DAILY),
    # What is known of a contact.
    Walk("a profile changes, and is cleared",
         [up("contact.country == 'SG'"), back("contact.country is None"),
          way("lead", "lost", "contact.country == 'ID'")],
         [updated(1, "u1", country="SG"), updated(2, "u2", country=None), updated(9, "u3", country="ID")],
         [("t1", 1, "u1"), ("t2", 2, "u2"), ("t3", 9, "u3")], who={"country": "MY"}),
    Walk("of two updates at one instant the later id", [up("contact.country == 'SG'")],
         [updated(1, "b", country="SG"), updated(1, "a", country="MY")], [("t1", 1, "a")]),
    Walk("an update of one field leaves the others", [up("contact.country == 'ID' and company.employees == 5")],
         [updated(1, "a", company_employees=5)], [("t1", 1, "a")], who={"country": "ID"}),
    Walk("consent on the contact, noticed at a review", [up("consent.email"), back("not consent.email")],
         [viewed(1, "/", "a"), happened("opted_out", 6.5, "o", for_channel=None)],
         [("t1", 4, None), ("t2", 6.5, "o")], DAILY,
         {"consents": [{"channel": "email", "granted": True, "at": day(3.5)}]}),
    Walk("of consent and withdrawal at one instant the withdrawal",
         [up("consent.email"), way("lead", "sql", "not consent.email")],
         [happened("consent_given", 2, "z", for_channel="email"),
          happened("consent_withdrawn", 2, "a", for_channel="email")],
         [("t2", 2, "a")]),
    Walk("a customer by another name", [up("contact.is_customer"), way("mql", "sql", "'lead' in contact.roles")],
         [custom("mail_returned", 1, "m"), custom("loan_paid_out", 2, "l")],
         [("t1", 2, "l"), ("t2", 2, "l")]),
    Walk("mail that comes back makes no lead", [up("'lead' in contact.roles")],
         [custom("mail_returned", 1, "m"), viewed(2, "/", "a")], [("t1", 2, "a")]),
    Walk("the last text that is there", [up("last(roi.plan) == 'x'"), back("last(roi.plan, within='2d') is None")],
         [custom("roi", 1, "a", plan="y"), custom("roi", 2, "b", plan="x"), custom("roi", 3, "c", plan=None),
          custom("roi", 4, "d", saving=1.0)], [("t1", 2, "b"), ("t2", 4, "d")]),
    Walk("first and last within a window",
         [up("first(roi.saving, within='2d') == 5"), back("last(roi.saving, within='2d') == 9")],
         [custom("roi", on, f"r{on}", saving=saving) for on, saving in ((1, 1.0), (2, 5.0), (3, 3.0), (6, 9.0))],
         [("t1", 3, "r3"), ("t2", 6, "r6")]),
    Walk("a smallest and a largest leave their window",
         [up("max(roi.saving, within='3d') < 5"), back("min(roi.saving, within='3d') > 2")],
         [custom("roi", 1, "a", saving=9.0), custom("roi", 2, "b", saving=1.0), custom("roi", 3, "c", saving=4.0)],
         [("t1", 4, None), ("t2", 5, None)], DAILY, until=5.5),
    Walk("amounts in several currencies", [up("sum(purchase.amount) >= 31600")],
         [bought(1, 15799, id_="a"), bought(2, 1, "USD", "b"), bought(3, 1, id_="c")],
         [("t1", 3, "c")], {"currency": {"code": "IDR", "rates": {"USD": 15800}}}),
    Walk("unknown holds no way", [up("not company.employees > 5"),
         way("lead", "sql", "company.employees > 5", on_unknown="deny"),
         way("lead", "lost", "company.employees > 5 or count(page_viewed) == 2")],
         [viewed(1, "/", "a"), viewed(2, "/", "b")], [("t3", 2, "b")]),
    Walk("refused, but never tried",
         [up(ONE), way("lead", "lost", "company.employees > 1", on_unknown="error"),  # the first fires
          way("sql", "lost", "company.employees > 1", on_unknown="error"),  # nobody stands there
          way("mql", "lead", "company.employees > 1", on_unknown="error", event="purchase"),  # it never happens
          way("mql", "sql", "company.employees > 1 and count(page_viewed) == 9", on_unknown="error")],  # false
         [viewed(1, "/", "a"), viewed(2, "/", "b")], [("t1", 1, "a")], DAILY),
    Walk("refused only where the target is not visited already",
         [up(ONE), back("company.employees > 1", on_unknown="error")], [viewed(1, "/", "a"), viewed(1, "/", "b")],
         [("t1", 1, "a")], until=1.5),
    Walk("refused only after the end", [up("company.employees > 1", on_unknown="error", event="purchase")],
         [viewed(1, "/", "a"), bought(9, 1, id_="p")], [], until=8),
]  # fmt: skip


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name.replace(" ", "-"))
def test_walks(engine: Engine, walk: Walk) -> None:
    walk.check(engine)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name.replace(" ", "-"))
def test_walks_gone_on_from_a_standing(walk: Walk) -> None:
    """One contact decided for itself, at some instant and from the standing of then: the moves are those of one go."""
    policy, who, end = walk.made(), walk.person(), walk.end()
    whole = policy.decide(who, walk.history, at=end)
    instants = {one.occurred_at for one in walk.history} | {move.at for move in whole.moves} | {day(4)}
    for at in sorted(instant for instant in instants if instant <= end):
        first = policy.decide(who, walk.history, at=at)
        second = policy.decide(who, walk.history, at=end, standing=first.standing)
        assert (*first.moves, *second.moves) == whole.moves
        assert second.standing == whole.standing


REFUSED = [
    Walk("at a review in between", [up("days_in_stage < 3 and count(page_viewed) == 9 or company.employees > 1",
         on_unknown="error")], [viewed(1, "/", "a")], [], DAILY),
    Walk("of two the one that is tried first", [way("lead", "lost", "company.employees > 1", on_unknown="error"),
         up("contact.country == 'ID'", on_unknown="error")], [viewed(1, "/", "a")], []),
    Walk("at the second stage of one visit", [up(ONE), way("mql", "sql", "company.employees > 1", on_unknown="error")],
         [viewed(1, "/", "a")], []),
    Walk("only once the value is cleared", [up("contact.country == 'ID'", on_unknown="error")],
         [viewed(1, "/", "a"), updated(5, "u", country=None)], [], who={"country": "SG"}),
    Walk("after a division by zero", [up("1 / count(page_viewed, within='1d') > 5", on_unknown="error")],
         [viewed(1, "/", "a")], [], DAILY),
]  # fmt: skip
NAMED = {"of two the one that is tried first": "t1", "at the second stage of one visit": "t2"}


@pytest.mark.parametrize("walk", REFUSED, ids=lambda walk: walk.name.replace(" ", "-"))
def test_unknown_is_refused(engine: Engine, walk: Walk) -> None:
    with pytest.raises(EvaluationError) as caught:
        walk.check(engine)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.rule) == ("unknown-condition", NAMED.get(walk.name, "t1"))
    assert "for contact 'c-1'" in problem.message
    assert str(problem.found).startswith("nothing is known of ")
