"""Interactions of every kind that a policy knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from leadqual._suggest import did_you_mean
from leadqual.conditions.walk import names
from leadqual.errors import InputError, Place, Problem
from leadqual.lifecycle.policy import Policy
from leadqual.model.catalogue import MONEY
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN, parse_interaction
from leadqual.model.profile import PROFILE_UPDATED
from leadqual.model.vocabulary import Channel
from leadqual.testing.libraries import st
from leadqual.testing.strategies.contacts import few_of
from leadqual.testing.strategies.drawing import built_from
from leadqual.testing.strategies.instants import instants as some_instants
from leadqual.testing.strategies.reading import reading
from leadqual.testing.strategies.values import catalogue_of, values_of

Data = dict[str, Any]
_COMMON: Final = ("channel", "direction", "campaign")
_SOME_FIELDS: Final = ("contact.country", "company.employees", "contact.job_title")


def interactions(
    policy: Policy | None = None,
    kinds: Sequence[str] | None = None,
    instants: st.SearchStrategy[datetime] | None = None,
    *,
    at: datetime | None = None,
    id: str | st.SearchStrategy[str] = "i-1",
    **fixed: Any,
) -> st.SearchStrategy[Interaction]:
    """Return a strategy for interactions.

    Parameters
    ----------
    policy : Policy, optional
        The policy: properties that its filters read have the values that it tells apart.
    kinds : sequence of str, optional
        Which kinds; by default those that the policy reads, and one that it does not; without a policy every kind.
    instants : strategy, optional
        When they happen; by default `leadqual.testing.strategies.instants` of the policy.
    at : datetime, optional
        When somebody looks, for instants that are not given.
    id : str or strategy, default "i-1"
        Their ids.
    **fixed
        Properties as they are to be: a value, or a strategy for it.

    Raises
    ------
    InputError
        If there is no kind of that name.

    Examples
    --------
    >>> from hypothesis import find
    >>> from leadqual import policies
    >>> find(interactions(policies.sales(), kinds=["page_viewed"]), lambda one: one.value("seconds") == 5).path
    '/pricing'
    """
    when = some_instants(policy, at=at) if instants is None else instants
    given = {"id": id, "occurred_at": when, **fixed}
    rest = {name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in given.items()}
    both = st.tuples(happenings(policy, chosen_kinds(policy, kinds)), st.fixed_dictionaries(rest))
    return built_from(both, lambda parts: made(policy, {**parts[0], **parts[1]}))


def made(policy: Policy | None, data: Data) -> Interaction:
    """Return the interaction that plain data describes."""
    return parse_interaction(data) if policy is None else policy.parse_interaction(data)


def chosen_kinds(policy: Policy | None, kinds: Sequence[str] | None) -> tuple[str, ...]:
    """Return the kinds that are named, or else those that a policy reads and one that it does not."""
    known = catalogue_of(policy).kinds
    if kinds is None:
        read = reading(policy).kinds
        return (*read, *[kind for kind in known if kind not in read][:1]) if policy is not None else tuple(known)
    if unknown := [kind for kind in kinds if kind not in known]:
        message = "there is no kind {!r} of interaction"
        raise InputError(
            Problem("unknown-kind", message.format(kind), Place("kinds"), kind, hint=did_you_mean(kind, known))
            for kind in unknown
        )
    return tuple(kinds)


@lru_cache(maxsize=64)
def happenings(policy: Policy | None, kinds: tuple[str, ...]) -> st.SearchStrategy[Data]:
    """Return a strategy for what happens, as plain data without an id and an instant."""
    table = {kind: happening(policy, kind) for kind in kinds}
    chosen = st.sampled_from(kinds)

    @st.composite
    def one_of_them(draw: st.DrawFn) -> Data:
        found: Data = draw(table[draw(chosen)])
        return found

    return one_of_them()


@lru_cache(maxsize=1024)
def happening(policy: Policy | None, kind: str) -> st.SearchStrategy[Data]:
    """Return a strategy for what happens of one kind: the properties that it needs, and others or not."""
    entries = catalogue_of(policy).properties(kind)
    required, read = _required(policy, kind), _read(policy, kind)
    values = {name: _property(policy, kind, name) for name in entries if name in required or name in read}
    needed = {"kind": st.just(kind), **{name: one for name, one in values.items() if name in required}}
    if kind == PROFILE_UPDATED:
        needed["changes"] = _changes(policy)
    optional = {name: one for name, one in values.items() if name not in needed}
    drawn = st.fixed_dictionaries(needed, optional=optional)
    amounts = [name for name, entry in entries.items() if entry.unit == MONEY]
    if not amounts:
        return drawn
    code = "IDR" if policy is None or policy.currency is None else policy.currency.code

    def complete(data: Data) -> Data:
        lacks = "currency" not in data and any(name in data for name in amounts)
        return {**data, "currency": code} if lacks else data

    return drawn.map(complete)


def _property(policy: Policy | None, kind: str, name: str) -> st.SearchStrategy[Any]:
    if name == "currency" and policy is not None and policy.currency is not None:
        return st.sampled_from((policy.currency.code, *policy.currency.rates))  # an amount in others is an error
    if name == "for_channel" and (asked := _channels(policy)):
        return st.sampled_from((*asked, *[one for one in Channel if one not in asked][:1]))
    return values_of(policy, f"{kind}.{name}", missing=False)


def _channels(policy: Policy | None) -> tuple[Channel, ...]:
    """Return the channels about which a policy asks for consent."""
    read = (name for node in reading(policy).conditions for name in names(node))
    return tuple(dict.fromkeys(Channel(name.partition(".")[2]) for name in read if name.startswith("consent.")))


def _required(policy: Policy | None, kind: str) -> set[str]:
    spec = None if policy is None else policy.interactions.get(kind)
    cls = BUILT_IN.get(kind, None if spec is None else spec.written_as)
    if cls is None:
        return set()
    own = {name for name, info in cls.own_properties().items() if info.is_required()}
    return own | {name for name in _COMMON if cls.model_fields[name].is_required()}


def _read(policy: Policy | None, kind: str) -> set[str]:
    """Return the properties of a kind that may be given: all its own, and of the common ones those that are read."""
    entries = set(catalogue_of(policy).properties(kind)) - {"kind"}
    if policy is None:
        return entries
    words = " ".join(map(str, (*reading(policy).filters(kind), *reading(policy).questions)))
    return {name for name in entries if name not in _COMMON or name in words}


def _changes(policy: Policy | None) -> st.SearchStrategy[Data]:
    """Return a strategy for the fields that an update changes, or makes missing."""
    fields = reading(policy).fields or _SOME_FIELDS
    return few_of({name.removeprefix("contact."): values_of(policy, name) for name in fields}, least=1)
