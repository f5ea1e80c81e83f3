"""Which file of a mapping an exported file is, and which of its columns are which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from leadqual._suggest import closest, did_you_mean
from leadqual.errors import InputError, Place, Problem, cut, shown
from leadqual.integrations.document import IGNORE, Document, File, Rule, Value
from leadqual.integrations.files.headers import folded
from leadqual.integrations.files.opened import Opened

BRACED = re.compile(r"\{([^{}]+)\}")
_NEAR = 0.7


@dataclass(frozen=True)
class Matched:
    """An opened file, and the kind of file that it is.

    Parameters
    ----------
    opened : Opened
        The file.
    kind : str
        The name of the kind in the document.
    file : File
        The kind.
    places : mapping of str to int
        The number of the column of each header that the document names and the file has.
    """

    opened: Opened
    kind: str
    file: File
    places: Mapping[str, int]

    @property
    def brings_nothing(self) -> bool:
        """Whether the document knows the file and says that nothing follows from it."""
        return self.file.about == "interactions" and not self.file.interactions

    @cached_property
    def missing(self) -> dict[str, str | None]:
        """The headers from which something is made and that the file lacks, each with one that may be meant.

        Of several headers that stand for one another none is lacking while one of them is there.
        """
        spare = self.unnamed
        groups = [group for group in _used(self.file) if not any(header in self.places for header in group)]
        return {header: did_you_mean(header, spare) for group in groups for header in group}

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The headers that nothing names and that are nearly one that is missing, with that one."""
        found: dict[str, str] = {}
        for header in self.missing:
            for near in closest(header, self.unnamed, limit=1, cutoff=_NEAR):
                found.setdefault(near, header)
        return found

    @cached_property
    def unnamed(self) -> list[str]:
        """The headers of the file that the document does not name."""
        if self.brings_nothing:
            return []
        used = set(self.places.values())
        return [name for number, name in enumerate(self.opened.headers) if number not in used and name]


def headers_of(file: File) -> Iterator[str]:
    """Yield the headers that a kind of file names, some more than once."""
    yield from file.known_by
    yield from file.columns
    yield from file.leave_out
    for several in (file.id, file.company, file.same_as, *file.stage_since.values()):
        yield from _of_templates(several or ())
    for key in file.contact or ():
        yield from _of_templates(key.column)
    for rule in file.interactions:
        yield from _of_rule(rule)


def _used(file: File) -> Iterator[tuple[str, ...]]:
    """Yield the headers from which something is made, those that stand for one another together."""
    yield from ((header,) for header, columns in file.columns.items() if any(one.to != IGNORE for one in columns))
    yield from ((header,) for header in file.leave_out)
    yield from file.stage_since.values()
    for rule in file.interactions:
        yield from ((header,) for header in (*BRACED.findall(rule.id), *rule.when))
        yield rule.at
        yield from (value.column for value in values_of(rule) if isinstance(value, Value))


def known_headers(document: Document) -> set[str]:
    """Return every header that a document names, folded, with its other spellings."""
    found: set[str] = set()
    for file in document.files.values():
        for header in headers_of(file):
            found.update(spellings(document, file, header))
    return found


def spellings(document: Document, file: File, header: str) -> list[str]:
    """Return a header and its other spellings, folded, the document's own first."""
    others = [*file.aliases.get(header, ()), *document.aliases.get(header, ())]
    return [folded(text) for text in (header, *others)]


def matched(document: Document, opened: Opened, kind: str | None = None) -> Matched:
    """Return which kind of file an opened one is.

    Raises
    ------
    InputError
        ``unknown-file`` if it is none, or may be two; ``missing-column`` if it lacks one that its rows are known by;
        ``duplicate-column`` if one of those that count is there twice.
    """
    if kind is not None and kind not in document.files:
        hint = did_you_mean(kind, document.files)
        expected, message = ", ".join(document.files), "the mapping has no file of this name"
        raise InputError(Problem("unknown-file", message, Place(opened.name), shown(kind), expected, hint))
    names = [kind] if kind else list(document.files)
    fits = [
        Matched(opened, name, file, _places(document, file, opened))
        for name in names
        for file in [document.files[name]]
    ]
    if kind is None:
        fits = _likeliest(document, opened, fits)
    _check(document, fits[0])
    return fits[0]


def _likeliest(document: Document, opened: Opened, fits: list[Matched]) -> list[Matched]:
    whole = [fit for fit in fits if _is_recognised(fit)]
    if not whole:
        raise InputError(_unknown(document, opened, max(fits, key=_hits)))
    best = max(whole, key=_weight)
    rivals = [fit.kind for fit in whole if _weight(fit) == _weight(best)]
    if len(rivals) > 1:
        message, hint = "the file may be one of several kinds", f'say which: files={{"{rivals[0]}": {opened.name!r}}}'
        raise InputError(Problem("unknown-file", message, Place(opened.name), ", ".join(rivals), hint=hint))
    return [best]


def _is_recognised(fit: Matched) -> bool:
    needed = fit.file.known_by or tuple(_of_templates(fit.file.id or ()))
    return bool(needed) and all(header in fit.places for header in needed)


def _weight(fit: Matched) -> tuple[int, int]:
    return len(fit.file.known_by), len(fit.places)


def _hits(fit: Matched) -> tuple[int, int]:
    return sum(header in fit.places for header in fit.file.known_by), len(fit.places)


def _unknown(document: Document, opened: Opened, nearest: Matched) -> Problem:
    lacking = [header for header in nearest.file.known_by if header not in nearest.places]
    hints = [f"{header!r}: {did_you_mean(header, nearest.unnamed) or 'missing'}" for header in lacking]
    told = f"nearest is {nearest.kind!r}, which is known by {'; '.join(hints)}. " if nearest.places else ""
    hint = f"{told}Write a document that extends {document.system!r} and gives aliases, or begin one with a draft"
    found = cut(", ".join(opened.headers), limit=300)
    return Problem(
        "unknown-file",
        f"this is no file that {document.title} is known to export",
        Place(opened.name, 1),
        found,
        hint=hint,
    )


def _check(document: Document, fit: Matched) -> None:
    problems, place = [], Place(fit.opened.name, 1)
    for needed in _needed(fit.file):
        if not any(all(part in fit.places for part in _of_templates([one])) for one in needed):
            message = f"the column {' or '.join(map(repr, needed))} is missing"
            hint = did_you_mean(needed[0], fit.unnamed)
            found = cut(", ".join(fit.opened.headers), limit=300)
            problems.append(Problem("missing-column", message, place, found, hint=hint))
    written = Counter(folded(name) for name in fit.opened.headers)
    for header, number in fit.places.items():
        if written[folded(fit.opened.headers[number])] > 1:
            message = f"the column {fit.opened.headers[number]!r} is there more than once"
            problems.append(Problem("duplicate-column", message, place, header, hint="leave one of them in the file"))
    if problems:
        raise InputError(dict.fromkeys(problems))


def _needed(file: File) -> Iterator[tuple[str, ...]]:
    if file.id:
        yield file.id
    if file.contact and (file.interactions or file.about == "links"):
        yield tuple(header for key in file.contact for header in key.column)


def _places(document: Document, file: File, opened: Opened) -> dict[str, int]:
    by_name: dict[str, int] = {}
    for number, name in enumerate(opened.headers):
        by_name.setdefault(folded(name), number)
    found = {}
    for header in dict.fromkeys(headers_of(file)):
        place = next((by_name[text] for text in spellings(document, file, header) if text in by_name), None)
        if place is not None:
            found[header] = place
    return found


def _of_templates(templates: Iterable[str]) -> Iterator[str]:
    for template in templates:
        yield from BRACED.findall(template) if "{" in template else [template]


def _of_rule(rule: Rule) -> Iterator[str]:
    yield from BRACED.findall(rule.id)
    yield from rule.when
    yield from rule.at
    for key in rule.contact or ():
        yield from _of_templates(key.column)
    for value in values_of(rule):
        if isinstance(value, Value):
            yield from value.column


def values_of(rule: Rule) -> Iterator[Any]:
    """Yield what a rule fills: values in columns, and constants."""
    yield from (rule.kind, rule.channel, rule.direction, rule.campaign, rule.note, *rule.properties.values())
