"""What speaks against two contacts being one person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from leadqual.cleaning.lists import in_order, words_of

_WORD: Final = re.compile(r"[^\W\d_]+")
_NAMES: Final = ("full_name", "given_name", "family_name")

Row = Mapping[str, Any]


def folded(text: str) -> str:
    """Return a text without accents, in small letters, with one space between words.

    Examples
    --------
    >>> folded("  José   MÜLLER ")
    'jose muller'
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def conflicts(left: Row, right: Row, columns: Sequence[str]) -> tuple[str, ...]:
    """Return what two contacts differ in that one person has once, in words.

    Parameters
    ----------
    left, right : mapping
        The fields of the contacts, by their names.
    columns : sequence of str
        In which one person has one value.

    Examples
    --------
    >>> conflicts({"country": "ID", "full_name": "Siti Rahma"}, {"country": "SG", "full_name": "S. Rahma"}, ["country"])
    ('country: ID / SG',)
    >>> conflicts({"full_name": "Siti Rahma"}, {"full_name": "Budi Santoso"}, [])
    ('name: Siti Rahma / Budi Santoso',)
    """
    return (*_fields(left, right, columns), *_names(left, right), *_words(left, right))


def _fields(left: Row, right: Row, columns: Iterable[str]) -> Iterator[str]:
    for name in columns:
        one, other = left.get(name), right.get(name)
        if _is_known(one) and _is_known(other) and folded(str(one)) != folded(str(other)):
            yield f"{name}: {one} / {other}"


def _is_known(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def _names(left: Row, right: Row) -> Iterator[str]:
    ours, theirs = _name(left), _name(right)
    one, other = set(_WORD.findall(folded(ours))), set(_WORD.findall(folded(theirs)))
    if one and other and not any(_alike(word, another) for word in one for another in other):
        yield f"name: {ours} / {theirs}"


def _name(row: Row) -> str:
    whole = row.get("full_name")
    return str(whole) if whole else " ".join(str(row[name]) for name in _NAMES[1:] if row.get(name))


def _alike(one: str, other: str) -> bool:
    """Return whether two words of names may be one: the same, or an initial."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _words(left: Row, right: Row) -> Iterator[str]:
    """Yield wishes and consents that only one of the two holds, since after a merge they hold for both."""
    marked = [words_of(row.get("do_not_call")) for row in (left, right)]
    for side, mine, other in (("left", *marked), ("right", *marked[::-1])):
        if mine and not other:
            yield f"do_not_call: only {side}"
    said = [
        {(word.get("channel"), word.get("purpose") or "marketing"): word.get("granted") is not False
         for word in in_order(words_of(row.get("consents")))}
        for row in (left, right)
    ]  # fmt: skip
    ours, theirs = said
    for channel, purpose in sorted(ours.keys() & theirs.keys(), key=str):
        both = ours[channel, purpose], theirs[channel, purpose]
        if both[0] != both[1]:
            yield f"consent to {purpose} by {channel}: {' / '.join('given' if one else 'refused' for one in both)}"
