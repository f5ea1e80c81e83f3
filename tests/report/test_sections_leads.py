"""The sections that tell of contacts: sources, outcomes, the best leads, and who may be contacted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from support.grounds import (
    CALLED_AS_COLUMNS,
    NO_GOAL,
    ONLY_SCORES,
    ONLY_STAGES,
    SELLING,
    check,
    day,
    demo,
    figure,
    happened,
    sales,
)

from leadqual import Policy, analysis, datasets, frames, outreach, policies
from leadqual.cli.qualify import hottest
from leadqual.report.ground import Ground
from leadqual.report.reaching import Reach
from leadqual.report.sections import best, outcomes, reach, sources
from leadqual.report.sections.parts import NOT_KNOWN, OTHERS

NAMES = ["Siti <b>Rahma</b> 🌺", "Teguh Wibowo", "</script><script>alert(1)</script>", "Ayu 'Ningsih' & Co", ""]


def named_leads(**columns: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return five contacts with names that pages have to take care of, each with one visit."""
    ids = [f"c-{number}" for number in range(len(NAMES))]
    people = pl.DataFrame({"contact_id": ids, "full_name": [name or None for name in NAMES], **columns})
    return people, happened(*((one, "page_viewed", day(2)) for one in ids))


@pytest.mark.parametrize("by", ["source", "channel"])
def test_groups_add_up_to_everybody(by: str) -> None:
    ground = sales()
    report = ground.funnel
    table = sources.groups(ground, by)
    assert table is not None
    assert report is not None
    assert table["contacts"].sum() == report.contacts
    assert table["came"].sum() == report.rate["buyers"].item()
    right = ground.funnel_by(by=by, contacts=ground.contacts, interactions=ground.interactions).rate
    expected = {row["group"] or NOT_KNOWN: (row["visitors"], row["buyers"]) for row in right.iter_rows(named=True)}
    assert {row["group"]: (row["contacts"], row["came"]) for row in table.iter_rows(named=True)} == expected


def test_rare_sources_are_others_and_missing_ones_are_told() -> None:
    number = 40
    people = pl.DataFrame(
        {
            "contact_id": [f"c-{one}" for one in range(number)],
            "source": [None] * 10 + ["web_form"] * 10 + [f"partner {one}" for one in range(20)],
        }
    )
    events = happened(*((f"c-{one}", "page_viewed", day(2)) for one in range(number)))
    ground = Ground.of(ONLY_STAGES, people, events, at=day(20), check="columns")
    table = sources.groups(ground, "source")
    assert table is not None
    assert table["group"].to_list()[0] == "web_form"
    assert table["group"].to_list()[-2:] == [OTHERS, NOT_KNOWN]
    assert table.height == 14
    assert table["contacts"].sum() == number
    section = sources.section(ground)
    check(section)
    assert "Of 10 (25 %) no source is known." in section.says
    assert "No channel is known of anybody, so none is shown." in section.says


def test_without_stages_sources_are_counted_alone() -> None:
    people, events, at = demo(60)
    ground = Ground.of(ONLY_SCORES, people, events, at=at)
    section = sources.section(ground)
    assert [one.name for one in section.figures] == ["source", "channel"]
    assert all(one.table["contacts"].sum() == 60 for one in section.figures)
    assert figure(section, "channel").table.rows() == figure(sources.section(sales(60)), "channel").table.rows()


def test_outcomes_are_those_of_a_backtest_from_the_same_day() -> None:
    people, events, at = demo()
    ground = sales()
    judged = ground.judged
    assert judged is not None
    bands = 5
    right = analysis.backtest(
        policies.sales(), people, events, cutoffs=at - timedelta(days=90), until=at, bands=bands, capacity=0.1
    )
    assert (judged.contacts, judged.converted) == (right.rows.height, right.rows["converted"].sum())
    for name in ("fit", "engagement"):
        expected = right.bands.filter(pl.col("score") == name, pl.col("cutoff").is_not_null()).drop("cutoff")
        assert_frame_equal(judged.bands(name), expected)
    stages = right.stages.filter(pl.col("cutoff").is_not_null()).drop("cutoff")
    assert_frame_equal(judged.stages(), stages, check_row_order=False)
    assert_frame_equal(judged.grades(), right.grades.filter(pl.col("cutoff").is_not_null()).drop("cutoff"))
    areas = dict(right.ranking.filter(pl.col("cutoff").is_not_null()).select("score", "auc").iter_rows())
    assert dict(judged.ranking.select("score", "auc").iter_rows()) == areas


def test_of_one_or_two_contacts_no_share_is_told() -> None:
    says = [one.says for one in outcomes.section(sales(300)).figures]
    assert not any("(100 %)" in text for text in says)
    assert any("groups of fewer than 10 tell too little" in text for text in says)


def test_outcomes_name_an_outcome_that_nobody_had() -> None:
    people, events, at = demo(60)
    ground = Ground.of(policies.sales(), people, events, at=at, outcome="purchase[amount > 1000000000]")
    section = outcomes.section(ground)
    assert "0 (0 %) had it" in section.says[0]
    assert section.figures == ()


def test_few_outcomes_do_not_tell_scores_apart() -> None:
    section = outcomes.section(sales(60))
    assert "So few tell little of scores and grades: the intervals are wide." in section.says
    assert not any("told most" in text or "tells most" in text for text in section.says)


def test_bands_of_a_score_have_names_of_their_own() -> None:
    section = outcomes.section(sales(600))
    check(section)
    bands = figure(section, "bands").table
    assert bands["band"].n_unique() == bands.height
    assert bands["contacts"].sum() == sales(600).judged.contacts  # type: ignore[union-attr]
    assert sales(600).told_best in section.says[1]  # type: ignore[operator]


def test_the_best_leads_are_those_with_the_highest_score() -> None:
    people, events, at = demo()
    ground = sales(150, score="intent", best=7)
    scores = frames.score(policies.sales(), people, events, at=at)
    open_leads = ground.standings.filter(pl.col("stage").is_in(["lead", "mql", "sql", "prospect", "nurture"]))
    open_leads = open_leads.join(events.filter(pl.col("kind") == "purchase"), on="contact_id", how="anti")
    right = open_leads.join(scores, on="contact_id")["score.intent"].sort(descending=True).head(7)
    section = best.section(ground)
    check(section)
    assert len(section.cards) == 7
    assert best.ranked(ground)["value"].head(7).to_list() == right.to_list()
    for card in section.cards:
        decision = frames.decide(policies.sales(), people, events, card.id, at=at)
        assert card.stage == decision.stage
        assert card.facts[0] == f"intent {decision.scores['intent'].value:.4g} of 100"
        scores = {name: sorted((abs(line.points) for line in score.ledger if line.points), reverse=True)
                  for name, score in decision.scores.items()}  # fmt: skip
        told = [abs(one.points or 0) for one in card.reasons]
        assert told == sorted(told, reverse=True)
        assert len(told) == min(6, sum(map(len, scores.values())))
        assert {*(round(one, 2) for one in scores["intent"][:3])} <= {
            abs(one.points or 0) for one in card.reasons if one.text.startswith("intent: ")
        }
        assert told[0] == round(max(max(points, default=0.0) for points in scores.values()), 2)
    spread = figure(section, "scores").table
    assert spread.drop("from", "to").sum_horizontal().sum() == open_leads.height


@pytest.mark.parametrize("number", [60, 300])
def test_the_best_leads_are_the_hottest_of_the_command_line(number: int) -> None:
    policy = policies.sales()
    made = datasets.demo(contacts=number)
    histories = made.histories
    pairs = [(one, policy.decide(one, histories.get(one.id, ()), at=made.at)) for one in made.contacts]
    right = [contact.id for contact, _ in hottest(policy, pairs, 10)]
    section = best.section(sales(number))
    assert [card.id for card in section.cards] == right
    assert "They are ranked by engagement, and then by the other scores." in section.says[0]


def test_a_card_tells_what_made_its_lead_hot() -> None:
    first = best.section(sales(300)).cards[0]
    assert any(one.text.startswith("engagement: ") for one in first.reasons)
    assert len({one.text.partition(": ")[0] for one in first.reasons}) > 1


def test_nothing_is_shown_of_leads_where_none_is_asked_for() -> None:
    assert best.section(sales(60, best=0)).cards == ()


def test_names_are_handed_on_as_they_are() -> None:
    people, events = named_leads(country=["ID", "ID", "ID", None, None])
    ground = Ground.of(NO_GOAL, people, events, at=day(20), check="columns")
    section = best.section(ground)
    check(section)
    # A visit lacks what a visit has to have, so no decision is made on these; they are ranked all the same.
    assert [card.who for card in section.cards] == [
        *(f"{name} (c-{number})" for number, name in enumerate(NAMES[:4])), "c-4",
    ]  # fmt: skip
    assert any("no reasons are given" in note for note in section.notes)


def test_a_decided_lead_is_told_by_name_and_reasons() -> None:
    people, events = named_leads(country=["ID", "ID", "ID", None, None])
    events = events.with_columns(path=pl.lit("/"))
    section = best.section(Ground.of(NO_GOAL, people, events, at=day(20)))
    first, last = section.cards[0], section.cards[-1]
    assert (first.who, first.stage, first.facts[0]) == (NAMES[0], "cold", "heat 20 of 100")
    assert [(one.text, one.points) for one in first.reasons] == [("home", 20.0)]
    assert first.then[0].startswith("to warm: ")
    assert (last.who, last.reasons) == ("c-4", ())


def test_a_lead_that_has_no_reasons_is_no_lead_that_cannot_be_decided() -> None:
    people, events = named_leads(country=["ID", None, None, None, None])
    section = best.section(Ground.of(ONLY_SCORES, people, events.with_columns(path=pl.lit("/")), at=day(20)))
    assert section.cards[-1].reasons == ()
    assert not any("no reasons are given" in note for note in section.notes)


def test_large_scores_are_told_whole() -> None:
    rules = [{"id": "home", "when": "contact.country == 'ID'", "points": 123456.7}]
    policy = Policy(name="worth", scores={"worth": {"range": [0, 1_000_000], "rules": rules}})
    people, events = named_leads(country=["ID", None, None, None, None])
    section = best.section(Ground.of(policy, people, events.with_columns(path=pl.lit("/")), at=day(20)))
    assert section.cards[0].facts == ("worth 123,457 of 1,000,000",)
    assert section.figures[0].chart.categories[-1] == "950,000 to 1,000,000"


def test_the_scores_of_stages_called_as_columns_are_kept_apart() -> None:
    people, events, at = demo(60)
    bare = people.select("contact_id", "country", "phone")
    section = best.section(Ground.of(CALLED_AS_COLUMNS, bare, events, at=at))
    table = section.figures[0].table
    assert table.columns[:4] == ["from", "to", "at", "stage.from"]
    assert table["from"][:2].to_list() == [0.0, 5.0]
    assert table.drop("from", "to").sum_horizontal().sum() == 60


def test_nobody_is_asked_about_unless_it_is_said_how() -> None:
    section = reach.section(sales(60))
    assert "purpose" in section.says[0]
    assert section.figures == ()


@pytest.mark.parametrize("asked", [SELLING, {"purpose": "marketing", "channel": "email"}])
def test_answers_are_those_of_a_list(asked: dict[str, str]) -> None:
    people, events, at = demo()
    ground = sales_with(asked)
    stood = ground.standings.filter(pl.col("stage").is_in(["mql", "sql", "prospect"]))
    chosen = people.join(stood, on="contact_id", how="semi").drop("monthly_budget")
    history = events.join(stood, on="contact_id", how="semi")
    verdicts = outreach.permit_frame(chosen, history, at=at, **asked)
    section = reach.section(ground)
    check(section)
    answers = dict(figure(section, "answers").table.iter_rows())
    later = verdicts.filter(~pl.col("allowed"), pl.col("next_allowed").is_not_null()).height
    assert answers["now"] == verdicts["allowed"].sum()
    assert answers["later, by the clock"] == later
    assert sum(answers.values()) == stood.height >= 10
    assert_frame_equal(figure(section, "reasons").table, outreach.tally(verdicts))


def sales_with(asked: dict[str, str]) -> Ground:
    people, events, at = demo()
    return Ground.of(policies.sales(), people, events, at=at, reach=asked)


def test_where_few_stand_further_on_everybody_open_is_asked_about() -> None:
    people, events, at = demo(60)
    ground = Ground.of(policies.sales(), people, events, at=at, reach=Reach(**SELLING))
    chosen, where = reach.asked_about(ground)
    assert where == "stands at lead, mql, sql or prospect"
    stood = ground.standings.filter(pl.col("entered_at").is_not_null(), pl.col("stage").is_in(ground.open_stages))
    assert chosen.height == stood.height


def test_rows_that_cannot_be_asked_about_let_nobody_through() -> None:
    people, events = named_leads(phone=["+628123456789", "0812", None, None, None])
    ground = Ground.of(NO_GOAL, people, events, at=day(20), check="columns", reach=SELLING)
    section = reach.section(ground)
    assert section.says[0].startswith("Nobody may be contacted on the ground of this report")
    assert any("phone" in note for note in section.notes)
