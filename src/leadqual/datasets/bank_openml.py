"""The bank's full file from OpenML, by way of scikit-learn."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from leadqual.datasets.bank_fields import FIELDS
from leadqual.datasets.bank_rows import arranged
from leadqual.errors import InputError, MissingDependency, Place, Problem

try:
    from sklearn import datasets
except ImportError as error:
    lacking = Problem(
        "missing-dependency",
        "OpenML is read by scikit-learn",
        found=f"no {error.name}",
        hint="pip install 'leadqual[ml]'",
    )
    raise MissingDependency(lacking) from None

_ID: Final = 1461
_SOURCE: Final = f"OpenML, set {_ID}"
_LABELS: Final = {"1": "no", "2": "yes"}


def fetched() -> pl.DataFrame:
    """Return the rows of the full file as contacts; raise `InputError` if OpenML does not give it.

    OpenML calls the columns V1 to V16 and the labels 1 and 2; the rows and their order are those of the file.
    """
    try:
        # Without pandas, which as_frame and the other parsers need.
        got = datasets.fetch_openml(data_id=_ID, as_frame=False, parser="liac-arff")
    except (OSError, ValueError) as error:  # no connection; an answer that is none
        hint = "try again later, or load bank-full.csv from the UCI Machine Learning Repository and give its path"
        message = f"OpenML does not give the set: {error}"
        raise InputError(Problem("unreadable-file", message, Place(_SOURCE), hint=hint)) from error
    names = [one.column for one in FIELDS["full"]][:-1]
    if got.data.shape[1] != len(names):
        found, expected = f"{got.data.shape[1]} columns", f"{len(names)}"
        raise InputError(Problem("wrong-cell-count", "this is another set", Place(_SOURCE), found, expected))
    columns = {
        name: _texts(got.data[:, place], got.categories.get(given))
        for place, (name, given) in enumerate(zip(names, got.feature_names, strict=True))
    }
    labels = pl.Series("y", [str(label) for label in got.target]).replace(_LABELS)
    return arranged(pl.DataFrame(columns).with_columns(labels), "full", _SOURCE)


def _texts(cells: Any, categories: list[str] | None) -> pl.Series:
    """Return a column as the file has it; scikit-learn tells categories by their places."""
    if categories is None:
        return pl.Series([str(cell) for cell in cells.tolist()])
    return pl.Series([categories[int(place)] for place in cells.tolist()])
