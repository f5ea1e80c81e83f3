"""``python -m benchmarks``: measure every figure and print them as one table."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from benchmarks import (
    conditions,
    decide,
    frames,
    importing,
    late,
    linear,
    lint,
    loading,
    policy_tests,
    replay,
)
from benchmarks.peers import MissingPeer
from benchmarks.timing import Figure, shown_measure, shown_size, shown_time

MODULES: Final[dict[str, Callable[..., list[Figure]]]] = {
    "decide": decide.figures,
    "conditions": conditions.figures,
    "importing": importing.figures,
    "linear": linear.figures,
    "loading": loading.figures,
    "lint": lint.figures,
    "policy_tests": policy_tests.figures,
    "frames": frames.figures,
    "replay": replay.figures,
    "learning": late.figures_of("learning"),
    "rolling": late.figures_of("rolling"),
    "model_scoring": late.figures_of("model_scoring"),
    "registry": late.figures_of("registry", ("numpy", "phonenumbers", "polars")),
    "cleaning": late.figures_of("cleaning", ("email_validator", "numpy", "phonenumbers", "polars")),
    "permit": late.figures_of("permit", ("holidays", "numpy", "phonenumbers", "polars")),
    "bring_in": late.figures_of("bring_in", ("babel", "phonenumbers", "polars", "pyarrow")),
    "report": late.figures_of("report", ("jinja2", "numpy", "plotly", "polars", "scipy")),
}
SHOWN: Final = {"seconds": shown_time, "bytes": shown_size, "measure": shown_measure}
HEADINGS: Final = ("figure", "ours", "peer", "ratio", "spread", "target", "met")


def measured(names: Sequence[str], *, quick: bool) -> Iterator[Figure]:
    """Yield the figures of some of the modules; say on stderr which are left out, and why."""
    for name in names:
        try:
            yield from MODULES[name](quick=quick)
        except MissingPeer as missing:
            print(f"{name} is left out: {missing}", file=sys.stderr)


def cells(figure: Figure) -> tuple[str, ...]:
    """Return a figure's line of the table."""
    met = {True: "yes", False: "no", None: ""}[figure.met]
    shown = SHOWN[figure.unit]
    both = shown(figure.ours), shown(figure.peer)
    spread = f"{figure.low:.3g}-{figure.high:.3g}"
    return (figure.name, *both, f"{figure.ratio:.3g}", spread, str(figure.target or ""), met)


def show(figures: Sequence[Figure]) -> None:
    """Print the table, with rich where it is installed."""
    lines = [cells(figure) for figure in figures]
    try:
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
    except ImportError:
        show_plain(lines)
        return
    table = Table(*HEADINGS)
    for line in lines:
        table.add_row(*line, style="red" if line[-1] == "no" else None)
    Console(width=None if sys.stdout.isatty() else 130).print(table)


def show_plain(lines: Sequence[tuple[str, ...]]) -> None:
    """Print the table as text in columns."""
    widths = [max(map(len, column)) for column in zip(HEADINGS, *lines, strict=True)]
    for line in (HEADINGS, *lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"any of: {', '.join(MODULES)}; default: all")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--quick", action="store_true", help="few repeats and small inputs: a trial, no measurement")
    options = parser.parse_args(arguments)
    if unknown := sorted({*options.figures} - {*MODULES}):
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(MODULES)}")
    figures = list(measured(options.figures or list(MODULES), quick=options.quick))
    if options.json:
        print(json.dumps([figure.as_dict() for figure in figures], indent=2))
    else:
        show(figures)
    return 1 if not options.quick and any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
