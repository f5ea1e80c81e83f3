"""The page as it is written: landmarks, text alternatives, nothing from elsewhere, nothing from data that runs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from types import SimpleNamespace
from unittest.mock import patch
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.made_up_report import CHARTS, NASTY, made_up

from leadqual.report.cells import rows

VOID = {"meta", "link", "img", "br", "input", "hr"}


class _Read(HTMLParser):
    """Reads a page into a flat list of elements, each with its attributes, its text and those that it stands in."""

    def __init__(self, page):
        super().__init__()
        self.all, self._open = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = SimpleNamespace(tag=tag, has=dict(attrs), text="", inside=[*self._open])
        self.all.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_endtag(self, tag):
        assert self._open, f"{tag} ends and never began"
        assert self._open.pop().tag == tag

    def handle_data(self, data):
        for element in self._open:
            element.text += data

    def those(self, tag, **has):
        return [one for one in self.all if one.tag == tag and has.items() <= one.has.items()]

    def within(self, outer, tag):
        return [one for one in self.all if one.tag == tag and outer in one.inside]


@pytest.fixture(scope="module")
def written():
    return made_up().html()


@pytest.fixture(scope="module")
def page(written):
    return _Read(written)


def test_it_is_one_small_file(written):
    assert len(written.encode()) < 6_000_000


def test_it_asks_nobody_for_anything(page, written):
    assert page.those("img") == page.those("iframe") == page.those("form") == []
    assert {one.has.get("href") for one in page.those("link")} == {"data:,"}
    assert not any("src" in one.has for one in page.those("script"))
    assert all(one.has["href"].startswith("#") for one in page.those("a"))
    (style,) = page.those("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    (policy,) = page.those("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy.has["content"].startswith("default-src 'none'; script-src 'sha256-")
    assert written.index("Content-Security-Policy") < written.index("<style") < written.index("<script")


def test_only_its_own_scripts_may_run(page):
    (policy,) = page.those("meta", **{"http-equiv": "Content-Security-Policy"})
    allowed = re.search(r"script-src ([^;]*);", policy.has["content"])[1].split()
    scripts = [one.text for one in page.those("script") if one.has.get("type") != "application/json"]
    digests = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts]
    assert allowed == digests
    assert not any(name.startswith("on") for one in page.all for name in one.has)


def test_it_has_a_language_one_heading_and_landmarks(page):
    assert page.those("html")[0].has["lang"] == "en"
    assert len(page.those("h1")) == len(page.those("main")) == len(page.those("header")) == len(page.those("nav")) == 1
    assert len(page.those("footer")) == 1
    levels = [int(one.tag[1]) for one in page.all if re.fullmatch(r"h[1-6]", one.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.those("title")[0].text == NASTY


def test_every_link_leads_somewhere_and_every_id_is_there_once(page):
    ids = [one.has["id"] for one in page.all if "id" in one.has]
    assert len(ids) == len(set(ids))
    assert {one.has["href"][1:] for one in page.those("a")} <= set(ids)
    labels = [one.has["aria-labelledby"] for one in page.all if "aria-labelledby" in one.has]
    assert set(labels) <= set(ids)
    (skip, *contents) = page.those("a")
    assert (skip.has["href"], page.those("main")[0].has["id"]) == ("#report", "report")
    assert [one.text for one in contents] == [f"Charts {NASTY}", "The best", "Nothing"]


def test_every_chart_has_a_text_and_its_numbers(page):
    figures = page.those("figure")
    assert len(figures) == len(CHARTS)
    for figure, name in zip(figures, CHARTS, strict=True):
        (image,) = [one for one in page.within(figure, "div") if one.has.get("role") == "img"]
        assert image.has["aria-label"] == f"{name} {NASTY}. Says {NASTY}."
        assert image.has["data-chart"] == f"charts.{name}"
        assert page.within(figure, "figcaption")[0].text == f"Says {NASTY}."
        (details,) = page.within(figure, "details")
        assert "open" in details.has  # so that the numbers are there without scripts
        assert [one.text for one in page.within(figure, "th")] == [
            "stage",
            "contacts",
            "share",
            "known",
            "since",
            "lead",
            NASTY,
        ]
        assert [one.text for one in page.within(figure, "td")] == [
            "1,234",
            "25.6 %",
            "yes",
            "2026-11-22 07:00",
            "–",
            "100.0 %",
            "no",
            "–",
        ]
        scopes = [one.has["scope"] for one in page.within(figure, "th")]
        assert scopes == ["col"] * 5 + ["row"] * 2


def test_an_area_under_a_curve_is_a_share_as_its_interval_is():
    table = pl.DataFrame({"score": ["fit"], "auc": [0.7123], "low": [0.65], "high": [0.77]})
    assert rows(table, ZoneInfo("UTC")) == [["fit", "71.2 %", "65.0 %", "77.0 %"]]


def test_the_header_says_what_it_is_about(page):
    terms = [one.text for one in page.those("dt")]
    facts = dict(zip(terms, [one.text for one in page.those("dd")], strict=True))
    assert facts == {
        "Policy": f"{NASTY} 1.0.0", "Content hash": "0123456789ab", "Contacts": "1,234", "Interactions": "56,789",
        "Time zone": "Asia/Jakarta", "Shown over time since": "5 July 2026", "Changes since": "15 November 2026",
    }  # fmt: skip
    assert "Seen at 22 November 2026, 07:00 WIB" in page.those("header")[0].text
    assert "0123456789abcdef" * 4 in page.those("footer")[0].text


def test_leads_stand_as_cards_with_reasons(page):
    first, second = page.those("article")
    assert NASTY in page.within(first, "h3")[0].text
    assert f"c-1 {NASTY}" in page.within(second, "h3")[0].text
    points = [one.text for one in page.within(first, "span") if one.has.get("class") == "points"]
    assert points == ["+30", "-12.2", ""]
    assert [one.has["style"] for one in page.within(first, "i")] == ["width:100%", "width:41%"]
    assert f"then {NASTY}" in page.within(first, "details")[0].text


def test_the_drawings_cannot_end_their_element(written, page):
    (block,) = page.those("script", type="application/json")
    given = json.loads(block.text)
    assert set(given["charts"]) == {f"charts.{name}" for name in CHARTS}
    assert "<" not in block.text
    assert written.count("</script>") == 4


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_whatever_a_name_is_the_page_shows_it(name):
    with patch("leadqual.report.page._plotly", lambda: "0"):  # it is long, and takes long to read
        page = _Read(made_up(name).html())
    assert len(page.those("script")) == 4
    assert page.those("h1")[0].text == name
    assert page.those("figcaption")[0].text == f"Says {name}."


def test_it_has_both_themes_motion_and_paper(page):
    (style,) = page.those("style")
    for needed in (
        "prefers-color-scheme:dark",
        "prefers-reduced-motion",
        "@media print",
        ":focus-visible",
        "forced-colors",
    ):
        assert needed in style.text
    assert style.text.count("--ink:") == 5
