"""What a model card says in words: purpose, training and limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from leadqual.analysis.sheets import Sheet
from leadqual.conditions.parse import parse_condition
from leadqual.engines.tables.checks.reads import reads_of
from leadqual.ml.evaluation.stability import MISSING
from leadqual.ml.saving.versions import versions_now
from leadqual.ml.training.text import by_reason
from leadqual.model.catalogue import ValueType

_KINDS: Final = {ValueType.NUMBER: "number", ValueType.BOOLEAN: "condition", ValueType.TEXT: "text"}


def head_of(model: Any) -> Iterator[str]:
    """Yield the title, and what the model tells in a sentence."""
    data = model.training_
    if data is None:
        yield "Model card: a calibrated probability"
        yield f"It tells how likely the class {model.classes_[1]} is. {_fitted(model)}"
        return
    within = "" if data.horizon is None else f" within {data.horizon}"
    yield f"Model card: {data.outcome}{within}"
    ref = data.policy.ref
    yield (
        f"It tells how likely a contact is to come to {data.outcome}{within}, as a probability from 0 to 1. "
        f"{_fitted(model)} Policy {ref.name} {ref.version}, whose content has the hash {ref.hash}."
    )


def _fitted(model: Any) -> str:
    base = model.baseline_
    return f"Fitted on {base.rows:,} rows of {base.contacts:,} contacts, {base.conversions:,} of which converted."


def purpose_sheets(model: Any) -> Iterator[Sheet]:
    """Yield what the model is for, and what not."""
    yield Sheet(
        "What it is for",
        points=(
            "To put contacts in order, so that those who are likely to convert are worked first.",
            "As a score in a policy, where its probability meets a line that fits the capacity of sales.",
            "To be read beside the rules: what each feature adds to a probability is told with it.",
        ),
    )
    not_for = [
        "Decisions about people that are not about sales, such as credit, work, housing or insurance.",
        "What would happen if somebody called or sent something: it has seen what came, not what caused it.",
    ]
    if model.training_ is not None:
        not_for.append("Contacts of another product, market or source than those of the training.")
    if model.training_ is not None and model.training_.horizon is not None:
        not_for.append("Contacts who have had the outcome already: they were left out of the training.")
    yield Sheet("What it is not for", points=tuple(not_for))


def training_sheets(model: Any) -> Iterator[Sheet]:
    """Yield the rows that the model was fitted on, and how it was fitted."""
    data = model.training_
    if data is not None:
        yield _window(data)
    found = model.calibration_
    lines = [f"{model.how_[0].upper()}{model.how_[1:]}."]
    if model.baseline_.held_back:
        steps = ", then by the steps of an isotonic regression" if found.steps is not None else ""
        lines.append(
            f"Its log-odds are multiplied by {found.slope:.3f}, and {found.intercept:+.3f} is added{steps}: so says "
            f"what came of {model.baseline_.held_back:,} rows that were held back, of which "
            f"{model.baseline_.held_conversions:,} converted. Then it was fitted again on all rows."
        )
    given = {name: value for name, value in model.get_params(deep=False).items() if value is not None}
    said = ", ".join(f"{name}={' '.join(repr(value).split())}" for name, value in given.items())
    yield Sheet("How it was fitted", tuple(lines), remarks=(f"Arguments: {said}.",))


def _window(data: Any) -> Sheet:
    table = data.counts
    dated = table["cutoff"].null_count() == 0
    rows = [
        (
            f"{row['cutoff']:%Y-%m-%d}" if row["cutoff"] else "all rows",
            row["judged"], row["converted"], f"{row['rate'] or 0:.1%}",
        )
        for row in table.to_dicts()
    ]  # fmt: skip
    if dated and data.horizon is not None:
        first, last = table["cutoff"].min(), table["cutoff"].max()
        until = "" if data.until is None else f", and what came after it up to {data.until:%Y-%m-%d}"
        line = (
            f"From {first:%Y-%m-%d} to {last:%Y-%m-%d}: what was known of each contact at a cutoff{until}. A row "
            f"converted if {data.outcome} came within {data.horizon} of its cutoff."
        )
    else:
        line = f"One table, one row a contact. A row converted if {data.outcome}."
    return Sheet("Data", (line,), ("cutoff", "rows", "converted", "rate"), rows)


def feature_sheets(model: Any) -> Iterator[Sheet]:
    """Yield the features, and what was left out with the reason."""
    reference = model.reference_
    missing = dict(
        reference.filter(pl.col("bin") == MISSING, pl.col("value").is_null()).select("feature", "share").rows()
    )
    kinds = {} if model.training_ is None else model.training_.features
    texts = set(reference.filter(pl.col("value").is_not_null())["feature"])

    def row(name: str) -> tuple[str, str, str]:
        kind = _KINDS[kinds[name]] if name in kinds else "text" if name in texts else "number"
        return name, kind, f"{missing[name]:.1%}" if name in missing else "not known"

    yield Sheet("Features", (), ("feature", "type", "missing"), [row(name) for name in model.names])
    if model.training_ is not None and model.training_.left_out:
        yield Sheet("What was left out", points=by_reason(model.training_.left_out))


def limit_sheets(model: Any, figures: Any) -> Iterator[Sheet]:
    """Yield where the model ends, and when to fit it again."""
    data = model.training_
    points = ["The market moves on. The figures tell of the past, and of the next months only if these are like it."]
    if data is None:
        points.append("Nothing tells where its rows came from, nor whether the features were known before the outcome.")
    elif not data.timed:
        points.append(
            "Nothing tells when the fields of its table were filled. That they were known before the outcome, somebody "
            "has to vouch for."
        )
    elif _reads_fields(data):
        points.append(
            "What happened is seen as it stood at each cutoff. Fields of contacts have no times: they stand as the "
            "table had them at the end, which flatters the model where a field was filled in later."
        )
    points.append("It has learned who converted under the work of sales of that time, not who could have.")
    if figures is None:
        points.append("No report on later rows is kept with it, and none on groups of contacts.")
    elif not figures["slices"]:
        points.append("Whether it serves some group of contacts worse than others was not looked at.")
    yield Sheet("Limits", points=tuple(points))
    yield Sheet(
        "When to fit it again",
        (
            "leadqual.ml.monitor(model, recent) tells: when a feature or the probabilities have a population stability "
            "index of 0.25 or more beyond chance, a text or a column is gone, a quarter more or fewer convert than "
            "expected, or the area under the ROC curve is 0.05 smaller. Ask once a month.",
        ),
    )


def version_sheet() -> Sheet:
    """Return the versions of the libraries."""
    return Sheet("Versions", points=tuple(f"{name} {number}" for name, number in versions_now().items()))


def _reads_fields(data: Any) -> bool:
    reads = reads_of(data.policy, [parse_condition(name) for name in data.features])
    return bool(reads.fields or reads.scorers)
