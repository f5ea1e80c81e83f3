"""A training set for people: what was looked for, how many rows there are, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from leadqual.analysis.sheets import Sheet, as_html, as_text

if TYPE_CHECKING:
    from leadqual.ml.training.data import TrainingSet

_SHOWN: Final = 12
_NAMED: Final = 3
"""How many of those that are left out for one reason are named."""


def data_text(data: TrainingSet) -> str:
    """Return what a training set is."""
    return as_text(_head(data), _sheets(data), 80)


def data_html(data: TrainingSet) -> str:
    """Return what a training set is, as one piece of HTML without scripts."""
    return as_html(_head(data), _sheets(data), shown=1)


def _head(data: TrainingSet) -> list[str]:
    within = f" within {data.horizon}" if data.horizon else ""
    rate = data.conversions / max(1, len(data))
    head = [
        f"Training set of {data.policy.name}: {data.outcome}{within}",
        f"{len(data):,} rows of {data.rows['contact_id'].n_unique():,} contacts, {data.conversions:,} conversions "
        f"({rate:.1%}), {len(data.features)} features.",
    ]
    if not data.timed:
        head.append("Nothing tells that the features were known before the outcome: that is for you to vouch for.")
    return head


def _sheets(data: TrainingSet) -> Iterator[Sheet]:
    columns = ("cutoff", "contacts", "not yet there", "had it before", "judged", "converted", "rate")
    rows = [
        (
            "all rows" if row["cutoff"] is None else f"{row['cutoff']:%Y-%m-%d}",
            row["contacts"], row["not_yet"], row["before"], row["judged"], row["converted"],
            "" if row["rate"] is None else f"{row['rate']:.1%}",
        )
        for row in data.counts.tail(_SHOWN).to_dicts()
    ]  # fmt: skip
    more = len(data.counts) - len(rows)
    yield Sheet("Cutoffs", (), columns, rows, (), (f"and {more:,} earlier ones",) if more else (), "rate")
    kinds = {"number": "number", "boolean": "condition", "text": "text"}
    absent = data.rows.select(list(data.features)).null_count().row(0)
    features = [
        (name, kinds[kind], f"{missing / max(1, len(data)):.0%}")
        for (name, kind), missing in zip(data.features.items(), absent, strict=True)
    ]
    yield Sheet("Features", (), ("feature", "type", "missing"), features)
    if data.left_out:
        yield Sheet("Left out", points=by_reason(data.left_out))


def by_reason(left_out: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is left out, a line for each reason; the mapping itself names every one.

    Examples
    --------
    >>> by_reason({"a": "it is never known", "b": "it is never known", "c": "it is always the same"})
    ('it is never known (2): a; b', 'it is always the same (1): c')
    """
    reasons: dict[str, list[str]] = {}
    for what, why in left_out.items():
        reasons.setdefault(why, []).append(what)
    return tuple(
        f"{why} ({len(names):,}): {'; '.join(names[:_NAMED])}{'; …' if len(names) > _NAMED else ''}"
        for why, names in reasons.items()
    )
