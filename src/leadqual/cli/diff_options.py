"""What ``leadqual diff`` is asked: two policies and options about their stages and a history, checked all at once."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from leadqual.analysis.comparisons.question import asked as question_of
from leadqual.analysis.comparisons.stages import StageMap, stage_map
from leadqual.cli.at_once import AtOnce
from leadqual.cli.options import instant_of
from leadqual.cli.right_tables import check_order
from leadqual.errors import InputError, LeadqualError, Place, Problem
from leadqual.frames.models import from_models
from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import policy_named

_OPTIONS: Final = {**{name: f"--{name}" for name in ("until", "since", "desk", "outcome")}, "stages": "--stage"}
"""Arguments of the library, and what they are called here."""


@dataclass(frozen=True)
class Asked:
    """What a comparison is asked on the command line, as it was written."""

    old: str
    new: str
    contacts: Path | None
    interactions: Path | None
    until: str | None
    since: str | None
    stage: list[str] | None
    desk: list[str] | None
    outcome: str
    contact: str | None
    time_zone: str | None
    encoding: str

    def about_history(self) -> list[str]:
        """Return the options that were given and ask something of a history."""
        given = {"--until": self.until, "--since": self.since, "--desk": self.desk, "--contact": self.contact}
        return [name for name, value in given.items() if value is not None]


def asked(given: Asked) -> tuple[Policy, Policy, dict[str, Any]]:
    """Return the two policies, and what to ask of them; raise `InputError` with everything that is wrong.

    Nothing but the columns is read of the tables for it.
    """
    told: dict[str, Any] = {"outcome": given.outcome, "desk": given.desk, "until": None, "since": None}
    steps, has_history = AtOnce(), given.contacts is not None
    with steps:
        _check_given(given.contacts, given.interactions, given.about_history())
    for name in ("until", "since"):
        with steps:
            text = getattr(given, name)
            told[name] = None if text is None else instant_of(text, given.time_zone, f"--{name}")
    with steps:
        old, new = _policies(given.old, given.new)
        with steps:
            told["stages"] = _mapping(given.stage)
            _check_stages(old, new, told["stages"], complete=has_history)
        if has_history:
            _check_question(old, new, told)
    with steps:
        if given.contacts is not None and given.interactions is not None:
            check_order(given.contacts, given.interactions, given.encoding)
    steps.tell()
    return old, new, told


def as_option(problem: Problem) -> Problem:
    """Return the problem of an argument under the name that it has on the command line."""
    source = problem.place.source or ""
    return problem.at(source=_OPTIONS[source]) if source in _OPTIONS else problem


def _policies(old: str, new: str) -> tuple[Policy, Policy]:
    steps = AtOnce()
    with steps:
        before = policy_named(old)
    with steps:
        after = policy_named(new)
    steps.tell()
    return before, after


def _mapping(given: Iterable[str] | None) -> dict[str, str | None] | None:
    """Return which stage is which; raise `InputError` with all that cannot be read."""
    found: dict[str, str | None] = {}
    problems: list[Problem] = []
    for one in given or ():
        name, equals, target = (part.strip() for part in one.partition("="))
        if not equals or not name:
            message, hint = "this maps no stage", "--stage mql=qualified, or --stage nurture= for one that stands alone"
            problems.append(Problem("bad-usage", message, Place("--stage"), one, "OLD=NEW", hint))
        elif name in found:
            problems.append(Problem("bad-usage", f"the stage {name!r} is mapped twice", Place("--stage"), one))
        found[name] = target or None
    if problems:
        raise InputError(problems)
    return found or None


def _check_given(contacts: Path | None, interactions: Path | None, about_history: Iterable[str]) -> None:
    """Raise `InputError` if half a history is given, or options about a history without one."""
    problems = []
    if (contacts is None) != (interactions is None):
        missing = "--contacts" if contacts is None else "--interactions"
        message, hint = "a history is two tables, and one of them is missing", f"{missing} FILE"
        problems.append(Problem("missing-argument", message, Place(missing), hint=hint))
    if contacts is None and interactions is None:
        message, hint = "this is asked of a history, and none is given", "--contacts FILE --interactions FILE"
        problems += [Problem("missing-argument", message, Place(name), hint=hint) for name in about_history]
    if problems:
        raise InputError(problems)


def _check_stages(old: Policy, new: Policy, mapping: Mapping[str, str | None] | None, *, complete: bool) -> None:
    try:
        stages = stage_map(old, new, mapping, complete=False)
    except LeadqualError as error:
        raise InputError(map(as_option, error.problems)) from None
    left = [name for name in (*stages.only_old, *stages.only_new) if name not in (mapping or {})]
    if not left or not complete:
        return
    alone = " ".join(f"--stage {shlex.quote(f'{name}=')}" for name in left)
    hint = f"{alone} lets each stand for itself; --stage OLD=NEW names two that are one"
    try:
        stage_map(old, new, mapping, complete=True)
    except LeadqualError as error:
        raise InputError(replace(as_option(one), hint=hint) for one in error.problems) from None


def _check_question(old: Policy, new: Policy, told: dict[str, Any]) -> None:
    """Ask it of a history without a row, which tells what is wrong with the options before the real one is read."""
    people, events = from_models([], {}, policy=new)
    until = told["until"] or datetime.now(UTC)
    since = told["since"] if told["until"] else None  # the end of a history that nobody has read is not known
    options = {"until": until, "since": since, "outcome": told["outcome"], "desk": told["desk"]}
    try:
        question_of(old, new, people, events, **options, stages=StageMap({}, (), ()), time_zone="UTC", check="trusted")
    except LeadqualError as error:
        raise InputError(map(as_option, error.problems)) from None
