"""Backtests: what happened after past cutoffs, to those whom a policy had ranked, graded and staged then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from leadqual import frames
from leadqual.analysis.backtests.cutoffs import fitting
from leadqual.analysis.backtests.labels import CUTOFF, counted, labelled
from leadqual.analysis.backtests.question import DECILES, Capacity, Names, Question, asked
from leadqual.analysis.backtests.report import Backtest
from leadqual.analysis.backtests.stages import Stages, sees_the_future
from leadqual.analysis.backtests.tables import (
    band_table,
    capacity_table,
    cutoff_table,
    flag_table,
    grade_table,
    ranking_table,
    stage_table,
)
from leadqual.analysis.looked_back import history
from leadqual.analysis.outcomes import outcomes
from leadqual.analysis.past import CREATED_AT, Past
from leadqual.conditions.nodes import History, Name, Node, Selection
from leadqual.engines.tables.checks.told import FEW
from leadqual.engines.tables.columns import CONTACT_ID, OCCURRED_AT
from leadqual.errors import InputError, Place, Problem
from leadqual.files.leads import Progress
from leadqual.files.times import zone_named
from leadqual.frames.opened import Check
from leadqual.frames.types import INSTANT
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import aware

__all__ = ["Backtest", "backtest"]


def backtest(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    *,
    outcome: str | Selection = "purchase",
    horizon: str | timedelta = "90d",
    cutoffs: datetime | Iterable[datetime] | None = None,
    until: datetime | None = None,
    score: Names = None,
    grade: Names = None,
    stages: Names | Mapping[str, Iterable[str]] = None,
    capacity: Capacity | Sequence[Capacity] | None = None,
    bands: int | Sequence[float] = DECILES,
    confidence: float = 0.95,
    time_zone: str = "UTC",
    check: Check | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Look back from past cutoffs, at what happened next to those whom the policy ranked, graded and staged then.

    At every cutoff those are judged who had appeared (with an interaction, or ``created_at``) and had not had the
    outcome yet. The policy and its scorers see what lay at or before the cutoff and nothing else; whether the outcome
    came in ``(cutoff, cutoff + horizon]`` is looked up apart from them. Fields of the contacts stand as the table has
    them: only `profile_updated` tells what they were before.

    Parameters
    ----------
    policy : Policy
        The policy.
    contacts, interactions : table
        As for `leadqual.frames.score`, of any library; they are brought into memory.
    outcome : str or Selection, default "purchase"
        The interactions that count: a kind, or a selection such as ``"purchase[amount > 100]"``.
    horizon : str or timedelta, default "90d"
        How long after a cutoff the outcome may come.
    cutoffs : datetime or iterable of datetime, optional
        The instants to look back from. Those whose horizon is not over when the data end are left out, and told. By
        default the beginnings of months that leave room, the latest twelve at most, from the time on when one in ten
        of the interactions had happened.
    until : datetime, optional
        Up to when the data tell what happened; by default the instant of the last interaction.
    score, grade : str or iterable of str, optional
        Which are judged; all by default.
    stages : str, iterable of str or mapping, optional
        Which stages count as flagged. A list is a way: ``mql+`` is that stage and those after it in the list. A
        mapping gives names to sets of stages. By default the stages after the initial one up to that which the outcome
        leads to, in the order of the policy.
    capacity : int, float, str or several, default (0.05, 0.1, 0.2)
        How many contacts the sales desk can work a cutoff: a number, or a share (``0.1`` or ``"10%"``).
    bands : int or sequence of float, default 10
        How many bands of scores, of about as many contacts each, or the values at which they begin.
    confidence : float, default 0.95
        How often an interval holds the truth.
    time_zone : str, default "UTC"
        In which months begin, and times are told.
    check : {"all", "columns", "trusted"}, optional
        What of the tables is looked at first, as for `leadqual.frames.score`.
    progress : callable, optional
        Is told how far it has come: the name of a step, and a number from 0 to 1.

    Raises
    ------
    InputError
        With everything that is wrong with the arguments or the tables. With the code ``no-room`` if the horizon of no
        cutoff is over when the data end, and ``nobody-judged`` if at none of them anybody was left to judge.
    ConditionError, UnknownNameError
        For an outcome that cannot be read, or a score, grade or stage that does not exist.

    Examples
    --------
    >>> import polars as pl
    >>> policy = Policy(name="tiny", scores={"heat": {"range": [0, 100], "rules": [
    ...     {"id": "demo", "each": "demo_requested", "points": 40}]}})
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"], "created_at": [datetime(2026, 1, 1, tzinfo=UTC)] * 2})
    >>> interactions = pl.DataFrame({"contact_id": ["c-1", "c-1"], "interaction_id": ["i-1", "i-2"],
    ...     "kind": ["demo_requested", "purchase"], "amount": [None, 5.0], "currency": [None, "USD"],
    ...     "occurred_at": [datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)]})
    >>> cutoff, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    >>> report = backtest(policy, contacts, interactions, cutoffs=cutoff, until=end, horizon="30d", capacity=1)
    >>> report.rows.select("contact_id", "converted", "score.heat").rows()
    [('c-1', True, 40.0), ('c-2', False, 0.0)]
    >>> report.capacity.select("contacts", "hits", "lift").row(0)
    (1.0, 1.0, 2.0)
    """
    question = asked(
        policy,
        outcome=outcome,
        horizon=horizon,
        cutoffs=cutoffs,
        score=score,
        grade=grade,
        stages=stages,
        capacity=capacity,
        bands=bands,
        confidence=confidence,
    )
    zone = zone_named(time_zone) or UTC
    end = None if until is None else aware(until, "until")
    past, end = history(policy, contacts, interactions, _read(policy, question), end, check)
    known = outcomes(policy, past, question.outcome, end)
    chosen = fitting(question.cutoffs, question.horizon, known, past.interactions[OCCURRED_AT], end, zone)
    counts = counted(known, chosen.used)
    tell = progress or _silent
    rows = _judged(policy, past, known, question, chosen.used, tell)
    if rows.is_empty():
        raise InputError(_nobody(counts))
    early = None
    if policy.stages:
        rows, early = _staged(Stages(policy, past, known), question, chosen.used, rows, tell)
    return Backtest(
        policy=policy.ref,
        outcome=str(question.outcome),
        horizon=question.horizon,
        until=end,
        zone=zone,
        confidence=question.confidence,
        how=chosen.how,
        left_out=chosen.left_out,
        flags=question.flags,
        cutoffs=cutoff_table(rows, counts, question),
        ranking=ranking_table(rows, question),
        capacity=capacity_table(rows, question),
        bands=band_table(rows, question),
        grades=grade_table(rows, question, policy.grade_values),
        stages=stage_table(rows, list(policy.stages), question) if policy.stages else pl.DataFrame(),
        flagged=flag_table(rows, question),
        early=pl.DataFrame() if early is None else early,
        rows=rows,
    )


def _silent(name: str, done: float) -> None:
    return


def _read(policy: Policy, question: Question) -> list[Node]:
    """Return what is read of the tables."""
    guards = [way.when for way in policy.transitions if way.when is not None]
    scores = [Name(f"score.{name}") for name in policy.score_ranges]
    return [*scores, *guards, History("count", question.outcome, None, None), Name(f"contact.{CREATED_AT}")]


def _judged(
    policy: Policy, past: Past, known: pl.DataFrame, question: Question, cutoffs: Sequence[datetime], tell: Progress
) -> pl.DataFrame:
    """Return one row for each cutoff and contact that is judged at it: scores and grades of then, and what came."""
    made = []
    columns = [f"score.{name}" for name in question.scores] + [f"grade.{name}" for name in question.grades]
    for number, cutoff in enumerate(cutoffs):
        tell("scoring", number / len(cutoffs))
        labels = labelled(known, cutoff, question.horizon)
        if columns:
            then = past.as_of(cutoff)
            scores = frames.score(policy, then.contacts, then.interactions, at=cutoff, check="trusted")
            labels = labels.join(scores.select(CONTACT_ID, *columns), on=CONTACT_ID, how="left", maintain_order="left")
        made.append(labels)
    tell("scoring", 1.0)
    return pl.concat(made)


def _staged(
    stages: Stages, question: Question, cutoffs: Sequence[datetime], rows: pl.DataFrame, tell: Progress
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the rows with the stage of then, and how early those who had the outcome were flagged."""
    tell("replaying", 0.0)
    last = cutoffs[-1] + timedelta(microseconds=question.horizon.micros)
    careful = sees_the_future(stages.policy)
    moves = stages.moves_before_outcomes(cutoffs[0], last) if careful else stages.moves(last)
    stands = stages.at(cutoffs, None if careful else moves)
    dated = [one.with_columns(pl.lit(at, INSTANT).alias(CUTOFF)) for at, one in zip(cutoffs, stands, strict=True)]
    rows = rows.join(pl.concat(dated), on=[CUTOFF, CONTACT_ID], how="left", maintain_order="left")
    early = None
    if question.flags:
        early = stages.early(moves, question.flags, cutoffs[0], last, question.confidence)
    tell("replaying", 1.0)
    return rows, early


def _nobody(counts: pl.DataFrame) -> Problem:
    cutoff = "cutoff" if len(counts) == 1 else "cutoffs"
    said = ", ".join(
        f"{row['cutoff']:%Y-%m-%d} ({row['not_yet']:,} not appeared, {row['before']:,} had it before)"
        for row in counts.head(FEW).to_dicts()
    )
    message = f"at none of {len(counts):,} {cutoff} was anybody left to judge"
    hint = "take later cutoffs, or another outcome: those who had it before a cutoff are left out"
    return Problem("nobody-judged", message, Place("cutoffs"), said, "contacts that had appeared", hint)
