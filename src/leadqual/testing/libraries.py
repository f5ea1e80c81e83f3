"""Hypothesis, which the strategies, the state machine and the properties need, and nothing else does."""

from __future__ import annotations

from leadqual.errors import MissingDependency, Problem

try:
    import hypothesis
    from hypothesis import stateful
    from hypothesis import strategies as st
except ImportError as error:
    message, hint = "strategies, the state machine and properties need Hypothesis", "pip install 'leadqual[testing]'"
    problem = Problem("missing-dependency", message, found=f"no {error.name}", hint=hint)
    raise MissingDependency(problem) from None

__all__ = ["hypothesis", "st", "stateful"]
