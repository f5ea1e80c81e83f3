"""Whether each file holds the table that its option wants, by its columns, before anything else is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from leadqual.cli.score_folders import first_file
from leadqual.errors import InputError, LeadqualError, Place, Problem
from leadqual.files.columns import interaction_name
from leadqual.files.open_table import open_table

_INTERACTIONS: Final = {
    name: interaction_name(name) for name in ("contact_id", "interaction_id", "kind", "occurred_at")
}
"""The columns that interactions need, and what the headers that mean them are read as."""
_TELLING: Final = {_INTERACTIONS["kind"], _INTERACTIONS["occurred_at"]}
_STANDING: Final = {"stage", "as_of"}
_OTHERS: Final = {
    "moves": {"source", "target", "transition"},
    "interactions": {"kind", "occurred_at"},
    "contacts": {"contact_id"},
}
"""Other tables, and the columns by which they are known; the first that fits is it."""


def check_order(contacts: Path, interactions: Path, encoding: str = "utf-8") -> None:
    """Raise `InputError` if the interactions stand where the contacts belong, and the other way round."""
    people = {interaction_name(name) for name in _columns(contacts, encoding)}
    if not people >= set(_INTERACTIONS.values()):
        return
    events = {interaction_name(name) for name in _columns(interactions, encoding)}
    if events and not events & _TELLING:
        message = f"the two tables stand in each other's place: {contacts} holds the interactions"
        found, hint = (
            f"the columns {', '.join(_INTERACTIONS)}",
            "swap the files of --contacts (-c) and --interactions (-i)",
        )
        raise InputError(Problem("swapped-tables", message, Place("--contacts"), found, hint=hint))


def check_standings(earlier: Path) -> None:
    """Raise `InputError` if what is to be gone on from is another table than standings."""
    held = _columns(earlier)
    what = next((name for name, telling in _OTHERS.items() if held >= telling), None)
    if what is not None and not held & _STANDING:
        message, hint = f"these are {what}: --from wants what --standings wrote", "leadqual replay --standings FILE"
        expected = "the columns contact_id, stage, entered_at, as_of, policy"
        raise InputError(Problem("wrong-table", message, Place(str(earlier)), ", ".join(sorted(held)), expected, hint))


def _columns(path: Path, encoding: str = "utf-8") -> set[str]:
    """Return the columns of a table; none if it cannot be read, which its reader tells better."""
    try:
        table = open_table(first_file(path), set(_INTERACTIONS), encoding)
        if table.columns is not None:
            return set(table.columns)
        row = next(iter(table.rows()), None)
    except LeadqualError:
        return set()
    return set() if row is None else set(row.cells)
