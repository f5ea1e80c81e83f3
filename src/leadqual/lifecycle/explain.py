"""A decision in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.outlook import shown_value, wants
from leadqual.model.score import LedgerLine
from leadqual.model.score_card import KINDS, score_text
from leadqual.model.standing import Move

if TYPE_CHECKING:
    from leadqual.lifecycle.decision import Decision


def explanation(decision: Decision, zone: tzinfo = UTC) -> str:
    """Return everything that a person may ask about a decision, from the answer down to the details."""
    parts = [
        _headline(decision, zone),
        *_moves(decision, zone),
        *_scores(decision),
        *_missing(decision),
        *_next(decision),
    ]
    return "\n".join(parts)


def _headline(decision: Decision, zone: tzinfo) -> str:
    where = f"Contact {decision.contact_id}"
    if decision.stage is not None:
        since = decision.standing.entered_at
        where += f" stands at {decision.stage}" + (f" since {moment(since, zone)}" if since else "")
    else:
        where += " is scored"
    # The words of a relationship are not said here: "prospect" is also what a stage is called.
    bought = "a customer" if decision.relationship == "customer" else "not a customer yet"
    labels = [bought, *filter(None, [decision.activity, decision.temperature])]
    seen = f"seen at {moment(decision.at, zone)} under {decision.policy}"
    return f"{where}, {seen}.\nIt is {', '.join(labels)}{_roles(decision)}."


def _roles(decision: Decision) -> str:
    return f"; roles: {', '.join(sorted(decision.roles))}" if decision.roles else ""


def _moves(decision: Decision, zone: tzinfo) -> Iterator[str]:
    for title, moves in (
        ("How it came there", decision.moves),
        ("Different now, after the late interaction", decision.revised),
    ):
        if moves:
            yield f"\n{title}"
            for move in moves:
                why = f": {move.description}" if move.description else ""
                yield f"  {moment(move.at, zone)}  {move.source} -> {move.target} ({move.transition}){why}"
                yield f"    because {reason(move)}"
    if not decision.moves and decision.stage is not None:
        yield "\nNothing has moved it" + (" since the standing given." if decision.before else ".")
        if decision.standing.entered_at is None:
            yield "  It had not appeared by then (no interaction, no created_at), so no transition was tried."


def reason(move: Move) -> str:
    """Return why a move happened, with the values that its condition read."""
    values = ", ".join(f"{name} was {shown_value(value)}" for name, value in move.values.items())
    return f"{move.because}" + (f"; {values}" if values else "")


def _scores(decision: Decision) -> Iterator[str]:
    if decision.scores:
        yield "\nScores"
    for name, score in decision.scores.items():
        yield f"  {name}: {score_text(score)}"
        for line in score.ledger:
            if line.points:
                yield f"    {line_text(line)}"
    grades = [f"{name} {value if value is not None else 'none'}" for name, value in decision.grades.items()]
    if grades:
        yield f"  grades: {', '.join(grades)}"


def line_text(line: LedgerLine) -> str:
    """Return a line of a ledger with its points, how often it counted, and why it is there."""
    times = f", {line.count} counted" if line.count is not None else ""
    why = f": {line.description}" if line.description else ""
    return f"{line.points:+10.6g}  {KINDS[line.kind]}{line.id}{times}{why}"


def _missing(decision: Decision) -> Iterator[str]:
    if decision.missing:
        yield "\nNot known, and what it could have changed"
    for name, affected in decision.missing.items():
        yield f"  {name}: {'; '.join(affected)}"


def _next(decision: Decision) -> Iterator[str]:
    if decision.next_ways:
        yield "\nWhat comes next"
    for way in decision.next_ways:
        yield f"  to {way.target} ({way.transition}):"
        yield from (f"    - {wanted}" for wanted in wants(way))


def moment(instant: datetime, zone: tzinfo = UTC) -> str:
    """Return an instant to the minute, with the name of its zone."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def known_zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; raise `InputError` if there is none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, TypeError, KeyError):
        expected, hint = "an IANA name such as 'Asia/Jakarta'", did_you_mean(str(name), available_timezones())
        problem = Problem(
            "bad-time-zone", "there is no such time zone", Place("time_zone"), shown(name), expected, hint
        )
        raise InputError(problem) from None
