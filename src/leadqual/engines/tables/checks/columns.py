"""Whether two tables have the columns that a policy needs, each of a type that can hold its values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import narwhals as nw
from narwhals.dtypes import DType

from leadqual._suggest import closest, did_you_mean
from leadqual.engines.tables.checks.reads import CONSENTS, Reads, reads_of
from leadqual.engines.tables.columns import (
    CONTACT_ID,
    INTERACTION_ID,
    KIND,
    OCCURRED_AT,
    OF_CONTACTS,
    OF_INTERACTIONS,
    Schema,
    change_of,
    column_of,
    fits,
    holds_nothing,
)
from leadqual.engines.tables.gaps import DUCKDB, PANDAS, POLARS, PYARROW, PYSPARK
from leadqual.errors import InputError, Place, Problem, cut, shown
from leadqual.model.catalogue import ValueType
from leadqual.model.profile import CLEARED, DERIVED, UNCHANGEABLE
from leadqual.policy.document import PolicyDocument

_COMMON: Final = {"channel": ValueType.TEXT, "direction": ValueType.TEXT, "campaign": ValueType.TEXT,
                  "note": ValueType.TEXT}  # fmt: skip
"""What every interaction can have, also where no condition can read it."""
_TYPES: Final = {
    ValueType.NUMBER: "numbers",
    ValueType.TEXT: "texts",
    ValueType.BOOLEAN: "booleans",
    ValueType.INSTANT: "times with their zone",
    ValueType.TEXTS: "lists of texts",
}
_WORKED_OUT: Final = ("contact.is_customer", *DERIVED)
_CONSENT: Final = "a list of structs with at least channel (text) and at (a time with its zone)"
_ALIASES: Final = {
    CONTACT_ID: ("id", "contact", "customer_id", "lead_id", "person_id", "user_id"),
    INTERACTION_ID: ("id", "event_id", "activity_id", "interaction", "uuid"),
    KIND: ("type", "event", "event_type", "event_name", "interaction_type", "activity", "action"),
    OCCURRED_AT: ("timestamp", "time", "ts", "at", "date", "datetime", "happened_at", "event_time", "created_at"),
}
"""What people call the columns that must be there."""
_ZONES: Final = {
    PANDAS: "df[{name!r}].dt.tz_localize('Asia/Jakarta')",
    PYARROW: "pyarrow.compute.assume_timezone(table[{name!r}], 'Asia/Jakarta')",
    DUCKDB: "timezone('Asia/Jakarta', \"{name}\")",
    PYSPARK: "F.to_utc_timestamp(F.col('`{name}`'), 'Asia/Jakarta'), in a session whose time zone is UTC",
}
_ZONE: Final = "pl.col({name!r}).dt.replace_time_zone('Asia/Jakarta')"
_TEXTS: Final = {
    PANDAS: "df[{name!r}].astype('string')",
    PYARROW: "table[{name!r}].cast(pyarrow.string())",
    DUCKDB: 'CAST("{name}" AS VARCHAR)',
    PYSPARK: "F.col('`{name}`').cast('string')",
}
_TEXT: Final = "pl.col({name!r}).cast(pl.String)"
_NEAR: Final = 0.85
"""How near a column must come to one that is read: tables may hold anything else besides."""


def check_columns(
    policy: PolicyDocument, contacts: Schema, interactions: Schema, *, engine: str = POLARS, reads: Reads | None = None
) -> None:
    """Raise `InputError` with everything that is wrong with the columns of two tables.

    Columns that nobody knows are left alone, unless they are nearly one that is read and is not there.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    contacts, interactions : mapping of str to DType
        The columns of the tables, as their owner calls them.
    engine : str
        What the tables are called, for hints in the words of their library.
    reads : Reads, optional
        What is read of them; all that the scores and grades of the policy read by default.
    """
    read = reads_of(policy) if reads is None else reads
    problems = [
        *_of_table("contacts", contacts, OF_CONTACTS, _of_contacts(policy), _read_of_contacts(policy, read), engine),
        *_consents(contacts, engine),
        *_of_table(
            "interactions",
            interactions,
            OF_INTERACTIONS,
            _of_interactions(policy),
            _read_of_interactions(policy, read),
            engine,
        ),
    ]
    if problems:
        raise InputError(problems)


def changeable(policy: PolicyDocument) -> set[str]:
    """Return the fields of contacts that a profile update can change."""
    return _profile(policy) - {*unchangeable()}


def unchangeable() -> tuple[str, ...]:
    """Return the fields of contacts that no profile update changes."""
    return (*UNCHANGEABLE, *DERIVED)


def content_columns(policy: PolicyDocument, schema: Schema) -> list[str]:
    """Return the columns of interactions that make up their content."""
    return [name for name in schema if name in _of_interactions(policy) and name not in (CONTACT_ID, INTERACTION_ID)]


def _profile(policy: PolicyDocument) -> set[str]:
    return {name for name in policy.catalogue.fields if name.startswith(("contact.", "company."))}


def _of_contacts(policy: PolicyDocument) -> dict[str, set[ValueType]]:
    """Return the columns that contacts may have, with the types that each may have."""
    fields = policy.catalogue.fields
    known = {column_of(name): {fields[name].type} for name in _profile(policy) if name not in _WORKED_OUT}
    return {CONTACT_ID: {ValueType.TEXT}, **known}


def _of_interactions(policy: PolicyDocument) -> dict[str, set[ValueType]]:
    """Return the columns that interactions may have; two kinds may have one name for two types."""
    known: defaultdict[str, set[ValueType]] = defaultdict(set)
    known |= {name: {ValueType.TEXT} for name in (CONTACT_ID, INTERACTION_ID, KIND)}
    known |= {OCCURRED_AT: {ValueType.INSTANT}, CLEARED: {ValueType.TEXTS}}
    known |= {name: {kind} for name, kind in _COMMON.items()}
    for name in changeable(policy):
        known[change_of(name)].add(policy.catalogue.fields[name].type)
    for kind in policy.catalogue.kinds.values():
        for name, entry in kind.properties.items():
            known[name].add(entry.type)
    return dict(known)


def _read_of_contacts(policy: PolicyDocument, read: Reads) -> dict[str, set[ValueType]]:
    """Return the columns of contacts that are read, with the types they are read as."""
    return {column_of(name): {policy.catalogue.fields[name].type} for name in read.fields - {CONSENTS}}


def _read_of_interactions(policy: PolicyDocument, read: Reads) -> dict[str, set[ValueType]]:
    """Return the columns of interactions that are read, with the types they are read as."""
    found: defaultdict[str, set[ValueType]] = defaultdict(set)
    for kind, name in read.properties:
        found[name].add(policy.catalogue.properties(kind)[name].type)
    for name in read.fields & changeable(policy):
        found[change_of(name)].add(policy.catalogue.fields[name].type)
    return dict(found)


def _of_table(
    source: str,
    schema: Schema,
    required: Collection[str],
    known: Mapping[str, set[ValueType]],
    read: Mapping[str, set[ValueType]],
    engine: str,
) -> Iterator[Problem]:
    place = Place(source)
    strange = [name for name in schema if name not in known and name != column_of(CONSENTS)]
    for name in required:
        if name not in schema:
            found, hint = cut(", ".join(schema)) or "no columns", _meant(name, strange, schema)
            yield Problem("missing-column", f"the column {name!r} is missing", place, found, hint=hint)
    yield from _slips(source, schema, strange, sorted(set(read) - set(schema)))
    for name, dtype in schema.items():
        if name in known and not any(fits(kind, dtype) for kind in known[name]):
            yield _mistyped(source, name, dtype, sorted(known[name]), engine)
        elif not all(fits(kind, dtype) for kind in read.get(name, ())):
            yield _mistyped(source, name, dtype, sorted(read[name]), engine)


def _meant(name: str, strange: Collection[str], schema: Schema) -> str | None:
    alias = next((other for other in _ALIASES[name] if other in schema), None)
    near = did_you_mean(name, strange) if alias is None else f"did you mean {alias!r}?"
    return None if near is None else f"rename the column: {near}"


def _slips(source: str, schema: Schema, strange: Collection[str], absent: Collection[str]) -> Iterator[Problem]:
    """Yield the columns that nobody knows and that are nearly one that is read and not there."""
    for name in strange:
        meant = _nearest(name, absent)
        if meant is not None:
            message = f"the policy knows no column {name!r}, but reads one that is nearly spelt so and is not there"
            hint = f"did you mean {meant!r}? rename the column, or leave it out"
            yield Problem("unknown-column", message, Place(source, path=name), shown(name), meant, hint)


def _nearest(name: str, absent: Collection[str]) -> str | None:
    plain = {_plain(one): one for one in absent}
    if _plain(name) in plain:
        return plain[_plain(name)]
    for one in closest(name, absent, cutoff=_NEAR):
        # What both begin with says nothing: company.size is not nearly company.name.
        if closest(name.rpartition(".")[2], [one.rpartition(".")[2]], cutoff=_NEAR):
            return one
    # Of all fields of a company only its name may well be something else in a table of people.
    of_company = f"company.{name}"
    return of_company if of_company in absent and name != "name" else None


def _plain(name: str) -> str:
    """Return a name without what tells only its writers apart: ``Company_Employees`` is ``company.employees``."""
    return re.sub(r"[^a-z0-9]", "", name.casefold().removeprefix("contact.").removeprefix("attributes."))


def _mistyped(source: str, name: str, dtype: DType, kinds: list[ValueType], engine: str) -> Problem:
    place, found = Place(source, path=name), str(dtype)
    expected = " or ".join(_TYPES[kind] for kind in kinds)
    if ValueType.INSTANT in kinds and isinstance(dtype, nw.Datetime):
        hint = f"say where they were written down: {_in_words(_ZONES, _ZONE, engine, name)}"
        return Problem("naive-datetime", "the times have no time zone, so they name no instant", place, found,
                       expected, hint)  # fmt: skip
    hint = "convert the column where it is read; a missing value is null"
    if ValueType.TEXT in kinds:
        hint = f"cast it to text: {_in_words(_TEXTS, _TEXT, engine, name)}"
    return Problem("wrong-type", "the column holds values of the wrong type", place, found, expected, hint)


def _in_words(by_engine: Mapping[str, str], otherwise: str, engine: str, name: str) -> str:
    return by_engine.get(engine, otherwise).format(name=name)


def _consents(schema: Schema, engine: str) -> Iterator[Problem]:
    """Yield what is wrong with the type of the list of consents, where there is one."""
    name = column_of(CONSENTS)
    dtype: Any = schema.get(name)
    if dtype is None or holds_nothing(dtype) or (isinstance(dtype, nw.List) and holds_nothing(dtype.inner)):  # type: ignore[arg-type]
        return
    inner = dtype.inner if isinstance(dtype, nw.List) else None
    held: dict[str, Any] = {part.name: part.dtype for part in inner.fields} if isinstance(inner, nw.Struct) else {}
    if not {"channel", "at"} <= held.keys():
        yield Problem("wrong-type", "this is no list of consents", Place("contacts", path=name), str(dtype), _CONSENT)
        return
    types = {
        "channel": ValueType.TEXT,
        "purpose": ValueType.TEXT,
        "granted": ValueType.BOOLEAN,
        "at": ValueType.INSTANT,
    }
    for part, kind in types.items():
        if part in held and not fits(kind, held[part]):
            yield _mistyped("contacts", f"{name}[].{part}", held[part], [kind], engine)
