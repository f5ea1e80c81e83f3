"""``leadqual replay``: every move of every contact up to an instant, and where each stands then."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadqual.cli.at_once import AtOnce
from leadqual.cli.guard import STOPPED, guarded
from leadqual.cli.options import (
    ContactsOption,
    DecimalOption,
    EncodingOption,
    IgnoreOption,
    InteractionsOption,
    JsonOption,
    PolicyArgument,
    PolicyOption,
    SpreadsheetOption,
    ZoneOption,
    instant_of,
    one_policy,
)
from leadqual.cli.output import (
    note,
    print_bars,
    print_json,
    print_not_appeared,
    print_table,
    progress_bar,
    say,
)
from leadqual.cli.right_tables import check_order, check_standings
from leadqual.cli.stopping import stoppable
from leadqual.cli.words import counted, repeated_note, seen_at, unseen_note
from leadqual.policies.documents import policy_named

if TYPE_CHECKING:
    from leadqual.cli.replay_tables import Asked
    from leadqual.frames.streams.replay_files import ReplayedFiles

_PLACE = "FILE|FOLDER"


@guarded
def replay(
    contacts: ContactsOption,
    interactions: InteractionsOption,
    policy: PolicyArgument = None,
    named: PolicyOption = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            "--at",
            metavar="TIME",
            help="The instant up to which to replay, such as 2026-11-22T08:00:00+07:00. Default: now.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar=_PLACE, help="Where to write the moves: .parquet, .csv, .jsonl, or a folder."
        ),
    ] = None,
    standings: Annotated[
        Path | None, typer.Option("--standings", metavar=_PLACE, help="Where to write the standings, in the same way.")
    ] = None,
    earlier: Annotated[
        Path | None, typer.Option("--from", metavar=_PLACE, help="Standings to go on from, as --standings wrote them.")
    ] = None,
    spreadsheet_safe: SpreadsheetOption = False,
    time_zone: ZoneOption = None,
    encoding: EncodingOption = "utf-8",
    decimal: DecimalOption = None,
    ignore_unknown_columns: IgnoreOption = False,
    as_json: JsonOption = False,
) -> None:
    """Replay the history: every move of every contact, and how many stand at each stage.

    Parquet files, folders of them and patterns may be larger than memory. Where --out names a folder, it gets one file
    for each part of the contacts, and a replay that was stopped goes on from there when it is called again.

    With --from it goes on from where everybody stood: only later interactions count, and those before that still
    matter to the policy (its lookback).

    \b
    Examples:
      leadqual replay sales -c contacts.csv -i interactions.csv
      leadqual replay sales -c contacts.csv -i events.jsonl --until 2026-03-03T00:00:00Z -o moves.csv
      leadqual replay my.yaml -c contacts/ -i 'events/*.parquet' -o moves.parquet --standings today.parquet
      leadqual replay my.yaml -c contacts/ -i new/ --from today.parquet -o more.parquet --standings next.parquet
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual.cli.replay_tables import Asked, replay_tables  # noqa: PLC0415 - its packages are optional

    begun, options = perf_counter(), AtOnce()
    with options:
        chosen = policy_named(one_policy(policy, named))
    with options:
        moment = instant_of(until, time_zone, "--until")
    with options:
        check_order(contacts, interactions, encoding)
    with options:
        if earlier is not None:
            check_standings(earlier)
    options.tell()
    reading = {
        "time_zone": time_zone,
        "encoding": encoding,
        "decimal": decimal,
        "ignore_unknown_columns": ignore_unknown_columns,
    }
    asked = Asked(chosen, contacts, interactions, moment, out, standings, earlier, spreadsheet_safe, reading)
    try:
        with stoppable(), progress_bar(quiet=as_json) as watch:
            done = replay_tables(asked, watch)
    except KeyboardInterrupt:
        if not _is_begun(out or standings):
            raise
        _say_stopped(out or standings)
        raise typer.Exit(STOPPED) from None
    seconds = perf_counter() - begun
    if done.after_until:
        asked.notes.append(unseen_note(done.after_until, "--until"))
    if as_json:
        print_json(_summary(asked, done, seconds))
    else:
        _show(asked, done, seconds, time_zone)


def _is_begun(out: Path | None) -> bool:
    """Return whether a folder holds parts that are finished."""
    return out is not None and not out.suffix and out.is_dir() and any(out.iterdir())


def _say_stopped(out: Path | None) -> None:
    """Tell what a replay that was stopped has left."""
    note(f"Stopped. The parts that are finished stay in {out}; the same command goes on from there.")


def _summary(asked: Asked, done: ReplayedFiles, seconds: float) -> dict[str, Any]:
    return {
        "ok": True,
        "policy": asked.policy.ref.model_dump(),
        "until": asked.until,
        "rows": done.contacts + done.interactions + done.repeated,
        "repeated": done.repeated,
        "contacts": done.contacts,
        "interactions": done.interactions,
        "after_until": done.after_until,
        "moves": sum(done.moves.values()),
        "transitions": done.moves,
        "stages": done.stages,
        "not_appeared": done.not_appeared,
        "parts": done.buckets,
        "finished_before": done.resumed,
        "seconds": round(seconds, 3),
        "notes": asked.notes,
        "from": _text(asked.earlier),
        "out": _text(asked.out),
        "standings": _text(asked.standings),
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _show(asked: Asked, done: ReplayedFiles, seconds: float, time_zone: str | None) -> None:
    for remark in asked.notes:
        note(remark)
    counts = f"{counted(done.contacts, 'contact')} with {counted(done.interactions, 'interaction')}"
    say(f"{counts}, replayed until {seen_at(asked.until, time_zone)} under {asked.policy.ref}.", "title")
    if asked.earlier is not None:
        say(f"It went on from the standings in {asked.earlier}.")
    if done.repeated:
        say(repeated_note(done.repeated))
    if asked.policy.transitions:
        ways = [[way.id, ", ".join(way.source), way.target, done.moves[way.id]] for way in asked.policy.transitions]
        columns = ("transition", "from", "to", "moves")
        print_table(counted(sum(done.moves.values()), "move"), columns, ways, wide=("from",))
    if asked.policy.stages:
        print_bars("Stages", done.stages)
        print_not_appeared(done.not_appeared)
    if done.resumed:
        say(f"\n{done.resumed:,} of {counted(done.buckets, 'part')} had been finished before.")
    for place in (asked.out, asked.standings):
        if place is not None:
            say(f"\nWritten: {place}", "good", whole=True)
    say(f"It took {seconds:,.1f} seconds.")
