"""Data to try things out with: `demo` makes a seeded sample whose truth is known."""

from __future__ import annotations

from leadqual.datasets.sample import Demo, demo
from leadqual.datasets.truth import Truth

__all__ = ["Demo", "Truth", "demo"]
