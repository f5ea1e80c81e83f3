"""How many contacts of a list each reason keeps out, or lets in."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.frames.native import into_polars
from leadqual.outreach.tables.opened import closer

_BY: Final = ("allowed", "code", "rule", "jurisdiction", "source", "confidence")
_CONTACTS: Final = "contacts"


def tally(verdicts: Any) -> Any:
    """Return how many contacts each headline decides: denials first, the most frequent in front.

    Parameters
    ----------
    verdicts : table
        What `permit_frame` returned.

    Returns
    -------
    table
        ``allowed``, ``code``, ``rule``, ``jurisdiction``, ``source``, ``confidence``, and ``contacts``: how many. Of
        the kind that came. Every contact is counted once.

    Raises
    ------
    InputError
        If it is no such table.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import polars as pl
    >>> from leadqual.outreach import permit_frame
    >>> contacts = pl.DataFrame(
    ...     {"contact_id": ["c-1", "c-2"], "country": ["US", "US"], "phone": ["+12125550123", None]})
    >>> verdicts = permit_frame(
    ...     contacts, purpose="survey", channel="voice", at=datetime(2026, 11, 23, 15, tzinfo=UTC))
    >>> tally(verdicts).filter(~pl.col("allowed"))["code", "contacts"].rows()
    [('NO_NUMBER', 1)]
    """
    frame = into_polars(verdicts, "verdicts")
    lacking = [name for name in _BY if name not in frame.columns]
    if lacking:
        message, hint = "this is no table of verdicts", "give what outreach.permit_frame(...) returned"
        found = f"no column {', '.join(lacking)}"
        raise InputError(Problem("missing-column", message, Place("verdicts"), found, hint=hint))
    counted = frame.group_by(_BY).agg(pl.len().cast(pl.Int64).alias(_CONTACTS))
    ordered = counted.sort("allowed", _CONTACTS, "code", "rule", descending=[False, True, False, False])
    return closer(verdicts, "verdicts")(ordered)
