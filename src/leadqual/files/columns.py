"""Which columns the two tables have, where each one's cells go, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, cut, shown
from leadqual.files.cells import Reader, as_it_is, read_identifier, reader_for
from leadqual.model.catalogue import Field, ValueType, field_from
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import CustomInteraction, Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.profile import CHANGES, CLEARED, PROFILE_UPDATED
from leadqual.policy.document import PolicyDocument

CONTACT_ID: Final = "contact_id"
_CONTACT_ALIASES: Final = {CONTACT_ID: "id"}
_INTERACTION_ALIASES: Final = {"interaction_id": "id"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the way to its place in the model's data, and how a cell is read."""

    path: tuple[str, ...]
    read: Reader


@lru_cache(maxsize=4096)
def contact_name(header: str) -> str:
    """Return the one name of a contact's column, however a header spells it.

    Examples
    --------
    >>> contact_name("contact_id"), contact_name("contact.attributes.budget"), contact_name("company.attributes.fleet")
    ('id', 'budget', 'company.fleet')
    """
    name = header.removeprefix("contact.")
    if name.startswith("company.attributes."):
        return "company." + name.removeprefix("company.attributes.")
    return _CONTACT_ALIASES.get(name, name.removeprefix("attributes."))


@lru_cache(maxsize=4096)
def interaction_name(header: str) -> str:
    """Return the one name of an interaction's column, however a header spells it."""
    return _INTERACTION_ALIASES.get(header, header.removeprefix("properties."))


def contact_columns(
    policy: PolicyDocument,
    *,
    textual: bool,
    zone: ZoneInfo | None,
    decimal: str | None = None,
    model: type[Contact] = Contact,
    undeclared: Iterable[str] = (),
) -> dict[str, Column]:
    """Return the columns that a table of contacts may have under a policy, by name.

    Columns that are `undeclared` and known by no model are attributes, and their cells are taken as they are.
    """
    columns = _model_columns(model, (), ("company", "attributes"), textual=textual, zone=zone, decimal=decimal)
    company = company_class(model)
    nested = _model_columns(company, ("company",), ("attributes",), textual=textual, zone=zone, decimal=decimal)
    columns |= {f"company.{name}": column for name, column in nested.items()}
    for name, spec in policy.fields.items():
        entry = policy.catalogue.fields[f"{spec.on}.{name}"]
        owner = ("company",) if spec.on == "company" else ()
        read = _checked(entry, textual=textual, zone=zone, decimal=decimal)
        columns.setdefault(".".join((*owner, name)), Column((*owner, "attributes", name), read))
    for name in undeclared:
        owner = ("company",) if name.startswith("company.") else ()
        path = (*owner, "attributes", name.removeprefix("company."))
        columns.setdefault(name, Column(path, as_it_is))
    return columns


def company_class(model: type[Contact]) -> type[Company]:
    """Return the class of the companies of a class of contacts."""
    annotation = model.model_fields["company"].annotation
    found = (part for part in (annotation, *get_args(annotation)) if isinstance(part, type))
    return next((part for part in found if issubclass(part, Company)), Company)


class KindColumns:
    """The columns of interactions: those of every kind, and those of one.

    Parameters
    ----------
    policy : PolicyDocument
        Whose declared kinds may be used beside `kinds`.
    kinds : mapping of str to type
        The kinds that have a class.
    textual : bool
        Whether cells are text.
    zone : ZoneInfo, optional
        Where times without a zone were written down.
    decimal : str, optional
        What begins the decimals of numbers in text: ``"point"`` or ``"comma"``.
    undeclared : iterable of str
        Columns of a table with types, whose cells are taken as they are where nobody declared them: new values of
        fields that another policy may know.
    any_kind : bool, default False
        Take kinds that nobody declared, with the undeclared columns as their properties.
    """

    def __init__(
        self,
        policy: PolicyDocument,
        kinds: Mapping[str, type[Interaction]] = BUILT_IN,
        *,
        textual: bool,
        zone: ZoneInfo | None,
        decimal: str | None = None,
        undeclared: Iterable[str] = (),
        any_kind: bool = False,
    ) -> None:
        self.policy, self.kinds = policy, kinds
        self._undeclared, self._any_kind = list(undeclared), any_kind
        self._cells: dict[str, Any] = {"textual": textual, "zone": zone, "decimal": decimal}
        self._by_kind: dict[str, dict[str, Column]] = {}
        self._models: dict[str, type[Interaction]] = {}
        shared = _model_columns(Interaction, (), (), textual=textual, zone=zone, decimal=decimal)
        self.common = {CONTACT_ID: Column((CONTACT_ID,), read_identifier), **shared}

    def of(self, kind: str) -> dict[str, Column]:
        """Return the columns of a known kind, by name."""
        if kind not in self._by_kind:
            self._by_kind[kind] = {**self._own(kind), **self.common}
        return self._by_kind[kind]

    def every(self) -> set[str]:
        """Return the names of the columns of all kinds."""
        known = {*self.kinds, *self.policy.interactions}
        names = {name for kind in known for name in self.of(kind)}
        return names.union(self._undeclared) if self._any_kind else names

    def knows(self, kind: Any) -> bool:
        """Return whether a kind has a class or is declared by the policy."""
        declared = isinstance(kind, str) and (kind in self.kinds or kind in self.policy.interactions)
        return declared or (self._any_kind and isinstance(kind, str) and kind != "")

    def model(self, kind: str) -> type[Interaction]:
        """Return the class of a known kind."""
        if kind not in self._models:
            self._models[kind] = self.kinds.get(kind, CustomInteraction)
        return self._models[kind]

    def _own(self, kind: str) -> dict[str, Column]:
        if kind in self.kinds:
            skip = Interaction.model_fields
            own = _model_columns(self.kinds[kind], (), skip, **self._cells)
            return {**own, **self._changes()} if kind == PROFILE_UPDATED else own
        if kind not in self.policy.interactions:
            return {name: Column(("properties", name), as_it_is) for name in self._undeclared}
        return {
            name: Column(("properties", name), _checked(spec.entry(name), **self._cells))
            for name, spec in self.policy.interactions[kind].properties.items()
        }

    def _changes(self) -> dict[str, Column]:
        """Return a column such as ``changes.company.employees`` for each field of a profile, and ``cleared``."""
        more = [name.removeprefix(CHANGES) for name in self._undeclared if name.startswith(CHANGES)]
        fields = contact_columns(self.policy, undeclared=more, **self._cells)
        changes = {f"{CHANGES}{name}": Column(("changes", name), column.read) for name, column in fields.items()}
        texts = reader_for(ValueType.TEXTS, textual=self._cells["textual"], zone=None)
        return {**changes, CLEARED: Column((CLEARED,), texts)}


def check_header(
    name: str,
    headers: Iterable[str],
    known: Collection[str],
    required: Mapping[str, str],
    canonical: Callable[[str], str],
    *,
    ignore_unknown: bool,
) -> list[str]:
    """Return the columns that are left out as unknown; raise `InputError` with everything wrong with a header.

    `required` holds the names of columns that must be there, and what people call them.
    """
    given: dict[str, str] = {}
    problems, unknown = [], []
    place = Place(name, 1)
    for header in headers:
        column = canonical(header)
        if column in given:
            message = f"the columns {given[column]!r} and {header!r} are the same"
            problems.append(Problem("duplicate-column", message, place, header, hint="leave one of them"))
        given[column] = header
        if column not in known:
            unknown.append(header)
            if not ignore_unknown:
                problems.append(unknown_column(header, {*known, *required.values()}).at(source=name, line=1))
    for column, label in required.items():
        if column not in given:
            found, hint = cut(", ".join(given.values())), _missing_hint(label, unknown)
            problems.append(Problem("missing-column", f"the column {label!r} is missing", place, found, hint=hint))
    if problems:
        raise InputError(problems)
    return unknown


def unknown_column(header: str, known: Collection[str]) -> Problem:
    """Return the problem of a column that nobody declared."""
    near = did_you_mean(header, known)
    hint = f"{near} " if near else "declare it under 'fields:' or 'interactions:' in the policy, "
    hint += "or leave such columns out with --ignore-unknown-columns"
    return Problem("unknown-column", f"the policy knows no column {shown(header)}", found=shown(header), hint=hint)


def _missing_hint(column: str, unknown: Collection[str]) -> str | None:
    near = did_you_mean(column, unknown)
    return None if near is None else f"rename the column: {near}"


def _model_columns(
    model: type[BaseModel],
    owner: tuple[str, ...],
    skip: Collection[str],
    *,
    textual: bool,
    zone: ZoneInfo | None,
    decimal: str | None,
) -> dict[str, Column]:
    columns = {}
    for name, (kind, whole) in _held(model).items():
        if name in skip:
            continue
        read = reader_for(kind, textual=textual, zone=zone, decimal=decimal, whole=whole)
        columns[name] = Column((*owner, name), read_identifier if (name, owner) == ("id", ()) else read)
    return columns


@cache
def _held(model: type[BaseModel]) -> dict[str, tuple[ValueType | None, bool]]:
    """Return what each field of a model holds, and whether its numbers are whole ones."""
    found = {}
    for name, info in model.model_fields.items():
        entry = field_from(name, info.annotation, info)
        found[name] = (None if entry is None else entry.type, _is_whole(info.annotation))
    return found


def _is_whole(annotation: Any) -> bool:
    return annotation is int or any(_is_whole(part) for part in get_args(annotation))


def _checked(entry: Field, *, textual: bool, zone: ZoneInfo | None, decimal: str | None) -> Reader:
    """Return the reader of a declared column, which has no model to check its type."""
    read = reader_for(entry.type, textual=textual, zone=zone, decimal=decimal)
    return lambda cell: entry.checked(read(cell))
