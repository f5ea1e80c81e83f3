"""What is told when a library is missing that reaching out needs."""

from __future__ import annotations

from leadqual.errors import MissingDependency, Problem


def missing(error: ImportError, library: str) -> MissingDependency:
    """Return the error to raise in place of the one of a failed import.

    Examples
    --------
    >>> print(missing(ImportError(name="holidays"), "holidays"))
    [missing-dependency] reaching out needs holidays
        found: no holidays
        hint: pip install 'leadqual[outreach]'
    """
    message, hint = f"reaching out needs {library}", "pip install 'leadqual[outreach]'"
    return MissingDependency(Problem("missing-dependency", message, found=f"no {error.name}", hint=hint))
