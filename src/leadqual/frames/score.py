"""Scores and grades of every contact of two tables, at one instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leadqual.frames.opened import Check, opened
from leadqual.frames.outside import given_scores
from leadqual.lifecycle.policy import Policy


def score(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    *,
    at: datetime,
    ledger: bool = False,
    missing: bool = False,
    check: Check | None = None,
) -> Any:
    """Return the scores and grades of every contact, in a table of the kind that came; lazy tables stay lazy.

    The numbers are those of `Policy.decide` for each contact: there is one meaning.

    Parameters
    ----------
    policy : Policy
        The policy.
    contacts : table
        One row a contact: ``contact_id``, then its fields, those of its company as ``company.employees``. A table of
        pandas, Polars, PyArrow, DuckDB or PySpark.
    interactions : table
        One row an interaction: ``contact_id``, ``interaction_id``, ``kind``, ``occurred_at`` (with its time zone),
        then properties, null where a kind has none. Of the same library.
    at : datetime
        The instant, with its time zone: interactions after it do not exist.
    ledger : bool, default False
        Add a column for every line of every ledger, ``score.<name>.<rule>``, which sum to the score.
    missing : bool, default False
        Add the column ``missing``: what left a rule unknown, with ``; `` between the names.
    check : {"all", "columns", "trusted"}, optional
        What is looked at first. ``"all"`` reads every row and tells all that breaks the schema; the default for tables
        in memory. ``"columns"`` looks at names and types alone, and drops rows that repeat an interaction; the default
        for lazy tables, which are not read before you ask. ``"trusted"`` looks at names and types, and takes the rows
        to be right: no interaction given twice.

    Returns
    -------
    table
        ``contact_id``, ``score.<name>`` (float), ``grade.<name>`` (text), one row a contact, in the order of the
        contacts where their table has one.

    Raises
    ------
    InputError
        With everything that is wrong with the tables: columns that are missing or hold another type, ids that are
        missing or given twice, interactions of unknown contacts, times without a zone, unknown kinds and values.
    UnsupportedError
        Where the library of the tables cannot answer what the policy asks; the reason is told.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import polars as pl
    >>> from leadqual import Policy
    >>> policy = Policy(name="tiny", scores={"heat": {"range": [0, 100], "rules": [
    ...     {"id": "home", "when": "contact.country == 'ID'", "points": 20},
    ...     {"id": "view", "each": "page_viewed", "points": 8, "half_life": "30d"}]}})
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"], "country": ["ID", None]})
    >>> views = pl.DataFrame({"contact_id": ["c-2"], "interaction_id": ["i-1"], "kind": ["page_viewed"],
    ...     "occurred_at": [datetime(2026, 10, 23, tzinfo=UTC)], "path": ["/"]})
    >>> score(policy, contacts, views, at=datetime(2026, 11, 22, tzinfo=UTC)).rows()
    [('c-1', 20.0), ('c-2', 4.0)]
    """
    tables = opened(policy, contacts, interactions, at, check=check)
    given = given_scores(policy, contacts, interactions, tables, at, ledger=ledger)
    return tables.engine(policy, at, given).scored(ledger=ledger, missing=missing)
