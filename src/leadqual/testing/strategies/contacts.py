"""Contacts of which anything may be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Company, Contact
from leadqual.model.vocabulary import Channel, ConsentMeans, Purpose
from leadqual.testing.libraries import st
from leadqual.testing.strategies.drawing import built_from
from leadqual.testing.strategies.instants import Moment, instants, moments, seen_from
from leadqual.testing.strategies.reading import reading
from leadqual.testing.strategies.values import catalogue_of, values_of

Fields = dict[str, Any]
_NO_VALUES: Final = ("id", "attributes", "kind", "roles", "created_at", "company", "consents", "do_not_call")
_FEW: Final = 2


def contacts(
    policy: Policy | None = None, *, at: datetime | None = None, cls: type[Contact] = Contact, **fixed: Any
) -> st.SearchStrategy[Contact]:
    """Return a strategy for contacts; the simplest is one of whom nothing is known.

    The fields that the policy reads have the values that it tells apart (`values_of`), or are missing; now and then
    something else is known.

    Parameters
    ----------
    policy : Policy, optional
        The policy; without it every field is alike.
    at : datetime, optional
        When somebody looks: times on the contact lie around it.
    cls : type, default Contact
        The class, a subclass of `Contact`.
    **fixed
        Fields as they are to be, built-in ones and those that the policy declares: a value, or a strategy for it.
        `company` may be a mapping of the company's fields; its other fields are drawn.

    Examples
    --------
    >>> from hypothesis import find
    >>> from leadqual import policies
    >>> drawn = contacts(policies.sales(), country="ID", company={"employees": 50})
    >>> find(drawn, lambda contact: contact.company.employees >= 50).country
    'ID'
    """
    fields, place = contact_fields(policy, instants(policy) if at is None else None, fixed)
    when = _as_it_is if at is None else seen_from(policy, at)
    return built_from(fields, lambda found: placed_contact(found, when, cls, place))


def contact_fields(
    policy: Policy | None, when: st.SearchStrategy[datetime] | None, fixed: Mapping[str, Any]
) -> tuple[st.SearchStrategy[Fields], frozenset[str]]:
    """Return a strategy for the fields of a contact, and the names of those that are to be taken as they are.

    Without `when` the times among them are moments, to be put into their place by `placed_contact`.
    """
    if not fixed:
        return _any_contact(policy, when), frozenset()
    company = fixed.get("company")
    given = {name: _strategy(value) for name, value in fixed.items()}
    if isinstance(company, Mapping):
        given["company"] = _company_fields(policy, {name: _strategy(value) for name, value in company.items()})
    return _contact_fields(policy, when, given), frozenset(fixed)


@lru_cache(maxsize=64)
def _any_contact(policy: Policy | None, when: st.SearchStrategy[datetime] | None) -> st.SearchStrategy[Fields]:
    return _contact_fields(policy, when, {})


def _contact_fields(
    policy: Policy | None, when: st.SearchStrategy[datetime] | None, given: Mapping[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[Fields]:
    times: st.SearchStrategy[Any] = moments(policy) if when is None else when
    drawn = {
        **_fields(policy, "contact", Contact.model_fields),
        "company": _company_fields(policy, {}),
        "roles": values_of(policy, "contact.roles", missing=False),
        "created_at": times,
        "consents": st.lists(_consents(times), min_size=1, max_size=2),
        "do_not_call": st.fixed_dictionaries({"at": times}, optional={"channel": st.sampled_from(Channel)}).map(_alone),
    }
    if policy is not None:
        del drawn["do_not_call"]  # no policy reads it
    return _together(policy, "contact", given, drawn)


def companies(policy: Policy | None = None, **fixed: Any) -> st.SearchStrategy[Company]:
    """Return a strategy for companies; the simplest is one of which nothing is known.

    Parameters
    ----------
    policy : Policy, optional
        The policy; without it every field is alike.
    **fixed
        Fields as they are to be: a value, or a strategy for it.
    """
    return built_from(_company_fields(policy, {name: _strategy(value) for name, value in fixed.items()}), _company)


def _company_fields(policy: Policy | None, given: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Fields]:
    return _together(policy, "company", given, _fields(policy, "company", Company.model_fields))


def _together(
    policy: Policy | None,
    owner: str,
    given: Mapping[str, st.SearchStrategy[Any]],
    drawn: Mapping[str, st.SearchStrategy[Any]],
) -> st.SearchStrategy[Fields]:
    """Return a strategy for fields: those given, any of those drawn, and few of those that do not matter."""
    optional = {name: strategy for name, strategy in drawn.items() if name not in given}
    fields = st.fixed_dictionaries(dict(given), optional=optional)
    cls = Contact if owner == "contact" else Company
    skipped, known = {*drawn, *given, *_NO_VALUES}, catalogue_of(policy).fields
    others = {
        name: values_of(policy, f"{owner}.{name}", missing=False)
        for name in cls.model_fields
        if name not in skipped and f"{owner}.{name}" in known
    }
    return st.tuples(fields, few_of(others)).map(_merged) if policy is not None and others else fields


@st.composite
def few_of(draw: st.DrawFn, table: Mapping[str, st.SearchStrategy[Any]], least: int = 0) -> dict[str, Any]:
    """Return a few names of a table with a value each."""
    names = draw(st.lists(st.sampled_from(list(table)), min_size=least, max_size=_FEW, unique=True))
    return {name: draw(table[name]) for name in names}


def _fields(policy: Policy | None, owner: str, known: Iterable[str]) -> dict[str, st.SearchStrategy[Any]]:
    """Return strategies for the fields of an owner that a policy reads or declares, or for all without a policy."""
    declared = () if policy is None else tuple(f"{spec.on}.{name}" for name, spec in policy.fields.items())
    names = [*reading(policy).fields, *declared] if policy is not None else [*catalogue_of(None).fields]
    mine = [name.partition(".")[2] for name in dict.fromkeys(names) if name.startswith(f"{owner}.")]
    able = {*known, *(name.partition(".")[2] for name in declared)}
    chosen = [name for name in mine if name in able and name not in _NO_VALUES]
    return {name: values_of(policy, f"{owner}.{name}", missing=False) for name in chosen}


def placed_contact(
    fields: Fields, when: Callable[[Any], datetime], cls: type[Contact] = Contact, fixed: frozenset[str] = frozenset()
) -> Contact:
    """Return the contact that some fields describe, with its times put into their place."""
    data = {"id": "contact", **fields}
    if "created_at" in data and "created_at" not in fixed:
        data["created_at"] = when(data["created_at"])
    for name in {"consents", "do_not_call"} - fixed:
        if name in data:
            data[name] = tuple({**one, "at": when(one["at"])} for one in data[name])
    if isinstance(data.get("company"), Mapping):
        data["company"] = _company(data["company"])
    return cls.model_validate(_with_attributes(data, cls.model_fields))


def _company(fields: Mapping[str, Any]) -> Company:
    return Company.model_validate(_with_attributes(fields, Company.model_fields))


def _with_attributes(values: Mapping[str, Any], known: Iterable[str]) -> Fields:
    """Return the fields of a model, with those that it does not know among its attributes."""
    own = {name: value for name, value in values.items() if name in known}
    more = {name: value for name, value in values.items() if name not in known}
    return own if not more else {**own, "attributes": {**own.get("attributes", {}), **more}}


def _consents(times: st.SearchStrategy[Any]) -> st.SearchStrategy[Fields]:
    channels = st.sampled_from((Channel.EMAIL, Channel.WHATSAPP, Channel.VOICE))
    optional = {
        "purpose": st.sampled_from((Purpose.MARKETING, Purpose.TELEMARKETING)),
        "granted": st.booleans(),
        "how": st.sampled_from(ConsentMeans),
    }
    return st.fixed_dictionaries({"channel": channels, "at": times}, optional=optional)


def _strategy(value: Any) -> st.SearchStrategy[Any]:
    return value if isinstance(value, st.SearchStrategy) else st.just(value)


def _merged(parts: tuple[Fields, Fields]) -> Fields:
    return {**parts[1], **parts[0]}


def _alone(value: Any) -> tuple[Any, ...]:
    return (value,)


def _as_it_is(instant: datetime | Moment) -> datetime:
    assert isinstance(instant, datetime)  # moments are drawn only where somebody looks
    return instant
