"""What our own people record: the sales desk's verdicts and changed profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from leadqual.model.interactions.base import Interaction
from leadqual.model.values import Identifier, Scalars, refusal


class SalesAccepted(Interaction):
    """Sales took the lead."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["sales_accepted"] = "sales_accepted"
    agent: str | None = Field(default=None, description="Who took it.")


class SalesRejected(Interaction):
    """Sales gave the lead back, and said why."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["sales_rejected"] = "sales_rejected"
    reason: Identifier = Field(description="Why.")
    agent: str | None = Field(default=None, description="Who gave it back.")


class Disqualified(Interaction):
    """Somebody decided that the contact will not buy."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["disqualified"] = "disqualified"
    reason: str | None = Field(default=None, description="Why.")
    agent: str | None = Field(default=None, description="Who decided.")


class Reopened(Interaction):
    """Somebody decided that the contact is worth another try."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["reopened"] = "reopened"
    reason: str | None = Field(default=None, description="Why.")
    agent: str | None = Field(default=None, description="Who decided.")


def _field_names(changes: Mapping[str, object]) -> Mapping[str, object]:
    if not changes:
        raise refusal("no-changes", "no field is changed", expected="at least one field and its new value")
    named: dict[str, object] = {}
    for given, value in changes.items():
        name = given.removeprefix("contact.")
        if not all(part.isidentifier() for part in name.split(".")):
            raise refusal(
                "bad-field-name",
                f"{given!r} is not the name of a field",
                expected="a name such as 'country' or 'company.employees'",
            )
        if name in named:
            hint = f"leave out one of {name!r} and 'contact.{name}'"
            raise refusal("duplicate-field", f"the field {name!r} is given twice", hint=hint)
        named[name] = value
    return named


class ProfileUpdated(Interaction):
    """Fields of the contact changed; from this instant on they have the values given here.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 11, 1, tzinfo=UTC)
    >>> dict(ProfileUpdated(id="i-1", occurred_at=at, changes={"contact.country": "SG"}).changes)
    {'country': 'SG'}
    """

    shows_interest: ClassVar[bool] = False
    kind: Literal["profile_updated"] = "profile_updated"
    changes: Annotated[Scalars, AfterValidator(_field_names)] = Field(
        description="The new values by field, such as country or company.employees; None where none is known now."
    )
