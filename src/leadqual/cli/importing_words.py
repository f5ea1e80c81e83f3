"""What ``leadqual import`` takes, and what Python says of it in the words of the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leadqual.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from leadqual.integrations.mapping import Mapping

_SAID: Final = (
    (re.compile(r"day_first=True"), "--day-first"),
    (re.compile(r"day_first=False"), "--month-first"),
    (re.compile(r"day_first(?!=)"), "--day-first or --month-first"),
    (re.compile(r"skip_refused=True"), "--skip-refused"),
    (re.compile(r"at=\.\.\."), "--at TIME"),
    (re.compile(r"""\b(country|time_zone|encoding|decimal)=['"]([^'"]*)['"]"""), r"--\1 \2"),
    (re.compile(r"\bdecimal (comma|point)"), r"--decimal \1"),
    (re.compile(r"""files=\{["']([^"']*)["']: ["']([^"']*)["']\}"""), r"\1=\2"),
    (re.compile(r"overwrite them"), "--overwrite"),
    (re.compile(r"begin one with a draft"), "begin one with --draft my.yaml"),
)


def in_command(text: str) -> str:
    """Return what Python says with the options of the command line.

    Examples
    --------
    >>> in_command("say where: time_zone='Asia/Jakarta', and day_first=True")
    'say where: --time-zone Asia/Jakarta, and --day-first'
    """
    for pattern, option in _SAID:
        text = pattern.sub(option, text)
    return text.replace("--time_zone", "--time-zone")


def in_options(problem: Problem) -> Problem:
    """Return a problem whose hint names options."""
    source = problem.place.source
    place = problem if source not in ("country", "at") else problem.at(source=f"--{source}")
    return place if problem.hint is None else replace(place, hint=in_command(problem.hint))


def with_words(chosen: Mapping, words: Iterable[str]) -> Mapping:
    """Return a mapping with terms that were said as ``vocabulary.term=word``; raise `InputError` for any other form."""
    vocabularies: dict[str, dict[str, str]] = {}
    problems = []
    for word in words:
        terms, _, meaning = word.rpartition("=")
        vocabulary, _, term = terms.partition(".")
        if not (vocabulary and term and meaning):
            expected = "a vocabulary, a term and our word, such as activities.Demo=demo_attended"
            problems.append(Problem("bad-usage", "this says no meaning of a term", Place("--word"), word, expected))
            continue
        vocabularies.setdefault(vocabulary.strip(), {})[term.strip()] = meaning.strip()
    if problems:
        raise InputError(problems)
    return chosen.with_words(**vocabularies) if vocabularies else chosen


def named_files(chosen: Mapping, files: Sequence[str]) -> dict[str, list[str]] | list[str]:
    """Return files, by the name that the mapping gives them where ``name=file`` was said."""
    found: list[tuple[str, str]] = []
    for file in files:
        kind, separator, path = file.partition("=")
        is_named = bool(separator) and kind in chosen.document.files and not Path(file).exists()
        found.append((kind, path) if is_named else ("", file))
    if not any(kind for kind, _ in found):
        return [path for _, path in found]
    by_kind: dict[str, list[str]] = {}
    for kind, path in found:
        by_kind.setdefault(kind, []).append(path)
    return by_kind


def check_named(value: object, option: str, why: str, hint: str) -> None:
    """Raise `InputError` if something that is needed was not said."""
    if not value:
        raise InputError(Problem("missing-argument", why, Place(option), hint=hint))


def quoted(path: str | os.PathLike[str]) -> str:
    """Return a path as a shell takes it.

    Examples
    --------
    >>> quoted("my files/a.csv")
    "'my files/a.csv'"
    """
    text = os.fspath(path)
    return text if re.fullmatch(r"[\w./-]+", text) else "'" + text.replace("'", "'\\''") + "'"
