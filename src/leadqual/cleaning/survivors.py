"""Which contact of a group is kept, and what of the others it takes over: rules that one can see and change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from leadqual._suggest import did_you_mean
from leadqual.cleaning.conflicts import folded
from leadqual.cleaning.lists import LISTS, SETS, instant_of, joined_words, texts_of, written
from leadqual.errors import InputError, Place, Problem, shown

Keep: TypeAlias = Literal["oldest", "newest", "fullest"]
Taken: TypeAlias = Literal["kept", "oldest", "newest", "longest"]
Row: TypeAlias = Mapping[str, Any]

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_TOGETHER: Final = (("country", "region", "time_zone", "city"), ("full_name", "given_name", "family_name"))
"""Fields that belong together: those of two places, or of two spellings of a name, do not mix."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A value that the merged contact does not have.

    Parameters
    ----------
    field : str
        Which field.
    value, kept : object
        The value, and what the merged contact has in its place.
    contact : str
        Whose it was.
    """

    field: str
    value: Any
    kept: Any
    contact: str


def check_rules(keep: Any, fields: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise `InputError` with every rule that there is not, and every field."""
    problems: list[Problem] = []
    names = [*known]
    if keep not in get_args(Keep):
        expected, hint = f"one of: {', '.join(get_args(Keep))}", did_you_mean(str(keep), get_args(Keep))
        problems.append(Problem("bad-argument", "no contact is kept so", Place("keep"), shown(keep), expected, hint))
    for name, rule in fields.items():
        if rule not in get_args(Taken):
            expected, hint = f"one of: {', '.join(get_args(Taken))}", did_you_mean(str(rule), get_args(Taken))
            place = Place("fields", path=name)
            problems.append(Problem("bad-argument", "no value is taken so", place, shown(rule), expected, hint))
        if name not in names or name in ("id", "created_at", *LISTS, *SETS):
            place, hint = Place("fields", path=name), did_you_mean(name, names)
            problems.append(Problem("bad-argument", "no rule can be given for this", place, shown(name), hint=hint))
    if problems:
        raise InputError(problems)


def in_rank(rows: Iterable[Row], keep: Keep, wanted: frozenset[str] = frozenset()) -> list[Row]:
    """Return the contacts of a group, the one to be kept first; the order in which they came does not matter.

    Examples
    --------
    >>> old, new = {"id": "b", "created_at": "2026-01-01T00:00:00Z"}, {"id": "a", "created_at": "2026-02-01T00:00:00Z"}
    >>> [row["id"] for row in in_rank([new, old], "oldest")], [row["id"] for row in in_rank([new, old], "newest")]
    (['b', 'a'], ['a', 'b'])
    """

    def rank(row: Row) -> tuple[Any, ...]:
        begun, known = instant_of(row.get("created_at")), sum(map(is_filled, row.values()))
        age = begun.timestamp() if begun is not None else None
        by_age = (age is None, (-age if keep == "newest" else age) if age is not None else 0.0)
        return row["id"] not in wanted, -known if keep == "fullest" else 0, by_age, str(row["id"])

    return sorted(rows, key=rank)


def is_filled(value: Any) -> bool:
    """Return whether a cell holds something."""
    return value is not None and value != [] and (not isinstance(value, str) or value.strip() != "")


def survived(ranked: Sequence[Row], fields: Mapping[str, Taken]) -> tuple[dict[str, Any], list[Dropped]]:
    """Return the merged contact, and every value that it does not have.

    Parameters
    ----------
    ranked : sequence of mapping
        The contacts, the one that is kept first.
    fields : mapping of str to str
        Rules for single fields; the others are those of the kept contact, or of the first after it that has one.
    """
    merged = dict(ranked[0])
    names = [name for name in merged if name != "id"]
    for together in _bundles(names, fields):
        merged |= _together(ranked, together)
    bundled = {name for together in _bundles(names, fields) for name in together}
    for name in names:
        if name in LISTS:
            merged[name] = _list(ranked, name)
        elif name in SETS:
            merged[name] = _set(ranked, name)
        elif name == "created_at":
            merged[name] = min((row[name] for row in ranked), key=lambda cell: instant_of(cell) or _NEVER)
        elif name not in bundled:
            merged[name] = _taken([row[name] for row in _ordered(ranked, fields.get(name))], fields.get(name))
    return merged, _dropped(ranked, merged)


def _bundles(names: Sequence[str], fields: Mapping[str, Taken]) -> list[list[str]]:
    company = tuple(name for name in names if name.startswith("company."))
    found = [[name for name in together if name in names and name not in fields] for together in (*_TOGETHER, company)]
    return [together for together in found if together]


def _together(ranked: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """Return fields of the first contact that has any, and of those after it that contradict it in none."""
    found: dict[str, Any] = dict.fromkeys(names)
    for row in ranked:
        both = [name for name in names if is_filled(found[name]) and is_filled(row[name])]
        if all(_equal(found[name], row[name]) for name in both):
            found |= {name: row[name] for name in names if not is_filled(found[name])}
    return found


def _equal(one: Any, other: Any) -> bool:
    return folded(one) == folded(other) if isinstance(one, str) and isinstance(other, str) else bool(one == other)


def _ordered(ranked: Sequence[Row], rule: Taken | None) -> Sequence[Row]:
    if rule == "oldest":
        return in_rank(ranked, "oldest")
    return in_rank(ranked, "newest") if rule == "newest" else ranked


def _taken(cells: Sequence[Any], rule: Taken | None) -> Any:
    filled = [cell for cell in cells if is_filled(cell)]
    if rule == "longest" and filled:
        return max(filled, key=lambda cell: len(str(cell)))
    return filled[0] if filled else cells[0]


def _list(ranked: Sequence[Row], name: str) -> Any:
    cells = [row[name] for row in ranked]
    if sum(map(is_filled, cells)) <= 1:
        return _taken(cells, None)
    return written(joined_words(cells), next(cell for cell in cells if is_filled(cell)))


def _set(ranked: Sequence[Row], name: str) -> Any:
    cells = [row[name] for row in ranked]
    if sum(map(is_filled, cells)) <= 1:
        return _taken(cells, None)
    texts = sorted({text for cell in cells for text in texts_of(cell)})
    return written(texts, next(cell for cell in cells if is_filled(cell)))


def _dropped(ranked: Sequence[Row], merged: Row) -> list[Dropped]:
    told = [name for name in merged if name not in ("id", "created_at", *LISTS, *SETS)]
    return [
        Dropped(name, row[name], merged[name], str(row["id"]))
        for name in told for row in ranked
        if is_filled(row[name]) and not _equal(row[name], merged[name])
    ]  # fmt: skip
