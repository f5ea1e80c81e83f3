"""Problems that follow from another one, told together: a lost table of contacts must not bury its own cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from leadqual.errors import Place, Problem

_FOLLOWS: Final = frozenset({"unknown-contact", "rejected-contact"})
_ENOUGH: Final = 20
_FIRST: Final = 5


def folded(problems: Iterable[Problem], lost_hint: str | None = None) -> list[Problem]:
    """Return the problems, with those of missing contacts as one of each sort where there are more than twenty.

    Parameters
    ----------
    problems : iterable of Problem
        In the order of the rows.
    lost_hint : str, optional
        What to say if contacts are probably missing because their own rows could not be read.
    """
    told = list(problems)
    sorts: dict[tuple[str, str | None], list[Problem]] = {}
    for problem in told:
        if problem.code in _FOLLOWS:
            sorts.setdefault((problem.code, problem.place.source), []).append(problem)
    many = {sort: same for sort, same in sorts.items() if len(same) > _ENOUGH}
    kept = []
    for problem in told:
        same = many.get((problem.code, problem.place.source))
        if same is None:
            kept.append(problem)
        elif problem is same[0]:
            kept.append(_together(same, lost_hint))
    return kept


def _together(same: Sequence[Problem], lost_hint: str | None) -> Problem:
    first = same[0]
    lost = first.code == "rejected-contact"
    what = "belong to contacts whose rows were rejected" if lost else "belong to contacts that are not there"
    rows = ", ".join(f"{problem.found} in line {problem.place.line}" for problem in same[:_FIRST])
    contacts = len({problem.found for problem in same})
    message = f"{len(same):,} rows {what}"
    found = f"{contacts:,} contacts: {rows}, ..."
    hint = "mend the rows of the contacts first" if lost else lost_hint or "add the contacts, or leave out these rows"
    return Problem(first.code, message, Place(first.place.source, first.place.line), found, hint=hint)
