"""What all sections of a report rest on: two tables, one replay, one scoring, and what follows from these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from os import PathLike
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from leadqual import frames
from leadqual.analysis.attempts import Attempts
from leadqual.analysis.funnels.report import FunnelReport, funnel
from leadqual.analysis.looked_back import history
from leadqual.analysis.past import APPEARED, Past
from leadqual.conditions.nodes import History, Name, Node
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.files.leads import Progress
from leadqual.frames.opened import Check
from leadqual.frames.replay import replayed
from leadqual.lifecycle.leading import leading_scores
from leadqual.lifecycle.policy import Policy
from leadqual.report.asked import Asked, asked
from leadqual.report.judged import Judged, judged

_CUSTOMER = "customer"


@dataclass(frozen=True, eq=False)
class Ground:
    """What all sections rest on.

    Parameters
    ----------
    asked : Asked
        What the report is asked for.
    past : Past
        The two tables in Polars, each interaction once, none after the instant of the report.
    moves : DataFrame
        Every move up to that instant, as `leadqual.frames.replay` gives them.
    standings : DataFrame
        Where everybody stands at it, as `leadqual.frames.standings` gives them.

    Examples
    --------
    >>> from leadqual import datasets, policies
    >>> demo = datasets.demo(contacts=40)
    >>> ground = Ground.of(policies.sales(), *demo.frames(), at=demo.at)
    >>> ground.goal, ground.open_stages
    ('customer', ('lead', 'mql', 'sql', 'prospect'))
    """

    asked: Asked
    past: Past
    moves: pl.DataFrame
    standings: pl.DataFrame

    @classmethod
    def of(
        cls,
        policy: Policy,
        contacts: Any,
        interactions: Any,
        *,
        check: Check | None = None,
        progress: Progress | None = None,
        **arguments: Any,
    ) -> Ground:
        """Return the ground of a report; the long work, the replay, is done here.

        Parameters
        ----------
        policy : Policy
            The policy.
        contacts, interactions : table or path
            As for `leadqual.frames.score`, of any library; or files, as `leadqual.frames.read_contacts` reads them.
        check : {"all", "columns", "trusted"}, optional
            As for `leadqual.frames.score`; the tables are looked at once.
        progress : callable, optional
            Is told the name of each step, and from 0 to 1 how far it has come.
        **arguments
            What `leadqual.report.asked.asked` takes: ``at``, ``since``, ``period``, ``time_zone``, ``outcome``,
            ``horizon``, ``score``, ``best`` and ``reach``.

        Raises
        ------
        InputError, ConditionError, UnknownNameError
            With everything that is wrong with the arguments; then with the tables.
        """
        wanted = asked(policy, **arguments)
        tell = progress or _silent
        tell("reading", 0.0)
        people, events = _tables(policy, contacts, interactions)
        past, _ = history(policy, people, events, _read(wanted), wanted.at, check)
        if wanted.reach is not None:
            wanted.reach.look_at(policy, past.contacts, past.interactions, wanted.at)
        tell("reading", 1.0)
        tell("replaying", 0.0)
        moves, standings = replayed(policy, past.contacts, past.interactions, until=wanted.at, check="trusted")
        tell("replaying", 1.0)
        return cls(wanted, past, moves, standings)

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.asked.policy

    @property
    def at(self) -> datetime:
        """The instant of the report, UTC."""
        return self.asked.at

    @property
    def zone(self) -> ZoneInfo:
        """Whose days are counted and told."""
        return self.asked.zone

    @property
    def contacts(self) -> pl.DataFrame:
        """One row a contact, as they were given."""
        return self.past.contacts

    @property
    def interactions(self) -> pl.DataFrame:
        """One row an interaction, each once, none after the instant of the report."""
        return self.past.interactions

    @property
    def stages(self) -> tuple[str, ...]:
        """All stages, in the order of the policy; none where it only scores."""
        return tuple(self.policy.stages)

    @cached_property
    def goal(self) -> str | None:
        """The stage of those who had the outcome: the first to which it leads, or else one called ``customer``."""
        kind = self.asked.outcome.kind
        led = {way.target for way in self.policy.transitions if way.event == kind}
        return next((stage for stage in self.stages if stage in led), _CUSTOMER if _CUSTOMER in self.stages else None)

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The stages from the first to the goal that are not closed; all of them where there is no goal."""
        if self.goal is None:
            return self.stages
        ahead = self.stages[: self.stages.index(self.goal)]
        return (*(stage for stage in ahead if not self.policy.stages[stage].closed), self.goal)

    @cached_property
    def open_stages(self) -> tuple[str, ...]:
        """The stages of those who may still come to the goal: before it, neither closed nor final.

        Without a goal, or with nothing before it, these are all others that are neither closed nor final.
        """
        usable = [name for name, spec in self.policy.stages.items() if not (spec.closed or spec.final)]
        ahead = [name for name in self.path if name in usable and name != self.goal] if self.goal else []
        return tuple(ahead or [name for name in usable if name != self.goal])

    @cached_property
    def funnel(self) -> FunnelReport | None:
        """What the funnel did; None where the policy has no stages."""
        return self.funnel_by() if self.stages else None

    def funnel_by(self, **options: Any) -> FunnelReport:
        """Return what the funnel did, in groups; see `leadqual.analysis.funnel`."""
        return funnel(
            self.moves, self.standings, policy=self.policy, customer=self.goal, until=self.at,
            time_zone=str(self.zone), **options,
        )  # fmt: skip

    @cached_property
    def scores(self) -> pl.DataFrame:
        """The scores and grades of all contacts at the instant of the report."""
        found: pl.DataFrame = frames.score(self.policy, self.contacts, self.interactions, at=self.at, check="trusted")
        return found

    @cached_property
    def appeared(self) -> pl.DataFrame:
        """Since when each contact is known; null where nothing tells, or only what came later."""
        later = pl.col(APPEARED) > pl.lit(self.at)
        return self.past.appeared.with_columns(pl.when(~later).then(pl.col(APPEARED)).alias(APPEARED))

    @cached_property
    def judged(self) -> Judged | None:
        """What came of those who were known one horizon before the instant of the report."""
        return judged(self.asked, self.past, self.stood_at)

    @cached_property
    def told_best(self) -> str | None:
        """The score that told best who would have the outcome; None where too few had it to tell."""
        return None if self.judged is None else self.judged.told_best()

    @property
    def ranked_by(self) -> tuple[str, ...]:
        """By which scores leads are ranked: the one that was named, then those by which every list ranks them."""
        named = () if self.asked.score is None else (self.asked.score,)
        return tuple(dict.fromkeys([*named, *leading_scores(self.policy)]))

    @property
    def score(self) -> str | None:
        """The score by which leads are ranked before all others."""
        return next(iter(self.ranked_by), None)

    def stood_at(self, instant: datetime) -> pl.DataFrame:
        """Return where everybody who had begun by an earlier instant stood then: ``contact_id`` and ``stage``."""
        moved = self.moves.filter(pl.col("at") <= instant).group_by(CONTACT_ID).agg(pl.col("target").last())
        first = self.moves.group_by(CONTACT_ID).agg(
            pl.col("source").first(), pl.col("entered_at").first().alias("began")
        )
        known = self.standings.join(first, on=CONTACT_ID, how="left", maintain_order="left")
        known = known.join(moved, on=CONTACT_ID, how="left", maintain_order="left")
        stage = pl.coalesce("target", "source", "stage").alias("stage")
        return known.filter(pl.coalesce("began", "entered_at") <= instant).select(CONTACT_ID, stage)


def _silent(name: str, done: float) -> None:
    return


def _tables(policy: Policy, contacts: Any, interactions: Any) -> tuple[Any, Any]:
    """Return both tables, read where they are files; raise `InputError` with what is wrong with either."""
    attempt = Attempts()
    reads: tuple[tuple[str, Any, Callable[..., Any]], ...] = (
        ("contacts", contacts, frames.read_contacts),
        ("interactions", interactions, frames.read_interactions),
    )
    found = [
        attempt(name, read, given, policy) if isinstance(given, str | PathLike) else given
        for name, given, read in reads
    ]
    attempt.end()
    return found[0], found[1]


def _read(wanted: Asked) -> list[Node]:
    """Return what is read of the tables, so that all of it is looked at once."""
    policy = wanted.policy
    guards = [way.when for way in policy.transitions if way.when is not None]
    scores = [Name(f"score.{name}") for name in policy.score_ranges]
    return [*scores, *guards, History("count", wanted.outcome, None, None), Name("contact.created_at")]
