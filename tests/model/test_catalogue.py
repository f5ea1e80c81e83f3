"""What the catalogue makes of annotations, and which values it lets in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Literal

import pytest

from leadqual.errors import EvaluationError
from leadqual.model.catalogue import Field, ValueType, field_from


class Tone(StrEnum):
    WARM = "warm"
    COLD = "cold"


class Plain(Enum):
    FIRST = "first"


class Size(IntEnum):
    LARGE = 3


class Mixed(Enum):
    TEXT = "x"
    NUMBER = 1


@pytest.mark.parametrize(
    ("annotation", "kind", "values"),
    [
        (int, ValueType.NUMBER, None),
        (float | None, ValueType.NUMBER, None),
        (bool, ValueType.BOOLEAN, None),
        (str, ValueType.TEXT, None),
        (datetime, ValueType.INSTANT, None),
        (Annotated[str, "note"], ValueType.TEXT, None),
        (tuple[str, ...], ValueType.TEXTS, None),
        (frozenset[Tone], ValueType.TEXTS, ("warm", "cold")),
        (tuple[str, str], ValueType.TEXTS, None),
        (Tone, ValueType.TEXT, ("warm", "cold")),
        (Size, ValueType.NUMBER, None),
        (Literal["a", "b"], ValueType.TEXT, ("a", "b")),
        (Literal["a", None], ValueType.TEXT, ("a",)),
        (Literal[1, 2], ValueType.NUMBER, None),
        (Literal[True], ValueType.BOOLEAN, None),
    ],
)
def test_an_annotation_has_a_type(annotation: Any, kind: ValueType, values: Sequence[str] | None) -> None:
    entry = field_from("a", annotation)
    assert entry is not None
    assert (entry.type, entry.values) == (kind, values)


@pytest.mark.parametrize(
    "annotation",
    [date, bytes, object, Any, dict[str, str], tuple[()], tuple[str, int], tuple[int, ...], str | int, Mixed, None],
)
def test_what_conditions_cannot_hold_is_left_out(annotation: Any) -> None:
    assert field_from("a", annotation) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ValueType.NUMBER, 1),
        (ValueType.NUMBER, 1.5),
        (ValueType.TEXT, "x"),
        (ValueType.BOOLEAN, False),
        (ValueType.INSTANT, datetime(2026, 11, 22, tzinfo=UTC)),
        (ValueType.TEXTS, frozenset({"a"})),
        (ValueType.TEXTS, ()),
    ],
)
def test_a_value_of_the_right_type_is_let_in(kind: ValueType, value: object) -> None:
    assert Field("a", kind).checked(value) is value
    assert Field("a", kind).checked(None) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ValueType.NUMBER, True),
        (ValueType.NUMBER, "1"),
        (ValueType.NUMBER, float("nan")),
        (ValueType.NUMBER, float("inf")),
        (ValueType.TEXT, 1),
        (ValueType.BOOLEAN, 1),
        (ValueType.INSTANT, "2026-11-22"),
        (ValueType.INSTANT, date(2026, 11, 22)),
        (ValueType.INSTANT, datetime(2026, 11, 22)),
        (ValueType.TEXTS, "abc"),
        (ValueType.TEXTS, (1,)),
    ],
)
def test_a_value_of_the_wrong_type_is_an_error_and_never_unknown(kind: ValueType, value: object) -> None:
    with pytest.raises(EvaluationError) as caught:
        Field("contact.a", kind).checked(value, "contact c-1")
    (problem,) = caught.value.problems
    assert problem.code == "wrong-type"
    assert problem.place.source == "contact c-1"
    assert problem.place.path == "contact.a"
    assert problem.expected
    assert problem.hint
