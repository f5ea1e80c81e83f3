"""Charts as plotly draws them: valid, with every number, and with names to the letter."""

from __future__ import annotations

import json
import math
from zoneinfo import ZoneInfo

import plotly.graph_objects as graph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.made_up_report import AT, CHARTS, TIMES

from leadqual.report.charts.draw import coloured, drawn
from leadqual.report.charts.kinds import Areas, Bars, Flow, Lines, Spread
from leadqual.report.charts.parts import numbers, text
from leadqual.report.charts.theme import THEMES

NUMBER = st.one_of(st.none(), st.floats(), st.integers(-(10**12), 10**12))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", CHARTS)
def test_plotly_accepts_every_drawing(name, theme):
    drawing = coloured(drawn(CHARTS[name]), theme)
    graph.Figure(drawing)  # it refuses what plotly.js would ignore
    assert "@" not in json.dumps(drawing).replace("&#64;", "")
    json.dumps(drawing, allow_nan=False)


def test_bars_hold_the_numbers_that_were_given():
    chart = Bars(["a", "b"], {"then": [1, 2], "now": [3, None]}, horizontal=True)
    drawing = drawn(chart)
    assert [(bar["name"], bar["x"]) for bar in drawing["data"]] == [("then", [1, 2]), ("now", [3, None])]
    assert drawing["layout"]["showlegend"]
    assert drawing["layout"]["yaxis"]["range"] == [1.6, -0.6]


def test_stacked_bars_are_labelled_with_their_sum():
    *_, labels = drawn(Bars(["a", "b"], {"x": [1, 2], "y": [30, None]}, stacked=True))["data"]
    assert [label.strip() for label in labels["text"]] == ["31", "2"]


def test_intervals_are_drawn_and_have_room():
    chart = Bars(["a", "b"], {"share": [0.2, 0.4]}, percent=True, intervals={"share": [(0.1, 0.9), None]})
    bar, labels = drawn(chart)["data"]
    assert bar["error_y"]["array"] == [pytest.approx(0.7), 0.0]
    assert bar["error_y"]["arrayminus"] == [pytest.approx(0.1), 0.0]
    assert labels["y"] == [0.9, 0.4]
    assert drawn(chart)["layout"]["yaxis"]["range"][1] > 0.9


def test_shares_say_of_how_many_they_are():
    chart = Bars(["a", "b"], {"share": [1.0, None]}, percent=True, counts=[1, 0])
    bar, labels = drawn(chart)["data"]
    assert [label.strip() for label in labels["text"]] == ["100.0 % of 1", ""]
    assert bar["hovertext"] == ["a: 100.0 % of 1", "b: not known"]


def test_no_share_beyond_the_whole_is_marked():
    axis = drawn(Bars(["a"], {"share": [0.9]}, percent=True))["layout"]["yaxis"]
    assert axis["range"][1] > 1
    assert axis["tickvals"][-1] == 1


def test_where_all_is_zero_no_half_of_a_contact_is_marked():
    assert drawn(Bars(["a", "b"], {"contacts": [0, 0]}))["layout"]["yaxis"]["dtick"] == 1
    assert "dtick" not in drawn(Bars(["a", "b"], {"contacts": [0, 9]}))["layout"]["yaxis"]


def test_long_names_let_bars_go_to_the_right():
    assert drawn(Bars(["a name of some length"] * 3, {"n": [1, 2, 3]}))["data"][0]["orientation"] == "h"
    assert drawn(Bars(["a", "b", "c"], {"n": [1, 2, 3]}))["data"][0]["orientation"] == "v"


def test_times_are_those_of_the_zone():
    for chart in (Areas(TIMES, {"lead": [1] * 21}), Lines(TIMES, {"lead": [1] * 21})):
        (series,) = drawn(chart, ZoneInfo("Asia/Jakarta"))["data"]
        assert series["x"][-1] == "2026-11-22 07:00:00"
    assert AT.hour == 0


def test_a_flow_has_each_stage_once_on_either_side():
    chart = Flow(["lead", "mql", "sql"], [("lead", "mql", 9), ("mql", "lead", 2), ("mql", "sql", 0)])
    flow = drawn(chart)["data"][0]
    assert flow["node"]["label"] == ["lead 9", "mql 2", "lead 2", "mql 9"]
    assert flow["link"]["value"] == [9, 2]
    assert [flow["node"]["label"][place] for place in flow["link"]["source"]] == ["lead 9", "mql 2"]
    assert [flow["node"]["label"][place] for place in flow["link"]["target"]] == ["mql 9", "lead 2"]
    assert flow["node"]["x"] == [0.001, 0.001, 0.999, 0.999]


def test_what_was_never_reached_is_drawn_to_the_edge():
    drawing = drawn(Spread(["lead", "mql"], [1, 2], [3, 4], [5, None], [8, None], [9, None]))
    names = [trace["name"] for trace in drawing["data"]]
    assert names == ["the middle eight tenths", "the middle half", "not reached yet", "the median"]
    tenths, half, unfinished, median = drawing["data"]
    assert (tenths["x"], half["x"]) == ([1, 9, None, 2, 4, None], [3, 8, None])
    assert unfinished["x"] == [4, drawing["layout"]["xaxis"]["range"][1], None]
    assert median["x"] == [5, None]


@given(st.lists(NUMBER, max_size=6))
def test_no_number_breaks_a_drawing(values):
    names = [str(place) for place in range(len(values))]
    charts = [
        Bars(names, {"a": values}), Bars(names, {"a": values, "b": values}, stacked=True),
        Lines([*range(len(values))], {"a": values}),
        Spread(names, values, values, values, values, values), Areas(TIMES[: len(values)], {"a": values}),
    ]  # fmt: skip
    for chart in charts:
        json.dumps(coloured(drawn(chart), "dark"), allow_nan=False)
    assert all(value is None or math.isfinite(value) for value in numbers(values))


@given(st.text(max_size=60))
def test_a_name_is_shown_to_the_letter(name):
    safe = text(name, 100)
    assert "<" not in safe
    assert not safe.startswith("@")
    back = safe.replace("&#64;", "@").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == " ".join(name.split())


@pytest.mark.parametrize("name", ["nothing", "no_flow", "no_spread"])
def test_where_there_is_nothing_to_show_it_says_so(name):
    drawing = drawn(CHARTS[name])
    assert drawing["data"] == []
    assert drawing["layout"]["annotations"][0]["text"] == "There is nothing to show."
