"""The bank's files as a table of contacts."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Final

import polars as pl

from leadqual.datasets.bank_fields import FIELDS, MONTHS, NEVER, UNKNOWN, BankField, Variant
from leadqual.errors import InputError, Place, Problem, shown, unreadable_file
from leadqual.frames.types import INSTANT

_FILES: Final[dict[Variant, str]] = {"additional": "bank-additional-full.csv", "full": "bank-full.csv"}
_FIRST_YEAR: Final = 2008
_LAST_YEAR: Final = 2010
_SHOWN: Final = 5


def read(path: str | PathLike[str], variant: Variant | None) -> tuple[Variant, pl.DataFrame]:
    """Return which file it is, and its rows; a folder is looked through for the files."""
    given = Path(path)
    file = _in_folder(given, variant) if given.is_dir() else given
    try:
        raw = pl.read_csv(file, separator=";", infer_schema=False)
    except OSError as error:
        raise InputError(unreadable_file(str(file), error)) from error
    except pl.exceptions.PolarsError as error:
        raise InputError(Problem("bad-csv", f"this cannot be read: {error}", Place(str(file)))) from error
    kind = _kind(raw, str(file))
    if variant not in (None, kind):
        message = "the file is the other variant"
        raise InputError(Problem("bad-argument", message, Place("variant"), shown(variant), kind))
    return kind, arranged(raw, kind, str(file))


def arranged(raw: pl.DataFrame, variant: Variant, source: str) -> pl.DataFrame:
    """Return raw rows, in the columns of the file and all of them texts, as contacts.

    Raises
    ------
    InputError
        With every column that holds what it cannot hold, or if the rows are not in the order of time.
    """
    problems: list[Problem] = []
    columns = [_typed(raw[one.column], one, source, problems) for one in FIELDS[variant]]
    if problems:
        raise InputError(problems)
    table = pl.DataFrame(columns)
    never = pl.col("pdays") == NEVER[variant]
    ids = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(5)
    return table.with_columns(pl.when(~never).then("pdays").alias("pdays")).select(
        pl.concat_str(pl.lit("r-"), ids).alias("contact_id"), _instants(table, source), *table.columns
    )


def _in_folder(folder: Path, variant: Variant | None) -> Path:
    names = list(_FILES.values()) if variant is None else [_FILES[variant]]
    # The archive of UCI holds the additional file in a folder of its own.
    places = [folder / inner / name for name in names for inner in (".", "bank-additional", "bank")]
    if found := next((place for place in places if place.is_file()), None):
        return found
    message, expected = "the folder does not hold the file", " or ".join(names)
    raise InputError(Problem("unreadable-file", message, Place(str(folder)), expected=expected))


def _kind(raw: pl.DataFrame, source: str) -> Variant:
    kind: Variant = "additional" if "euribor3m" in raw.columns else "full"
    if lacking := [one.column for one in FIELDS[kind] if one.column not in raw.columns]:
        found, hint = ", ".join(raw.columns[:_SHOWN]), "the file of UCI has its cells between semicolons"
        raise InputError(
            Problem("missing-column", f"the file has no column {name!r}", Place(source), found, hint=hint)
            for name in lacking
        )
    if raw.is_empty():
        raise InputError(Problem("empty-file", "the file has no rows", Place(source)))
    return kind


def _typed(cells: pl.Series, one: BankField, source: str, problems: list[Problem]) -> pl.Series:
    """Return a column in its type, with null for what is not known; note what it cannot hold."""
    known = cells.set(cells == UNKNOWN, None) if one.type != "number" else cells
    if one.type == "number":
        typed, code, expected = cells.cast(pl.Float64, strict=False), "bad-number", "a number"
        bad = cells.filter(typed.is_null() | ~typed.is_finite())
    else:
        allowed = ["yes", "no"] if one.type == "boolean" else list(one.values)
        code, expected = "unknown-value", f"one of: {', '.join([*allowed, UNKNOWN])}"
        typed = known == "yes" if one.type == "boolean" else known
        bad = cells.filter(~cells.is_in([*allowed, UNKNOWN]).fill_null(value=False))
    if len(bad):
        message = f"{len(bad):,} cells of {one.column!r} cannot be this"
        found = ", ".join(shown(cell) for cell in bad.unique(maintain_order=True)[:_SHOWN])
        problems.append(Problem(code, message, Place(source), found, expected))
    return typed.alias(one.name)


def _instants(table: pl.DataFrame, source: str) -> pl.Series:
    """Return when the rows were, derived from their order: each time the month goes back, a year has begun."""
    months = table["month"].replace_strict({name: place for place, name in enumerate(MONTHS, 1)}, return_dtype=pl.Int32)
    years = _FIRST_YEAR + (months.diff() < 0).fill_null(value=False).cast(pl.Int32).cum_sum()
    days = table["day"].cast(pl.Int32) if "day" in table.columns else pl.repeat(1, len(table), eager=True)
    parts = [part.cast(pl.String) for part in (years.set(years > _LAST_YEAR, None), months, days)]
    dates = pl.select(pl.concat_str(parts, separator="-").str.to_date("%Y-%m-%d", strict=False)).to_series()
    wrong = (dates.is_null() | (dates.diff().dt.total_days() < 0).fill_null(value=False)).arg_true()
    if len(wrong):
        row = int(wrong[0])
        hint = "take the whole file: the ones of a tenth are drawn at random"
        message = f"the rows are not in the order of time from May {_FIRST_YEAR} to November {_LAST_YEAR}"
        found = f"in row {row + 1:,} {table['month'][row]} after {table['month'][max(0, row - 1)]}"
        raise InputError(Problem("not-in-order", message, Place(source), found, hint=hint))
    within = pl.int_range(pl.len()).over("date")
    instants = pl.col("date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC") + pl.duration(microseconds=within)
    return pl.DataFrame({"date": dates}).select(instants.cast(INSTANT).alias("created_at")).to_series()
