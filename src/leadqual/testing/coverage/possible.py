"""What cannot be covered at all is not asked for: ways of which it is proved that no contact could show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leadqual.lifecycle.policy import Policy
from leadqual.proofs.ranges import NOT_TRUE
from leadqual.proofs.scope import Scope
from leadqual.proofs.solve import ANSWERS, scope_of, search_of
from leadqual.testing.coverage.items import Claim, Item

_STEPS: Final = 1_000
"""A proof that takes more is given up: there are hundreds of them, and a report should come soon."""


class Possible:
    """Which claims are possible under a policy; what was worked out is remembered.

    Parameters
    ----------
    policy : Policy
        The policy.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[Claim, bool] = {}

    def items(self, items: Iterable[Item]) -> tuple[Item, ...]:
        """Return items without the ways that are proved to be impossible; only what was not seen is looked at."""
        return tuple(item.without(tuple(way for way in item.missing if not self._may(item, way))) for item in items)

    def _may(self, item: Item, way: str) -> bool:
        claim = item.claims.get(way)
        if claim is None:
            return True
        if claim not in self._known:
            # Scores first with any value in their range, then worked out from their rules, which takes longer.
            self._known[claim] = self._has_solution(claim, scored=False) and self._has_solution(claim, scored=True)
        return self._known[claim]

    def _has_solution(self, claim: Claim, *, scored: bool) -> bool:
        where = claim.where
        scope = scope_of(self._policy) if where.kind is None else Scope(self._policy, where.kind)
        asked = (claim.node, ANSWERS[claim.answer])
        cases = ([asked, *((node, NOT_TRUE) for node in vain)] for vain in where.vain)
        return any(search_of(scope, case, scored=scored, steps=_STEPS)[0].may_find() for case in cases)
