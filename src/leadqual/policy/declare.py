"""What a policy declares for itself: fields, kinds of interactions, and its currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, PrivateAttr
from pydantic_core import PydanticCustomError

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.base import Model
from leadqual.model.catalogue import Field as Entry
from leadqual.model.catalogue import Kind, ValueType, fields_of
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import kind_of
from leadqual.policy.rules import Identifier, Number, none_is_empty

ModelClass = TypeVar("ModelClass", bound=Model)

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="An ISO 4217 code, such as IDR.")]


class PropertySpec(Model):
    """A typed value that an interaction carries."""

    type: Literal["number", "text", "boolean", "texts", "instant"] = Field(
        description="What it holds; an instant only where a class in code holds it."
    )
    unit: str | None = Field(None, description="Such as USD or s; money where the property currency names it.")
    values: tuple[str, ...] | None = Field(None, description="All the texts it can hold, where they are known.")
    description: str | None = Field(None, description="What it means, for people.")

    def entry(self, name: str) -> Entry:
        """Return the catalogue's entry under a name.

        Parameters
        ----------
        name : str
            The full name, such as ``contact.cups_per_day``.
        """
        return Entry(name, ValueType(self.type), self.description or "", self.unit, self.values)


class FieldSpec(PropertySpec):
    """A typed field of a contact or of its company, held in its `attributes`."""

    on: Literal["contact", "company"] = Field("contact", description="Whose field it is.")


class InteractionSpec(Model):
    """A kind of interaction of the policy's own."""

    properties: Annotated[dict[Identifier, PropertySpec], BeforeValidator(none_is_empty)] = Field(
        default_factory=dict, description="The typed values that such an interaction carries."
    )
    shows_interest: bool = Field(
        True, description="Whether it is the contact's own sign of interest, which makes it a lead (unless outbound)."
    )
    transaction: bool = Field(
        False, description="Whether it is a purchase by another name: it makes the contact a customer."
    )
    description: str | None = Field(None, description="What happened, for people.")
    _written_as: type[Interaction] | None = PrivateAttr(None)

    @classmethod
    def of_class(cls, made: type[Interaction]) -> Self:
        """Return the declaration of the kind that a class in code is, and remember the class.

        Parameters
        ----------
        made : type
            A class that derives from `Interaction`.
        """
        spec = cls.model_validate(_properties(made))
        spec._written_as = made
        return spec

    @property
    def written_as(self) -> type[Interaction] | None:
        """The class that the kind is written as in code; None for a kind of a document."""
        return self._written_as

    def __eq__(self, other: object) -> bool:
        # Written in code or in a document: what is declared is the same.
        return isinstance(other, InteractionSpec) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it holds a dictionary

    def __getstate__(self) -> dict[Any, Any]:
        # Not every class can be pickled, and a decision does not need it.
        return {**super().__getstate__(), "__pydantic_private__": {"_written_as": None}}

    def kind(self, name: str) -> Kind:
        """Return the catalogue's kind under a name.

        Parameters
        ----------
        name : str
            The name of the kind.
        """
        return Kind(name, {prop: spec.entry(prop) for prop, spec in self.properties.items()}, self.description or "")


class Currency(Model):
    """The currency in which amounts are added, and what one unit of each other currency is worth in it."""

    code: CurrencyCode
    rates: dict[CurrencyCode, Annotated[Number, Field(gt=0)]] = Field(
        default_factory=dict,
        description="The value of one unit of another currency: {USD: 15800} where the code is IDR.",
    )

    def rate(self, currency: str) -> float | None:
        """Return what one unit of `currency` is worth, or None if no rate is declared.

        Parameters
        ----------
        currency : str
            Three capital letters (ISO 4217).
        """
        return 1.0 if currency == self.code else self.rates.get(currency)


def declared_interactions(value: Any) -> Any:
    """Return declarations for kinds given as classes (a list of them, or by name); leave documents as they are."""
    if isinstance(value, Mapping):
        return {name: _declared(name, spec) for name, spec in value.items()}
    if isinstance(value, list | tuple) and value and all(kind_of(item) is not None for item in value):
        return kinds_of_classes(value)
    return none_is_empty(value)


def declared_fields(value: Any) -> Any:
    """Return declarations for the fields that a subclass of `Contact` adds; leave documents as they are."""
    return fields_of_class(value) if isinstance(value, type) else none_is_empty(value)


def fields_of_class(cls: Any) -> dict[str, Any]:
    """Return declarations for the fields that a subclass of `Contact` adds; raise `InputError` if it is none."""
    if not (isinstance(cls, type) and issubclass(cls, Contact)):
        message, expected = "this is no class of contacts", "a subclass of Contact"
        raise InputError(Problem("not-a-contact", message, Place("contact"), shown(cls), expected))
    own = fields_of(_complete(cls), skip=Contact.model_fields)
    return {name: {**_spec(entry), "on": "contact"} for name, entry in own.items()}


def kinds_of_classes(classes: Any) -> dict[str, Any]:
    """Return declarations for the kinds of a class of interactions, or of several; raise `InputError` otherwise."""
    several = isinstance(classes, Iterable) and not isinstance(classes, type | str)
    given = [classes] if not several else list(classes.values() if isinstance(classes, Mapping) else classes)
    for cls in given:
        if kind_of(cls) is None:
            expected, hint = "subclasses of Interaction", 'give it kind: Literal["roi_calculated"] = "roi_calculated"'
            message = "this is no class of a kind of interaction"
            raise InputError(Problem("not-a-kind", message, Place("interactions"), shown(cls), expected, hint))
    return {str(kind_of(cls)): InteractionSpec.of_class(cls) for cls in given}


def _declared(name: str, spec: Any) -> Any:
    if not (isinstance(spec, type) and issubclass(spec, Interaction)):
        return none_is_empty(spec)
    if kind_of(spec) != name:
        found = shown(kind_of(spec)) if kind_of(spec) is not None else "a class without a kind of its own"
        message = f"this is not the class of the kind {name!r}"
        problem = Problem("not-a-kind", message, Place(), found, f'kind: Literal["{name}"] = "{name}"')
        raise PydanticCustomError("leadqual", "{problems}", {"problems": (problem,)})
    return InteractionSpec.of_class(spec)


def _properties(cls: type[Interaction]) -> dict[str, Any]:
    properties = fields_of(_complete(cls), skip=Interaction.model_fields)
    quiet = {} if cls.shows_interest else {"shows_interest": False}
    return {"properties": {name: _spec(entry) for name, entry in properties.items()}, **quiet}


def _complete(cls: type[ModelClass]) -> type[ModelClass]:
    """Return a class after its annotations have been read, which models put off until they are first needed."""
    if not cls.__pydantic_fields_complete__:
        cls.model_rebuild()
    return cls


def _spec(entry: Entry) -> dict[str, Any]:
    spec = {
        "type": str(entry.type),
        "unit": entry.unit,
        "values": entry.values,
        "description": entry.description or None,
    }
    return {name: value for name, value in spec.items() if value is not None}
