"""Intervals of figures: contacts are drawn whole, the same ones for every scorer."""

from __future__ import annotations

import numpy as np
import pytest

from leadqual.ml.evaluation.bootstrap import drawn, interval, sampled, spread
from leadqual.ml.evaluation.judged import Figures, Judged
from leadqual.ml.evaluation.periods import Periods


def test_as_many_contacts_are_drawn_as_there_are_and_whole() -> None:
    groups = np.array(["a", "b", "a", "c", "d", "b"])
    for weight in drawn(groups, 50, random_state=1):
        of = {name: weight[groups == name] for name in "abcd"}
        assert all(len(set(times)) == 1 for times in of.values())
        assert sum(times[0] for times in of.values()) == 4


def test_the_seed_says_which_contacts() -> None:
    groups = np.arange(30)
    first, again, other = ([weight.tolist() for weight in drawn(groups, 5, seed)] for seed in (7, 7, 8))
    assert first == again != other


def _figures(p: np.ndarray, y: np.ndarray) -> Figures:
    return Figures(
        Judged("m", p, "score.m", probable=True), y, Periods(np.zeros(len(y), dtype=int), (None,), False), (0.1,)
    )


def test_the_spread_is_that_of_new_samples() -> None:
    """How far AUC and Brier vary between fresh samples is what the bootstrap of a single one says."""
    chance = np.random.default_rng(0)

    def fresh() -> tuple[np.ndarray, np.ndarray]:
        p = chance.beta(1, 4, 400)
        return p, (chance.random(400) < p).astype(float)

    truth = [_figures(*pair)(np.ones(400)) for pair in (fresh() for _ in range(300))]
    p, y = fresh()
    samples = sampled(_figures(p, y), drawn(np.arange(400), 300, 0))
    for name in ("roc_auc", "brier", "gap"):
        expected = np.std([one[name][0] for one in truth])
        assert spread(samples[name][:, 0]) == pytest.approx(expected, rel=0.25), name


def test_rows_given_twice_leave_the_interval_as_it_is() -> None:
    """A contact that stands there twice is one contact: taken for two, its interval would be narrower."""
    chance = np.random.default_rng(5)
    p = chance.beta(1, 4, 300)
    y = (chance.random(300) < p).astype(float)
    once = sampled(_figures(p, y), drawn(np.arange(300), 200, 0))
    twice = _figures(np.tile(p, 2), np.tile(y, 2))
    whole = sampled(twice, drawn(np.tile(np.arange(300), 2), 200, 0))
    parted = sampled(twice, drawn(np.arange(600), 200, 0))
    assert spread(whole["roc_auc"][:, 0]) == pytest.approx(spread(once["roc_auc"][:, 0]))
    assert spread(parted["roc_auc"][:, 0]) < 0.85 * spread(once["roc_auc"][:, 0])


def test_a_figure_that_few_samples_tell_has_no_interval() -> None:
    samples = np.array([[1.0, np.nan], [2.0, np.nan], [3.0, 1.0]])
    low, high = interval(samples, 0.5)
    assert (low[0], high[0]) == (1.5, 2.5)
    assert np.isnan([low[1], high[1]]).all()
    assert np.isnan(spread(samples[:, 1]))


def test_an_interval_over_groups_has_their_shape() -> None:
    low, high = interval(np.ones((10, 2, 3)), 0.9)
    assert low.shape == high.shape == (6,)
