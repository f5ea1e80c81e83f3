"""The tables of a list opened: the columns that are read, checked as far as asked, in Polars; and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import narwhals as nw
import polars as pl
from narwhals.dtypes import DType

import leadqual.frames.libraries  # noqa: F401 - it says what is not installed
from leadqual._suggest import closest, did_you_mean
from leadqual.engines.tables.checks.columns import check_columns
from leadqual.engines.tables.checks.reads import CONSENTS, Reads
from leadqual.engines.tables.checks.rows import check_rows
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, KIND, OCCURRED_AT, holds_nothing, safe
from leadqual.engines.tables.dialect import Dialect
from leadqual.engines.tables.gaps import DUCKDB, PYSPARK
from leadqual.engines.tables.native import PLACE, Foreign, Table, open_table
from leadqual.errors import InputError, Place, Problem, UnsupportedError, shown
from leadqual.frames.opened import both_tables
from leadqual.frames.types import undeclared
from leadqual.model.profile import CHANGES, CLEARED, PROFILE_UPDATED, UNCHANGEABLE
from leadqual.outreach.facts.history import READ_KINDS
from leadqual.outreach.tables.histories import INSTANT, PROPERTIES
from leadqual.outreach.tables.lists import LISTS, column_problems, value_problems
from leadqual.outreach.tables.people import FIELDS, ROW

_NEAR: Final = 0.85
"""How near a name must come to one that is read."""
_HAPPENED: Final = (CONTACT_ID, INTERACTION_ID, KIND, OCCURRED_AT)
_TYPES: Final = (nw.String, nw.Categorical, nw.Enum, nw.Boolean)


@dataclass(frozen=True, slots=True)
class Opened:
    """Two tables in Polars, with the columns that are read.

    Parameters
    ----------
    contacts : DataFrame
        One row a contact, all of the fields that are read there, those without a column as nulls.
    interactions : DataFrame
        The interactions, with the row of their contact and their instant; empty where none were given.
    close : callable
        From a table of Polars to one of the kind that came.
    """

    contacts: pl.DataFrame
    interactions: pl.DataFrame
    close: Callable[[pl.DataFrame], Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """What is read of a list.

    Parameters
    ----------
    attributes : tuple of str
        Attributes of contacts that rules look at.
    debts : str, optional
        The column of debts, which must be there.
    kinds : frozenset of str
        The kinds of interactions.
    named : frozenset of str
        Attributes that any rule looks at, whatever it is about.
    ignore_others : bool
        Whether columns that nothing reads are left out; they are refused otherwise.
    """

    attributes: tuple[str, ...]
    debts: str | None
    kinds: frozenset[str]
    named: frozenset[str]
    ignore_others: bool

    @property
    def own(self) -> tuple[str, ...]:
        """The columns of contacts that no model has."""
        named = (*self.attributes, *([self.debts] if self.debts else []))
        return tuple(dict.fromkeys(name for name in named if name not in (*FIELDS, *LISTS)))


def opened(contacts: Any, interactions: Any, columns: Columns, *, checked: bool) -> Opened:
    """Return the tables; raise `InputError` with everything that is wrong with their columns, then with their rows."""
    people, events = _both(contacts, interactions)
    problems = [*_own_problems(people, columns), *column_problems(people)]
    reads = _reads()
    try:
        check_columns(undeclared(), people.schema, events.schema, engine=people.engine, reads=reads)
    except InputError as error:
        problems = [*error.problems, *problems]
    if problems:
        raise InputError(problems)
    known = _in_polars(people, (CONTACT_ID, *FIELDS, *LISTS, *columns.own))
    changes = [f"{CHANGES}{name}" for name in (*FIELDS, *columns.own) if f"contact.{name}" not in UNCHANGEABLE]
    read = (*_HAPPENED, *PROPERTIES, *changes, CLEARED)
    happened = _in_polars(events, read, columns.kinds | {PROFILE_UPDATED})
    if checked:
        _check_rows(known, happened, people, events, columns)
    return Opened(_completed(known), _located(happened, known), closer(contacts, "contacts"))


def _both(contacts: Any, interactions: Any) -> tuple[Table, Table]:
    if interactions is None:
        people, events = open_table(contacts, "contacts"), open_table(_NONE, "interactions")
    else:
        people, events = both_tables(contacts, interactions)
    if people.engine == PYSPARK or events.engine == PYSPARK:
        message = f"{PYSPARK} cannot answer this: a list is screened on one machine"
        raise UnsupportedError(
            Problem("not-on-a-cluster", message, Place("contacts"), hint="contacts.toArrow(), interactions.toArrow()")
        )
    return people, events


_NONE: Final = pl.DataFrame(
    schema={CONTACT_ID: pl.String, INTERACTION_ID: pl.String, KIND: pl.String, OCCURRED_AT: pl.Datetime("us", "UTC")}
)
"""The interactions of nobody."""


@cache
def _reads() -> Reads:
    """Return what of the tables is checked: what any rule can read."""
    properties = undeclared().catalogue.properties
    return Reads(
        {*(f"contact.{name}" for name in FIELDS), CONSENTS},
        {(kind, name) for kind in READ_KINDS for name in PROPERTIES if name in properties(kind) and name != "text"},
    )


def _own_problems(people: Table, columns: Columns) -> Iterator[Problem]:
    """Yield what is wrong with the columns that no model has: attributes of contacts, and debts."""
    schema = people.schema
    if columns.debts is not None and columns.debts not in schema:
        place, found = Place("contacts"), ", ".join(schema)
        yield Problem("missing-column", f"the column {columns.debts!r} is missing", place, found)
    for name in columns.own:
        dtype = schema.get(name)
        if dtype is not None and not _can_be_told(dtype):
            expected = "texts, booleans or lists of texts"
            yield Problem("wrong-type", "the column holds values of the wrong type", Place("contacts", path=name),
                          str(dtype), expected)  # fmt: skip
    known = {*_known_columns(), CONTACT_ID, *LISTS, *columns.named, *columns.own}
    for name in () if columns.ignore_others else schema:
        if name not in known and not name.startswith("company."):
            # A wish in a column of its own making must not be lost.
            message = "nothing reads this column, so what stands in it counts for nothing"
            meant = did_you_mean(name, known)
            hint = f"{meant} or leave it out, or say ignore_unknown_columns=True" if meant else _IGNORING
            yield Problem("unknown-column", message, Place("contacts", path=name), shown(name), hint=hint)


_IGNORING: Final = "leave it out, or say ignore_unknown_columns=True; wishes stand in do_not_call, or in suppressed="


@cache
def _known_columns() -> frozenset[str]:
    return frozenset(name.removeprefix("contact.") for name in undeclared().catalogue.fields)


def _can_be_told(dtype: DType) -> bool:
    if isinstance(dtype, Foreign):
        return False
    inner = dtype.inner if isinstance(dtype, nw.List) else dtype
    return holds_nothing(inner) or isinstance(inner, _TYPES) or inner.is_numeric()  # type: ignore[arg-type]


def _in_polars(table: Table, wanted: tuple[str, ...], kinds: frozenset[str] | None = None) -> pl.DataFrame:
    """Return some columns of a table, and of interactions only those of some kinds, with `PLACE`."""
    names = [name for name in dict.fromkeys(wanted) if name in table.schema]
    frame = table.frame
    if kinds is not None:
        frame = frame.filter(nw.col(KIND).cast(nw.String()).is_in(sorted(kinds)) | nw.col(KIND).is_null())
    frame = frame.select(*([PLACE] if table.ordered else []), *map(safe, names))
    found: pl.DataFrame
    if table.ordered:
        found = frame.to_native().collect(engine="streaming" if table.lazy else "in-memory")
    else:
        found = frame.collect(backend="polars").to_native().with_row_index(PLACE)
    found.columns = [PLACE, *names]
    texts = [name for name, dtype in found.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
    return found.with_columns(pl.col(texts).cast(pl.String), pl.col(PLACE).cast(pl.UInt32))


def _check_rows(known: pl.DataFrame, happened: pl.DataFrame, people: Table, events: Table, columns: Columns) -> None:
    problems = [*value_problems(known), *_kinds_meant(events, columns)]
    try:
        check_rows(undeclared(), _as_table(known, people), _as_table(happened, events), _reads())
    except InputError as error:
        problems = [*error.problems, *problems]
    if problems:
        raise InputError(problems)


def _as_table(frame: pl.DataFrame, of: Table) -> Table:
    """Return the columns of models of a frame for the checks of the engine."""
    names = [name for name in frame.columns if name in of.schema and name == safe(name)]
    schema = {name: of.schema[name] for name in names}
    return replace(
        of, frame=nw.from_native(frame.select(PLACE, *names).lazy()), schema=schema, dialect=Dialect("polars")
    )


def _kinds_meant(events: Table, columns: Columns) -> Iterator[Problem]:
    """Yield kinds that nobody knows and that are nearly one that is read: a wish must not be lost by a slip."""
    kinds = events.frame.select(nw.col(KIND).cast(nw.String())).unique().collect(backend="polars").to_native()[KIND]
    for kind in sorted(set(kinds.drop_nulls()) - {*undeclared().catalogue.kinds, *columns.kinds}):
        if meant := closest(kind, columns.kinds, limit=1, cutoff=_NEAR):
            place, message = Place("interactions", path=KIND), "no such kind is known, but one that is nearly spelt so"
            hint = f"did you mean {meant[0]!r}? leave the rows out if not"
            yield Problem("unknown-kind", message, place, shown(kind), meant[0], hint)


def _completed(known: pl.DataFrame) -> pl.DataFrame:
    """Return contacts in which every field that is always read has a column of texts, and nothing is of no type."""
    nothing = [name for name, dtype in known.schema.items() if dtype == pl.Null and name not in FIELDS]
    texts = [
        (pl.col(name).cast(pl.String) if name in known.columns else pl.lit(None, dtype=pl.String)).alias(name)
        for name in FIELDS
    ]
    return known.drop(PLACE, *nothing).with_columns(texts)


def _located(happened: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return interactions with the row of their contact and their instant in microseconds."""
    rows = known.select(pl.col(CONTACT_ID).cast(pl.String)).with_row_index(ROW)
    instant = pl.col(OCCURRED_AT).dt.timestamp("us") if happened.schema[OCCURRED_AT] != pl.Null else pl.lit(None)
    found = happened.with_columns(instant.cast(pl.Int64).alias(INSTANT), pl.col(CONTACT_ID).cast(pl.String))
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in PROPERTIES if name not in found.columns]
    return found.join(rows, on=CONTACT_ID).drop(CONTACT_ID, OCCURRED_AT, PLACE).with_columns(absent)


def closer(native: Any, source: str) -> Callable[[pl.DataFrame], Any]:
    """Return what turns a table of Polars into one of the kind that came."""
    table = open_table(native, source)
    if table.engine == DUCKDB:
        return lambda found: _relation(native, found)
    return lambda found: table.close(nw.from_native(found.lazy()), found.columns)


def _relation(native: Any, found: pl.DataFrame) -> Any:
    # DuckDB finds the table under the name of the variable, and keeps it; the relation is one of the same connection.
    screened = found.to_arrow(compat_level=pl.CompatLevel.oldest())
    assert screened is not None
    return native.query("contacts", "SELECT * FROM screened")
