"""A result that Polars computed, handed back as a table of the kind that came."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadqual.engines.tables.gaps import DUCKDB, PANDAS, POLARS_LAZY, PYARROW


def handed_back(result: pl.DataFrame, engine: str, native: Any) -> Any:
    """Return a result as a table of a library.

    Parameters
    ----------
    result : DataFrame
        What was computed.
    engine : str
        The library, as `leadqual.engines.tables.gaps` names it.
    native : table
        The contacts as the caller has them: pandas' types and DuckDB's connection are theirs.
    """
    if engine == POLARS_LAZY:
        return result.lazy()
    if engine == PANDAS:
        import pandas as pd  # noqa: PLC0415 - only a table of pandas comes here

        arrow = any(isinstance(dtype, pd.ArrowDtype) for dtype in native.dtypes)
        return result.to_pandas(use_pyarrow_extension_array=arrow)
    if engine not in (PYARROW, DUCKDB):
        return result
    # Oldest: the new kinds of text and list are not yet known to every library.
    handed = result.to_arrow(compat_level=pl.CompatLevel.oldest())
    # DuckDB finds a table of Python by the name of its variable, and this way on the connection of the contacts.
    return handed if engine == PYARROW else native.query("lq_contacts", "select * from handed")
