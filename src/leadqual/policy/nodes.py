"""The nodes of a document, turned into plain data with everything that is wrong in them listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, NamedTuple

from leadqual.errors import Place, PolicyError, Problem, shown

MAX_DEPTH: Final = 100
MAX_ALIASED: Final = 100_000
LARGEST: Final = 2**53

_CORE: Final = "tag:yaml.org,2002:"
STR, INT, FLOAT, BOOL, NULL, MAP, SEQ = (_CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))

_INT: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NON_FINITE: Final = re.compile(r"[-+]?\.inf|\.nan|-?infinity|nan", re.IGNORECASE)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONSTANTS: Final[dict[str, bool | None]] = {
    **{BOOL + text: True for text in ("true", "True", "TRUE")},
    **{BOOL + text: False for text in ("false", "False", "FALSE")},
    **{NULL + text: None for text in ("", "~", "null", "Null", "NULL")},
}


class Mark(NamedTuple):
    """A line and a column, counted from 0."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """A part of a document: what PyYAML's nodes hold too, so that one walk serves YAML and JSON."""

    id: str
    tag: str
    value: Any
    start_mark: Mark
    style: str | None = None


def place_after(before: str, name: str) -> Place:
    """Return the place of the character that follows the text `before`."""
    return Place(name, before.count("\n") + 1, len(before) - before.rfind("\n"))


def empty(name: str) -> PolicyError:
    """Return the error of a document that holds nothing."""
    hint = "start from a policy that comes with the library"
    return PolicyError(Problem("empty-document", "the document is empty", Place(name, 1, 1), hint=hint))


def too_deep(place: Place) -> PolicyError:
    """Return the error of a document that is nested too deep."""
    message = f"the document is nested more than {MAX_DEPTH} levels deep"
    hint = "a policy needs fewer than ten; look for a bracket that is never closed"
    return PolicyError(Problem("too-deep", message, place, None, f"at most {MAX_DEPTH} levels", hint))


def build(root: Node, name: str, size: int | None = None) -> Any:
    """Return the data of a document.

    Parameters
    ----------
    root : Node
        The outermost node.
    name : str
        What the document is called.
    size : int, optional
        How many nodes were written; aliases may add `MAX_ALIASED` more. Without it there are no aliases.

    Raises
    ------
    PolicyError
        With every problem, in the order of their lines.
    """
    builder = _Builder(name, None if size is None else size + MAX_ALIASED)
    data = builder.value(root)
    if builder.problems:
        raise PolicyError(sorted(builder.problems, key=lambda each: (each.place.line or 0, each.place.column or 0)))
    return data


class _Builder:
    def __init__(self, name: str, limit: int | None) -> None:
        self.name = name
        self.limit = limit
        self.built = 0
        self.open: list[int] = []
        self.problems: list[Problem] = []

    def value(self, node: Node) -> Any:
        if node.id == "scalar":
            return node.value if node.tag == STR and node.value.isascii() else self._scalar(node)
        if node.tag != (MAP if node.id == "mapping" else SEQ):
            self._unknown_tag(node)
            return None
        self._enter(node)
        if node.id == "mapping":
            data: Any = {key: self.value(child) for key, child in self._pairs(node)}
        else:
            data = [self.value(child) for child in node.value]
        self.open.pop()
        return data

    def _enter(self, node: Node) -> None:
        if id(node) in self.open:
            message, hint = "an anchor holds itself", "write the part out; nothing can hold itself"
            raise PolicyError(self._problem(node, "recursive-alias", message, hint))
        if len(self.open) >= MAX_DEPTH:
            raise too_deep(self._place(node))
        self.open.append(id(node))
        self.built += len(node.value) * (2 if node.id == "mapping" else 1)  # keys are nodes too
        if self.limit is not None and self.built > self.limit:
            message = f"aliases repeat more than {MAX_ALIASED} values"
            hint = "repeat fewer or smaller parts; aliases of aliases multiply"
            raise PolicyError(self._problem(node, "too-many-aliases", message, hint))

    def _pairs(self, node: Node) -> Iterator[tuple[str, Node]]:
        first: dict[str, Node] = {}
        for key, child in node.value:
            if problem := self._bad_key(key):
                self.problems.append(problem)
            elif key.value in first:
                self._note(
                    key,
                    "duplicate-key",
                    f"the key {key.value!r} stands twice, "
                    f"at line {first[key.value].start_mark.line + 1} and at line {key.start_mark.line + 1}",
                    "keep one of the two, or rename one",
                )
            else:
                first[key.value] = key
            yield str(key.value), child

    def _bad_key(self, key: Node) -> Problem | None:
        if key.id != "scalar":
            return self._problem(key, "bad-key", "a list or a mapping cannot be a key", "quote the key if it is text")
        if key.tag == STR and key.value == "<<" and not key.style:
            hint = "write the fields out; << was dropped from YAML 1.2, and only a quoted '<<' is a key"
            return self._problem(key, "merge-key", "merge keys are not part of YAML 1.2", hint)
        if key.tag == STR:
            return self._lone_surrogate(key)
        found, hint = shown(key.value), f"put it in quotes: {key.value!r}"
        return self._problem(key, "bad-key", f"a key must be text, and {key.value} is not", hint, found)

    def _scalar(self, node: Node) -> Any:
        tag, text = node.tag, node.value
        if tag == STR:
            if problem := self._lone_surrogate(node):
                self.problems.append(problem)
            return text
        if tag in (INT, FLOAT):
            return self._number(node)
        if tag not in (BOOL, NULL):
            self._unknown_tag(node)
            return None
        if tag + text in _CONSTANTS:
            return _CONSTANTS[tag + text]
        self._misfit(node)
        return None

    def _number(self, node: Node) -> int | float | None:
        text = node.value
        if node.tag == INT and _INT.fullmatch(text):
            base = {"0o": 8, "0x": 16}.get(text[:2], 10)
            digits = text[2:] if base != 10 else text
            value = int(digits, base) if len(digits) < 400 else None  # int() itself refuses very long text
            if value is not None and abs(value) <= LARGEST:
                return value
            message, hint = (
                "a whole number this large loses digits in other programs",
                "put it in quotes if it is an id",
            )
            self._note(node, "integer-too-large", message, hint, "at most 2**53 either way")
        elif node.tag == FLOAT and _FLOAT.fullmatch(text) and isfinite(float(text)):
            return float(text)
        elif _NON_FINITE.fullmatch(text) or _FLOAT.fullmatch(text):
            hint = "leave the field out where there is no limit"
            self._note(node, "non-finite-number", f"{shown(text)} is not a finite number", hint)
        else:
            self._misfit(node)
        return None

    def _misfit(self, node: Node) -> None:
        kind = node.tag.removeprefix(_CORE)
        self._note(node, "bad-yaml", f"{shown(node.value)} does not fit its tag !!{kind}", "remove the tag")

    def _unknown_tag(self, node: Node) -> None:
        tag = node.tag.replace(_CORE, "!!", 1) if node.tag.startswith(_CORE) else node.tag
        hint = "remove the tag: policies are text, numbers, true, false, null, lists and mappings"
        self._note(node, "unknown-tag", f"the tag {shown(tag)} means nothing here", hint)

    def _lone_surrogate(self, node: Node) -> Problem | None:
        if not _SURROGATE.search(node.value):
            return None
        message, hint = "the text holds half of a surrogate pair, which is no character", "write the character itself"
        return self._problem(node, "bad-encoding", message, hint, ascii(node.value)[:80])

    def _note(self, node: Node, code: str, message: str, hint: str, expected: str | None = None) -> None:
        found = shown(node.value) if node.id == "scalar" else None
        self.problems.append(Problem(code, message, self._place(node), found, expected, hint))

    def _problem(self, node: Node, code: str, message: str, hint: str, found: str | None = None) -> Problem:
        return Problem(code, message, self._place(node), found, None, hint)

    def _place(self, node: Node) -> Place:
        return Place(self.name, node.start_mark.line + 1, node.start_mark.column + 1)
