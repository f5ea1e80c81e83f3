"""The group of each contact: a column of the contacts, or the channel or campaign of its first or last touch."""

from __future__ import annotations

from typing import Any, Final, Literal

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.analysis.funnels.reach import Whole
from leadqual.analysis.funnels.spells import Spells
from leadqual.analysis.funnels.tables import CONTACT, CONTACTS, INTERACTIONS, ROW, read_table
from leadqual.engines.tables.checks.told import FEW, share
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, OCCURRED_AT
from leadqual.errors import InputError, Place, Problem, shown

Touch = Literal["first", "last"]

TOUCHED: Final = ("channel", "campaign")
"""What an interaction says of how a contact was touched."""
_MOST: Final = 1_000


def by_column(spells: Spells, contacts: Any, by: str) -> Spells:
    """Return spells in groups by a column of contacts; raise `InputError` if it cannot be used."""
    table = read_table(contacts, "contacts", CONTACTS, by)
    place = Place("contacts")
    problems = []
    if by not in table.columns:
        hint = did_you_mean(by, table.columns)
        found = ", ".join(name for name in table.columns if name != ROW)
        problems.append(Problem("missing-column", f"the column {by!r} is missing", place, found, hint=hint))
    elif table.schema[by].is_nested() or table.schema[by].is_float():
        message, expected = "contacts cannot be grouped by this column", "texts, whole numbers, booleans or dates"
        hint = "make a column of bands or of one value a contact"
        problems.append(Problem("wrong-type", message, Place("contacts", path=by), str(table.schema[by]),
                                expected, hint))  # fmt: skip
    repeated = table.filter(pl.col(CONTACT_ID).is_duplicated())
    if len(repeated):
        found = f"{share(len(repeated), len(table))}, the first: {_names(repeated)}"
        problems.append(Problem("duplicate-id", "a contact is given twice", place, found, hint="one row a contact"))
    lost = spells.people.join(table, on=CONTACT_ID, how="anti")
    if len(lost):
        found = f"{share(len(lost), len(spells.people), 'contacts')}, the first: {_names(lost)}"
        message, hint = "the table of contacts lacks contacts that moved", "give the contacts that were replayed"
        problems.append(Problem("unknown-contact", message, place, found, hint=hint))
    if problems:
        raise InputError(problems)
    values = table.select(CONTACT_ID, pl.col(by).alias("value"))
    people = spells.people.drop("group")
    return _grouped(spells, people.join(values, on=CONTACT_ID, how="left", maintain_order="left"), by)


def by_touch(spells: Spells, interactions: Any, by: str, touch: Touch, bought: Whole) -> Spells:
    """Return spells in groups by what the first or the last touch of each contact names.

    Parameters
    ----------
    spells : Spells
        Of all contacts.
    interactions : table
        All interactions.
    by : str
        ``"channel"`` or ``"campaign"``.
    touch : {"first", "last"}
        The first interaction that names one, before the contact bought: else the purchase would be credited with
        itself. Or the last before it (of those that did not buy: until the end), and the purchase itself where nothing
        came before it.
    bought : array
        When each contact first bought, in microseconds.
    """
    table = read_table(interactions, "interactions", INTERACTIONS, by)
    if by not in table.columns:
        found = ", ".join(name for name in table.columns if name != ROW)
        hint = "no interaction names one: the column comes with interactions that do"
        message = f"the column {by!r} is missing"
        raise InputError(Problem("missing-column", message, Place("interactions"), found, hint=hint))
    named = table.filter(pl.col(by).is_not_null(), pl.col(OCCURRED_AT) <= spells.until)
    people = spells.people.select(CONTACT, CONTACT_ID)
    touches = named.join(people, on=CONTACT_ID).select(CONTACT, INTERACTION_ID, at=OCCURRED_AT, value=by)
    touches = touches.with_columns(bought=pl.Series(bought[touches[CONTACT].to_numpy()]))
    at, last = pl.col("at").to_physical(), touch == "last"
    if last:
        touches = touches.filter(at <= pl.col("bought"))
        chosen = _furthest(_furthest(touches, (at < pl.col("bought")).cast(pl.Int8)), at)
    else:
        chosen = _furthest(touches.filter(at < pl.col("bought")), -at)
    one = chosen.sort(INTERACTION_ID, descending=last).unique(CONTACT, keep="first", maintain_order=True)
    found_for = people.join(one.select(CONTACT, "value"), on=CONTACT, how="left", maintain_order="left")
    return _grouped(spells, found_for, by)


def _furthest(touches: pl.DataFrame, what: pl.Expr) -> pl.DataFrame:
    """Return the touches of each contact with the greatest value of something; those that tie are all kept."""
    touches = touches.with_columns(lq_key=what)
    most = touches.group_by(CONTACT).agg(pl.col("lq_key").max())
    return touches.join(most, on=[CONTACT, "lq_key"], how="semi").drop("lq_key")


def _grouped(spells: Spells, valued: pl.DataFrame, by: str) -> Spells:
    """Return spells in groups, the largest first and those without a value last."""
    counts = valued.group_by("value").len().sort(pl.col("value").is_null(), -pl.col("len").cast(pl.Int64), "value")
    if len(counts) > _MOST:
        message, expected = "there are too many groups to compare", f"at most {_MOST:,} different values"
        hint = "make a column of contacts with fewer values"
        raise InputError(Problem("bad-argument", message, Place("by"), f"{len(counts):,} of {by!r}", expected, hint))
    numbers = counts.select("value").with_row_index("group")
    groups = valued.join(numbers, on="value", how="left", nulls_equal=True, maintain_order="left")["group"]
    return spells.grouped(groups, tuple(counts["value"].to_list()))


def _names(rows: pl.DataFrame) -> str:
    return ", ".join(shown(name) for name in rows[CONTACT_ID].head(FEW))
