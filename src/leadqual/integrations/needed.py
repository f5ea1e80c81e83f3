"""What is told when a library is missing that reading exports needs."""

from __future__ import annotations

from leadqual.errors import MissingDependency, Problem


def missing(error: ImportError, library: str) -> MissingDependency:
    """Return the error to raise in place of the one of a failed import.

    Examples
    --------
    >>> print(missing(ImportError(name="babel"), "babel"))
    [missing-dependency] bringing in exports needs babel
        found: no babel
        hint: pip install 'leadqual[integrations]'
    """
    message, hint = f"bringing in exports needs {library}", "pip install 'leadqual[integrations]'"
    return MissingDependency(Problem("missing-dependency", message, found=f"no {error.name}", hint=hint))
