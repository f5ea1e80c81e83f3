"""The decision on one contact of two tables, with every reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals as nw

from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.frames.models import to_models
from leadqual.frames.opened import opened
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy


def decide(policy: Policy, contacts: Any, interactions: Any, contact: str, *, at: datetime) -> Decision:
    """Return the decision on one contact of two tables: why it stands where `standings` says.

    Parameters
    ----------
    policy, contacts, interactions
        As for `leadqual.frames.score`; of the tables only the rows of the contact are read.
    contact : str
        Its ``contact_id``.
    at : datetime
        The instant, with its time zone: interactions after it do not exist.

    Returns
    -------
    Decision
        What `Policy.decide` says of the contact and its history.

    Raises
    ------
    InputError
        If there is no such contact (code ``unknown-contact``), or its rows are not what a decision can use.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import leadqual as lq
    >>> from leadqual import frames
    >>> tables = lq.datasets.demo(contacts=20).frames()
    >>> decision = frames.decide(lq.policies.sales(), *tables, "c-00002", at=datetime(2026, 5, 1, tzinfo=UTC))
    >>> decision.stage, [move.transition for move in decision.moves]
    ('sql', ['marketing', 'quotation'])
    """
    opened(policy, contacts, interactions, at, check="columns")
    tables = (nw.from_native(table).filter(nw.col(CONTACT_ID) == contact) for table in (contacts, interactions))
    people, histories = to_models(*(table.to_native() for table in tables), policy=policy, ignore_unknown_columns=True)
    if not people:
        message, hint = "there is no such contact", "give the contact_id of a row of the contacts"
        raise InputError(Problem("unknown-contact", message, Place("contact"), shown(contact), hint=hint))
    return policy.decide(people[0], histories.get(people[0].id, []), at=at)
