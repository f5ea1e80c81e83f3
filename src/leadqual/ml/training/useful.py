"""Which features tell anything: one that is never known, or always the same, tells nothing."""

from __future__ import annotations

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.ml.training.features import Features


def useful(rows: pl.DataFrame, features: Features, *, asked_for: bool) -> tuple[Features, dict[str, str]]:
    """Return the features that tell anything, and why each other one is left out.

    Parameters
    ----------
    rows : DataFrame
        With a column a feature.
    features : mapping of Node to ValueType
        The features.
    asked_for : bool
        Whether somebody asked for just these: then none is left out, and one that is never known is an error.

    Raises
    ------
    InputError
        If a feature that was asked for is always missing, or no feature is left.
    """
    known = rows.select(pl.col(str(node)).count() for node in features).row(0)
    if asked_for:
        hint = "leave it out, or look whether the column is filled and has the name that the policy reads"
        empty = [str(node) for node, count in zip(features, known, strict=True) if not count]
        found = f"0 of {len(rows):,} rows"
        if empty:
            raise InputError(
                Problem("always-missing", "the feature is never known", Place("features", path=name), found, hint=hint)
                for name in empty
            )
        return features, {}
    distinct = rows.select(pl.col(str(node)).n_unique() for node in features).row(0)
    left_out = {
        str(node): "it is never known" if not count else "it is always the same"
        for node, count, values in zip(features, known, distinct, strict=True)
        if not count or values < 2
    }
    kept = {node: kind for node, kind in features.items() if str(node) not in left_out}
    if not kept:
        message, hint = "no feature differs from contact to contact", "give features=[...]"
        raise InputError(Problem("no-features", message, Place("features"), f"{len(features)} features", hint=hint))
    return kept, left_out
