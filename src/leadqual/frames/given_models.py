"""Contacts and histories as the caller gives them, looked at before they become tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final, cast

from leadqual._suggest import did_you_mean
from leadqual.engines.intake import check_attributes, ordered_history
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.frames.interactions import Owned
from leadqual.frames.types import undeclared
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.profile import PROFILE_UPDATED
from leadqual.policy.document import PolicyDocument

_COMPARED: Final = 10_000


def contacts_once(contacts: Any) -> list[Contact]:
    """Return the contacts, each id once; raise `InputError` for anything else, and for two contacts with one id."""
    several = isinstance(contacts, Iterable) and not isinstance(contacts, Contact | Mapping | str | bytes)
    if not several:
        expected, hint = "a list of contacts", "put a single one in brackets: [contact]"
        raise InputError(
            Problem("wrong-type", "these are no contacts", Place("contacts"), shown(contacts), expected, hint)
        )
    found: dict[str, Contact] = {}
    problems = []
    for one in contacts:
        if not isinstance(one, Contact):
            problems.append(Problem("wrong-type", "this is no contact", Place("contacts"), shown(one), "a Contact"))
        elif found.setdefault(one.id, one) != one:
            message, hint = "two contacts have one id and different content", "keep one of them"
            problems.append(
                Problem("duplicate-id", message, Place("contacts", path="contact_id"), shown(one.id), hint=hint)
            )
    if problems:
        raise InputError(problems)
    return list(found.values())


def interactions_owned(contacts: list[Contact], histories: Any, policy: PolicyDocument | None) -> list[Owned]:
    """Return all interactions, each with the id of its contact; raise `InputError` for what a decision would refuse."""
    if not isinstance(histories, Mapping):
        expected, hint = "a mapping of contact ids to interactions", "write {contact.id: [interaction, ...]}"
        message, place = "these are no histories", Place("histories")
        raise InputError(Problem("wrong-type", message, place, shown(histories), expected, hint))
    known = {contact.id for contact in contacts}
    problems = [_no_contact(given, known) for given in histories if given not in known]
    owned: list[Owned] = []
    for contact in contacts:
        try:
            owned += [(contact.id, one) for one in _history(contact, histories.get(contact.id, ()), policy)]
        except LeadqualError as error:
            problems += error.problems
        try:
            if policy is not None:
                check_attributes(policy, contact)
        except LeadqualError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return owned


def _history(contact: Contact, given: Any, policy: PolicyDocument | None) -> list[Interaction]:
    """Return the interactions of a contact in the order given; raise `LeadqualError` for those that are none."""
    if not isinstance(given, Iterable) or isinstance(given, Interaction | Mapping | str | bytes):
        return ordered_history(undeclared(), contact, cast(Any, given))  # says what is wrong with it
    history = list(given)
    # Without a policy nobody can say which kinds and fields there are beside the built-in ones.
    checked = history if policy is not None else [one for one in history if not _is_open(one)]
    ordered_history(policy or undeclared(), contact, checked)
    return history


def _is_open(one: Any) -> bool:
    return isinstance(one, Interaction) and (one.kind not in BUILT_IN or one.kind == PROFILE_UPDATED)


def _no_contact(given: Any, known: Iterable[str]) -> Problem:
    message, found = f"there is a history of {shown(given)}, but no such contact", shown(given)
    hint = did_you_mean(given, islice(known, _COMPARED)) if isinstance(given, str) else None
    hint = hint or "add the contact, or leave out its history"
    return Problem("unknown-contact", message, Place("histories"), found, "the id of a contact", hint)
