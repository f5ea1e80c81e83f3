"""``leadqual report``: one page about a funnel, which opens without a network."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from leadqual.cli.at_once import AtOnce
from leadqual.cli.guard import guarded
from leadqual.cli.options import (
    AtOption,
    ContactsOption,
    DecimalOption,
    EncodingOption,
    IgnoreOption,
    InteractionsOption,
    JsonOption,
    PolicyArgument,
    PolicyOption,
    ZoneOption,
    instant_of,
    one_policy,
)
from leadqual.cli.output import note, print_json, print_table, progress_bar, say
from leadqual.cli.permit_options import (
    CallerOption,
    OwnListOption,
    PackOption,
    PaidOption,
    RegistryObtainedOption,
    RegistryOption,
    RulesOption,
)
from leadqual.cli.right_tables import check_order
from leadqual.cli.words import repeated_note, took
from leadqual.errors import InputError, LeadqualError, Place, Problem
from leadqual.policies.documents import policy_named

if TYPE_CHECKING:
    from leadqual.cli.two_tables import ReadTables
    from leadqual.report.report import Report

_OPTIONS: Final = {
    **{name: f"--{name}" for name in ("at", "since", "period", "outcome", "horizon", "score", "best", "reach")},
    "time_zone": "--time-zone",
}
"""Arguments of the library, and what they are called here."""


@guarded
def report(
    contacts: ContactsOption,
    interactions: InteractionsOption,
    policy: PolicyArgument = None,
    named: PolicyOption = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Where to write the page: a name that ends in .html.")
    ] = Path("report.html"),
    at: AtOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="TIME", help="The beginning of what is shown over time. Default: a year before --at."
        ),
    ] = None,
    period: Annotated[
        str, typer.Option("--period", metavar="TIME", help="What changed in this time before --at is told.")
    ] = "7d",
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="The heading of the page.")] = None,
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome",
            metavar="KIND",
            help="What counts as success: a kind, or one with a filter: purchase[amount > 9].",
        ),
    ] = "purchase",
    horizon: Annotated[
        str, typer.Option("--horizon", metavar="TIME", help="How long after an instant it may come, such as 90d.")
    ] = "90d",
    score: Annotated[
        str | None, typer.Option("--score", metavar="NAME", help="The score that leads are ranked by.")
    ] = None,
    best: Annotated[int, typer.Option("--best", metavar="NUMBER", help="How many of the best leads are shown.")] = 10,
    reach: Annotated[
        str | None,
        typer.Option(
            "--reach",
            metavar="PURPOSE,CHANNEL",
            help="Tell who may be contacted, such as telemarketing,voice. Default: nobody is asked about.",
        ),
    ] = None,
    caller: CallerOption = None,
    paid: PaidOption = False,
    registry: RegistryOption = None,
    registry_obtained: RegistryObtainedOption = None,
    do_not_call: OwnListOption = None,
    rules: RulesOption = None,
    pack: PackOption = None,
    time_zone: ZoneOption = None,
    encoding: EncodingOption = "utf-8",
    decimal: DecimalOption = None,
    ignore_unknown_columns: IgnoreOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write one page about a funnel: conversions, flow, who waits, sources, scores, changes, the best leads.

    The page is one file that opens without a network, in light and dark, on a telephone and on paper. Each chart
    comes with a sentence and with its numbers. With --json all numbers are printed too.

    \b
    Examples:
      leadqual report sales -c contacts.csv -i interactions.csv
      leadqual report my.yaml -c c.parquet -i 'events/*.parquet' -o week.html --period 7d --time-zone Asia/Jakarta
      leadqual report sales -c contacts.csv -i events.csv --reach telemarketing,voice --caller seller
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual.cli.report_reach import reach_asked  # noqa: PLC0415 - its packages are optional
    from leadqual.cli.two_tables import read_tables  # noqa: PLC0415 - its packages are optional
    from leadqual.report.asked import asked  # noqa: PLC0415 - its packages are optional
    from leadqual.report.build import build  # noqa: PLC0415 - its packages are optional

    begun, steps = perf_counter(), AtOnce()
    question: dict[str, Any] = {
        "period": period, "time_zone": time_zone or "UTC", "outcome": outcome, "horizon": horizon, "score": score,
        "best": best,
    }  # fmt: skip
    question |= {"at": instant_of(None, None), "since": None}  # so that the rest is checked where --at cannot be read
    begin = None
    with steps:
        begin = None if since is None else instant_of(since, time_zone, "--since")
    with steps:
        question |= {"at": instant_of(at, time_zone), "since": begin}
    with steps:
        chosen = policy_named(one_policy(policy, named))
        _in_options(asked, chosen, **question)
    with steps:
        law = reach_asked(
            reach, caller, registry, registry_obtained, do_not_call, rules, pack, time_zone, paid=paid,
            ignore_unknown_columns=ignore_unknown_columns,
        )  # fmt: skip
    with steps:
        _check_page(out, (contacts, interactions))
    with steps:
        check_order(contacts, interactions, encoding)
    steps.tell()
    reading = {
        "time_zone": time_zone,
        "encoding": encoding,
        "decimal": decimal,
        "ignore_unknown_columns": ignore_unknown_columns,
    }
    with progress_bar(quiet=as_json) as watch:
        tables = read_tables(chosen, contacts, interactions, watch, reading)
        question |= {"title": title, "reach": None if law is None else law.read(watch)}
        question |= {"check": tables.check, "progress": watch}
        made = _in_options(build, chosen, tables.contacts, tables.interactions, **question)
        made.save(out)
    seconds = perf_counter() - begun
    if as_json:
        print_json(_summary(made, tables, out, seconds))
    else:
        _show(made, tables, out, seconds)


def _in_options(verb: Any, *arguments: Any, **question: Any) -> Any:
    """Return what a verb of the library gives; its problems name options in place of arguments."""
    try:
        return verb(*arguments, **question)
    except LeadqualError as error:
        raise type(error)(map(_as_option, error.problems)) from None


def _as_option(problem: Problem) -> Problem:
    source = problem.place.source or ""
    return problem.at(source=_OPTIONS[source]) if source in _OPTIONS else problem


def _check_page(out: Path, sources: tuple[Path, ...]) -> None:
    """Raise before the long work if the page could not be written, or would take the place of a table."""
    from leadqual.report.target import no_page  # noqa: PLC0415 - its packages are optional

    place, problems = Place(str(out)), []
    if wrong := no_page(out):
        problems.append(wrong)
    if not out.parent.is_dir() or out.is_dir():
        what = "this is a folder" if out.is_dir() else "its folder is not there"
        message, hint = f"the file cannot be written: {what}", "name a file in a folder that exists"
        problems.append(Problem("unwritable-file", message, place, hint=hint))
    if any(out.resolve() == source.resolve() for source in sources):
        message, hint = "this file is another one of this command", "write the page to a file of its own"
        problems.append(Problem("overwritten-file", message, place, hint=hint))
    if problems:
        raise InputError(problems)


def _summary(made: Report, tables: ReadTables, out: Path, seconds: float) -> dict[str, Any]:
    return {
        "ok": True,
        "out": str(out),
        "bytes": out.stat().st_size,
        "repeated": tables.repeated,
        "notes": tables.notes,
        **made.to_dict(),
        "seconds": round(seconds, 3),
    }


def _show(made: Report, tables: ReadTables, out: Path, seconds: float) -> None:
    for remark in tables.notes:
        note(remark)
    heading, seen = made.explain().split("\n")[:2]
    say(heading, "title")
    say(seen)
    print_table("Key figures", ("figure", "", ""), [[tile.label, tile.value, tile.note] for tile in made.tiles])
    for section in made:
        say(f"\n{section.title}", "title")
        for line in section.says:
            say(f"  {line}")
    say(f"\nWritten: {out}", "good", whole=True)
    say(took(tables.contacts.height, tables.interactions.height, seconds))
    if tables.repeated:
        say(repeated_note(tables.repeated))
