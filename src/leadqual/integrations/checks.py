"""Whether the parts of a mapping document fit one another, and the names that this library knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.files.times import zone_named
from leadqual.integrations.document import IGNORE, SKIP, Document, File, Key, Reads, Rule, Value
from leadqual.integrations.fields import (
    ATTRIBUTES,
    STAGE,
    STAGE_SINCE,
    Taken,
    all_properties,
    contact_fields,
    field_of,
    kind_properties,
)
from leadqual.integrations.files.matching import headers_of
from leadqual.model.interactions.registry import BUILT_IN

Parts = tuple[str | int, ...]
Found = tuple[Parts, Problem]

_TARGETS: Final = (STAGE, STAGE_SINCE, IGNORE)
_NEEDS: Final = {
    "contacts": ("id",),
    "both": ("id",),
    "companies": ("id",),
    "interactions": (),
    "links": ("id", "contact", "links"),
}
_TEMPLATE: Final = re.compile(r"(?:[^{}]|\{[^{}]+\})*")


def problems_of_document(document: Document) -> list[Found]:
    """Return everything that does not fit, each with the way to it."""
    found: list[Found] = [*_reading(document.reading, ("reading",))]
    headers = dict.fromkeys(header for file in document.files.values() for header in headers_of(file))
    found += _aliases(document.aliases, headers, ("aliases",))
    for name, file in document.files.items():
        found += _file(document, file, ("files", name))
    return found


def _file(document: Document, file: File, path: Parts) -> Iterator[Found]:
    for needed in _NEEDS[file.about]:
        if not getattr(file, needed):
            message = f"a file about {file.about} needs {needed}:"
            yield path, Problem("missing-field", message, expected=f"{needed}:")
    yield from _reading(file.reading, (*path, "reading"))
    yield from _aliases(file.aliases, dict.fromkeys(headers_of(file)), (*path, "aliases"))
    for template in file.id or ():
        yield from _template(template, (*path, "id"))
    yield from _keys(document, file.contact, (*path, "contact"))
    for header, columns in file.columns.items():
        for number, column in enumerate(columns):
            where = (*path, "columns", header, number) if len(columns) > 1 else (*path, "columns", header)
            yield from _target(document, column.to, column, file, where)
    yield from _companies(document, file, path)
    for number, rule in enumerate(file.interactions):
        where = (*path, "interactions", number)
        yield from _rule(document, file, rule, where)


def _aliases(aliases: Mapping[str, Iterable[str]], headers: Collection[str], path: Parts) -> Iterator[Found]:
    """Yield aliases of headers that nothing names: they would change nothing."""
    for header, spellings in aliases.items():
        if header in headers:
            continue
        turned = next((other for other in spellings if other in headers), None)
        message, expected = "nothing here names a column of this name", "a column of the mapping: its other spellings"
        hint = did_you_mean(header, headers) if turned is None else f"the other way round: {{{turned!r}: {header!r}}}"
        found = Problem("unknown-column", message, found=shown(header), expected=expected, hint=hint)
        yield (*path, header), found


def _companies(document: Document, file: File, path: Parts) -> Iterator[Found]:
    if file.company and not any(other.about == "companies" for other in document.files.values()):
        message, hint = "no file of this document is about companies", "describe one: about: companies"
        yield (*path, "company"), Problem("unknown-file", message, hint=hint)


def _target(document: Document, to: str, reads: Reads, file: File, path: Parts) -> Iterator[Found]:
    if to == IGNORE:
        return
    if file.about in ("interactions", "links"):
        message, hint = f"a file about {file.about} has no columns of contacts", f"write {IGNORE}, or about: both"
        yield path, Problem("unknown-field", message, found=shown(to), hint=hint)
        return
    taken = field_of(to)
    if taken is None:
        message, expected = f"contacts have no field {to!r}", f"a field, {', '.join(_TARGETS)} or {ATTRIBUTES[0]}…"
        hint = did_you_mean(to, [*contact_fields(), *_TARGETS]) or f"keep it as an attribute: {ATTRIBUTES[0]}{to}"
        yield path, Problem("unknown-field", message, found=shown(to), expected=expected, hint=hint)
        return
    if file.about == "companies" and not to.startswith("company."):
        message, expected = "a file about companies fills fields of companies", "such as company.name"
        yield path, Problem("unknown-field", message, found=shown(to), expected=expected)
    yield from _reads(document, reads, taken, to, path, fixed=not to.startswith(ATTRIBUTES))


def _reads(
    document: Document, reads: Reads, taken: Taken | None, name: str, path: Parts, *, fixed: bool
) -> Iterator[Found]:
    """Yield what is wrong with how cells are read, held against what the field takes."""
    if taken and reads.as_ and fixed and not _fits(reads.as_, taken):
        message = f"{name} is no {reads.as_}"
        yield path, Problem("wrong-reading", message, found=shown(reads.as_), expected=taken.reading)
    if reads.words is None:
        return
    if reads.words not in document.words:
        message, hint = "the document has no vocabulary of this name", did_you_mean(reads.words, document.words)
        yield (*path, "words"), Problem("unknown-vocabulary", message, found=shown(reads.words), hint=hint)
    elif taken and taken.words is not None:
        yield from _vocabulary(document, reads.words, taken.words)


def _fits(reading: str, taken: Taken) -> bool:
    alike = {"text": ("html",), "number": ("duration", "whole"), "time_zone": ("text",)}
    return reading == taken.reading or reading in alike.get(taken.reading, ())


def _vocabulary(document: Document, name: str, known: Collection[str]) -> Iterator[Found]:
    for term, meaning in document.words[name].items():
        if meaning not in known and meaning != SKIP:
            message, expected = "this is none of our words", ", ".join(sorted(known))
            hint = did_you_mean(meaning, known)
            yield ("words", name, term), Problem("unknown-word", message, Place(), shown(meaning), expected, hint)


def _keys(document: Document, keys: Iterable[Key] | None, path: Parts) -> Iterator[Found]:
    links = [file.links for file in document.files.values() if file.links]
    for key in keys or ():
        for template in key.column:
            yield from _template(template, path)
        if key.link and key.link not in links:
            message, hint = "no file of this document has links of this name", did_you_mean(key.link, links)
            yield path, Problem("unknown-links", message, found=shown(key.link), hint=hint)


def _rule(document: Document, file: File, rule: Rule, path: Parts) -> Iterator[Found]:
    yield from _template(rule.id, (*path, "id"))
    if "{" not in rule.id:
        message, hint = "every row would get the same id", 'name a column that tells rows apart: "call-{Call ID}"'
        yield (*path, "id"), Problem("bad-template", message, found=shown(rule.id), hint=hint)
    yield from _keys(document, rule.contact, (*path, "contact"))
    if not rule.contact and not file.contact and file.about == "interactions":
        yield path, Problem("missing-field", "nothing says whom it is about", expected="contact:, here or on the file")
    if isinstance(rule.kind, Value):
        if rule.kind.words is None:
            message = "a kind that stands in a column needs a vocabulary"
            yield (*path, "kind"), Problem("missing-field", message, expected="words: beside column:")
        yield from _reads(document, rule.kind, None, "kind", (*path, "kind"), fixed=False)
    known = _known_properties(rule)
    for name in ("channel", "direction", "campaign", "note"):
        yield from _value(document, getattr(rule, name), all_properties()[name], name, (*path, name))
    for name, value in rule.properties.items():
        where = (*path, "properties", name)
        if known is not None and name not in known:
            without, near = f"the kind has no property {name!r}", did_you_mean(name, known)
            yield where, Problem("unknown-property", without, found=shown(name), expected=", ".join(known), hint=near)
        yield from _value(document, value, (known or {}).get(name), name, where)


def _known_properties(rule: Rule) -> Mapping[str, Taken] | None:
    """Return the properties that a rule may fill; None if its kind, or one of its kinds, is not built in."""
    if isinstance(rule.kind, Value):
        return None
    return kind_properties(rule.kind) if rule.kind in BUILT_IN else None


def _value(document: Document, value: Any, taken: Taken | None, name: str, path: Parts) -> Iterator[Found]:
    if isinstance(value, Value):
        yield from _reads(document, value, taken, name, path, fixed=True)
        yield from _value(document, value.otherwise, taken, name, (*path, "otherwise"))
    elif isinstance(value, str) and taken and taken.words is not None and value not in taken.words:
        expected, hint = ", ".join(sorted(taken.words)), did_you_mean(value, taken.words)
        yield path, Problem("unknown-word", "this is none of our words", Place(), shown(value), expected, hint)


def _template(text: str, path: Parts) -> Iterator[Found]:
    if not _TEMPLATE.fullmatch(text):
        expected = 'headers in braces, such as "deal-{Deal ID}"'
        yield path, Problem("bad-template", "the braces do not fit", found=shown(text), expected=expected)


def _reading(reading: Any, path: Parts) -> Iterator[Found]:
    try:
        zone_named(reading.time_zone)
    except InputError as error:
        yield (*path, "time_zone"), error.problems[0]
