"""Every section of a report, where there is little to tell or something unusual."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest
from support.grounds import (
    BEGINS_LAST,
    CALLED_AS_COLUMNS,
    NO_GOAL,
    NOTHING_OPEN,
    ONE_STAGE,
    ONLY_SCORES,
    ONLY_STAGES,
    SELLING,
    check,
    demo,
    happened,
)

from leadqual import policies
from leadqual.report.ground import Ground
from leadqual.report.sections.listed import SECTIONS

_ALL_OUT = pl.col("contact_id").alias("interaction_id")


@cache
def _case(name: str) -> Ground:
    people, events, at = demo(60)
    one = people.head(1)
    bare = people.select("contact_id", "country", "phone")
    out = people.select("contact_id", _ALL_OUT, kind=pl.lit("disqualified"), occurred_at=pl.lit(at - timedelta(days=9)))
    plain = {"reach": SELLING, "at": at}
    cases: dict[str, tuple[Any, pl.DataFrame, pl.DataFrame, dict[str, Any]]] = {
        "no interactions": (policies.sales(), people, events.clear(), plain),
        "nothing known at all": (policies.sales(), people.drop("created_at"), events.clear(), plain),
        "nobody": (policies.sales(), people.clear(), events.clear(), plain),
        "one contact": (policies.sales(), one, events.join(one, on="contact_id", how="semi"), plain),
        "before everything": (policies.sales(), people, events, {**plain, "at": datetime(2001, 1, 1, tzinfo=UTC)}),
        "all out": (policies.sales(), bare, out.with_columns(reason=pl.lit("no need")), plain),
        "neither country nor source": (policies.sales(), people.drop("country", "source"), events, plain),
        "no stages": (ONLY_SCORES, bare, events, plain),
        "no scores": (ONLY_STAGES, bare, events, plain),
        "no goal": (NO_GOAL, bare, events, plain),
        "one stage": (ONE_STAGE, bare, happened(), plain),
        "nothing open": (NOTHING_OPEN, bare, events, plain),
        "stages called as columns": (CALLED_AS_COLUMNS, bare, events, plain),
        "begins at the last stage": (BEGINS_LAST, bare, events, plain),
        "small policy": (policies.minimal(), bare, events, plain),
        "debts": (policies.collection(), bare, events, {**plain, "outcome": "payment_received"}),
        "another outcome": (policies.sales(), people, events, {**plain, "outcome": "demo_requested", "horizon": "30d"}),
        "a short time": (policies.sales(), people, events, {**plain, "since": at - timedelta(hours=5), "period": "1h"}),
        "another zone": (policies.sales(), people, events, {**plain, "time_zone": "America/New_York", "best": 3}),
    }
    policy, contacts, interactions, options = cases[name]
    return Ground.of(policy, contacts, interactions, **options)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__module__.rpartition(".")[-1])
@pytest.mark.parametrize(
    "name",
    [
        "no interactions", "nothing known at all", "nobody", "one contact", "before everything", "all out",
        "neither country nor source", "no stages", "no scores", "no goal", "one stage", "small policy", "debts",
        "another outcome", "a short time", "another zone", "nothing open", "stages called as columns",
        "begins at the last stage",
    ],
)  # fmt: skip
def test_a_section_tells_what_there_is(name: str, section: Any) -> None:
    check(section(_case(name)))


def test_sections_have_names_of_their_own() -> None:
    names = [section(_case("nobody")).name for section in SECTIONS]
    assert names == ["funnel", "changes", "flow", "waiting", "sources", "outcomes", "best", "reach"]


@pytest.mark.parametrize("name", ["funnel", "changes", "flow", "waiting"])
def test_without_stages_a_section_says_so(name: str) -> None:
    (found,) = [one for section in SECTIONS if (one := section(_case("no stages"))).name == name]
    assert found.figures == ()
    assert found.says[0].startswith("The policy has no stages")
