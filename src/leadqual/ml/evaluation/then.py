"""What expressions were worth at the cutoff of every row, with nothing of later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import polars as pl

from leadqual import frames
from leadqual.analysis.backtests.labels import CUTOFF
from leadqual.analysis.past import Past
from leadqual.conditions.handles import as_condition
from leadqual.conditions.nodes import Name, Node
from leadqual.engines.tables.checks.reads import reads_of
from leadqual.engines.tables.columns import CONTACT_ID, column_of
from leadqual.frames.types import INSTANT
from leadqual.lifecycle.policy import Policy
from leadqual.ml.training.data import TrainingSet

_ANY_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING: Final = pl.DataFrame(
    schema={"contact_id": pl.String, "interaction_id": pl.String, "kind": pl.String, "occurred_at": INSTANT}
)


@dataclass(frozen=True)
class Then:
    """Expressions at the cutoff of every row.

    Parameters
    ----------
    values : DataFrame
        A column an expression, in the order of the rows.
    absent : mapping of str to tuple of str
        Of an export: the fields that an expression reads and the rows do not have, so that they were missing; empty
        for a scorer object, of which nobody knows what it reads.
    """

    values: pl.DataFrame
    absent: Mapping[str, tuple[str, ...]]


def values_of_then(data: TrainingSet, policy: Policy, asked: Mapping[str, Node]) -> Then:
    """Return what expressions were worth at the cutoff of every row.

    A feature is there already. Whatever else is asked for is worked out by `policy`, from what its tables held at or
    before the cutoff; of an export, from the features that are fields.

    Parameters
    ----------
    data : TrainingSet
        The rows.
    policy : Policy
        Which knows the names in the expressions.
    asked : mapping of str to Node
        The expressions by the names of their columns.
    """
    known = {name: str(node) for name, node in asked.items() if str(node) in data.features}
    others = {name: node for name, node in asked.items() if name not in known}
    columns = [data.rows[text].alias(name) for name, text in known.items()]
    absent: dict[str, tuple[str, ...]] = {}
    if others and data.past is not None:
        columns += _looked_up(data, data.past, policy, others)
    elif others:
        fields = [text for text in data.features if isinstance(as_condition(text), Name)]
        own = [name for name in fields if not name.startswith(("score.", "grade."))]
        held = (pl.col(name).alias(column_of(name)) for name in own)
        people = data.rows.select(pl.int_range(pl.len()).cast(pl.String).alias(CONTACT_ID), *held)
        found = frames.evaluate(policy, others, people, _NOTHING, at=_ANY_TIME, check="trusted")
        columns += found.drop(CONTACT_ID).get_columns()
        reads = {name: reads_of(policy, [node]) for name, node in others.items()}
        lacking = {name: tuple(sorted(read.fields - set(fields))) for name, read in reads.items()}
        absent = {name: missing for name, missing in lacking.items() if missing or reads[name].scorers}
    return Then(pl.DataFrame(columns).select(list(asked)), absent)


def _looked_up(data: TrainingSet, past: Past, policy: Policy, asked: Mapping[str, Node]) -> list[pl.Series]:
    found = []
    for cutoff in data.cutoffs:
        then = past.as_of(cutoff)
        values = frames.evaluate(policy, asked, then.contacts, then.interactions, at=cutoff, check="trusted")
        found.append(values.with_columns(pl.lit(cutoff, INSTANT).alias(CUTOFF)))
    keys = [CONTACT_ID, CUTOFF]
    table = pl.concat(found, how="vertical_relaxed")
    rows = data.rows.select(keys).join(table, on=keys, how="left", maintain_order="left")
    return rows.drop(keys).get_columns()
