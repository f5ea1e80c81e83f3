"""Scores of scorer objects for tables: asked of the whole table where they can, else contact by contact."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import narwhals as nw

from leadqual.engines.tables.columns import CONTACT_ID, Frame, safe
from leadqual.engines.tables.gaps import SCORER
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.native import Table, open_table
from leadqual.errors import LeadqualError, Place, Problem
from leadqual.model.score import Scorer
from leadqual.policy.document import PolicyDocument

SCORE: Final = "score"
"""The column of a scorer's table that holds the score; further columns are the lines of its ledger."""

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
        parts = [column for column in self.table.schema if column not in (CONTACT_ID, SCORE)]
        return {f"score.{self.name}.{part}": f"{self.value}_{number}" for number, part in enumerate(parts)}

    def keyed(self, keys: Keys) -> Frame:
        """Return the score and its lines, rounded like all points, under the key of the contact."""
        dialect, prefix = self.table.dialect, f"score.{self.name}."
        columns = {self.value: SCORE, **{column: line.removeprefix(prefix) for line, column in self.lines.items()}}
        answers = self.table.frame.select(
            nw.col(CONTACT_ID).alias(CONTACT),
            *(dialect.rounded(nw.col(safe(old)).cast(nw.Float64())).alias(new) for new, old in columns.items()),
        )
        return keys.of_rows(answers)


def attached(
    policy: PolicyDocument,
    names: Collection[str],
    natives: tuple[Any, Any],
    contacts: Table,
    at: datetime,
    one_by_one: OneByOne | None = None,
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

    Raises
    ------
    LeadqualError
        If a scorer is missing (code ``scorer-missing``) or does not answer with a table of scores (``bad-scorer``).
    UnsupportedError
        If a scorer takes one contact at a time, and the tables cannot hand over their rows.
    """
    return {name: _given(policy, name, natives, contacts, at, one_by_one) for name in policy.scorers if name in names}


def _given(
    policy: PolicyDocument,
    name: str,
    natives: tuple[Any, Any],
    contacts: Table,
    at: datetime,
    one_by_one: OneByOne | None,
) -> Given:
    scorer = policy.attached_scorers.get(name)
    if scorer is None:
        message = f"the policy {policy.name!r} leaves the score {name!r} to a scorer, and none was given"
        raise LeadqualError(
            Problem("scorer-missing", message, hint=f"policy = policy.with_scorer({name!r}, my_scorer)")
        )
    score_frame = getattr(scorer, "score_frame", None)
    if callable(score_frame):
        answer = score_frame(*natives, at=at)
    elif one_by_one is None or contacts.engine in SCORER.engines:
        raise SCORER.refusal(contacts.engine, f"score.{name}")
    else:
        answer = one_by_one(scorer, name)
    return Given(name, _checked(open_table(answer, f"scorer {name!r}"), name))


def _checked(table: Table, name: str) -> Table:
    lacking = [column for column in (CONTACT_ID, SCORE) if column not in table.schema]
    texts = [column for column, dtype in table.schema.items() if column != CONTACT_ID and not dtype.is_numeric()]
    if not lacking and not texts:
        return table
    found = f"columns {', '.join(table.schema)}" if lacking else f"no numbers in {', '.join(texts)}"
    expected = f"a table with {CONTACT_ID}, {SCORE} (numbers), and a column of numbers for each line of its ledger"
    message = f"the scorer {name!r} answered with something else"
    raise LeadqualError(Problem("bad-scorer", message, Place(name), found, expected))
