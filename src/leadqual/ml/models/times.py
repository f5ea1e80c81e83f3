"""When rows were looked at, however that was told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from leadqual.errors import InputError, Place, Problem, shown


def instants(times: Any) -> npt.NDArray[np.datetime64] | None:
    """Return instants as an array, in UTC; None where no time is told.

    Parameters
    ----------
    times : array, series or list of instants or days, optional
        Those with a time zone are brought to UTC; those without are taken to be of one zone.

    Raises
    ------
    InputError
        If these are no instants, or only some rows have one (code ``bad-time``).

    Examples
    --------
    >>> instants([datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)])
    array(['2026-11-22T00:00:00.000000', '2026-11-23T00:00:00.000000'],
          dtype='datetime64[us]')
    """
    if times is None:
        return None
    found = _array(times)
    if found.dtype.kind != "M" or found.ndim != 1:
        what, expected = "this does not tell when each row was looked at", "an instant or a day in every row"
        raise InputError(Problem("bad-time", what, Place("times"), shown(times), expected))
    unknown = np.isnat(found)
    if unknown.all():
        return None
    if unknown.any():
        message, hint = "some rows have no time", "leave out these rows, or the times"
        raise InputError(Problem("bad-time", message, Place("times"), f"{unknown.sum():,} rows", hint=hint))
    return found.astype("datetime64[us]")


def _array(times: Any) -> npt.NDArray[Any]:
    series = nw.from_native(times, series_only=True, pass_through=True)
    if isinstance(series, nw.Series):
        if isinstance(series.dtype, nw.Datetime) and series.dtype.time_zone is not None:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return np.asarray(series.to_numpy()) if series.dtype.is_temporal() else np.empty(0)
    found = np.asarray(times)
    if found.dtype == object and all(isinstance(one, datetime) for one in found.ravel()):
        naive = [one.astimezone(UTC).replace(tzinfo=None) if one.tzinfo else one for one in found.ravel()]
        return np.array(naive, dtype="datetime64[us]")
    if found.dtype == object:
        try:
            return found.astype("datetime64[us]")  # days
        except (ValueError, TypeError):
            return found
    return found
