"""What the two tables are made of: their columns, and each as the engine computes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import narwhals as nw
from narwhals.dtypes import DType

from leadqual.model.catalogue import ValueType
from leadqual.model.profile import CHANGES

CONTACT_ID: Final = "contact_id"
INTERACTION_ID: Final = "interaction_id"
KIND: Final = "kind"
OCCURRED_AT: Final = "occurred_at"

OF_CONTACTS: Final = (CONTACT_ID,)
"""The columns that a table of contacts must have."""
OF_INTERACTIONS: Final = (CONTACT_ID, INTERACTION_ID, KIND, OCCURRED_AT)
"""The columns that a table of interactions must have."""

Schema: TypeAlias = Mapping[str, DType]
Frame: TypeAlias = nw.LazyFrame[Any]

DTYPES: Final[Mapping[ValueType, Any]] = {
    ValueType.NUMBER: nw.Float64(),
    ValueType.TEXT: nw.String(),
    ValueType.BOOLEAN: nw.Boolean(),
    ValueType.INSTANT: nw.Int64(),
    ValueType.TEXTS: nw.List(nw.String()),
}
"""What the engine computes with: numbers are 64-bit floats, instants are UTC microseconds since 1970-01-01."""


def framed(native: Any) -> Frame:
    """Return a lazy table of a library as narwhals sees it, after something that narwhals has no words for."""
    frame: Frame = nw.from_native(native)
    return frame


def column_of(name: str) -> str:
    """Return the column of contacts that holds a field: ``contact.country`` stands under ``country``."""
    return name.removeprefix("contact.")


def change_of(name: str) -> str:
    """Return the column of interactions that holds the new values of a field."""
    return f"{CHANGES}{column_of(name)}"


def safe(column: str) -> str:
    """Return the name under which the engine reads a column: to Spark a dot is the way into a struct."""
    return column.replace(".", "·").replace("`", "ˋ")


def fits(kind: ValueType, dtype: DType) -> bool:
    """Return whether a column of a dtype can hold values of a type; a column of nothing but nulls fits any."""
    if holds_nothing(dtype):
        return True
    match kind:
        case ValueType.NUMBER:
            return dtype.is_numeric()
        case ValueType.TEXT:
            return isinstance(dtype, nw.String | nw.Categorical | nw.Enum)
        case ValueType.BOOLEAN:
            return isinstance(dtype, nw.Boolean)
        case ValueType.INSTANT:
            return isinstance(dtype, nw.Datetime) and dtype.time_zone is not None
        case ValueType.TEXTS:
            return isinstance(dtype, nw.List) and (
                holds_nothing(dtype.inner) or isinstance(dtype.inner, nw.String | nw.Categorical | nw.Enum)  # type: ignore[arg-type]
            )


def holds_nothing(dtype: DType) -> bool:
    """Return whether a column has no type, since nothing in it has a value."""
    return isinstance(dtype, nw.Unknown)


def missing(kind: ValueType) -> nw.Expr:
    """Return a missing value of a type."""
    return nw.lit(None, dtype=DTYPES[kind])
