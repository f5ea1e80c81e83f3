"""``leadqual import``: what another system exported, as tables that the other commands read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadqual.cli.at_once import AtOnce
from leadqual.cli.guard import REFUSED, guarded
from leadqual.cli.importing_words import (
    check_named,
    check_options,
    in_command,
    in_options,
    moment_of,
    named_files,
    quoted,
    with_words,
)
from leadqual.cli.options import JsonOption, PolicyOption
from leadqual.cli.output import print_json, progress_bar, say
from leadqual.errors import InputError, Place, Problem
from leadqual.policies.documents import policy_named

if TYPE_CHECKING:
    from leadqual.integrations.result import Import


@guarded
def import_files(
    system: Annotated[
        str | None,
        typer.Argument(metavar="SYSTEM", help="A system, such as hubspot, or a mapping document.", show_default=False),
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILES", help="What it exported: CSV, spreadsheets, zip, gz.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FOLDER", help="Where the tables are to be written.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write. Without it nothing but the report is made.")] = False,
    skip_refused: Annotated[
        bool,
        typer.Option("--skip-refused", help="Write in spite of cases to decide, without what they are about."),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the tables of an earlier import.")] = False,
    table_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="The format of the tables: parquet or csv.")
    ] = "parquet",
    country: Annotated[
        str | None,
        typer.Option("--country", metavar="CODE", help="Of phone numbers without a country code, such as ID."),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="ZONE", help="Where times without a zone were written down."),
    ] = None,
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="What 03/04/2026 begins with.", show_default=False)
    ] = None,
    decimal: Annotated[
        str | None,
        typer.Option("--decimal", metavar="SIGN", help="What begins the decimals of numbers: . or , (point or comma)."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="The encoding of files of text, such as cp1252.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="The instant of the export, for wishes of which no time is known."),
    ] = None,
    policy: PolicyOption = None,
    word: Annotated[
        list[str] | None,
        typer.Option("--word", metavar="V.TERM=WORD", help="What a term means: activities.Demo=demo_attended."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write the report: a page (.html), or every case (.json, .csv)."),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option("--draft", metavar="FILE", help="Write a mapping document for files of any system."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the systems whose mappings ship.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring in what another system exported: contacts, and what happened with them.

    Nothing is guessed: what can be read in two ways, and each term that nobody translated, is reported with its rows.
    Nothing is written before --write. The exit status is 1 if there is something to decide first.

    \b
    Examples:
      leadqual import --list
      leadqual import hubspot contacts.csv calls.csv --country ID --time-zone Asia/Jakarta --report import.html
      leadqual import hubspot contacts.csv calls.csv --word activities.Demo=demo_attended --out crm --write
      leadqual import --draft my-crm.yaml people.csv events.csv
      leadqual import my-crm.yaml people.csv activities=events.csv --out crm --write --skip-refused
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual import integrations  # noqa: PLC0415 - its packages are optional

    try:
        if listed:
            _list(integrations.systems(), as_json=as_json)
        elif draft is not None:
            _draft([name for name in (system, *(files or ())) if name is not None], draft, encoding)
        else:
            steps = AtOnce()
            with steps:
                _check_usage(system, files, out, report, table_format, write=write, overwrite=overwrite)
            with steps:
                check_options(country, time_zone, day_first, decimal, encoding)
            moment, declared, chosen = None, None, None
            with steps:
                moment = moment_of(at, time_zone)
            with steps:
                declared = None if policy is None else policy_named(policy)
            if system:
                with steps:
                    chosen = with_words(
                        integrations.mapping(system),
                        word or (),
                        declared,
                        is_policy_known=policy is None or declared is not None,
                    )
            steps.tell()
            assert chosen is not None
            with progress_bar(quiet=as_json) as watch:
                found = integrations.read(
                    chosen,
                    named_files(chosen, files or ()),
                    country=country,
                    time_zone=time_zone,
                    day_first=day_first,
                    decimal=decimal,
                    encoding=encoding,
                    at=moment,
                    policy=declared,
                    progress=watch,
                )
            _finish(found, out, report, table_format, write=write, skip=skip_refused, over=overwrite, as_json=as_json)
    except InputError as error:
        raise InputError(map(in_options, error.problems)) from None


def _check_usage(
    system: str | None,
    files: Sequence[str] | None,
    out: Path | None,
    report: Path | None,
    table_format: str,
    *,
    write: bool,
    overwrite: bool,
) -> None:
    """Raise `InputError` with everything that is wrong before any file is read."""
    from leadqual.integrations.saving import check_report_name  # noqa: PLC0415 - its packages are optional
    from leadqual.integrations.writing import check_folder, check_format  # noqa: PLC0415 - its packages are optional

    steps = AtOnce()
    with steps:
        check_named(system, "SYSTEM", "no system is named", "leadqual import --list shows those whose mappings ship")
    with steps:
        check_named(files, "FILES", "no file is named", "name the files that the system exported")
    with steps:
        check_named(out or not write, "--out", "--write needs a folder", "--out crm")
    with steps:
        check_format(table_format)
    if out is not None and write:
        with steps:
            check_folder(out, table_format, overwrite=overwrite)
    if report is not None:
        with steps:
            check_report_name(report)
    steps.tell()


def _list(systems: Sequence[str], *, as_json: bool) -> None:
    from leadqual.integrations.mapping import mapping  # noqa: PLC0415 - its packages are optional

    documents = {name: mapping(name).document for name in systems}
    if as_json:
        print_json({"ok": True, "systems": [_about(name, one) for name, one in documents.items()]})
        return
    for name, document in documents.items():
        say(f"{name:<12} {document.title}, {document.version}: {', '.join(document.files)}")


def _about(name: str, document: Any) -> dict[str, Any]:
    about = {"title": document.title, "version": document.version, "source": document.source}
    return {"system": name, **about, "files": list(document.files), "vocabularies": list(document.words)}


def _draft(files: Sequence[str], target: Path, encoding: str | None) -> None:
    from leadqual.integrations.draft import draft  # noqa: PLC0415 - its packages are optional

    check_named(files, "FILES", "no file is named", "name files that the system exported")
    text = draft(*files, encoding=encoding)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        message, hint = f"the file cannot be written: {error.strerror}", "name a file that is not there yet"
        raise InputError(Problem("unwritable-file", message, Place("--draft"), str(target), hint=hint)) from None
    say(f"Written: {target}", "good", whole=True)
    say("Say in it what becomes of each column, then: leadqual import " + quoted(target) + " FILES")


def _finish(
    found: Import,
    out: Path | None,
    report: Path | None,
    table_format: str,
    *,
    write: bool,
    skip: bool,
    over: bool,
    as_json: bool,
) -> None:
    """Print the report, write what was asked for, and say how to go on."""
    if report is not None:
        found.report.save(report)
    paths: list[Path] = []
    ready = skip or not found.report.to_decide
    if write and out is not None and ready:
        paths = found.write(out, "csv" if table_format == "csv" else "parquet", overwrite=over, skip_refused=skip)
    if as_json:
        written = [str(path) for path in paths]
        print_json({"ok": ready, **found.report.as_dict(), "written": written, "report": report and str(report)})
    else:
        say(in_command(found.report.explain(command_line=True)))
        _go_on(found, out, report, paths, write=write, ready=ready)
    if not ready:
        raise typer.Exit(REFUSED)


def _go_on(
    found: Import, out: Path | None, report: Path | None, paths: Sequence[Path], *, write: bool, ready: bool
) -> None:
    if report is not None:
        say(f"\nThe report: {report}", "good", whole=True)
    if paths:
        say(f"\nWritten: {', '.join(map(str, paths))}", "good", whole=True)
        contacts, interactions = map(quoted, paths[:2])
        extra = " --ignore-unknown-columns" if found.has_attributes else ""
        say(f"Then: leadqual score -p sales -c {contacts} -i {interactions} -o scores.csv{extra}", whole=True)
        return
    folder = f"--out {'crm' if out is None else quoted(out)} --write"
    if ready:
        skipping = " --skip-refused" if found.report.to_decide else ""
        say(f"\nNothing is written yet: {folder}{skipping} writes it.")
    else:
        refused = "Nothing was written" if write else "Nothing is written yet"
        say(f"\n{refused}: decide the cases above, or write without what they are about: {folder} --skip-refused")
