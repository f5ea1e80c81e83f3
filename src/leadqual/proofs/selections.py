"""Which interactions are among which others."""

from __future__ import annotations

from leadqual.conditions.nodes import ANY_INTERACTION, Node, Selection
from leadqual.proofs.build import built
from leadqual.proofs.ranges import NOT_TRUE, TRUE
from leadqual.proofs.scope import Scope
from leadqual.proofs.search import Search


def covers(whole: Selection, part: Selection, scope: Scope) -> bool:
    """Return whether it is sure that every interaction of one selection is one of the other."""
    if whole.kind not in (part.kind, ANY_INTERACTION):
        return False
    if whole.where is None or whole == part:
        return True
    key = (whole, part)
    if key not in scope.covers:
        scope.covers[key] = _is_entailed(whole.where, part, scope)
    return scope.covers[key]


def _is_entailed(whole: Node, part: Selection, scope: Scope) -> bool:
    """Return whether it is sure that a filter lets through whatever a selection means."""
    inside = Scope(scope.policy, part.kind)
    nodes = [whole] if part.where is None else [whole, part.where]
    conditions = built(inside, nodes)
    wanted = [conditions.wanted(whole, NOT_TRUE)]
    if part.where is not None:
        wanted.append(conditions.wanted(part.where, TRUE))
    return not Search(conditions.variables, wanted).may_find()
