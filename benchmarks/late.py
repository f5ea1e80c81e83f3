"""Modules that need libraries at their top: they are imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Final

from benchmarks.peers import INSTALL, MissingPeer
from benchmarks.timing import Figure

NEEDED: Final = ("lightgbm", "pandas", "polars", "sklearn")


def figures_of(name: str, needed: Sequence[str] = NEEDED) -> Callable[..., list[Figure]]:
    """Return the figures of a module of that name; they raise `MissingPeer` where a library is not installed."""

    def figures(*, quick: bool) -> list[Figure]:
        if lacking := [one for one in needed if find_spec(one) is None]:
            raise MissingPeer(f"not installed: {', '.join(lacking)}: {INSTALL}")
        found: list[Figure] = importlib.import_module(f"benchmarks.{name}").figures(quick=quick)
        return found

    return figures
