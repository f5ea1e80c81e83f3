"""A report that nobody's data is behind: every kind of chart, and names that try to be markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from leadqual.report.about import About, Tile
from leadqual.report.charts.kinds import Areas, Bars, Chart, Flow, Lines, Spread
from leadqual.report.report import Report
from leadqual.report.section import Card, Figure, Reason, Section

AT = datetime(2026, 11, 22, tzinfo=UTC)
NASTY = '<script>window.pwned=1</script><img src=x onerror="window.pwned=1"> & </script> "\'{{ 7*7 }}'
STAGES = ("lead", "mql", "sql", "prospect", "customer", "inactive_customer", "nurture", "disqualified", "<b>ninth</b>")
TIMES = tuple(AT - timedelta(days=7 * (20 - week)) for week in range(21))
CHARTS: dict[str, Chart] = {
    "bars": Bars([*STAGES, NASTY], {"contacts": [500, 200, 90, 40, 30, 10, None, 0, 7, 3]}, unit="contacts"),
    "upright": Bars(["a", "b"], {"then": [1, 2], "now": [3, None]}, unit="contacts"),
    "shares": Bars(
        ["a", NASTY], {"share": [0.25, 0.1]}, horizontal=True, percent=True, intervals={"share": [(0.2, 0.3), None]}
    ),
    "stacked": Bars(
        ["a", "b"], {name: [number, 2] for number, name in enumerate(STAGES)}, stacked=True, horizontal=True
    ),
    "areas": Areas(TIMES, {name: [week * place for week in range(21)] for place, name in enumerate(STAGES)}, "people"),
    "lines": Lines([0, 10, 20.5], {"mql": [1.0, 0.5, None], NASTY: [1.0, 0.7, 0.2]}, axis="days", percent=True),
    "times": Lines(TIMES, {"moves": [*range(21)]}, unit="moves"),
    "flow": Flow(STAGES, [("lead", "mql", 9), ("mql", "lead", 2), ("mql", STAGES[-1], 4), ("sql", "mql", 0)], "moves"),
    "spread": Spread(["lead", NASTY], [1, 2], [3, 4], [5, None], [8, None], [None, None], "days"),
    "nothing": Bars([], {"contacts": []}),
    "no_flow": Flow(STAGES, []),
    "no_spread": Spread(["lead"], [None], [None], [None], [None], [None]),
}  # fmt: skip
NUMBERS = pl.DataFrame(
    {
        "stage": ["lead", NASTY], "contacts": [1234, None], "share": [0.256, 1.0], "known": [True, False],
        "since": [AT, None],
    }
)  # fmt: skip


def made_up(name: str = NASTY) -> Report:
    """Return a report with every kind of chart, and a name from data wherever one can stand."""
    about = About(
        name, name, "1.0.0", "0123456789abcdef" * 4, AT, AT - timedelta(days=140), AT - timedelta(days=7),
        ZoneInfo("Asia/Jakarta"), 1234, 56789, STAGES,
    )  # fmt: skip
    figures = tuple(Figure(key, f"{key} {name}", f"Says {name}.", NUMBERS, chart) for key, chart in CHARTS.items())
    reasons = (Reason(f"asked {name}", 30.0), Reason("was silent", -12.25), Reason("no points"))
    cards = tuple(
        Card(f"c-{number} {name}", who, name, (name, "score 82"), reasons, (f"then {name}",))
        for number, who in enumerate((name, ""))
    )
    return Report(
        about,
        (Tile("contacts", "1,234", name), Tile(name, "3")),
        (
            Section("charts", f"Charts {name}", (f"First {name}.", "Second."), figures, notes=(f"Note {name}.",)),
            Section("best", "The best", ("They are these.",), cards=cards),
            Section("empty", "Nothing", ()),
        ),
    )
