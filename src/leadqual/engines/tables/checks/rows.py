"""What the rows of two tables hold, looked at before anything is computed: every problem at once, with its rows.

All that can be wrong is counted in a few passes over whole columns. Rows are fetched only for what was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import narwhals as nw

from leadqual.engines.tables.checks.breaches import Breach
from leadqual.engines.tables.checks.columns import content_columns
from leadqual.engines.tables.checks.contacts import parts_of_contacts
from leadqual.engines.tables.checks.ids import ids_of, repeated_contacts, repeated_interactions, strangers
from leadqual.engines.tables.checks.interactions import parts_of_interactions
from leadqual.engines.tables.checks.parts import Part
from leadqual.engines.tables.checks.reads import Reads
from leadqual.engines.tables.checks.told import FEW, all_collected, collected, label, share
from leadqual.engines.tables.native import Table
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.policy.document import PolicyDocument

_ROWS: Final = "lq_rows"
_VALUE: Final = "lq_value"
_VALUES: Final = 5
"""How many wrong values of a column are told apart."""
_LISTED: Final = 50
"""How many of them are looked at."""
_FURTHER: Final = "mend the values that are told apart first; these are further ones"


@dataclass(frozen=True, slots=True)
class Rows:
    """What was found out about rows that are right.

    Parameters
    ----------
    repeated : bool
        Whether some interactions are given several times, so that each has still to be counted once.
    """

    repeated: bool = False


def check_rows(policy: PolicyDocument, contacts: Table, interactions: Table, reads: Reads) -> Rows:
    """Return what was found out about the rows of two tables whose columns are right.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    contacts, interactions : Table
        The tables, both of one library.
    reads : Reads
        What is read of them; other values are not looked at.

    Raises
    ------
    InputError
        With everything that is wrong: ids that are missing, empty or given twice, interactions of contacts without a
        row, unknown kinds and currencies, and values that the models refuse.
    """
    parts = [*parts_of_contacts(policy, contacts, reads), *parts_of_interactions(policy, interactions, reads)]
    ids = ids_of(contacts, interactions)
    counts = [part.frame.select(nw.len().alias(_ROWS), *_signs(part.breaches)) for part in parts]
    answers = all_collected(interactions, [*counts, *ids.questions()])
    totals = [answer[0] for answer in answers[: len(parts)]]
    again, several, strange = ids.doubts(*(answer[0] for answer in answers[len(parts) :]))

    found: dict[str, list[Problem]] = {"contacts": [], "interactions": []}
    for part, total in zip(parts, totals, strict=True):
        found[part.source] += _problems(part, total)
    of_contacts, of_interactions = (
        next(int(total[_ROWS]) for part, total in zip(parts, totals, strict=True) if part.source == source)
        for source in found
    )
    repeated = False
    if again:
        found["contacts"] += repeated_contacts(ids, contacts, of_contacts)
    if several:
        content = content_columns(policy, interactions.schema)
        repeated, conflicts = repeated_interactions(ids, interactions, of_interactions, content)
        found["interactions"] += conflicts
    if strange:
        found["interactions"] += strangers(ids, contacts, interactions, of_interactions)
    if problems := [*found["contacts"], *found["interactions"]]:
        raise InputError(problems)
    return Rows(repeated)


def _signs(breaches: Sequence[Breach]) -> Iterator[nw.Expr]:
    return (breach.signs.alias(f"lq_b{number}") for number, breach in enumerate(breaches))


def _problems(part: Part, total: dict[str, Any]) -> Iterator[Problem]:
    """Yield the problems of the breaches that show signs, after counting their rows."""
    suspected = [breach for number, breach in enumerate(part.breaches) if total[f"lq_b{number}"]]
    if not suspected:
        return
    rows = int(total[_ROWS])
    wrong = [part.table.dialect.number(breach.wrong) for breach in suspected]
    (counts,) = collected(part.table, part.frame.select(one.alias(f"lq_b{n}") for n, one in enumerate(wrong)))
    for breach, count in zip(suspected, counts.values(), strict=True):
        if count and breach.by_value:
            yield from _by_value(part, breach, rows, int(count))
        elif count:
            yield from _problem(part, breach, rows, int(count))


def _by_value(part: Part, breach: Breach, rows: int, count: int) -> Iterator[Problem]:
    """Yield the problem of each wrong value, and one for all that are left where there are many."""
    values = part.frame.filter(breach.wrong).select(breach.value.cast(nw.String()).alias(_VALUE))
    grouped = values.group_by(_VALUE).agg(nw.len().cast(nw.Int64()).alias(_ROWS))
    listed = collected(part.table, grouped.sort(_ROWS, _VALUE, descending=[True, False]).head(_LISTED))
    allowed = [value for value in listed if breach.told(value[_VALUE]) is None]
    first = [value for value in listed if value not in allowed][:_VALUES]
    for value in first:
        yield from _problem(part, breach.only(breach.value == value[_VALUE]), rows, int(value[_ROWS]))
    dealt_with = [*allowed, *first]
    if left := count - sum(int(value[_ROWS]) for value in dealt_with):
        others = breach.only(~breach.value.is_in([value[_VALUE] for value in dealt_with]))
        for problem in _problem(part, others, rows, left):
            yield replace(problem, hint=_FURTHER)


def _problem(part: Part, breach: Breach, rows: int, count: int) -> Iterator[Problem]:
    chosen = part.frame.filter(breach.wrong).select(*part.ids, breach.value.alias(_VALUE))
    first = collected(part.table, chosen.sort(*part.ids).head(FEW))
    told = breach.told(first[0][_VALUE])
    if told is not None:
        texts = [f"{shown(row[_VALUE])} in {label(row)}" if breach.valued else label(row) for row in first]
        found = ", ".join([*texts, "..."]) if count > len(texts) else ", ".join(texts)
        message = f"{share(count, rows, part.what)}: {told.message}"
        yield replace(told, message=message, place=Place(part.source, path=breach.path), found=found)
