"""Drawing parts and putting them together, so that a failing example shows what was made and not how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from leadqual.testing.libraries import st

T = TypeVar("T")


def built_from(parts: st.SearchStrategy[Any], build: Callable[[Any], T]) -> st.SearchStrategy[T]:
    """Return a strategy for what is built from drawn parts.

    With `map`, Hypothesis would print the call in place of the value, and the parts with the strategy.
    """

    @st.composite
    def drawn(draw: st.DrawFn) -> T:
        return build(draw(parts))

    return drawn()


def one_of_many(values: Sequence[T]) -> st.SearchStrategy[T]:
    """Return a strategy for one of many values, the first the simplest; it is printed without them."""
    return built_from(st.integers(0, len(values) - 1), values.__getitem__)


def evenly(*strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for one of several, each as likely as the others.

    `one_of` takes its parts apart, so that one with many branches is drawn many times as often.
    """

    @st.composite
    def one_of_them(draw: st.DrawFn) -> Any:
        return draw(strategies[draw(st.integers(0, len(strategies) - 1))])

    return one_of_them()
