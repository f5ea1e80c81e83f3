"""A contact with its history whose values lie in given cells: built, and then looked at with the real engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from leadqual.conditions.nodes import Node
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.proofs.building import NOW, OF_THE_FUNNEL, built_from, first, lies_in
from leadqual.proofs.cells import Cell
from leadqual.proofs.funnel import STAGE
from leadqual.proofs.profiles import Choose
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.standing import instants_after, shifted, standing_at


def realise(
    policy: Policy, assignment: Mapping[Node, Cell], *, at: datetime = NOW, choose: Choose = first
) -> Scenario | None:
    """Return a contact and a history whose values lie in the cells at an instant; None if none could be built.

    Parameters
    ----------
    policy : Policy
        What the operands mean.
    assignment : mapping of Node to Cell
        Where each operand, a `Name` or a `History`, should lie.
    at : datetime
        The instant.
    choose : callable
        Picks one of a list of values that are as good as each other; the first by default.

    Examples
    --------
    >>> from leadqual import policies
    >>> from leadqual.conditions.parse import parse_condition
    >>> from leadqual.proofs.ranges import TRUE
    >>> from leadqual.proofs.solve import solve
    >>> node = parse_condition("company.employees >= 50 and count(demo_requested, within='30d') >= 1")
    >>> print(realise(policies.sales(), next(solve(policies.sales(), [(node, TRUE)]))), end="")
    contact:
      company: {employees: 50}
    interactions:
      - {kind: demo_requested, on: 2026-11-22}
    at: 2026-11-22
    """
    found = (one for one in builds(policy, assignment, at, choose) if one is not None)
    return next((one for one in found if lies_in(policy, one, assignment)), None)


def builds(policy: Policy, cells: Mapping[Node, Cell], at: datetime, choose: Choose) -> Iterator[Scenario | None]:
    """Yield what was built, unchecked: from nothing, or upon contacts that stand where the cells ask for it.

    None stands for an attempt that came to nothing.
    """
    if not any(operand in cells for operand in OF_THE_FUNNEL):
        yield built_from(policy, cells, at, choose, None)
        return
    for stage in _stages(policy, cells):
        before = _new(at) if stage == policy.initial_stage else standing_at(policy, stage)
        if before is None:
            continue
        for instant in instants_after(before, cells):
            moved = shifted(before, at - (instant - before.at))
            yield built_from(policy, cells, at, choose, moved)


def _stages(policy: Policy, cells: Mapping[Node, Cell]) -> list[str]:
    """Return the stages that a cell allows, the initial one first."""
    cell = cells.get(STAGE)
    allowed = [stage for stage in policy.stages if cell is None or cell.holds(stage)]
    return sorted(allowed, key=lambda stage: stage != policy.initial_stage)


def _new(at: datetime) -> Scenario:
    return Scenario(Contact(id="contact", created_at=at - timedelta(days=1)), (), at - timedelta(days=1))
