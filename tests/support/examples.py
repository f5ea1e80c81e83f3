"""How many examples a generated test tries where each of them takes seconds."""

from __future__ import annotations

from hypothesis import settings

_USUAL = 15


def few(number: int) -> settings:
    """Return settings with fewer examples than usual; a profile that asks for many gets as many as it asks for."""
    asked = settings().max_examples
    return settings(max_examples=number if asked <= _USUAL else asked)
