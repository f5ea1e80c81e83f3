"""What can go wrong in a command, and the exit status that says so.

0 is fine, 1 means that the answer is no, 2 that the input is bad, 3 that leadqual itself is at fault, 130 that it was
stopped.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec

import typer

from leadqual.cli.output import console, print_json, print_problems
from leadqual.cli.stopping import leave, stoppable
from leadqual.errors import LeadqualError, Problem

P = ParamSpec("P")

REFUSED: Final = 1
BAD_INPUT: Final = 2
FAULT: Final = 3
STOPPED: Final = 130
TRACEBACK: Final = "LEADQUAL_TRACEBACK"
_ARGUMENTS: Final = frozenset({"time_zone", "encoding", "decimal"})


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Return the command with every error turned into a message and an exit status."""

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        try:
            with stoppable():
                command(*args, **options)
        except LeadqualError as error:
            _report(error, as_json=bool(options.get("as_json")))
            raise typer.Exit(BAD_INPUT) from None
        except typer.Exit:
            raise
        except KeyboardInterrupt:
            leave()
            console(stderr=True).print("Stopped. Nothing was written.", style="bad")
            raise typer.Exit(STOPPED) from None
        except Exception as error:
            _report_fault(error)
            raise typer.Exit(FAULT) from None
        finally:
            leave()

    return run


def _report(error: LeadqualError, *, as_json: bool) -> None:
    problems = [_as_option(problem) for problem in error.problems]
    if as_json:
        print_json({"ok": False, "problems": [problem.as_dict() for problem in problems]})
    else:
        print_problems(problems)
    if os.environ.get(TRACEBACK):
        traceback.print_exc()


def _as_option(problem: Problem) -> Problem:
    """Return the problem of an argument under the name that it has on the command line."""
    argument = problem.place.source or ""
    return problem.at(source=f"--{argument.replace('_', '-')}") if argument in _ARGUMENTS else problem


def _report_fault(error: Exception) -> None:
    if os.environ.get(TRACEBACK):
        traceback.print_exc()
        return
    what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    hint = f"please report it, with what {TRACEBACK}=1 shows"
    console(stderr=True).print(f"leadqual has a fault ({what}); {hint}.", style="bad", soft_wrap=True)
