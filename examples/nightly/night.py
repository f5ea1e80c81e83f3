"""What a night works out: where everybody stands, who moved, and whom we may call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import polars as pl

import leadqual as lq
from leadqual import frames, outreach

OnNewPolicy = Literal["stop", "adopt", "replay"]
SEEN_ALL: Final = "interactions"
"""A column of our own beside those of leadqual: how many interactions of a contact there were, however old."""

ORDER: Final = ("allowed", "entered_at", "contact_id")
"""Who is called first: those who may be, and of them who has waited longest."""


@dataclass(frozen=True, slots=True)
class Night:
    """What one night found, as tables."""

    standings: pl.DataFrame
    """One row a contact: the standings that the next night goes on from."""
    moved: pl.DataFrame
    """One row a contact that stands elsewhere than the night before, or went away and came back."""
    to_call: pl.DataFrame
    """Those who stand where a call is due, whether each may be called, and why not; those who may come first."""
    late: pl.Series
    """Contacts of whom something came late, so that they were decided from the beginning."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a night is asked for."""

    policy: lq.Policy
    at: datetime
    call: tuple[str, ...] = ("sql", "prospect")
    """The stages in which a call is due."""
    caller: str = "seller"
    registry: str | None = None
    on_new_policy: OnNewPolicy = "stop"

    def run(self, contacts: pl.DataFrame, interactions: pl.DataFrame, before: pl.DataFrame | None) -> Night:
        """Return what a night finds for some contacts, going on from where they stood the night before.

        Raises
        ------
        InputError
            If the tables cannot be used, or were left by another policy and nobody said what to do then.
        """
        earlier = None if before is None else self._usable(before.join(contacts, on="contact_id", how="semi"))
        late = pl.Series("contact_id", [], dtype=pl.String)
        if earlier is not None:
            late = _came_late(earlier, interactions)
            earlier = earlier.filter(~pl.col("contact_id").is_in(late.implode()))
        given: dict[str, Any] = {"standings": earlier}
        tables = (self.policy, contacts, interactions)
        counted = _counted(interactions, self.at)
        standings = frames.standings(*tables, at=self.at, **given).join(counted, on="contact_id", how="left")
        moves = frames.replay(*tables, until=self.at, **given)
        return Night(
            standings.with_columns(pl.col(SEEN_ALL).fill_null(0)).sort("contact_id"),
            _moved(standings, moves, before, late),
            self._to_call(contacts, interactions, standings),
            late,
        )

    def _usable(self, before: pl.DataFrame) -> pl.DataFrame | None:
        """Return earlier standings as those of this policy, or none of them where everybody is decided afresh."""
        ours = self.policy.content_hash
        if self.on_new_policy == "stop" or (before["policy"] == ours).all():
            return before  # leadqual says what is wrong if another policy made them
        if self.on_new_policy == "replay":
            return None
        # Everybody stays where they are. What the other policy could still see, this one may not: nothing is compared.
        kept = before.filter(pl.col("stage").is_in(list(self.policy.stages)))
        return kept.with_columns(policy=pl.lit(ours), seen=pl.lit(None, dtype=pl.Int64))

    def _to_call(self, contacts: pl.DataFrame, interactions: pl.DataFrame, standings: pl.DataFrame) -> pl.DataFrame:
        due = standings.filter(pl.col("stage").is_in(self.call)).select("contact_id", "stage", "entered_at")
        people = contacts.join(due, on="contact_id", how="semi")
        verdicts = outreach.permit_frame(
            people,
            interactions.join(due, on="contact_id", how="semi"),
            purpose="telemarketing",
            channel="voice",
            at=self.at,
            caller=self.caller,
            registries=None if self.registry is None else outreach.DoNotCallRegistry.open(self.registry),
            ignore_unknown_columns=True,
        )
        found = due.join(verdicts, on="contact_id", how="left")
        return found.sort(*ORDER, descending=[True, False, False])


def _counted(interactions: pl.DataFrame, until: datetime | pl.Expr) -> pl.DataFrame:
    """Return how many interactions each contact had up to an instant, each id once."""
    seen = interactions.filter(pl.col("occurred_at") <= until)
    return seen.group_by("contact_id").agg(pl.col("interaction_id").n_unique().cast(pl.Int64).alias(SEEN_ALL))


def _came_late(before: pl.DataFrame, interactions: pl.DataFrame) -> pl.Series:
    """Return the contacts of whom something came after the night that should have seen it.

    leadqual compares what can still matter. What is older than that may have moved a contact all the same, long ago.
    """
    known = before.select("contact_id", "as_of", then=SEEN_ALL)
    now = _counted(interactions.join(known, on="contact_id"), pl.col("as_of"))
    both = known.join(now, on="contact_id", how="left").with_columns(pl.col(SEEN_ALL).fill_null(0))
    return both.filter(pl.col("then") != pl.col(SEEN_ALL))["contact_id"].sort()


def _moved(standings: pl.DataFrame, moves: pl.DataFrame, before: pl.DataFrame | None, late: pl.Series) -> pl.DataFrame:
    """Return who moved since the night before, with the latest move of each; on the first night nobody did.

    Of those who were not there then, that is whoever has left the first stage. Something that came late can change
    where a contact stood already: then the stage is another one, and the move lies further back.
    """
    then = standings.clear() if before is None else before
    known = standings.select("contact_id", "stage").join(
        then.select("contact_id", "as_of", was="stage"), on="contact_id", how="left"
    )
    latest = moves.sort("at", maintain_order=True).group_by("contact_id").agg(pl.col("at", "transition").last())
    both = known.join(latest, on="contact_id")
    new = pl.col("was").is_null() | (pl.col("stage") != pl.col("was")) | (pl.col("at") > pl.col("as_of"))
    told = both.filter(new).with_columns(late=pl.col("contact_id").is_in(late.implode()))
    listed = told.select("contact_id", "was", "stage", "at", "transition", "late").sort("contact_id")
    return listed.clear() if before is None else listed  # whoever writes to those who moved is not to write to all
