"""Where a night reads the log: the database of the application, or two Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

import polars as pl

import leadqual as lq
from leadqual import errors, frames

Range = tuple[str | None, str | None]
"""Contacts after the first id, up to and with the second; None for no end."""


class Source(Protocol):
    """A log that can be read in parts."""

    def ids(self) -> Sequence[str]:
        """Return the ids of all contacts, in order."""

    def tables(self, part: Range, until: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the contacts of a part, and what happened with them until an instant."""

    def caught_up(self, ids: Sequence[str], at: datetime) -> None:
        """Let the owner of the log know where time alone has brought contacts."""


@dataclass(frozen=True, slots=True)
class ParquetFiles:
    """Two files, as `leadqual.frames.write` writes them."""

    contacts: Path
    interactions: Path

    def ids(self) -> list[str]:
        found = pl.scan_parquet(self.contacts).select(pl.col("contact_id").cast(pl.String).sort()).collect()
        return found["contact_id"].to_list()

    def tables(self, part: Range, until: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
        whose = _between(pl.col("contact_id"), part)
        contacts = pl.scan_parquet(self.contacts).filter(whose)
        interactions = pl.scan_parquet(self.interactions).filter(whose & (pl.col("occurred_at") <= until))
        return contacts.collect(), interactions.collect()

    def caught_up(self, ids: Sequence[str], at: datetime) -> None:
        """Do nothing: files are nobody's standings."""


class ApplicationDatabase:
    """The database of the web application; ``examples/web`` has to be on the path of Python."""

    def __init__(self, url: str, policy: lq.Policy, on_new_policy: str) -> None:
        # Only here: whoever reads files needs no database.
        from leads.database import Database  # noqa: PLC0415
        from leads.deciding import Deciding  # noqa: PLC0415
        from leads.desk import Desk  # noqa: PLC0415

        check_log(url)  # a job that only reads makes no tables, least of all in a database whose name is misspelt
        self._policy = policy
        self._database = Database(url, patience=60)
        self._desk = Desk(self._database, Deciding(policy, "replay" if on_new_policy == "replay" else "adopt"))

    def ids(self) -> list[str]:
        from leads.log import Log  # noqa: PLC0415 - as above

        with self._database.reading() as connection:
            return sorted(Log(connection, self._policy).ids())

    def tables(self, part: Range, until: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
        from leads.log import Log  # noqa: PLC0415 - as above

        with self._database.reading() as connection:
            contacts, histories = Log(connection, self._policy).between(*part, until)
        return frames.from_models(contacts, histories, policy=self._policy)

    def caught_up(self, ids: Sequence[str], at: datetime) -> None:
        for contact_id in ids:
            self._desk.bring_up_to_date(contact_id, at)

    def close(self) -> None:
        self._database.close()


def check_files(contacts: Path, interactions: Path) -> None:
    """Raise `InputError` with everything that keeps two files from being read as a log."""
    needed = {contacts: ("contact_id",), interactions: ("contact_id", "interaction_id", "kind", "occurred_at")}
    problems = list[lq.Problem]()
    for path, columns in needed.items():
        try:
            found = pl.read_parquet_schema(path)
        except OSError as error:
            problems.append(errors.unreadable_file(str(path), error))
        except pl.exceptions.PolarsError:
            hint = "leadqual.frames.write writes one"
            problems.append(lq.Problem("unreadable-file", "this is no Parquet file", lq.Place(str(path)), hint=hint))
        else:
            problems += [_lacking(path, name, list(found)) for name in columns if name not in found]
    if problems:
        raise lq.InputError(problems)


def _lacking(path: Path, name: str, columns: list[str]) -> lq.Problem:
    near = get_close_matches(name, columns, n=1)
    hint = f"rename {near[0]!r}, if that is it" if near else None
    return lq.Problem("missing-column", f"there is no column {name!r}", lq.Place(str(path)), hint=hint)


def check_log(url: str) -> None:
    """Raise `InputError` unless a database is there and holds the log of the application; nothing is made."""
    try:
        import sqlalchemy as sa  # noqa: PLC0415 - as above
        from leads.tables import metadata  # noqa: PLC0415
    except ModuleNotFoundError as error:
        ours = (error.name or "").partition(".")[0] == "leads"
        hint = "put examples/web on PYTHONPATH" if ours else "pip install 'leadqual[web,outreach]'"
        raise lq.InputError(lq.Problem("missing-dependency", str(error), lq.Place("--database"), hint=hint)) from None
    try:
        where = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise _no_log("this is no address of a database", url) from None
    if where.get_backend_name() not in ("sqlite", "postgresql"):
        raise _no_log("the database is SQLite or PostgreSQL", where.render_as_string())
    if where.get_backend_name() == "sqlite" and not Path(where.database or "").is_file():
        found = errors.unreadable_file(where.database or "", FileNotFoundError(2, "there is no such database"))
        raise lq.InputError(found)  # to open it would make it
    # Not as the application opens it: that alone would write into a file that is no database of its own yet.
    if where.get_backend_name() == "postgresql":
        engine = sa.create_engine(where.set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": 60})
    else:
        engine = sa.create_engine(where)
    try:
        there = set(sa.inspect(engine).get_table_names())
    except sa.exc.DBAPIError as error:
        raise _no_log(f"the database cannot be read: {error.orig}", where.render_as_string()) from None
    finally:
        engine.dispose()
    if missing := sorted(set(metadata.tables) - there):
        raise _no_log(f"this holds no log: there is no table {', '.join(missing)}", where.render_as_string())


def _no_log(message: str, url: str) -> lq.InputError:
    expected = "sqlite:///leads.db or postgresql://user:password@host/name, as the application was given it"
    return lq.InputError(lq.Problem("unreadable-file", message, lq.Place("--database"), url, expected))


def _between(column: Any, part: Range) -> Any:
    after, up_to = part
    lower = pl.lit(True) if after is None else column > after
    return lower if up_to is None else lower & (column <= up_to)
