"""What is known of a contact at an instant, as columns: the names that a condition may read."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, Protocol

import narwhals as nw

from leadqual.conditions.nodes import ANY_INTERACTION, History, Literal, Name, Node, Selection
from leadqual.engines.tables.columns import KIND
from leadqual.engines.tables.gaps import MEMBER
from leadqual.engines.tables.interest import interested
from leadqual.engines.tables.logic import expression
from leadqual.engines.tables.rows import Rows
from leadqual.model.mailboxes import PERSONAL_MAIL
from leadqual.model.vocabulary import Role
from leadqual.policy.document import PolicyDocument

ROLES_NAME: Final = Name("contact.roles")
_EMAIL: Final = "contact.email"
OF_THE_FUNNEL: Final = ("stage", "days_in_stage")
"""What follows from a fold over the history, and not from one look at it."""


class Answers(Protocol):
    """What answers questions to the history, each with a column."""

    rows: Rows

    def answer(self, question: History) -> nw.Expr:
        """Return the column of the answers to a question."""
        ...

    def count(self, key: Hashable, chosen: nw.Expr) -> nw.Expr:
        """Return how many of each contact's rows are chosen; `key` says what is asked."""
        ...


class Fields(Protocol):
    """What knows the fields of the profile."""

    def field(self, path: str) -> nw.Expr:
        """Return the column of a field."""
        ...


class Allowed(Protocol):
    """What knows the consents."""

    def of(self, channel: str) -> nw.Expr:
        """Return whether marketing on a channel is allowed; null if nothing was ever said."""
        ...


class ContactScope:
    """The names that a condition may read of each contact, and the questions to its history.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    engine : str
        What the table is called in messages.
    answers, profile, consents : object
        Where the history is asked, and what knows the fields and consents.
    worked_out : callable
        From the name of a score or grade to its column.
    in_funnel : callable
        From ``stage`` or ``days_in_stage`` to its column.
    """

    def __init__(
        self,
        policy: PolicyDocument,
        engine: str,
        answers: Answers,
        profile: Fields,
        consents: Allowed,
        worked_out: Callable[[str], nw.Expr],
        in_funnel: Callable[[str], nw.Expr],
    ) -> None:
        self._policy, self._engine, self._answers = policy, engine, answers
        self._profile, self._consents = profile, consents
        self._worked_out, self._in_funnel = worked_out, in_funnel

    def name(self, path: str) -> nw.Expr:
        """Return the column of a name."""
        if path in OF_THE_FUNNEL:
            return self._in_funnel(path)
        owner, _, rest = path.partition(".")
        if owner in ("score", "grade"):
            return self._worked_out(path)
        if owner == "consent":
            return self._consents.of(rest)
        match path:
            case "contact.is_customer":
                return self._customer()
            case "contact.email_domain":
                return _domain(self.name(_EMAIL))
            case "contact.email_is_personal":
                address = self.name(_EMAIL)
                return nw.when(~address.is_null()).then(_domain(address).is_in(sorted(PERSONAL_MAIL)))
            case _:
                return self._profile.field(path)

    def history(self, question: History) -> nw.Expr:
        """Return the column of the answers to a question."""
        return self._answers.answer(question)

    def member(self, item: Node, container: Node) -> nw.Expr:
        """Return whether a constant is among the texts of a field; null where the field is missing."""
        if not isinstance(item, Literal):
            raise MEMBER.refusal(self._engine, f"{item} in {container}")
        if container == ROLES_NAME and item.value == Role.CUSTOMER:
            return self._customer()
        if container == ROLES_NAME and item.value == Role.LEAD:
            rows = self._answers.rows
            rows.need(Selection(ANY_INTERACTION), None)
            return self._answers.count("interest", interested(self._policy, rows)) > 0.0
        return expression(container, self).list.contains(item.value)

    def _customer(self) -> nw.Expr:
        kinds = sorted(self._policy.meaning.purchases)
        for kind in kinds:
            self._answers.rows.need(Selection(kind), None)
        bought = nw.col(KIND).is_in(kinds)
        return self._answers.count("purchases", bought) > 0.0


def _domain(address: nw.Expr) -> nw.Expr:
    return address.str.replace_all(r"(?s)^.*@", "").str.to_lowercase()
