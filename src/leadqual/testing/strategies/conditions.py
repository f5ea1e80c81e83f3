"""Conditions that fit a policy: every operator, over what it declares and reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from leadqual.conditions.nodes import ANY_INTERACTION
from leadqual.lifecycle.policy import Policy
from leadqual.model.catalogue import MONEY, Field, ValueType
from leadqual.testing.libraries import st
from leadqual.testing.strategies.drawing import evenly
from leadqual.testing.strategies.reading import reading
from leadqual.testing.strategies.values import told_apart

WINDOWS: Final = ("6h", "1d", "36h", "2d", "7d", "30d")
_ORDERS: Final = (">=", "<", ">", "<=", "==", "!=")
_COMMON: Final = (
    *("contact.country", "company.employees", "contact.seniority", "contact.email_is_personal", "contact.is_customer"),
    *("contact.roles", "consent.email", "company.industry", "contact.email"),
)
_KINDS: Final = ("page_viewed", "demo_requested", "purchase")


def conditions(
    policy: Policy, *, names: Sequence[str] | None = None, kinds: Sequence[str] | None = None
) -> st.SearchStrategy[str]:
    """Return a strategy for conditions that fit a policy, as text.

    Parameters
    ----------
    policy : Policy
        Whose names and kinds they use.
    names : sequence of str, optional
        The names that they may read; by default what the policy declares and reads, and some that everybody may use.
    kinds : sequence of str, optional
        The kinds of interactions that they may ask about, in the same way.

    Examples
    --------
    >>> from hypothesis import find
    >>> from leadqual import policies
    >>> drawn = conditions(policies.sales(), names=["company.employees"], kinds=["purchase"])
    >>> find(drawn, lambda text: " and " in text)
    '(company.employees >= 50) and (company.employees >= 50)'
    """
    known = policy.catalogue.fields
    read = {**dict.fromkeys(reading(policy).fields), **dict.fromkeys(_own_names(policy)), **dict.fromkeys(_COMMON)}
    some_names = [name for name in (read if names is None else names) if known[name].type is not ValueType.INSTANT]
    some_kinds = (*policy.interactions, *reading(policy).kinds[:8], *_KINDS, ANY_INTERACTION)
    chosen = tuple(dict.fromkeys(some_kinds if kinds is None else kinds))
    return _conditions(_Vocabulary(policy, tuple(some_names), chosen))


def _own_names(policy: Policy) -> list[str]:
    """Return the names that a policy adds: fields, scores, grades, stages."""
    return [name for name in policy.catalogue.fields if name not in policy.built_in.fields]


@dataclass(frozen=True)
class _Vocabulary:
    policy: Policy
    names: tuple[str, ...]
    kinds: tuple[str, ...]

    def of_type(self, kind: ValueType) -> list[str]:
        return [name for name in self.names if self.policy.catalogue.fields[name].type is kind]

    def properties(self, kind: str) -> dict[str, Field]:
        return dict(self.policy.catalogue.properties(kind))


@lru_cache(maxsize=128)
def _conditions(words: _Vocabulary) -> st.SearchStrategy[str]:
    leaves = _atoms(words)
    joined = st.lists(leaves.map(_bracketed), min_size=2, max_size=3)
    return evenly(
        leaves,
        leaves,
        leaves.map(lambda leaf: f"not ({leaf})"),
        joined.map(" and ".join),
        joined.map(" or ".join),
        st.tuples(leaves, joined).map(lambda parts: f"({parts[0]}) and ({' or '.join(parts[1])})"),
    )


def _atoms(words: _Vocabulary) -> st.SearchStrategy[str]:
    asked = questions(words)
    options = [_compared(words, name) for name in words.of_type(ValueType.NUMBER)]
    options += [_text_atom(words.policy, name, name) for name in words.of_type(ValueType.TEXT)]
    options += [st.sampled_from((name, f"not {name}", f"{name} == False")) for name in words.of_type(ValueType.BOOLEAN)]
    options += [_membership(words.policy, name) for name in words.of_type(ValueType.TEXTS)]
    present = st.sampled_from(words.names or ("company.employees",))
    missing = st.tuples(present, st.sampled_from(("is None", "is not None"))).map(" ".join)
    found = [evenly(*options), evenly(*options)] if options else []
    if words.kinds:
        small = st.sampled_from(("1", "2", "0", "3", "7", "0.5"))
        numbers = st.tuples(asked, st.sampled_from(_ORDERS), small).map(" ".join)
        found += [numbers, numbers]
        plain = [*words.of_type(ValueType.NUMBER)]
        operand = st.sampled_from(plain) | asked if plain else asked
        computed = st.tuples(operand, st.sampled_from("+-*/"), operand).map(lambda parts: f"({' '.join(parts)})")
        found += [st.tuples(computed, st.sampled_from(_ORDERS), st.sampled_from(("1", "2", "10"))).map(" ".join)]
    return evenly(*found, missing)


def _compared(words: _Vocabulary, name: str) -> st.SearchStrategy[str]:
    """Return a strategy for comparisons of a number with constants, chained too."""
    cut, others = told_apart(words.policy, name)
    constants = st.sampled_from([repr(value) for value in (*cut, *others)])
    simple = st.tuples(st.just(name), st.sampled_from(_ORDERS), constants).map(" ".join)
    chained = st.tuples(constants, st.sampled_from(("<=", "<")), st.just(name), st.sampled_from(("<=", "<")), constants)
    return st.one_of(simple, simple, chained.map(" ".join))


def _text_atom(policy: Policy, name: str, at: str) -> st.SearchStrategy[str]:
    """Return a strategy for what is asked of a text; `at` is where the values come from."""
    entry = _entry(policy, at)
    cut, others = told_apart(policy, at)
    values = [repr(value) for value in (entry.values or (*cut, *others))] or ["'any'"]
    one = st.sampled_from(values)
    some = st.lists(one, min_size=1, max_size=3, unique=True).map(", ".join)
    found = [
        st.tuples(st.just(name), st.sampled_from(("==", "!=")), one).map(" ".join),
        st.tuples(st.just(name), st.sampled_from(("in", "not in")), some.map(lambda inner: f"[{inner}]")).map(" ".join),
    ]
    if entry.values is None and entry.spelling is None:
        method = st.sampled_from((".startswith", ".endswith", ".contains", ".lower().contains"))
        found.append(st.tuples(st.just(name), method, one.map(_bracketed)).map("".join))
    return st.one_of(found)


def _membership(policy: Policy, name: str) -> st.SearchStrategy[str]:
    entry = policy.catalogue.fields[name]
    values = st.sampled_from([repr(value) for value in entry.values or ("a", "lain 😀")])
    return st.tuples(values, st.sampled_from(("in", "not in")), st.just(name)).map(" ".join)


def questions(words: _Vocabulary) -> st.SearchStrategy[str]:
    """Return a strategy for questions to the history that are answered with a number."""
    windows = st.sampled_from(("", "", *(f", within='{window}'" for window in WINDOWS)))
    found: list[Any] = []
    for kind in words.kinds:
        chosen = selections(words.policy, kind)
        plain = st.sampled_from(("count", "count", "days_since"))
        found.append(st.tuples(plain, chosen, windows).map(lambda parts: f"{parts[0]}({parts[1]}{parts[2]})"))
        for name, entry in words.properties(kind).items():
            if entry.type is ValueType.NUMBER and name != "kind":
                one = chosen if entry.unit != MONEY or words.policy.currency is not None else _in_one_currency(kind)
                function = st.sampled_from(("sum", "min", "max", "first", "last"))
                asked = st.tuples(function, one, st.just(name), windows)
                found.append(asked.map(lambda parts: f"{parts[0]}({parts[1]}.{parts[2]}{parts[3]})"))
    return st.one_of(found) if found else st.just("count(page_viewed)")


def _in_one_currency(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{kind}[currency == 'IDR']", f"{kind}[currency == 'USD']"])


def selections(policy: Policy, kind: str) -> st.SearchStrategy[str]:
    """Return a strategy for the interactions of a kind, with and without a filter."""
    filters: list[st.SearchStrategy[str]] = []
    for name, entry in policy.catalogue.properties(kind).items():
        at = f"{kind}.{name}" if kind != ANY_INTERACTION else f"page_viewed.{name}"
        match entry.type:
            case ValueType.NUMBER:
                cut, others = told_apart(policy, at)
                numbers = st.sampled_from([repr(value) for value in (*cut, *others)])
                filters.append(st.tuples(st.just(name), st.sampled_from(_ORDERS), numbers).map(" ".join))
            case ValueType.TEXT if name == "kind":
                if kind == ANY_INTERACTION:
                    filters.append(st.sampled_from(["kind in ['page_viewed', 'purchase']", "kind != 'purchase'"]))
            case ValueType.TEXT:
                filters.append(_text_atom(policy, name, at))
            case ValueType.BOOLEAN:
                filters.append(st.sampled_from((name, f"not {name}")))
        if name != "kind":
            filters.append(st.sampled_from((f"{name} is None", f"{name} is not None")))
    if not filters:
        return st.just(kind)
    return st.one_of(st.just(kind), st.just(kind), st.one_of(filters).map(lambda where: f"{kind}[{where}]"))


def _entry(policy: Policy, at: str) -> Field:
    fields = policy.catalogue.fields
    kind, _, name = at.partition(".")
    return fields[at] if at in fields else policy.catalogue.properties(kind)[name]


def _bracketed(text: str) -> str:
    return f"({text})"
