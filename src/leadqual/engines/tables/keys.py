"""Under which key the rows of a contact are brought together."""

from __future__ import annotations

from functools import cached_property
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
        if self._are_told_apart_by_hash:
            rows, places = _hashed(rows), _hashed(places)
        return rows.join(places, on=CONTACT).drop(CONTACT).rename({PLACE: CONTACT})

    @cached_property
    def _are_told_apart_by_hash(self) -> bool:
        """Whether no two contacts share a hash of 64 bits: joining on it takes a quarter of the time of texts.

        Then only an interaction of a contact that is not there could find a wrong one, at odds of one to
        2**64 / contacts. Tables that are not read before somebody asks are joined on the texts.
        """
        if self._contacts.lazy:
            return False
        told = _hashed(self._contacts.frame.select(nw.col(CONTACT_ID).alias(CONTACT))).to_native().collect()
        return bool(told[CONTACT].n_unique() == told.height)


def _hashed(rows: Frame) -> Frame:
    """Return rows of Polars with the hash of a text in its place."""
    import polars as pl  # noqa: PLC0415 - an optional dependency

    return framed(rows.to_native().with_columns(pl.col(CONTACT).hash()))
