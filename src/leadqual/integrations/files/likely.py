"""In which encoding a text may be written: named, with a word of it in each, for a reader to see which is right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from leadqual.integrations.needed import missing

try:
    from charset_normalizer import from_bytes
except ImportError as error:
    raise missing(error, "charset-normalizer") from None

_USUAL: Final = "cp1252"
"""What spreadsheets of Western Europe and of Indonesia write; of its alphabet are most files that are not UTF-8."""

_WIDE: Final = ("utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le")
_WORD: Final = re.compile(r"[^\W\d_]+")
_MARKS: Final = frozenset("\N{NO-BREAK SPACE}«»§°·¡¿€£©®™–—‘’‚“”„…•¢¥")
_LONGEST: Final = 30


def likely(sample: bytes) -> str:
    """Return what to say as the encoding of some bytes that are no UTF-8.

    Where two encodings make letters of them, both are told with a word that they read differently: no program knows
    whether somebody is called Núñez or Núńez.

    Examples
    --------
    >>> likely("Núñez,España".encode("cp1252"))
    "it looks like cp1252, in which it says 'Núñez': if so, say encoding='cp1252'"
    """
    if sample[:200].count(0) > len(sample[:200]) // 4:
        return "it looks like utf-16: say encoding='utf-16'"
    readings = dict(_readings(sample))
    if not readings:
        return "export it again as UTF-8 (in a spreadsheet: CSV UTF-8), or say its encoding"
    told = [f"{name}, in which it says {word!r}" for name, word in _words(readings).items()]
    first = next(iter(readings))
    if len(told) == 1:
        return f"it looks like {told[0]}: if so, say encoding={first!r}"
    return f"it looks like {', or like '.join(told)}: say the one that reads right, such as encoding={first!r}"


def _readings(sample: bytes) -> Iterator[tuple[str, str]]:
    """Yield encodings with the text that they make of a sample, the likeliest first."""
    found = from_bytes(sample, cp_exclusion=[*_WIDE]).best()
    guessed = [] if found is None or _mixes(str(found)) else [(found.encoding, str(found))]
    try:
        usual = sample.decode(_USUAL)
    except UnicodeDecodeError:
        yield from guessed
        return
    if not all(one.isascii() or one.isalpha() or one in _MARKS for one in usual):
        yield from guessed
        return
    # A guess of another alphabet stands on many letters; one between alphabets of Latin letters stands on few.
    both = [(_USUAL, usual), *guessed]
    yield from both if all(_is_latin(text) for _, text in guessed) else reversed(both)


def _is_latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(one, "") for one in text if one.isalpha())


def _mixes(text: str) -> bool:
    """Whether a word has letters of ASCII and of another alphabet, as no word has."""
    return any(
        not word.isascii() and any(map(str.isascii, word)) and not _is_latin(word) for word in _WORD.findall(text)
    )


def _words(readings: dict[str, str]) -> dict[str, str]:
    """Return of each reading the first word that the readings write differently; of those that agree, the first."""
    several = [[word for word in _WORD.findall(text) if not word.isascii()] for text in readings.values()]
    differing = [words for words in zip(*several, strict=False) if len(set(words)) > 1]
    if len(several) > 1 and differing:
        return dict(zip(readings, (word[:_LONGEST] for word in differing[0]), strict=True))
    return {next(iter(readings)): next(iter(several[0]), "")[:_LONGEST]}
