"""Names that are given: each has to be one of those that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from leadqual._suggest import did_you_mean
from leadqual.errors import Place, Problem, UnknownNameError


def known_names(
    given: str | Iterable[str], known: Collection[str], code: str, message: str, argument: str
) -> tuple[str, ...]:
    """Return the names that are given, one or several; raise `UnknownNameError` for the first that nothing has.

    Examples
    --------
    >>> known_names("mql", ("lead", "mql"), "unknown-stage", "the policy has no such stage", "except_")
    ('mql',)
    """
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if name not in known:
            expected, hint = ", ".join(known) or None, did_you_mean(name, known)
            raise UnknownNameError(Problem(code, message, Place(argument), name, expected, hint))
    return names
