"""Wrong usage, such as an option that is missing, told as JSON where JSON is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Final

from typer import Abort
from typer.core import TyperGroup

from leadqual.cli.output import print_json
from leadqual.errors import Problem

_STOPPED: Final = 1


class Commands(TyperGroup):
    """The commands of the program; with ``--json`` its usage errors are JSON too."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command that the arguments name."""
        options: dict[str, Any] = {"windows_expand_args": windows_expand_args, **extra}
        given = sys.argv[1:] if args is None else list(args)
        if not standalone_mode or "--json" not in given:
            return super().main(args, prog_name, complete_var, standalone_mode=standalone_mode, **options)
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **options)
        except Abort:
            sys.exit(_STOPPED)
        except Exception as error:
            if not hasattr(error, "format_message") or not hasattr(error, "exit_code"):
                raise
            print_json({"ok": False, "problems": [_problem(error).as_dict()]})
            sys.exit(error.exit_code)
        sys.exit(status if isinstance(status, int) else 0)


def _problem(error: Any) -> Problem:
    # The class of usage errors is not among the public names of the library, its parts are.
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "leadqual"
    return Problem("bad-usage", error.format_message(), hint=f"{path} --help")
