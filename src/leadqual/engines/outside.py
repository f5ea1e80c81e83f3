"""What a scorer object answers, held to the contract of scorers before anything reads it."""

from __future__ import annotations

import math
from dataclasses import replace
from numbers import Real
from typing import Any, Final

from leadqual.engines.numbers import rounded
from leadqual.errors import LeadqualError, Place, Problem, shown
from leadqual.model.score import LedgerLine, Score

_TOLERANCE: Final = 1e-6
"""How far the ledger of a scorer may lie from its value: such values are rounded to six decimals."""


def checked_score(score: Any, name: str, bounds: tuple[float, float]) -> Score:
    """Return what a scorer answered, rounded, if it keeps the contract of scorers; raise `LeadqualError` if not.

    The lines of the ledger are rounded as well, and the last takes what rounding leaves, so that they still sum.
    """
    low, high = bounds
    if not isinstance(score, Score) or not _is_number(score.value, or_none=True):
        raise _bad_scorer(name, f"the scorer {name!r} answered with something else", shown(score))
    if score.value is None:
        return replace(score, name=name, range=bounds)
    lines = tuple(score.ledger) or (LedgerLine(id=name, points=score.value),)
    if not all(isinstance(line, LedgerLine) and _is_number(line.points) for line in lines):
        raise _bad_scorer(name, f"the ledger of the scorer {name!r} holds something else", shown(lines))
    total = math.fsum(line.points for line in lines)
    if abs(total - score.value) > _TOLERANCE:
        found = f"value {score.value!r}, ledger {total!r}"
        raise _bad_scorer(name, f"the ledger of the scorer {name!r} does not sum", found)
    value = rounded(float(score.value))
    if not low <= value <= high:
        hint = f"declare it: policy.with_scorer({name!r}, my_scorer, range=(0, 100)), or under scorers: in the document"
        found, expected = f"{value:g}", f"a value from {low:g} to {high:g}"
        message = f"the scorer {name!r} left its range"
        raise LeadqualError(Problem("bad-scorer", message, Place(name), found, expected, hint))
    points = [rounded(float(line.points)) for line in lines]
    points[-1] = rounded(value - math.fsum(points[:-1]))
    ledger = tuple(replace(line, points=part) for line, part in zip(lines, points, strict=True))
    return replace(score, name=name, value=value, range=bounds, ledger=ledger)


def _is_number(value: Any, *, or_none: bool = False) -> bool:
    if value is None:
        return or_none
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _bad_scorer(name: str, message: str, found: str) -> LeadqualError:
    expected = f"a leadqual.Score whose finite value is the sum of its ledger (within {_TOLERANCE:g})"
    return LeadqualError(Problem("bad-scorer", message, Place(name), found, expected))
