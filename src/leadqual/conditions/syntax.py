"""From text to Python's syntax tree: the limits on a condition, and what is wrong where it is no expression."""

from __future__ import annotations

import ast
import re
import warnings
from threading import Lock
from typing import Final

from leadqual.errors import ConditionError, Place, Problem, shown

MAX_LENGTH: Final = 10_000
"""The longest condition that is read, in characters."""

MAX_DEPTH: Final = 60
"""The deepest nesting that is read; people stop following at three or four."""

_MAY_WARN: Final = re.compile(r"\\|(?<!\w)\d\w*\.?(?:and|else|for|if|in|is|not|or)")
"""What Python warns of: an unknown escape, and a number that runs into a word (``1or``)."""
_WARNINGS: Final = Lock()
_TEXT: Final = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|\bwithin\s*=")
_SLIPS: Final = (
    (re.compile(r"&&|&"), "and"),
    (re.compile(r"\|\||\|"), "or"),
    (re.compile(r"<>"), "!="),
    (re.compile(r"===|(?<![=!<>])=(?![=])"), "=="),
    (re.compile(r"!(?!=)"), "not"),
)


def short_text(text: str) -> str:
    """Return the text if it is text and short enough."""
    if not isinstance(text, str):
        raise ConditionError(Problem("wrong-type", "a condition is text", found=shown(text)))
    if len(text) > MAX_LENGTH:
        raise ConditionError(
            Problem(
                "condition-too-long",
                "the condition is too long to be read by people",
                found=f"{len(text):,} characters",
                expected=f"at most {MAX_LENGTH:,}",
                hint="split it into several rules or transitions",
            )
        )
    return text


def syntax_tree(text: str, indent: int) -> ast.expr:
    """Return the tree of a text that stood `indent` characters further in; it may have several lines."""
    try:
        if not has_lines(text):
            return _python(text)
        # A document may break a condition over lines; brackets make that one expression. Another kind of bracket
        # has to hold it too: the text could close the first kind itself, as "a)\n or (b" does.
        match _python(f"[{text}\n]"):
            case ast.ListComp() | ast.List(elts=[_, *_]):
                return _python(f"({text}\n)")
        raise SyntaxError("there is no whole expression")
    except (RecursionError, MemoryError):
        raise ConditionError(too_deep(text)) from None
    except (SyntaxError, ValueError, Warning) as error:
        raise ConditionError(_not_python(text, error, indent)) from None


def _python(source: str) -> ast.expr:
    if not _MAY_WARN.search(source):
        return ast.parse(source, mode="eval").body
    # The filters belong to the whole process: two threads that set and restore them at once would leave ours behind.
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("error")
        return ast.parse(source, mode="eval").body


def has_lines(text: str) -> bool:
    """Whether a text has several lines."""
    return "\n" in text or "\r" in text


def too_deep(text: str) -> Problem:
    """Return the problem of a condition with too many levels."""
    return Problem(
        "condition-too-deep",
        "the condition is nested too deeply to be read by people",
        Place("condition"),
        shown(text),
        f"at most {MAX_DEPTH} levels",
        "split it into several rules or transitions",
    )


def _not_python(text: str, error: Exception, indent: int) -> Problem:
    offset = error.offset if isinstance(error, SyntaxError) and not has_lines(text) else None
    column = None if offset is None else indent + (offset or len(text) + 1)  # 0 stands for the end
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    if "too many nested" in reason:
        return too_deep(text)
    return Problem(
        "bad-syntax",
        f"the condition cannot be read: {reason}",
        Place("condition", column=column),
        shown(text) if text else "nothing",
        "an expression such as company.employees >= 50 and count(demo_requested, within='30d') >= 1",
        _syntax_hint(text),
    )


def _syntax_hint(text: str) -> str | None:
    bare = _TEXT.sub("", text)
    slips = [(found[0], right) for wrong, right in _SLIPS if (found := wrong.search(bare))]
    return f"write {slips[0][1]!r} for {slips[0][0]!r}" if slips else None
