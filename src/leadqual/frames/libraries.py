"""The libraries that tables need, looked for first, so that a missing one is told with what to install."""

from __future__ import annotations

from leadqual.errors import MissingDependency, Problem

try:
    import narwhals
    import polars
except ImportError as error:
    hint = "pip install 'leadqual[frames]'"
    problem = Problem("missing-dependency", "tables need narwhals and polars", found=f"no {error.name}", hint=hint)
    raise MissingDependency(problem) from None

NEEDED = (narwhals.__name__, polars.__name__)
"""What was found."""
