"""The libraries that registries need, looked for first, so that a missing one is told with what to install."""

from __future__ import annotations

from leadqual.errors import MissingDependency, Problem

try:
    import numpy
    import phonenumbers
except ImportError as error:
    hint = "pip install 'leadqual[outreach]'"
    message = "do-not-call registries need numpy and phonenumbers"
    problem = Problem("missing-dependency", message, found=f"no {error.name}", hint=hint)
    raise MissingDependency(problem) from None

NEEDED = (numpy.__name__, phonenumbers.__name__)
"""What was found."""
