"""A decision held against what is expected of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from leadqual.conditions.nodes import Node
from leadqual.model.score import LedgerLine, Score
from leadqual.testing.expectation import Expectation


class Moved(Protocol):
    """A move, as far as something may be expected of it."""

    @property
    def source(self) -> str: ...

    @property
    def target(self) -> str: ...

    @property
    def transition(self) -> str: ...


class Decided(Protocol):
    """A decision, as far as something may be expected of it."""

    @property
    def stage(self) -> str | None: ...

    @property
    def moves(self) -> Sequence[Moved]: ...

    @property
    def scores(self) -> Mapping[str, Score]: ...

    @property
    def grades(self) -> Mapping[str, str | None]: ...

    @property
    def missing(self) -> Mapping[str, Sequence[str]]: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is not as expected.

    Parameters
    ----------
    what : str
        What was looked at: ``stage``, ``score intent``, ``reason intent.demo``.
    expected, found : str
        In words.
    """

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.what}: expected {self.expected}, found {self.found}"


def failures_of(expected: Expectation, decision: Decided, answer: Callable[[Node], bool | None]) -> tuple[Failure, ...]:
    """Return everything in a decision that is not as expected, the stage first.

    Parameters
    ----------
    answer : callable
        From a condition to what it is for the contact at the instant of the decision.
    """
    return tuple(_failures(expected, decision, answer)) if expected.error is None else ()


def _failures(expected: Expectation, decision: Decided, answer: Callable[[Node], bool | None]) -> Iterator[Failure]:
    named = expected.model_fields_set
    if "stage" in named and expected.stage != decision.stage:
        yield Failure("stage", repr(expected.stage), repr(decision.stage))
    if "because" in named:
        last = decision.moves[-1].transition if decision.moves else None
        if expected.because != last:
            yield Failure("because", repr(expected.because), "no move" if last is None else repr(last))
    if "moves" in named and not _moved(expected.moves, decision.moves):
        found = ", ".join(f"{move.source} -> {move.target} ({move.transition})" for move in decision.moves)
        yield Failure("moves", ", ".join(expected.moves) or "none", found or "none")
    for name, bounds in expected.scores.items():
        value = decision.scores[name].value
        if not bounds.holds(value):
            yield Failure(f"score {name}", bounds.text, "no value" if value is None else f"{value:.10g}")
    for name, band in expected.grades.items():
        if decision.grades[name] != band:
            yield Failure(f"grade {name}", repr(band), repr(decision.grades[name]))
    yield from _reasons(expected.reasons, decision)
    yield from _missing(expected, decision)
    for condition in expected.holds:
        if (found_answer := answer(condition)) is not True:
            yield Failure("holds", str(condition), "unknown" if found_answer is None else "false")


def _moved(expected: tuple[str, ...], moves: Sequence[Moved]) -> bool:
    return len(expected) == len(moves) and all(map(_is_move, expected, moves))


def _is_move(said: str, move: Moved) -> bool:
    if "->" in said:
        return [part.strip() for part in said.split("->")] == [move.source, move.target]
    return said == move.transition


def _reasons(expected: Mapping[str, float | None], decision: Decided) -> Iterator[Failure]:
    for name, points in expected.items():
        lines = [line for line in lines_of(name, decision) if line.points]
        if not lines:
            yield Failure(f"reason {name}", "points" if points is None else f"{points:+g} points", "no points")
        elif points is not None and all(abs(line.points - points) > 5e-7 for line in lines):
            found = " and ".join(f"{line.points:+.10g}" for line in lines)
            yield Failure(f"reason {name}", f"{points:+g} points", f"{found} points")


def lines_of(name: str, decision: Decided) -> list[LedgerLine]:
    """Return the lines of a rule, named ``demo`` or ``intent.demo``, in the ledgers of a decision."""
    score, _, rule = name.partition(".")
    return [
        line
        for scored, found in decision.scores.items()
        for line in found.ledger
        if line.kind in ("rule", "part") and (line.id == name or (scored == score and line.id == rule))
    ]


def _missing(expected: Expectation, decision: Decided) -> Iterator[Failure]:
    if "missing" not in expected.model_fields_set:
        return
    found: Any = ", ".join(decision.missing) or "nothing"
    if not expected.missing and decision.missing:
        yield Failure("missing", "nothing", found)
    for name in expected.missing:
        if name not in decision.missing:
            yield Failure("missing", repr(name), found)
