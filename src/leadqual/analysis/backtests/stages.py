"""Where contacts stood at past cutoffs, and how early those who came to the outcome had been flagged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from leadqual import frames
from leadqual.analysis.backtests.question import Flags
from leadqual.analysis.backtests.shares import shares
from leadqual.analysis.outcomes import OUTCOME_AT
from leadqual.analysis.past import APPEARED, Past
from leadqual.engines.tables.checks.reads import reads_of
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.frames.types import INSTANT
from leadqual.lifecycle.policy import Policy

STAGE: Final = "stage"
QUANTILES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Stages:
    """The stages of the past, from a policy and its history.

    Parameters
    ----------
    policy : Policy
        The policy, with stages.
    past : Past
        The history up to the end of the data.
    known : DataFrame
        When each contact appeared, and first had the outcome.
    """

    policy: Policy
    past: Past
    known: pl.DataFrame

    def at(self, cutoffs: Sequence[datetime], moves: pl.DataFrame | None) -> list[pl.DataFrame]:
        """Return the stage of every contact at each cutoff.

        Parameters
        ----------
        moves : DataFrame or None
            All moves up to the end, of which those up to a cutoff are the ones that a replay until then makes; None
            where it is replayed for each cutoff, from nothing but what was known then.
        """
        if moves is not None:
            return [self._among(moves, cutoff) for cutoff in cutoffs]
        found = []
        for cutoff in cutoffs:
            then = self.past.as_of(cutoff)
            stands = frames.standings(self.policy, then.contacts, then.interactions, at=cutoff, check="trusted")
            found.append(stands.select(CONTACT_ID, STAGE))
        return found

    def _among(self, moves: pl.DataFrame, cutoff: datetime) -> pl.DataFrame:
        made = moves.filter(pl.col("at") <= pl.lit(cutoff, INSTANT))
        stands = made.group_by(CONTACT_ID).agg(pl.col("target").last().alias(STAGE))
        people = self.known.select(CONTACT_ID).join(stands, on=CONTACT_ID, how="left", maintain_order="left")
        return people.with_columns(pl.col(STAGE).fill_null(self._initial))

    @property
    def _initial(self) -> str:
        return next(name for name, spec in self.policy.stages.items() if spec.initial)

    def moves(self, until: datetime) -> pl.DataFrame:
        """Return every move up to an instant."""
        found: pl.DataFrame = frames.replay(
            self.policy, self.past.contacts, self.past.interactions, until=until, check="trusted"
        )
        return found

    def moves_before_outcomes(self, since: datetime, until: datetime) -> pl.DataFrame:
        """Return the moves of those who had the outcome, from nothing but what came before it."""
        before = self.past.before(_customers(self.known, since, until).select(CONTACT_ID, OUTCOME_AT))
        return Stages(self.policy, before, self.known).moves(until)

    def early(
        self, moves: pl.DataFrame, flags: Flags, since: datetime, until: datetime, confidence: float
    ) -> pl.DataFrame:
        """Return for each flag how long before the outcome it was first raised, and how often it never was.

        Those count whose first outcome came after `since` and up to `until`. A flag that is raised at the very instant
        of the outcome comes too late.
        """
        customers = _customers(self.known, since, until)
        came = moves.join(customers, on=CONTACT_ID, how="inner", maintain_order="left")
        came = came.filter(pl.col("at") < pl.col(OUTCOME_AT))
        made = [self._early(customers, came, name, flags[name], confidence) for name in flags]
        return pl.concat(made)

    def _early(
        self, customers: pl.DataFrame, moves: pl.DataFrame, name: str, stages: Sequence[str], confidence: float
    ) -> pl.DataFrame:
        inside = pl.col("target").is_in(stages)
        entered = moves.group_by(CONTACT_ID).agg(
            pl.col("at").filter(inside).min().alias("first"), inside.last().alias("still")
        )
        people = customers.join(entered, on=CONTACT_ID, how="left")
        if self._initial in stages:
            began = pl.when(pl.col(APPEARED) < pl.col(OUTCOME_AT)).then(pl.col(APPEARED))
            people = people.with_columns(began.alias("first"), pl.col("still").fill_null(value=began.is_not_null()))
        flagged = pl.col("first").is_not_null()
        never = shares(
            people.with_columns(pl.lit(name).alias("flag")), ["flag"], ~flagged, pl.lit(1.0), "never", confidence
        )
        days = (pl.col(OUTCOME_AT) - pl.col("first")).dt.total_microseconds() / 86_400_000_000
        told = people.select(
            pl.lit(name).alias("flag"),
            pl.len().alias("customers"),
            flagged.sum().alias("flagged"),
            (flagged & pl.col("still").fill_null(value=False)).sum().alias("still"),
            *(days.quantile(share, "linear").alias(f"days_{share * 100:.0f}") for share in QUANTILES),
        )
        never = told.select("flag").join(never.drop("hits", "of"), on="flag", how="left")
        told = told.hstack(never.drop("flag"))
        return told.select(
            "flag", "customers", "flagged", "still", "never", "never_low", "never_high", pl.col("^days_.*$")
        )


def _customers(known: pl.DataFrame, since: datetime, until: datetime) -> pl.DataFrame:
    came = pl.col(OUTCOME_AT)
    return known.filter((came > pl.lit(since, INSTANT)) & (came <= pl.lit(until, INSTANT)))


def sees_the_future(policy: Policy) -> bool:
    """Return whether a replay might show a policy, at an instant, what was only known later.

    Rules see no interaction before its time. But scorer objects are handed the contact as it is, and `created_at` may
    lie after the first interaction.
    """
    guards = [way.when for way in policy.transitions if way.when is not None]
    reads = reads_of(policy, guards)
    return bool(reads.scorers) or "contact.created_at" in reads.fields
