"""Every contact of a list judged: those of whom the rules see the same only once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

import numpy as np
import polars as pl

from leadqual.outreach.facts.history import Told
from leadqual.outreach.facts.situation import Question, Situation
from leadqual.outreach.judge.judge import judge
from leadqual.outreach.judge.selection import Entry, selected
from leadqual.outreach.rules.rulebook import Rulebook
from leadqual.outreach.tables.histories import INSTANT, histories
from leadqual.outreach.tables.needs import needs_of
from leadqual.outreach.tables.outcome import Outcomes, outcome_of
from leadqual.outreach.tables.people import ROW, People

_NOTHING: Final = Told()
_ALONE: Final = object()
"""The sign of a history that is taken for no other."""


class Screening:
    """The groups of a list, and how they are judged.

    Parameters
    ----------
    book : Rulebook
        The rules.
    people : People
        The groups.
    question : Question
        What is asked of all of them.
    reasons : bool
        Whether outcomes say why in words: then no two histories are taken for one, since words name times.
    """

    def __init__(self, book: Rulebook, people: People, question: Question, *, reasons: bool) -> None:
        self._people, self._question, self._reasons = people, question, reasons
        self._selections = [
            selected(book, person.countries, asked.purpose, asked.channel, asked.caller)
            for person, asked in people.groups
        ]
        self._different = list({id(one): one for one in self._selections}.values())
        self.needs = needs_of(self._different, question)
        """What the rules look at in histories."""
        self._outcomes = Outcomes()
        self._known: dict[Hashable, int] = {}

    def screened(self, contacts: pl.DataFrame, interactions: pl.DataFrame) -> pl.DataFrame:
        """Return what the verdict on each contact comes to, in their order.

        Parameters
        ----------
        contacts : DataFrame
            The contacts, with their lists of consents and wishes.
        interactions : DataFrame
            Their interactions until the instant, as `histories` reads them; other kinds than those needed are left
            out here.
        """
        groups = self._people.of.to_numpy()
        nothing = self.needs.sign(_NOTHING)
        numbers = [self._number(group, _NOTHING, nothing) for group in range(len(self._selections))]
        found = np.array(numbers, np.int64)[groups]
        for row, told in histories(contacts, self._read(interactions), self._question.instant):
            sign = _ALONE if self._reasons else self.needs.sign(told)
            found[row] = self._number(int(groups[row]), told, sign)
        outcomes = self._outcomes.frame(reasons=self._reasons)
        return outcomes.select(pl.all().gather(pl.Series(found)))

    def overdue(self) -> list[Entry]:
        """Return the rules that may have spoken and were to be read again before the day asked about."""
        day = self._question.at.date()
        entries = (
            entry for one in self._different for part in (one.restrictions, one.exemptions, one.notes) for entry in part
        )
        return list({entry.rule.id: entry for entry in entries if entry.review < day}.values())

    def _read(self, interactions: pl.DataFrame) -> pl.DataFrame:
        read = self.needs.matters() & (pl.col(INSTANT) <= self._question.instant)
        return interactions.filter(read).sort(ROW, maintain_order=True)

    def _number(self, group: int, told: Told, sign: Hashable) -> int:
        """Return the number of the outcome for a group and a history; one that is `_ALONE` is judged by itself."""
        key = group, sign
        number = self._known.get(key)
        if number is None:
            person, asked = self._people.groups[group]
            judgement = judge(self._selections[group], Situation(asked, person, told))
            number = self._outcomes.number(outcome_of(judgement, reasons=self._reasons))
            if sign is not _ALONE:
                self._known[key] = number
        return number
