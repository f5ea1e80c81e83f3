"""What a search for duplicates found: groups, the pairs that join them, and what joins nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.cards.frame import folded_lines, framed, heading, table
from leadqual.cleaning.conflicts import conflicts
from leadqual.cleaning.counting import counted
from leadqual.cleaning.opened import Opened
from leadqual.cleaning.review import Review, reviewed
from leadqual.errors import InputError, Place, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_FEW: Final = 5


@dataclass(frozen=True, eq=False, repr=False)
class Duplicates:
    """What a search for duplicates found.

    Parameters
    ----------
    people : Opened
        The contacts that were searched.
    groups : DataFrame
        One row a contact that has a duplicate: ``group`` (from 1), ``contact_id``.
    pairs : DataFrame
        Why: ``group``, ``left``, ``right``, ``key``, ``value``, ``probability`` (1.0 where they share a key).
    shared : DataFrame
        Values that several contacts hold and that join nobody: ``key``, ``value``, ``contacts`` (how many), ``why``.
    unused : DataFrame
        Cells that are no value of their key: ``column``, ``why``, ``cells`` (how many), ``example``.
    too_large : DataFrame
        Contacts of groups beyond the limit: ``group``, ``contact_id``. They are not proposed.
    limit : int
        How many contacts may be one group.
    sought : tuple of str
        The keys, or ``("model",)``.
    conflicting : tuple of str
        The columns in which one person has one value.
    decided : Review, optional
        What was decided before.
    model : dict, optional
        What Splink learned, as its settings; save it as JSON and give it to the next search.
    notes : tuple of str
        What Splink had to say, such as of levels that it met in no example.
    """

    people: Opened = field(repr=False)
    groups: pl.DataFrame
    pairs: pl.DataFrame
    shared: pl.DataFrame
    unused: pl.DataFrame
    too_large: pl.DataFrame
    limit: int
    sought: tuple[str, ...]
    conflicting: tuple[str, ...]
    decided: Review | None = None
    model: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return how many groups there are."""
        return int(self.groups["group"].max() or 0)  # type: ignore[arg-type]

    @property
    def contacts(self) -> int:
        """How many contacts have a duplicate."""
        return self.groups.height

    @property
    def superfluous(self) -> int:
        """How many contacts would be gone if all groups were merged."""
        return self.contacts - len(self)

    def review(self, *, accept: float | None = None) -> Review:
        """Return a table to decide on: one row a pair, both sides beside one another.

        Parameters
        ----------
        accept : float, optional
            Decide ``same`` already for pairs of at least this probability in whose group nothing conflicts. Pairs that
            share a key have the probability 1.

        Examples
        --------
        >>> from leadqual import cleaning
        >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"], "email": ["a@majujaya.co.id"] * 2})
        >>> review = cleaning.duplicates(contacts).review(accept=1.0)
        >>> review.table.select("left", "right", "why", "decision").rows()
        [('c-1', 'c-2', 'email a@majujaya.co.id', 'same')]
        """
        if accept is not None and not (isinstance(accept, int | float) and 0 < accept <= 1):
            message, expected = "this is no probability", "a number above 0 and up to 1"
            raise InputError(Problem("bad-argument", message, Place("accept"), shown(accept), expected))
        return reviewed(self, accept)

    def sides(self) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
        """Yield each pair once with what conflicts between its two contacts: group, left, right, conflicts."""
        once = self.pairs.select("group", "left", "right").unique(maintain_order=True)
        rows = self.rows(set(once["left"]) | set(once["right"]))
        for group, left, right in once.iter_rows():
            yield group, left, right, conflicts(rows[left], rows[right], self.conflicting)

    def rows(self, ids: set[str]) -> dict[str, Mapping[str, Any]]:
        """Return contacts by their ids, each as its fields by their names.

        Parameters
        ----------
        ids : set of str
            The ids.
        """
        wanted = self.people.text("id").is_in(list(ids))
        named = {header: name for name, header in self.people.columns.items()}
        held = self.people.frame.filter(wanted).rename(named).with_columns(self.people.text("id").filter(wanted))
        return {str(row["id"]): row for row in held.iter_rows(named=True)}

    def explain(self) -> str:
        """Return what was found as text for people."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self._title()
        for key, groups, pairs in self._by_key():
            yield f"  {key}: {counted(pairs, 'pair')} in {counted(groups, 'group')}"
        yield from (f"  {line}" for line in self._apart())
        if len(self):
            yield ""
            for left, right, key, value in self.pairs.head(_FEW).select("left", "right", "key", "value").iter_rows():
                yield f"  {left} = {right}: {key} {value}"
            if self.pairs.height > _FEW:
                yield f"  … and {self.pairs.height - _FEW:,} more: .pairs has all of them, .review() asks about each."

    def _title(self) -> str:
        by = ", ".join(self.sought)
        if not len(self):
            return f"No duplicates among {counted(self.people.frame.height, 'contact')}, by {by}."
        groups = counted(len(self), "group")
        return f"{self.contacts:,} of {self.people.frame.height:,} contacts in {groups} of duplicates, by {by}."

    def _by_key(self) -> list[tuple[str, int, int]]:
        counted = self.pairs.group_by("key", maintain_order=True).agg(pl.col("group").n_unique(), pl.len())
        return [(str(key), int(groups), int(pairs)) for key, groups, pairs in counted.iter_rows()]

    def _apart(self) -> Iterator[str]:
        for key, value, contacts, why in self.shared.head(_FEW).iter_rows():
            yield f"not used: {key} {value}, which {contacts:,} contacts hold ({why})"
        if self.shared.height > _FEW:
            yield f"and {self.shared.height - _FEW:,} more values that are not used: .shared has all of them"
        for column, why, cells, example in self.unused.iter_rows():
            yield f"not read: {cells:,} cell{'s' * (cells != 1)} of {column}: {why}, such as {shown(example)}"
        if self.too_large.height:
            groups = self.too_large["group"].n_unique()
            yield (
                f"not proposed: {self.too_large.height:,} contacts in {groups:,} group{'s' * (groups != 1)} "
                f"of more than {self.limit} (.too_large)"
            )
        if self.decided is not None and self.decided.different:
            yield f"not asked again: {counted(len(self.decided.different), 'pair')} decided to be different"

    def __str__(self) -> str:
        """Return what was found as text for people."""
        return self.explain()

    def __repr__(self) -> str:
        """Return how much was found."""
        groups, people = counted(len(self), "group"), counted(self.contacts, "contact")
        return f"<Duplicates: {groups} of {people}, by {', '.join(self.sought)}>"

    def _repr_html_(self) -> str:
        shown_pairs = self.pairs.head(2 * _FEW).rows(named=True)
        cells = [
            [escape(str(row["left"])), escape(str(row["right"])), escape(f"{row['key']} {row['value']}")]
            for row in shown_pairs
        ]  # fmt: skip
        said = [f"{key}: {counted(pairs, 'pair')} in {counted(sets, 'group')}" for key, sets, pairs in self._by_key()]
        below = table(["one", "other", "why"], cells) if cells else ""
        return framed(heading(self._title(), said) + below + folded_lines("Apart", list(self._apart())))
