"""Whether contacts of now are like those of the training: bins, shares and the population stability index."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.ml.evaluation.stability import psi, reference_of, stability_table
from leadqual.model.catalogue import ValueType

KINDS = {"size": ValueType.NUMBER, "contact.country": ValueType.TEXT, "vip": ValueType.BOOLEAN}
SHARES = st.lists(st.integers(1, 50), min_size=2, max_size=8).map(lambda parts: [one / sum(parts) for one in parts])


def rows(seed: int, number: int = 4000, shift: float = 0.0, missing: float = 0.1) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    size = [
        None if gone else value
        for gone, value in zip(chance.random(number) < missing, chance.normal(shift, 1, number), strict=True)
    ]
    return pl.DataFrame(
        {"size": size, "contact.country": chance.choice(["ID", "SG", "DE"], number), "vip": chance.random(number) < 0.3}
    )


def test_the_index_by_hand() -> None:
    assert psi([0.25, 0.75], [0.5, 0.5]) == pytest.approx(0.25 * math.log(2) - 0.25 * math.log(2 / 3))
    assert psi([0.5, 0.5], [1.0, 0.0]) == pytest.approx(0.5 * math.log(2) + (1e-4 - 0.5) * math.log(1e-4 / 0.5))


@given(SHARES, st.randoms(use_true_random=False))
def test_the_index_is_none_of_the_same_and_does_not_care_for_sides(shares: list[float], chance: object) -> None:
    other = shares[::-1]
    assert psi(shares, shares) == 0
    assert psi(shares, other) == pytest.approx(psi(other, shares))
    assert psi(shares, other) >= 0


def test_a_reference_holds_every_row_once() -> None:
    reference = reference_of(rows(0), KINDS)
    sums = reference.group_by("feature", maintain_order=True).agg(pl.col("share").sum())
    assert sums["feature"].to_list() == list(KINDS)
    assert sums["share"].to_list() == pytest.approx([1, 1, 1])
    numbers = reference.filter(pl.col("feature") == "size")
    assert numbers["share"].to_list()[:-1] == pytest.approx([0.09] * 10, abs=0.005)
    assert numbers["bin"][-1] == "missing"


def test_the_same_population_is_stable_and_another_has_moved() -> None:
    reference = reference_of(rows(0), KINDS)
    same = stability_table(reference, rows(1))
    assert same["verdict"].to_list() == ["stable"] * 3
    assert (same["psi"] <= same["by_chance"]).all()
    other = stability_table(reference, rows(2, shift=1.0).with_columns(pl.lit("FR").alias("contact.country")))
    told = {row["feature"]: row for row in other.to_dicts()}
    assert (told["size"]["verdict"], told["contact.country"]["verdict"], told["vip"]["verdict"]) == (
        "moved",
        "moved",
        "stable",
    )
    assert told["contact.country"]["other"] == 1
    assert other["psi"].to_list() == sorted(other["psi"], reverse=True)


def test_values_that_go_missing_are_seen() -> None:
    found = stability_table(reference_of(rows(0), KINDS), rows(1, missing=0.6)).row(0, named=True)
    assert found["feature"] == "size"
    assert found["missing_before"] == pytest.approx(0.1, abs=0.02)
    assert found["missing"] == pytest.approx(0.6, abs=0.03)
    assert found["verdict"] == "moved"


def test_a_few_rows_have_not_moved_by_chance() -> None:
    """Of so few rows the index is large whatever happens: the usual marks would cry wolf."""
    found = stability_table(reference_of(rows(0), KINDS), rows(3, number=25))
    size = found.filter(pl.col("feature") == "size").row(0, named=True)
    assert size["psi"] > 0.25
    assert size["verdict"] == "stable"


def test_a_number_that_is_always_missing_has_its_bin() -> None:
    empty = pl.DataFrame({"size": pl.Series([None, None], dtype=pl.Float64)})
    reference = reference_of(empty, {"size": ValueType.NUMBER})
    assert reference.select("bin", "share").rows() == [("all", 0.0), ("missing", 1.0)]
    assert stability_table(reference, empty)["psi"].to_list() == [0]


@pytest.mark.parametrize(
    "bad", [3, pl.DataFrame({"feature": ["size"]}), reference_of(rows(0, 50), {"vip": ValueType.BOOLEAN})]
)
def test_what_is_no_reference_is_refused(bad: object) -> None:
    with pytest.raises(InputError) as error:
        stability_table(bad, rows(1, 10).drop("vip"))  # type: ignore[arg-type]
    assert error.value.code == "bad-reference"
