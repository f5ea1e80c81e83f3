"""Hints of the readers of files, which speak of options of the command line, as Python writes them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from leadqual.errors import Problem

_OPTION: Final = re.compile(r"--([a-z]+(?:-[a-z]+)*)(?: ([A-Za-z][\w/+-]*))?")
_FLAGS: Final = ("ignore_unknown_columns",)


def in_python(problem: Problem) -> Problem:
    """Return a problem whose hint names keyword arguments in place of options.

    Examples
    --------
    >>> in_python(Problem("naive-datetime", "...", hint="add Z, or: --time-zone Asia/Jakarta")).hint
    "add Z, or: time_zone='Asia/Jakarta'"
    """
    return problem if problem.hint is None else replace(problem, hint=_OPTION.sub(_keyword, problem.hint))


def _keyword(match: re.Match[str]) -> str:
    name = match[1].replace("-", "_")
    if name in _FLAGS:
        return f"{name}=True" + (f" {match[2]}" if match[2] else "")
    return name if match[2] is None else f"{name}={match[2]!r}"
