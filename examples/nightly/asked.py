"""What the command line asks for, checked before anything is done: everything that is wrong is said at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, get_args

from night import Job, OnNewPolicy
from sources import ApplicationDatabase, ParquetFiles, Source, check_files, check_log

import leadqual as lq
from leadqual import outreach


def job_of(given: argparse.Namespace) -> tuple[Job, Callable[[], Source], int]:
    """Return the job of a command line, what opens its log, and how many contacts a part has.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    problems = list[lq.Problem]()
    policy = at = None
    size = 0
    with _noting(problems):
        policy = _policy(given.policy)
    with _noting(problems):
        at = _instant(given.at)
    with _noting(problems):
        _check_stages(policy, given.call)
    with _noting(problems):
        outreach.Caller.model_validate({"kinds": [kind.strip() for kind in given.caller.split(",")]})
    with _noting(problems):
        if given.registry is not None:
            outreach.DoNotCallRegistry.open(given.registry)
    with _noting(problems):
        _one_of("--on-new-policy", given.on_new_policy, get_args(OnNewPolicy), "unknown-value")
    with _noting(problems):
        size = _whole(given.size)
    with _noting(problems):
        _check_folder(given.out)
    with _noting(problems):
        _check_source(given)
    if problems or policy is None or at is None:
        raise lq.InputError(problems)
    job = Job(policy, at, tuple(given.call), given.caller, given.registry, given.on_new_policy)
    return job, lambda: _source(given, policy), size


@contextmanager
def _noting(problems: list[lq.Problem]) -> Iterator[None]:
    try:
        yield
    except lq.LeadqualError as error:
        problems += error.problems


def _policy(given: str) -> lq.Policy:
    if given in lq.policies.names():
        return lq.Policy.loads(lq.policies.text(given), name=f"{given}.yaml")
    if not Path(given).suffix and not Path(given).exists():
        _one_of("--policy", given, lq.policies.names(), "unknown-policy")
    return lq.Policy.load(given)


def _instant(text: str) -> datetime:
    expected = "2026-11-23T00:00:00Z"
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        _refuse("bad-time", "this is no time", "--at", text, expected)
    if at.utcoffset() is None:
        _refuse("naive-datetime", f"--at {text} has no time zone", "--at", text, expected, f"write {text}Z for UTC")
    return at


def _check_stages(policy: lq.Policy | None, stages: list[str]) -> None:
    problems = list[lq.Problem]()
    for stage in stages if policy is not None else ():
        with _noting(problems):
            _one_of("--call", stage, tuple(policy.stages if policy is not None else ()), "unknown-stage")
    if problems:
        raise lq.InputError(problems)


def _whole(text: str) -> int:
    if not text.strip().isdecimal() or int(text) < 1:
        _refuse("bad-number", "a part has one contact or more", "--size", text, "a whole number from 1")
    return int(text)


def _check_folder(out: Path) -> None:
    if any(path.exists() and not path.is_dir() for path in (out, *out.parents)):
        _refuse("bad-usage", "nights are folders, and there is a file in the place of theirs", "--out", str(out))


def _check_source(given: argparse.Namespace) -> None:
    files = {"--contacts": given.contacts, "--interactions": given.interactions}
    named = [name for name, path in files.items() if path is not None]
    if given.database is not None and named:
        _refuse("bad-usage", "the log is read from a database or from two files, not from both", named[0])
    if given.database is not None:
        check_log(given.database)
    elif len(named) < len(files):
        missing = next((name for name in files if name not in named), None) if named else "--database"
        _refuse("bad-usage", "name --database, or --contacts and --interactions", missing)
    else:
        check_files(given.contacts, given.interactions)


def _source(given: argparse.Namespace, policy: lq.Policy) -> Source:
    if given.database is not None:
        return ApplicationDatabase(given.database, policy, given.on_new_policy)
    return ParquetFiles(given.contacts, given.interactions)


def _one_of(option: str, given: str, known: Any, code: str) -> None:
    if given not in known:
        near = get_close_matches(given, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else None
        _refuse(code, f"{given!r} is not one of those known", option, given, ", ".join(known), hint)


def _refuse(
    code: str,
    message: str,
    option: str | None,
    found: str | None = None,
    expected: str | None = None,
    hint: str | None = None,
) -> NoReturn:
    raise lq.InputError(lq.Problem(code, message, lq.Place(option), found, expected, hint))
