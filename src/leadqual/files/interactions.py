"""Interactions from a table: one row an interaction, with the properties of its kind beside what all kinds share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from leadqual._suggest import did_you_mean
from leadqual.conditions.check import unknown_kind
from leadqual.engines.intake import ordered_history
from leadqual.errors import LeadqualError, Place, Problem, shown
from leadqual.files.assemble import Assembled, assemble, flattened, validated
from leadqual.files.cleared import add_cleared, under_cleared
from leadqual.files.columns import CONTACT_ID, KindColumns, interaction_name
from leadqual.files.numbers import decimal_named
from leadqual.files.one_contact import OneContact
from leadqual.files.open_table import check_columns, open_table
from leadqual.files.row import RawRow, Row, Table
from leadqual.files.times import zone_named
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.profile import PROFILE_UPDATED
from leadqual.policy.document import PolicyDocument

GROUPS: Final = ("properties",)
"""Columns that hold others, in tables with types."""
_REQUIRED: Final = {CONTACT_ID: CONTACT_ID, "id": "interaction_id", "kind": "kind", "occurred_at": "occurred_at"}


class InteractionReader:
    """Reads a table of interactions row by row; `read_interactions` is the short way to it.

    Takes what `ContactReader` takes, and beyond that:

    Parameters
    ----------
    kinds : mapping of str to type
        The classes of kinds; for kinds of your own, ``{**BUILT_IN, "roi_calculated": RoiCalculated}``.
    undeclared : bool, default False
        Take new values of fields that nobody declared. Their cells need types, so this is not for CSV.
    any_kind : bool, default False
        Take kinds that nobody declared, and all columns as their properties; nothing is held against the policy then.
    """

    table: Table

    def __init__(
        self,
        path: str | os.PathLike[str] | Table,
        policy: PolicyDocument,
        *,
        time_zone: str | None = None,
        encoding: str = "utf-8",
        decimal: str | None = None,
        ignore_unknown_columns: bool = False,
        kinds: Mapping[str, type[Interaction]] = BUILT_IN,
        only: str | None = None,
        undeclared: bool = False,
        any_kind: bool = False,
    ) -> None:
        zone = zone_named(time_zone)
        every = KindColumns(policy, kinds, textual=False, zone=zone).every()
        self._policy, self._ignored, self._any_kind = policy, ignore_unknown_columns, any_kind
        self.table = path if isinstance(path, Table) else open_table(path, {*every, "interaction_id"}, encoding)
        more = [interaction_name(header) for header in self.table.columns or ()] if undeclared or any_kind else []
        sign = decimal_named(decimal)
        self._kinds = KindColumns(
            policy,
            kinds,
            textual=self.table.textual,
            zone=zone,
            decimal=sign,
            undeclared=more,
            any_kind=any_kind,
        )
        every = self._every = self._kinds.every() if more else every
        check_columns(self.table, every, _REQUIRED, interaction_name, ignore_unknown=ignore_unknown_columns)

        self._only = None if only is None else OneContact(only, CONTACT_ID, interaction_name)

    def __iter__(self) -> Iterator[Row[Interaction]]:
        return self.read(self.table.rows())

    def read(self, rows: Iterable[RawRow]) -> Iterator[Row[Interaction]]:
        """Yield what becomes of rows of this table."""
        for raw in rows:
            cells = raw.cells if self.table.textual else flattened(raw.cells, GROUPS)
            if self._only is None or self._only.may_own(cells):
                yield self._read(raw, cells)

    def _read(self, raw: RawRow, cells: Mapping[str, Any]) -> Row[Interaction]:
        if raw.problems:
            return Row(self.table.name, raw.line, raw.text, problems=raw.problems)
        kind = cells.get("kind")
        kind = kind.strip() if isinstance(kind, str) and self.table.textual else kind
        made = self._assembled(kind, cells)
        contact_id = made.data.pop(CONTACT_ID, None)
        if not isinstance(contact_id, str) or not contact_id:
            made.problems.append(_no_contact(contact_id))
        made.labels = _REQUIRED
        interaction = self._validated(str(kind), made, contact_id) if self._kinds.knows(kind) else None
        problems = tuple(problem.at(source=self.table.name, line=raw.line) for problem in made.problems)
        known = contact_id if isinstance(contact_id, str) and contact_id else None
        return Row(self.table.name, raw.line, raw.text, known, interaction, problems)

    def _assembled(self, kind: Any, cells: Mapping[str, Any]) -> Assembled:
        if not self._kinds.knows(kind):
            made = assemble(
                cells, self._kinds.common, interaction_name, lambda header, cell: None, textual=self.table.textual
            )
            made.problems.append(self._no_kind(kind))
            return made
        columns, unknown = self._kinds.of(kind), partial(self._no_property, kind)
        made = assemble(cells, columns, interaction_name, unknown, textual=self.table.textual)
        made.data["kind"] = kind
        if kind == PROFILE_UPDATED:
            add_cleared(made)
        return made

    def _no_property(self, kind: str, header: str, cell: Any) -> Problem | None:
        if self._ignored and interaction_name(header) not in self._every:
            return None
        columns = self._kinds.of(kind)
        own = sorted(name for name in columns if name not in self._kinds.common and not name.startswith("changes."))
        hint = did_you_mean(interaction_name(header), columns) or "leave the cell empty in rows of this kind"
        expected = ", ".join(own) or None
        return Problem("unknown-property", f"{kind} has no {header!r}", Place(), shown(cell), expected, hint)

    def _no_kind(self, kind: Any) -> Problem:
        if kind is None or kind == "":
            message, expected = "the kind is missing", "the kind of the interaction, such as demo_requested"
            return Problem("missing-field", message, Place(path="kind"), expected=expected)
        if not isinstance(kind, str):
            return Problem("wrong-type", "the kind is not a text", Place(path="kind"), shown(kind), "a text")
        known = [*self._kinds.kinds, *self._policy.interactions]
        return unknown_kind(kind, known).at(path="kind")

    def _validated(self, kind: str, made: Assembled, contact_id: Any) -> Interaction | None:
        value: Interaction | None = validated(made, self._kinds.model(kind).model_validate, interaction_name)
        declared = kind == PROFILE_UPDATED or kind in self._policy.interactions
        if value is not None and declared and not self._any_kind:
            problems = self._problems_under_the_policy(value, contact_id)
            made.problems += [under_cleared(problem, made) for problem in problems]
        return None if made.problems else value

    def _problems_under_the_policy(self, one: Interaction, contact_id: str) -> list[Problem]:
        """Hold what no class has checked against the policy, as a decision would do later."""
        try:
            ordered_history(self._policy, Contact(id=contact_id), [one])
        except LeadqualError as error:
            return list(error.problems)
        return []


def _no_contact(found: Any) -> Problem:
    place, expected = Place(path=CONTACT_ID), "the id of a contact"
    if found is None or found == "":
        return Problem("missing-field", "the contact is missing", place, expected=expected)
    return Problem("wrong-type", "the id of the contact is not a text", place, shown(found), expected)


def read_interactions(
    path: str | os.PathLike[str], policy: PolicyDocument, **options: Any
) -> Iterator[Row[Interaction]]:
    """Yield every row of a table of interactions, as an interaction or as the reasons why it is none.

    Takes the options of `InteractionReader`, and raises `InputError` if the file as a whole cannot be used.
    """
    return iter(InteractionReader(path, policy, **options))
