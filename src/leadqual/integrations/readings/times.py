"""Times in the forms in which these systems export them; what can be read in two ways is refused.

Each text is reduced to its shape (``99/99/9999 99:99``). A column has few shapes, so Python says by shape in which
formats it can be read, and Polars reads all texts of a shape at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import polars as pl

from leadqual.integrations.readings.base import AT, CELL, Cells, Conventions, together

INSTANT: Final = pl.Datetime("us", "UTC")

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH: Final = {
    "januari": "jan", "februari": "feb", "maret": "mar", "mei": "may", "juni": "jun", "juli": "jul", "agustus": "aug",
    "agu": "aug", "agt": "aug", "ags": "aug", "oktober": "oct", "okt": "oct", "desember": "dec", "des": "dec",
    "january": "jan", "february": "feb", "march": "mar", "april": "apr", "june": "jun", "july": "jul", "august": "aug",
    "september": "sep", "sept": "sep", "october": "oct", "november": "nov", "december": "dec",
}  # fmt: skip
_DATE: Final = re.compile(
    r"(?P<iso>9999([-/])99\2(99))|(?P<day>9{1,2})(?P<sign>[/.-])9{1,2}(?P=sign)(?P<year>9999|99)|"
    r"(?P<before>9{1,2}[\s.-]{1,2})(?P<month>[a-z]{3})(?P<after>[\s.,-]{1,2})9999|"
    r"(?P<first>[a-z]{3})(?P<between>[\s.]{1,2})9{1,2}(?P<comma>,?\s)9999"
)
_CLOCK: Final = re.compile(r"9{1,2}(?P<sign>[:.])99(?P<seconds>(?P=sign)99)?(?P<part>\.9{1,9})?(?P<half>\s?[ap]m)?")
_OFFSET: Final = re.compile(r"(?P<blank>\s?)(?P<zone>z|[+-]99:?99|[+-]99)?")
_EPOCH: Final = re.compile(r"9{9,13}")

_YEARS: Final = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
"""The instants that a time can be: those that Python knows."""
_LAST_SECOND: Final = 253_402_300_799

_USUAL: Final = 6
"""How many shapes are looked for one by one."""

_TWO_DIGITS: Final = "write the year with four digits"
_MONTH: Final = "write the month in English or Indonesian, or as a number"
_UNKNOWN: Final = "a time such as 2026-11-22 08:00, 22/11/2026 or 22 Nov 2026"
_NO_SUCH: Final = "there is no such day or hour"
_EITHER: Final = "say day_first=True if 03/04 is the third of April, day_first=False if it is the fourth of March"
_NAIVE: Final = "say where it was written down: time_zone='Asia/Jakarta', or whichever it is"


@dataclass(frozen=True, slots=True)
class _Way:
    """How the texts of a shape are read, or why they are not.

    Parameters
    ----------
    formats : tuple of str
        One format, or two: with the day first, and with the month first.
    aware : bool
        Whether the texts say their offset from UTC.
    hint : str, optional
        What to write in place of a text that cannot be read.
    """

    formats: tuple[str, ...] = ()
    aware: bool = False
    hint: str = _UNKNOWN


def read_times(cells: pl.Series, how: Conventions, unit: str | None = None) -> Cells:
    """Return instants, in UTC.

    Parameters
    ----------
    cells : Series
        The texts.
    how : Conventions
        Their zone, and whether days come first.
    unit : str, optional
        The unit of numbers since 1970: ``"s"`` or ``"ms"``.
    """
    frame = cells.to_frame(CELL).with_row_index(AT).drop_nulls()
    plain = frame.with_columns(_plain(frame[CELL]).alias("text"))
    read = [_read(group, shape, how, unit) for shape, group in _by_shape(plain)]
    empty = pl.DataFrame(schema={AT: pl.UInt32(), "value": INSTANT})
    values = pl.concat([empty, *(group.select(AT, "value") for group in read)])
    rows = pl.DataFrame({AT: pl.Series(range(cells.len()), dtype=pl.UInt32)})
    joined = rows.join(values, on=AT, how="left", maintain_order="left")["value"]
    wrong = together(group.filter(pl.col("value").is_null()).select(AT, "code", "hint") for group in read)
    return Cells(joined.rename(cells.name), wrong.sort(AT))


def _by_shape(rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of each shape: those like the first at once, which are most of them, and the rest by grouping."""
    for _ in range(_USUAL):
        if rows.is_empty():
            return
        shape = re.sub("[0-9]", "9", rows["text"][0])
        alike = rows["text"].str.contains(f"^{re.sub('[^0-9a-z ]', _escaped, shape).replace('9', '[0-9]')}$")
        yield shape, rows.filter(alike)
        rows = rows.filter(~alike)
    shapes = rows["text"].str.replace_all("[0-9]", "9").alias("shape")
    yield from ((str(shape), group) for (shape,), group in rows.group_by([shapes], maintain_order=True))


def _escaped(match: re.Match[str]) -> str:
    return f"\\x{{{ord(match[0]):x}}}"


def _plain(cells: pl.Series) -> pl.Series:
    """Return texts in small letters, with English months of three letters and without the day of the week."""
    text = cells.str.to_lowercase()
    if not text.str.contains("[^0-9tz:+. /-]").any():
        return text
    text = text.str.replace_all(r"[\u00a0\u202f]", " ")
    text = text.str.replace(r"^(mon|tue|wed|thu|fri|sat|sun|senin|selasa|rabu|kamis|jumat|sabtu|minggu)[a-z]*,?\s+", "")
    text = text.str.replace(r",?\s+(at|pukul)\s+", " ").str.replace(r"([ap])\.m\.", "${1}m")
    text = text.str.replace(r"\s?(utc|gmt)$", "z")
    return text.str.replace_many(list(_ENGLISH), list(_ENGLISH.values()), leftmost=True)


def _read(group: pl.DataFrame, shape: str, how: Conventions, unit: str | None) -> pl.DataFrame:
    """Return the texts of one shape with their values, or with why they have none."""
    if unit and _EPOCH.fullmatch(shape):
        factor = 1_000 if unit == "ms" else 1_000_000
        numbers = group.select(pl.col("text").cast(pl.Int64).clip(upper_bound=_LAST_SECOND * 1_000_000 // factor + 1))
        micros = numbers.to_series() * factor
        hint = f"it lies beyond the year 9999, if its unit is {unit}: say in the document unit: ms, or s"
        return _told(group, micros.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"), "bad-time", hint)
    way = _way(shape)
    if not way.formats:
        return _told(group, _nothing(group), "bad-time", way.hint)
    if len(way.formats) > 1 and how.day_first is not None:
        way = _Way((way.formats[not how.day_first],), way.aware, f"{_NO_SUCH}, with day_first={how.day_first}")
    read = [_parsed(group["text"], one, aware=way.aware) for one in way.formats]
    if len(read) == 1:
        return _in_zone(group, read[0], way, how)
    day, month = read
    both = pl.DataFrame([day.rename("day"), month.rename("month")])
    either = both.select(
        pl.col("day").is_not_null() & pl.col("month").is_not_null() & (pl.col("day") != pl.col("month"))
    )
    sure = both.select(pl.when(~either.to_series()).then(pl.coalesce("day", "month"))).to_series()
    result = _in_zone(group, sure, way, how)
    return result.with_columns(
        pl.when(either.to_series()).then(pl.lit("ambiguous-date")).otherwise("code").alias("code"),
        pl.when(either.to_series()).then(pl.lit(_EITHER)).otherwise("hint").alias("hint"),
    )


def _in_zone(group: pl.DataFrame, local: pl.Series, way: _Way, how: Conventions) -> pl.DataFrame:
    """Return instants of local times, or why these name none."""
    hint = way.hint if way.hint.startswith(_NO_SUCH) else _NO_SUCH
    if way.aware:
        return _told(group, local, "bad-time", hint)
    if how.zone is None:
        missing, told = _nothing(group), ("naive-datetime", _NAIVE)
    else:
        zoned = local.dt.replace_time_zone(how.zone.key, ambiguous="null", non_existent="null")
        missing = zoned.dt.convert_time_zone("UTC")
        told = ("ambiguous-time", f"clocks in {how.zone.key} were put forward or back then: write the offset from UTC")
    known = _told(group, missing, *told)
    return known.with_columns(
        pl.when(local.is_null()).then(pl.lit("bad-time")).otherwise("code").alias("code"),
        pl.when(local.is_null()).then(pl.lit(hint)).otherwise("hint").alias("hint"),
    )


def _told(group: pl.DataFrame, values: pl.Series, code: str, hint: str | None) -> pl.DataFrame:
    instants = values.cast(INSTANT).rename("value")
    if not instants.is_between(*_YEARS).all():
        known = pl.when(pl.col("value").is_between(*_YEARS)).then("value")
        instants = instants.to_frame().select(known).to_series()
    told = (pl.lit(code).alias("code"), pl.lit(hint, pl.String).alias("hint"))
    return group.select(AT, instants.alias("value"), *told)


def _nothing(group: pl.DataFrame) -> pl.Series:
    return pl.Series([None] * group.height, dtype=INSTANT)


def _parsed(text: pl.Series, form: str, *, aware: bool) -> pl.Series:
    if "%H" not in form and "%I" not in form:
        return text.str.to_date(form, strict=False).cast(pl.Datetime("us"))
    options: dict[str, Any] = {"time_unit": "us", "strict": False}
    read = text.str.to_datetime(form, **options)
    if not aware:
        return read
    return read.dt.replace_time_zone("UTC") if read.dtype == pl.Datetime("us") else read.dt.convert_time_zone("UTC")


@lru_cache(maxsize=4096)
def _way(shape: str) -> _Way:
    """Return how texts of a shape are read."""
    date = _DATE.match(shape)
    if _EPOCH.fullmatch(shape):
        return _Way(hint="say in the document which unit these numbers since 1970 have: unit: ms, or s")
    if date is None:
        return _Way(hint=_MONTH if re.search("[a-z]{3}", shape) and "9999" in shape else _UNKNOWN)
    if date["year"] == "99":
        return _Way(hint=_TWO_DIGITS)
    if (month := date["month"] or date["first"]) and month not in _MONTHS:
        return _Way(hint=_MONTH)
    rest = shape[date.end() :]
    if not rest.strip():
        return _Way(_dates(date, rest))
    between = re.match(r"t|,?\s{1,2}|-\s", rest)
    clock = _CLOCK.match(rest, between.end()) if between else None
    offset = _OFFSET.fullmatch(rest, clock.end()) if clock else None
    if between is None or clock is None or offset is None or (clock["part"] and not clock["seconds"]):
        return _Way()
    form = f"{between[0]}{_clock(clock)}{offset['blank']}{_zone(offset['zone'])}"
    return _Way(_dates(date, form), aware=offset["zone"] is not None)


def _dates(date: re.Match[str], rest: str) -> tuple[str, ...]:
    if date["iso"]:
        return (f"%Y{date[2]}%m{date[2]}%d{rest}",)
    if sign := date["sign"]:
        return (f"%d{sign}%m{sign}%Y{rest}", f"%m{sign}%d{sign}%Y{rest}")
    if date["month"]:
        return (f"%d{date['before'].strip('9')}%b{date['after']}%Y{rest}",)
    return (f"%b{date['between']}%d{date['comma']}%Y{rest}",)


def _clock(clock: re.Match[str]) -> str:
    hour = "%I" if clock["half"] else "%H"
    seconds = f"{clock['sign']}%S" if clock["seconds"] else ""
    half = f"{clock['half'][:-2]}%p" if clock["half"] else ""
    return f"{hour}{clock['sign']}%M{seconds}{'%.f' if clock['part'] else ''}{half}"


def _zone(zone: str | None) -> str:
    if zone is None or zone == "z":
        return zone or ""
    return "%#z" if len(zone) == len("+99") else "%:z" if ":" in zone else "%z"
