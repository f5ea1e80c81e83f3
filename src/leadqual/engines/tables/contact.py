"""What is known of a contact at an instant, as columns: the names that a condition may read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import narwhals as nw

from leadqual.conditions.nodes import ANY_INTERACTION, History, Literal, Name, Node, Selection
from leadqual.engines.tables.columns import CONTACT_ID, KIND, Frame
from leadqual.engines.tables.consent import Consents
from leadqual.engines.tables.gaps import MEMBER, STANDING
from leadqual.engines.tables.gather import Gathering
from leadqual.engines.tables.interest import interested
from leadqual.engines.tables.keys import Keys
from leadqual.engines.tables.logic import expression
from leadqual.engines.tables.native import Table
from leadqual.engines.tables.profile import Profile
from leadqual.model.mailboxes import PERSONAL_MAIL
from leadqual.model.vocabulary import Role
from leadqual.policy.document import PolicyDocument

ROLES_NAME: Final = Name("contact.roles")
_EMAIL: Final = "contact.email"
_OF_THE_FUNNEL: Final = ("stage", "days_in_stage")


class ContactScope:
    """The names that a condition may read of each contact, and the questions to its history.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    contacts : Table
        The contacts as they came.
    keys : Keys
        Under which key they are joined.
    gathering : Gathering
        Where questions to the interactions are put.
    worked_out : callable
        From the name of a score or grade to its column.
    """

    def __init__(
        self,
        policy: PolicyDocument,
        contacts: Table,
        keys: Keys,
        gathering: Gathering,
        worked_out: Callable[[str], nw.Expr],
    ) -> None:
        self._policy, self._table, self._keys, self._gathering = policy, contacts, keys, gathering
        self._worked_out = worked_out
        self._profile = Profile(policy, contacts, gathering)
        self._consents = Consents(contacts, keys, gathering)

    def name(self, path: str) -> nw.Expr:
        """Return the column of a name."""
        if path in _OF_THE_FUNNEL:
            raise STANDING.refusal(self._table.engine, path)
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
        return self._gathering.answer(question)

    def member(self, item: Node, container: Node) -> nw.Expr:
        """Return whether a constant is among the texts of a field; null where the field is missing."""
        if not isinstance(item, Literal):
            raise MEMBER.refusal(self._table.engine, f"{item} in {container}")
        if container == ROLES_NAME and item.value == Role.CUSTOMER:
            return self._customer()
        if container == ROLES_NAME and item.value == Role.LEAD:
            rows = self._gathering.rows
            rows.need(Selection(ANY_INTERACTION), None)
            return self._gathering.count("interest", interested(self._policy, rows)) > 0.0
        return expression(container, self).list.contains(item.value)

    def contacts(self) -> Frame:
        """Return the contacts with every column that was asked for."""
        kept = self._table.frame.select(CONTACT_ID, self._keys.of_contacts, *self._profile.columns())
        return self._gathering.join(kept)

    def _customer(self) -> nw.Expr:
        kinds = sorted(self._policy.meaning.purchases)
        for kind in kinds:
            self._gathering.rows.need(Selection(kind), None)
        bought = nw.col(KIND).is_in(kinds)
        return self._gathering.count("purchases", bought) > 0.0


def _domain(address: nw.Expr) -> nw.Expr:
    return address.str.replace_all(r"(?s)^.*@", "").str.to_lowercase()
