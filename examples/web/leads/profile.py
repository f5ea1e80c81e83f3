"""The profile of a contact: as it is now, and what would have to change for it to be another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import leadqual as lq
from leads.problems import Refused

FIXED: Final = ("roles", "created_at", "consents", "do_not_call", "preferred_channels")
"""Fields that no profile update changes."""
_HINTS: Final = {
    "consents": "post consent_given or consent_withdrawn, so that it is known since when",
    "do_not_call": "post opted_out, so that it is known since when",
}


def profile(contact: lq.Contact, history: Iterable[lq.Interaction]) -> lq.Contact:
    """Return a contact with every profile update of a history."""
    updates = [one for one in history if isinstance(one, lq.ProfileUpdated)]
    data = contact.model_dump()
    for update in sorted(updates, key=lambda one: (one.occurred_at, one.id)):
        for name, value in update.changes.items():
            _put(data, name, value)
    return type(contact).model_validate(data)


def _put(data: dict[str, Any], name: str, value: Any) -> None:
    owner, _, field = name.rpartition(".")
    if owner == "company":
        data["company"] = data["company"] or {}
    holder, model = (data["company"], lq.Company) if owner == "company" else (data, lq.Contact)
    if field in model.model_fields:
        holder[field] = value
    else:
        holder["attributes"] = {**holder.get("attributes", {}), field: value}


def changes(now: lq.Contact, wanted: lq.Contact) -> dict[str, Any]:
    """Return what a profile update has to say for a contact to become the wanted one.

    Raises
    ------
    Refused
        If a field is different that no update changes.
    """
    problems = [
        lq.Problem("unchangeable-field", f"{name} is not changed here", lq.Place(path=name), hint=_HINTS.get(name))
        for name in FIXED
        if name in wanted.model_fields_set and getattr(now, name) != getattr(wanted, name)
    ]
    if problems:
        raise Refused(problems)
    before, after = _flat(now), _flat(wanted)
    names = {**before, **after}
    return {name: after.get(name) for name in names if before.get(name) != after.get(name)}


def _flat(contact: lq.Contact) -> dict[str, Any]:
    """Return the fields that updates change, by the names under which they do."""
    data = contact.model_dump(mode="json")
    return dict(_fields(data, "", {"id", "company", *FIXED})) | dict(_fields(data["company"] or {}, "company.", set()))


def _fields(data: Mapping[str, Any], owner: str, without: set[str]) -> Iterable[tuple[str, Any]]:
    for name, value in {**data, **data["attributes"]}.items() if data else ():
        if name != "attributes" and name not in without:
            yield f"{owner}{name}", value
