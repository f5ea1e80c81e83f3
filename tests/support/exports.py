"""The fixtures of other systems' exports, and what several tests ask of an import of them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from leadqual import frames, integrations, policies

EXPORTS = Path(__file__).parent.parent / "integrations" / "exports"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The instant of the exports."""


def same(found: integrations.Import, again: integrations.Import) -> bool:
    """Whether two imports brought in the same, in whatever order."""
    one, other = ([table.sort(table.columns[:2]) for table in each.frames()] for each in (found, again))
    return all(here.select(there.columns).equals(there) for here, there in zip(one, other, strict=True))


def exported(system: str, *without: str) -> list[Path]:
    """Return the files that a system exported, but for those named."""
    return sorted(path for path in (EXPORTS / system).glob("*.csv") if path.stem not in without)


def brought_in(system: str, files: Any = None, **options: Any) -> integrations.Import:
    """Return the import of what a system exported, for a company in Jakarta."""
    given = {"country": "ID", "time_zone": "Asia/Jakarta", "at": AT} | options
    return integrations.read(system, exported(system) if files is None else files, **given)


def people(found: integrations.Import, *fields: str) -> dict[str, tuple[Any, ...]]:
    """Return some fields of each contact, by its id."""
    return {row["contact_id"]: tuple(row[name] for name in fields) for row in found.frames()[0].to_dicts()}


def happened(found: integrations.Import) -> dict[str, tuple[str, str]]:
    """Return whom each interaction is about, and of which kind it is, by its id."""
    return {row["interaction_id"]: (row["contact_id"], row["kind"]) for row in found.frames()[1].to_dicts()}


def one(found: integrations.Import, interaction: str) -> dict[str, Any]:
    """Return what is known of one interaction."""
    (row,) = found.frames()[1].filter(pl.col("interaction_id") == interaction).to_dicts()
    return {name: value for name, value in row.items() if value is not None}


def standing(found: integrations.Import) -> dict[str, str]:
    """Return where each contact stands, as the other system says."""
    return dict(found.standings.select("contact_id", "stage").iter_rows())


def scored(found: integrations.Import) -> dict[str, dict[str, Any]]:
    """Return the scores that the sales policy gives, by contact, after a replay that has to succeed too."""
    policy = policies.sales()
    contacts, interactions = found.frames()
    moves = frames.replay(policy, contacts, interactions, until=AT)
    rows = frames.score(policy, contacts, interactions, at=AT).to_dicts()
    return {row["contact_id"]: {**row, "moves": moved(moves, row["contact_id"])} for row in rows}


def moved(moves: pl.DataFrame, contact: str) -> list[str]:
    """Return the stages that a contact moved to."""
    return moves.filter(pl.col("contact_id") == contact)["target"].to_list()


def rewritten(files: list[Path], folder: Path, encoding: str, delimiter: str) -> list[Path]:
    """Return copies of files with another encoding and delimiter; what the encoding lacks becomes a question mark."""
    copies = []
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        copy = folder / path.name
        with copy.open("w", encoding=encoding, errors="replace", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
        copies.append(copy)
    return copies


def with_headers(path: Path, folder: Path, headers: dict[str, str]) -> Path:
    """Return a copy of a file with some of its headers called otherwise."""
    with path.open(encoding="utf-8", newline="") as file:
        first, *rows = csv.reader(file)
    copy = folder / path.name
    with copy.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[headers.get(name, name) for name in first], *rows])
    return copy


def written(found: integrations.Import, folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file that an import writes, without what it refused."""
    found.write(folder, format="csv", skip_refused=True)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
