"""What a judgement comes to in a row of a table, and rows of them as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import polars as pl

from leadqual.outreach.judge.finding import Effect
from leadqual.outreach.judge.judge import Judged, Judgement, headline_order
from leadqual.outreach.telling import reason_of, warnings_of

BETWEEN: Final = "; "
"""What stands between several codes, unknowns or warnings in one cell."""
_NOTES: Final = ("DUTY", "NOTE")
_INSTANT: Final = pl.Datetime("us", "UTC")
_WHY: Final[Mapping[str, Any]] = {
    "effect": pl.String, "code": pl.String, "rule": pl.String, "jurisdiction": pl.String, "source": pl.String,
    "url": pl.String, "confidence": pl.String, "read_on": pl.Date, "text": pl.String, "until": _INSTANT,
}  # fmt: skip
REASONS: Final = "reasons"


class Outcome(NamedTuple):
    """The columns of a verdict, in their order."""

    allowed: bool
    code: str | None
    rule: str | None
    jurisdiction: str | None
    source: str | None
    confidence: str | None
    codes: str | None
    next_allowed: datetime | None
    unknown: str | None
    warnings: str | None
    reasons: tuple[tuple[Any, ...], ...] | None


_TYPES: Final[Mapping[str, Any]] = {
    **dict.fromkeys(Outcome._fields, pl.String),
    "allowed": pl.Boolean,
    "next_allowed": _INSTANT,
    REASONS: pl.List(pl.Struct(_WHY)),
}


def outcome_of(judgement: Judgement, *, reasons: bool) -> Outcome:
    """Return what a judgement comes to; the same as the verdict of one contact says."""
    ordered = sorted(judgement.findings(), key=headline_order)
    first = next((one for one in ordered if one.finding.code not in _NOTES), None)
    base: Mapping[str, Any] = {} if first is None else first.base
    denials = [one.finding.code for one in ordered if one.finding.effect is Effect.DENY]
    unknown = [one.finding.unknown for one in ordered if one.finding.unknown is not None]
    return Outcome(
        judgement.allowed,
        None if first is None else first.finding.code,
        base.get("rule"),
        base.get("jurisdiction"),
        base.get("source"),
        base.get("confidence"),
        _joined(denials),
        judgement.next_allowed(),
        _joined(unknown),
        _joined(warnings_of(judgement, ordered)),
        _deciding(ordered, judgement) if reasons else None,
    )


def _joined(texts: Sequence[str]) -> str | None:
    return BETWEEN.join(dict.fromkeys(texts)) or None


def _deciding(ordered: Sequence[Judged], judgement: Judgement) -> tuple[tuple[Any, ...], ...]:
    """Return the reasons that decide: those that deny, or where none does, those that allow."""
    effect = Effect.ALLOW if judgement.allowed else Effect.DENY
    return tuple(
        tuple(getattr(reason_of(one), name) for name in _WHY) for one in ordered if one.finding.effect is effect
    )


class Outcomes:
    """The different outcomes of a list: few, though the list is long."""

    def __init__(self) -> None:
        self._numbers: dict[Outcome, int] = {}

    def number(self, outcome: Outcome) -> int:
        """Return the number of an outcome."""
        return self._numbers.setdefault(outcome, len(self._numbers))

    def frame(self, *, reasons: bool) -> pl.DataFrame:
        """Return the outcomes as a table, in the order of their numbers."""
        found = list(self._numbers)
        columns = {
            name: pl.Series(name, [one[place] for one in found], dtype=_TYPES[name])
            for place, name in enumerate(Outcome._fields)
            if name != REASONS
        }
        if reasons:
            told = [[dict(zip(_WHY, why, strict=True)) for why in one.reasons or ()] for one in found]
            columns[REASONS] = pl.Series(REASONS, told, dtype=_TYPES[REASONS])
        return pl.DataFrame(columns)
