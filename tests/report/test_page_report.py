"""A report as an object: its parts, other forms than a page, and how it is written."""

from __future__ import annotations

import json

import polars as pl
import pytest
from support.made_up_report import CHARTS, NASTY, made_up

import leadqual as lq
from leadqual import datasets, policies, report
from leadqual.errors import InputError, UnknownNameError


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


def test_text_for_a_terminal():
    told = made_up("Siti").explain()
    assert told == str(made_up("Siti"))
    assert "1,234 contacts, seen at 2026-11-22 07:00 WIB under Siti 1.0.0." in told
    assert "+30 asked Siti" in told
    assert "Note: Note Siti." in told


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
