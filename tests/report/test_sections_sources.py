"""Sources and channels: what is compared, and what no purchase is credited with."""

from __future__ import annotations

import polars as pl
from support.grounds import ONLY_STAGES, check, day, figure, happened

from leadqual.report.charts.kinds import Bars
from leadqual.report.ground import Ground
from leadqual.report.section import Section
from leadqual.report.sections import sources
from leadqual.report.sections.parts import NOT_KNOWN


def sold(**groups: tuple[int, int]) -> Section:
    """Return the section on sources of so many contacts each, of whom so many bought."""
    rows = [
        (f"{name}-{place}", name, place < bought) for name, (all_, bought) in groups.items() for place in range(all_)
    ]
    people = pl.DataFrame({"contact_id": [one for one, *_ in rows], "source": [name for _, name, _ in rows]})
    events = happened(
        *((one, "page_viewed", day(2)) for one, *_ in rows), *((one, "purchase", day(5)) for one, _, has in rows if has)
    )
    channel = pl.when(pl.col("kind") == "purchase").then(pl.lit("email"))
    ground = Ground.of(ONLY_STAGES, people, events.with_columns(channel=channel), at=day(20), check="columns")
    section = sources.section(ground)
    check(section)
    return section


def test_sources_are_compared_among_the_large_and_by_their_intervals() -> None:
    told = " ".join(sold(ad=(40, 8), web=(60, 6), mail=(4, 4)).says)
    assert "Among sources with 30 contacts or more, the shares that came to won cannot be told apart" in told
    assert "mail did best" not in told
    told = " ".join(sold(ad=(40, 30), web=(60, 3), fair=(20, 0)).says)
    assert "Among sources with 30 contacts or more, ad did best: 30 of 40 (75 %, interval " in told
    assert "web did worst, with 3 of 60 (5.0 %, interval " in told
    assert "Too few sources have 30 contacts or more" in " ".join(sold(ad=(40, 30), web=(6, 3)).says)


def test_no_channel_is_credited_with_its_own_purchases() -> None:
    section = sold(ad=(40, 30))
    assert figure(section, "channel").table.rows() == [(NOT_KNOWN, 40)]
    assert not any(one.name == "channel_conversion" for one in section.figures)


def test_shares_of_groups_say_of_how_many() -> None:
    chart = figure(sold(ad=(40, 8), web=(60, 6)), "source_conversion").chart
    assert isinstance(chart, Bars)
    assert list(chart.counts) == [60, 40]
