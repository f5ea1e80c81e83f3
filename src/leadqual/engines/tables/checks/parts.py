"""What is looked at in a table: its rows, and the items of the lists in it, each with all that can be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import narwhals as nw

from leadqual.engines.tables.checks.bounds import Bounds
from leadqual.engines.tables.checks.breaches import Breach, Column, breaches_of
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, KIND, holds_nothing, safe
from leadqual.engines.tables.native import PLACE, Table
from leadqual.errors import Problem
from leadqual.model.catalogue import ValueType

ITEM: Final = "lq_item"
_IDS: Final = {"contacts": [CONTACT_ID], "interactions": [CONTACT_ID, INTERACTION_ID]}


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a table, or items of its lists.

    Parameters
    ----------
    source : {"contacts", "interactions"}
        The table.
    table : Table
        The same, for its library.
    frame : nw.LazyFrame
        The rows, or an item of a list in each.
    ids : list of str
        What says which row it is.
    what : str
        What is counted.
    breaches : list of Breach
        What can be wrong.
    """

    source: str
    table: Table
    frame: nw.LazyFrame[Any]
    ids: list[str]
    what: str = "rows"
    breaches: list[Breach] = field(default_factory=list)

    def column(self, path: str, kinds: tuple[str, ...] | None = None) -> Column | None:
        """Return a column of the table; None if it is not there, or nothing is in it."""
        dtype = self.table.schema.get(path)
        if dtype is None or holds_nothing(dtype):
            return None
        return Column(path, nw.col(safe(path)), dtype, self.table.dialect, kinds)

    def lacking(self, path: str, wrong: nw.Expr, told: Problem) -> None:
        """Add the breach of something that is not there, so that there is no value to show."""
        signs = self.table.dialect.number(wrong)
        nothing = nw.lit(None, dtype=nw.String())
        self.breaches.append(Breach(path, nothing, wrong, signs, lambda _: told, valued=False))

    def without_ids(self, expected: dict[str, tuple[str, str]]) -> None:
        """Add what can be wrong with columns that every row fills; `expected` has message and expectation of each."""
        for path, (message, text) in expected.items():
            self.lacking(path, nw.col(path).is_null(), Problem("missing-field", message, expected=text))
            column = self.column(path)
            if column is not None and path in _IDS["interactions"]:
                told = Problem("string-too-short", "the id is an empty text", expected=text)
                self.lacking(path, column.text == "", told)

    def values(self, path: str, kinds: tuple[str, ...] | None, bounds: Bounds, name: str) -> Iterator[Part]:
        """Add what can be wrong with the values of a column; yield the items of lists, which are a part of their own.

        Parameters
        ----------
        path : str
            The column.
        kinds : tuple of str, optional
            The kinds of interactions in whose rows it is looked at.
        bounds : Bounds
            What its values must keep to.
        name : str
            The name in the catalogue.
        """
        column = self.column(path, kinds)
        if column is None:
            return
        if bounds.type is not ValueType.TEXTS:
            self.breaches.extend(breaches_of(column, bounds, name))
        elif bounds.values is not None:
            items = self.items(path)
            texts = Bounds(ValueType.TEXT, values=bounds.values)
            items.breaches.extend(breaches_of(column.of_items(ITEM), texts, name))
            yield items

    def items(self, path: str, what: str = "texts") -> Part:
        """Return the items of the lists in a column."""
        kind = [KIND] if self.source == "interactions" else []
        column = nw.col(safe(path))
        rows = self.frame.filter(~column.is_null()).select(*self.ids, *kind, column.alias(ITEM))
        items = rows.explode(ITEM).filter(~nw.col(ITEM).is_null())
        return Part(self.source, self.table, items, self.ids, what)


def rows_of(source: str, table: Table) -> Part:
    """Return the rows of a table, with nothing yet that can be wrong."""
    place = [PLACE] if table.ordered else []
    return Part(source, table, table.frame, [*place, *_IDS[source]])
