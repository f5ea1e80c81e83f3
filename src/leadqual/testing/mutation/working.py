"""The work in several processes: each takes the mutants of one place together, since they share what is tried."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from typing import Any, Final, TypeAlias

from leadqual.lifecycle.policy import Policy
from leadqual.testing.mutation.fate import Fate, Judge
from leadqual.testing.mutation.killing.suspects import Suspect
from leadqual.testing.mutation.mutant import Mutant
from leadqual.testing.mutation.witness import Witnesses

_WORTH_A_PROCESS: Final = 120
"""So many mutants keep a process busy longer than it takes to start."""

_Numbered: TypeAlias = tuple[int, Mutant]


def fates(
    policy: Policy, mutants: Sequence[Mutant], suspects: Sequence[Suspect], *, processes: int | None, witnesses: bool
) -> Iterator[list[tuple[int, Fate]]]:
    """Yield what becomes of mutants, a place at a time in any order, each with the number of the mutant."""
    groups = _groups(mutants)
    number = _processes(policy, len(mutants), processes)
    if number == 1:
        judge = Judge(list(suspects), Witnesses(policy) if witnesses else None)
        yield from ([(index, judge.fate(mutant)) for index, mutant in group] for group in groups)
        return
    yield from _in_processes(policy, groups, suspects, number, witnesses=witnesses)


def _groups(mutants: Sequence[Mutant]) -> list[list[_Numbered]]:
    """Return the mutants by their place, the larger groups first, so that no process is left with one at the end."""
    found: dict[Any, list[_Numbered]] = {}
    for index, mutant in enumerate(mutants):
        found.setdefault((mutant.place[0], mutant.rule or mutant.place[1:2]), []).append((index, mutant))
    return sorted(found.values(), key=lambda group: (group[0][1].place[0] != "transitions", -len(group)))


def _processes(policy: Policy, mutants: int, wanted: int | None) -> int:
    """Return how many processes to use: one for little work, and where a policy holds what no pickle can carry."""
    in_code = policy.attached_scorers or any(spec.written_as is not None for spec in policy.interactions.values())
    if in_code:
        return 1
    if wanted is not None:
        return max(1, wanted)
    return max(1, min(os.cpu_count() or 1, mutants // _WORTH_A_PROCESS))


def _in_processes(
    policy: Policy, groups: list[list[_Numbered]], suspects: Sequence[Suspect], number: int, *, witnesses: bool
) -> Iterator[list[tuple[int, Fate]]]:
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    started = (policy, list(suspects), witnesses)
    with ProcessPoolExecutor(number, mp_context=context, initializer=_start, initargs=started) as pool:
        waiting = {pool.submit(_work, [(index, _sent(mutant)) for index, mutant in group]): group for group in groups}
        for done in as_completed(waiting):
            mutants = dict(waiting[done])
            yield [(index, replace(fate, mutant=mutants[index])) for index, fate in done.result()]


def _sent(mutant: Mutant) -> Mutant:
    """Return a mutant without its policy, which every process has."""
    return replace(mutant, original=None)  # type: ignore[arg-type]  # put back where it arrives


_JUDGES: dict[str, tuple[Policy, Judge]] = {}
"""In a process of its own: the policy, and who finds out what becomes of its mutants."""


def _start(policy: Policy, suspects: list[Suspect], witnesses: bool) -> None:
    _JUDGES["here"] = (policy, Judge(suspects, Witnesses(policy) if witnesses else None))


def _work(group: list[_Numbered]) -> list[tuple[int, Fate]]:
    policy, judge = _JUDGES["here"]
    found = [(index, judge.fate(replace(mutant, original=policy))) for index, mutant in group]
    return [(index, replace(fate, mutant=_sent(fate.mutant))) for index, fate in found]
