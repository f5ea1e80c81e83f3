"""One small PostgreSQL for all tests of a process, started when the first asks for it.

`LEADQUAL_POSTGRES_URL` names one that runs already; whoever it lets in has to be allowed to make databases. Otherwise a
server of the installed PostgreSQL is started in a folder of its own, which only this machine can reach.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

URL = "LEADQUAL_POSTGRES_URL"
REQUIRED = "LEADQUAL_POSTGRES"
# What a test wrote need not survive a power cut.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "", "shared_buffers": "32MB"}


@contextmanager
def database() -> Iterator[str]:
    """Yield the address of a new and empty database; skip the test where there is no PostgreSQL, or fail."""
    base, name = _server(), f"test_{uuid.uuid4().hex}"
    run(base, f"CREATE DATABASE {name}")
    try:
        yield _with_name(base, name)
    finally:
        run(base, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def gone(url: str) -> Iterator[None]:
    """Throw everybody out of a database, and let nobody in for a while."""
    import sqlalchemy as sa  # noqa: PLC0415 - optional

    name, base = sa.make_url(url).database, _with_name(url, "postgres")
    run(base, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    run(base, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    try:
        yield
    finally:
        run(base, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def _with_name(base: str, name: str) -> str:
    import sqlalchemy as sa  # noqa: PLC0415 - optional

    return sa.make_url(base).set(database=name).render_as_string(hide_password=False)


def run(url: str, statement: str) -> None:
    """Run a statement that stands in no transaction."""
    import psycopg  # noqa: PLC0415 - optional

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _server() -> str:
    if reason := why_not():
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return os.environ.get(URL) or _started()


def why_not() -> str | None:
    """Return what is missing for PostgreSQL here, or nothing."""
    if missing := [
        name for name in ("sqlalchemy", "psycopg", "fastapi", "uvicorn") if not importlib.util.find_spec(name)
    ]:
        return f"{missing[0]} is not installed"
    if not os.environ.get(URL) and _programs() is None:
        return "PostgreSQL is not installed"
    return None


def _programs() -> Path | None:
    """Return the folder of the server's programs; Debian puts them where no path leads."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@functools.cache
def _started() -> str:
    programs, folder = _programs(), Path(tempfile.mkdtemp(prefix="leadqual-postgres-"))
    assert programs is not None  # whoever asks has asked `why_not`
    who = _as_somebody(folder)
    data = folder / "data"
    made = [programs / "initdb", "-D", data, "-U", "leadqual", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(made, check=True, capture_output=True, cwd=folder, **who)
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("w") as log:
        command = [programs / "postgres", "-D", data, "-k", folder, *settings]
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **who)
    atexit.register(_stop, server, folder)
    url = f"postgresql://leadqual@/postgres?host={folder}"
    _wait_for(url, folder / "log")
    return url


def _as_somebody(folder: Path) -> Mapping[str, Any]:
    """Return how to start programs that refuse to be run by root."""
    if os.geteuid() != 0:
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _wait_for(url: str, log: Path) -> None:
    import psycopg  # noqa: PLC0415 - optional

    for _ in range(600):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"PostgreSQL did not start:\n{log.read_text()}")


def _stop(server: subprocess.Popen[bytes], folder: Path) -> None:
    server.send_signal(signal.SIGINT)  # end what is connected, too
    server.wait(timeout=60)
    shutil.rmtree(folder, ignore_errors=True)
