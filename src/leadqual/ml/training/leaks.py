"""Features that predict too well to have been known before the outcome."""

from __future__ import annotations

import warnings
from typing import Final

from leadqual._suggest import did_you_mean
from leadqual.conditions.parse import parse_condition
from leadqual.engines.tables.checks.reads import reads_of
from leadqual.errors import InputError, Place, Problem, UnknownNameError
from leadqual.ml.training.alone import auc_alone
from leadqual.ml.training.data import TrainingSet
from leadqual.ml.warnings import LeakWarning

TOO_GOOD: Final = 0.98
"""The area under the ROC curve from which on one feature alone tells the outcome."""
_FAR_AHEAD: Final = 1.25
"""How much further from chance than the second best feature one is that somebody should look at."""
_STRONG: Final = 0.75
"""Below this area no feature is suspicious, however far it is ahead."""
_FEW: Final = 10
"""With fewer conversions, or fewer rows without, one feature may tell the outcome by chance."""


def refuse_leaks(data: TrainingSet, allow: tuple[str, ...]) -> None:
    """Raise `InputError` for each feature that tells the outcome, though no time says when it was known.

    What rests on the history alone cannot be late: only what lay before the cutoff is handed to it. But the fields of a
    contact stand as the table has them now, and a scorer object looks at what it likes.
    """
    names = _considered(data, allow)
    late = [name for name in names if _is_undated(data, name)]
    problems = [
        Problem(
            "leaking-feature",
            "the feature tells the outcome, and nothing tells that it was known before it",
            Place("features", path=name),
            f"an area under the ROC curve of {area:.3f} alone",
            f"less than {TOO_GOOD}",
            f"leave it out; if it was known before, allow=[{name!r}]",
        )
        for name, area in auc_alone(data, late).items()
        if area >= TOO_GOOD
    ]
    if problems:
        raise InputError(problems)


def warn_of_leaks(data: TrainingSet, allow: tuple[str, ...], *, stacklevel: int) -> None:
    """Warn of each feature that predicts too well to be true."""
    areas = auc_alone(data, _considered(data, allow))
    second = sorted(areas.values())[-2] if len(areas) > 1 else 0.5
    for name, area in areas.items():
        ahead = area >= _STRONG and area - 0.5 >= _FAR_AHEAD * (second - 0.5) and len(areas) > 1
        if area >= TOO_GOOD or ahead:
            rest = "" if area >= TOO_GOOD else f", where the next best has {second:.2f}"
            message = (
                f"{name} predicts too well to be true: alone it has an area under the ROC curve of {area:.2f}{rest}. "
                f"Was it known before the outcome? If so, allow=[{name!r}]; if not, leave it out"
            )
            warnings.warn(message, LeakWarning, stacklevel=stacklevel)


def _considered(data: TrainingSet, allow: tuple[str, ...]) -> list[str]:
    """Return the features that are looked at; none where there is too little to tell chance from knowledge."""
    if unknown := [one for one in allow if one not in data.features and one not in data.left_out]:
        raise UnknownNameError(
            Problem(
                "unknown-feature",
                "there is no such feature",
                Place("allow"),
                one,
                hint=did_you_mean(one, data.features),
            )
            for one in unknown
        )
    if min(data.conversions, len(data) - data.conversions) < _FEW:
        return []
    return [name for name in data.features if name not in allow]


def _is_undated(data: TrainingSet, name: str) -> bool:
    reads = reads_of(data.policy, [parse_condition(name)])
    return bool(reads.scorers or reads.fields)
