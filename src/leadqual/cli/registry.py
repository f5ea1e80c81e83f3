"""``leadqual registry``: copies of do-not-call registries, built once out of lists and opened at once afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from leadqual.cli.at_once import AtOnce
from leadqual.cli.guard import guarded
from leadqual.cli.options import AtOption, JsonOption, ZoneOption, instant_of
from leadqual.cli.output import Watch, note, print_json, print_problems, progress_bar, say
from leadqual.cli.permit_options import ObtainedOption, SkipLinesOption, as_option, day_of
from leadqual.cli.words import counted, seen_at
from leadqual.errors import InputError

if TYPE_CHECKING:
    from leadqual.outreach.registries.registry import DoNotCallRegistry

_FEW: Final = 12
_DAY: Final = 86_400

registry = typer.Typer(
    help="Build copies of do-not-call registries for leadqual permit --registry.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

OutOption: TypeAlias = Annotated[
    Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write, such as us.dnc.")
]
SavedArgument: TypeAlias = Annotated[
    Path, typer.Argument(metavar="REGISTRY", help="A file that leadqual registry build wrote.")
]


@registry.command()
@guarded
def build(
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Lists with one number a line; zip and gz too.")],
    obtained: ObtainedOption,
    out: OutOption,
    country: Annotated[
        str, typer.Option("--country", metavar="CODE", help="The country whose numbers they are.")
    ] = "US",
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What people call the registry.")] = None,
    area_codes: Annotated[
        str | None,
        typer.Option(
            "--area-codes",
            metavar="CODES",
            help="What the copy covers: all, or 212,646. Default: the area codes that occur in it.",
        ),
    ] = None,
    skip_bad: SkipLinesOption = False,
    time_zone: ZoneOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build a registry out of lists of numbers, as the Federal Trade Commission gives them out.

    The file is read from disk as it is needed: hundreds of millions of numbers take little memory.

    \b
    Examples:
      leadqual registry build numbers/*.txt --obtained 2026-11-20 --out us.dnc
      leadqual registry build tps.txt --country GB --area-codes all --obtained 2026-11-20T06:00:00Z --out gb.dnc
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual.outreach.registries.registry import DoNotCallRegistry  # noqa: PLC0415 - its packages are optional

    moment = day_of(obtained, time_zone, "--obtained")
    _make(
        lambda watch: DoNotCallRegistry.from_files(
            files,
            obtained_at=moment,
            country=country,
            name=name,
            area_codes=_codes(area_codes),
            into=out,
            skip_bad=skip_bad,
            progress=watch,
        ),
        out,
        as_json=as_json,
    )


@registry.command()
@guarded
def update(
    saved: SavedArgument,
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="The change lists since the copy was obtained.")],
    obtained: ObtainedOption,
    out: OutOption,
    skip_bad: SkipLinesOption = False,
    time_zone: ZoneOption = None,
    as_json: JsonOption = False,
) -> None:
    """Apply change lists to a registry, and write it as another file.

    \b
    Example:
      leadqual registry update us.dnc changes-11-21.txt --obtained 2026-11-21 --out us-11-21.dnc
    """  # noqa: D301 - \b keeps the lines of the example
    from leadqual.outreach.registries.registry import DoNotCallRegistry  # noqa: PLC0415 - its packages are optional

    steps = AtOnce()
    with steps:
        moment = day_of(obtained, time_zone, "--obtained")
    with steps:
        before = DoNotCallRegistry.open(saved)
    steps.tell()
    _make(
        lambda watch: before.updated(files, obtained_at=moment, into=out, skip_bad=skip_bad, progress=watch),
        out,
        as_json=as_json,
    )


@registry.command()
@guarded
def show(saved: SavedArgument, at: AtOption = None, time_zone: ZoneOption = None, as_json: JsonOption = False) -> None:
    """Tell what a registry holds, and how old it is.

    \b
    Example:
      leadqual registry show us.dnc
    """  # noqa: D301 - \b keeps the lines of the example
    from leadqual.outreach.registries.registry import DoNotCallRegistry  # noqa: PLC0415 - its packages are optional

    steps = AtOnce()
    with steps:
        moment = instant_of(at, time_zone)
    with steps:
        there = DoNotCallRegistry.open(saved)
    steps.tell()
    days = (moment - there.obtained_at).total_seconds() / _DAY
    if as_json:
        print_json({"ok": True, **_summary(there, saved), "age_days": round(days, 3)})
        return
    _show(there)
    known = f"{counted(int(days), 'day')} old" if days >= 0 else "not obtained yet then"
    say(f"  obtained    {seen_at(there.obtained_at, time_zone)}; {known} at {seen_at(moment, time_zone)}")


def _codes(given: str | None) -> str | list[str] | None:
    if given is None or given.strip() == "all":
        return None if given is None else "all"
    return [code.strip() for code in given.split(",")]


def _make(build_it: Callable[[Watch], DoNotCallRegistry], out: Path, *, as_json: bool) -> None:
    """Build a registry with a progress bar, and print what it holds."""
    begun = perf_counter()
    with progress_bar(quiet=as_json) as watch:
        try:
            made = build_it(watch)
        except InputError as error:
            raise InputError(map(as_option, error.problems)) from None
    seconds = perf_counter() - begun
    if as_json:
        problems = [problem.as_dict() for problem in made.rejected.problems]
        print_json({"ok": True, **_summary(made, out), "problems": problems, "seconds": round(seconds, 3)})
        return
    if made.rejected.count:
        print_problems(made.rejected.problems)
        note(f"{counted(made.rejected.count, 'line')} left out.")
    _show(made)
    say(f"  obtained    {seen_at(made.obtained_at)}")
    say(f"\nWritten: {out}", "good", whole=True)
    say(f"It took {seconds:,.1f} seconds.")


def _summary(made: DoNotCallRegistry, file: Path) -> dict[str, Any]:
    return {
        "name": made.name,
        "country": made.country,
        "numbers": len(made),
        "area_codes": made.area_codes,
        "obtained_at": made.obtained_at,
        "rejected": made.rejected.count,
        "file": str(file),
    }


def _show(made: DoNotCallRegistry) -> None:
    say(f"{made.name}: {counted(len(made), 'number')}.", "title")
    codes = made.area_codes
    many = not isinstance(codes, str) and len(codes) > _FEW
    covered = f"{len(codes)} area codes" if many else codes if isinstance(codes, str) else ", ".join(codes)
    say(f"  country     {made.country}")
    say(f"  covers      {covered}")
