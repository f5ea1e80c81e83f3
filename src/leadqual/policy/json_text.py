"""JSON text as plain data, and as nodes when lines are asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from json import JSONDecodeError, loads
from math import isinf
from typing import Any, Final

from leadqual.errors import Place, PolicyError, Problem
from leadqual.policy.nodes import (
    BOOL,
    FLOAT,
    INT,
    LARGEST,
    MAP,
    MAX_DEPTH,
    NULL,
    SEQ,
    STR,
    Mark,
    Node,
    build,
    empty,
    place_after,
    too_deep,
)

_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_BRACKETS: Final = re.compile(rf"{_STRING}|[\[{{]|[\]}}]", re.DOTALL)
_TOKENS: Final = re.compile(rf"{_STRING}|[\[{{\]}}]|[^\s,:\[\]{{}}\"]+", re.DOTALL)
_WHOLE: Final = re.compile(r"-?[0-9]+")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_HINT: Final = "JSON wants double quotes, and no comma after the last item"


def read_json(text: str, name: str) -> Any:
    """Return the data of JSON text; raise `PolicyError` with every problem."""
    if not text.strip():
        raise empty(name)
    odd: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            odd.append("duplicate")
        return found

    def whole(digits: str) -> int:
        value = int(digits[:20])  # enough to see that it is too large, and never slow
        if abs(value) > LARGEST:
            odd.append(digits)
        return value

    def real(digits: str) -> float:
        value = float(digits)
        if isinf(value):
            odd.append(digits)
        return value

    try:
        data = loads(text, object_pairs_hook=pairs, parse_int=whole, parse_float=real, parse_constant=odd.append)
    except RecursionError:
        _refuse_deep(text, name)
        raise  # not this document: the caller itself stands too deep
    except JSONDecodeError as error:
        message = f"the document is not valid JSON: {error.msg}"
        place = Place(name, error.lineno, error.colno)
        raise PolicyError(Problem("bad-json", message, place, hint=_HINT)) from None
    if _is_deep(data):
        _refuse_deep(text, name)
    # What json lets pass without a place is looked at again, node by node.
    return build(compose_json(text), name) if odd or _SURROGATE.search(text) else data


def _is_deep(data: Any) -> bool:
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for part in level
            if part.__class__ in (dict, list)
            for child in (part.values() if part.__class__ is dict else part)
        ]
        if not level:
            return False
    return any(part.__class__ in (dict, list) for part in level)


def _refuse_deep(text: str, name: str) -> None:
    depth = 0
    for match in _BRACKETS.finditer(text):
        token = match[0]
        if token in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise too_deep(place_after(text[: match.start()], name))
        elif token in "]}":
            depth -= 1


def compose_json(text: str) -> Node:
    """Return the nodes of text that is known to be valid JSON.

    YAML's composer does not do: it refuses escaped surrogate pairs (any emoji as `json.dumps` writes it),
    DEL, and keys over 1024 characters.
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    top: list[Any] = []
    stack = [top]
    for match in _TOKENS.finditer(text):
        token = match[0]
        if token in "]}":
            stack.pop()
            continue
        line = bisect_right(starts, match.start()) - 1
        node = _json_node(token, Mark(line, match.start() - starts[line]))
        stack[-1].append(node)
        if token in "[{":
            stack.append(node.value)
    root: Node = top[0]
    _pair(root)
    return root


def _json_node(token: str, mark: Mark) -> Node:
    if token in "[{":
        return Node("mapping", MAP, [], mark) if token == "{" else Node("sequence", SEQ, [], mark)
    if token[0] == '"':
        return Node("scalar", STR, loads(token), mark, '"')
    tag = {"true": BOOL, "false": BOOL, "null": NULL}.get(token) or (INT if _WHOLE.fullmatch(token) else FLOAT)
    return Node("scalar", tag, token, mark)


def _pair(node: Node) -> None:
    if node.id == "scalar":
        return
    for child in node.value:
        _pair(child)
    if node.id == "mapping":
        node.value[:] = list(zip(node.value[::2], node.value[1::2], strict=True))
