"""The program: its commands, and how it begins."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from leadqual.cli.backtest import backtest
from leadqual.cli.check import check
from leadqual.cli.demo import demo
from leadqual.cli.diff import diff
from leadqual.cli.duplicates import duplicates
from leadqual.cli.explain import explain
from leadqual.cli.importing import import_files
from leadqual.cli.permit import permit
from leadqual.cli.registry import registry
from leadqual.cli.replay import replay
from leadqual.cli.report import report
from leadqual.cli.score import score
from leadqual.cli.stopping import listen
from leadqual.cli.test import run_tests
from leadqual.cli.usage import Commands

_HELP = """Decide by rules that people can read how ripe each lead is, and say why.

\b
Start here:
  leadqual demo                        make a sample, qualify it, look at the result
  leadqual check my-policy.yaml        is my policy sound?
  leadqual score -p sales -c contacts.csv -i interactions.csv -o scores.csv
  leadqual explain c-1 -p sales -c contacts.csv -i interactions.csv
  leadqual report sales -c contacts.csv -i interactions.csv -o report.html
  leadqual permit contacts.csv interactions.csv --purpose telemarketing --channel voice
  leadqual import --list               bring in what HubSpot, Salesforce and others exported
  leadqual test                        are my policies tested, and do they do what the tests say?

The exit status is 0 if all is fine, 1 if the answer is no, 2 if the input is bad.
"""

app = typer.Typer(
    cls=Commands,
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"leadqual {version('leadqual')}")
        except PackageNotFoundError:
            typer.echo("leadqual, not installed as a package")
        raise typer.Exit


@app.callback()
def _begin(
    wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version, and nothing else.")
    ] = False,
) -> None:
    return


for _command in (demo, check, score, explain, replay, diff, backtest, report, permit):
    app.command()(_command)
app.command("test")(run_tests)
app.command("import")(import_files)
app.add_typer(registry, name="registry")
app.add_typer(duplicates, name="duplicates")


def run() -> None:
    """Run the command that the arguments name."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name must not fail on a terminal that lacks its letters
    listen()
    app()
