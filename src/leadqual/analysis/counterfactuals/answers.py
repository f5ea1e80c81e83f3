"""From changes that reach a stage to options: what else would do, in words, and decided once more by the policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from leadqual.analysis.counterfactuals.actions import Action, Happen, Learn
from leadqual.analysis.counterfactuals.changes import Happened, Learned, Wanted
from leadqual.analysis.counterfactuals.pool import Pool
from leadqual.analysis.counterfactuals.report import Option
from leadqual.analysis.counterfactuals.trial import Placed, Trials, TriesSpent
from leadqual.analysis.forecasts.case import Case
from leadqual.lifecycle.decision import Decision
from leadqual.model.time import from_micros
from leadqual.proofs.cells import Cell, in_words


def options_of(
    case: Case, decision: Decision, pool: Pool, placed: Iterable[Placed], trials: Trials, target: str
) -> list[Option]:
    """Return the options, each decided by the policy; those that differ only in values that do the same become one."""
    found: dict[Any, Option] = {}
    covered: set[tuple[tuple[Happen, ...], frozenset[tuple[str, Any]]]] = set()
    for one in placed:
        values = frozenset((action.field, action.cell.value) for action in one.actions if isinstance(action, Learn))
        happening = tuple(action for action in one.actions if isinstance(action, Happen))
        if (happening, values) in covered:
            continue
        working = {
            action.field: _working(one, action, pool, trials, target)
            for action in one.actions
            if isinstance(action, Learn)
        }
        if len(working) == 1:
            ((name, cells),) = working.items()
            covered |= {(happening, frozenset({(name, cell.value)})) for cell in cells}
        option = _option(case, decision, pool, one, working, target)
        if option is not None:
            found.setdefault(_key(option), option)
    return list(found.values())


def _key(option: Option) -> tuple[Any, ...]:
    """Return what tells an option from others: not the numbers, of which the first that does stands for all."""
    parts: list[Any] = []
    for change in option.changes:
        if isinstance(change, Learned):
            parts.append((change.field, change.words))
        else:
            texts = [(name, str(value)) for name, value in change.properties.items() if not _is_number(value)]
            parts.append((change.kind, change.times, tuple(texts)))
    return tuple(parts)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _working(placed: Placed, learn: Learn, pool: Pool, trials: Trials, target: str) -> list[Cell]:
    """Return the cells of a field that do, everything else as it is."""
    working = []
    for cell in pool.cells[learn.field]:
        if cell == learn.cell:
            working.append(cell)
            continue
        actions: list[Action] = [Learn(learn.field, cell) if one == learn else one for one in placed.actions]
        try:
            if cell.value != pool.known[learn.field] and trials.reaching(actions, target, placed.before) is not None:
                working.append(cell)
        except TriesSpent:
            break
    return working


def _option(
    case: Case, decision: Decision, pool: Pool, placed: Placed, working: dict[str, list[Cell]], target: str
) -> Option | None:
    """Return the option, if the policy decides that the contact then stands at the stage."""
    at = from_micros(placed.at)
    view = case.decider.view(case.contact, [*case.history, *placed.interactions])
    decided = case.decider.decide(view, at, decision.standing, "error", None)
    if decided.stage != target:
        return None
    changes: list[Wanted] = list(_happened(case, pool, placed))
    for one in placed.actions:
        if isinstance(one, Learn):
            words = in_words(pool.cells[one.field], working[one.field])
            changes.append(Learned(one.field, one.cell.value, words, pool.known[one.field]))
    return Option(tuple(changes), len(placed.actions), placed.interactions, at, decided.moves)


def _happened(case: Case, pool: Pool, placed: Placed) -> list[Happened]:
    instants: dict[Happen, list[int]] = {}
    for one, instant in zip(placed.actions, placed.instants, strict=True):
        if isinstance(one, Happen):
            instants.setdefault(one, []).append(instant)
    kinds = case.decider.policy.catalogue.kinds
    return [
        Happened(
            kind=one.kind,
            times=len(when),
            on=tuple(map(from_micros, when)),
            properties=dict(one.properties),
            alike=() if one == pool.anything else _alike(one, pool),
            anything=one == pool.anything,
            description="" if one == pool.anything else kinds[one.kind].description,
        )
        for one, when in instants.items()
    ]


def _alike(action: Happen, pool: Pool) -> tuple[str, ...]:
    others: Sequence[Happen] = pool.alike[action]
    return tuple(dict.fromkeys(one.kind for one in others if one.kind != action.kind))
