"""Reading an interaction of any kind that a policy knows from plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from leadqual._suggest import did_you_mean
from leadqual.conditions.check import unknown_kind
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.model.catalogue import MONEY, Field
from leadqual.model.interactions.base import CustomInteraction, Interaction
from leadqual.model.interactions.registry import BUILT_IN, parse_interaction

if TYPE_CHECKING:
    from leadqual.policy.document import PolicyDocument

_NAME: Final = CustomInteraction.__name__
_SHARED: Final = frozenset(Interaction.__pydantic_fields__)


def interaction_of(policy: PolicyDocument, data: Mapping[str, Any]) -> Interaction:
    """Return the interaction that plain data describes; raise `InputError` with everything that is wrong with it."""
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if not isinstance(kind, str) or kind in BUILT_IN:
        return parse_interaction(data)
    spec = policy.interactions.get(kind)
    if spec is None:
        raise InputError(unknown_kind(kind, policy.catalogue.kinds).at(source="Interaction", path="kind"))
    if spec.written_as is not None:
        return spec.written_as.model_validate(data)
    return _declared(data, policy.catalogue.properties(kind))


def missing_currency(one: Interaction, entries: Mapping[str, Field]) -> Iterator[Problem]:
    """Yield the problem of an amount of money that stands without its currency."""
    amounts = [name for name, entry in entries.items() if entry.unit == MONEY and one.value(name) is not None]
    if amounts and one.value("currency") is None:
        message, expected = f"{amounts[0]} has no currency", "an ISO 4217 code beside the amount"
        hint = "add currency='IDR', or whichever it is"
        yield Problem("missing-currency", message, Place(path="currency"), expected=expected, hint=hint)


def _declared(data: Mapping[str, Any], entries: Mapping[str, Field]) -> Interaction:
    """Return an interaction of a declared kind, whose properties stand beside its other fields or are nested."""
    own = {name: entry for name, entry in entries.items() if name not in _SHARED}
    nested = data.get("properties")
    nested = {} if nested is None else nested
    beside = {name: value for name, value in data.items() if name not in _SHARED and name != "properties"}
    properties = {**nested, **beside} if isinstance(nested, Mapping) else nested
    problems = []
    if isinstance(properties, Mapping):
        twice = [name for name in beside if name in nested and nested[name] != beside[name]]
        problems += [_twice(name, nested[name], beside[name]) for name in twice]
        problems += _misfits(properties, own, beside)
    told = {str(problem.place.path).rpartition(".")[2] for problem in problems}
    try:
        known = {name: data[name] for name in data if name in _SHARED}
        one = CustomInteraction.model_validate({**known, "properties": properties})
        problems += [problem.at(source=_NAME) for problem in missing_currency(one, own) if "currency" not in told]
    except LeadqualError as error:
        problems += [found for found in error.problems if str(found.place.path).rpartition(".")[2] not in told]
    if problems:
        raise InputError(problems)
    return one


def _twice(name: str, nested: Any, beside: Any) -> Problem:
    message, found = f"{name!r} is given twice, with two values", f"{shown(beside)} and {shown(nested)}"
    hint = "give it once: beside the other fields, or under properties"
    return Problem("duplicate-field", message, Place(_NAME, path=name), found, hint=hint)


def _misfits(values: Mapping[str, Any], entries: Mapping[str, Field], beside: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in values.items():
        path = str(name) if name in beside else f"properties.{name}"
        if name not in entries:
            expected = ", ".join(sorted(entries)) or "no properties: the policy declares none for this kind"
            hint = did_you_mean(str(name), [*entries, *_SHARED]) or "declare it under the kind's 'properties:'"
            message = f"the policy declares no property {name!r} for this kind"
            yield Problem("unknown-property", message, Place(_NAME, path=path), shown(name), expected, hint)
            continue
        try:
            entries[name].checked(value)
        except LeadqualError as error:
            yield from (problem.at(source=_NAME, path=path) for problem in error.problems)
