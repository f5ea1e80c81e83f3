"""The database: transactions that hold together, on SQLite and on PostgreSQL, and that do not wait for ever."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

import leads.append_only  # noqa: F401 - it adds the triggers to the tables
from leads.tables import metadata

T = TypeVar("T")

_TRIES: Final = 4
_AT_ONCE: Final = 71_460_211  # any number that no other lock of this database has


class Database:
    """Where everything is kept.

    Parameters
    ----------
    url : str
        ``sqlite:///file.db`` or ``postgresql://…``.
    patience : float
        How many seconds to wait for a connection, a lock or an answer.
    """

    def __init__(self, url: str, patience: float) -> None:
        where = sa.make_url(url)
        if where.get_backend_name() == "sqlite":
            self.engine = _sqlite(where, patience)
        elif where.get_backend_name() == "postgresql":
            self.engine = _postgresql(where.set(drivername="postgresql+psycopg"), patience)
        else:
            raise SystemExit(f"the database is SQLite or PostgreSQL, not {where.get_backend_name()}")

    def prepare(self) -> None:
        """Make the tables and triggers that are not there; several processes may start at once."""
        with self._transaction(writes=True) as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_AT_ONCE)))
            metadata.create_all(connection)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one moment of the database, whatever is written meanwhile."""
        with self._transaction(writes=False) as connection:
            yield connection

    def writing(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what `work` returns, once all that it wrote is on disk; if anything fails, nothing was written.

        Two transactions that get in each other's way (one id from two contacts at once, a deadlock) are tried again.
        """
        for left in reversed(range(_TRIES)):
            try:
                with self._transaction(writes=True) as connection:
                    return work(connection)
            except (exc.IntegrityError, exc.OperationalError) as error:
                if not left or not _worth_another_try(error):
                    raise
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[sa.Connection]:
        with self.engine.connect() as connection:
            postgresql = self.engine.dialect.name == "postgresql"
            level = {"isolation_level": "READ COMMITTED" if writes else "REPEATABLE READ"} if postgresql else {}
            connection.execution_options(writes=writes, **level)
            with connection.begin():
                yield connection

    def close(self) -> None:
        self.engine.dispose()


def _worth_another_try(error: exc.DBAPIError) -> bool:
    deadlock = getattr(error.orig, "sqlstate", None) == "40P01"
    return deadlock or isinstance(error, exc.IntegrityError)


def _sqlite(url: sa.URL, patience: float) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": patience}, **_pool(patience))

    @sa.event.listens_for(engine, "connect")
    def prepared(connection: Any, record: object) -> None:
        connection.isolation_level = None  # Python's own idea of transactions would begin them too late
        connection.execute("PRAGMA journal_mode = WAL")  # who reads does not wait for who writes
        connection.execute("PRAGMA synchronous = FULL")  # what was committed survives a power cut too
        connection.execute("PRAGMA foreign_keys = ON")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        # Whoever is to write takes the lock before reading, so that what was read is still so when it writes.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: sa.URL, patience: float) -> sa.Engine:
    limit = math.ceil(patience * 1000)
    options = f"-c timezone=UTC -c lock_timeout={limit} -c statement_timeout={2 * limit}"
    connect = {"options": options, "connect_timeout": max(2, math.ceil(patience))}
    return sa.create_engine(url, connect_args=connect, pool_pre_ping=True, **_pool(patience))


def _pool(patience: float) -> dict[str, Any]:
    return {"pool_size": 10, "max_overflow": 10, "pool_timeout": patience}
