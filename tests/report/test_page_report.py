"""A report as an object: its parts, other forms than a page, and how it is written."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest
from support.grounds import ONLY_SCORES, ONLY_STAGES, day, happened
from support.made_up_report import CHARTS, NASTY, made_up

import leadqual as lq
from leadqual import datasets, policies, report
from leadqual.errors import InputError, UnknownNameError
from leadqual.report.section import Card, Reason, Section


@pytest.fixture(scope="module")
def built():
    demo = datasets.demo(contacts=60)
    seen = []
    found = report.build(
        policies.sales(), *demo.frames(), at=demo.at, progress=lambda name, done: seen.append((name, done))
    )
    return found, demo, seen


def test_every_section_has_a_name_a_title_and_something_to_say(built):
    found, _, _ = built
    assert found.names == ("funnel", "changes", "flow", "waiting", "sources", "outcomes", "best", "reach")
    for section in found:
        assert section.title
        assert section.says, section.name
        assert found[section.name] is section
    assert len(found) == len(found.sections)


def test_the_key_figures_add_up(built):
    found, demo, _ = built
    values = {tile.label: int(tile.value.replace(",", "")) for tile in found.tiles}
    assert values["contacts"] == 60
    assert sum(values[stage] for stage in found.about.stages) == 60
    contacts, interactions = demo.frames()
    moves = lq.frames.replay(policies.sales(), contacts, interactions, until=demo.at)
    assert values["moves"] == moves.filter(pl.col("at") > found.about.before).height


@pytest.mark.parametrize("policy", [ONLY_SCORES, ONLY_STAGES], ids=lambda policy: policy.name)
def test_new_contacts_are_counted_with_stages_or_without(policy):
    people = pl.DataFrame({"contact_id": ["a", "b", "c"], "country": ["ID", None, None]})
    events = happened(("a", "page_viewed", day(2)), ("b", "page_viewed", day(22)), ("c", "page_viewed", day(26)))
    tile = report.build(policy, people, events, at=day(25), check="columns").tiles[0]
    assert (tile.value, tile.note) == ("3", "+1 since 18 October 2026")


def test_progress_is_told(built):
    _, _, seen = built
    assert seen[-1] == ("telling", 1.0)
    assert {name for name, _ in seen} >= {"reading", "replaying", "telling"}


def test_the_numbers_are_there_as_tables(built):
    found, _, _ = built
    assert found.tables["funnel.stages"].equals(found["funnel"].figures[0].table)
    assert len(made_up().tables) == len(CHARTS)


def test_a_section_that_is_not_there(built):
    found, _, _ = built
    with pytest.raises(UnknownNameError, match="did you mean 'funnel'") as caught:
        found["funel"]
    assert caught.value.code == "unknown-section"


def test_it_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    found = made_up()
    target = tmp_path / "report.html"
    assert found.save(target) == target
    assert target.read_text(encoding="utf-8") == found.html()
    with pytest.raises(InputError) as caught:
        found.save(tmp_path / "nowhere" / "report.html")
    assert caught.value.code == "unwritable-file"
    monkeypatch.setattr(type(found), "html", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        found.save(target)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert target.stat().st_size > 4_000_000


@pytest.mark.parametrize("name", ["report.pdf", "report", "report.html.gz"])
def test_only_a_page_is_written(tmp_path, name):
    with pytest.raises(InputError) as caught:
        made_up().save(tmp_path / name)
    assert caught.value.code == "unknown-format"
    assert not [*tmp_path.iterdir()]


def test_a_section_shows_its_sentences_and_numbers_in_a_notebook(built):
    shown = built[0]["funnel"]._repr_html_()
    assert "came into the funnel" in shown
    assert shown.count("<table") == len(built[0]["funnel"].figures)
    leads = built[0]["best"]._repr_html_()
    assert "Leads (10)" in leads
    for section in made_up():
        assert NASTY not in section._repr_html_()


def test_text_for_a_terminal():
    told = made_up("Siti").explain()
    assert told == str(made_up("Siti"))
    assert "1,234 contacts, seen at 2026-11-22 07:00 WIB under Siti 1.0.0." in told
    assert "+30 asked Siti" in told
    assert "Note: Note Siti." in told


def test_a_lead_without_a_name_or_a_stage_is_shown_without_gaps():
    leads = (Card("c-1", "c-1", "", ("score 82",), (Reason("ordered", 123456.7),)), Card("c-2", "Siti", "lead"))
    found = replace(made_up("x"), sections=(Section("best", "The best", ("Two.",), cards=leads),))
    assert "\n  c-1\n    score 82\n    +123,457 ordered\n  c-2  Siti\n    lead" in found.explain()
    page = found.html()
    assert page.count(">c-1<") == page.count(">c-2<") == 1
    assert "<li></li>" not in page
    assert "+123,457" in page


def test_plain_data_for_programs(built):
    found, _, _ = built
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["policy"]["hash"] == policies.sales().ref.hash
    assert [section["name"] for section in told["sections"]] == [*found.names]
    assert told["sections"][0]["figures"][0]["rows"] == json.loads(json.dumps(found.tables["funnel.stages"].to_dicts()))


def test_a_notebook_shows_it_without_markup_from_data(built):
    shown = made_up()._repr_html_()
    assert NASTY not in shown
    assert "<script" not in shown
    assert "1,234" in shown
    assert repr(built[0]) == "<Report of 60 contacts under sales 1.0.0 at 2026-11-22 00:00 UTC, 8 sections>"


@pytest.mark.parametrize("policy", ["minimal", "collection"])
def test_every_policy_that_ships_has_a_report(policy):
    demo = datasets.demo(contacts=20)
    found = report.build(
        getattr(policies, policy)(), *demo.frames(), at=demo.at, time_zone="Asia/Jakarta", check="columns"
    )
    assert found.about.contacts == 20
    assert found.html().startswith("<!doctype html>")
