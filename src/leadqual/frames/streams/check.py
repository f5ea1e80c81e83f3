"""What is wrong with the rows of each bucket, told as if the tables had been looked at as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from leadqual.engines.tables.checks.columns import content_columns
from leadqual.engines.tables.checks.ids import ids_of, repeated_interactions
from leadqual.engines.tables.checks.reads import Reads
from leadqual.engines.tables.checks.rows import check_rows
from leadqual.engines.tables.columns import INTERACTION_ID
from leadqual.engines.tables.native import PLACE, Table, open_table
from leadqual.errors import InputError, Problem
from leadqual.frames.opened import Tables
from leadqual.frames.streams.spread import UNREAD
from leadqual.policy.document import PolicyDocument

_SHARE: Final = re.compile(r"([\d,]+) of [\d,]+ (\w+)")
"""What the message of every problem of rows tells."""
_IN_ROW: Final = re.compile(r" in row [\d,]+ (?=\()")
_NUMBER: Final = re.compile(r"([\d,]+) contacts?\b")
"""What is found begins with it, where rows belong to contacts that are not there."""
_ROWS: Final = "rows"
_STANDINGS: Final = "standings"
_STRANGER: Final = "unknown-contact"
_UNSUGGESTED: Final = "add the contacts, or leave out these rows"


class _Unnumbered(Table):
    """A table whose rows are told apart by their ids: their places within a bucket would say nothing."""

    @property
    def ordered(self) -> bool:
        return False


def checked(policy: PolicyDocument, contacts: pl.DataFrame, interactions: pl.DataFrame, reads: Reads) -> Tables:
    """Return the two tables of a bucket after looking at every row; raise `InputError` with all that is wrong.

    Two interactions with one id differ as well if they differ in what the policy does not read, of which the bucket
    has a hash.
    """
    people, events = (_unnumbered(table) for table in (contacts, interactions))
    problems: list[Problem] = []
    repeated = True
    try:
        repeated = check_rows(policy, people, events, reads).repeated
    except InputError as error:
        problems += error.problems
    if repeated and UNREAD in interactions.columns:
        content = [*content_columns(policy, events.schema), UNREAD]
        _, conflicts = repeated_interactions(ids_of(people, events), events, interactions.height, content)
        problems = [*(one for one in problems if not _is_conflict(one)), *conflicts]
    if problems:
        raise InputError(problems)
    kept = interactions.drop(UNREAD, strict=False)
    return Tables(open_table(contacts, "contacts"), open_table(kept, "interactions"), reads, repeated)


def _unnumbered(frame: pl.DataFrame) -> Table:
    table = open_table(frame, "table")
    return _Unnumbered(table.frame.drop(PLACE), table.schema, table.dialect, table.engine, table.close)


def _is_conflict(problem: Problem) -> bool:
    return problem.code == "duplicate-id" and problem.place.path == INTERACTION_ID


@dataclass
class Findings:
    """The problems of all buckets, each told once, with the number of rows in all of them.

    Parameters
    ----------
    totals : mapping of str to int
        How many rows each table has, by its name.
    buckets : int
        How many buckets there are.
    """

    totals: Mapping[str, int]
    buckets: int
    _found: dict[Problem, list[Problem]] = field(default_factory=dict, init=False)

    def __bool__(self) -> bool:
        return bool(self._found)

    def only(self, code: str) -> bool:
        """Return whether all problems are of one sort."""
        return all(problem.code == code for problem in self._found)

    def add(self, problems: Iterable[Problem]) -> None:
        """Add the problems of a bucket."""
        for problem in problems:
            alike = _SHARE.sub("", problem.message, count=1)
            self._found.setdefault(replace(problem, message=alike, found=None, hint=self._hint(problem)), []).append(
                problem
            )

    def problems(self) -> list[Problem]:
        """Return the problems, those of contacts first."""
        told = [self._told(alike, same) for alike, same in self._found.items()]
        return sorted(told, key=lambda problem: problem.place.source != "contacts")

    def _hint(self, problem: Problem) -> str | None:
        # The contact that was meant may lie in any bucket.
        return _UNSUGGESTED if problem.code == _STRANGER and self.buckets > 1 else problem.hint

    def _told(self, alike: Problem, same: list[Problem]) -> Problem:
        first = same[0]
        share = _SHARE.search(first.message)
        if share is None:
            return first
        number, what = f"{_sum(_SHARE, [one.message for one in same]):,}", share[2]
        table = {_ROWS: str(first.place.source), _STANDINGS: _STANDINGS}.get(what)
        rows = f"{number} {what}" if table is None else f"{number} of {self.totals[table]:,} {what}"
        found = first.found and _IN_ROW.sub(" ", first.found)
        if found is not None and first.code == _STRANGER:
            many = _sum(_NUMBER, [str(one.found) for one in same])
            found = _NUMBER.sub(f"{many:,} contact{'' if many == 1 else 's'}", found, count=1)
        if found is not None and len(same) > 1 and not found.endswith("..."):
            found = f"{found}, ..."
        return replace(alike, message=_SHARE.sub(rows, first.message, count=1), found=found)


def _sum(number: re.Pattern[str], texts: Iterable[str]) -> int:
    return sum(int(match[1].replace(",", "")) for text in texts if (match := number.search(text)))
