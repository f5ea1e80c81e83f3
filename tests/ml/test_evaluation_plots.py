"""Pictures of an evaluation: what they draw is what the tables hold, and pyplot is left alone."""

from __future__ import annotations

import sys

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib._pylab_helpers import Gcf
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from support.judged_rows import LogModel, simulated, training_rows

from leadqual.errors import InputError, MissingDependency
from leadqual.ml.evaluation.drawing import picture
from leadqual.ml.evaluation.evaluating import evaluate
from leadqual.ml.evaluation.report import Evaluation

PARTS = ("calibration", "gain", "lift", "roc", "by_time", "slices")


@pytest.fixture(scope="module")
def report() -> Evaluation:
    model = LogModel().fit(simulated(200, seed=1))
    scorers = {"model": model, "rules": "score.fit"}
    return evaluate(simulated(200, seed=2), scorers, slices="contact.country", resamples=20)


def test_the_lines_are_those_of_the_tables(report: Evaluation) -> None:
    axes = report.plot_gain()
    curve = report.gains.filter(pl.col("scorer") == "rules")
    line = next(one for one in axes.lines if one.get_label() == "rules")
    assert np.allclose(line.get_xdata(), curve["share"])
    assert np.allclose(line.get_ydata(), curve["gain"])
    times = report.plot_by_time()
    first = report.by_time.filter(pl.col("scorer") == "model")
    assert np.allclose(times.lines[0].get_ydata(), first["auc"])


def test_bands_show_the_intervals(report: Evaluation) -> None:
    axes = report.plot_lift()
    bands = [one for one in axes.collections if isinstance(one, PolyCollection)]
    assert len(bands) == 2
    curve = report.gains.filter((pl.col("scorer") == "model") & (pl.col("lift").is_not_null()))
    heights = bands[0].get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx(curve["lift_high"].max())


def test_the_area_under_the_drawn_curve_is_that_of_the_table(report: Evaluation) -> None:
    line = report.plot_roc().lines[0]
    area = float(np.trapezoid(line.get_ydata(), line.get_xdata()))
    assert area == pytest.approx(report.measures["roc_auc"][0])


def test_scorers_differ_in_more_than_colour(report: Evaluation) -> None:
    one, other = report.plot_by_time().lines[:2]
    assert one.get_linestyle() != other.get_linestyle()
    assert one.get_marker() != other.get_marker()


def test_small_groups_are_hollow(report: Evaluation) -> None:
    small = report.slices.filter((pl.col("scorer") == "model") & pl.col("small"))
    hollow = [line for line in report.plot_slices().lines if line.get_markerfacecolor() == "none"]
    assert len(small) > 0
    assert len(hollow[0].get_xdata()) == len(small)


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", PARTS)
def test_texts_and_lines_can_be_read_on_light_and_dark(report: Evaluation, name: str) -> None:
    axes = getattr(report, f"plot_{name}")()
    texts = [text for text in axes.figure.findobj(Text) if text.get_text()]
    texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
    assert len(texts) > 8
    colours = [one.get_color() for one in (*texts, *axes.lines)]
    for colour in colours:
        assert contrast(colour, "white") > 2.9
        assert contrast(colour, "#111318") > 2.9
    assert axes.figure.get_facecolor()[3] == 0


def test_a_style_in_use_gives_the_ink(report: Evaluation) -> None:
    with mpl.rc_context({"text.color": "#abcdef"}):
        assert report.plot_gain().xaxis.label.get_color() == "#abcdef"


@pytest.mark.parametrize(("width", "columns"), [(10.0, 2), (5.0, 1)])
def test_all_in_one_picture(report: Evaluation, width: float, columns: int) -> None:
    figure = report.plot(width=width)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == len(PARTS)
    assert figure.get_figwidth() == width
    assert shown[0].get_subplotspec().get_gridspec().ncols == columns


def test_a_picture_shows_itself_in_a_notebook(report: Evaluation) -> None:
    figure = picture(2, 2)
    report.plot_roc(figure.subplots())
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_it_draws_on_axes_that_are_given(report: Evaluation) -> None:
    for name in PARTS:
        axes = Figure().subplots()
        assert getattr(report, f"plot_{name}")(ax=axes) is axes
        assert axes.lines


def test_no_groups_and_no_times(report: Evaluation) -> None:
    rows = simulated(100, cutoffs=1).rows.with_columns(pl.lit(None).alias("cutoff"))
    plain = evaluate(training_rows(rows, timed=False), "score.fit", resamples=20)
    assert len([axes for axes in plain.plot().axes if axes.get_visible()]) == 3
    plain.plot_by_time()
    plain.plot_calibration()
    with pytest.raises(InputError) as error:
        plain.plot_slices()
    assert error.value.code == "no-slices"


def test_pyplot_is_left_alone(report: Evaluation) -> None:
    known = dict(Gcf.figs)
    report.plot()
    report.plot_roc()
    assert known == Gcf.figs


def test_without_matplotlib_it_says_what_to_install(report: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plots", "drawing"):
        monkeypatch.delitem(sys.modules, f"leadqual.ml.evaluation.{name}", raising=False)
    monkeypatch.delattr(sys.modules["leadqual.ml.evaluation"], "plots", raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependency, match="plots need matplotlib"):
        report.plot()
