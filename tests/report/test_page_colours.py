"""Everybody can read the page: contrast in both themes, and colours that are told apart whatever one sees."""

from __future__ import annotations

from itertools import combinations

import pytest
from support.colours import VISIONS, apart, contrast, mixed

from leadqual.report.charts.flow import STRENGTH
from leadqual.report.charts.theme import PATTERNS, SERIES, THEMES

MARKS = [f"c{number}" for number in range(SERIES)]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", ["ink", "muted", "accent"])
@pytest.mark.parametrize("ground", ["page", "panel", "sunk"])
def test_text_stands_out(theme, text, ground):
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark", [*MARKS, "edge", "accent"])
def test_marks_stand_out(theme, mark):
    assert contrast(THEMES[theme][mark], THEMES[theme]["panel"]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark", MARKS)
def test_labels_of_a_flow_can_be_read_on_its_links(theme, mark):
    colours = THEMES[theme]
    link = mixed(colours[mark], colours["panel"], STRENGTH)
    assert contrast(colours["ink"], link) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
def test_colours_of_series_are_told_apart(theme, vision):
    colours = [THEMES[theme][mark] for mark in MARKS]
    assert min(apart(one, other, vision) for one, other in combinations(colours, 2)) >= 9


def test_the_themes_have_the_same_names_and_no_colour_twice():
    light, dark = THEMES["light"], THEMES["dark"]
    assert light.keys() == dark.keys()
    assert all(light[name] != dark[name] for name in light)
    assert len(set(PATTERNS)) == SERIES
