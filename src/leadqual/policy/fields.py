"""Conditions, selections and limits as they stand in a document: text outside, parts inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from leadqual.conditions.handles import Handle, as_condition
from leadqual.conditions.nodes import Node, Selection
from leadqual.conditions.parse import parse_selection
from leadqual.errors import LeadqualError, Place, Problem, shown
from leadqual.model.time import Duration

_AT_MOST: Final = re.compile(r"\s*(\d{1,6})\s+per\s+(\d{1,9}\s*[wdhms])(\s+rolling)?\s*")
_RATE: Final = re.compile(
    r"\s*(\d{1,6})\s*(?:x|times)?\s*(?:/|per|a|an|each|every|in)\s*(\d{1,9})?\s*"
    r"(w|d|h|m|s)(?:eek|ay|our|in|inute|ec|econd|r)?s?\s*",
    re.IGNORECASE,
)


class AnyInstance:
    """Lets an already built value of a plain class through; its validator has made it."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.any_schema()


def teaching(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a validator that hands the problems of a leadqual error to pydantic, which adds the place and goes on."""

    def validate(value: Any) -> Any:
        try:
            return build(value)
        except LeadqualError as error:
            raise PydanticCustomError("leadqual", "{problems}", {"problems": error.problems}) from None

    return validate


def _condition(value: Any) -> Node:
    if not isinstance(value, str | Handle | Node):
        raise LeadqualError(
            Problem(
                "not-a-condition",
                "a condition is text",
                Place(),
                shown(value),
                'such as "company.employees >= 50"',
                "put the condition in quotes",
            )
        )
    return as_condition(value)


def _selection(value: Any) -> Selection:
    if isinstance(value, Selection):
        return value
    if not isinstance(value, str):
        expected = "such as page_viewed[path == '/pricing']"
        hint = "a rule counts one kind; write any_interaction[kind in ['a', 'b']] for several"
        raise LeadqualError(
            Problem("not-a-selection", "a kind of interaction is text", Place(), shown(value), expected, hint)
        )
    return parse_selection(value)


ConditionText = Annotated[
    Node,
    AnyInstance,
    BeforeValidator(teaching(_condition)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "description": "A condition, such as company.employees >= 50"}),
]
"""A condition: text or a handle comes in, its parts are kept, text goes out."""

SelectionText = Annotated[
    Selection,
    AnyInstance,
    BeforeValidator(teaching(_selection)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "description": "A kind of interaction, with or without a filter: page_viewed[path == '/']"}
    ),
]
"""Which interactions: text comes in, its parts are kept, text goes out."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """Only the first `count` in each window of length `per` count: the defence against mail scanners and bots.

    Written ``3 per 1d``: windows follow one another from 1970-01-01T00:00Z, so ``1d`` is the UTC day. Written
    ``3 per 1d rolling``: one counts if fewer than three that counted lie less than a day before it.

    Examples
    --------
    >>> str(AtMost.parse("3 per 24h"))
    '3 per 1d'
    """

    count: int
    per: Duration
    rolling: bool = False

    @classmethod
    def parse(cls, text: Any) -> AtMost:
        """Read the text of a limit; raise `LeadqualError` (code ``bad-limit``) if it is not one.

        Parameters
        ----------
        text : str or AtMost
            Such as ``3 per 1d``, or a limit that was read before.
        """
        if isinstance(text, AtMost):
            return text
        match = _AT_MOST.fullmatch(text) if isinstance(text, str) else None
        if match is None or int(match[1]) == 0:
            raise LeadqualError(
                Problem(
                    "bad-limit",
                    "this is not a limit",
                    found=shown(text),
                    expected="such as '3 per 1d' (UTC days) or '3 per 1d rolling'",
                    hint=_limit_hint(text),
                )
            )
        return cls(int(match[1]), Duration.parse(match[2]), bool(match[3]))

    def __str__(self) -> str:
        return f"{self.count} per {self.per}{' rolling' if self.rolling else ''}"


def _limit_hint(text: Any) -> str | None:
    """Return how the limit that was probably meant is written: ``3/day`` means ``3 per 1d``."""
    match = _RATE.fullmatch(text) if isinstance(text, str) else None
    return None if match is None or int(match[1]) == 0 else f"write {match[1]} per {match[2] or 1}{match[3].lower()}"


AtMostText = Annotated[
    AtMost,
    AnyInstance,
    BeforeValidator(teaching(AtMost.parse)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\s*\d{1,6}\s+per\s+\d{1,9}\s*[wdhms](\s+rolling)?\s*$"}),
]
"""A limit: text comes in, its parts are kept, text goes out."""
