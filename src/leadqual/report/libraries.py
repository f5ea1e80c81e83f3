"""The libraries that a page needs, looked for first, so that a missing one is told with what to install."""

from __future__ import annotations

import leadqual.frames.libraries  # noqa: F401 - first: it says what tables need
from leadqual.errors import MissingDependency, Problem

try:
    import jinja2
    import plotly
except ImportError as error:
    hint = "pip install 'leadqual[report]'"
    problem = Problem("missing-dependency", "a report needs plotly and Jinja", found=f"no {error.name}", hint=hint)
    raise MissingDependency(problem) from None

NEEDED = (jinja2.__name__, plotly.__name__)
"""What was found."""
