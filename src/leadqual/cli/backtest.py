"""``leadqual backtest``: what happened after past instants, to those whom the policy had picked out then."""

from __future__ import annotations

from math import inf, nan
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from leadqual.cli.at_once import AtOnce
from leadqual.cli.guard import REFUSED, guarded
from leadqual.cli.options import (
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
from leadqual.cli.output import note, print_json, progress_bar, say
from leadqual.cli.right_tables import check_order
from leadqual.cli.words import repeated_note, took
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import policy_named

if TYPE_CHECKING:
    from leadqual.analysis.backtests.report import Backtest
    from leadqual.cli.two_tables import ReadTables

_BANDS: Final = 10
_CONFIDENCE: Final = 0.95
_OPTIONS: Final = {
    **{name: f"--{name}" for name in ("outcome", "horizon", "until", "score", "grade", "capacity", "confidence")},
    "stages": "--stage",
    "cutoffs": "--cutoff",
}
"""Arguments of the library, and what they are called here."""


@guarded
def backtest(
    contacts: ContactsOption,
    interactions: InteractionsOption,
    policy: PolicyArgument = None,
    named: PolicyOption = None,
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
        str | None,
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

    begun, options = perf_counter(), AtOnce()
    question: dict[str, Any] = {"outcome": outcome, "horizon": horizon, "score": score, "grade": grade}
    question |= {"stages": stage, "capacity": capacity}
    with options:
        chosen = policy_named(one_policy(policy, named))
        _check(chosen, question)
    for one in cutoff or ():
        with options:
            question.setdefault("cutoffs", []).append(instant_of(one, time_zone, "--cutoff"))
    with options:
        end = None if until is None else instant_of(until, time_zone, "--until")
    with options:
        least = None if min_lift is None else _number(min_lift, "--min-lift")
    with options:
        check_order(contacts, interactions, encoding)
    options.tell()
    reading = {
        "time_zone": time_zone,
        "encoding": encoding,
        "decimal": decimal,
        "ignore_unknown_columns": ignore_unknown_columns,
    }
    with progress_bar(quiet=as_json) as watch:
        tables = read_tables(chosen, contacts, interactions, watch, reading)
        question |= {"until": end, "time_zone": time_zone or "UTC", "check": tables.check, "progress": watch}
        try:
            report = looked_back(chosen, tables.contacts, tables.interactions, **question)
        except LeadqualError as error:
            raise type(error)(map(_as_option, error.problems)) from None
    short = [] if least is None else _short(report, least)
    if as_json:
        print_json(_summary(report, tables, short, perf_counter() - begun))
    else:
        _show(report, tables, perf_counter() - begun)
        for line in short:
            say(line, "bad")
    if short:
        raise typer.Exit(REFUSED)


def _check(policy: Policy, question: dict[str, Any]) -> None:
    """Raise for everything that is wrong with the options, before the long work of reading."""
    from leadqual.analysis.backtests.question import asked  # noqa: PLC0415 - its packages are optional

    try:
        asked(policy, **question, cutoffs=None, bands=_BANDS, confidence=_CONFIDENCE)
    except LeadqualError as error:
        raise InputError(map(_as_option, error.problems)) from None


def _number(given: str, option: str) -> float:
    """Return the number that an option holds: that of a lift can be neither infinite nor below zero."""
    try:
        number = float(given)
    except ValueError:
        number = nan
    if not 0 <= number < inf:
        message, expected = "this is no lift", "a number, such as 2 or 1.5"
        raise InputError(Problem("bad-number", message, Place(option), shown(given), expected))
    return number


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
    say(f"\n{took(tables.contacts.height, tables.interactions.height, seconds)}")
    if tables.repeated:
        say(repeated_note(tables.repeated))
