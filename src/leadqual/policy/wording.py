"""What pydantic says about a document, said in the words of the person who wrote it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from leadqual.errors import Problem

_MAPPING: Final = ("a mapping belongs here", "name: value, indented, one a line")
_NUMBER: Final = ("a number belongs here", "a number such as 20 or 0.5, without quotes")
_FLAG: Final = ("true or false belongs here", "true or false, without quotes")
_TYPES: Final = {
    "dict-type": _MAPPING,
    "mapping-type": _MAPPING,
    "model-type": _MAPPING,
    "model-attributes-type": _MAPPING,
    "tuple-type": ("a list belongs here", "one item a line, each after a dash"),
    "string-type": ("a text belongs here", "a text, in quotes where it looks like something else"),
    "float-type": _NUMBER,
    "float-parsing": _NUMBER,
    "bool-type": _FLAG,
    "bool-parsing": _FLAG,
}
_PATTERNS: Final = {
    "^[A-Z]{3}$": "an ISO 4217 code of three capital letters, such as IDR",
    "^[A-Za-z][A-Za-z0-9_]*$": "letters, digits and underscores, a letter first",
}
_ONE_WORD: Final = "one word, without brackets, commas, quotes and #"


def reworded(problem: Problem) -> Problem:
    """Return a problem that pydantic found in the words of a policy; any other nearly as it is."""
    if problem.code in _TYPES:
        message, expected = _TYPES[problem.code]
        found = "nothing" if problem.found == "None" else problem.found
        return replace(problem, code="wrong-type", message=message, expected=expected, found=found)
    if problem.code == "string-pattern-mismatch":
        expected = next((words for pattern, words in _PATTERNS.items() if pattern in problem.message), _ONE_WORD)
        return replace(problem, code="bad-name", message="this cannot be a name", expected=expected)
    if problem.code == "too-short":
        return replace(problem, code="empty", message="this is empty", expected="at least one entry", found=None)
    return replace(problem, message=problem.message.replace("Input should", "the value should"))
