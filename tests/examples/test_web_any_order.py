"""Whatever is asked of the application, and in whatever order: a plain list and one decision give the same."""

from __future__ import annotations

import itertools
import random
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from support.web import POLICY, day, desk_of, sent, web

import leadqual as lq

END = day(60)
KINDS = st.sampled_from(["page_viewed", "page_viewed", "demo_requested", "purchase"])
# Whole days are reviews; a microsecond beside them is before or after.
INSTANTS = st.builds(
    lambda number, micro: day(number) + timedelta(microseconds=micro),
    st.integers(0, 40),
    st.sampled_from([0, 0, 1, -1, 7]),
)


class Kept(RuleBasedStateMachine):
    """The application on one side; a contact and a list of interactions on the other."""

    database = file = None
    numbers = itertools.count()

    @initialize(letters=st.sampled_from(["c-1", "a/b 😀"]), country=st.sampled_from(["ID", None]))
    def begin(self, letters: str, country: str | None) -> None:
        self.name = f"{letters} {next(self.numbers)}"  # a new contact each time costs less than a new database
        self.contact, self.history, self.now = lq.Contact(id=self.name, country=country), list[lq.Interaction](), day(1)
        self.country = country
        self.restart()
        self.desk.put(self.contact)

    @rule()
    def restart(self) -> None:
        if hasattr(self, "opened"):
            self.opened.close()
        self.opened = ExitStack()
        self.desk: Any = self.opened.enter_context(desk_of(self.database, self.file))
        object.__setattr__(self.desk, "clock", lambda: self.now)
        self.policy = self.desk.deciding.policy

    def arrivals(self, *rows: dict[str, Any]) -> list[Any]:
        from leads.reading import arrivals_of  # noqa: PLC0415 - found only now

        return [one for row in rows for one in arrivals_of(self.policy, row)]

    @rule(several=st.lists(st.tuples(KINDS, INSTANTS), min_size=1, max_size=4), again=st.randoms())
    def something_happens(self, several: list[tuple[str, Any]], again: random.Random) -> None:
        rows = [
            sent(self.name, f"{self.name}-{len(self.history) + number}", kind, at)
            for number, (kind, at) in enumerate(several)
        ]
        arrivals = self.arrivals(*rows)
        (taken,) = self.desk.take_in([*arrivals, again.choice(arrivals)])
        assert (taken.new, taken.repeated) == (len(rows), 1)
        self.history += [one.interaction for one in arrivals]

    @rule(which=st.randoms())
    def something_is_sent_again(self, which: random.Random) -> None:
        if self.history:
            one = which.choice(self.history)
            from leads.log import Arrival  # noqa: PLC0415 - found only now

            (taken,) = self.desk.take_in([Arrival(self.name, one)])
            assert (taken.new, taken.repeated) == (0, 1)

    @rule(at=INSTANTS)
    def something_false_is_sent(self, at: Any) -> None:
        if self.history:
            from leads.problems import Refused  # noqa: PLC0415 - found only now

            false = sent(self.name, self.history[0].id, "newsletter_subscribed", at)
            fresh = sent(self.name, f"{self.name}-fresh", "purchase", at)
            with pytest.raises(Refused):
                self.desk.take_in(self.arrivals(fresh, false))

    @rule(country=st.sampled_from(["ID", "SG", None]))
    def the_profile_changes(self, country: str | None) -> None:
        self.desk.put(lq.Contact(id=self.name, country=country))
        story = self.desk.story(self.name)
        known = {one.id for one in self.history}
        fresh = [one for one in story.history if one.id not in known]
        assert len(fresh) == (country != self.country)
        self.country, self.history = country, [*self.history, *fresh]

    @rule(days=st.floats(-3, 12))
    def time_goes_by(self, days: float) -> None:
        """Sometimes it goes back: another server answers."""
        self.now = min(max(self.now + timedelta(days=days), day(0)), END)

    @rule()
    def the_night_comes(self) -> None:
        self.desk.bring_up_to_date(self.name, self.now)

    @invariant()
    def the_same_as_one_decision(self) -> None:
        from leads.log import Log, holding, key_of  # noqa: PLC0415 - found only now

        story = self.desk.story(self.name)
        assert {one.id: one for one in story.history} == {one.id: one for one in self.history}
        with self.desk.database.reading() as connection:
            log = Log(connection, self.policy)
            standing, ahead = log.standing(self.name), self.desk.deciding.now(log, self.contact, END)
        at_once = self.policy.decide(self.contact, self.history, at=standing.as_of)
        assert standing == at_once.standing
        assert [key_of(move) for move in holding(story.ledger)] == [key_of(move) for move in at_once.moves]
        assert ahead.standing == self.policy.decide(self.contact, self.history, at=END).standing

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.opened.close()


def test_the_application_and_a_plain_list_say_the_same(database: str, policy_file: Path) -> None:
    web()
    machine = type("Kept", (Kept,), {"database": database, "file": policy_file})
    health = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=settings.default.max_examples // 2,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=health,
        ),
    )


@given(rows=st.lists(st.tuples(KINDS, INSTANTS), min_size=2, max_size=7), order=st.randoms())
@settings(max_examples=8)
def test_the_order_of_arrival_changes_nothing(rows: list[tuple[str, Any]], order: random.Random) -> None:
    web()
    from leads.reading import arrivals_of  # noqa: PLC0415 - found only now

    given = [sent("c-1", f"i-{number}", kind, at) for number, (kind, at) in enumerate(rows)]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "policy.yaml")
        file.write_text(POLICY, encoding="utf-8")
        for number in range(2):
            with desk_of(f"sqlite:///{folder}/{number}.db", file, day(41)) as desk:
                desk.put(lq.Contact(id="c-1", country="ID"))
                for row in given:
                    desk.take_in(arrivals_of(desk.deciding.policy, row))
                found.append(desk.bring_up_to_date("c-1", END).standing)
            order.shuffle(given)
    assert found[0] == found[1]
