"""The options of ``leadqual permit`` and ``leadqual registry``, and what their values mean."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeAlias, TypeVar

import typer

from leadqual.cli.options import instant_of
from leadqual.errors import InputError, Place, Problem, shown, unreadable_file

T = TypeVar("T", str, Path)

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES: Final = {
    "purpose": "--purpose",
    "channel": "--channel",
    "at": "--at",
    "Caller": "--caller",
    "registries": "--registry",
    "suppressed": "--do-not-call",
    "country": "--country",
    "area_codes": "--area-codes",
    "obtained_at": "--obtained",
    "debt_column": "--debt-column",
}
"""What problems call an argument, and what it is called on the command line."""
_PHRASES: Final = {
    "DoNotCallRegistry.from_files(...) reads lists of numbers": "leadqual registry build reads lists of numbers",
    "registry.updated(...) reads those": "leadqual registry update reads those",
    "skip_bad=True": "--skip-bad",
    'area_codes="all"': "--area-codes all",
    "leave area_codes out": "leave --area-codes out",
}
"""What hints of the library say, and what to write on the command line."""


class Spoken(StrEnum):
    """The languages that reasons are told in."""

    ENGLISH = "en"
    INDONESIAN = "id"


ContactsArgument: TypeAlias = Annotated[
    Path | None, typer.Argument(metavar="CONTACTS", help="The contacts, in place of -c.", show_default=False)
]
InteractionsArgument: TypeAlias = Annotated[
    Path | None, typer.Argument(metavar="INTERACTIONS", help="The interactions, in place of -i.", show_default=False)
]
ContactOption: TypeAlias = Annotated[
    str | None, typer.Option("--contact", metavar="ID", help="Only this contact, with every reason. Default: all.")
]
PurposeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--purpose", metavar="NAME", help="telemarketing, telecollection, survey, charity, political or service."
    ),
]
ChannelOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--channel", metavar="NAME", help="voice, prerecorded, sms, whatsapp, email, fax, chat, post and so on."
    ),
]
CallerOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--caller",
        metavar="KINDS",
        help="What you are, such as seller,financial. Default: not known, so every rule about callers is in force.",
    ),
]
PaidOption: TypeAlias = Annotated[
    bool, typer.Option("--paid", help="The caller is paid to reach out for somebody else, such as a charity.")
]
RegistryOption: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--registry",
        metavar="[COUNTRY=]FILE",
        help="A copy of a do-not-call registry: made by leadqual registry build, or a list of numbers. Give several.",
    ),
]
RegistryObtainedOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--registry-obtained",
        metavar="[COUNTRY=]DAY",
        help="When lists of numbers were downloaded, such as 2026-11-20.",
    ),
]
OwnListOption: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--do-not-call",
        metavar="FILE",
        help="Your own do-not-call list: numbers, e-mail addresses or ids of contacts, one a line. Give several.",
    ),
]
RulesOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--rules", metavar="FILE", help="Rules of your own, on top of those that ship. Give several."),
]
PackOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--pack", metavar="NAME", help="A further pack of rules that ships, such as us_states or courtesy."),
]
DebtOption: TypeAlias = Annotated[str | None, typer.Option("--debt", metavar="ID", help="The debt it is about.")]
DebtColumnOption: TypeAlias = Annotated[
    str | None, typer.Option("--debt-column", metavar="NAME", help="The column of contacts with the debt of each.")
]
CampaignOption: TypeAlias = Annotated[
    str | None, typer.Option("--campaign", metavar="NAME", help="The campaign it is about.")
]
TemplateOption: TypeAlias = Annotated[
    bool, typer.Option("--template", help="The message is made from a template that the platform approved.")
]
StrictOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Count days off that a government only recommends as holidays. With --check, warnings make the status 1.",
    ),
]
LanguageOption: TypeAlias = Annotated[
    Spoken, typer.Option("--language", help="The language of reasons: en or id.", show_default=False)
]
ObtainedOption: TypeAlias = Annotated[
    str, typer.Option("--obtained", metavar="DAY", help="When the files were downloaded, such as 2026-11-20.")
]
SkipLinesOption: TypeAlias = Annotated[
    bool, typer.Option("--skip-bad", help="Leave out lines that cannot be read, and count them.")
]


def one_file(argument: Path | None, option: Path | None, name: str) -> Path | None:
    """Return the file that was given, whichever way; raise `InputError` if two were.

    Examples
    --------
    >>> str(one_file(None, Path("c.csv"), "--contacts")), one_file(None, None, "--interactions")
    ('c.csv', None)
    """
    if argument is not None and option is not None and argument != option:
        found = f"{shown(str(argument))} and {name} {shown(str(option))}"
        raise InputError(Problem("bad-usage", "two files are named for one table", Place(name), found, "one file"))
    return option if argument is None else argument


def needed(given: T | None, option: str, example: str) -> T:
    """Return what an option holds; raise `InputError` if it was left out."""
    if given is None:
        raise InputError(Problem("missing-argument", f"{option} is needed", Place(option), hint=f"{option} {example}"))
    return given


def own_list(files: list[Path] | None) -> tuple[str, ...]:
    """Return the entries of do-not-call lists of one's own; raise `InputError` for a file that cannot be read."""
    entries: list[str] = []
    problems: list[Problem] = []
    for path in files or ():
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            problems.append(unreadable_file(str(path), error))
            continue
        entries += [line.strip() for line in lines if line.strip()]
        problems += [_no_entry(path, number, line) for number, line in enumerate(lines, 1) if _is_doubtful(line)]
    if problems:
        raise InputError(problems)
    return tuple(entries)


def _is_doubtful(line: str) -> bool:
    """Return whether a line looks like a number that is not written as contacts' numbers are, or like a table."""
    entry = line.strip()
    return bool(re.fullmatch(r"\+?[\d\s().-]{6,}", entry)) and not re.fullmatch(r"\+[1-9]\d{6,14}", entry)


def _no_entry(path: Path, number: int, line: str) -> Problem:
    message = "this looks like a number, and is not international: it would be that of nobody"
    hint = "begin with + and the country's code, and leave out spaces and signs; as an id it needs letters"
    return Problem("bad-phone", message, Place(str(path), number), shown(line.strip()), "such as +12125550123", hint)


def day_of(given: str, zone: str | None, option: str) -> datetime:
    """Return the instant that an option names; a day alone is its first instant, in the named zone or in UTC.

    Examples
    --------
    >>> str(day_of("2026-11-20", "Asia/Jakarta", "--obtained")), str(day_of("2026-11-20", None, "--obtained"))
    ('2026-11-19 17:00:00+00:00', '2026-11-20 00:00:00+00:00')
    """
    is_day = _DAY.fullmatch(given.strip()) is not None
    return instant_of(given, "UTC" if is_day and zone is None else zone, option)


def as_option(problem: Problem) -> Problem:
    """Return a problem that names options in place of arguments of the library."""
    source, hint = problem.place.source or "", problem.hint
    for phrase, written in _PHRASES.items():
        hint = hint and hint.replace(phrase, written)
    told = replace(problem, hint=hint)
    if source not in _NAMES:
        return told
    return replace(told, place=replace(told.place, source=_NAMES[source], path=None))
