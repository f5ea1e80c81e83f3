"""Passing over the rows of other contacts, before anything in them is converted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from leadqual.files.cells import read_identifier


class OneContact:
    """Tells the rows that one contact may own from those of others.

    Parameters
    ----------
    contact_id : str
        Whose rows are wanted.
    column : str
        The one name of the column that holds the contact.
    name_of : callable
        The one name of a header.

    Examples
    --------
    >>> wanted = OneContact("c-2", "contact_id", str.lower)
    >>> [wanted.may_own({"Contact_ID": cell}) for cell in ("c-1", "c-2", "", None, 2.5)]
    [False, True, True, True, True]
    >>> list(wanted.others)
    ['c-1']
    """

    def __init__(self, contact_id: str, column: str, name_of: Callable[[str], str]) -> None:
        self._id, self._column, self._name_of = contact_id, column, name_of
        self._is_id: dict[str, bool] = {}
        self._others: dict[str, None] = {}

    @property
    def others(self) -> Collection[str]:
        """The ids of the others that came by, in their order."""
        return self._others.keys()

    def may_own(self, cells: Mapping[str, Any]) -> bool:
        """Return whether a row is one of the contact's, or nobody can tell whose it is."""
        for header, cell in cells.items():
            if cell is None or cell == "" or not self._holds_id(header):
                continue
            found = read_identifier(cell)
            if not isinstance(found, str) or found == self._id or found.isspace():
                return True
            self._others[found] = None
            return False
        return True

    def _holds_id(self, header: str) -> bool:
        if header not in self._is_id:
            self._is_id[header] = self._name_of(header) == self._column
        return self._is_id[header]
