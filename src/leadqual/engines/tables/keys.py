"""Under which key the rows of a contact are brought together."""

from __future__ import annotations

from typing import Final

import narwhals as nw

from leadqual.engines.tables.columns import CONTACT_ID, Frame, framed
from leadqual.engines.tables.gaps import PYSPARK
from leadqual.engines.tables.native import PLACE, Table

CONTACT: Final = "lq_contact"


class Keys:
    """The key of a contact: its id, or where the contacts have an order, its place in it.

    Parameters
    ----------
    contacts : Table
        The contacts.

    Notes
    -----
    Polars sorts and groups whole numbers about twice as fast as texts, which is worth one join. DuckDB gains nothing,
    and on a cluster a place in an order is no natural thing.
    """

    def __init__(self, contacts: Table) -> None:
        self._contacts = contacts

    @property
    def of_contacts(self) -> nw.Expr:
        """The key of each row of the contacts."""
        return nw.col(PLACE if self._contacts.ordered else CONTACT_ID).alias(CONTACT)

    def of_rows(self, rows: Frame) -> Frame:
        """Return interactions, whose contact's id stands under `CONTACT`, with the key there.

        On a cluster those of one contact lie together from here on, and nothing needs another shuffle.
        """
        if self._contacts.engine == PYSPARK:
            return framed(rows.to_native().repartition(CONTACT))
        if not self._contacts.ordered:
            return rows
        places = self._contacts.frame.select(nw.col(CONTACT_ID).alias(CONTACT), PLACE)
        return rows.join(places, on=CONTACT).drop(CONTACT).rename({PLACE: CONTACT})
