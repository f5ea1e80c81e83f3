"""Tables of every kind into Polars, and out again."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from leadqual.engines.tables.columns import safe
from leadqual.engines.tables.native import open_table
from leadqual.errors import InputError, MissingDependency, Place, Problem, shown

_BACKENDS: Final = ("polars", "pandas", "pyarrow")


def into_polars(native: Any, source: str) -> pl.DataFrame:
    """Return a table of any kind as a Polars frame in memory; raise `InputError` if it is no table.

    Parameters
    ----------
    native : DataFrame, LazyFrame, Table or relation
        A table of pandas, Polars, PyArrow, DuckDB or PySpark; a lazy one is computed.
    source : str
        What errors call it.
    """
    if isinstance(native, pl.DataFrame | pl.LazyFrame):
        return native.lazy().collect()
    table = open_table(native, source)
    names, held = list(table.schema), table.frame.collect_schema()
    message, expected, hint = "a column mixes types", "values of one type", "give it one type; a missing value is None"
    problems = [
        Problem("wrong-type", message, Place(source, path=name), str(table.schema[name]), expected, hint)
        for name in names
        if safe(name) not in held
    ]
    if problems:
        raise InputError(problems)
    frame: pl.DataFrame = table.frame.select([safe(name) for name in names]).collect(backend="polars").to_native()
    frame.columns = names
    return frame


def check_backend(backend: str) -> None:
    """Raise `InputError` for a library that tables cannot be made for."""
    if backend not in _BACKENDS:
        message, expected = "tables are not made for this library", f"one of: {', '.join(_BACKENDS)}"
        raise InputError(Problem("bad-argument", message, Place("backend"), shown(backend), expected))


def out_of_polars(frame: pl.DataFrame, backend: str) -> Any:
    """Return a Polars frame as a table of another library, pandas with the types of Arrow."""
    try:
        match backend:
            case "pandas":
                return frame.to_pandas(use_pyarrow_extension_array=True)
            case "pyarrow":
                # Oldest: the new kinds of text and list are not yet known to every library.
                return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
            case _:
                return frame
    except ImportError as error:
        hint = "pip install pandas pyarrow" if backend == "pandas" else "pip install 'leadqual[frames]'"
        message = f"a table of {backend} needs {backend} and pyarrow"
        found = f"{error.name} is not installed"
        raise MissingDependency(Problem("missing-dependency", message, Place("backend"), found, hint=hint)) from None
