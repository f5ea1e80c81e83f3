"""Policies over tables: pandas, Polars (lazy too), PyArrow, DuckDB and PySpark in, the same kind out."""

from leadqual.frames.evaluate import evaluate
from leadqual.frames.io import read_contacts, read_interactions
from leadqual.frames.models import from_models, to_models
from leadqual.frames.score import score
from leadqual.frames.write import write

__all__ = [
    "evaluate",
    "from_models",
    "read_contacts",
    "read_interactions",
    "score",
    "to_models",
    "write",
]
