"""Grades: scores below the lowest band, and the cells of grids."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.conditions.nodes import Compare, IsMissing, Literal, Name, Node
from leadqual.errors import Place, path_text
from leadqual.policy.rules import Bands, Grid
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look, all_of


def of_grades(look: Look) -> Iterator[Finding]:
    """Yield what is left out by grades."""
    for name, grade in look.policy.grades.items():
        yield from _grid(look, name, grade) if isinstance(grade, Grid) else _lowest(look, name, grade)


def _lowest(look: Look, name: str, grade: Bands) -> Iterator[Finding]:
    band, threshold = list(grade.bands.items())[-1]
    low = look.policy.score_ranges[grade.score][0]
    if threshold <= look.reach(grade.score).low:
        return
    place = Place(path=path_text(("grades", name, "bands", band)))
    message = f"below {threshold:.9g} there is no grade {name!r}, and conditions on it are unknown"
    witness = look.shown(IsMissing(Name(f"grade.{name}"))) if grade.score in look.policy.scores else None
    hint = f"add a lowest band at {low:.9g}, unless that is meant"
    yield Finding("no-lowest-band", message, place, None, witness, found=f"{band}: {threshold:.9g}", hint=hint)


def _grid(look: Look, name: str, grid: Grid) -> Iterator[Finding]:
    rows, columns = (look.policy.grades[side] for side in (grid.rows, grid.columns))
    assert isinstance(rows, Bands)  # the check of policies refuses others
    assert isinstance(columns, Bands)
    cells = [(row, column) for row in rows.bands for column in columns.bands]
    reached = [cell for cell in cells if look.can_hold(_in_cell(grid, *cell))]
    unnamed = [(row, column) for row, column in reached if column not in grid.cells.get(row, {})]
    place = Place(path=path_text(("grades", name, "cells")))
    if grid.cells and unnamed:
        told = ", ".join(f"{row} and {column}" for row, column in unnamed)
        proof = f"they are then called {', '.join(repr(grid.cell(*cell)) for cell in unnamed)}"
        message = f"some cells of {name!r} have no name: {told}"
        yield Finding("grid-incomplete", message, place, proof, hint="name every cell, or none")
    for row, column in cells:
        if (row, column) not in reached and column in grid.cells.get(row, {}):
            message = f"nobody is ever {row!r} in {grid.rows!r} and {column!r} in {grid.columns!r}"
            where = Place(path=path_text(("grades", name, "cells", row, column)))
            yield Finding("cell-out-of-reach", message, where, _why(look, rows, columns))


def _in_cell(grid: Grid, row: str, column: str) -> Node:
    sides = ((grid.rows, row), (grid.columns, column))
    return all_of(Compare(Name(f"grade.{side}"), (("==", Literal(band)),)) for side, band in sides)


def _why(look: Look, rows: Bands, columns: Bands) -> str:
    if rows.score == columns.score:
        return f"both grades are of score.{rows.score}, which lies in one band of each"
    reaches = [look.reach(grade.score) for grade in (rows, columns)]
    return "; ".join(one.reckoning(top=True) for one in reaches)
