"""Interactions as a table: what all share, then the properties of every kind, a column each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.files.columns import CONTACT_ID, interaction_name
from leadqual.frames.contacts import spread
from leadqual.frames.order import in_order
from leadqual.frames.sheet import Sheet
from leadqual.frames.types import (
    INTERACTION_ID,
    TEXTS,
    Type,
    change_types,
    completed,
    declared_properties,
    interaction_types,
    known_kinds,
)
from leadqual.model.interactions.base import CustomInteraction, Interaction
from leadqual.model.interactions.registry import kind_of
from leadqual.model.profile import CHANGES, CLEARED, PROFILE_UPDATED
from leadqual.policy.document import PolicyDocument

Owned = tuple[str, Interaction]
"""The id of a contact, and an interaction of it."""

REQUIRED: Final = (CONTACT_ID, INTERACTION_ID, "kind", "occurred_at")
"""The columns that a table of interactions always has."""


def interactions_frame(
    owned: Sequence[Owned], policy: PolicyDocument | None = None, keep: Iterable[str] = (), *, given_only: bool = False
) -> pl.DataFrame:
    """Return interactions as a table, a row each, in their order; raise `InputError` if no column can hold a value.

    Parameters
    ----------
    owned : sequence of tuple
        The interactions, each after the id of its contact.
    policy : PolicyDocument, optional
        Which says what the properties of declared kinds hold; without it their values do.
    keep : iterable of str
        Columns that are to be there even if they are empty.
    given_only : bool, default False
        Leave a field missing that was not given, in place of what its model puts there.
    """
    own = {kind: cls for cls in {type(one) for _, one in owned} if (kind := kind_of(cls)) is not None}
    kinds = known_kinds(policy, [own[kind] for kind in sorted(own)])
    sheet = Sheet(
        "interactions",
        len(owned),
        lambda row: f"contact {owned[row][0]!r}, interaction {owned[row][1].id!r}",
        given_only=given_only,
    )
    _fill_common(sheet, owned)
    for (cls, kind), rows in _by_kind(owned):
        models = [owned[row][1] for row in rows]
        if issubclass(cls, CustomInteraction):
            _fill_properties(sheet, rows, models, declared_properties(policy, kind))
            continue
        fields = dict(cls.own_properties())
        if kind == PROFILE_UPDATED:
            del fields["changes"]
            _fill_changes(sheet, rows, models, policy)
        sheet.fill_models("", rows, models, fields, kind)
    if sheet.problems:
        raise InputError(sheet.problems)
    types = interaction_types(policy, kinds)
    kept = {name: types[name][0] for name in (*REQUIRED, *keep) if types.get(name)}
    return sheet.frame(in_order({*sheet.columns, *kept}, types), kept)


def _fill_common(sheet: Sheet, owned: Sequence[Owned]) -> None:
    rows, models = range(len(owned)), [one for _, one in owned]
    fields = {name: info for name, info in completed(Interaction).items() if name != "id"}
    sheet.fill(CONTACT_ID, pl.String(), rows, [contact_id for contact_id, _ in owned], "interactions")
    sheet.fill(INTERACTION_ID, pl.String(), rows, [one.id for one in models], "interactions")
    sheet.fill_models("", rows, models, fields, "interactions")


def _by_kind(owned: Sequence[Owned]) -> Iterator[tuple[tuple[type[Interaction], str], list[int]]]:
    """Yield the numbers of the rows of each class and kind, in the order in which they first come."""
    found: defaultdict[tuple[type[Interaction], str], list[int]] = defaultdict(list)
    for row, (_, one) in enumerate(owned):
        found[type(one), one.kind].append(row)
    yield from found.items()


def _fill_properties(
    sheet: Sheet, rows: Sequence[int], models: Sequence[Interaction], types: Mapping[str, Type | None]
) -> None:
    """Put the properties of interactions of one kind that has no class."""
    shared, kind = {*completed(Interaction), *REQUIRED}, models[0].kind
    named = ((row, one.__dict__["properties"]) for row, one in zip(rows, models, strict=True))
    for name, (numbers, values) in spread(named).items():
        if name in shared or interaction_name(name) != name:
            message = f"a column {name!r} would not be read back as the property {name!r} of {kind}"
            place, hint = Place("interactions", path=name), "give the property another name"
            sheet.problems.append(Problem("bad-field-name", message, place, name, hint=hint))
        else:
            sheet.fill(name, types.get(name), numbers, values, kind)


def _fill_changes(
    sheet: Sheet, rows: Sequence[int], updates: Sequence[Interaction], policy: PolicyDocument | None
) -> None:
    """Put the new values of a profile in a column each, and beside them the names of those that were cleared."""
    types = change_types(policy)
    changed: list[tuple[int, Mapping[str, Any]]] = [
        (row, update.value("changes")) for row, update in zip(rows, updates, strict=True)
    ]
    for name, (numbers, values) in spread(changed).items():
        column = f"{CHANGES}{name}"
        sheet.fill(column, types.get(column), numbers, values, PROFILE_UPDATED)
    cleared = [[name for name, value in changes.items() if value is None] or None for _, changes in changed]
    sheet.fill(CLEARED, TEXTS, rows, cleared, PROFILE_UPDATED)
