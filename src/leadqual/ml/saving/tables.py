"""Tables as plain columns, and back as tables of the same library and types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import narwhals as nw
import numpy as np
import polars as pl

from leadqual.analysis.plain import plain_rows
from leadqual.frames.native import out_of_polars
from leadqual.frames.types import INSTANT
from leadqual.ml.saving.files import not_savable

_PLAIN: Final = {
    str(kind): kind
    for kind in (
        pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64(), pl.UInt8(), pl.UInt16(), pl.UInt32(), pl.UInt64(),
        pl.Float32(), pl.Float64(), pl.Boolean(), pl.String(), pl.Categorical(), INSTANT,
    )
}  # fmt: skip


def plain_table(table: pl.DataFrame) -> dict[str, Any]:
    """Return a table as plain data for JSON; `table_of` makes it again."""
    return {"types": {name: str(kind) for name, kind in table.schema.items()}, "rows": plain_rows(table)}


def table_of(plain: Mapping[str, Any]) -> pl.DataFrame:
    """Return the table that `plain_table` took apart.

    Examples
    --------
    >>> table_of(plain_table(pl.DataFrame({"bin": ["a", None], "share": [0.5, 0.1]}))).rows()
    [('a', 0.5), (None, 0.1)]
    """
    schema = {name: _PLAIN[kind] for name, kind in plain["types"].items()}
    times = [name for name, kind in schema.items() if kind == INSTANT]
    rows = [
        {**row, **{name: row[name] and datetime.fromisoformat(row[name]) for name in times}} for row in plain["rows"]
    ]
    return pl.DataFrame(rows, schema=schema)


def columns_kept(table: Any) -> dict[str, Any]:
    """Return an array or a table as arrays and lists that skops writes.

    Raises
    ------
    InputError
        If it holds more than numbers, conditions and texts, or is of a library that is not known.
    """
    if isinstance(table, np.ndarray):
        return {"library": "numpy", "array": table}
    frame = nw.from_native(table, eager_only=True)
    library = nw.get_native_namespace(frame).__name__
    if library == "pandas":
        return {"library": library, "columns": {str(name): _of_pandas(table[name]) for name in table.columns}}
    if library not in ("polars", "pyarrow"):
        raise not_savable(f"tables of {library} cannot be kept", hint="fit the model on a table of polars or pandas")
    columns = frame.to_polars().get_columns()
    return {"library": library, "columns": {column.name: _of_polars(column) for column in columns}}


def columns_restored(kept: Mapping[str, Any]) -> Any:
    """Return the array or the table that `columns_kept` took apart."""
    library = kept["library"]
    if library == "numpy":
        return kept["array"]
    columns = kept["columns"]
    if library == "pandas":
        import pandas as pd  # noqa: PLC0415 - the model was fitted on a table of pandas

        return pd.DataFrame({name: pd.Series(_list(one), dtype=one["type"]) for name, one in columns.items()})
    frame = pl.DataFrame([pl.Series(name, _list(one), dtype=_PLAIN[one["type"]]) for name, one in columns.items()])
    return out_of_polars(frame, library)


def _of_polars(column: pl.Series) -> dict[str, Any]:
    kind = pl.String() if isinstance(column.dtype, pl.Enum | pl.Null) else column.dtype
    if str(kind) not in _PLAIN or kind == INSTANT:
        raise _no_column(column.name, str(kind))
    return {"type": str(kind), "cells": column.cast(kind).to_list()}


def _of_pandas(column: Any) -> dict[str, Any]:
    cells = [None if cell is None or cell != cell else cell for cell in column.tolist()]
    if not all(cell is None or isinstance(cell, str | int | float) for cell in cells):
        raise _no_column(str(column.name), str(column.dtype))
    return {"type": str(column.dtype), "cells": cells}


def _list(column: Mapping[str, Any]) -> list[Any]:
    if column["type"] in ("object", "float64", "float32"):  # of pandas, where what is missing is NaN
        return [np.nan if cell is None else cell for cell in column["cells"]]
    cells: list[Any] = column["cells"]
    return cells


def _no_column(name: str, kind: str) -> Exception:
    return not_savable(f"the column {name} cannot be kept", kind, "numbers, conditions and texts can be kept")
