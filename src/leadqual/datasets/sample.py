"""The seeded sample: two thousand invented contacts of South-East Asia, and a year of what happened with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from leadqual.datasets.customers import earlier_life, live_on
from leadqual.datasets.diary import DAY, END, LAST, Diary, instant
from leadqual.datasets.dice import Dice
from leadqual.datasets.marketing import everyday
from leadqual.datasets.people import Person, person, record
from leadqual.datasets.project import Project, disqualify, pursue
from leadqual.datasets.sample_card import demo_card
from leadqual.datasets.truth import SEGMENTS, Truth, purchase_hazard, true_fit
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction

_SHARES: Final = {name: segment.share for name, segment in SEGMENTS.items()}
_STRIDE: Final = 1_000_003
_MOST: Final = 99_999


@dataclass(frozen=True, slots=True)
class Demo:
    """A sample of contacts with their histories, and the truth that was planted in it.

    Parameters
    ----------
    contacts : list of Contact
        The contacts, as their records have them.
    histories : dict
        The interactions of each contact in time order, by the contact's id; each contact has an entry.
    at : datetime
        The instant at which to look at the sample; nothing happens after it.
    truth : dict
        What moves each contact, by its id: never an input of a policy or a model, only a yardstick for them.
    """

    contacts: list[Contact]
    histories: dict[str, list[Interaction]]
    at: datetime
    truth: dict[str, Truth]

    def __repr__(self) -> str:
        told = sum(map(len, self.histories.values()))
        return f"Demo({len(self.contacts):,} contacts, {told:,} interactions, at={self.at.isoformat()})"

    def _repr_html_(self) -> str:
        return demo_card(self)

    def frames(self, backend: Literal["polars", "pandas", "pyarrow"] = "polars") -> tuple[Any, Any]:
        """Return the contacts and the interactions as two tables of a library; see `leadqual.frames.from_models`.

        Parameters
        ----------
        backend : {'polars', 'pandas', 'pyarrow'}, default 'polars'
            The library of the tables.

        Examples
        --------
        >>> contacts, interactions = demo(contacts=3).frames()
        >>> contacts["contact_id"].to_list()
        ['c-00001', 'c-00002', 'c-00003']
        """
        from leadqual.frames.models import from_models  # noqa: PLC0415 - needs polars, which is optional

        return from_models(self.contacts, self.histories, backend=backend)


def demo(contacts: int = 2000, seed: int = 7) -> Demo:
    """Make the sample: the same for the same seed, in every process and on every version of Python.

    Each contact is made by itself, so the first hundred of a sample are those of a smaller one.

    Notes
    -----
    The planted truth, in the order in which it is drawn:

    1. Everybody belongs to a segment: browsers (46 %), researchers (25 %), buyers (16 %), misfits (6 %: students,
       competitors, job seekers) and customers (7 %) who had bought before the year. Habits follow from the segment.
    2. **Fit**, from 0 to 1, follows from the true country, size of company, industry and seniority. The record
       has these only in part: each is missing as often as in a real database.
    3. **Need**, from 0 to 1, is drawn within the segment's range and stands in no field.
    4. Some have a **project** (92 % of buyers, 14 % of researchers, 2 % of browsers) of 45 to 150 days. In it they
       read, ask for demos and quotations, and answer mail, each more often the greater their need.
    5. From the eighth day on, each day of a project brings a **purchase** with the chance
       ``0.0003 * exp(2.2 * fit + 2.4 * need)``, and 2.5 times that from the day on which a demo was attended.

    So behaviour predicts a purchase because need causes both, and the profile predicts it through fit, by
    which the sales desk judges too; fit does not make anybody read. What does not matter: the source, the network,
    the name, the city, the mail provider.
    Mail scanners of some companies follow every link within seconds, whoever the contact is: clicks alone mislead.

    Parameters
    ----------
    contacts : int
        How many contacts, from 1 to 99,999.
    seed : int
        Another seed makes another sample by the same truth.

    Examples
    --------
    >>> sample = demo(contacts=3)
    >>> [contact.id for contact in sample.contacts]
    ['c-00001', 'c-00002', 'c-00003']
    >>> all(one.occurred_at <= sample.at for history in sample.histories.values() for one in history)
    True
    """
    _whole("contacts", contacts, 1, _MOST)
    _whole("seed", seed, 0, 2**63)
    sample = Demo([], {}, END, {})
    for number in range(1, contacts + 1):
        contact, history, truth = _one(Dice(seed * _STRIDE + number), number)
        sample.contacts.append(contact)
        sample.histories[contact.id] = history
        sample.truth[contact.id] = truth
    return sample


def _whole(name: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        expected = f"a whole number from {low:,} to {high:,}"
        raise InputError(Problem("bad-argument", f"{name} cannot be this", Place(name), shown(value), expected))


def _one(dice: Dice, number: int) -> tuple[Contact, list[Interaction], Truth]:
    segment = dice.weighted(_SHARES)
    one = person(dice, number, segment, SEGMENTS[segment].subscribes)
    contact = record(dice, one)
    fit = true_fit(one.country, one.firm, str(one.seniority))
    need = round(dice.between(*SEGMENTS[segment].need), 4)
    project = _project(dice, one, fit, need)
    diary = Diary(dice, one.zone[1])
    everyday(dice, diary, one)
    if segment == "customer":
        earlier_life(dice, diary, one)
    if project is not None:
        bought = pursue(dice, diary, one, project)
        if bought is not None:
            live_on(dice, diary, one, bought)
    else:
        disqualify(dice, diary, one)
    return contact, diary.interactions(contact.id), _truth(one, fit, need, project)


def _project(dice: Dice, one: Person, fit: float, need: float) -> Project | None:
    if not dice.chance(SEGMENTS[one.segment].project):
        return None
    first = max(one.begins, 0)
    # Buyers come because they look; others, and those who stood on a list, begin to look at some time.
    soon = one.segment == "buyer" and one.begins >= 0
    begins = first + int(dice.between(0, 30) * DAY) if soon else int(dice.between(first, LAST))
    ends = begins + int(dice.between(45, 150) * DAY)
    return Project(begins, ends, fit, need, purchase_hazard(fit, need))


def _truth(one: Person, fit: float, need: float, project: Project | None) -> Truth:
    return Truth(
        segment=one.segment,
        fit=fit,
        need=need,
        project_from=None if project is None else instant(project.begins),
        project_until=None if project is None else instant(project.ends),
        hazard=0.0 if project is None else project.hazard,
        scanned=one.scanned and one.newsletter,
    )
