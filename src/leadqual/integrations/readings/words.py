"""Terms of another system, translated by a vocabulary; one that nobody translated is never guessed."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import zip_longest
from typing import Final

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Problem
from leadqual.integrations.document import SKIP
from leadqual.integrations.readings.base import Cells, by_distinct, refused_of

_HINTED: Final = 500
_BLANKS: Final = re.compile(r"\s+")
_ENDS: Final = string.punctuation + string.whitespace + "…–—·•"

YES: Final = frozenset(
    {
        "yes",
        "y",
        "true",
        "t",
        "1",
        "on",
        "x",
        "✓",
        "ya",
        "iya",
        "benar",
        "ja",
        "wahr",
        "oui",
        "vrai",
        "si",
        "sí",
        "sim",
        "да",
    }
)
"""What says yes."""
NO: Final = frozenset(
    {"no", "n", "false", "f", "0", "off", "tidak", "tdk", "salah", "nein", "falsch", "nee", "non", "faux", "não", "нет"}
)
"""What says no."""


@lru_cache(maxsize=65_536)
def term(text: str) -> str:
    """Return what is the same for every spelling of a term: without case, and without punctuation at the ends.

    Examples
    --------
    >>> term(" Closed  Won! "), term("C++") == term("c")
    ('closed won', True)
    """
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    return plain.strip(_ENDS) or plain.strip()


def read_words(
    cells: pl.Series, vocabulary: Mapping[str, str], known: Collection[str] | None, *, keep: bool = False
) -> Cells:
    """Return the meanings of terms.

    Parameters
    ----------
    cells : Series
        The terms.
    vocabulary : mapping of str to str
        What they mean; `skip` stays as it is.
    known : collection of str, optional
        Our own words, which mean themselves.
    keep : bool, default False
        Keep a term that has no translation, where any text can stand.
    """
    meanings = {term(name): meaning for name, meaning in vocabulary.items()}
    own = {term(word): word for word in known or ()}

    def meaning(text: str) -> str:
        found = meanings.get(term(text), own.get(term(text)))
        if found is None and keep and known is None:
            return text
        if found is None:
            raise unknown(text, [*vocabulary, *(known or ())])
        return found

    return by_distinct(cells, pl.String(), meaning)


def kept_terms(cells: pl.Series, vocabulary: Mapping[str, str]) -> pl.DataFrame:
    """Return where terms stand that have no translation and are kept."""
    meanings = {term(name) for name in vocabulary}
    distinct = [text for text in cells.drop_nulls().unique() if term(text) not in meanings]
    # Comparing is slow, and nobody reads a thousand hints.
    hints = [did_you_mean(text, vocabulary) for text in distinct[:_HINTED]]
    return refused_of(cells, {text: ("kept-term", hint) for text, hint in zip_longest(distinct, hints)})


def unknown(text: str, known: Collection[str]) -> InputError:
    """Return the error of a term that has no translation."""
    hint = did_you_mean(text, known)
    return InputError(Problem("unknown-term", "nothing says what this means", hint=hint))


def without_skips(cells: Cells) -> Cells:
    """Return meanings without those from which nothing follows."""
    values = cells.values.to_frame("value").select(pl.when(pl.col("value") != SKIP).then("value")).to_series()
    return Cells(values.rename(cells.values.name), cells.refused)


def read_yes_no(cells: pl.Series) -> Cells:
    """Return yes and no, in the languages that these systems come in."""
    return by_distinct(cells, pl.Boolean(), yes_or_no)


def yes_or_no(text: str) -> bool:
    """Return whether a word says yes.

    Examples
    --------
    >>> yes_or_no("Ya"), yes_or_no("FALSE")
    (True, False)
    """
    word = term(text)
    if word not in YES and word not in NO:
        hint = "yes or no, true or false, 1 or 0, ya or tidak"
        raise InputError(Problem("bad-boolean", "this is neither yes nor no", hint=hint))
    return word in YES
