"""The names and kinds that every policy may use, read off the models themselves."""

from __future__ import annotations

from functools import cache
from typing import Final

from leadqual.model.catalogue import Catalogue, Field, Kind, ValueType, fields_of
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.vocabulary import Channel

_NO_VALUES: Final = ("id", "attributes", "consents", "do_not_call", "company")
_NOT_FILTERED: Final = ("id", "occurred_at", "note")
_DERIVED: Final = (
    Field("contact.email_domain", ValueType.TEXT, "the part of the e-mail address after the @, in lower case"),
    Field("contact.email_is_personal", ValueType.BOOLEAN, "whether the address is with a provider for private persons"),
    Field("contact.is_customer", ValueType.BOOLEAN, "whether a purchase has happened; true or false, never missing"),
)


@cache
def built_in_catalogue() -> Catalogue:
    """Return the catalogue of the models that ship with the package."""
    consents = (
        Field(f"consent.{channel}", ValueType.BOOLEAN, f"consent to marketing by {channel}; missing if never asked")
        for channel in Channel
    )
    fields = {
        **fields_of(Contact, "contact.", skip=_NO_VALUES),
        **fields_of(Company, "company.", skip=_NO_VALUES),
        **{field.name: field for field in (*_DERIVED, *consents)},
    }
    kinds = {kind: _kind(kind, cls) for kind, cls in BUILT_IN.items()}
    common = fields_of(Interaction, skip=(*_NOT_FILTERED, "kind"))
    return Catalogue(fields, kinds, {**common, "kind": Field("kind", ValueType.TEXT, "the kind of the interaction")})


def _kind(name: str, cls: type[Interaction]) -> Kind:
    return Kind(name, fields_of(cls, skip=Interaction.model_fields), (cls.__doc__ or "").strip().split("\n")[0])
