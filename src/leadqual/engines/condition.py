"""A compiled condition that can also say what it read, in which parts, and why it is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeAlias

from leadqual.conditions.nodes import And, History, Name, Node, Or
from leadqual.conditions.walk import children, conjuncts, walk
from leadqual.engines.compile import Compiled

_Tree: TypeAlias = tuple[Compiled, str | None, tuple["_Tree", ...]]


class Condition:
    """A condition as a function, with what explains its answer; the explaining parts are made when first needed.

    Parameters
    ----------
    node : Node
        The condition.
    compiled : callable
        The compiler of the engine it belongs to.
    """

    def __init__(self, node: Node, compiled: Callable[[Node], Compiled]) -> None:
        self.node = node
        self.text = str(node)
        self.answer: Compiled = compiled(node)
        self._compiled = compiled

    @cached_property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions that must all hold for this one to hold."""
        return tuple(Condition(part, self._compiled) for part in conjuncts(self.node))

    @cached_property
    def _operands(self) -> tuple[tuple[str, Compiled], ...]:
        asked = dict.fromkeys(part for part in walk(self.node) if isinstance(part, Name | History))
        return tuple((str(part), self._compiled(part)) for part in asked)

    def values(self, record: Any) -> dict[str, Any]:
        """Return what the condition reads, with what it finds in a record."""
        return {text: plain(read(record)) for text, read in self._operands}

    @cached_property
    def _tree(self) -> _Tree:
        return _tree(self.node, self._compiled)

    def causes(self, record: Any) -> tuple[str, ...]:
        """Return the names, and the questions without an answer, that leave the condition unknown, if it is."""
        return tuple(dict.fromkeys(_causes(self._tree, record)))


def _tree(node: Node, compiled: Callable[[Node], Compiled]) -> _Tree:
    """Return a condition's functions in its own shape, each with the name it is reported under, if it has one."""
    label = None if isinstance(node, And | Or) else str(node)
    below = () if isinstance(node, Name | History) else tuple(_tree(part, compiled) for part in children(node))
    return compiled(node), label, below


def _causes(tree: _Tree, record: Any) -> Iterator[str]:
    read, label, below = tree
    if read(record) is not None:
        return
    found = [cause for part in below for cause in _causes(part, record)]
    if found:
        yield from found
    elif label is not None:
        yield label  # a name, a question to the history, or a division by zero


def plain(value: Any) -> Any:
    """Return a value as JSON would hold it, so that a decision read back equals the one written."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)  # a set has no order of its own, and the same bytes are promised
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value.isoformat()
