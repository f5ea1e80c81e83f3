"""The profile of a contact whose fields lie in given cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from leadqual.conditions.nodes import Name, Node
from leadqual.errors import LeadqualError
from leadqual.model.contact import Company, Contact
from leadqual.model.mailboxes import is_personal, mail_domain
from leadqual.model.profile import DERIVED
from leadqual.model.vocabulary import DERIVED_ROLES, Role
from leadqual.policy.document import PolicyDocument
from leadqual.proofs.cells import Cell

Choose: TypeAlias = Callable[[Sequence[Any]], Any]
"""Picks one of some values that are as good as each other."""

_MAILS: Final = (
    *("someone@company.example", "someone@gmail.com", "someone@yahoo.co.id", "someone@outlook.com"),
    *("someone@icloud.com", "someone@other.example"),
)
_OF_THE_HISTORY: Final = ("contact.roles", "contact.is_customer")


@dataclass
class Profile:
    """What is known of a contact.

    Attributes
    ----------
    values : dict
        Fields by their full names.
    updates : dict
        Fields that no contact can be made with, though an update can set them.
    consents : dict
        Whether it allows a channel.
    roles : set
        The declared roles.
    """

    values: dict[str, Any] = field(default_factory=dict)
    updates: dict[str, Any] = field(default_factory=dict)
    consents: dict[str, bool] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)

    def contact(self, policy: PolicyDocument, at: datetime) -> Contact:
        """Return the contact; raise `InputError` if there can be none."""
        parts: dict[str, dict[str, Any]] = {"contact": {}, "company": {}}
        for name, value in self.values.items():
            owner, _, attribute = name.partition(".")
            if value is None:
                continue
            if attribute in policy.fields or attribute not in _model(owner).model_fields:
                parts[owner].setdefault("attributes", {})[attribute] = value
            else:
                parts[owner][attribute] = value
        said = at - timedelta(days=1)
        consents = [{"channel": name, "granted": word, "at": said} for name, word in self.consents.items()]
        more = {"company": parts["company"]} if parts["company"] else {}
        return Contact.model_validate(
            {"id": "contact", "roles": sorted(self.roles), "consents": consents, **parts["contact"], **more}
        )


def profile_of(policy: PolicyDocument, cells: Mapping[Node, Cell], at: datetime, choose: Choose) -> Profile | None:
    """Return a profile whose fields lie in the cells; None if a value for one was not found."""
    profile = Profile()
    for operand, cell in _fields(cells):
        name = operand.path
        if name.startswith("consent."):
            value = _chosen(cell, choose)
            if value is not None:
                profile.consents[name.partition(".")[2]] = value
        elif name == "contact.roles":
            roles = _chosen(cell, choose) or ()
            profile.roles |= {role for role in roles if Role(role) not in DERIVED_ROLES}
        elif name == "contact.created_at":
            profile.values[name] = None if cell.value is None else at - timedelta(days=30)
        elif name not in DERIVED and name != "contact.is_customer" and not _put(profile, policy, name, cell, choose):
            return None
    return profile if _put_mail(profile, cells) else None


def _fields(cells: Mapping[Node, Cell]) -> Iterator[tuple[Name, Cell]]:
    for operand, cell in cells.items():
        if isinstance(operand, Name) and operand.path.partition(".")[0] in ("contact", "company", "consent"):
            yield operand, cell


def _chosen(cell: Cell, choose: Choose) -> Any:
    fitting = [value for value in cell.values() if cell.holds(value)]
    return choose(fitting) if fitting else None


def _put(profile: Profile, policy: PolicyDocument, name: str, cell: Cell, choose: Choose) -> bool:
    """Set a field to a value of a cell: to one that a contact can be made with, if there is one."""
    fitting = [value for value in cell.values() if cell.holds(value)]
    makeable = [value for value in fitting if can_be_made(policy, name, value)]
    if makeable:
        profile.values[name] = choose(makeable)
        return True
    if fitting:
        profile.updates[name] = choose(fitting)
    return bool(fitting)


def _put_mail(profile: Profile, cells: Mapping[Node, Cell]) -> bool:
    """Set the address so that what follows from it lies in its cells too."""
    asked = {name: cells[Name(name)] for name in ("contact.email", *DERIVED) if Name(name) in cells}
    if not asked or all(cell.value is None and not cell.parts for cell in asked.values()):
        return True
    email, domain = asked.get("contact.email"), asked.get("contact.email_domain")
    known = [] if email is None else [str(value) for value in email.values() if value is not None]
    domains = [] if domain is None else [str(value) for value in domain.values() if value is not None]
    for one in (*known, *(f"someone@{name}" for name in domains), *_MAILS):
        answers = {"contact.email": one, "contact.email_domain": mail_domain(one)}
        answers["contact.email_is_personal"] = is_personal(one)  # type: ignore[assignment]
        if all(cell.holds(answers[name]) for name, cell in asked.items()):
            profile.values["contact.email"] = one
            return True
    profile.values["contact.email"] = None
    return all(cell.holds(None) for cell in asked.values())


def _model(owner: str) -> type[Contact] | type[Company]:
    return Contact if owner == "contact" else Company


def can_be_made(policy: PolicyDocument, name: str, value: Any) -> bool:
    """Return whether a contact can be made with a value of a field; an update may set others."""
    owner, _, attribute = name.partition(".")
    if value is None:
        return True
    try:
        policy.catalogue.fields[name].checked(value)
        if attribute in _model(owner).model_fields and attribute not in policy.fields:
            _model(owner).model_validate({**({"id": "x"} if owner == "contact" else {}), attribute: value})
    except LeadqualError:
        return False
    return True
