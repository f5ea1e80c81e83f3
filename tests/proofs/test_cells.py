"""Cells hold every value, each once, and nobody's answers are left out: numbers, texts of any script, computing."""

from __future__ import annotations

import operator

from hypothesis import given
from hypothesis import strategies as st

from leadqual.conditions.nodes import Arithmetic, Literal, Name
from leadqual.proofs.cells import Cell, joined, number_cells
from leadqual.proofs.ranges import FALSE, TRUE, Range, compared, range_of, ranged
from leadqual.proofs.texts import Probe, answers_together, text_for

NUMBERS = st.one_of(st.integers(-(2**60), 2**60), st.floats(-1e300, 1e300), st.sampled_from([0, 0.1, 1, 2**53, -0.0]))
ANYWHERE = (-1e300, 1e300)
WORDS = st.text(st.sampled_from("aAbBiIİıßΣσς😀/ "), max_size=4)
PROBES = st.builds(Probe, st.sampled_from(["eq", "startswith", "endswith", "contains"]), WORDS, st.booleans())


@given(st.sets(NUMBERS, max_size=5), NUMBERS)
def test_a_number_lies_in_one_cell(constants: set[float], value: float) -> None:
    cells = [cell for cell in number_cells(constants) if cell.holds(value)]
    assert len(cells) == 1
    found = range_of(cells[0], ANYWHERE)
    assert found.low <= value <= found.high
    assert joined([Cell(None), *cells]).holds(value)
    assert not Cell(None).holds(value)


@given(st.lists(PROBES, max_size=5, unique=True), WORDS)
def test_the_answers_of_every_text_are_among_those_that_come_together(probes: list[Probe], text: str) -> None:
    answers = tuple((probe, probe.of(text)) for probe in probes)
    assert answers in answers_together(probes)


@given(st.lists(PROBES, max_size=4, unique=True))
def test_a_text_that_is_made_gives_the_answers_asked_for(probes: list[Probe]) -> None:
    for claims in answers_together(probes):
        text = text_for(claims)
        assert text is None or all(probe.of(text) is said for probe, said in claims)


_COMPUTED = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


@given(
    NUMBERS, NUMBERS, st.sets(NUMBERS, max_size=3), st.sampled_from("+-*/"), NUMBERS, st.sampled_from(["<", "<=", "=="])
)
def test_what_engines_compute_lies_within_the_bounds(
    a: float, b: float, constants: set[float], sign: str, limit: float, order: str
) -> None:
    left, right = (next(cell for cell in number_cells(constants) if cell.holds(value)) for value in (a, b))
    places = {Name("a"): range_of(left, ANYWHERE), Name("b"): range_of(right, ANYWHERE)}
    found = ranged(Arithmetic(Name("a"), sign, Name("b")), places.__getitem__)  # type: ignore[arg-type]
    try:
        value = _COMPUTED[sign](a, b)
    except (OverflowError, ZeroDivisionError):
        assert found.missing
        return
    if abs(value) == float("inf"):
        assert found.missing
        return
    assert found.low <= value <= found.high
    true = {"<": value < limit, "<=": value <= limit, "==": value == limit}[order]
    answers = compared(found, order, Range(float(limit), float(limit), False, True))
    if float(limit) == limit:
        assert answers & (TRUE if true else FALSE)


def test_a_missing_value_is_in_the_cell_of_what_is_missing_only() -> None:
    assert Cell(None).holds(None)
    assert not any(cell.holds(None) for cell in number_cells([1, 2]))
    assert list(ranged(Literal(5), dict.__getitem__)) == [5.0, 5.0, False, True]  # type: ignore[arg-type]
