"""``leadqual score``: decide on every contact of a file, or score every contact of a folder of files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

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
    SpreadsheetOption,
    ZoneOption,
    instant_of,
    one_policy,
)
from leadqual.cli.output import (
    Watch,
    note,
    print_bars,
    print_cards,
    print_json,
    print_not_appeared,
    print_problems,
    progress_bar,
    say,
)
from leadqual.cli.qualify import Qualified, hottest, lead_cards, qualify
from leadqual.cli.right_tables import check_order
from leadqual.cli.score_folders import are_many, score_folders
from leadqual.cli.targets import check_targets, rejected_beside, write_rejected
from leadqual.cli.words import ABOUT_CSV, counted, hottest_title, repeated_note, seen_at, unseen_note
from leadqual.errors import InputError, Problem
from leadqual.files.leads import Leads, read_leads
from leadqual.files.open_table import JSON_LINES
from leadqual.files.records import decision_record
from leadqual.files.row import Row
from leadqual.files.write import Record, WholeFiles, write_lines, write_table
from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import policy_named

_SHOWN = 20
_WHOLE = "columns are looked at as a whole, and no row is told apart before all are read: mend what is reported"


@guarded
def score(
    contacts: ContactsOption,
    interactions: InteractionsOption,
    policy: PolicyArgument = None,
    named: PolicyOption = None,
    at: AtOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where to write: .csv, .parquet, or .jsonl for all details."),
    ] = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="One column a rule, which sum to the score.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Go on without the bad rows, and write them to a file.")
    ] = False,
    rejected: Annotated[
        Path | None,
        typer.Option("--rejected", metavar="FILE", help="Where --skip-bad writes the bad rows with the reasons."),
    ] = None,
    spreadsheet_safe: SpreadsheetOption = False,
    stream: Annotated[
        bool,
        typer.Option("--stream", help="Read Parquet files that are larger than memory; scores and grades, no stages."),
    ] = False,
    time_zone: ZoneOption = None,
    encoding: EncodingOption = "utf-8",
    decimal: DecimalOption = None,
    ignore_unknown_columns: IgnoreOption = False,
    as_json: JsonOption = False,
) -> None:
    """Decide on every contact: stage, scores, grades and reasons.

    Folders and patterns of Parquet files may be larger than memory. Of these, scores and grades are written, to --out.

    If any row is bad, nothing is written, and every bad row is reported with file, line and reason. With --skip-bad
    the good rows are decided on, and the bad ones are written to a file of their own.

    \b
    Examples:
      leadqual score -p sales -c contacts.csv -i interactions.csv -o scores.csv
      leadqual score -p sales -c contacts.csv -i events.jsonl -o scores.parquet --ledger
      leadqual score -p my.yaml -c contacts.csv -i events.csv --skip-bad --time-zone Asia/Jakarta
      leadqual score -p sales -c contacts/ -i 'events/2026-*.parquet' -o scores.parquet
    """  # noqa: D301 - \b keeps the lines of the examples
    options = AtOnce()
    with options:
        source = one_policy(policy, named)
        chosen = policy_named(source)
    with options:
        moment = instant_of(at, time_zone)
    with options:
        check_order(contacts, interactions, encoding)
    options.tell()
    if stream or are_many(contacts, interactions):
        score_folders(
            chosen,
            contacts,
            interactions,
            moment,
            out,
            ledger=ledger,
            time_zone=time_zone,
            ignore_unknown_columns=ignore_unknown_columns,
            spreadsheet_safe=spreadsheet_safe,
            as_json=as_json,
            refused={
                "--skip-bad": (skip_bad, _WHOLE),
                "--rejected": (rejected is not None, _WHOLE),
                "--encoding": (encoding != "utf-8", ABOUT_CSV),
                "--decimal": (decimal is not None, ABOUT_CSV),
            },
        )
        return
    refused = (rejected or rejected_beside(out)) if skip_bad else None
    check_targets([target for target in (out, refused) if target is not None], [contacts, interactions, Path(source)])
    with progress_bar(quiet=as_json) as watch:
        leads = read_leads(
            contacts,
            interactions,
            chosen,
            skip_bad=skip_bad,
            progress=watch,
            time_zone=time_zone,
            encoding=encoding,
            decimal=decimal,
            ignore_unknown_columns=ignore_unknown_columns,
        )
        result = _decided(chosen, leads, moment, watch, skip_bad=skip_bad)
    bad = [*leads.rejected, *_undecided(leads, result)]
    if unseen := leads.unseen(moment):
        leads.notes.append(unseen_note(unseen))
    _write(result, bad, out, refused, ledger=ledger, spreadsheet_safe=spreadsheet_safe)
    if as_json:
        print_json(_summary(chosen, moment, leads, result, bad, out, refused))
    else:
        _show(chosen, seen_at(moment, time_zone), leads, result, bad, out, refused)


def _decided(policy: Policy, leads: Leads, at: datetime, watch: Watch, *, skip_bad: bool) -> Qualified:
    result = qualify(policy, leads.contacts, leads.histories, at, watch)
    if result.undecided and not skip_bad:
        raise InputError([problem for row in _undecided(leads, result) for problem in row.problems])
    return result


def _undecided(leads: Leads, result: Qualified) -> list[Row[Any]]:
    """Return the rows of contacts that could be read and not decided on, with the reasons."""
    found = []
    for contact, problems in result.undecided:
        row = leads.contact_rows[contact.id]
        for problem in problems:
            row = row.rejected(problem)
        found.append(row)
    return found


def _write(
    result: Qualified,
    bad: list[Row[Any]],
    out: Path | None,
    refused: Path | None,
    *,
    ledger: bool,
    spreadsheet_safe: bool,
) -> None:
    with WholeFiles() as files:
        if out is not None:
            part = files.for_target(out)
            if out.suffix.lower() in JSON_LINES:
                write_lines(part, (decision.model_dump_json() for _, decision in result.decisions))
            else:
                rows: Iterable[Record] = (
                    decision_record(decision, contact, ledger=ledger) for contact, decision in result.decisions
                )
                write_table(part, rows, out, ("contact_id",), spreadsheet_safe=spreadsheet_safe)
        if refused is not None:
            write_rejected(files, bad, refused, spreadsheet_safe=spreadsheet_safe)


def _summary(
    policy: Policy,
    at: datetime,
    leads: Leads,
    result: Qualified,
    bad: list[Row[Any]],
    out: Path | None,
    refused: Path | None,
) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "ok": True,
        "policy": policy.ref.model_dump(),
        "at": at,
        "rows": leads.rows,
        "repeated": leads.repeated,
        "contacts": len(result.decisions),
        "interactions": sum(len(history) for history in leads.histories.values()),
        "after_at": leads.unseen(at),
        "stages": result.stages(policy),
        "not_appeared": result.not_appeared,
        "rejected": len(bad),
        "problems": [problem.as_dict() for problem in _problems(leads, bad)],
        "notes": leads.notes,
        "out": None if out is None else str(out),
        "rejected_file": None if refused is None else str(refused),
    }
    if out is None:
        summary["decisions"] = [decision_record(decision, contact) for contact, decision in result.decisions]
    return summary


def _problems(leads: Leads, bad: list[Row[Any]]) -> list[Problem]:
    """Return the problems of the rows that could not be read, and of those that could not be decided on."""
    return [*leads.problems, *(problem for row in bad[len(leads.rejected) :] for problem in row.problems)]


def _show(
    policy: Policy,
    at: str,
    leads: Leads,
    result: Qualified,
    bad: list[Row[Any]],
    out: Path | None,
    refused: Path | None,
) -> None:
    for remark in leads.notes:
        note(remark)
    if bad:
        print_problems(_problems(leads, bad))
    events = sum(len(history) for history in leads.histories.values())
    counts = f"{counted(len(result.decisions), 'contact')} with {counted(events, 'interaction')}"
    say(f"{counts}, seen at {at} under {policy.ref}.", "title")
    if leads.repeated:
        say(repeated_note(leads.repeated))
    if policy.stages:
        print_bars("Stages", result.stages(policy))
        print_not_appeared(result.not_appeared)
    if out is None:
        best = hottest(policy, result.decisions, _SHOWN)
        print_cards(f"{hottest_title(len(best))} (--out FILE writes all)", lead_cards(best))
    else:
        say(f"\nWritten: {out}", "good", whole=True)
    if bad:
        verbs = ("was", "it is") if len(bad) == 1 else ("were", "they are")
        rows = f"{len(bad):,} of {counted(leads.rows, 'row')} {verbs[0]} rejected"
        say(f"{rows}; {verbs[1]} in {refused}, with the reasons.", "bad")
