"""A score and the ledger that it is the sum of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from leadqual.cards.shown import Shown
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.score_card import score_card

LineKind = Literal["rule", "cap", "group_cap", "clip", "part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine(Shown):
    """One line of a score: a rule, a cap, the clip to the range, or a part that a scorer names.

    Parameters
    ----------
    id : str
        The rule, the group, or what the scorer calls the part.
    points : float
        What the line adds to the score; may be negative.
    kind : {"part", "rule", "cap", "group_cap", "clip"}
        What the line is.
    count : int, optional
        How many interactions counted; None where none are counted.
    unknown : bool
        Whether the rule could not be decided because something is missing.
    description : str, optional
        Why the rule is there, in the policy's words.
    """

    id: str
    points: float
    kind: LineKind = "part"
    count: int | None = None
    unknown: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score's value and the ledger that it is the sum of.

    A plain dataclass, since a decision makes many and validates none: what a scorer hands in is checked where it
    is taken.

    Parameters
    ----------
    name : str
        What the score is called.
    value : float or None
        The sum of the ledger, rounded to six decimals; None if the scorer abstains.
    range : tuple of float, optional
        The smallest and largest value that it can have.
    ledger : tuple of LedgerLine
        The lines, in the order of the policy: rules with their caps, groups, the clip last.
    missing : tuple of str
        The fields that left something unknown.
    """

    name: str
    value: float | None
    range: tuple[float, float] | None = None
    ledger: tuple[LedgerLine, ...] = ()
    missing: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        return score_card(self)


@runtime_checkable
class Scorer(Protocol):
    """Anything that scores a contact; `leadqual.Policy.with_scorer` puts it into a policy.

    A scorer may also have ``score_frame(contacts, interactions, *, at)`` for tables (`leadqual.frames.score`). It gets
    the two tables as their owner has them, and returns one of the same library: ``contact_id``, ``score`` (null where
    it abstains), and a column of numbers for each line of its ledger, which sum to the score. Without it the rows of
    tables in memory are scored one by one, and a warning says so.
    """

    @property
    def name(self) -> str:
        """What the score is called."""
        ...

    def score(self, contact: Contact, history: Sequence[Interaction], *, at: datetime) -> Score:
        """Return the score of a contact at an instant, from interactions with ``occurred_at <= at`` only.

        Parameters
        ----------
        contact : Contact
            The contact.
        history : sequence of Interaction
            What happened with the contact, in any order.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.
        """
        ...


def is_scorer(value: Any) -> bool:
    """Return whether an object has what a scorer needs."""
    return isinstance(value, Scorer) and callable(value.score) and not isinstance(value, type)
