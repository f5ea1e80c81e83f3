"""The options that several commands share, and what their values mean."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from leadqual import policies
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.files.times import read_instant, zone_named

_FILE = "CSV, JSON lines or Parquet, by the ending of the name."

PolicyArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="POLICY", help="The policy, in place of --policy.", show_default=False),
]
PolicyOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--policy",
        "-p",
        metavar="FILE|NAME",
        help=f"A policy file, or the name of one that ships: {', '.join(policies.names())}.",
    ),
]
_CONTACTS: Final = typer.Option("--contacts", "-c", metavar="FILE", help=f"The contacts: {_FILE}")
_INTERACTIONS: Final = typer.Option("--interactions", "-i", metavar="FILE", help=f"The interactions: {_FILE}")
ContactsOption: TypeAlias = Annotated[Path, _CONTACTS]
InteractionsOption: TypeAlias = Annotated[Path, _INTERACTIONS]
AnyContactsOption: TypeAlias = Annotated[Path | None, _CONTACTS]
AnyInteractionsOption: TypeAlias = Annotated[Path | None, _INTERACTIONS]
AtOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="The instant to decide at, such as 2026-11-22T08:00:00+07:00. Default: now."
    ),
]
ZoneOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--time-zone",
        metavar="ZONE",
        help="Where times without a zone were written down, and in which times are shown, such as Asia/Jakarta.",
    ),
]
EncodingOption: TypeAlias = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="The encoding of CSV files, such as cp1252.")
]
DecimalOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--decimal",
        metavar="SIGN",
        help="What begins the decimals of numbers in CSV files: point or comma. The other one separates thousands.",
    ),
]
IgnoreOption: TypeAlias = Annotated[
    bool,
    typer.Option("--ignore-unknown-columns", help="Leave out columns that neither the models nor the policy know."),
]
SpreadsheetOption: TypeAlias = Annotated[
    bool,
    typer.Option("--spreadsheet-safe", help="In CSV, put ' before texts that a spreadsheet would run as a formula."),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def one_policy(argument: str | None, option: str | None) -> str:
    """Return what names the policy, whichever way it was given; raise `InputError` if nothing does, or two things do.

    Examples
    --------
    >>> one_policy("sales", None), one_policy(None, "my.yaml"), one_policy("sales", "sales")
    ('sales', 'my.yaml', 'sales')
    """
    given = {name for name in (argument, option) if name is not None}
    if len(given) == 1:
        return given.pop()
    place, hint = Place("--policy"), f"--policy my-policy.yaml, or one that ships: {', '.join(policies.names())}"
    if not given:
        raise InputError(Problem("missing-argument", "no policy is named", place, hint=hint))
    found = f"{shown(argument)} and --policy {shown(option)}"
    raise InputError(Problem("bad-usage", "two policies are named", place, found, "one policy"))


def instant_of(given: str | None, zone: str | None, option: str = "--at") -> datetime:
    """Return the instant that an option names, or now."""
    named = zone_named(zone)
    if given is None:
        return datetime.now(UTC)
    try:
        return read_instant(given, named)
    except LeadqualError as error:
        raise type(error)(problem.at(source=option) for problem in error.problems) from None
