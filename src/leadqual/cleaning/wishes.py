"""Interactions in which somebody wished not to be contacted: they hold for whoever may have said so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadqual.outreach.facts.history import told
from leadqual.outreach.tables.histories import NOBODY, Row


def is_wish(row: Mapping[str, Any]) -> bool:
    """Return whether an interaction is a wish not to be contacted, or takes a consent back.

    Examples
    --------
    >>> is_wish({"id": "i-1", "kind": "opted_out"}), is_wish({"id": "i-2", "kind": "page_viewed"})
    (True, False)
    >>> is_wish({"id": "i-3", "kind": "message_received", "channel": "sms", "text": "STOP"})
    True
    """
    columns = {name: [str(value)] for name, value in row.items() if value is not None}
    try:
        said = told(NOBODY, [Row(str(row["id"]), str(row.get("kind")), 0, 0, columns)], 0)
    except ValueError:  # a purpose or a channel that there is not: what cannot be read may be a wish
        return True
    return bool(said.requests) or any(not word.granted for word in said.words)
