"""Which interactions are a contact's own sign of interest, as a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw

from leadqual.engines.tables.columns import KIND
from leadqual.engines.tables.gaps import INTEREST
from leadqual.engines.tables.rows import Rows
from leadqual.model.interactions.base import CustomInteraction, Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.policy.document import PolicyDocument


def interested(policy: PolicyDocument, rows: Rows) -> nw.Expr:
    """Return which rows show interest; raise `UnsupportedError` where a class says so in code of its own."""
    always, sometimes = [], []
    for kind, cls in _kinds(policy):
        if cls.is_interest is not Interaction.is_interest:
            raise INTEREST.refusal(rows.table.engine, f"{cls.__name__}.is_interest()")
        if cls.interest_if:
            sometimes.append((nw.col(KIND) == kind) & _holds(rows, kind, cls.interest_if))
        elif cls.shows_interest:
            always.append(kind)
    return reduce(or_, sometimes, nw.col(KIND).is_in(always))


def _kinds(policy: PolicyDocument) -> Iterator[tuple[str, type[Interaction]]]:
    """Yield the kinds that may show interest, with the class that says when."""
    own = {name: spec.written_as or CustomInteraction for name, spec in policy.interactions.items()}
    for kind, cls in {**BUILT_IN, **own}.items():
        if cls.shows_interest and kind not in policy.meaning.quiet:
            yield kind, cls


def _holds(rows: Rows, kind: str, demands: Mapping[str, frozenset[Any]]) -> nw.Expr:
    answers = []
    for name, values in demands.items():
        value = rows.property(kind, name)
        among = value.is_in(sorted(str(one) for one in values if one is not None)).fill_null(value=False)
        answers.append(among | value.is_null() if None in values else among)
    return reduce(lambda left, right: left & right, answers)
