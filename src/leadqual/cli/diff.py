"""``leadqual diff``: what a new policy changes, in itself and for the contacts of a history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from leadqual._suggest import did_you_mean
from leadqual.cli.guard import REFUSED, guarded
from leadqual.cli.options import (
    AnyContactsOption,
    AnyInteractionsOption,
    DecimalOption,
    EncodingOption,
    IgnoreOption,
    JsonOption,
    ZoneOption,
)
from leadqual.cli.output import note, print_json, print_table, progress_bar, say
from leadqual.cli.words import repeated_note, took
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy

if TYPE_CHECKING:
    from leadqual.analysis.comparisons.comparison import Comparison
    from leadqual.analysis.comparisons.contact import Parting
    from leadqual.analysis.sheets import Sheet
    from leadqual.cli.two_tables import ReadTables

_COMPARED: Final = 10_000
_STYLES: Final = {"+": "good", "-": "bad"}
_WIDE: Final = ("because of", "change", "who", "stage")


@guarded
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A policy file, or the name of one that ships.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The policy that is to take its place.")],
    contacts: AnyContactsOption = None,
    interactions: AnyInteractionsOption = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", "--at", metavar="TIME", help="When to look at the contacts. Default: the last interaction."
        ),
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

    The exit status is 0 if both have the same content, 1 if they differ, and 2 if the input is bad. With --contact it
    is 0 if both make the same moves for this contact.

    \b
    Examples:
      leadqual diff sales my-policy.yaml
      leadqual diff old.yaml new.yaml -c contacts.csv -i interactions.csv --since 2026-01-01T00:00:00Z
      leadqual diff old.yaml new.yaml -c contacts.csv -i interactions.csv --stage mql=qualified --desk sql
      leadqual diff old.yaml new.yaml -c contacts.csv -i interactions.csv --contact c-1
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual.analysis.comparisons.comparison import compare  # noqa: PLC0415 - its packages are optional
    from leadqual.cli.diff_options import Asked, as_option, asked  # noqa: PLC0415 - its packages are optional

    begun = perf_counter()
    before, after, options = asked(
        Asked(old, new, contacts, interactions, until, since, stage, desk, outcome, contact, time_zone, encoding)
    )
    reading = {
        "time_zone": time_zone,
        "encoding": encoding,
        "decimal": decimal,
        "ignore_unknown_columns": ignore_unknown_columns,
    }
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
            comparison = compare(
                before, after, **options, reasons=reasons, time_zone=time_zone or "UTC", progress=watch
            )
            parting = None if contact is None else comparison.contact(contact)
        except LeadqualError as error:
            raise type(error)(map(as_option, error.problems)) from None
    same = comparison.same if parting is None else _moves_alike(comparison, parting)
    if parting is not None:
        if as_json:
            print_json({"ok": True, "same": same, **parting.to_dict()})
        else:
            say(parting.explain(time_zone=time_zone or "UTC"))
    elif as_json:
        print_json(_summary(comparison, tables, perf_counter() - begun))
    else:
        _show(comparison, tables, perf_counter() - begun)
    if not same:
        raise typer.Exit(REFUSED)


def _moves_alike(comparison: Comparison, parting: Parting) -> bool:
    """Return whether a contact goes the same way under both policies; a stage may have another name."""
    ends = parting.old_end.stage, parting.new_end.stage
    there = None if ends[0] is None else comparison.stages.named(ends[0])
    return parting.at is None and there == ends[1]


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


def _summary(comparison: Comparison, tables: ReadTables | None, seconds: float) -> dict[str, Any]:
    told: dict[str, Any] = {"ok": True, **comparison.to_dict()}
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
        say(f"\n{took(tables.contacts.height, tables.interactions.height, seconds)}")
        if tables.repeated:
            say(repeated_note(tables.repeated))


def _print(section: Sheet) -> None:
    if section.columns:
        print_table(section.title, section.columns, section.rows, wide=_WIDE)
        return
    say(f"\n{section.title}", "title")
    for line in section.lines:
        say(f"  {line}", _STYLES.get(line[:1]))
