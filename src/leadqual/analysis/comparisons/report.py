"""A comparison as sections with lines and tables: what text, notebooks and the command line show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.analysis.comparisons.changes import Change
from leadqual.analysis.comparisons.desk import Customers, Desk
from leadqual.analysis.comparisons.impact import Impact
from leadqual.analysis.comparisons.moves import CONTACT
from leadqual.analysis.comparisons.words import shown_values
from leadqual.analysis.sheets import Sheet, as_html, as_text
from leadqual.lifecycle.explain import known_zone, moment

if TYPE_CHECKING:
    from leadqual.analysis.comparisons.comparison import Comparison

_LISTED: Final = 10
_WIDE: Final = 72
_WIDEST: Final = 100
_SIGN: Final = {"added": "+", "removed": "-", "changed": "~", "moved": "~", "renamed": "~"}
_VERDICTS: Final = {
    "lost": "lost: never flagged any more",
    "gained": "gained: flagged now, not before",
    "later": "flagged later",
    "earlier": "flagged earlier",
    "same": "flagged at the same instant",
    "never": "flagged by neither",
}


def sections(comparison: Comparison) -> Iterator[Sheet]:
    """Yield the parts of a comparison, the answer first."""
    yield Sheet(headline(comparison))
    if comparison.changes:
        yield Sheet("Changes", tuple(line for change in comparison.changes for line in _change(change)))
    if comparison.impact is not None:
        yield from _impact(comparison, comparison.impact)


def headline(comparison: Comparison) -> str:
    """Return what is to be known before anything else."""
    old, new, changes = comparison.old, comparison.new, comparison.changes
    names = f"{old.ref} -> {new.ref}"
    if changes and str(old.ref) == str(new.ref):
        names = f"{old.ref} ({old.content_hash[:12]}) -> {new.ref} ({new.content_hash[:12]})"
    if not changes:
        return f"{names}: the same content ({old.content_hash[:12]})"
    number = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    if comparison.decides_the_same:
        return f"{names}: {number}, none of which changes an answer"
    deciding = sum(change.decides for change in changes)
    return f"{names}: {number}" + ("" if deciding == len(changes) else f", {deciding} of which can change answers")


def _change(change: Change) -> Iterator[str]:
    silent = "" if change.decides else "  (changes no answer)"
    sign, whole = _SIGN[change.action], str(change)
    if change.action == "changed" and len(whole) > _WIDE:
        name = change.path if change.part == "policy" else f"{change.part} {change.path}"
        old, new = shown_values(change.part, change.what or change.path, change.old, change.new)
        yield f"{sign} {name}:{f' {change.what}' if change.what else ''}{silent}"
        yield f"    old: {old}"
        yield f"    new: {new}"
    else:
        yield f"{sign} {whole}{silent}"
    if change.words:
        yield f"    {change.words}"


def _impact(comparison: Comparison, impact: Impact) -> Iterator[Sheet]:
    seen = impact.contacts - impact.not_appeared
    lines = [
        f"{seen:,} contacts, seen at {_moment(impact, impact.until)}: {impact.parted.height:,} make other moves, "
        f"{impact.moved.height:,} of them stand elsewhere in the end."
    ]
    if impact.not_appeared:
        lines.append(f"{impact.not_appeared:,} more had not appeared by then.")
    yield Sheet("On the same history", tuple(lines))
    if totals := _totals(comparison, impact.matrix):
        yield Sheet("Stages", (), ("stage", "old", "new", "difference"), totals)
    yield from _moved(impact)
    if impact.desk is not None:
        yield from _desk(impact, impact.desk)
    if impact.customers is not None:
        yield _customers(impact.customers)
    yield from _scores(impact)
    if impact.notes:
        yield Sheet("Notes", impact.notes)


def _totals(comparison: Comparison, matrix: pl.DataFrame) -> tuple[tuple[object, ...], ...]:
    """Return how many stand at each stage; a stage with two names is told with both."""
    old, new = (dict(matrix.group_by(side).agg(pl.col("contacts").sum()).iter_rows()) for side in ("old", "new"))
    stages, rows = comparison.stages, []
    for name in comparison.old.stages:
        other = stages.pairs.get(name)
        before, after = old.get(name, 0), 0 if other is None else new.get(other, 0)
        rows.append((name if other in (name, None) else f"{name} = {other}", before, after, after - before))
    rows += [(name, 0, new.get(name, 0), new.get(name, 0)) for name in stages.only_new]
    return tuple(rows)


def _moved(impact: Impact) -> Iterator[Sheet]:
    moved = impact.matrix.filter(~pl.col("same")).sort("contacts", descending=True, maintain_order=True)
    if moved.height:
        rows = tuple((row["old"], row["new"], row["contacts"]) for row in moved.to_dicts())
        yield Sheet("Who stands elsewhere", (), ("old", "new", "contacts"), rows)
        few = impact.moved.head(_LISTED)
        told = tuple(
            (
                row[CONTACT],
                f"{row['old_stage']} -> {row['new_stage']}",
                "" if row["parted_at"] is None else _moment(impact, row["parted_at"]),
                ", ".join(row["because"] or ()) or row["how"] or "",
            )
            for row in few.to_dicts()
        )
        every = impact.moved.height
        title = "They are" if few.height == every else f"The first {few.height} of {every:,}"
        yield Sheet(title, (), ("contact", "stands at", "parted", "because of"), told)
    if impact.reasons.height:
        found = tuple(
            (row["change"] or "no single one", row["how"], row["contacts"], row["stand_elsewhere"])
            for row in impact.reasons.to_dicts()
        )
        yield Sheet("Because of which change", (), ("change", "how", "contacts", "elsewhere"), found, bars="contacts")
    if impact.needs:
        needs = tuple(f"{path}, with {', '.join(others)}" for path, others in impact.needs.items())
        yield Sheet("Tried together, since one needs the other", needs)


def _desk(impact: Impact, desk: Desk) -> Iterator[Sheet]:
    mean, more, days = desk.a_day, desk.changed_days, len(desk.days)
    title = f"Leads of the sales desk ({', '.join(desk.stages)})"
    times = [_moment(impact, instant) for instant in (desk.since, desk.until)]
    lines = [f"From {' to '.join(times)}, {desk.span:,.1f} days."]
    if mean["more"] is not None:
        lines.append(f"Leads a day: {mean['old']:.2f} before, {mean['new']:.2f} now ({mean['more']:+.2f}).")
    lines.append(f"In all: {desk.arrivals['old']:,} before, {desk.arrivals['new']:,} now.")
    if not days:
        yield Sheet(title, (*lines, "No day lies whole within this time."))
        return
    lines.append(f"Of {days:,} whole days {more['more']:,} bring more, {more['fewer']:,} fewer.")
    names = ("least", "median", "p90", "most")
    rows = tuple(
        (row["policy"], _number(row["mean"]), *(f"{row[name]:g}" for name in names))
        for row in desk.distribution.to_dicts()
    )
    yield Sheet(title, tuple(lines))
    yield Sheet("Leads a day, over the whole days", (), ("policy", "mean", *names), rows)
    weekdays = desk.weekdays.drop_nulls().to_dicts()
    rows = tuple((row["weekday"], row["days"], _number(row["old"]), _number(row["new"])) for row in weekdays)
    yield Sheet("Leads a day by weekday", (), ("weekday", "days", "old", "new"), rows)


def _customers(customers: Customers) -> Sheet:
    counts, medians = customers.counts, customers.median_days
    if not sum(counts.values()):
        return Sheet(f"Known customers ({customers.outcome})", ("There is none in this time.",))
    rows = []
    for verdict, words in _VERDICTS.items():
        median = medians.get(verdict)
        by = "" if median is None else f"by {median:.1f} days (median)"
        some = customers.ids(verdict)[:3] if verdict in ("lost", "gained", "later", "earlier") else []
        more = ", ..." if some and counts[verdict] > len(some) else ""
        rows.append((words, counts[verdict], "; ".join(filter(None, (by, ", ".join(some) + more)))))
    title = f"Known customers ({customers.outcome}): {sum(counts.values()):,}, flagged by a stage of the desk before it"
    return Sheet(title, (), ("under the new policy", "customers", "who"), tuple(rows))


def _scores(impact: Impact) -> Iterator[Sheet]:
    changed = impact.scores.filter(pl.col("contacts") > 0)
    if changed.height:
        rows = tuple(
            (row["score"], row["contacts"], *(_number(row[name]) for name in ("old_mean", "new_mean")))
            for row in changed.to_dicts()
        )
        yield Sheet("Scores that differ in the end", (), ("score", "contacts", "old mean", "new mean"), rows)
    if impact.grades.height:
        rows = tuple(
            (row["grade"], f"{row['old'] or 'none'} -> {row['new'] or 'none'}", row["contacts"])
            for row in impact.grades.head(_LISTED).to_dicts()
        )
        yield Sheet("Grades that differ in the end", (), ("grade", "change", "contacts"), rows)


def _moment(impact: Impact, instant: datetime) -> str:
    return moment(instant, known_zone(impact.time_zone))


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"


def text_of(comparison: Comparison) -> str:
    """Return a comparison as plain text."""
    first, *others = sections(comparison)
    return as_text((first.title,), others, _WIDEST)


def html_of(comparison: Comparison) -> str:
    """Return a comparison as one piece of HTML without scripts."""
    first, *others = sections(comparison)
    return as_html((first.title,), others)


def data_of(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data for JSON."""
    stages, impact = comparison.stages, comparison.impact
    data: dict[str, Any] = {
        "old": comparison.old.ref.model_dump(),
        "new": comparison.new.ref.model_dump(),
        "same": comparison.same,
        "decides_the_same": comparison.decides_the_same,
        "changes": [change.to_dict() for change in comparison.changes],
        "stages": {"pairs": dict(stages.pairs), "only_old": list(stages.only_old), "only_new": list(stages.only_new)},
    }
    return data if impact is None else {**data, "impact": _impact_data(impact)}


def _impact_data(impact: Impact) -> dict[str, Any]:
    parted = impact.parted.with_columns(pl.col("parted_at").dt.to_string("iso:strict"))
    return {
        "since": impact.since.isoformat(),
        "until": impact.until.isoformat(),
        "contacts": impact.contacts,
        "not_appeared": impact.not_appeared,
        "time_zone": impact.time_zone,
        "matrix": impact.matrix.to_dicts(),
        "parted": parted.to_dicts(),
        "reasons": impact.reasons.to_dicts(),
        "needs": {path: list(others) for path, others in impact.needs.items()},
        "desk": None if impact.desk is None else impact.desk.to_dict(),
        "customers": None if impact.customers is None else impact.customers.to_dict(),
        "scores": impact.scores.to_dicts(),
        "grades": impact.grades.to_dicts(),
        "notes": list(impact.notes),
    }
