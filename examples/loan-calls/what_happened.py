"""Replay the loan applications, and print as Markdown what became of them.

    python what_happened.py CONTACTS INTERACTIONS

CONTACTS and INTERACTIONS are the two tables that ``prepare.py`` wrote, as CSV or as Parquet. Needs
``leadqual[analysis]``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import leadqual as lq
from leadqual import analysis, frames

POLICY = Path(__file__).with_name("loan-calls.yaml")
ZONE = "Europe/Amsterdam"
END = datetime(2012, 3, 15, tzinfo=UTC)
"""The log ends on the day before."""
MIDDLE = datetime(2012, 2, 1, tzinfo=UTC)
"""Applications still come in then; the log takes none that was sent after February."""
OPEN = ("mql", "sql", "prospect", "committed", "nurture")
ONE = "174060"
"""An application that fell silent twice and became a loan all the same."""


def main() -> int:
    """Print every table under its title."""
    options = _options()
    try:
        policy = lq.Policy.load(POLICY)
        contacts = frames.read_contacts(options.contacts, policy)
        interactions = frames.read_interactions(options.interactions, policy)
    except lq.LeadqualError as error:
        print(error, file=sys.stderr)
        return 2
    for title, table in story(policy, contacts, interactions):
        print(f"## {title}\n\n{_markdown(table)}\n")
    return 0


def story(policy: lq.Policy, contacts: pl.DataFrame, interactions: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield every table with its title."""
    moves, report = _replayed(policy, contacts, interactions, END)
    stages = list(policy.stages)
    yield "Month after month", _months(report, stages)
    yield "Flows", _flows(report, stages)
    yield "Time in stage", _times(report)
    yield "What comes next", _next(report)
    yield "When silence ends", _closing_times(moves)
    yield "Ageing", _ageing(_replayed(policy, contacts, interactions, MIDDLE)[1])
    yield "Cohorts", _cohorts(report)
    yield "One application", _one(moves)


def _replayed(
    policy: lq.Policy, contacts: pl.DataFrame, interactions: pl.DataFrame, until: datetime
) -> tuple[pl.DataFrame, analysis.FunnelReport]:
    moves = frames.replay(policy, contacts, interactions, until=until)
    stood = frames.standings(policy, contacts, interactions, at=until)
    return moves, analysis.funnel(moves, stood, policy=policy, time_zone=ZONE)


def _months(report: analysis.FunnelReport, stages: list[str]) -> pl.DataFrame:
    """How many stood at each stage when a month ended, and how many had come until then."""
    ends = report.occupancy(every="1mo").filter("complete")
    month = pl.col("period").dt.strftime("%Y-%m").alias("end of")
    wide = ends.select(month, "stage", "contacts").pivot("stage", index="end of", values="contacts")
    return wide.select("end of", *stages)


def _flows(report: analysis.FunnelReport, stages: list[str]) -> pl.DataFrame:
    """How many moves went from each stage (a row) to each other one (a column)."""
    wide = report.flows.pivot("target", index="source", values="moves").fill_null(0)
    return wide.select(pl.col("source").alias("from"), *(name for name in stages if name in wide.columns))


def _times(report: analysis.FunnelReport) -> pl.DataFrame:
    """After how long a quarter, half and so on have left a stage; those who still wait count as waiting."""
    times = report.time_in_stage((0.25, 0.5, 0.75, 0.9)).filter(pl.col("ended") > 0)
    rows = []
    for (stage, stays, waiting), part in times.group_by("stage", "spells", "waiting", maintain_order=True):
        quarter, half, most, nine = part.iter_rows(named=True)
        rows.append(
            {
                "stage": stage,
                "stays": stays,
                "still there": waiting,
                "a quarter left after": _spoken(quarter["days"]),
                "half": f"{_spoken(half['days'])} ({_spoken(half['low'])} to {_spoken(half['high'])})",
                "three quarters": _spoken(most["days"]),
                "nine of ten": _spoken(nine["days"]),
            }
        )
    return pl.DataFrame(rows)


def _next(report: analysis.FunnelReport) -> pl.DataFrame:
    """Where applications go from each stage, and how soon those that go there."""
    known = report.next_stages.filter(pl.col("stage").is_in(OPEN), pl.col("share") >= 0.02)
    rows = [
        {"from": row["stage"], "to": row["target"], "share": f"{row['share']:.1%}", "half of them after": after}
        for row in known.iter_rows(named=True)
        for after in (_spoken(row["median_days"]),)
    ]
    return pl.DataFrame(rows)


def _closing_times(moves: pl.DataFrame) -> pl.DataFrame:
    """On the minute, when applications in ``nurture`` were closed as lost: the three commonest minutes."""
    closed = moves.filter(source="nurture", target="lost")
    minute = pl.col("at").dt.convert_time_zone(ZONE).dt.strftime("%H:%M").alias("closed at")
    counted = closed.group_by(minute).agg(pl.len().alias("applications"))
    counted = counted.with_columns(share=pl.col("applications") / closed.height)
    first = counted.sort("applications", "closed at", descending=[True, False]).head(3)
    return first.with_columns(pl.col("share").map_elements(lambda share: f"{share:.1%}", pl.String))


def _ageing(report: analysis.FunnelReport) -> pl.DataFrame:
    """For how long those who stand at an open stage have stood there."""
    held = report.ageing(("7d", "14d", "21d", "30d")).filter(pl.col("stage").is_in(OPEN))
    bands = [name for name in held.columns if name[0] in "<>0123456789"]
    longest = held["longest_days"].map_elements(_spoken, pl.String)
    return held.select("stage", pl.col("contacts").alias("applications"), *bands, longest.alias("longest"), "overdue")


def _cohorts(report: analysis.FunnelReport) -> pl.DataFrame:
    """What share of the applications of a month became loans within some time; empty where nobody can know yet."""
    held = report.cohorts("1mo", ("30d", "60d", "90d")).filter(stage="customer")
    share = pl.col("share").map_elements(lambda value: f"{value:.1%}", pl.String)
    told = held.select(
        pl.col("cohort").dt.strftime("%Y-%m").alias("sent in"),
        pl.col("contacts").alias("applications"),
        "within",
        share.fill_null("not known yet"),
    )
    return told.pivot("within", index=["sent in", "applications"], values="share")


def _one(moves: pl.DataFrame) -> pl.DataFrame:
    """Every move of one application."""
    when = pl.col("at").dt.convert_time_zone(ZONE).dt.strftime("%Y-%m-%d %H:%M").alias("when")
    event = pl.col("interaction_id").fill_null("a review")
    one = moves.filter(contact_id=ONE)
    return one.select(when, pl.col("source").alias("from"), pl.col("target").alias("to"), "transition", at=event)


def _spoken(days: float | None) -> str:
    """Return a time in the unit that suits it."""
    if days is None:
        return "not reached"
    for size, unit in ((1, "d"), (1 / 24, "h"), (1 / 1440, "min")):
        if days >= size:
            return f"{days / size:.1f} {unit}"
    return f"{days * 86_400:.0f} s"


def _markdown(table: pl.DataFrame) -> str:
    """Return a table as Markdown, with numbers to the right."""
    rule = ("---:" if kind.is_numeric() else "---" for kind in table.dtypes)
    rows = ((f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) for row in table.iter_rows())
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (table.columns, rule, *rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Replay the loan applications, and print what became of them.")
    parser.add_argument("contacts", type=Path, help="the contacts that prepare.py wrote, as CSV or Parquet")
    parser.add_argument("interactions", type=Path, help="the interactions that prepare.py wrote")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
