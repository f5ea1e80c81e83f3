"""All changes that the funnel can tell apart, each once, in the order in which the policy names them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from leadqual.analysis.counterfactuals.actions import Action, Happen, Kinds, Learn, field_cells, learnable
from leadqual.analysis.counterfactuals.reads import Reads
from leadqual.analysis.forecasts.case import Case
from leadqual.conditions.nodes import ANY_INTERACTION
from leadqual.engines.view import View
from leadqual.proofs.cells import Cell
from leadqual.proofs.constants import constants_of

_PLAIN = "email_sent"


@dataclass
class Pool:
    """The changes that are tried.

    Attributes
    ----------
    actions : list of Learn or Happen
        One for all that have the same effect.
    alike : dict
        To an interaction the others of the same effect.
    cells : dict
        To a field all its cells.
    known : dict
        To a field what is known of it now.
    anything : Happen or None
        The interaction that stands for a visit alone: nothing but that it happens matters.
    exact : bool
        Whether nothing else could make a difference. It could where an expression computes with a field or an amount,
        since then there are values without end.
    """

    actions: list[Action] = field(default_factory=list)
    alike: dict[Happen, list[Happen]] = field(default_factory=dict)
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    anything: Happen | None = None
    exact: bool = True


def pool_of(
    case: Case,
    reads: Reads,
    kinds: Kinds,
    view: View,
    *,
    change_known: bool,
    only_kinds: Collection[str] | None,
    only_fields: Collection[str] | None,
) -> Pool:
    """Return the changes that could matter to a contact, as its view has it now."""
    pool = Pool()
    _add_interactions(pool, case, reads, kinds, only_kinds)
    for name in learnable(case.decider.policy, reads):
        pool.known[name] = view.values[name]
        allowed = only_fields is None or name in only_fields
        if allowed and (change_known or view.values[name] is None):
            cells, exact = field_cells(case.decider.policy, name, reads)
            pool.cells[name] = cells
            pool.actions += [Learn(name, cell) for cell in cells if cell.value != view.values[name]]
            pool.exact = pool.exact and exact
    pool.exact = pool.exact and kinds.exact
    return pool


def _add_interactions(pool: Pool, case: Case, reads: Reads, kinds: Kinds, only: Collection[str] | None) -> None:
    groups: dict[Any, list[Happen]] = {}
    signature = _Signature(case, reads)
    for kind in _in_order(case, reads, kinds):
        if only is None or kind in only:
            for form in kinds.forms(kind):
                groups.setdefault(signature.of(kinds, form), []).append(form)
    nothing = signature.of_view(View(case.decider.engine, case.contact, []), None)
    for told, same in groups.items():
        plain = next((one for one in same if one.kind == _PLAIN), None)
        first = plain if plain is not None and same[0].kind not in reads.events and not same[0].properties else same[0]
        pool.actions.append(first)
        pool.alike[first] = [one for one in same if one != first]
        pool.anything = first if told == nothing else pool.anything


def _in_order(case: Case, reads: Reads, kinds: Kinds) -> Iterator[str]:
    """Yield every kind: those of events first, then as rules and conditions name them, then the others."""
    named: list[str] = list(reads.events)
    for selection in kinds.selections:
        if selection.kind != ANY_INTERACTION:
            named.append(selection.kind)
        elif selection.where is not None:
            named += [str(value) for value in constants_of("kind", [selection.where]).values]
    known = case.decider.policy.catalogue.kinds
    yield from (kind for kind in dict.fromkeys([*named, *known]) if kind in known)


class _Signature:
    """What the funnel can tell of one interaction: two with the same signature do the same."""

    def __init__(self, case: Case, reads: Reads) -> None:
        self._case = case
        self._engine = engine = case.decider.engine
        self._events = set(reads.events)
        self._slots = [engine.questions.slot(one.selection, one.property) for one in reads.questions]
        of_rules = {(score, rule.rule.id): rule.slot for score, rules in engine.rules.items() for rule in rules}
        self._slots += [slot for score, rule in reads.rules if (slot := of_rules[score, rule.id]) is not None]
        self._channels = [name.partition(".")[2] for name in reads.names if name.startswith("consent.")]
        self._roles = any(name in ("contact.roles", "contact.is_customer") for name in reads.names)

    def of(self, kinds: Kinds, action: Happen) -> tuple[Any, ...]:
        """Return the signature of an interaction."""
        one = kinds.make(action, "new", 0)
        return self.of_view(View(self._engine, self._case.contact, [one]), action.kind)

    def of_view(self, view: View, kind: str | None) -> tuple[Any, ...]:
        """Return the signature of what a view holds."""
        view.move_to(0)
        found: list[Any] = [kind if kind in self._events else None]
        for slot in self._slots:
            series = self._engine.questions.series(view, slot)
            found.append((len(series.times), tuple(series.values)))
        found += [view.consent(channel) for channel in self._channels]
        return (*found, view.roles() if self._roles else None)
