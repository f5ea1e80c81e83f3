"""What a funnel did: who stood where and when, who went on and how soon, and who waits too long."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from leadqual.analysis.funnels import ageing, cohorts, conversion, counts, duration, words
from leadqual.analysis.funnels.asked import asked, check_durations, check_quantiles, check_stage
from leadqual.analysis.funnels.groups import Touch
from leadqual.analysis.funnels.notes import notes_of
from leadqual.analysis.funnels.opened import grouped, opened
from leadqual.analysis.funnels.spells import Spells
from leadqual.analysis.periods import check_every
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.time import Duration, aware

_QUANTILES: Final = (0.25, 0.5, 0.75, 0.9)
_BANDS: Final = ("7d", "30d", "90d", "180d", "365d")
_WITHIN: Final = ("30d", "90d", "180d")


def funnel(
    moves: Any,
    standings: Any = None,
    *,
    contacts: Any = None,
    interactions: Any = None,
    policy: Any = None,
    stages: Sequence[str] | None = None,
    by: str | None = None,
    touch: Touch = "first",
    customer: str | Collection[str] | None = None,
    visitors: int | None = None,
    until: datetime | None = None,
    time_zone: str = "UTC",
    confidence: float = 0.95,
) -> FunnelReport:
    """Return what a funnel did, from the moves of its contacts.

    Parameters
    ----------
    moves : table
        One row a move, as `leadqual.frames.replay` gives them: ``contact_id``, ``at``, ``source``, ``target``,
        ``entered_at``. Of any library, in any order.
    standings : table, optional
        One row a contact, as `leadqual.frames.standings` gives them: ``contact_id``, ``stage``, ``entered_at``,
        ``as_of``. Without it nobody knows of contacts that never moved; what depends on them is then null.
    contacts : table, optional
        Where `by` is looked up.
    interactions : table, optional
        Where the first or last touch is looked up.
    policy : Policy, optional
        The policy that was replayed: its stages come in its order, and others are errors.
    stages : sequence of str, optional
        The stages in their order, where there is no policy. Without either, the stage that most contacts came to
        before another stands before it.
    by : str, optional
        Makes every table one of groups: a column of the contacts such as ``"source"``; or ``"channel"`` or
        ``"campaign"``, which are those of an interaction.
    touch : {"first", "last"}
        Which interaction names the channel or campaign: the first that names one before the contact bought, or until
        now; or the last. The purchase itself is never a first touch.
    customer : str or collection of str, optional
        The stages of those who bought. Default: ``"customer"``, if there is such a stage.
    visitors : int, optional
        How many visitors there were, such as a site counts them. Default: the contacts that began.
    until : datetime, optional
        Up to when the moves are known, where no standings tell. Default: the last move.
    time_zone : str, optional
        Whose days, weeks and months are counted.
    confidence : float, optional
        Of all intervals.

    Returns
    -------
    FunnelReport
        Its tables are computed when they are asked for.

    Raises
    ------
    InputError
        With everything that is wrong with the arguments or the columns; then with how moves contradict one another,
        the standings or the policy: how many rows, and the first of them.

    Examples
    --------
    >>> from leadqual import datasets, frames, policies
    >>> demo, policy = datasets.demo(contacts=40), policies.sales()
    >>> contacts, interactions = demo.frames()
    >>> moves = frames.replay(policy, contacts, interactions, until=demo.at)
    >>> stand = frames.standings(policy, contacts, interactions, at=demo.at)
    >>> report = funnel(moves, stand, policy=policy)
    >>> report.contacts, report.stages[:4]
    (40, ('lead', 'mql', 'sql', 'prospect'))
    >>> report.counts().filter(pl.col("stage") == "lead")["contacts"].item()
    22
    """
    wanted = asked(
        policy=policy, stages=stages, by=by, touch=touch, customer=customer, visitors=visitors, until=until,
        time_zone=time_zone, confidence=confidence,
    )  # fmt: skip
    spells, absent = opened(wanted, moves, standings)
    buyers = wanted.buyers(spells.stages)
    notes = notes_of(wanted, spells, buyers, absent, contacts=contacts, standings=standings)
    whole = FunnelReport(
        spells=spells, customer=buyers, visitors=visitors, zone=wanted.zone, confidence=wanted.confidence,
        not_appeared=absent.height, notes=notes,
    )  # fmt: skip
    whole.check_visitors()
    return replace(whole, spells=grouped(wanted, spells, contacts, interactions, buyers), by=by)


@dataclass(frozen=True, eq=False, repr=False)
class FunnelReport:
    """What a funnel did. Every table is a Polars frame; with groups it has a column ``group`` more.

    Parameters
    ----------
    spells : Spells
        Who stood where, from when to when.
    customer : tuple of str
        The stages of those who bought.
    visitors : int, optional
        How many visitors there were, where they are not the contacts.
    zone : ZoneInfo
        Whose days, weeks and months are counted.
    confidence : float
        Of all intervals.
    not_appeared : int
        Contacts in the standings of whom nothing had happened by then; they are counted nowhere else.
    notes : tuple of str
        What has to be known to read the numbers.
    by : str, optional
        What the groups are.
    """

    spells: Spells
    customer: tuple[str, ...]
    visitors: int | None
    zone: ZoneInfo
    confidence: float
    not_appeared: int
    notes: tuple[str, ...]
    by: str | None = None

    @property
    def stages(self) -> tuple[str, ...]:
        """All stages, in the order of the funnel."""
        return self.spells.stages

    @property
    def until(self) -> datetime:
        """Up to when everything is known."""
        return self.spells.until

    @property
    def contacts(self) -> int:
        """How many contacts there are spells of."""
        return self.spells.people.height

    @property
    def complete(self) -> bool:
        """Whether contacts that never moved are known. Where they are not, what depends on them is null."""
        return self.spells.complete

    @cached_property
    def overall(self) -> FunnelReport:
        """The report of all groups together."""
        if self.by is None:
            return self
        nobody = pl.zeros(self.contacts, pl.UInt32, eager=True)
        return replace(self, spells=self.spells.grouped(nobody, ("all",)), by=None)

    def counts(self, at: datetime | Sequence[datetime] | None = None) -> pl.DataFrame:
        """Return how many contacts stood at each stage at one instant or several, by default at the end.

        A move at this very instant has happened. ``share`` is that of all contacts that had begun.

        Parameters
        ----------
        at : datetime or sequence of datetime, optional
            The instants, with time zone; by default the end of the report.

        Raises
        ------
        InputError
            If an instant has no time zone, or lies after what is known.
        """
        asked_for = [self.until] if at is None else [at] if isinstance(at, datetime) else [*at]
        instants = [aware(instant) for instant in asked_for]
        if late := [instant for instant in instants if instant > self.until]:
            message, expected = "what comes after the last standing or move is not known", f"up to {self.until}"
            raise InputError(Problem("bad-argument", message, Place("at"), shown(late[0]), expected))
        return self._shown(counts.counts(self.spells, instants))

    def occupancy(self, every: str = "1mo") -> pl.DataFrame:
        """Return for each period who stood at each stage when it ended (``at``), and who came and went in it.

        ``contacts`` of one period and ``arrivals`` of the next, without its ``departures``, are the ``contacts`` of
        the next. Who begins at a stage, or comes back to it, arrives; who leaves it in the same instant does both.
        The last period is not ``complete`` where it goes on after the end.

        Parameters
        ----------
        every : str
            A number of days, weeks (from Monday), months, quarters or years: ``1d``, ``1w``, ``1mo``, ``1q``, ``1y``.
        """
        return self._shown(counts.occupancy(self.spells, check_every(every), self.zone))

    @cached_property
    def flows(self) -> pl.DataFrame:
        """How many moves went from each stage to each other one, and of how many contacts."""
        return self._shown(counts.flows(self.spells))

    @cached_property
    def conversion(self) -> pl.DataFrame:
        """Of the contacts that ever entered ``source``, how many entered ``target``: next, or ever after."""
        return self._shown(conversion.conversion(self.spells, self.confidence))

    @cached_property
    def rate(self) -> pl.DataFrame:
        """The conversion rate: ``buyers`` divided by ``visitors``, with its interval."""
        return self._shown(conversion.rate(self.spells, self.customer, self.visitors, self.confidence))

    def time_in_stage(self, quantiles: Sequence[float] = _QUANTILES) -> pl.DataFrame:
        """Return after how many days which share has left each stage again, those who still wait counted as waiting.

        The estimate is that of Kaplan and Meier. A quantile is null where it is not reached, or only by times for
        which too few were watched to tell (`curve` says which).

        Parameters
        ----------
        quantiles : sequence of float
            Shares between 0 and 1.
        """
        found = duration.time_in_stage(self.spells, self._stays, check_quantiles(quantiles))
        return self._shown(found)

    @cached_property
    def next_stages(self) -> pl.DataFrame:
        """Where contacts go from each stage and how soon, by Aalen and Johansen."""
        return self._shown(duration.next_stages(self.spells, self._stays))

    def curve(self, stage: str) -> pl.DataFrame:
        """Return the share that still stands at a stage some days after it came there, with its interval.

        Parameters
        ----------
        stage : str
            The stage.
        """
        return self._shown(duration.curve(self.spells, self._stays, check_stage(stage, self.stages)))

    def velocity(self, quantiles: Sequence[float] = _QUANTILES) -> pl.DataFrame:
        """Return after how many days from its beginning which share of all contacts has come to each stage.

        The parameters are those of `time_in_stage`.
        """
        return self._shown(duration.velocity(self.spells, check_quantiles(quantiles), self.confidence))

    @cached_property
    def pipeline(self) -> pl.DataFrame:
        """Customers a day that each stage is on the way to bring: contacts there x conversion / mean days."""
        return self._shown(conversion.pipeline(self.spells, self.customer, self.confidence))

    @cached_property
    def standing(self) -> pl.DataFrame:
        """Everybody who stands at a stage now, for how many days, and whether that is longer than usual there."""
        return self._shown(self._standing)

    def ageing(self, bands: Sequence[str | Duration] = _BANDS) -> pl.DataFrame:
        """Return how long those who stand at each stage now have stood there, in bands, and how many are overdue.

        Overdue are those who have stood longer than the median stay at this stage, of all groups together.

        Parameters
        ----------
        bands : sequence of str or Duration
            The upper ends of the bands, rising.
        """
        return self._shown(ageing.ageing(self.spells, self._standing, check_durations("bands", bands)))

    def cohorts(self, every: str = "1mo", within: Sequence[str | Duration] = _WITHIN) -> pl.DataFrame:
        """Return what share of the contacts that began in each period came to each stage within some time.

        Nothing is said where that time is not over for everybody who could be meant: ``known`` is false.

        Parameters
        ----------
        every : str, default '1mo'
            The length of a period, as Polars writes it: ``1w``, ``1mo``, ``1q``.
        within : sequence of str or Duration
            How long after their beginning to look.
        """
        spans = check_durations("within", within)
        found = cohorts.cohorts(self.spells, check_every(every), spans, self.zone, self.confidence)
        return self._shown(found)

    def check_visitors(self) -> None:
        """Raise `InputError` if there were more buyers than visitors."""
        buyers = None if self.visitors is None else self.rate["buyers"][0]
        if self.visitors is not None and buyers is not None and buyers > self.visitors:
            message, expected = "there are more buyers than visitors", f"at least {buyers:,}"
            raise InputError(Problem("bad-argument", message, Place("visitors"), shown(self.visitors), expected))

    @cached_property
    def _stays(self) -> list[duration.Stay]:
        return duration.stays(self.spells, self.confidence)

    @cached_property
    def _standing(self) -> pl.DataFrame:
        times = duration.time_in_stage(self.overall.spells, self.overall._stays, (0.5,))
        return ageing.standing(self.spells, times.select("stage", usual="days"))

    def _shown(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return a table with stages as texts, and the values of groups, or none where there are none."""
        table = table.with_columns(pl.selectors.enum().cast(pl.String))
        if self.by is None:
            return table.drop("group")
        values = pl.Series("group", self.spells.groups)
        rest = [name for name in table.columns if name != "group"]
        return table.with_columns(values.gather(table["group"])).select("group", *rest)

    def explain(self) -> str:
        """Return the report as text for people."""
        return words.explanation(self)

    def __str__(self) -> str:
        """Return the report as text for people."""
        return self.explain()

    def __repr__(self) -> str:
        """Return what it is a report of."""
        groups = f", {len(self.spells.groups)} groups by {self.by!r}" if self.by else ""
        return f"<FunnelReport of {self.contacts:,} contacts at {len(self.stages)} stages until {self.until}{groups}>"

    def _repr_html_(self) -> str:
        return words.page(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON, instants as texts."""
        return words.plain(self)
