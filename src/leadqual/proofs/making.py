"""Making interactions of any kind that a policy knows: with what the kind cannot be without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from leadqual.conditions.nodes import ANY_INTERACTION, Selection
from leadqual.errors import LeadqualError
from leadqual.model.catalogue import MONEY, Field, ValueType
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.profile import PROFILE_UPDATED
from leadqual.model.time import from_micros
from leadqual.model.vocabulary import Purpose
from leadqual.policy.document import PolicyDocument
from leadqual.proofs.build import built
from leadqual.proofs.ranges import TRUE
from leadqual.proofs.scope import Scope
from leadqual.proofs.search import Search, StepsSpent

PLAIN: Final = "email_sent"
"""The kind that means least."""

MADE: Final = "made-"
"""What the ids of made interactions begin with."""

_MOST_FORMS: Final = 6


def made(policy: PolicyDocument, kind: str, id_: str, instant: int, properties: Mapping[str, Any]) -> Interaction:
    """Return an interaction at an instant; raise what the policy raises if there can be no such one."""
    return policy.parse_interaction({"id": id_, "kind": kind, "occurred_at": from_micros(instant), **properties})


def required_of(policy: PolicyDocument, kind: str) -> dict[str, Any]:
    """Return plain values for what a kind cannot be without."""
    spec = policy.interactions.get(kind)
    cls = BUILT_IN.get(kind, None if spec is None else spec.written_as)
    if cls is None:
        return {}
    entries = policy.catalogue.properties(kind)
    needed = [name for name, info in cls.own_properties().items() if info.is_required() and name != "kind"]
    shared = [name for name in ("channel", "direction") if cls.model_fields[name].is_required()]
    if kind == PROFILE_UPDATED:
        return {"changes": {"note_of_nothing": None}}
    return {name: _plain_value(policy, name, entries) for name in dict.fromkeys([*needed, *shared])}


def _plain_value(policy: PolicyDocument, name: str, entries: Mapping[str, Field]) -> Any:
    entry = entries.get(name)
    if entry is None:
        return None
    if name == "purpose":
        return Purpose.MARKETING.value  # the purpose that conditions ask about
    if entry.values:
        return entry.values[0]
    if name == "currency":
        return currency_of(policy)
    plain = {ValueType.NUMBER: 0, ValueType.BOOLEAN: False, ValueType.TEXT: "any", ValueType.TEXTS: ()}
    return plain.get(entry.type, from_micros(0))


def currency_of(policy: PolicyDocument) -> str:
    """Return the currency in which amounts are made."""
    return "USD" if policy.currency is None else policy.currency.code


def has_amount(policy: PolicyDocument, kind: str, given: Mapping[str, Any]) -> bool:
    """Return whether properties of a kind hold money, so that its currency has to be named."""
    entries = policy.catalogue.properties(kind)
    return "currency" in entries and any(entries[name].unit == MONEY for name in given if name in entries)


class Maker:
    """Makes interactions that a selection means.

    Parameters
    ----------
    policy : PolicyDocument
        Whose kinds they are.
    number : int
        How many ids were used before.
    """

    def __init__(self, policy: PolicyDocument, number: int = 0) -> None:
        self._policy = policy
        self._forms: dict[Selection, list[tuple[str, dict[str, Any]]]] = {}
        self._number = number

    def next_id(self) -> str:
        """Return an id that was not used yet."""
        self._number += 1
        return f"{MADE}{self._number:06}"

    def one(self, selection: Selection, instant: int, more: Mapping[str, Any] | None = None) -> Interaction | None:
        """Return an interaction that a selection means, with some more properties; None if none could be made."""
        for kind, properties in self.forms(selection):
            given = {**properties, **(more or {})}
            if has_amount(self._policy, kind, given) and "currency" not in given:
                given["currency"] = currency_of(self._policy)
            try:
                return made(self._policy, kind, self.next_id(), instant, given)
            except LeadqualError:
                continue
        return None

    def forms(self, selection: Selection) -> list[tuple[str, dict[str, Any]]]:
        """Return the kinds, with properties, that a selection means: one for each way in which its filter is true."""
        if selection not in self._forms:
            self._forms[selection] = list(islice(self._found(selection), _MOST_FORMS))
        return self._forms[selection]

    def _found(self, selection: Selection) -> Iterator[tuple[str, dict[str, Any]]]:
        if selection.where is None:
            kind = PLAIN if selection.kind == ANY_INTERACTION else selection.kind
            yield kind, required_of(self._policy, kind)
            return
        conditions = built(Scope(self._policy, selection.kind), [selection.where])
        search = Search(conditions.variables, [conditions.wanted(selection.where, TRUE)])
        try:
            for state in search.found():
                chosen = {}
                for variable, bits in zip(conditions.variables, state, strict=True):
                    if bits != variable.all:
                        chosen[str(variable.operand)] = variable.chosen(bits)[0].value
                yield from self._of_kind(selection.kind, chosen)
        except StepsSpent:
            return

    def _of_kind(self, kind: str, chosen: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        named = chosen.pop("kind", None)
        if kind == ANY_INTERACTION:
            kind = PLAIN if named is None else named
        given = {name: value for name, value in chosen.items() if value is not None}
        left_out = [name for name, value in chosen.items() if value is None]
        required = {name: value for name, value in required_of(self._policy, kind).items() if name not in left_out}
        yield kind, {**required, **given}
