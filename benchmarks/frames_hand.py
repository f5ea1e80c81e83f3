"""The queries by hand, by the name of the policy whose scores they give."""

from __future__ import annotations

from typing import Final

from benchmarks import frames_duckdb, frames_polars

BY_HAND: Final = {"sales": frames_polars.sales, "twelve": frames_polars.twelve}
SQL: Final = {"sales": frames_duckdb.SALES_SQL, "twelve": frames_duckdb.TWELVE_SQL}
