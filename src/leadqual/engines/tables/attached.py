"""Scores of scorer objects for tables: asked of the whole table where they can, else contact by contact."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from inspect import signature
from typing import Any

import narwhals as nw

from leadqual.engines.tables.answers import SCORE, checked
from leadqual.engines.tables.columns import CONTACT_ID, Frame, safe
from leadqual.engines.tables.gaps import SCORER
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.native import Table
from leadqual.errors import LeadqualError, Problem, UnsupportedError
from leadqual.model.score import Scorer
from leadqual.policy.document import PolicyDocument

OneByOne = Callable[[Scorer, str], Any]
"""From a scorer and the name of its score to a table of its answers, one contact at a time."""


@dataclass(frozen=True, slots=True)
class Given:
    """A score that does not come from rules: a table of its own, one row a contact.

    Parameters
    ----------
    name : str
        The score.
    table : Table
        What the scorer answered: ``contact_id``, ``score``, and a column for each line of its ledger.
    """

    name: str
    table: Table

    @property
    def value(self) -> str:
        """The column of the score inside the engine."""
        return f"lq_x_{safe(self.name)}"

    @property
    def lines(self) -> dict[str, str]:
        """The columns of the ledger inside the engine, by the names under which they come out."""
        return {f"score.{self.name}.{part}": column for part, column in self._parts.items()}

    @property
    def _parts(self) -> dict[str, str]:
        parts = [column for column in self.table.schema if column not in (CONTACT_ID, SCORE)] or [self.name]
        return {part: f"{self.value}_{number}" for number, part in enumerate(parts)}

    def keyed(self, keys: Keys) -> Frame:
        """Return the score and its lines under the key of the contact, rounded like all points.

        The last line takes what rounding leaves, so that they still sum; an only line is the whole score.
        """
        rounded = self.table.dialect.rounded
        value, *lines = (rounded(nw.col(safe(name)).cast(nw.Float64())) for name in (SCORE, *list(self._parts)[:-1]))
        lines.append(rounded(value - nw.sum_horizontal(nw.lit(0.0), *lines)))
        columns = zip((self.value, *self._parts.values()), (value, *lines), strict=True)
        contact = nw.col(CONTACT_ID).alias(CONTACT)
        return keys.of_rows(self.table.frame.select(contact, *(one.alias(name) for name, one in columns)))


def attached(
    policy: PolicyDocument,
    names: Collection[str],
    natives: tuple[Any, Any],
    contacts: Table,
    at: datetime,
    one_by_one: OneByOne | None = None,
    *,
    ledger: bool = False,
    repeated: bool = True,
) -> Mapping[str, Given]:
    """Return the scores that a policy leaves to scorer objects.

    Parameters
    ----------
    policy : PolicyDocument
        The policy with its scorers.
    names : collection of str
        The scores that are asked for.
    natives : tuple
        The tables of contacts and interactions as the caller has them; a scorer gets them so.
    contacts : Table
        The contacts as the engine reads them.
    at : datetime
        The instant.
    one_by_one : callable, optional
        What asks a scorer that has no ``score_frame``.
    ledger : bool, default False
        Whether the lines of the ledgers are wanted; a scorer whose ``score_frame`` takes ``ledger`` may leave them out.
    repeated : bool, default True
        Whether the interactions may hold one several times; a ``score_frame`` that takes ``repeated`` need not look.

    Raises
    ------
    LeadqualError
        If a scorer is missing (code ``scorer-missing``) or does not answer with a table of scores (``bad-scorer``).
    UnsupportedError
        If a scorer takes one contact at a time, and the tables cannot hand over their rows.
    """
    found = {}
    for name in policy.scorers:
        if name in names:
            found[name] = _given(
                policy, name, natives, contacts, at, one_by_one, {"ledger": ledger, "repeated": repeated}
            )
    return found


def _given(
    policy: PolicyDocument,
    name: str,
    natives: tuple[Any, Any],
    contacts: Table,
    at: datetime,
    one_by_one: OneByOne | None,
    told: Mapping[str, bool],
) -> Given:
    scorer = policy.attached_scorers.get(name)
    if scorer is None:
        message = f"the policy {policy.name!r} leaves the score {name!r} to a scorer, and none was given"
        raise LeadqualError(
            Problem("scorer-missing", message, hint=f"policy = policy.with_scorer({name!r}, my_scorer)")
        )
    refusal = SCORER.refusal(contacts.engine, f"score.{name}")
    score_frame = getattr(scorer, "score_frame", None)
    if callable(score_frame):
        try:
            answer = score_frame(*natives, at=at, **_taken(score_frame, told))
            return Given(name, checked(answer, name, policy.score_ranges[name], contacts))
        except UnsupportedError as error:  # a blend that holds a scorer that takes one contact at a time
            if error.code != SCORER.code:
                raise
            refusal = error
    if one_by_one is None or contacts.engine in SCORER.engines:
        raise refusal
    return Given(name, checked(one_by_one(scorer, name), name, policy.score_ranges[name], contacts))


def _taken(score_frame: Callable[..., Any], told: Mapping[str, bool]) -> dict[str, bool]:
    """Return what a scorer wants to be told, beside what every scorer is: it may save itself work."""
    wanted = signature(score_frame).parameters
    return {name: value for name, value in told.items() if name in wanted}
