"""The columns of contacts that rules on reaching out ask for, beyond those that every contact has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from leadqual.files.row import RawRow, Table
from leadqual.model.contact import Contact
from leadqual.outreach.rules.kinds import CircumstanceRule
from leadqual.outreach.rules.rulebook import Rulebook
from leadqual.outreach.rules.words import LineKind, Whom
from leadqual.policy.document import PolicyDocument

_ALWAYS: Final[dict[str, dict[str, Any]]] = {
    "line": {"type": "text", "values": [kind.value for kind in LineKind]},
    "line_use": {"type": "text", "values": ["personal", Whom.BUSINESS.value]},
    "inconvenient_times": {"type": "texts"},
}
_COLUMNS: Final = ("contact_id", "interaction_id", "kind", "occurred_at")


class NoInteractions(Table):
    """A table without rows, for those who have no interactions."""

    @property
    def columns(self) -> Sequence[str]:
        """The columns that interactions need."""
        return _COLUMNS

    def rows(self) -> Iterator[RawRow]:
        """Yield nothing."""
        yield from ()

    def done(self) -> float:
        """Return that all of it has been read."""
        return 1.0


def declaring(book: Rulebook, policy: PolicyDocument | None = None, debt_column: str | None = None) -> PolicyDocument:
    """Return what columns there may be: those that a policy declares, and those that rules ask for.

    Parameters
    ----------
    book : Rulebook
        The rules in force.
    policy : PolicyDocument, optional
        Whose fields and kinds of interactions may be used too.
    debt_column : str, optional
        The column with the debt of each contact.

    Examples
    --------
    >>> from leadqual.outreach.rules.rulebook import rulebook
    >>> found = declaring(rulebook())
    >>> found.fields["attorney"].type, found.fields["answered_by"].type, found.fields["line"].values
    ('boolean', 'text', ('mobile', 'landline'))
    """
    asked: dict[str, Any] = {**_ALWAYS}
    for held in book.rules.values():
        if isinstance(held.rule, CircumstanceRule) and held.rule.attribute not in Contact.model_fields:
            are_flags = all(isinstance(value, bool) for value in held.rule.denies)
            asked.setdefault(held.rule.attribute, {"type": "boolean" if are_flags else "text"})
    if debt_column is not None and debt_column not in Contact.model_fields:
        asked.setdefault(debt_column, {"type": "text"})
    if policy is None:
        return PolicyDocument(name="outreach", fields=asked)
    return PolicyDocument(name=policy.name, fields={**asked, **policy.fields}, interactions=policy.interactions)
