"""The planted truth: what moves the people of the sample, and what no record of them shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from leadqual.cards.shown import Shown
from leadqual.datasets.companies import Firm
from leadqual.datasets.dice import Dice

BASE_HAZARD: Final = 0.0003
"""The daily chance of a purchase in a project, where neither fit nor need help."""
FIT_EFFECT: Final = 2.2
NEED_EFFECT: Final = 2.4
DEMO_EFFECT: Final = 2.5
"""By how much the hazard is multiplied from the day on which a demo was attended."""
_SIZES: Final = ((1000, 0.22), (50, 0.35), (10, 0.1), (0, 0.0))


@dataclass(frozen=True, slots=True)
class Segment:
    """A sort of people, with its share of the contacts and its habits.

    The rates of `visits`, `content` and `social` are per 30 days outside a project; `opens` and `clicks` are per mail.
    """

    share: float
    need: tuple[float, float]
    project: float
    subscribes: float
    visits: float
    content: float
    social: float
    opens: float
    clicks: float


SEGMENTS: Final = {
    "browser": Segment(0.46, (0.02, 0.35), 0.02, 0.35, 0.3, 0.03, 0.12, 0.25, 0.03),
    "researcher": Segment(0.25, (0.2, 0.6), 0.14, 0.6, 0.68, 0.3, 0.2, 0.45, 0.12),
    "buyer": Segment(0.16, (0.5, 1.0), 0.92, 0.5, 0.7, 0.15, 0.15, 0.4, 0.12),
    "misfit": Segment(0.06, (0.0, 0.2), 0.0, 0.6, 1.0, 0.5, 0.5, 0.4, 0.15),
    "customer": Segment(0.07, (0.3, 0.8), 0.0, 0.7, 0.35, 0.05, 0.1, 0.4, 0.06),
}
"""Browsers look around, researchers learn, buyers have a need, misfits never buy, customers bought before."""


@dataclass(frozen=True, slots=True)
class Truth(Shown):
    """What is true of a contact and stands in no field of it.

    Parameters
    ----------
    segment : str
        One of `SEGMENTS`.
    fit : float
        From 0 to 1: how well the product suits them, by their true profile, recorded or not.
    need : float
        From 0 to 1: how much they need it. It drives both what they do and whether they buy.
    project_from, project_until : datetime, optional
        When they look for a solution; None for those who do not look.
    hazard : float
        The daily chance of a purchase in the project, before a demo is attended; 0 without a project.
    scanned : bool
        Whether a mail scanner of their company opens every mail and follows every link of it.
    """

    segment: str
    fit: float
    need: float
    project_from: datetime | None
    project_until: datetime | None
    hazard: float
    scanned: bool


def true_fit(country: str, firm: Firm, seniority: str) -> float:
    """Return how well the product suits somebody, from 0 to 1."""
    fit = {"ID": 0.2, "SG": 0.2, "MY": 0.2}.get(country, 0.08)
    fit += next(share for smallest, share in _SIZES if firm.employees >= smallest)
    fit += {"owner": 0.25, "c_level": 0.25, "vp": 0.25, "director": 0.25, "manager": 0.17}.get(seniority, 0.0)
    fit += 0.2 if firm.industry in ("retail", "financial_services", "logistics", "telecommunications") else 0.05
    return round(fit, 4)


def purchase_hazard(fit: float, need: float) -> float:
    """Return the daily chance of a purchase within a project, before a demo."""
    return BASE_HAZARD * math.exp(FIT_EFFECT * fit + NEED_EFFECT * need)


def purchase_after(dice: Dice, hazard: float, demo_after: float | None) -> float:
    """Return after how many days of a project its purchase would come, by the hazard before and after a demo."""
    burden = dice.waiting(1.0)
    if demo_after is None or burden < hazard * demo_after:
        return burden / hazard
    return demo_after + (burden - hazard * demo_after) / (hazard * DEMO_EFFECT)
