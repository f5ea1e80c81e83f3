"""Tables in folders of several files."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def put(folder: Path, contacts: Any, interactions: Any, files: int = 3) -> tuple[Path, Path]:
    """Write two tables as folders of several files."""
    for name, table in (("contacts", contacts), ("interactions", interactions)):
        (folder / name).mkdir(exist_ok=True)
        size = -(-table.height // files) or 1
        for number, start in enumerate(range(0, max(1, table.height), size)):
            table.slice(start, size).write_parquet(folder / name / f"part-{number}.parquet", row_group_size=20)
    return folder / "contacts", folder / "interactions"


def names(folder: Path) -> list[str]:
    """Return what lies in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())
