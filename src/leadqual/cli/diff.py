"""``leadqual diff``: what a new policy changes, in itself and for the contacts of a history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from leadqual._suggest import did_you_mean
from leadqual.cli.guard import REFUSED, guarded
from leadqual.cli.options import (
    DecimalOption,
    EncodingOption,
    IgnoreOption,
    JsonOption,
    ZoneOption,
    instant_of,
    policy_named,
)
from leadqual.cli.output import note, print_json, print_table, progress_bar, say
from leadqual.cli.words import counted, repeated_note
from leadqual.errors import InputError, LeadqualError, Place, PolicyError, Problem, shown
from leadqual.lifecycle.policy import Policy

if TYPE_CHECKING:
    from leadqual.analysis.comparisons.comparison import Comparison
    from leadqual.analysis.comparisons.report import Section
    from leadqual.cli.two_tables import ReadTables

_FILE = "CSV, JSON lines or Parquet, by the ending of the name."
_OPTIONS: Final = {**{name: f"--{name}" for name in ("until", "since", "desk", "outcome")}, "stages": "--stage"}
"""Arguments of the library, and what they are called here."""
_COMPARED: Final = 10_000
_STYLES: Final = {"+": "good", "-": "bad"}
_WIDE: Final = ("because of", "change", "who", "stage")


@guarded
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A policy file, or the name of one that ships.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The policy that is to take its place.")],
    contacts: Annotated[
        Path | None, typer.Option("--contacts", "-c", metavar="FILE", help=f"The contacts: {_FILE}")
    ] = None,
    interactions: Annotated[
        Path | None, typer.Option("--interactions", "-i", metavar="FILE", help=f"The interactions: {_FILE}")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="When to look at the contacts. Default: the last interaction."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="TIME", help="From when on to count leads and customers. Default: the first contact."
        ),
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option(
            "--stage",
            metavar="OLD=NEW",
            help="Which stage is which, where the names differ; give several. NAME= stands for itself.",
        ),
    ] = None,
    desk: Annotated[
        list[str] | None,
        typer.Option("--desk", metavar="NAME", help="A stage that sales works; give several. Default: sql."),
    ] = None,
    outcome: Annotated[
        str,
        typer.Option("--outcome", metavar="KIND", help="What makes a customer, such as purchase[amount > 100]."),
    ] = "purchase",
    contact: Annotated[
        str | None, typer.Option("--contact", metavar="ID", help="Tell of this contact alone where the policies part.")
    ] = None,
    reasons: Annotated[
        bool, typer.Option("--reasons/--no-reasons", help="Try each change by itself, to tell which one moves whom.")
    ] = True,
    time_zone: ZoneOption = None,
    encoding: EncodingOption = "utf-8",
    decimal: DecimalOption = None,
    ignore_unknown_columns: IgnoreOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compare two policies: every difference, and with a history who moves, why, and what sales gets.

    The exit status is 0 if both have the same content, 1 if they differ, and 2 if the input is bad.

    \b
    Examples:
      leadqual diff sales my-policy.yaml
      leadqual diff old.yaml new.yaml -c contacts.csv -i interactions.csv --since 2026-01-01T00:00:00Z
      leadqual diff old.yaml new.yaml -c contacts.csv -i interactions.csv --stage mql=qualified --desk sql
      leadqual diff old.yaml new.yaml -c contacts.csv -i interactions.csv --contact c-1
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual.analysis.comparisons.comparison import compare  # noqa: PLC0415 - its packages are optional

    before, after = _policies(old, new)
    begun, mapping = perf_counter(), _mapping(stage)
    about = {"--until": until, "--since": since, "--desk": desk, "--contact": contact}
    _check_given(contacts, interactions, [name for name, given in about.items() if given is not None])
    reading = {
        "time_zone": time_zone,
        "encoding": encoding,
        "decimal": decimal,
        "ignore_unknown_columns": ignore_unknown_columns,
    }
    options: dict[str, Any] = {"stages": mapping, "outcome": outcome, "desk": desk, "reasons": reasons}
    options |= {name: _instant(given, time_zone, f"--{name}") for name, given in (("until", until), ("since", since))}
    tables = None
    with progress_bar(quiet=as_json) as watch:
        if contacts is not None and interactions is not None:
            tables = _read(before, after, contacts, interactions, watch, reading)
            if contact is not None:
                options["until"] = options["until"] or tables.interactions["occurred_at"].max()
                tables = _only(tables, contact, contacts)
            # Read with the names of both, so what each of the two refuses is still to be looked at.
            options |= {"contacts": tables.contacts, "interactions": tables.interactions, "check": "all"}
        try:
            comparison = compare(before, after, **options, time_zone=time_zone or "UTC", progress=watch)
            parting = None if contact is None else comparison.contact(contact)
        except LeadqualError as error:
            raise type(error)(map(_as_option, error.problems)) from None
    if parting is not None:
        if as_json:
            print_json({"ok": comparison.same, **parting.to_dict()})
        else:
            say(parting.explain(time_zone=time_zone or "UTC"))
    elif as_json:
        print_json(_summary(comparison, tables, perf_counter() - begun))
    else:
        _show(comparison, tables, perf_counter() - begun)
    if not comparison.same:
        raise typer.Exit(REFUSED)


def _policies(old: str, new: str) -> tuple[Policy, Policy]:
    """Return both policies; raise `PolicyError` with the problems of both."""
    found: list[Policy] = []
    problems: list[Problem] = []
    for name in (old, new):
        try:
            found.append(policy_named(name))
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems)
    return found[0], found[1]


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


def _instant(given: str | None, zone: str | None, option: str) -> Any:
    return None if given is None else instant_of(given, zone, option)


def _read(
    old: Policy, new: Policy, contacts: Path, interactions: Path, watch: Any, reading: dict[str, Any]
) -> ReadTables:
    """Return the two tables, read with the fields and kinds of both policies."""
    from leadqual.cli.two_tables import read_tables  # noqa: PLC0415 - its packages are optional

    both = Policy(
        name=new.name,
        fields={**old.fields, **new.fields},
        interactions={**old.interactions, **new.interactions},
    )
    return read_tables(both, contacts, interactions, watch, reading)


def _only(tables: ReadTables, contact: str, source: Path) -> ReadTables:
    """Return the rows of one contact, so that nobody waits for the others."""
    people, events = (table.filter(table["contact_id"] == contact) for table in (tables.contacts, tables.interactions))
    if people.is_empty():
        message, found = f"there is no contact {shown(contact)} in {source}", shown(contact)
        hint = did_you_mean(contact, tables.contacts["contact_id"].head(_COMPARED).to_list())
        raise InputError(Problem("unknown-contact", message, Place("--contact"), found, hint=hint))
    return replace(tables, contacts=people, interactions=events)


def _as_option(problem: Problem) -> Problem:
    source = problem.place.source or ""
    return problem.at(source=_OPTIONS[source]) if source in _OPTIONS else problem


def _summary(comparison: Comparison, tables: ReadTables | None, seconds: float) -> dict[str, Any]:
    told: dict[str, Any] = {"ok": comparison.same, **comparison.to_dict()}
    if tables is not None:
        told |= {
            "contacts": tables.contacts.height,
            "interactions": tables.interactions.height,
            "repeated": tables.repeated,
            "notes": tables.notes,
            "seconds": round(seconds, 3),
        }
    return told


def _show(comparison: Comparison, tables: ReadTables | None, seconds: float) -> None:
    from leadqual.analysis.comparisons.report import sections  # noqa: PLC0415 - its packages are optional

    for remark in () if tables is None else tables.notes:
        note(remark)
    first, *others = sections(comparison)
    say(first.title, "good" if comparison.same else "title")
    for section in others:
        _print(section)
    if tables is not None:
        events = counted(tables.interactions.height, "interaction")
        say(f"\n{counted(tables.contacts.height, 'contact')} with {events} took {seconds:,.1f} seconds.")
        if tables.repeated:
            say(repeated_note(tables.repeated))


def _print(section: Section) -> None:
    if section.columns:
        print_table(section.title, section.columns, section.rows, wide=_WIDE)
        return
    say(f"\n{section.title}", "title")
    for line in section.lines:
        say(f"  {line}", _STYLES.get(line[:1]))
