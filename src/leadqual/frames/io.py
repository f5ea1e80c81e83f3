"""The two tables in files: Parquet, CSV and JSON lines, read with the same names and types, and written whole."""

from __future__ import annotations

import os
from typing import Any, Literal, TypeAlias, overload
from zoneinfo import ZoneInfo

import polars as pl

from leadqual.errors import InputError
from leadqual.files.columns import CONTACT_ID, contact_name, interaction_name
from leadqual.files.times import zone_named
from leadqual.frames.fit import Layout, whole
from leadqual.frames.interactions import REQUIRED
from leadqual.frames.parquet import ERRORS, broken, is_parquet, scan
from leadqual.frames.text import contacts_of_text, interactions_of_text
from leadqual.frames.types import contact_types, interaction_types, known_kinds, undeclared
from leadqual.policy.document import PolicyDocument

FileName: TypeAlias = str | os.PathLike[str]


@overload
def read_contacts(
    path: FileName,
    policy: PolicyDocument | None = None,
    *,
    time_zone: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    ignore_unknown_columns: bool = False,
    lazy: Literal[False] = False,
) -> pl.DataFrame: ...


@overload
def read_contacts(
    path: FileName,
    policy: PolicyDocument | None = None,
    *,
    time_zone: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    ignore_unknown_columns: bool = False,
    lazy: Literal[True],
) -> pl.LazyFrame: ...


def read_contacts(
    path: FileName,
    policy: PolicyDocument | None = None,
    *,
    time_zone: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    ignore_unknown_columns: bool = False,
    lazy: bool = False,
) -> pl.DataFrame | pl.LazyFrame:
    r"""Read a table of contacts from Parquet, CSV or JSON lines: the same table from each.

    CSV and JSON lines are read row by row, and each row is checked as a contact is. Parquet is taken as it is: its
    columns are looked at, its values are not. What CSV cannot tell apart: an empty text, one of blanks alone and an
    empty list are read from it as missing.

    Parameters
    ----------
    path : str or path
        The file; the ending of its name says how to read it. For Parquet also a folder, with all files in it and
        below, or a pattern such as ``contacts-*.parquet``.
    policy : PolicyDocument, optional
        Whose declared fields may be columns.
    time_zone : str, optional
        Where times without a zone were written down; without it they are refused.
    encoding : str, default "utf-8"
        The encoding of CSV.
    decimal : {"point", "comma"}, optional
        What begins the decimals of numbers in CSV. Without it a number that can be read in two ways is refused.
    ignore_unknown_columns : bool, default False
        Leave out columns that nobody declared, in place of refusing them.
    lazy : bool, default False
        Return a `LazyFrame`. Of Parquet nothing but the names and types of the columns is read then, and whole numbers
        that a file holds as decimals stay decimals.

    Returns
    -------
    DataFrame or LazyFrame
        Of Polars, with names and types as `from_models` has them, in the order of the rows.

    Raises
    ------
    InputError
        With everything that is wrong: file, line, column, what was found, what was expected.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = Path(folder.name) / "contacts.csv"
    >>> _ = file.write_text("contact_id,country,company.employees\nc-1,ID,250\n")
    >>> read_contacts(file).to_dicts()
    [{'contact_id': 'c-1', 'country': 'ID', 'company.employees': 250}]
    >>> folder.cleanup()
    """
    name, zone = os.fspath(path), zone_named(time_zone)
    if is_parquet(name):
        types = {column: (kind,) for column, kind in contact_types(policy).items() if kind is not None}
        layout = Layout(types, (CONTACT_ID,), contact_name)
        return _parquet(name, layout, zone, ignore_unknown_columns, lazy)
    options: dict[str, Any] = {"time_zone": time_zone, "encoding": encoding, "decimal": decimal}
    options["ignore_unknown_columns"] = ignore_unknown_columns
    frame = contacts_of_text(name, policy, policy or undeclared(), **options)
    return frame.lazy() if lazy else frame


@overload
def read_interactions(
    path: FileName,
    policy: PolicyDocument | None = None,
    *,
    time_zone: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    ignore_unknown_columns: bool = False,
    lazy: Literal[False] = False,
) -> pl.DataFrame: ...


@overload
def read_interactions(
    path: FileName,
    policy: PolicyDocument | None = None,
    *,
    time_zone: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    ignore_unknown_columns: bool = False,
    lazy: Literal[True],
) -> pl.LazyFrame: ...


def read_interactions(
    path: FileName,
    policy: PolicyDocument | None = None,
    *,
    time_zone: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    ignore_unknown_columns: bool = False,
    lazy: bool = False,
) -> pl.DataFrame | pl.LazyFrame:
    """Read a table of interactions from Parquet, CSV or JSON lines: the same table from each.

    Takes what `read_contacts` takes, returns and raises what it does. Which contacts there are, and whether a row is
    repeated, is not looked at.

    Parameters
    ----------
    path : str or path
        The file; for Parquet also a folder or a pattern.
    policy : PolicyDocument, optional
        Whose declared kinds may be rows.
    time_zone, encoding, decimal, ignore_unknown_columns, lazy : optional
        As for `read_contacts`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = Path(folder.name) / "interactions.jsonl"
    >>> _ = file.write_text(
    ...     '{"contact_id": "c-1", "interaction_id": "i-1", "kind": "page_viewed", "path": "/pricing", '
    ...     '"occurred_at": "2026-11-20T08:00:00+07:00"}')
    >>> read_interactions(file).select("kind", "path", "occurred_at").rows()
    [('page_viewed', '/pricing', datetime.datetime(2026, 11, 20, 1, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC')))]
    >>> folder.cleanup()
    """
    name, zone = os.fspath(path), zone_named(time_zone)
    if is_parquet(name):
        layout = Layout(interaction_types(policy, known_kinds(policy)), REQUIRED, interaction_name)
        return _parquet(name, layout, zone, ignore_unknown_columns, lazy)
    options: dict[str, Any] = {"time_zone": time_zone, "encoding": encoding, "decimal": decimal}
    options["ignore_unknown_columns"] = ignore_unknown_columns
    frame = interactions_of_text(name, policy, policy or undeclared(), **options)
    return frame.lazy() if lazy else frame


def _parquet(
    name: str, layout: Layout, zone: ZoneInfo | None, ignore_unknown: bool, lazy: bool
) -> pl.DataFrame | pl.LazyFrame:
    scanned = scan(name, layout, zone=zone.key if zone else None, ignore_unknown=ignore_unknown)
    if lazy:
        return scanned
    try:
        frame = scanned.collect()
    except ERRORS as error:
        raise InputError(broken(name, error)) from None
    return whole(frame, layout, name)
