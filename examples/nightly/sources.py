"""Where a night reads the log: the database of the application, or two Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

import leadqual as lq
from leadqual import frames

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

        self._policy = policy
        self._database = Database(url, patience=60)
        self._database.prepare()
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


def _between(column: Any, part: Range) -> Any:
    after, up_to = part
    lower = pl.lit(True) if after is None else column > after
    return lower if up_to is None else lower & (column <= up_to)
