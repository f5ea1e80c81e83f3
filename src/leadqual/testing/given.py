"""Tests of a policy, written as one sentence in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from leadqual.cards.shown import fields_card
from leadqual.errors import InputError, Place, Problem
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.policies.documents import as_policy
from leadqual.testing.case import Begin, Case
from leadqual.testing.outcome import ExpectationFailed
from leadqual.testing.running import run


def given(policy: Policy | str, *, time_zone: str | None = None) -> Given:
    """Begin a test of a policy.

    Parameters
    ----------
    policy : Policy or str
        The policy, the name of one that ships, or a file.
    time_zone : str, optional
        Where times without a zone were written down, as ``Asia/Jakarta``; without it a day begins at midnight UTC, and
        a time of day needs a zone.

    Raises
    ------
    PolicyError
        If the policy cannot be read.

    Examples
    --------
    >>> decision = (
    ...     given("sales").contact(country="ID", company={"employees": 250})
    ...     .interaction("whitepaper_downloaded", on="2026-11-01")
    ...     .interaction("demo_requested", on="2026-11-20")
    ...     .at("2026-11-22").expect(stage="sql", because="demo")
    ... )
    >>> decision.scores["intent"].value > 30
    True
    """
    return Given(as_policy(policy), time_zone=time_zone)


@dataclass(frozen=True, slots=True)
class Given:
    """A test of a policy in the making; every verb returns another one, so a common beginning can be kept."""

    policy: Policy
    fields: Contact | Mapping[str, Any] | None = None
    happened: tuple[Mapping[str, Any] | Interaction, ...] = ()
    begin: Begin | None = None
    when: str | date | datetime | None = None
    time_zone: str | None = None

    def _repr_html_(self) -> str:
        return fields_card(self, title=f"A test of {self.policy.ref} in the making")

    def contact(self, contact: Contact | None = None, /, **fields: Any) -> Given:
        """Say what is known of the contact: a `Contact`, or fields, more with each call; a company is a mapping.

        Parameters
        ----------
        contact : Contact, optional
            The whole contact.
        **fields : object
            Fields of the contact by name.
        """
        if contact is not None:
            return replace(self, fields=contact.model_copy(update=fields) if fields else contact)
        known = self.fields or {}
        return replace(
            self, fields=known.model_copy(update=fields) if isinstance(known, Contact) else {**known, **fields}
        )

    def interaction(
        self,
        kind: str | Interaction,
        on: str | date | datetime | None = None,
        *,
        ago: str | None = None,
        times: int | None = None,
        every: str | None = None,
        **properties: Any,
    ) -> Given:
        """Say what happened.

        Parameters
        ----------
        kind : str or Interaction
            The kind, or the interaction itself.
        on : str, date or datetime, optional
            When: a day, or a time with its zone.
        ago : str, optional
            In place of `on`: how long before the instant of `at`, such as ``"21d"``. With neither it happens then.
        times : int, optional
            How often.
        every : str, optional
            How far apart, such as ``"1d"``; without it all happen at one instant.
        **properties
            Its properties, such as ``path="/pricing"``.
        """
        if isinstance(kind, Interaction):
            return replace(self, happened=(*self.happened, kind))
        said = {"kind": kind, "on": on, "ago": ago, "times": times, "every": every}
        entry = {**{name: value for name, value in said.items() if value is not None}, **properties}
        return replace(self, happened=(*self.happened, entry))

    def standing(self, stage: str, *, since: str | date | datetime) -> Given:
        """Say that the contact already stands at a stage; what happened up to then moves it no more.

        Parameters
        ----------
        stage : str
            The stage.
        since : str, date or datetime
            When the contact came there.
        """
        return replace(self, begin=Begin(stage=stage, since=since))

    def at(self, when: str | date | datetime) -> Given:
        """Say when somebody looks: a day, or a time with its zone.

        Parameters
        ----------
        when : str, date or datetime
            ``2026-11-22``, or a time with its zone.
        """
        return replace(self, when=when)

    def case(self, name: str = "case", **expected: Any) -> Case:
        """Return the test as data; what can be expected stands at `expect`.

        Parameters
        ----------
        name : str, default 'case'
            What the report calls it.
        **expected : object
            What is expected, by name.
        """
        if self.when is None:
            hint = '.at("2026-11-22") before .expect(...)'
            raise InputError(Problem("missing-argument", "nobody said when somebody looks", Place("at"), hint=hint))
        fields = {} if self.fields is None else self.fields
        return Case(
            name=name, contact=fields, interactions=self.happened, standing=self.begin, at=self.when,
            time_zone=self.time_zone, expect=expected,
        )  # fmt: skip

    def expect(self, **expected: Any) -> Decision | None:
        """Decide, and raise `ExpectationFailed` unless everything is as expected.

        Parameters
        ----------
        stage : str or None
            Where the contact stands.
        because : str
            The transition of the last move.
        moves : list of str
            Every move in its order: the transition, or ``"lead -> mql"``.
        scores : mapping
            For a score a number, a range ``[low, high]``, a comparison such as ``">= 15"``, or None if it abstains.
        grades : mapping
            For a grade its band.
        reasons : list of str, or mapping of str to float
            Rules that give points, among others: ``"demo"`` or ``"intent.demo"``; in a mapping with their points.
        missing : list of str
            Fields that left something unknown, among others; an empty list if nothing may be missing.
        holds : str or list of str
            Conditions that are true.
        error : str
            The code of the error that is raised in place of a decision.

        Returns
        -------
        Decision or None
            The decision; None where an error was expected and raised.

        Raises
        ------
        ExpectationFailed
            An `AssertionError` with the report: what differs, the moves, the transition that came closest with the
            values of its condition, and the ledgers.
        InputError
            If the test itself is wrong: an unknown kind, field, stage or rule, an impossible date.
        """
        outcome = run(self.policy, self.case(**{"name": "case"}, **expected))
        if not outcome.passed:
            raise ExpectationFailed(outcome)
        return outcome.decision
