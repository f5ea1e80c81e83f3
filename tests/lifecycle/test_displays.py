"""Everything that a person may look at shows itself in a notebook: escaped, well formed, without scripts."""

from __future__ import annotations

import inspect
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytest.importorskip("polars", reason="reports are over tables")
pytest.importorskip("plotly", reason="pages are drawn with it")
pytest.importorskip("sklearn", reason="models show themselves too")

import polars as pl
from support import displays
from support.displays import NASTY

import leadqual as lq
from leadqual import analysis, cleaning, datasets, files, frames, integrations, ml, outreach, policies, report, testing
from leadqual.cards.frame import BAD, GOOD

MAKERS = (
    displays.of_a_decision, displays.of_tables, displays.of_learning, displays.of_reaching_out, displays.of_tests,
    displays.of_reports, displays.of_imports, displays.of_cleaning,
)  # fmt: skip
VOID = {"br", "hr", "img", "input", "meta"}
FOREIGN = re.compile(r"https?://(?!www\.w3\.org/2000/svg)\S+\.(?:js|css)|\burl\(|@import|<link|<style|<iframe", re.I)
WITHOUT = {
    "AtMost": "a short value, whose repr says it all",
    "Duration": "a short value, whose repr says it all",
    "Scorer": "what scorers have to do; each shows itself",
    "ContactReader": "yields rows, and has nothing to show before",
    "InteractionReader": "yields rows, and has nothing to show before",
}


class Page(HTMLParser):
    """Reads HTML, and notes what is not closed, scripts, and what could run as one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag in self.stack]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "b", "u", "i"):
            self.wrong.append(f"<{tag}>")
        self.wrong += [f"{name}=" for name, value in attrs if name.startswith("on") or "javascript:" in (value or "")]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def pictures(html: str) -> list[ET.Element]:
    """Return the pictures of a page, read strictly."""
    found, depth, begin = [], 0, 0
    for match in re.finditer(r"<svg\b|</svg>", html):
        if match[0] == "<svg":
            begin = match.start() if depth == 0 else begin
            depth += 1
        else:
            depth -= 1
            found += [html[begin : match.end()]] if depth == 0 else []
    return [ET.fromstring(text) for text in found]


def check_colours(name: str, html: str) -> None:
    """Hold that a card follows the page: whatever holds words has no background, and no colour of its own."""
    for style in re.findall(r"style='([^']*)'", html):
        held = dict(part.split(":", 1) for part in style.split(";") if ":" in part)
        assert held.get("background", "none") == "none" or "height" in held, (name, style)
        assert held.get("color", "inherit") in ("inherit", GOOD, BAD, "#7a6ad8"), (name, style)


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_cards_are_well_formed_and_run_nothing(maker: Any) -> None:
    for name, one in maker().items():
        html = one._repr_html_()
        assert Page(html).wrong == [], name
        assert not FOREIGN.search(html), name
        assert html.startswith("<div") or html.startswith("<svg"), name
        for picture in pictures(html):
            assert picture.get("role") == "img", name
            assert picture.get("aria-label"), name
        check_colours(name, html)


def test_what_comes_from_data_is_said_as_it_is() -> None:
    nasty = [
        (name, one)
        for name, one in displays.of_a_decision().items()
        if NASTY in repr(one) and not name.startswith(("Policy", "Score", "Bands", "Lifecycle"))
    ]
    assert nasty
    for name, one in nasty:
        assert NASTY in "".join(Page(one._repr_html_()).words), name


def public_classes() -> dict[str, type]:
    """Return every public class of which a person may hold an object."""
    found: dict[str, type] = {}
    rooms: tuple[ModuleType, ...] = (
        lq, analysis, cleaning, datasets, files, frames, integrations, ml, outreach, policies, report, testing,
        testing.properties,
    )  # fmt: skip
    for room in rooms:
        for name in getattr(room, "__all__", None) or dir(room):
            one = getattr(room, name)
            if inspect.isclass(one) and not name.startswith("_") and not issubclass(one, BaseException):
                found[name] = one
    return found


def test_every_public_class_shows_itself() -> None:
    silent = {
        name
        for name, one in public_classes().items()
        if not callable(getattr(one, "_repr_html_", None)) and not issubclass(one, str)
    }
    assert silent == set(WITHOUT)


def test_the_gallery_has_one_of_each() -> None:
    made = {type(one).__name__ for maker in MAKERS for one in maker().values()}
    kinds = {name for name, one in public_classes().items() if issubclass(one, lq.Interaction)}
    words = {name for name, one in public_classes().items() if issubclass(one, str)}
    rare = {"BankMarketing", "CaseFile", "Leads", "ReplayedFiles", "Row", "ScoredFiles"}  # shown as tables of fields
    subclassed = {"Lifecycle", "ModelScorer"}
    assert set(public_classes()) - made - kinds - words - set(WITHOUT) - rare == subclassed
    assert any(isinstance(one, lq.Lifecycle) for one in displays.of_a_decision().values())
    assert any(isinstance(one, lq.ModelScorer) for one in displays.of_learning().values())


def test_errors_are_still_found_by_their_own_words() -> None:
    assert "_repr_html_" not in vars(lq.LeadqualError)


def test_a_value_of_a_contact_is_told_for_people() -> None:
    words = " ".join(Page(displays.nasty_contact()._repr_html_()).words)
    assert "2026-11-22 00:00 UTC" in words
    assert "None" not in words
    assert "Channel" not in words


def test_a_card_says_how_many_problems_it_leaves_out() -> None:
    wrong = [
        files.Row("c.csv", number, "", problems=(lq.Problem("bad-number", f"row {number} is wrong"),))
        for number in range(25)
    ]
    words = " ".join(Page(files.Leads([], {}, rejected=wrong, rows=25)._repr_html_()).words)
    assert "What is wrong (25)" in words
    assert "and 5 more" in words


def test_a_card_says_that_it_leaves_out_what_counts_least() -> None:
    names = tuple(f"f{number}" for number in range(14))
    found = ml.Contributions(names, 0.1, np.full((1, 14), 0.01), np.array([0.24]), exact=True, method="by hand")
    words = " ".join(Page(found._repr_html_()).words)
    assert "Shown are the 12 of 14 features that move it most." in words


def test_a_review_shows_both_contacts_beside_one_another_so_that_somebody_can_decide() -> None:
    review = displays.of_cleaning()["Review"]
    html = review._repr_html_()
    words = "".join(Page(html).words)
    for said in ("<c>-1", "c-2", NASTY, "Siti <i>Rahma", "siti@majujaya.co.id", "PT Maju", "full name", "not decided"):
        assert said in words, said
    assert "<strong>Siti &lt;i&gt;Rahma</strong>" in html, "what differs stands out"
    assert "<strong>PT Maju</strong>" not in html, "what is the same does not"
    said = next(word for word in Page(html).words if word.startswith("To decide: "))
    decided = eval(said.removeprefix("To decide: ").partition(", or ")[0], {"review": review})
    assert decided.counts["open"] == 0, "what is said can be copied and run"


def test_a_review_shows_first_what_nobody_decided() -> None:
    pairs = [(f"l-{number:02}", f"r-{number:02}") for number in range(14)]
    words = ["same"] * 12 + [None] * 2
    table = {"left": [one for one, _ in pairs], "right": [other for _, other in pairs], "decision": words}
    shown = "".join(Page(cleaning.Review(pl.DataFrame(table))._repr_html_()).words)
    assert shown.index("l-12 and r-12: not decided") < shown.index("l-13 and") < shown.index("l-00 and r-00: same")
    assert "and 4 pairs more" in shown


def test_the_way_back_and_a_mapping_show_what_is_in_them() -> None:
    undo = " ".join(Page(displays.of_cleaning()["Undo"]._repr_html_()).words)
    assert "1 group." in undo
    assert "c-2" in undo
    assert "<c>-1" in undo
    mapping = " ".join(Page(displays.of_imports()["Mapping"]._repr_html_()).words)
    for said in ("HubSpot", "contacts", "Lifecycle Stage", "purchase", "Deal Stage", f"{NASTY} → sql"):
        assert said in mapping, said


def test_an_import_explains_itself() -> None:
    found = displays.of_imports()["Import"]
    assert found.explain() == str(found) == found.report.explain()
    assert len(found.explain(limit=1)) <= len(found.explain())


def test_one_of_something_is_not_several() -> None:
    for name, one in displays.of_cleaning().items():
        said = f"{one!r} {one} {' '.join(Page(one._repr_html_()).words)}"
        assert not re.search(r"(?<![\d,.])1 (?:groups|pairs|contacts)\b", said), (name, said)
