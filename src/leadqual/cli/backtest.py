"""``leadqual backtest``: what happened after past instants, to those whom the policy had picked out then."""

from __future__ import annotations

from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from leadqual.cli.guard import REFUSED, guarded
from leadqual.cli.options import (
    ContactsOption,
    DecimalOption,
    EncodingOption,
    IgnoreOption,
    InteractionsOption,
    JsonOption,
    ZoneOption,
    instant_of,
    policy_named,
)
from leadqual.cli.output import note, print_json, progress_bar, say
from leadqual.cli.words import counted, repeated_note
from leadqual.errors import InputError, LeadqualError, Problem

if TYPE_CHECKING:
    from leadqual.analysis.backtests.report import Backtest
    from leadqual.cli.two_tables import ReadTables

_OPTIONS: Final = {
    **{name: f"--{name}" for name in ("outcome", "horizon", "until", "score", "grade", "capacity", "confidence")},
    "stages": "--stage",
    "cutoffs": "--cutoff",
}
"""Arguments of the library, and what they are called here."""


@guarded
def backtest(
    policy: Annotated[
        str, typer.Argument(metavar="POLICY", help="A policy file, or the name of one that ships: sales, minimal.")
    ],
    contacts: ContactsOption,
    interactions: InteractionsOption,
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome",
            metavar="KIND",
            help="What was to happen: a kind, or one with a filter: purchase[amount > 100].",
        ),
    ] = "purchase",
    horizon: Annotated[
        str,
        typer.Option("--horizon", metavar="TIME", help="How long after a cutoff it may happen, such as 90d or 36h."),
    ] = "90d",
    cutoff: Annotated[
        list[str] | None,
        typer.Option(
            "--cutoff",
            metavar="TIME",
            help="An instant to look back from; give several. Default: the latest months that leave room.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="Up to when the data tell. Default: the last interaction."),
    ] = None,
    score: Annotated[
        list[str] | None, typer.Option("--score", metavar="NAME", help="A score to judge; give several. Default: all.")
    ] = None,
    grade: Annotated[
        list[str] | None, typer.Option("--grade", metavar="NAME", help="A grade to judge; give several. Default: all.")
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option(
            "--stage", metavar="NAME", help="A stage that counts as flagged; give several, the least far first."
        ),
    ] = None,
    capacity: Annotated[
        list[str] | None,
        typer.Option(
            "--capacity",
            metavar="NUMBER|SHARE",
            help="How many contacts can be worked at a cutoff, such as 100 or 10%; give several.",
        ),
    ] = None,
    min_lift: Annotated[
        float | None,
        typer.Option(
            "--min-lift",
            metavar="NUMBER",
            help="Let the exit status be 1 unless every score that is judged has this lift at every capacity.",
        ),
    ] = None,
    time_zone: ZoneOption = None,
    encoding: EncodingOption = "utf-8",
    decimal: DecimalOption = None,
    ignore_unknown_columns: IgnoreOption = False,
    as_json: JsonOption = False,
) -> None:
    """Look back at past cutoffs, and at who bought afterwards of those with high scores and late stages.

    At each cutoff the policy is asked about everybody who had appeared and had not had the outcome yet, and sees
    nothing that came later. Then it is looked up who had the outcome within the horizon.

    \b
    Examples:
      leadqual backtest sales -c contacts.csv -i interactions.csv
      leadqual backtest my.yaml -c contacts.csv -i events.jsonl --horizon 60d --score intent --capacity 100
      leadqual backtest my.yaml -c c.parquet -i 'events/*.parquet' --cutoff 2026-03-01T00:00:00Z --json
      leadqual backtest my.yaml -c c.csv -i i.csv --score intent --capacity 10% --min-lift 2
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual.analysis.backtests.backtesting import backtest as looked_back  # noqa: PLC0415 - its packages are optional
    from leadqual.cli.two_tables import read_tables  # noqa: PLC0415 - its packages are optional

    chosen, begun = policy_named(policy), perf_counter()
    cutoffs = _instants(cutoff, time_zone)
    end = None if until is None else instant_of(until, time_zone, "--until")
    reading = {
        "time_zone": time_zone,
        "encoding": encoding,
        "decimal": decimal,
        "ignore_unknown_columns": ignore_unknown_columns,
    }
    with progress_bar(quiet=as_json) as watch:
        tables = read_tables(chosen, contacts, interactions, watch, reading)
        try:
            report = looked_back(
                chosen,
                tables.contacts,
                tables.interactions,
                outcome=outcome,
                horizon=horizon,
                cutoffs=cutoffs,
                until=end,
                score=score,
                grade=grade,
                stages=stage,
                capacity=capacity,
                time_zone=time_zone or "UTC",
                check=tables.check,
                progress=watch,
            )
        except LeadqualError as error:
            raise type(error)(map(_as_option, error.problems)) from None
    short = [] if min_lift is None else _short(report, min_lift)
    if as_json:
        print_json(_summary(report, tables, short, perf_counter() - begun))
    else:
        _show(report, tables, perf_counter() - begun)
        for line in short:
            say(line, "bad")
    if short:
        raise typer.Exit(REFUSED)


def _instants(given: list[str] | None, zone: str | None) -> list[datetime] | None:
    """Return the cutoffs; raise `InputError` with all that are no instants."""
    found: list[datetime] = []
    problems: list[Problem] = []
    for one in given or ():
        try:
            found.append(instant_of(one, zone, "--cutoff"))
        except LeadqualError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found or None


def _as_option(problem: Problem) -> Problem:
    source = problem.place.source or ""
    return problem.at(source=_OPTIONS[source]) if source in _OPTIONS else problem


def _short(report: Backtest, least: float) -> list[str]:
    """Return for each score and capacity whose lift is less than asked for, or is not known, a sentence."""
    table = report.capacity.filter(report.capacity["cutoff"].is_null()) if report.capacity.width else report.capacity
    found = []
    for row in table.to_dicts():
        if row["lift"] is None or row["lift"] < least:
            lift = "not known" if row["lift"] is None else f"{row['lift']:.2f}"
            found.append(
                f"The lift of {row['score']} at {row['capacity']} is {lift}, and at least {least:g} was asked."
            )
    return found


def _summary(report: Backtest, tables: ReadTables, short: list[str], seconds: float) -> dict[str, Any]:
    told = report.to_dict()
    return {
        "ok": not short,
        "contacts": tables.contacts.height,
        "interactions": tables.interactions.height,
        "repeated": tables.repeated,
        **told,
        "notes": [*tables.notes, *told["notes"], *short],
        "seconds": round(seconds, 3),
    }


def _show(report: Backtest, tables: ReadTables, seconds: float) -> None:
    for remark in tables.notes:
        note(remark)
    for line in report.explain().split("\n"):
        # Tables are indented, their titles are not.
        say(line, None if line.startswith((" ", "- ")) else "title", whole=True)
    events = counted(tables.interactions.height, "interaction")
    say(f"\n{counted(tables.contacts.height, 'contact')} with {events} took {seconds:,.1f} seconds.")
    if tables.repeated:
        say(repeated_note(tables.repeated))
