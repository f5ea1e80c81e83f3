"""What happened stays: the database itself refuses to change or delete rows of the log."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from leads.tables import APPEND_ONLY, metadata

_FUNCTION = """
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the table %% is append-only', TG_TABLE_NAME;
END $$
"""
_POSTGRESQL = """
CREATE OR REPLACE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}
FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {name}_no_{verb} BEFORE {verb} ON {name}
BEGIN SELECT RAISE(ABORT, 'the table {name} is append-only'); END
"""
# INSERT OR REPLACE deletes a row without asking the trigger on deletes.
_SQLITE_REPLACE = """
CREATE TRIGGER IF NOT EXISTS {name}_no_replace BEFORE INSERT ON {name}
WHEN EXISTS (SELECT 1 FROM {name} WHERE {key} = NEW.{key})
BEGIN SELECT RAISE(ABORT, 'UNIQUE: the table {name} is append-only'); END
"""


def _statements(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        yield _FUNCTION
    for table in APPEND_ONLY:
        (key,) = table.primary_key
        if dialect == "postgresql":
            yield _POSTGRESQL.format(name=table.name)
        else:
            yield from (_SQLITE.format(name=table.name, verb=verb) for verb in ("update", "delete"))
            yield _SQLITE_REPLACE.format(name=table.name, key=key.name)


for _dialect in ("postgresql", "sqlite"):
    for _statement in _statements(_dialect):
        ddl: sa.DDL = sa.DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy has no type for it
        sa.event.listen(metadata, "after_create", ddl.execute_if(dialect=_dialect))
