"""What helps the writer of a condition on: the name that was meant, the values and currencies that can be."""

from __future__ import annotations

import re
from collections.abc import Collection

from leadqual._suggest import closest, did_you_mean
from leadqual.conditions.nodes import Compare, In, Items, Literal, Name, Node
from leadqual.conditions.walk import conjuncts
from leadqual.errors import Place, Problem, cut
from leadqual.model.catalogue import Spelling


def nearest(path: str, names: Collection[str]) -> str | None:
    """Return a hint with the names that were probably meant: by their last part, of the same owner if one is named.

    What all names of an owner begin with says nothing: ``contact.hobby`` is not nearly ``contact.phone``.

    Examples
    --------
    >>> nearest("contry", ["contact.country", "contact.city", "company.country"])
    "did you mean 'contact.country' or 'company.country'?"
    """
    owner, _, last = path.rpartition(".")
    own = {_last(name): name for name in names if owner and name.startswith(f"{owner}.")}
    near = [own[part] for part in closest(last, own)]
    if not near:
        best = closest(last, dict.fromkeys(map(_last, names)), limit=1)
        near = [name for name in names if _last(name) in best]
    if near:
        return f"did you mean {' or '.join(map(repr, near[:3]))}?"
    return None if own else did_you_mean(path, names)


def elsewhere(path: str, names: Collection[str], kinds: Collection[str], *, in_filter: bool) -> str | None:
    """Return a hint where a name would be right in another place: outside of a filter, or in `count`."""
    if in_filter:
        return "a filter reads the properties of its interaction only: " + ", ".join(sorted(names))
    return f"{path!r} is a kind of interaction: write count({path}) >= 1" if path in kinds else None


def impossible(
    named: Node, constant: Literal, values: Collection[str] | None, spelling: Spelling | None
) -> Problem | None:
    """Return the problem of a text that a name can never have; None where it can."""
    text = str(constant.value)
    if constant.type != "text" or _is_possible(text, values, spelling):
        return None
    expected = hint = None
    if values is not None:
        expected, hint = f"one of {', '.join(values)}", did_you_mean(text, values)
    elif spelling is not None:
        capitals = text.upper()
        expected, hint = spelling.expected, f"write {capitals!r}" if re.fullmatch(spelling.pattern, capitals) else None
    message = f"{named} can never be {constant}"
    return Problem("unknown-value", message, Place(), cut(str(constant)), expected, hint)


def _is_possible(text: str, values: Collection[str] | None, spelling: Spelling | None) -> bool:
    if values is not None:
        return text in values
    return spelling is None or re.fullmatch(spelling.pattern, text) is not None


def named_currency(where: Node) -> str | None:
    """Return the one currency that a filter lets through, where it names it."""
    return next(filter(None, map(_currency_of, conjuncts(where))), None)


def _currency_of(part: Node) -> str | None:
    match part:
        case Compare(Name("currency"), (("==", Literal(value, type="text")),)):
            return str(value)
        case Compare(Literal(value, type="text"), (("==", Name("currency")),)):
            return str(value)
        case In(Name("currency"), Items((Literal(value, type="text"),)), negated=False):
            return str(value)
        case _:
            return None


def _last(name: str) -> str:
    return name.rpartition(".")[2]
