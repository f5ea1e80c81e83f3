"""The record that takes a merge apart again: what each group was, as a file."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final, Self

from leadqual.cards.frame import framed, heading, table
from leadqual.cleaning.counting import counted
from leadqual.cleaning.lists import canonical
from leadqual.errors import InputError, Place, Problem, cut, shown, unreadable_file
from leadqual.files.write import WholeFiles
from leadqual.frames.io import FileName

_WHAT: Final = "leadqual undo"
_FORM: Final = 1
_FEW: Final = 10
_PERSONAL: Final = "It holds personal data, like the tables: keep it with .write, and as safe as them."


@dataclass(frozen=True)
class Group:
    """What one group of contacts was before it was merged.

    Parameters
    ----------
    kept : str
        The contact that is left.
    contacts : tuple of tuple
        Every contact of the group: the place of its row, and what it held.
    contact : str
        The hash of the merged contact.
    interactions : tuple of tuple
        Every interaction that is left: its id now, whose it was, and its id then.
    dropped : tuple of tuple
        Every row that said again what another says: its place, and what it held.
    history : str
        The hash of the interactions that are left.
    """

    kept: str
    contacts: tuple[tuple[int, Mapping[str, Any]], ...]
    contact: str
    interactions: tuple[tuple[str, str, str], ...]
    dropped: tuple[tuple[int, Mapping[str, Any]], ...]
    history: str

    @property
    def gone(self) -> tuple[str, ...]:
        """The contacts that are no longer there."""
        return tuple(str(row["id"]) for _, row in self.contacts if row["id"] != self.kept)

    def cells(self) -> list[str]:
        """Return a line of the table that is shown in a notebook."""
        gone, histories = escape(", ".join(self.gone)), (self.interactions, self.dropped)
        return [escape(self.kept), gone, *(f"{len(rows):,}" for rows in histories)]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return a group out of plain data."""
        return cls(
            data["kept"],
            tuple((int(place), row) for place, row in data["contacts"]),
            data["contact"],
            tuple((now, owner, then) for now, owner, then in data["interactions"]),
            tuple((int(place), row) for place, row in data["dropped"]),
            data["history"],
        )


@dataclass(frozen=True, repr=False)
class Undo:
    """What `undo` needs: each group as it was, and hashes that tell whether it is still the one that was merged.

    Parameters
    ----------
    groups : tuple of Group
        The groups, in the order of the contacts that are kept.

    Examples
    --------
    >>> Undo(())
    <Undo of 0 groups>
    """

    groups: tuple[Group, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """The contacts that are left of each group."""
        return tuple(group.kept for group in self.groups)

    def only(self, kept: Collection[str]) -> Undo:
        """Return the record of some groups, by the contacts that were kept.

        Parameters
        ----------
        kept : collection of str
            The ids of the contacts that were kept.
        """
        if absent := sorted(set(kept) - set(self.kept)):
            message, expected = "no group was merged into this contact", cut(", ".join(self.kept[:10]))
            raise InputError(Problem("unknown-contact", message, Place("only"), shown(one), expected) for one in absent)
        return Undo(tuple(group for group in self.groups if group.kept in {*kept}))

    def without(self, kept: Collection[str]) -> Undo:
        """Return the record of the other groups.

        Parameters
        ----------
        kept : collection of str
            The ids of the contacts that were kept.
        """
        return Undo(tuple(group for group in self.groups if group.kept not in {*kept}))

    def write(self, path: FileName) -> Path:
        """Write the record as JSON: whole, or not at all. A file that is there is not touched.

        Parameters
        ----------
        path : str or path
            The file, which must be new.
        """
        if Path(path).exists():
            message, hint = "the file is there already, and may be the only way back", "name another file"
            raise InputError(Problem("overwritten-file", message, Place(os.fspath(path)), hint=hint))
        groups = [vars(group) for group in self.groups]
        whole = {"what": _WHAT, "form": _FORM, "hash": _hash(groups), "groups": groups}
        with WholeFiles() as files:
            files.for_target(path).write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
        return Path(path)

    @classmethod
    def read(cls, path: FileName) -> Undo:
        """Return a record out of a file that `write` wrote.

        Parameters
        ----------
        path : str or path
            The file.

        Raises
        ------
        InputError
            ``not-an-undo`` if it is none, or was changed.
        """
        name = os.fspath(path)
        try:
            whole = json.loads(Path(name).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(unreadable_file(name, error)) from None
        except ValueError:
            whole = None
        hint = "name the file undo.json that merging wrote"
        if not isinstance(whole, dict) or whole.get("what") != _WHAT:
            raise InputError(Problem("not-an-undo", "this is no record of a merge", Place(name), hint=hint))
        if whole.get("form") != _FORM:
            message, found = "the record has a form that this version does not know", shown(whole.get("form"))
            raise InputError(Problem("not-an-undo", message, Place(name), found, str(_FORM), "take a newer leadqual"))
        if whole.get("hash") != _hash(whole.get("groups")):
            message, hint = "the record was changed after it was written", "take a copy that nobody has touched"
            raise InputError(Problem("not-an-undo", message, Place(name), hint=hint))
        return cls(tuple(map(Group.of, whole["groups"])))

    def __len__(self) -> int:
        """Return how many groups there are."""
        return len(self.groups)

    def __repr__(self) -> str:
        """Return how many groups there are."""
        return f"<Undo of {counted(len(self.groups), 'group')}>"

    def explain(self) -> str:
        """Return which contacts were merged into which, as text for people."""
        return "\n".join([self._title(), *(f"  {group.kept}: {', '.join(group.gone)}" for group in self.groups)])

    def _title(self) -> str:
        return f"The way back of a merge: {counted(len(self.groups), 'group')}."

    def _repr_html_(self) -> str:
        said = ["It takes the merge apart again: cleaning.undo(contacts, interactions, undo).", _PERSONAL]
        rows = [group.cells() for group in self.groups[:_FEW]]
        columns = ["kept", "gone", "interactions", "said twice"]
        more = f"and {counted(len(self) - _FEW, 'group')} more" if len(self) > _FEW else ""
        return framed(heading(self._title(), said) + (table(columns, rows, right=(2, 3)) if rows else "") + more)


def _hash(groups: Any) -> str:
    return sha256(canonical(groups).encode()).hexdigest()


def given_undo(given: Any) -> Undo:
    """Return a record, or read it from its file."""
    if isinstance(given, Undo):
        return given
    if isinstance(given, str | os.PathLike):
        return Undo.read(given)
    message, expected = "this is no record of a merge", "an Undo, or the name of its file"
    raise InputError(Problem("wrong-type", message, Place("undo"), shown(given), expected))


def removed(groups: Iterable[Group]) -> tuple[list[int], list[int]]:
    """Return the places of the rows that are gone: of contacts, and of interactions."""
    contacts, interactions = [], []
    for group in groups:
        contacts += [place for place, row in group.contacts if row["id"] != group.kept]
        interactions += [place for place, _ in group.dropped]
    return sorted(contacts), sorted(interactions)
