"""Because of which change contacts part: found by trying the changes one at a time, never by a guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from leadqual.analysis.comparisons.changes import Unit
from leadqual.analysis.comparisons.mixed import Mixer
from leadqual.analysis.comparisons.moves import CONTACT, partings
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy

How = Literal["alone", "together", "combined"]
Replay = Callable[[Policy, pl.Series], pl.DataFrame]
"""Gives the moves of some contacts under a policy."""
REASONS: Final = {CONTACT: pl.String(), "change": pl.String(), "how": pl.String()}
_KEY: Final = (CONTACT, "parted_at", "old_target", "new_target")


@dataclass(frozen=True, slots=True)
class Reasons:
    """What makes contacts part.

    Parameters
    ----------
    table : DataFrame
        A row for each contact and each change that makes it part: ``contact_id``, ``change`` (its path), ``how``.
    needs : mapping of str to tuple of str
        The changes that cannot be made without others, with those.
    untried : tuple of str
        The changes that could not be tried by themselves.
    """

    table: pl.DataFrame
    needs: Mapping[str, tuple[str, ...]]
    untried: tuple[str, ...]


def reasons(
    parted: pl.DataFrame, mixer: Mixer, old_moves: pl.DataFrame, replay: Replay, tell: Callable[[float], None]
) -> Reasons:
    """Return which changes make each contact part as it does.

    A change does it *alone* if the old policy with this change (and what it needs) parts from the old one at the same
    instant and to the same places. Where none does, several do it *together* without any of which the new policy would
    not part so. What is left is *combined*: neither can be said of any one change.
    """
    every = [(unit, *mixer.with_one(unit)) for unit in mixer.units]
    needs = {_path(unit): _others(unit, taken) for unit, _, taken in every if len(taken) > 1}
    if len(every) == 1:
        ((unit, _, _),) = every
        return Reasons(_rows(parted, unit, "alone"), needs, ())
    found, untried, left = [], [], parted
    steps = 2 * len(every)
    for step, (unit, policy, _) in enumerate(every):
        tell(step / steps)
        hits = None if policy is None else _same(parted, old_moves, policy, replay)
        if hits is None:
            untried.append(_path(unit))
        else:
            found.append(_rows(hits, unit, "alone"))
            left = left.join(hits, on=CONTACT, how="anti")
    for step, (unit, _, _) in enumerate(every):
        tell(0.5 + step / steps)
        policy, _ = mixer.without_one(unit) if left.height else (None, frozenset())
        kept = None if policy is None else _same(left, old_moves, policy, replay)
        if kept is not None:
            found.append(_rows(left.join(kept, on=CONTACT, how="anti"), unit, "together"))
    table = pl.concat([pl.DataFrame(schema=REASONS), *found])
    rest = parted.join(table, on=CONTACT, how="anti").select(
        CONTACT, change=pl.lit(None, pl.String), how=pl.lit("combined")
    )
    tell(1.0)
    return Reasons(pl.concat([table, rest]), needs, tuple(untried))


def _same(parted: pl.DataFrame, old_moves: pl.DataFrame, policy: Policy, replay: Replay) -> pl.DataFrame | None:
    """Return those who part in the same way under this policy; None if it cannot be asked."""
    if parted.is_empty():
        return parted
    try:
        moves = replay(policy, parted[CONTACT])
    except LeadqualError:
        return None
    before = old_moves.join(parted.select(CONTACT), on=CONTACT, how="semi", maintain_order="left")
    return parted.join(partings(before, moves), on=list(_KEY), how="semi", nulls_equal=True, maintain_order="left")


def _rows(parted: pl.DataFrame, unit: Unit, how: How) -> pl.DataFrame:
    return parted.select(CONTACT, change=pl.lit(_path(unit)), how=pl.lit(how))


def _others(unit: Unit, taken: frozenset[Unit]) -> tuple[str, ...]:
    return tuple(sorted(_path(other) for other in taken if other != unit))


def _path(unit: Unit) -> str:
    return ".".join(unit)
