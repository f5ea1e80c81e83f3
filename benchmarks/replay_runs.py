"""What is run for the figures of the replay, and the proof that its moves are those of the fold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl
from polars.testing import assert_frame_equal

from benchmarks.frames_data import AT, Tables
from benchmarks.frames_job import Job
from benchmarks.frames_policies import policy_named
from benchmarks.frames_records import models, sample
from leadqual import Contact, Interaction, Policy, frames
from leadqual.engines.advance import Funnel
from leadqual.engines.fold import Position, Step
from leadqual.engines.record import RecordEngine
from leadqual.frames.replays.moves import MOVES, STANDINGS
from leadqual.model.time import from_micros, micros

MARCH: Final = datetime(2026, 3, 3, tzinfo=UTC)
"""The day of the question where everybody stood."""
WAYS: Final = ("agree_moves", "replay", "standings", "fold", "fold_tables", "tables")

_STOOD: Final = ("contact_id", "stage", "entered_at")


def prepared(job: Job, made: Tables) -> tuple[Callable[[], Any], int]:
    """Return the work itself, with its tables in place, and into how many parts its times are divided."""
    policy = policy_of(job.policy)
    if job.way == "agree_moves":
        return lambda: check_that_moves_agree(policy, made, job.sample), 1
    if job.way == "tables":
        return lambda: _read(made), 1
    if job.way == "fold":
        known, fold = models(*sample(made, job.sample)), Fold(policy)
        return lambda: list(fold.walked(known, AT)), len(known)
    if job.way == "fold_tables":
        rows, fold = sample(made, job.sample), Fold(policy)
        return lambda: list(fold.walked(models(*rows), AT)), rows[0].height
    people, events = _read(made)
    if job.way == "standings":
        return lambda: frames.standings(policy, people, events, at=MARCH), 1
    return lambda: frames.replay(policy, people, events, until=AT, check="trusted"), 1


def policy_of(name: str) -> Policy:
    """Return the policy of a job; `unreviewed` is the one for sales without its daily reviews."""
    if name == "unreviewed":
        return policy_named("sales").model_copy(update={"review_every": None})
    return policy_named(name)


class Fold:
    """The loop of the record engine's funnel over contacts with their histories."""

    def __init__(self, policy: Policy) -> None:
        self.funnel = Funnel(RecordEngine(policy, {}))

    def walked(
        self, known: list[tuple[Contact, list[Interaction]]], until: datetime
    ) -> Iterator[tuple[Position, list[Step]]]:
        """Yield where each contact stands at an instant, and the steps that lead there."""
        for contact, history in known:
            yield self.funnel.advance(self.funnel.engine.view(contact, history), micros(until))


def check_that_moves_agree(policy: Policy, tables: Tables, size: int) -> None:
    """Raise `AssertionError` where a replay of the whole tables moves one of some contacts otherwise than the fold.

    The same for where each stood in March.
    """
    contacts, interactions = sample(tables, size)
    known, fold = models(contacts, interactions), Fold(policy)
    people, events = _read(tables)
    moves = frames.replay(policy, people, events, until=AT, check="trusted")
    right = [
        _move(contact.id, step)
        for (contact, _), (_, steps) in zip(known, fold.walked(known, AT), strict=True)
        for step in steps
    ]
    assert right, "nobody moved: nothing was compared"
    _assert_same(moves, contacts, pl.DataFrame(right, schema=MOVES, orient="row"))
    stood = frames.standings(policy, people, events, at=MARCH, check="trusted").select(_STOOD)
    stages = [
        (contact.id, position.stage, _instant(position.entered))
        for (contact, _), (position, _) in zip(known, fold.walked(known, MARCH), strict=True)
    ]
    _assert_same(stood, contacts, pl.DataFrame(stages, schema={n: STANDINGS[n] for n in _STOOD}, orient="row"))


def _assert_same(found: pl.DataFrame, contacts: pl.DataFrame, right: pl.DataFrame) -> None:
    ours = found.join(contacts.select("contact_id"), on="contact_id", how="semi", maintain_order="left")
    assert_frame_equal(ours, right)


def _move(contact_id: str, step: Step) -> tuple[Any, ...]:
    one, way = step.visit.interaction, step.transition
    at, entered = _instant(step.visit.instant), _instant(step.entered)
    return contact_id, at, step.source, way.target, way.id, None if one is None else one.id, entered


def _instant(instant: int | None) -> datetime | None:
    return None if instant is None else from_micros(instant)


def _read(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    return pl.read_parquet(tables.contacts), pl.read_parquet(tables.interactions)
