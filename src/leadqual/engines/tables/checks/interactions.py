"""What is looked at in a table of interactions."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from leadqual._suggest import closest
from leadqual.conditions.check import unknown_kind
from leadqual.conditions.nodes import ANY_INTERACTION
from leadqual.engines.tables.checks.bounds import Bounds, is_required, of_change, of_property
from leadqual.engines.tables.checks.breaches import among, of_kinds
from leadqual.engines.tables.checks.columns import changeable, unchangeable
from leadqual.engines.tables.checks.parts import ITEM, Part, rows_of
from leadqual.engines.tables.checks.reads import Reads
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, KIND, OCCURRED_AT, change_of, column_of
from leadqual.engines.tables.native import Table
from leadqual.errors import Problem
from leadqual.model.catalogue import MONEY
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.profile import CLEARED, PROFILE_UPDATED
from leadqual.policy.document import PolicyDocument

_CURRENCY: Final = "currency"
_FILLED: Final = {
    CONTACT_ID: ("the contact is missing", "the id of a contact"),
    INTERACTION_ID: ("the id is missing", "the key of the interaction"),
    KIND: ("the kind is missing", "the kind of the interaction, such as demo_requested"),
    OCCURRED_AT: ("the time is missing", "when it happened, with its zone"),
}


def parts_of_interactions(policy: PolicyDocument, table: Table, reads: Reads) -> list[Part]:
    """Return what is looked at in a table of interactions; the table itself first."""
    rows = rows_of("interactions", table)
    rows.without_ids(_FILLED)
    known = tuple(policy.catalogue.kinds)
    kind = rows.column(KIND)
    if kind is not None:
        rows.breaches.append(among(kind, known, lambda found: unknown_kind(found, known)))
    parts = [rows]
    for (name, bounds), kinds in _properties(policy, reads).items():
        parts += rows.values(name, kinds, bounds, name)
    _add_required(policy, rows, reads)
    _add_amounts(policy, rows, reads)
    _add_rates(policy, rows, reads)
    for name in sorted(reads.fields & changeable(policy)):
        bounds = of_change(policy.catalogue.fields[name])
        parts += rows.values(change_of(name), (PROFILE_UPDATED,), bounds, name)
    _add_unchangeable(rows)
    if rows.column(CLEARED) is not None:
        parts.append(_cleared(policy, rows))
    return parts


def _properties(policy: PolicyDocument, reads: Reads) -> dict[tuple[str, Bounds], tuple[str, ...] | None]:
    """Return what is read of interactions, and for which kinds; None for all kinds."""
    found: defaultdict[tuple[str, Bounds], list[str]] = defaultdict(list)
    for kind, name in sorted(reads.properties | _currencies(policy, reads)):
        found[name, of_property(policy, kind, name)].append(kind)
    return {column: None if ANY_INTERACTION in kinds else tuple(kinds) for column, kinds in found.items()}


def _currencies(policy: PolicyDocument, reads: Reads) -> set[tuple[str, str]]:
    """Return the currencies beside the amounts that are read."""
    return {
        (kind, _CURRENCY)
        for kind, name in reads.properties
        if policy.catalogue.properties(kind)[name].unit == MONEY and _CURRENCY in policy.catalogue.properties(kind)
    }


def _add_required(policy: PolicyDocument, rows: Part, reads: Reads) -> None:
    """Add the properties that are read and that no interaction of their kind can be without."""
    every = [*BUILT_IN, *policy.interactions]
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for kind, name in sorted(reads.properties):
        for own in every if kind == ANY_INTERACTION else (kind,):
            if own not in wanted[name] and is_required(policy, own, name):
                wanted[name].append(own)
    for name, kinds in wanted.items():
        if kinds:
            here, column = of_kinds(tuple(kinds)), rows.column(name)
            told = Problem("missing-field", f"the field {name!r} is missing", expected=f"needed by {', '.join(kinds)}")
            rows.lacking(name, here if column is None else here & column.value.is_null(), told)


def _add_amounts(policy: PolicyDocument, rows: Part, reads: Reads) -> None:
    """Add the amounts that stand without their currency."""
    kinds_of: defaultdict[str, list[str]] = defaultdict(list)
    for kind, name in sorted(reads.properties):
        if policy.catalogue.properties(kind)[name].unit == MONEY:
            kinds_of[name].append(kind)
    currency = rows.column(_CURRENCY)
    for name, kinds in kinds_of.items():
        amount = rows.column(name, tuple(kinds))
        if amount is not None:
            bare = ~amount.value.is_null()
            bare = bare if currency is None else bare & currency.value.is_null()
            hint = "add the column currency, with IDR or whichever it is"
            told = Problem("missing-currency", f"{name} has no currency", expected="an ISO 4217 code", hint=hint)
            rows.breaches.append(amount.breach(bare, told))


def _add_rates(policy: PolicyDocument, rows: Part, reads: Reads) -> None:
    """Add the amounts that are converted, and whose currency has no rate."""
    if policy.currency is None:
        return
    rates = tuple(dict.fromkeys([policy.currency.code, *policy.currency.rates]))

    def told(found: Any) -> Problem:
        hint = f"declare it under currency: rates: {{{found}: ...}}"
        message = f"the policy {policy.name!r} has no rate for this currency"
        return Problem("unknown-currency", message, expected=", ".join(rates), hint=hint)

    grouped: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
    for kind, name, only in sorted(reads.amounts, key=str):
        if only not in rates:  # of one that has a rate, the filter lets nothing else through
            grouped[name, only].append(kind)
    for (name, only), kinds in grouped.items():
        amount, currency = rows.column(name), rows.column(_CURRENCY, tuple(kinds))
        if amount is not None and currency is not None:
            breach = among(currency, rates, told)
            which = ~amount.value.is_null()
            rows.breaches.append(breach.only(which if only is None else which & (currency.text == only)))


def _add_unchangeable(rows: Part) -> None:
    """Add the columns with new values of fields that no update changes."""
    for name in unchangeable():
        column = rows.column(change_of(name), (PROFILE_UPDATED,))
        if column is not None:
            hint = "it follows from the history or from another field, or stands on the contact for good"
            told = Problem("unchangeable-field", f"{name} is not changed by a profile update", hint=hint)
            rows.breaches.append(column.breach(~column.value.is_null(), told))


def _cleared(policy: PolicyDocument, rows: Part) -> Part:
    """Return the names of what updates set to missing, which must be no near miss of a field."""
    known = tuple(sorted(column_of(name) for name in changeable(policy)))
    fixed = {column_of(name) for name in unchangeable()}

    def told(found: Any) -> Problem | None:
        if found in fixed:
            return Problem("unchangeable-field", f"{found!r} is not changed by a profile update")
        near = closest(found.removeprefix("contact."), known, limit=1, cutoff=0.85)
        if not near:
            return None  # another policy may declare it
        return Problem("unknown-property", f"there is no field {found!r}", hint=f"did you mean {near[0]!r}?")

    items = rows.items(CLEARED)
    column = rows.column(CLEARED, (PROFILE_UPDATED,))
    assert column is not None  # the caller has looked
    items.breaches.append(among(column.of_items(ITEM), known, told))
    return items
