"""What ``leadqual import`` takes, and what Python says of it in the words of the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leadqual.cli.at_once import AtOnce
from leadqual.cli.options import instant_of
from leadqual.errors import InputError, Place, Problem
from leadqual.files.times import zone_named

if TYPE_CHECKING:
    from leadqual.integrations.mapping import Mapping
    from leadqual.lifecycle.policy import Policy

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

_OPTIONS: Final = ("country", "time_zone", "decimal", "encoding", "at", "format")


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
    source = problem.place.source or ""
    place = problem.at(source="--" + source.replace("_", "-")) if source in _OPTIONS else problem
    return place if problem.hint is None else replace(place, hint=in_command(problem.hint))


def check_options(
    country: str | None, time_zone: str | None, day_first: bool | None, decimal: str | None, encoding: str | None
) -> None:
    """Raise `InputError` with each option of reading that is wrong."""
    from leadqual.integrations.settings import checked_options  # noqa: PLC0415 - its packages are optional

    checked_options(country, time_zone, day_first, decimal, encoding, None)


def moment_of(at: str | None, time_zone: str | None) -> datetime | None:
    """Return the instant that ``--at`` names, if it is said; a time zone that is wrong is told by itself."""
    if at is None:
        return None
    try:
        zone_named(time_zone)
    except InputError:
        time_zone = "UTC"
    return instant_of(at, time_zone)


def with_words(chosen: Mapping, words: Iterable[str], policy: Policy | None, *, is_policy_known: bool) -> Mapping:
    """Return a mapping with terms that were said as ``vocabulary.term=word``.

    What they mean is held against the policy, unless that could not be read.

    Raises
    ------
    InputError
        With each that is said otherwise, or means nothing that there is.
    """
    steps = AtOnce()
    for name, terms in _vocabularies(words, steps).items():
        with steps:
            chosen = chosen.with_words(**{name: terms})
    if is_policy_known:
        with steps:
            _check_words(chosen, policy)
    steps.tell()
    return chosen


def _check_words(chosen: Mapping, policy: Policy | None) -> None:
    from leadqual.integrations.known import check_words  # noqa: PLC0415 - its packages are optional
    from leadqual.integrations.settings import Settings  # noqa: PLC0415 - its packages are optional

    check_words(Settings(chosen.document, policy))


def _vocabularies(words: Iterable[str], steps: AtOnce) -> dict[str, dict[str, str]]:
    """Return the terms of each vocabulary that were said, and leave the problems of the others to `steps`."""
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
        with steps:
            raise InputError(problems)
    return vocabularies


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
