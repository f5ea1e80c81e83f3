"""Changes to grades: the thresholds of bands, the cells of grids."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Bands, Grid
from leadqual.testing.mutation.operators.edit import Edit, moved


def band_edits(grade: Bands) -> Iterator[tuple[str, Edit[float]]]:
    """Yield every change to a threshold of bands, with the band."""
    for band, low in grade.bands.items():
        for other in moved(low):
            yield band, Edit("band moved", f"{band}: {low:g}", f"{band}: {other:g}", other)


def cell_edits(policy: PolicyDocument, grid: Grid) -> Iterator[Edit[Grid]]:
    """Yield every grid that has in one cell the name of the nearest cell with another name."""
    rows, columns = list(_bands(policy, grid.rows)), list(_bands(policy, grid.columns))
    for row in rows:
        for column in columns:
            name, other = grid.cell(row, column), _nearest(grid, rows, columns, row, column)
            if other is not None:
                cells = {**grid.cells, row: {**grid.cells.get(row, {}), column: other}}
                changed = grid.model_copy(update={"cells": cells})
                yield Edit("cell changed", f"{row}, {column}: {name}", f"{row}, {column}: {other}", changed)


def _bands(policy: PolicyDocument, name: str) -> Iterator[str]:
    grade = policy.grades[name]
    assert isinstance(grade, Bands)  # the check of the policy has seen to it
    yield from grade.bands


def _nearest(grid: Grid, rows: list[str], columns: list[str], row: str, column: str) -> str | None:
    name = grid.cell(row, column)
    beside = [grid.cell(row, other) for other in _around(columns, column)]
    beside += [grid.cell(other, column) for other in _around(rows, row)]
    return next((other for other in beside if other != name), None)


def _around(names: list[str], name: str) -> list[str]:
    here = names.index(name)
    return sorted((other for other in names if other != name), key=lambda other: abs(names.index(other) - here))
