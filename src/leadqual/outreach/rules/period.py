"""Lengths of time as laws count them: hours and days, or months and years of the calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.time import from_micros, micros
from leadqual.outreach.needed import missing
from leadqual.policy.fields import AnyInstance, teaching

try:
    from dateutil.relativedelta import relativedelta
except ImportError as error:
    raise missing(error, "python-dateutil") from None

_WRITTEN: Final = re.compile(r"\s*(\d{1,4})\s*(h|d|hours?|days?|months?|years?)\s*")
_EXPECTED: Final = "such as 24h, 540d, 18 months or 2 years"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time that a law names; a month of the calendar is not a number of days.

    Parameters
    ----------
    count : int
        How many.
    unit : {"hours", "days", "months", "years"}
        Of what.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Period.parse("18 months").before(datetime(2026, 8, 31, tzinfo=UTC)).date().isoformat()
    '2025-02-28'
    >>> str(Period.parse("540d"))
    '540 days'
    """

    count: int
    unit: str

    @classmethod
    def parse(cls, text: Any) -> Period:
        """Read a period; raise `InputError` (code ``bad-period``) if it is none."""
        if isinstance(text, Period):
            return text
        match = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
        if match is None or int(match[1]) == 0:
            raise InputError(Problem("bad-period", "this is no length of time", Place(), shown(text), _EXPECTED))
        unit = {"h": "hours", "d": "days"}.get(match[2], match[2].removesuffix("s") + "s")
        return cls(int(match[1]), unit)

    def before(self, instant: datetime) -> datetime:
        """Return the instant that lies this long before another."""
        if self.unit in ("hours", "days"):
            return instant - timedelta(**{self.unit: self.count})
        return instant - relativedelta(months=self.count * (12 if self.unit == "years" else 1))

    def __str__(self) -> str:
        return f"{self.count} {self.unit}" if self.count != 1 else f"1 {self.unit[:-1]}"


@lru_cache(maxsize=4096)
def begins(period: Period, instant: int) -> int:
    """Return the microseconds at which the period that ends at `instant` begins."""
    try:
        return micros(period.before(from_micros(instant)))
    except (OverflowError, ValueError):  # before the first day of the calendar
        return micros(datetime.min.replace(tzinfo=UTC))


PeriodText = Annotated[
    Period,
    AnyInstance,
    BeforeValidator(teaching(Period.parse)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _WRITTEN.pattern}),
]
"""A period as it stands in a document."""
