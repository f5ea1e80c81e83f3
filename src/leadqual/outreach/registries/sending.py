"""Registries on their way to other processes: those in files go as names, so that all processes share their pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from leadqual.errors import InputError, Place, Problem
from leadqual.outreach.registries.about import Copy
from leadqual.outreach.registries.blocks import Blocks
from leadqual.outreach.registries.rejected import Rejected


def reopened(kind: Any, path: Path, check: int, rejected: Rejected) -> Any:
    """Return the registry in a file; raise `InputError` if another one has taken its place."""
    registry = kind.open(path)
    if registry._check != check:
        hint = "keep the file while processes use it; give a newer copy another name"
        message = "another registry has taken the place of the one that was sent"
        raise InputError(Problem("other-registry", message, Place(str(path)), hint=hint))
    return kind._of(registry._copy, rejected, path, check)


def in_memory(kind: Any, about: Mapping[str, Any], rejected: Rejected, index: NDArray[Any], bits: NDArray[Any]) -> Any:
    """Return the registry that was sent as a whole."""
    return kind._of(Copy.from_dict(about, Blocks(index, bits)), rejected)
