"""Grounds of reports to test sections on, and what holds of every section."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import polars as pl

from leadqual import Policy, datasets, policies
from leadqual.report.charts.kinds import Areas, Bars, Flow, Lines, Spread
from leadqual.report.ground import Ground
from leadqual.report.section import Figure, Section

MOST_ROWS = 300
SELLING = {"purpose": "telemarketing", "channel": "voice", "caller": "seller"}
SCORE = {"heat": {"range": [0, 100], "rules": [{"id": "home", "when": "contact.country == 'ID'", "points": 20}]}}
ONLY_SCORES = Policy(name="only-scores", scores=SCORE)
ONLY_STAGES = Policy(
    name="only-stages",
    stages={"lead": {"initial": True}, "won": {"final": True}},
    transitions=[{"id": "bought", "source": "lead", "target": "won", "event": "purchase"}],
)
NO_GOAL = Policy(
    name="no-goal",
    scores=SCORE,
    stages={"cold": {"initial": True}, "warm": {}, "gone": {"closed": True}},
    transitions=[
        {"id": "asked", "source": "cold", "target": "warm", "when": "count(demo_requested) >= 1"},
        {"id": "out", "source": ["cold", "warm"], "target": "gone", "event": "disqualified"},
    ],
)
ONE_STAGE = Policy(name="one-stage", stages={"there": {"initial": True}})
NOTHING_OPEN = Policy(name="nothing-open", scores=SCORE, stages={"customer": {"initial": True}})
BEGINS_LAST = Policy(
    name="begins-last",
    stages={"gone": {}, "here": {"initial": True}},
    transitions=[{"id": "out", "source": "here", "target": "gone", "event": "disqualified"}],
)
_COLUMNS = (
    "at", "from", "to", "stage", "contacts", "contact_id", "value", "share", "low", "entered_at", "target", "then",
    "count", "band", "bin",
)  # fmt: skip
CALLED_AS_COLUMNS = Policy(
    name="called-as-columns",
    scores=SCORE,
    stages={name: {"initial": name == "at"} for name in _COLUMNS},
    transitions=[{"id": "on", "source": "at", "target": "from", "when": "count(demo_requested) >= 1"}],
)


@cache
def demo(contacts: int = 150) -> tuple[pl.DataFrame, pl.DataFrame, datetime]:
    """Return the tables of the sample, and its end."""
    made = datasets.demo(contacts=contacts)
    return (*made.frames(), made.at)


@cache
def sales(contacts: int = 150, **options: Any) -> Ground:
    """Return the ground of the sample under the policy for sales."""
    people, events, at = demo(contacts)
    return Ground.of(policies.sales(), people, events, **{"at": at, **options})


def happened(*rows: tuple[str, str, datetime]) -> pl.DataFrame:
    """Return a table of interactions: whose, of which kind, when."""
    whose, kinds, when = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    ids = [f"i-{number}" for number in range(len(rows))]
    columns = {"contact_id": whose, "interaction_id": ids, "kind": kinds, "occurred_at": when}
    times = {"occurred_at": pl.Datetime("us", "UTC")}
    return pl.DataFrame(columns, schema={**dict.fromkeys(columns, pl.String()), **times})


def day(number: int, hour: int = 12) -> datetime:
    """Return an instant of October 2026, or of the days after it."""
    month, date = divmod(number - 1, 30)
    return datetime(2026, 10 + month, date + 1, hour, tzinfo=UTC)


def figure(section: Section, name: str) -> Figure:
    """Return a figure of a section by its name."""
    (found,) = [one for one in section.figures if one.name == name]
    return found


def check(section: Section) -> None:
    """Fail where a section says nothing, says what is no number, or has charts that are not whole."""
    assert section.says
    told = [
        *section.says,
        *section.notes,
        *(one.says for one in section.figures),
        *(one.title for one in section.figures),
    ]
    told += [fact for card in section.cards for fact in (*card.facts, card.who, *card.then)]
    for text in told:
        assert text
        assert text[0] != " "
        assert "  " not in text
        assert not {"None", "nan", "inf", "NaN"} & {*text.replace(".", " ").replace(",", " ").split()}, text
    assert all(sentence.endswith((".", "?")) for sentence in (*section.says, *(one.says for one in section.figures)))
    names = [one.name for one in section.figures]
    assert len(names) == len({*names})
    for one in section.figures:
        assert 0 < one.table.height <= MOST_ROWS
        _check_chart(one.chart)


def _check_chart(chart: Any) -> None:
    match chart:
        case Bars():
            _same(chart.categories, chart.series)
            assert len({*chart.categories}) == len(chart.categories)
            for name, intervals in chart.intervals.items():
                assert len(intervals) == len(chart.series[name])
                for value, interval in zip(chart.series[name], intervals, strict=True):
                    assert interval is None or interval[0] - 1e-9 <= value <= interval[1] + 1e-9
        case Areas():
            _same(chart.times, chart.series)
            assert list(chart.times) == sorted(chart.times)
        case Lines():
            _same(chart.places, chart.series)
            assert list(chart.places) == sorted(chart.places)
        case Flow():
            assert chart.links
            assert all(one in chart.stages and other in chart.stages for one, other, _ in chart.links)
        case Spread():
            rows = zip(chart.p10, chart.p25, chart.p50, chart.p75, chart.p90, strict=True)
            known = [[value for value in row if value is not None] for row in rows]
            assert len(known) == len(chart.categories) > 0
            assert all(row == sorted(row) for row in known)


def _same(places: Any, series: Any) -> None:
    assert len(places) > 0
    assert series
    assert all(len(values) == len(places) for values in series.values())
