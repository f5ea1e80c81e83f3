"""A condition with the value of every operand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadqual.conditions.nodes import Literal, Node
from leadqual.conditions.walk import children
from leadqual.engines.condition import plain
from leadqual.lifecycle.outlook import shown_value
from leadqual.lifecycle.small_cards import trace_card
from leadqual.model.base import Model


class Trace(Model):
    """An expression, its value, and its parts with theirs.

    Attributes
    ----------
    text : str
        The expression.
    value : object
        What it is: True, False or None (unknown) for a condition.
    parts : tuple of Trace
        Its operands; constants are left out.
    """

    text: str
    value: Any = None
    parts: tuple[Trace, ...] = ()

    def __bool__(self) -> bool:
        """Return whether it is true; unknown is not."""
        return self.value is True

    def __str__(self) -> str:
        """Return the tree, an operand a line."""
        return "\n".join(self._lines(""))

    @property
    def said(self) -> str:
        """The value in words: true, false, unknown, or what it is."""
        return "unknown" if self.value is None and self.parts else shown_value(self.value)

    def _repr_html_(self) -> str:
        return trace_card(self)

    def _lines(self, indent: str) -> list[str]:
        return [
            f"{indent}{self.text}  ->  {self.said}",
            *(line for part in self.parts for line in part._lines(indent + "  ")),
        ]


def trace(node: Node, value_of: Callable[[Node], Any]) -> Trace:
    """Return an expression with the value of every operand."""
    parts = tuple(trace(part, value_of) for part in children(node) if not isinstance(part, Literal))
    return Trace(text=str(node), value=plain(value_of(node)), parts=parts)
