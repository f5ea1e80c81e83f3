"""One change to a part, and how numbers are moved."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

from leadqual.model.time import DAY, SECOND, Duration

T = TypeVar("T")

_UNITS: Final = {"d": DAY, "h": 3_600 * SECOND, "m": 60 * SECOND, "s": SECOND}


@dataclass(frozen=True, slots=True)
class Edit(Generic[T]):
    """A part that has been changed in one place.

    Parameters
    ----------
    operator : str
        What sort of change it is, in a few words.
    before, after : str
        The place before and after, as text; nothing after where something was dropped.
    part : object
        The whole part with the change.
    is_bare : bool
        Whether the place is a constant, which says little without what it is held against.
    """

    operator: str
    before: str
    after: str
    part: T
    is_bare: bool = False


def moved(value: float) -> tuple[float, float]:
    """Return a number one step lower and one step higher: whole ones by 1, others by their last written digit.

    Examples
    --------
    >>> moved(30), moved(2.5), moved(0.05)
    ((29, 31), (2.4, 2.6), (0.04, 0.06))
    """
    if float(value).is_integer():
        return value - 1, value + 1
    written = Decimal(repr(value))
    step = Decimal(1).scaleb(int(written.as_tuple().exponent))
    return float(written - step), float(written + step)


def moved_length(length: Duration) -> tuple[Duration, ...]:
    """Return a length of time one step shorter, if any is left, and one step longer: by one of the unit it is told in.

    Examples
    --------
    >>> [str(other) for window in ("7d", "1d", "36h") for other in moved_length(Duration.parse(window))]
    ['6d', '8d', '2d', '35h', '37h']
    """
    unit = _UNITS[str(length)[-1]]
    return tuple(Duration(micros) for micros in (length.micros - unit, length.micros + unit) if micros > 0)
