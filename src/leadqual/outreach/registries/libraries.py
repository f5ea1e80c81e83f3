"""The libraries that registries need, looked for first, so that a missing one is told with what to install."""

from __future__ import annotations

from leadqual.outreach.needed import missing

try:
    import numpy
    import phonenumbers
except ImportError as error:
    raise missing(error, "numpy and phonenumbers") from None

NEEDED = (numpy.__name__, phonenumbers.__name__)
"""What was found."""
