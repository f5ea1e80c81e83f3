"""Features as the table that estimators of scikit-learn take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.engines.tables.gaps import PANDAS, PYARROW
from leadqual.engines.tables.native import open_table
from leadqual.frames.native import out_of_polars
from leadqual.model.catalogue import ValueType

_LIBRARIES: Final = {PANDAS: "pandas", PYARROW: "pyarrow"}


def library_of(contacts: Any) -> str:
    """Return the library in which estimators get the features: that of the contacts, or polars where it is lazy."""
    return _LIBRARIES.get(open_table(contacts, "contacts").engine, "polars")


def wide(rows: pl.DataFrame, features: Mapping[str, ValueType], library: str) -> Any:
    """Return the features of rows as a table of a library: numbers and conditions as floats, and texts.

    What is missing is null, in pandas NaN: that is what estimators know.
    """
    texts = [name for name, kind in features.items() if kind is ValueType.TEXT]
    frame = rows.select(pl.col(name) if name in texts else pl.col(name).cast(pl.Float64) for name in features)
    if library != "pandas":
        return out_of_polars(frame, library)
    import pandas as pd  # noqa: PLC0415 - the contacts came in pandas, so it is there

    columns = {}
    for name in features:
        values = frame[name].to_numpy()
        if name in texts:
            values = values.astype(object)
            values[frame[name].is_null().to_numpy()] = np.nan
        columns[name] = values
    return pd.DataFrame(columns)
