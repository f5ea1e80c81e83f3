"""What comes in is checked once, for every engine: kinds, types, duplicates, order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from operator import attrgetter, lt
from typing import Any

from leadqual._suggest import closest, did_you_mean
from leadqual.conditions.check import unknown_kind
from leadqual.errors import EvaluationError, InputError, LeadqualError, Place, Problem, shown
from leadqual.model.catalogue import Field
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import CustomInteraction, Interaction
from leadqual.model.interactions.registry import BUILT_IN, class_name
from leadqual.model.profile import DERIVED, PROFILE_UPDATED, UNCHANGEABLE, changed_fields
from leadqual.policy.document import PolicyDocument
from leadqual.policy.parse import missing_currency

_IN_TIME = attrgetter("instant", "id")

_CHECKED: set[type] = set()
"""Classes of built-in kinds that were met: what they hold is checked when it is made, under every policy."""


def ordered_history(policy: PolicyDocument, contact: Contact, history: Iterable[Interaction]) -> list[Interaction]:
    """Return the interactions in time order, ties ordered by id, each id once.

    Raises
    ------
    InputError
        With every interaction that is none, is of an unknown kind, carries what its kind does not have, or has the
        id of another with other content.
    EvaluationError
        If values of a wrong type are all that is wrong.
    """
    history = _several(history, contact)
    if _CHECKED.issuperset(map(type, history)) and len({one.id for one in history}) == len(history):
        instants = [one.instant for one in history]
        in_order = all(map(lt, instants, instants[1:]))
        return history if in_order else sorted(history, key=_IN_TIME)
    return _checked(policy, contact, history)


def _several(history: Any, contact: Contact) -> list[Any]:
    """Return the items of a history; raise `InputError` for one interaction, a mapping, or no collection at all."""
    if isinstance(history, Iterable) and not isinstance(history, Interaction | Mapping | str | bytes):
        return list(history)
    place, found = Place(f"contact {contact.id!r}, history"), shown(history)
    hint = "put a single one in brackets: [interaction]; for nobody's history give []"
    raise InputError(Problem("wrong-type", "a history is a list of interactions", place, found, "a list", hint))


def _checked(policy: PolicyDocument, contact: Contact, history: Iterable[Interaction]) -> list[Interaction]:
    """Look at every interaction; those that their own class has checked are remembered by it."""
    built_in = policy.built_in.kinds
    by_id: dict[str, Interaction] = {}
    problems: list[Problem] = []
    for one in history:
        if not isinstance(one, Interaction):
            problems.append(_no_interaction(one, contact))
        elif by_id.setdefault(one.id, one) is not one and by_id[one.id].fingerprint != one.fingerprint:
            problems.append(_conflict(one, by_id[one.id], contact))
        elif one.kind == PROFILE_UPDATED or isinstance(one, CustomInteraction) or one.kind not in built_in:
            problems += [_of(contact, one, problem) for problem in _check_open(policy, one)]
        elif not isinstance(one, BUILT_IN[one.kind]):
            problems.append(_of(contact, one, _untyped(one)))
        elif type(one) is BUILT_IN[one.kind]:
            _CHECKED.add(type(one))
    if problems:
        raise _refusal(problems)
    return sorted(by_id.values(), key=_IN_TIME)


def each_once(contact: Contact, history: Iterable[Interaction]) -> list[Interaction]:
    """Return the interactions of a history in the order given, each id once, whatever a policy says of their kinds.

    Raises
    ------
    InputError
        With every item that is no interaction, or has the id of another with other content.
    """
    several = _several(history, contact)
    fitting = all(issubclass(cls, Interaction) for cls in set(map(type, several)))
    if fitting and len({one.id for one in several}) == len(several):
        return several
    by_id: dict[str, Interaction] = {}
    problems: list[Problem] = []
    for one in several:
        if not isinstance(one, Interaction):
            problems.append(_no_interaction(one, contact))
        elif by_id.setdefault(one.id, one) is not one and by_id[one.id].fingerprint != one.fingerprint:
            problems.append(_conflict(one, by_id[one.id], contact))
    if problems:
        raise InputError(problems)
    return list(by_id.values())


def check_attributes(policy: PolicyDocument, contact: Contact) -> None:
    """Raise `EvaluationError` for declared fields of another type, `InputError` for other values and misspelt names."""
    problems: list[Problem] = []
    for name, spec in policy.fields.items():
        holder = contact if spec.on == "contact" else contact.company
        if holder is not None and name in holder.attributes:
            problems += _mistyped(policy.catalogue.fields[f"{spec.on}.{name}"], holder.attributes[name], contact.id)
    if problems:
        raise _refusal(problems)
    held = {"contact": contact.attributes, "company": {} if contact.company is None else contact.company.attributes}
    slips = [slip for owner, values in held.items() if values for slip in _slips(policy, contact, owner, values)]
    if slips:
        raise InputError(slips)


def _slips(policy: PolicyDocument, contact: Contact, owner: str, attributes: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the attributes that look like a slip for a field that the policy declares.

    Other attributes are left alone: the same contact may be decided under several policies.
    """
    declared = tuple(name for name, spec in policy.fields.items() if spec.on == owner)
    for name in attributes:
        meant = None if name in declared else _meant(name, declared)
        if meant is not None and meant not in attributes:
            message = f"the policy declares no field {name!r}, but one that is nearly spelt so"
            place = Place(f"contact {contact.id!r}", path=f"{owner}.attributes.{name}")
            yield Problem("unknown-field", message, place, name, meant, f"did you mean {meant!r}?")


@lru_cache(maxsize=4096)
def _meant(name: str, declared: tuple[str, ...]) -> str | None:
    return next(iter(closest(name, declared, limit=1, cutoff=0.85)), None)


def _refusal(problems: list[Problem]) -> LeadqualError:
    wrong_types = all(problem.code == "wrong-type" for problem in problems)
    return EvaluationError(problems) if wrong_types else InputError(problems)


def _check_open(policy: PolicyDocument, one: Interaction) -> Iterator[Problem]:
    """Check what no class has checked: kinds and properties by name, and changes of a profile."""
    if one.kind not in policy.catalogue.kinds:
        yield unknown_kind(one.kind, policy.catalogue.kinds)
    elif one.kind == PROFILE_UPDATED:
        changes, fields = changed_fields(one), policy.catalogue.fields
        for name in changes:
            if name in fields and not _can_change(name):
                message = f"{name} is not changed by a profile update"
                hint = "it follows from the history or from another field, or stands on the contact for good"
                yield Problem("unchangeable-field", message, Place(path=name), name, hint=hint)
        updatable = {name: entry for name, entry in fields.items() if _can_change(name)}
        known = {name: value for name, value in changes.items() if name in updatable or name not in fields}
        yield from _check_named(known, updatable, one, closed=False)
    elif isinstance(one, CustomInteraction):
        if one.kind in policy.built_in.kinds:
            yield _untyped(one)
        else:
            entries = policy.catalogue.properties(one.kind)
            yield from _check_named(one.properties, entries, one, closed=True)
            yield from missing_currency(one, entries)
    else:
        # A class of the caller's own: its types may be others than those that the policy declares.
        entries = policy.catalogue.kinds[one.kind].properties
        values = {name: one.value(name) for name in entries}
        yield from _check_named(values, entries, one, closed=True)
        yield from missing_currency(one, entries)


def _untyped(one: Interaction) -> Problem:
    hint = f"read it with parse_interaction(), or use lq.{class_name(one.kind)}"
    return Problem("untyped-interaction", f"{one.kind!r} has a class of its own", found=type(one).__name__, hint=hint)


def _can_change(name: str) -> bool:
    owner = name.partition(".")[0]
    return owner in ("contact", "company") and name not in DERIVED and name not in UNCHANGEABLE


def _check_named(
    values: Mapping[str, Any], entries: Mapping[str, Field], one: Interaction, *, closed: bool
) -> Iterator[Problem]:
    for name, value in values.items():
        if name in entries:
            yield from _mistyped(entries[name], value, one.id)
        elif closed or name.count(".") != 1 or _looks_misspelt(name, entries):
            message, hint = f"{one.kind} has no {name!r} that this policy knows", did_you_mean(name, entries)
            yield Problem("unknown-property", message, Place(path=name), name, ", ".join(sorted(entries)) or None, hint)


def _looks_misspelt(name: str, entries: Mapping[str, Field]) -> bool:
    # Another policy may declare a field that this one does not know; a near miss is more likely a slip.
    # What both names begin with says nothing: contact.hobby is not nearly contact.phone.
    owner, _, field = name.partition(".")
    return (
        did_you_mean(field, [known.partition(".")[2] for known in entries if known.startswith(f"{owner}.")]) is not None
    )


def _mistyped(entry: Field, value: Any, where: str) -> list[Problem]:
    try:
        entry.checked(value, where)
    except LeadqualError as error:
        return list(error.problems)
    return []


def _of(contact: Contact, one: Interaction, problem: Problem) -> Problem:
    return problem.at(source=f"contact {contact.id!r}, interaction {one.id!r}")


def _no_interaction(one: object, contact: Contact) -> Problem:
    place = Place(f"contact {contact.id!r}, history")
    hint = "read plain data with leadqual.parse_interaction()" if isinstance(one, Mapping) else None
    return Problem("wrong-type", "the history holds something else", place, shown(one), "an Interaction", hint)


def _conflict(one: Interaction, other: Interaction, contact: Contact) -> Problem:
    mine, theirs = one.model_dump(exclude_none=True), other.model_dump(exclude_none=True)
    differing = sorted(name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name))
    return Problem(
        "duplicate-id",
        "two interactions have one id and different content",
        Place(f"contact {contact.id!r}, interaction {one.id!r}"),
        f"they differ in {', '.join(differing)}",
        "one id for one interaction; the same one may be given twice",
        "keep one of them, or give the other an id of its own",
    )
