"""Two policies over the same history: who moves, because of what, and what it means for the sales desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from leadqual.analysis.comparisons.changes import Change
from leadqual.analysis.comparisons.desk import Customers, Desk, customers_of, desk_of
from leadqual.analysis.comparisons.mixed import Mixer
from leadqual.analysis.comparisons.moves import CONTACT, PARTING, in_new_names, matrix, partings, standing_ends
from leadqual.analysis.comparisons.question import Question
from leadqual.analysis.comparisons.reasons import REASONS, Reasons, reasons
from leadqual.analysis.comparisons.scores import score_changes
from leadqual.analysis.outcomes import OUTCOME_AT, outcomes
from leadqual.analysis.past import APPEARED
from leadqual.engines.tables.columns import KIND
from leadqual.errors import UnsupportedError
from leadqual.frames.native import into_polars
from leadqual.frames.opened import Check
from leadqual.frames.replay import replay
from leadqual.frames.replays.folded import folded
from leadqual.frames.replays.moves import MOVES
from leadqual.lifecycle.policy import Policy

Progress = Callable[[str, float], None]
_FEW: Final = 300
"""So few contacts are folded one after another before a table has set out."""
_OTHER_START: Final = "The policies begin at different stages, so every contact parts at its start."
_NO_NAMES: Final = "A condition asks for a part of a stage's name, so the changes could not be tried one at a time."
_NOT_TRIED: Final = pl.DataFrame(schema=REASONS)


@dataclass(frozen=True, eq=False)
class Impact:
    """What a changed policy does to the contacts of a history.

    Parameters
    ----------
    since, until : datetime
        The time that is looked at; the history before `since` is replayed too, but what happened in it is not counted.
    contacts, not_appeared : int
        How many contacts there are, and how many of them had no interaction and no `created_at` by `until`. Those are
        left out of everything else.
    matrix : DataFrame
        ``old``, ``new``, ``contacts``: how many stand where at `until`; ``same`` says whether they correspond.
    parted : DataFrame
        One row a contact whose moves differ at any time: ``contact_id``, ``old_stage`` and ``new_stage`` (at `until`),
        ``stands_elsewhere``; when the moves first differ (``parted_at``), where it ``stood`` then, ``old_target`` and
        ``new_target``, ``old_transition`` and ``new_transition`` (null where a policy left it where it stood),
        ``because`` (paths of changes) and ``how`` they do it: alone, together or combined.
    reasons : DataFrame
        ``change``, ``how``, ``contacts``, ``stand_elsewhere``: how many part because of each change.
    needs : mapping of str to tuple of str
        The changes that were only tried with others, without which the policy would not be sound.
    desk : Desk or None
        How many leads the sales desk gets; None where neither policy has a stage that it works.
    customers : Customers or None
        When known customers were flagged; None without an outcome or a desk.
    scores, grades : DataFrame
        ``score``, ``contacts`` (with another value), ``old_mean``, ``new_mean``; and ``grade``, ``old``, ``new``,
        ``contacts``, for the scores and grades that both policies have, at `until`.
    time_zone : str
        Whose days are counted, and in which times are told.
    notes : tuple of str
        What was assumed, left out or could not be done.
    """

    since: datetime
    until: datetime
    contacts: int
    not_appeared: int
    matrix: pl.DataFrame
    parted: pl.DataFrame
    reasons: pl.DataFrame
    needs: Mapping[str, tuple[str, ...]]
    desk: Desk | None
    customers: Customers | None
    scores: pl.DataFrame
    grades: pl.DataFrame
    time_zone: str
    notes: tuple[str, ...]

    @property
    def moved(self) -> pl.DataFrame:
        """The contacts that stand elsewhere at `until`."""
        return self.parted.filter("stands_elsewhere")


def impact_of(
    question: Question, aligned: Policy | None, changes: Sequence[Change], *, explained: bool, tell: Progress
) -> Impact:
    """Return what the new policy does to the contacts of a history that the old one does not.

    Parameters
    ----------
    aligned : Policy or None
        The old policy in the names of the new one; None if it cannot be told in them.
    explained : bool
        Whether the changes are tried one at a time.
    """
    work = _Work(question, tell)
    moves = work.moves
    renamed = in_new_names(moves["old"], question.stages)
    parted = _begun_elsewhere(question, work.appeared)
    if parted is None:
        parted = partings(renamed, moves["new"])
    found, notes = work.reasons(parted, renamed, aligned, changes) if explained else (None, [])
    ends = standing_ends(
        work.appeared[CONTACT], moves["old"], moves["new"], (question.old.initial_stage, question.new.initial_stage)
    )
    table = matrix(ends, list(question.old.stages), list(question.new.stages), question.stages)
    scores, grades = work.scores()
    desk, customers = work.sales()
    return Impact(
        question.since,
        question.until,
        question.past.contacts.height,
        question.past.contacts.height - work.appeared.height,
        table,
        rows := _told(parted, ends, table, found),
        _counted(rows),
        {} if found is None else found.needs,
        desk,
        customers,
        scores,
        grades,
        str(question.zone),
        (*work.notes, *notes),
    )


class _Work:
    """What is worked out of one history under both policies."""

    def __init__(self, question: Question, tell: Progress) -> None:
        self.question, self.tell = question, tell
        self.appeared = question.past.appeared.filter(pl.col(APPEARED) <= question.until)
        self.notes = list(_unseen(question))
        self.moves: dict[str, pl.DataFrame] = {}
        for side, policy in (("old", question.old), ("new", question.new)):
            tell(f"replaying the {side} policy", 0.0)
            self.moves[side] = self._replayed(policy, None, question.until, question.check)
            tell(f"replaying the {side} policy", 1.0)

    def _replayed(self, policy: Policy, ids: pl.Series | None, until: datetime, check: Check | None) -> pl.DataFrame:
        """Return the moves of some contacts, or of all, under a policy."""
        if policy.initial_stage is None:
            return pl.DataFrame(schema=MOVES)
        people, events = self.question.past.contacts, self.question.past.interactions
        if ids is not None:
            people, events = (table.filter(pl.col(CONTACT).is_in(ids.implode())) for table in (people, events))
        events = self.question.seen_by(policy, events)
        if ids is not None and len(ids) <= _FEW:
            return folded(policy, people, events, until, None, afresh=False).moves.select(list(MOVES))
        moves = replay(policy, people, events, until=until, check=check)
        return into_polars(moves, "moves").select(list(MOVES))

    def reasons(
        self, parted: pl.DataFrame, old_moves: pl.DataFrame, aligned: Policy | None, changes: Sequence[Change]
    ) -> tuple[Reasons | None, list[str]]:
        """Return which changes make contacts part, and remarks."""
        if parted.is_empty():
            return Reasons(_NOT_TRIED, {}, ()), []
        if self._begins_elsewhere():
            path = f"stages.{self.question.new.initial_stage}"
            return Reasons(parted.select(CONTACT, change=pl.lit(path), how=pl.lit("alone")), {}, ()), [_OTHER_START]
        if aligned is None:
            return None, [_NO_NAMES]
        mixer = Mixer(aligned, self.question.new, changes)
        last = parted["parted_at"].max()
        until = last if isinstance(last, datetime) else self.question.until  # what comes later says nothing of why
        found = reasons(
            parted, mixer, old_moves,
            lambda policy, ids: self._replayed(policy, ids, until, "columns"),
            lambda done: self.tell("trying each change", done),
        )  # fmt: skip
        untried = [f"Not tried by itself, since no sound policy lies between: {path}." for path in found.untried]
        return found, untried

    def _begins_elsewhere(self) -> bool:
        return _begun_elsewhere(self.question, self.appeared) is not None

    def scores(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return how scores and grades differ at the end."""
        question = self.question
        try:
            return score_changes(question, self.appeared[CONTACT])
        except UnsupportedError as error:
            self.notes.append(f"Scores were not compared: {error.problems[0].message}.")
            return score_changes(question, self.appeared[CONTACT], names=())

    def sales(self) -> tuple[Desk | None, Customers | None]:
        """Return what the sales desk gets, and when known customers were flagged."""
        question = self.question
        if not question.desk:
            self.notes.append("Neither policy has the stage sql; name the stages that the sales desk works: desk=.")
            return None, None
        worked = question.worked()
        moves = {side: self._with_start(side, worked[side]) for side in ("old", "new")}
        desk = desk_of(moves, worked, question.desk, question.since, question.until, question.zone)
        if question.outcome is None:
            return desk, None
        bought = outcomes(question.policy_of_outcome(), question.past, question.outcome, question.until)
        bought = bought.filter(pl.col(OUTCOME_AT) >= question.since).select(CONTACT, OUTCOME_AT)
        return desk, customers_of(str(question.outcome), bought, moves, worked)

    def _with_start(self, side: str, worked: set[str]) -> pl.DataFrame:
        """Return moves, with the start as one where the desk works the initial stage."""
        policy = self.question.old if side == "old" else self.question.new
        moves = self.moves[side].select(CONTACT, "at", "source", "target")
        if policy.initial_stage not in worked:
            return moves
        start = self.appeared.select(
            CONTACT, pl.col(APPEARED).alias("at"), source=pl.lit(None, pl.String), target=pl.lit(policy.initial_stage)
        )
        return pl.concat([start, moves])


def _unseen(question: Question) -> list[str]:
    notes = []
    for side, policy in (("old", question.old), ("new", question.new)):
        kinds = question.unknown_kinds(policy)
        number = question.past.interactions.filter(pl.col(KIND).is_in(kinds)).height if kinds else 0
        if number:
            notes.append(f"The {side} policy does not know {', '.join(kinds)}, and saw none of these {number:,} rows.")
    return notes


def _begun_elsewhere(question: Question, appeared: pl.DataFrame) -> pl.DataFrame | None:
    """Return partings at the start of every contact, where the policies begin at different stages; else None."""
    old, new = question.old.initial_stage, question.new.initial_stage
    if old is None or new is None or question.stages.pairs.get(old) == new:
        return None
    nothing = pl.lit(None, pl.String)
    made = appeared.select(
        CONTACT, parted_at=APPEARED, stood=nothing, old_target=pl.lit(question.stages.named(old)),
        new_target=pl.lit(new), old_transition=nothing, new_transition=nothing,
    )  # fmt: skip
    return made.cast(PARTING)  # type: ignore[arg-type]


def _told(parted: pl.DataFrame, ends: pl.DataFrame, table: pl.DataFrame, found: Reasons | None) -> pl.DataFrame:
    """Return the contacts that part with where they stand, and why."""
    stands = ends.join(table.select("old", "new", "same"), on=["old", "new"], how="left", nulls_equal=True)
    stands = stands.select(CONTACT, old_stage="old", new_stage="new", stands_elsewhere=~pl.col("same"))
    rows = parted.join(stands, on=CONTACT, how="left", maintain_order="left")
    causes = _NOT_TRIED if found is None else found.table
    grouped = causes.group_by(CONTACT, maintain_order=True).agg(
        because=pl.col("change").drop_nulls(), how=pl.col("how").first()
    )
    rows = rows.join(grouped, on=CONTACT, how="left", maintain_order="left")
    first = [CONTACT, "old_stage", "new_stage", "stands_elsewhere"]
    return rows.select(*first, *(name for name in PARTING if name != CONTACT), "because", "how")


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    """Return how many contacts part because of each change."""
    each = rows.explode("because").filter(pl.col("how").is_not_null())
    counts = each.group_by(pl.col("because").alias("change"), "how").agg(
        contacts=pl.len(), stand_elsewhere=pl.col("stands_elsewhere").sum()
    )
    return counts.sort("contacts", "change", descending=[True, False], nulls_last=True)
