"""Lets ``st.from_type(Contact)``, ``st.builds`` and type annotations make contacts, interactions and policies.

Hypothesis calls `register` when it is imported in a project where leadqual is installed, so nothing is imported here:
the models are looked for when somebody first asks for one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import modules
from typing import Any, Final

_MODELS: Final = "leadqual.model.base"
"""Loaded before any class that can be asked for."""


def register() -> None:
    """Tell Hypothesis where strategies for the classes of leadqual come from.

    Hypothesis has no public way to register a class before it is imported. It has a table of its own for numpy, which
    is asked about a type only once a module is loaded; where a version lacks it, the classes are registered at once.
    """
    from hypothesis.strategies._internal import types  # noqa: PLC0415 - it is being imported when it calls this

    table: dict[str, Callable[[type], Any]] | None = getattr(types, "_global_extra_lookup", None)
    if table is None:
        _register_now()
    else:
        table[_MODELS] = strategy_for


def strategy_for(thing: Any) -> Any:
    """Return the strategy for a class of leadqual, or a subclass of one; None for any other type."""
    base = getattr(modules.get(_MODELS), "Model", None)
    if base is None or not (isinstance(thing, type) and issubclass(thing, base)):
        return None
    from leadqual.testing.strategies.types import strategy_of  # noqa: PLC0415 - only who asks needs all of it

    return strategy_of(thing)


def _register_now() -> None:
    from leadqual.testing.strategies.types import register_all  # noqa: PLC0415 - only where there is no other way

    register_all()
