"""What a policy declares for itself: fields, kinds of interactions, and its currency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from leadqual.model.base import Model
from leadqual.model.catalogue import Field as Entry
from leadqual.model.catalogue import Kind, ValueType, fields_of
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.policy.rules import Identifier, none_is_empty

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="An ISO 4217 code, such as IDR.")]


class PropertySpec(Model):
    """A typed value that an interaction carries."""

    type: Literal["number", "text", "boolean", "texts"] = Field(description="What it holds.")
    unit: str | None = Field(None, description="Such as USD or s; money where the property currency names it.")
    values: tuple[str, ...] | None = Field(None, description="All the texts it can hold, where they are known.")
    description: str | None = Field(None, description="What it means, for people.")

    def entry(self, name: str) -> Entry:
        """Return the catalogue's entry under a name."""
        return Entry(name, ValueType(self.type), self.description or "", self.unit, self.values)


class FieldSpec(PropertySpec):
    """A typed field of a contact or of its company, held in its `attributes`."""

    on: Literal["contact", "company"] = Field("contact", description="Whose field it is.")


class InteractionSpec(Model):
    """A kind of interaction of the policy's own."""

    properties: Annotated[dict[Identifier, PropertySpec], BeforeValidator(none_is_empty)] = Field(
        default_factory=dict, description="The typed values that such an interaction carries."
    )
    description: str | None = Field(None, description="What happened, for people.")

    def kind(self, name: str) -> Kind:
        """Return the catalogue's kind under a name."""
        return Kind(name, {prop: spec.entry(prop) for prop, spec in self.properties.items()}, self.description or "")


class Currency(Model):
    """The currency in which amounts are added, and what one unit of each other currency is worth in it."""

    code: CurrencyCode
    rates: dict[CurrencyCode, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict,
        description="The value of one unit of another currency: {USD: 15800} where the code is IDR.",
    )

    def rate(self, currency: str) -> float | None:
        """Return what one unit of `currency` is worth, or None if no rate is declared."""
        return 1.0 if currency == self.code else self.rates.get(currency)


def declared_interactions(value: Any) -> Any:
    """Return declarations for kinds given as classes (a list of them, or by name); leave documents as they are."""
    if isinstance(value, Mapping):
        return {name: _declared(spec) for name, spec in value.items()}
    if isinstance(value, list | tuple) and all(_is_kind(item) for item in value):
        return {item.model_fields["kind"].default: _declared(item) for item in value}
    return value


def declared_fields(value: Any) -> Any:
    """Return declarations for the fields that a subclass of `Contact` adds; leave documents as they are."""
    if isinstance(value, type) and issubclass(value, Contact):
        own = fields_of(value, skip=Contact.model_fields)
        return {name: {**_spec(entry), "on": "contact"} for name, entry in own.items()}
    return value


def _is_kind(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Interaction)


def _declared(spec: Any) -> Any:
    if spec is None:
        return {}
    if not _is_kind(spec):
        return spec
    properties = fields_of(spec, skip=Interaction.model_fields)
    return {"properties": {name: _spec(entry) for name, entry in properties.items()}}


def _spec(entry: Entry) -> dict[str, Any]:
    spec = {
        "type": str(entry.type),
        "unit": entry.unit,
        "values": entry.values,
        "description": entry.description or None,
    }
    return {name: value for name, value in spec.items() if value is not None}
