"""Who may be contacted: what a report has to know to ask the law."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.cards.shown import Shown
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.asked import question_of
from leadqual.outreach.caller import Caller
from leadqual.outreach.facts.situation import Registry
from leadqual.outreach.facts.suppressed import Suppressed
from leadqual.outreach.rules.rulebook import Rulebook
from leadqual.outreach.tables.permit_frame import ListCheck, OverdueRulesWarning, permit_frame
from leadqual.policy.document import PolicyDocument


@dataclass(frozen=True, kw_only=True)
class Reach(Shown):
    """What is asked of `leadqual.outreach.permit_frame` for the section on who may be contacted.

    Parameters
    ----------
    purpose, channel, caller, registries, rules, debt, debt_column, campaign, template, strict, suppressed, check
        As for `leadqual.outreach.permit_frame`.
    ignore_unknown_columns : bool, default False
        Leave out columns of contacts that neither the policy nor a rule reads, in place of refusing them.

    Examples
    --------
    >>> Reach.of({"purpose": "marketing", "channel": "email"}).channel
    'email'
    """

    purpose: Purpose | str
    channel: Channel | str
    caller: Caller | Mapping[str, Any] | str | None = None
    registries: Registry | Iterable[Registry] | Mapping[str, Registry] | None = None
    rules: Rulebook | None = None
    debt: str | None = None
    debt_column: str | None = None
    campaign: str | None = None
    template: bool = False
    strict: bool = False
    suppressed: Iterable[str] | Suppressed = ()
    check: ListCheck = "all"
    ignore_unknown_columns: bool = False

    @classmethod
    def of(cls, given: Any) -> Reach:
        """Return what was given as a mapping of these names; raise `InputError` with every name that is none.

        Parameters
        ----------
        given : Reach or mapping
            The arguments of `leadqual.outreach.permit_frame`, by name.
        """
        if isinstance(given, cls):
            return given
        if not isinstance(given, Mapping):
            expected = "a mapping such as {'purpose': 'telemarketing', 'channel': 'voice', 'caller': 'seller'}"
            message = "this does not say what is to be asked of the law"
            raise InputError(Problem("wrong-type", message, Place("reach"), shown(given), expected))
        known = [field.name for field in fields(cls)]
        problems = [
            Problem("bad-argument", "there is no such argument", Place("reach"), shown(name), f"one of: {known}",
                    did_you_mean(str(name), known))
            for name in given if name not in known
        ]  # fmt: skip
        problems += [
            Problem("missing-argument", f"{name!r} is missing", Place("reach"), hint=f"reach={{{name!r}: ...}}")
            for name in ("purpose", "channel") if name not in given
        ]  # fmt: skip
        if problems:
            raise InputError(problems)
        return cls(**given)

    def ask(self, at: datetime) -> None:
        """Raise `InputError` with everything that is wrong with the question, before any table is looked at.

        Parameters
        ----------
        at : datetime
            The instant, with its time zone.
        """
        question_of(
            self.purpose, self.channel, at, self.caller, self.registries, self.debt, self.campaign, self.template,
            self.strict,
        )  # fmt: skip

    def look_at(self, policy: PolicyDocument, contacts: pl.DataFrame, interactions: pl.DataFrame, at: datetime) -> None:
        """Raise `InputError` with every column that permission cannot be told from, before the long work is begun.

        Parameters
        ----------
        policy : Policy
            The policy.
        contacts : polars.DataFrame
            One row a contact.
        interactions : polars.DataFrame
            One row an interaction.
        at : datetime
            The instant, with its time zone.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OverdueRulesWarning)
            self.verdicts(policy, contacts.clear(), interactions.clear(), at)

    def verdicts(
        self, policy: PolicyDocument, contacts: pl.DataFrame, interactions: pl.DataFrame, at: datetime
    ) -> pl.DataFrame:
        """Return the verdict on each of some contacts, as `leadqual.outreach.permit_frame` gives it.

        Fields that the policy declares are known, so they are not refused as columns that nothing reads.

        Parameters
        ----------
        policy : Policy
            The policy.
        contacts : polars.DataFrame
            One row a contact.
        interactions : polars.DataFrame
            One row an interaction.
        at : datetime
            The instant, with its time zone.
        """
        own = [f"company.{name}" if spec.on == "company" else name for name, spec in policy.fields.items()]
        known = contacts.drop([name for name in own if name in contacts.columns and name != self.debt_column])
        options = {field.name: getattr(self, field.name) for field in fields(self)}
        found: pl.DataFrame = permit_frame(known, interactions, at=at, **options)
        return found
