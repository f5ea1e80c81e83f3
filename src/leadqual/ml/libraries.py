"""The libraries that learning needs, looked for first, so that a missing one is told with what to install."""

from __future__ import annotations

import leadqual.frames.libraries  # noqa: F401 - first: it says what tables need
from leadqual.errors import MissingDependency, Problem

try:
    import sklearn
except ImportError as error:
    hint = "pip install 'leadqual[ml]'"
    problem = Problem("missing-dependency", "learning needs scikit-learn", found=f"no {error.name}", hint=hint)
    raise MissingDependency(problem) from None

NEEDED = (sklearn.__name__,)
"""What was found."""
