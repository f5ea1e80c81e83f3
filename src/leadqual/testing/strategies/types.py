"""The strategy for each class."""

from __future__ import annotations

from typing import Annotated, Any

from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import CustomInteraction, Interaction
from leadqual.model.interactions.registry import BUILT_IN, kind_of
from leadqual.testing.libraries import st
from leadqual.testing.strategies.contacts import companies, contacts
from leadqual.testing.strategies.drawing import built_from
from leadqual.testing.strategies.instants import instants
from leadqual.testing.strategies.interactions import interactions
from leadqual.testing.strategies.policies import policies


def strategy_of(cls: type[Any]) -> st.SearchStrategy[Any] | None:
    """Return the strategy for a class; None for one that has none."""
    if cls is Contact:
        return contacts()
    if cls is Company:
        return companies()
    if cls is Policy:
        return policies()
    if cls is Interaction:
        return interactions()
    if cls is CustomInteraction or not issubclass(cls, Contact | Interaction):
        return None
    kind = kind_of(cls)
    if kind is not None and BUILT_IN.get(kind) is cls:
        return interactions(kinds=[kind])
    return _of_own_class(cls) if issubclass(cls, Contact) or kind is not None else None


def _of_own_class(cls: type[Contact] | type[Interaction]) -> st.SearchStrategy[Any]:
    """Return the strategy for a subclass: the fields of the library, and its own by their annotations."""
    base = Contact if issubclass(cls, Contact) else Interaction
    if not cls.__pydantic_fields_complete__:
        cls.model_rebuild()
    own = {name: info for name, info in cls.model_fields.items() if name not in base.model_fields}
    needed = {name: _annotated(info) for name, info in own.items() if info.is_required()}
    optional = {name: _annotated(info) for name, info in own.items() if not info.is_required()}
    fields = st.fixed_dictionaries(needed, optional=optional)
    if base is Contact:
        parts = st.tuples(contacts(), fields)
        return built_from(parts, lambda both: cls.model_validate({**_known(both[0]), **both[1]}))
    return built_from(
        st.tuples(instants(), fields), lambda both: cls.model_validate({"id": "i-1", "occurred_at": both[0], **both[1]})
    )


def _known(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in contact.model_fields_set}


def _annotated(info: Any) -> st.SearchStrategy[Any]:
    annotation = info.annotation
    for one in info.metadata:
        annotation = Annotated[annotation, one]
    return st.from_type(annotation)


def register_all() -> None:
    """Register every class of the library."""
    classes: tuple[type[Any], ...] = (Contact, Company, Policy, Interaction, *BUILT_IN.values())
    for cls in classes:
        strategy = strategy_of(cls)
        assert strategy is not None  # each of these has one
        st.register_type_strategy(cls, strategy)
