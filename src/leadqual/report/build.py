"""Building a report: one replay, then the sections that rest on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leadqual.files.leads import Progress
from leadqual.frames.opened import Check
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import Duration
from leadqual.report.about import about, tiles
from leadqual.report.ground import Ground
from leadqual.report.reaching import Reach
from leadqual.report.report import Report
from leadqual.report.sections.listed import SECTIONS


def build(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    *,
    at: datetime,
    since: datetime | None = None,
    period: str | Duration = "7d",
    title: str | None = None,
    time_zone: str = "UTC",
    outcome: str = "purchase",
    horizon: str | Duration = "90d",
    score: str | None = None,
    best: int = 10,
    reach: Reach | Mapping[str, Any] | None = None,
    check: Check | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return a report on a funnel: what people would ask, answered in sentences, figures and numbers.

    Everything is told as it was known at one instant. The history is replayed once, and each section rests on it.

    Parameters
    ----------
    policy : Policy
        The policy.
    contacts, interactions : table or path
        As for `leadqual.frames.score`, of any library; or files, as `leadqual.frames.read_contacts` reads them.
    at : datetime
        The instant that the report is about. What comes later is not seen.
    since : datetime, optional
        The beginning of what is shown over time. Default: a year before `at`.
    period : str or Duration, default "7d"
        What changed in this time before `at` is told.
    title : str, optional
        The heading of the page.
    time_zone : str, default "UTC"
        Whose days are counted and shown: an IANA name such as ``"Asia/Jakarta"``.
    outcome : str, default "purchase"
        The interactions that count as success, as for `leadqual.analysis.backtest`.
    horizon : str or Duration, default "90d"
        How long after an instant the outcome may come.
    score : str, optional
        By which leads are ranked. Default: the policy's own choice.
    best : int, default 10
        How many of the best leads are shown.
    reach : Reach or mapping, optional
        What is asked of the law: at least ``purpose`` and ``channel``, and what else `leadqual.outreach.permit_frame`
        takes. Without it nobody is asked about.
    check : {"all", "columns", "trusted"}, optional
        As for `leadqual.frames.score`.
    progress : callable, optional
        Is told the name of each step, and from 0 to 1 how far it has come.

    Returns
    -------
    Report
        `Report.save` writes it as one page.

    Raises
    ------
    InputError, ConditionError, UnknownNameError
        With everything that is wrong with the arguments; then with the tables.

    Examples
    --------
    >>> from leadqual import datasets, policies
    >>> demo = datasets.demo(contacts=40)
    >>> report = build(policies.sales(), *demo.frames(), at=demo.at, title="Our funnel")
    >>> report.about.title, report.about.contacts
    ('Our funnel', 40)
    """
    ground = Ground.of(
        policy, contacts, interactions, check=check, progress=progress, at=at, since=since, period=period,
        time_zone=time_zone, outcome=outcome, horizon=horizon, score=score, best=best, reach=reach,
    )  # fmt: skip
    found = []
    for done, section in enumerate(SECTIONS, 1):
        found.append(section(ground))
        if progress is not None:
            progress("telling", done / len(SECTIONS))
    return Report(about(ground, title), tiles(ground), tuple(found))
