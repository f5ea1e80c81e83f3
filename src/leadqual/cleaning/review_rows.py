"""The rows of a review: each pair once, with why, what conflicts, and both sides beside one another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.cleaning.decisions import DIFFERENT, SAME, Decided
from leadqual.cleaning.lists import canonical
from leadqual.cleaning.opened import Opened
from leadqual.errors import Place, Problem

if TYPE_CHECKING:
    from leadqual.cleaning.found import Duplicates

COLUMNS: Final = ("left", "right", "decision", "keep", "why", "probability", "conflicts", "group", "check")
_TYPES: Final = {
    "left": pl.String, "right": pl.String, "decision": pl.String, "keep": pl.String, "why": pl.String,
    "probability": pl.Float64, "conflicts": pl.String, "group": pl.UInt32, "check": pl.String,
}  # fmt: skip
_SHOWN: Final = (
    "full_name", "given_name", "family_name", "phone", "email", "job_title", "company.name", "city", "country",
    "created_at",
)  # fmt: skip
_UNCHECKED: Final = ("created_at",)
LEFT, RIGHT = " left", " right"
"""What the columns of the two sides end with."""


def review_rows(found: Duplicates, accept: float | None) -> pl.DataFrame:
    """Return the rows of a review, those that were decided on before at its end."""
    names = _fields(found)
    pairs = found.pairs.with_columns((pl.col("key") + " " + pl.col("value")).alias("why"))
    once = pairs.group_by("left", "right", maintain_order=True).agg(
        pl.col("why").unique(maintain_order=True).str.join("; "), pl.col("probability").max()
    )
    told = {(left, right): (why, probability) for left, right, why, probability in once.iter_rows()}
    sides = list(found.sides())
    rows = found.rows({one for _, left, right, _ in sides for one in (left, right)})
    earlier = _earlier(found)
    held = {group for group, _, _, against in sides if against} | _apart(found, earlier)
    made = [
        _row(group, left, right, told[left, right], against, rows, names, earlier,
             accepted=accept is not None and group not in held and told[left, right][1] >= accept)
        for group, left, right, against in sides
    ]  # fmt: skip
    beside = {f"{name}{side}": pl.String for name in names for side in (LEFT, RIGHT)}
    frame = pl.DataFrame(made, schema={**_TYPES, **beside}, orient="row")
    return _with_earlier(frame, found)


def _row(
    group: int, left: str, right: str, told: tuple[str, float], against: tuple[str, ...],
    rows: Mapping[str, Mapping[str, Any]], names: list[str], earlier: Mapping[frozenset[str], Decided], *,
    accepted: bool,
) -> tuple[Any, ...]:  # fmt: skip
    before = earlier.get(frozenset((left, right)))
    decision, keep = (before.decision, before.keep) if before else (SAME if accepted else None, None)
    one, other = rows[left], rows[right]
    sides = [_cell(row.get(name)) for name in names for row in (one, other)]
    check = check_of(one, other, names)
    return left, right, decision, keep, told[0], told[1], "; ".join(against) or None, group, check, *sides


def _fields(found: Duplicates) -> list[str]:
    """Return the fields that are shown of both sides: those that tell who somebody is, and the keys."""
    there = found.people.columns
    wanted = [*_SHOWN, *found.sought, *found.conflicting]
    return [name for name in dict.fromkeys(wanted) if name in there]


def _cell(value: Any) -> str | None:
    return None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def check_of(left: Mapping[str, Any], right: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return a few letters that change when one of the two contacts does, as far as the review shows it."""
    checked = [name for name in names if name not in _UNCHECKED]
    content = canonical([[_cell(row.get(name)) for name in checked] for row in (left, right)])
    return blake2b(content.encode(), digest_size=5).hexdigest()


def changed_rows(
    table: pl.DataFrame, decided: Collection[Decided], people: Opened, rows: Mapping[str, Mapping[str, Any]],
    source: str,
) -> Iterator[Problem]:  # fmt: skip
    """Yield the pairs whose contacts are not what the review showed."""
    if "check" not in table.columns:
        return
    names = [column.removesuffix(LEFT) for column in table.columns if column.endswith(LEFT)]
    written = {
        (str(left), str(right)): check
        for left, right, check in table.select("left", "right", "check").iter_rows() if check
    }  # fmt: skip
    for one in decided:
        check = written.get((one.left, one.right))
        both = one.left in rows and one.right in rows
        if check is not None and both and check != check_of(rows[one.left], rows[one.right], names):
            message = f"{one.left} and {one.right} are not what the review showed"
            hint = "search again with decided=review, and look at these pairs once more"
            yield Problem("changed-since-review", message, Place(source, one.row), hint=hint)


def _earlier(found: Duplicates) -> dict[frozenset[str], Decided]:
    decided = found.decided.decided if found.decided is not None else ()
    return {frozenset((one.left, one.right)): one for one in decided}


def _apart(found: Duplicates, earlier: Mapping[frozenset[str], Decided]) -> set[int]:
    """Return the groups that hold two contacts which were decided to be different: others join them all the same."""
    group = dict(found.groups.select("contact_id", "group").iter_rows())
    different = [tuple(pair) for pair, one in earlier.items() if one.decision == DIFFERENT]
    return {group[one] for one, other in different if one in group and group[one] == group.get(other)}


def _with_earlier(frame: pl.DataFrame, found: Duplicates) -> pl.DataFrame:
    """Return a review with the pairs that are different below: the next search reads them there."""
    if found.decided is None:
        return frame
    there, present = (
        set(found.people.text("id")),
        {frozenset(pair) for pair in frame.select("left", "right").iter_rows()},
    )
    kept = [
        one for one in found.decided.decided
        if one.decision == DIFFERENT and frozenset((one.left, one.right)) not in present
        and one.left in there and one.right in there
    ]  # fmt: skip
    if not kept:
        return frame
    names = [column.removesuffix(LEFT) for column in frame.columns if column.endswith(LEFT)]
    rows = found.rows({name for one in kept for name in (one.left, one.right)})
    more = [
        (one.left, one.right, one.decision, one.keep, "decided before", None, None, None,
         check_of(rows[one.left], rows[one.right], names),
         *(_cell(row.get(name)) for name in names for row in (rows[one.left], rows[one.right])))
        for one in kept
    ]  # fmt: skip
    return pl.concat([frame, pl.DataFrame(more, schema=frame.schema, orient="row")])
