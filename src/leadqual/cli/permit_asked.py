"""What ``leadqual permit`` is asked: the question, the rules, and the tables, checked before anything is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from leadqual.cli.output import Watch
from leadqual.cli.permit_facts import NoInteractions, declaring
from leadqual.cli.permit_options import as_option
from leadqual.cli.permit_registries import Named
from leadqual.errors import InputError, LeadqualError, Place, Problem
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.asked import question_of
from leadqual.outreach.caller import Caller
from leadqual.outreach.rules.rulebook import Rulebook, rulebook
from leadqual.policies.documents import policy_named
from leadqual.policy.document import PolicyDocument

NO_HISTORY: Final = (
    "No interactions were given: consents, wishes not to be contacted and calls are known only as far as the "
    "contacts' own columns tell them."
)
_ANYBODY: Final = (datetime(2026, 1, 1, tzinfo=UTC), None, None, None, None, False, False)
"""The rest of a question of which only the words are looked at."""


@dataclass(frozen=True)
class Asked:
    """What is asked of every contact alike.

    Parameters
    ----------
    purpose, channel : str
        What for, and on which way.
    at : datetime
        When.
    caller : Caller, optional
        Who reaches out.
    registries : Named
        The copies of registries, not read yet.
    rules : Rulebook
        The rules in force.
    debt, campaign : str, optional
        The debt and the campaign it is about.
    debt_column : str, optional
        The column of contacts with the debt of each, in place of one for all.
    template, strict : bool
        Whether a message is made from an approved template, and whether recommended days off count.
    suppressed : tuple of str
        The entries of do-not-call lists of one's own.
    """

    purpose: str
    channel: str
    at: datetime
    caller: Caller | None
    registries: Named
    rules: Rulebook
    debt: str | None = None
    debt_column: str | None = None
    campaign: str | None = None
    template: bool = False
    strict: bool = False
    suppressed: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise `InputError` with everything that is wrong with the question, before the long work of reading."""
        if self.debt is not None and self.debt_column is not None:
            message, hint = "one debt for all is given, and a column with the debt of each", "one of them"
            raise InputError(Problem("bad-usage", message, Place("--debt-column"), hint=hint))
        with in_options():
            question_of(
                self.purpose,
                self.channel,
                self.at,
                self.caller,
                self.registries.opened,
                self.debt,
                self.campaign,
                self.template,
                self.strict,
            )

    def arguments(self, watch: Watch) -> dict[str, Any]:
        """Return the arguments of `permit_frame`; lists of numbers are read now."""
        asked = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**asked, "registries": self.registries.read(watch)}


@dataclass(frozen=True)
class Tables:
    """The two tables, and how they are read.

    Parameters
    ----------
    contacts : Path
        The contacts.
    interactions : Path, optional
        The interactions.
    policy : PolicyDocument
        What columns and kinds there may be.
    reading : dict
        The time zone, the encoding, the sign of decimals, and whether unknown columns are left out.
    others : bool
        Whether the interactions may be those of other contacts too, which are left out.
    """

    contacts: Path
    interactions: Path | None
    policy: PolicyDocument
    reading: dict[str, Any]
    others: bool = False

    @classmethod
    def of(
        cls,
        contacts: Path,
        interactions: Path | None,
        asked: Asked,
        policy: str | None,
        reading: dict[str, Any],
        *,
        others: bool = False,
    ) -> Tables:
        """Return the tables that may have the columns that a question asks for, and those of a policy that is named."""
        named = None if policy is None else policy_named(policy)
        return cls(contacts, interactions, declaring(asked.rules, named, asked.debt_column), reading, others)

    @property
    def events(self) -> Path | NoInteractions:
        """The interactions, or a table of none."""
        return NoInteractions("interactions") if self.interactions is None else self.interactions

    @property
    def notes(self) -> list[str]:
        """What is to be known of an answer from these tables."""
        return [NO_HISTORY] if self.interactions is None else []


def words_of(purpose: str | None, channel: str | None) -> tuple[Purpose | None, Channel | None]:
    """Return the purpose and the channel, as far as they are named; raise `InputError` over words that are none."""
    with in_options():
        known = question_of(purpose or Purpose.SERVICE, channel or Channel.VOICE, *_ANYBODY)
    return known.purpose if purpose else None, known.channel if channel else None


def caller_named(kinds: str | None, *, paid: bool) -> Caller | None:
    """Return the caller of ``seller,financial``; raise `InputError` over a kind that is none."""
    if kinds is None and not paid:
        return None
    with in_options():
        names = [name.strip() for name in (kinds or "").split(",") if name.strip()]
        return Caller.model_validate({"kinds": names, "paid": paid})


def rules_in_force(packs: Sequence[str] | None, own: Sequence[str] | None) -> Rulebook:
    """Return the rules that ship, further packs of them, and those of a company on top."""
    book = rulebook(*(packs or ()))
    return book.with_packs(*own) if own else book


@contextmanager
def in_options() -> Iterator[None]:
    """Tell the problems of a block under the names that arguments have on the command line."""
    try:
        yield
    except LeadqualError as error:
        raise InputError(map(as_option, error.problems)) from None
