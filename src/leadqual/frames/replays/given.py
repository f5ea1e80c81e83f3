"""Earlier standings that a replay goes on from, held against the policy, the instant and the contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.engines.tables.checks.told import FEW, share
from leadqual.errors import InputError, LateInteraction, Place, Problem, shown
from leadqual.frames.native import into_polars
from leadqual.frames.replays.moves import STANDINGS
from leadqual.lifecycle.policy import Policy

_SOURCE: Final = "standings"
_EXPECTED: Final = {"seen": "numbers", "as_of": "times with their zone", "entered_at": "times with their zone"}


def given_standings(policy: Policy, native: Any, until: datetime, contacts: pl.Series) -> pl.DataFrame:
    """Return earlier standings, once they can be gone on from.

    Parameters
    ----------
    policy : Policy
        Under which they must have been made.
    native : table
        What `leadqual.frames.standings` returned earlier; of any library. Without ``seen``, or where it is null,
        nobody notices interactions that came late.
    until : datetime
        The instant up to which the replay goes.
    contacts : Series
        The ids of the contacts.

    Raises
    ------
    InputError
        With everything that is wrong: columns, and how many rows of which contacts.
    """
    frame = into_polars(native, _SOURCE)
    check_columns_of(frame.schema)
    if "seen" not in frame.columns:
        frame = frame.with_columns(seen=pl.lit(None, dtype=pl.Int64))
    frame = frame.select(pl.col(name).cast(kind) for name, kind in STANDINGS.items())
    problems = list(_Rows(policy, frame, until, contacts).problems())
    if problems:
        raise InputError(problems)
    return frame


def check_columns_of(schema: Mapping[str, Any]) -> None:
    """Raise `InputError` with every column that standings lack, or that holds another type."""
    problems = list(_columns(schema))
    if problems:
        raise InputError(problems)


def late_interactions(changed: pl.Series, standings: int) -> LateInteraction:
    """Return the error of contacts whose history up to their standing is not the one that it saw."""
    first = ", ".join(shown(name) for name in changed.head(FEW))
    error = LateInteraction(
        Problem(
            "late-interaction",
            f"{share(len(changed), standings, 'standings')} saw another history up to their as_of than is given now",
            Place("interactions"),
            first + (", ..." if len(changed) > FEW else ""),
            "the interactions from then on, back to as_of - policy.lookback, with every profile update",
            "load the missing ones; if some came late, pass late='replay' with the whole history of these contacts",
        )
    )
    error.contacts = tuple(changed)
    return error


def _columns(schema: Mapping[str, Any]) -> Iterator[Problem]:
    hint = "give what leadqual.frames.standings(...) returned"
    stored = f"{hint}; from a CSV file, read times as times: pl.read_csv(..., try_parse_dates=True)"
    for name, kind in STANDINGS.items():
        held = schema.get(name)
        place = Place(_SOURCE, path=name)
        if held is None and name != "seen":
            message = f"standings lack the column {name!r}"
            yield Problem("missing-column", message, place, ", ".join(schema), hint=hint)
        elif held is not None and not _fits(held, kind):
            expected = _EXPECTED.get(name, "texts")
            yield Problem("wrong-type", f"the column {name!r} holds another type", place, str(held), expected, stored)


def _fits(held: Any, kind: Any) -> bool:
    if held == pl.Null:
        return True
    match kind:
        case pl.Datetime():
            return isinstance(held, pl.Datetime) and held.time_zone is not None
        case pl.String():
            return bool(held in (pl.String, pl.Categorical) or isinstance(held, pl.Enum))
        case _:
            return bool(held.is_numeric())  # pandas has no whole numbers where one is missing


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of standings, and what they are held against."""

    policy: Policy
    frame: pl.DataFrame
    until: datetime
    contacts: pl.Series

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the rows."""
        yield from self._incomplete()
        yield from self._repeated()
        yield from self._in_future()
        yield from self._of_another_policy()
        yield from self._unknown_stages()
        yield from self._strangers()

    def _incomplete(self) -> Iterator[Problem]:
        always = ("contact_id", "as_of", "policy", *(["stage"] if self.policy.stages else []))
        for name in always:
            message = "have no value"
            yield from self._told("missing-field", name, pl.col(name).is_null(), message, "a value in every row")

    def _repeated(self) -> Iterator[Problem]:
        wrong = pl.col("contact_id").is_not_null() & pl.col("contact_id").is_duplicated()
        message, expected = "stand for a contact that has several", "one row a contact"
        hint = "keep the latest of each contact"
        yield from self._told("duplicate-id", "contact_id", wrong, message, expected, hint)

    def _in_future(self) -> Iterator[Problem]:
        message, expected = "lie after the instant that is asked about", f"as_of up to {self.until.isoformat()}"
        hint = "replay without standings= to ask about an earlier instant"
        wrong = pl.col("as_of") > self.until
        yield from self._told("standing-in-future", "as_of", wrong, message, expected, hint)

    def _of_another_policy(self) -> Iterator[Problem]:
        ours = self.policy.ref
        message = "were made under another policy, or under other content of this one"
        hint = "replay without standings= under the new policy, or leave these out: they are folded from the beginning"
        expected = f"{ours.hash} ({ours})"
        yield from self._told("other-policy", "policy", pl.col("policy") != ours.hash, message, expected, hint)

    def _unknown_stages(self) -> Iterator[Problem]:
        stages = list(self.policy.stages)
        wrong = pl.col("stage").is_not_null() & ~pl.col("stage").is_in(stages)
        named = self.frame.filter(wrong)["stage"]
        hint = did_you_mean(named[0], stages) if len(named) else None
        expected = f"one of: {', '.join(stages)}" if stages else "no stage: the policy has none"
        message = "name a stage that the policy lacks"
        yield from self._told("unknown-stage", "stage", wrong, message, expected, hint)

    def _strangers(self) -> Iterator[Problem]:
        wrong = pl.col("contact_id").is_not_null() & ~pl.col("contact_id").is_in(self.contacts.implode())
        message, hint = "belong to contacts that are not there", "add the contacts, or leave out these rows"
        expected = "a contact_id of the table of contacts"
        yield from self._told("unknown-contact", "contact_id", wrong, message, expected, hint)

    def _told(
        self, code: str, column: str, wrong: pl.Expr, message: str, expected: str, hint: str | None = None
    ) -> Iterator[Problem]:
        rows = self.frame.with_row_index("lq_row", offset=1).filter(wrong)
        if not rows.height:
            return
        texts = [
            f"{_text(row[column])} in row {row['lq_row']:,} ({shown(row['contact_id'])})"
            for row in rows.head(FEW).iter_rows(named=True)
        ]
        found = "; ".join(texts) + ("; ..." if rows.height > FEW else "")
        told = f"{share(rows.height, self.frame.height, 'standings')} {message}"
        yield Problem(code, told, Place(_SOURCE, path=column), found, expected, hint)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else shown(value)
