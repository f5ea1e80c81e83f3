"""When each contact first had the outcome that is looked for."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from leadqual.analysis.past import APPEARED, Past
from leadqual.conditions.nodes import Selection
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.native import PLACE, open_table
from leadqual.engines.tables.rows import TIME, Rows
from leadqual.frames.types import INSTANT
from leadqual.policy.document import PolicyDocument

OUTCOME_AT: Final = "outcome_at"


def outcomes(policy: PolicyDocument, past: Past, outcome: Selection, until: datetime) -> pl.DataFrame:
    """Return when each contact appeared, and when it first had the outcome; null where it never did."""
    people = open_table(past.contacts, "contacts")
    rows = Rows(policy, open_table(past.interactions, "interactions"), until, Keys(people), repeated=False)
    rows.need(outcome, None)
    chosen = rows.chosen(outcome)
    found = rows.frame().filter(chosen).select(CONTACT, TIME).collect(backend="polars").to_native()
    first = found.group_by(CONTACT).agg(pl.col(TIME).min().cast(INSTANT).alias(OUTCOME_AT))
    known = past.appeared.with_row_index(PLACE).with_columns(pl.col(PLACE).cast(found.schema[CONTACT]))
    known = known.join(first, left_on=PLACE, right_on=CONTACT, how="left", maintain_order="left")
    return known.select(CONTACT_ID, APPEARED, OUTCOME_AT)
