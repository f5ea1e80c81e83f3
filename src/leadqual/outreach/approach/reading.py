"""A document's approaches as a compiled policy reads them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from leadqual.engines.condition import Condition
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.outreach.approach.cadence import waiting_since
from leadqual.outreach.approach.check import must_fit
from leadqual.outreach.approach.document import Approaches
from leadqual.outreach.approach.plan import Approach


class Reading:
    """The conditions of a document, compiled by the engine of a policy that they fit.

    Parameters
    ----------
    document : Approaches
        What is read.
    engine : RecordEngine
        The compiled policy.
    """

    def __init__(self, document: Approaches, engine: RecordEngine) -> None:
        self.document = document
        self._conditions = {
            one.id: Condition(one.when, engine.compiled) for one in document.approaches if one.when is not None
        }
        for one in document.approaches:
            for selection in (*one.done, *one.answers):
                engine.questions.slot(selection)  # what is asked has to be known before a view is made

    def holding(self, considered: Iterable[Approach], view: View) -> tuple[list[Approach], dict[str, tuple[str, ...]]]:
        """Return the approaches that hold, and those of which that is not known, with what is missing."""
        holding: list[Approach] = []
        unknown: dict[str, tuple[str, ...]] = {}
        for one in considered:
            condition = self._conditions.get(one.id)
            answer = True if condition is None else condition.answer(view)
            if answer is False or (one.answers and waiting_since(one, view) is None):
                continue
            if condition is not None and answer is None:
                unknown[one.id] = condition.causes(view)
            else:
                holding.append(one)
        return holding, unknown

    def values(self, approach: Approach, view: View) -> dict[str, Any]:
        """Return what the condition of an approach reads, with what it finds."""
        condition = self._conditions.get(approach.id)
        return {} if condition is None else condition.values(view)


@lru_cache(maxsize=32)
def reading_of(document: Approaches, engine: RecordEngine) -> Reading:
    """Return a document as a compiled policy reads it, made once for each two.

    Raises
    ------
    PolicyError
        If the document does not fit the policy.
    """
    must_fit(document, engine.policy)
    return Reading(document, engine)
