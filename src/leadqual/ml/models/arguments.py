"""The arguments of a model, looked at when it is fitted."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, UnknownNameError, shown
from leadqual.ml.models.calibrating import How

_HOWS: dict[str, How] = {"auto": "sigmoid", "sigmoid": "sigmoid", "isotonic": "isotonic", "none": "none"}


def how_of(calibration: str) -> How:
    """Return how margins become probabilities; raise `InputError` for what is not known."""
    if not isinstance(calibration, str) or calibration not in _HOWS:
        found, expected = shown(calibration), f"one of: {', '.join(_HOWS)}"
        meant = did_you_mean(str(calibration), _HOWS)
        place = Place("calibration")
        raise InputError(Problem("bad-argument", "there is no such calibration", place, found, expected, meant))
    return _HOWS[calibration]


def whole(name: str, given: Any, least: int) -> None:
    """Raise `InputError` for an argument that is no whole number, or too small a one."""
    if isinstance(given, bool) or not isinstance(given, numbers.Integral) or given < least:
        message, expected = "this is no number of rows", f"a whole number, at least {least}"
        raise InputError(Problem("bad-argument", message, Place(name), shown(given), expected))


def directions(given: Mapping[Any, int] | None, names: Sequence[str], width: int) -> tuple[int, ...] | None:
    """Return for each feature 1, -1 or 0; None where nothing is declared.

    Parameters
    ----------
    given : mapping of str or int to int, optional
        Features by name or place.
    names : sequence of str
        The names of the features, if they have any.
    width : int
        How many features there are.

    Raises
    ------
    UnknownNameError
        If there is no such feature.
    InputError
        If a direction is neither 1 nor -1, or these are no directions.
    """
    if given is None or given == {}:
        return None
    if not isinstance(given, Mapping):
        message, expected = "these are no directions", "features with 1 or -1, such as {'score.fit': 1}"
        raise InputError(Problem("wrong-type", message, Place("monotone"), shown(given), expected))
    found = [0] * width
    for name, direction in given.items():
        place = names.index(name) if name in names else name
        if not isinstance(place, int) or not 0 <= place < width:
            hint = did_you_mean(str(name), names)
            message = "there is no such feature"
            raise UnknownNameError(Problem("unknown-feature", message, Place("monotone"), shown(name), hint=hint))
        if direction not in (1, -1):
            where, expected = Place("monotone", path=str(name)), "1 (never falls) or -1 (never rises)"
            raise InputError(Problem("bad-argument", "this is no direction", where, shown(direction), expected))
        found[place] = direction
    return tuple(found)
