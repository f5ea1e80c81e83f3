"""Tables of every kind into the engine, and out again as what they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from typing import Any, Final
from zoneinfo import ZoneInfo

import narwhals as nw
from narwhals.dtypes import DType

from leadqual.engines.tables.columns import Frame, Schema, framed, safe
from leadqual.engines.tables.dialect import Dialect, dialect_of
from leadqual.engines.tables.gaps import DUCKDB, PANDAS, POLARS, POLARS_LAZY, PYARROW, PYSPARK
from leadqual.errors import InputError, MissingDependency, Place, Problem, cut, shown

_LAZY = {"polars": POLARS_LAZY, "duckdb": DUCKDB, "pyspark": PYSPARK, "pyspark_connect": PYSPARK}
_EAGER = {"polars": POLARS, "pandas": PANDAS, "pyarrow": PYARROW}
PLACE: Final = "lq_place"
"""The column with the place of each row, counted from 0."""
_NANOSECONDS = "TIMESTAMPTZ_NS"
_EXPECTED = "a table of pandas, Polars (lazy too), PyArrow, DuckDB or PySpark"


class Foreign(DType):
    """The type of a column that narwhals has no name for, or one of pandas that mixes types.

    Parameters
    ----------
    name : str
        What messages call it, such as ``UUID``.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Table:
    """A table as the engine reads it.

    Parameters
    ----------
    frame : nw.LazyFrame
        Its columns, under names that every library can read (`leadqual.engines.tables.columns.safe`).
    schema : mapping of str to DType
        The columns by the names that they came with. Those of pandas that mix types (`Foreign`) are not in `frame`.
    dialect : Dialect
        The library that computes.
    engine : str
        What the table is called in messages and in the support table.
    close : callable
        From a result of the engine to a table of the kind that came, with columns of these names.
    """

    frame: Frame
    schema: Schema
    dialect: Dialect
    engine: str
    close: Callable[[Frame, list[str]], Any]

    @property
    def lazy(self) -> bool:
        """Whether nothing has been computed yet."""
        return self.engine in _LAZY.values()

    @property
    def ordered(self) -> bool:
        """Whether its rows have an order, and their place in it under `PLACE`."""
        return self.dialect.name == "polars"

    def local(self, column: str, instant: datetime) -> datetime:
        """Return an instant in the time zone of a column, which Polars demands of what it compares."""
        dtype = self.schema[column]
        zone = dtype.time_zone if isinstance(dtype, nw.Datetime) else None
        return instant if zone is None else instant.astimezone(ZoneInfo(zone))


def open_table(native: Any, source: str) -> Table:
    """Return a table of any kind as the engine reads it.

    Parameters
    ----------
    native : DataFrame, LazyFrame, Table or relation
        What the caller has.
    source : {"contacts", "interactions"}
        What errors call it.

    Raises
    ------
    InputError
        If it is no table, or the names of its columns are not texts, each of its own.
    MissingDependency
        If it has to be brought into Polars, and Polars or PyArrow is not installed.
    """
    try:
        frame = nw.from_native(native)
    except TypeError:
        raise InputError(_no_table(native, source)) from None
    except nw.exceptions.DuplicateError as error:
        found = "; ".join(line.removeprefix("- ") for line in str(error).splitlines()[1:])
        message, hint = "two columns have one name", "leave one of them out, or rename it"
        raise InputError(Problem("duplicate-column", message, Place(source), found, hint=hint)) from None
    name = str(frame.implementation.value)
    if isinstance(frame, nw.LazyFrame):
        if name not in _LAZY:
            raise InputError(_no_table(native, source))
        return _lazy(frame, _LAZY[name])
    if not isinstance(frame, nw.DataFrame) or name not in _EAGER:
        raise InputError(_no_table(native, source))
    inner, mixed = (frame, {}) if name == "polars" else _into_polars(frame, source)
    return Table(
        inner.rename({column: safe(column) for column in inner.columns}).with_row_index(PLACE).lazy(),
        {**inner.schema, **mixed},
        Dialect("polars"),
        _EAGER[name],
        _closer(native, name),
    )


def _lazy(frame: Frame, engine: str) -> Table:
    frame = _readable(frame, engine)
    schema: Schema = {**frame.collect_schema(), **_foreign(frame, engine)}
    names = {column: safe(column) for column in schema}
    if engine == PYSPARK:  # to Spark a dot in a name is the way into a struct, even where a column is renamed
        frame = framed(frame.to_native().toDF(*names.values()))
    else:
        frame = frame.rename({old: new for old, new in names.items() if old != new})
    if engine == POLARS_LAZY:
        frame = framed(frame.to_native().with_row_index(PLACE))
    close = _spark_result if engine == PYSPARK else _lazy_result
    return Table(frame, schema, dialect_of(frame.implementation), engine, close)


def _readable(frame: Frame, engine: str) -> Frame:
    """Return a table of DuckDB whose times in nanoseconds, which narwhals does not know, are in microseconds."""
    if engine != DUCKDB:
        return frame
    relation = frame.to_native()
    types = {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}
    if not any(_NANOSECONDS in kind for kind in types.values()):
        return frame
    import duckdb  # noqa: PLC0415 - only a relation of DuckDB comes here

    columns = (
        duckdb.ColumnExpression(name).cast(duckdb.sqltype(kind.replace(_NANOSECONDS, "TIMESTAMPTZ"))).alias(name)
        for name, kind in types.items()
    )
    return framed(relation.select(*columns))


def _foreign(frame: Frame, engine: str) -> dict[str, DType]:
    """Return the types of columns that narwhals has no name for, and that hold something all the same.

    To narwhals such a column is like one that holds nothing; what it holds would be dropped in silence.
    """
    native = frame.to_native()
    match engine:
        case "DuckDB":
            types = [(str(kind), kind.id) for kind in native.types]
        case "PySpark":
            types = [(part.dataType.simpleString(), part.dataType.typeName()) for part in native.schema]
        case _:
            return {}
    known = zip(frame.collect_schema().items(), types, strict=True)
    return {
        name: Foreign(spoken)
        for (name, dtype), (spoken, kind) in known
        if isinstance(dtype, nw.Unknown) and kind not in ("null", "void")
    }


def _spark_result(result: Frame, names: list[str]) -> Any:
    return result.to_native().toDF(*names)


def _lazy_result(result: Frame, names: list[str]) -> Any:
    return result.rename(dict(zip(result.collect_schema().names(), names, strict=True))).to_native()


def _closer(native: Any, name: str) -> Callable[[Frame, list[str]], Any]:
    def close(result: Frame, names: list[str]) -> Any:
        frame = result.to_native().collect(engine="streaming")
        frame.columns = names
        if name == "polars":
            return frame
        if name == "pyarrow":
            return frame.to_arrow()
        return _to_pandas(frame, native)

    return close


def _to_pandas(frame: Any, native: Any) -> Any:
    import pandas as pd  # noqa: PLC0415 - only a table of pandas comes here

    arrow = any(isinstance(dtype, pd.ArrowDtype) for dtype in native.dtypes)
    made = frame.to_pandas(use_pyarrow_extension_array=arrow)
    if len(made) == len(native):
        made.index = native.index
    return made


def _into_polars(frame: nw.DataFrame[Any], source: str) -> tuple[nw.DataFrame[Any], dict[str, DType]]:
    """Return a table of Polars, and the columns of pandas that it cannot hold, since they mix types."""
    try:
        import polars as pl  # noqa: PLC0415 - an optional dependency
        import pyarrow as pa  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        hint = "pip install 'leadqual[frames]'"
        message = f"a table of {frame.implementation} is computed by Polars, through Arrow"
        raise MissingDependency(
            Problem("missing-dependency", message, Place(source), f"{error.name} is not installed", hint=hint)
        ) from None
    native = frame.to_native()
    if frame.implementation.is_pyarrow():
        return nw.from_native(pl.from_arrow(native), eager_only=True), {}
    if unnamed := [name for name in native.columns if not isinstance(name, str)]:
        message, expected, hint = "the name of a column is no text", "texts", "df = df.rename(columns=str)"
        raise InputError(Problem("unnamed-column", message, Place(source), shown(unnamed), expected, hint))
    columns: dict[str, Any] = {}
    mixed: dict[str, DType] = {}
    for name in native.columns:
        try:
            columns[name] = pa.array(native[name], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            mixed[name] = Foreign(f"object of mixed types: {cut(str(error))}")
    return nw.from_native(pl.from_arrow(pa.table(columns)), eager_only=True), mixed


def unlike(contacts: Table, interactions: Table) -> Problem | None:
    """Return the problem of two tables that cannot be read together; None if they can."""
    place = Place("interactions")
    if contacts.dialect != interactions.dialect:
        message = "the two tables are of different libraries"
        found = f"contacts of {contacts.engine}, interactions of {interactions.engine}"
        return Problem("unlike-tables", message, place, found, f"both of {contacts.engine}")
    if contacts.engine == DUCKDB and not _of_one_connection(contacts, interactions):
        message, expected = "the two relations are of different connections of DuckDB", "both of one connection"
        return Problem("unlike-tables", message, place, expected=expected, hint="make both with one duckdb.connect()")
    return None


def _of_one_connection(one: Table, other: Table) -> bool:
    import duckdb  # noqa: PLC0415 - only relations of DuckDB come here

    first, second = (table.frame.to_native().select(duckdb.ConstantExpression(1)) for table in (one, other))
    try:
        first.union(second)
    except duckdb.InvalidInputException:
        return False
    return True


def _no_table(native: Any, source: str) -> Problem:
    hint = "make two tables of models with leadqual.frames.from_models(contacts, histories)"
    if isinstance(native, str | PathLike):
        hint = f"read the file first: leadqual.frames.read_{source}(path)"
    message, found = f"{source} is no table that can be scored", " ".join(shown(native).split())
    return Problem("not-a-table", message, Place(source), found, _EXPECTED, hint)
