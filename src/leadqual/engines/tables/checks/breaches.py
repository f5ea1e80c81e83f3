"""What can be wrong with the values of a column: each breach as a mask over the rows, and in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import add, or_
from typing import Any, Final, TypeAlias

import narwhals as nw
from narwhals.dtypes import DType

from leadqual._suggest import did_you_mean
from leadqual.engines.tables.checks.bounds import LARGEST, Bounds, misspelt
from leadqual.engines.tables.columns import KIND
from leadqual.engines.tables.dialect import Dialect
from leadqual.errors import Problem
from leadqual.model.catalogue import Spelling, ValueType

_Asked: TypeAlias = Callable[[nw.Expr], nw.Expr]

_LEAVE_OUT: Final = "NaN is no value: leave the cell null where no number is known"
_AHEAD: Final = re.compile(r"\(\?!(\w+)\)(.*)")
"""A pattern that begins with what it does not match; SQL and Rust have no other way to say it than twice."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that can be wrong in a column.

    Parameters
    ----------
    path : str
        The column, as its owner calls it.
    value : nw.Expr
        What it holds.
    wrong : nw.Expr
        The rows in which it is wrong; null is right.
    signs : nw.Expr
        An aggregate that is 0 if no row is wrong, and may be more than 0 though none is: cheaper than counting `wrong`.
    told : callable
        From one wrong value to the problem, without its place; to None if the value may stay.
    by_value : bool
        Whether every wrong value is a problem of its own.
    valued : bool
        Whether there is a value to show.
    """

    path: str
    value: nw.Expr
    wrong: nw.Expr
    signs: nw.Expr
    told: Callable[[Any], Problem | None]
    by_value: bool = False
    valued: bool = True

    def only(self, which: nw.Expr) -> Breach:
        """Return the same breach in some of its rows."""
        return replace(self, wrong=self.wrong & which)


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose values are looked at.

    Parameters
    ----------
    path : str
        As its owner calls it.
    value : nw.Expr
        What it holds.
    dtype : DType
        Its type.
    dialect : Dialect
        The library that computes.
    kinds : tuple of str, optional
        The kinds of interactions in whose rows it is looked at; in every row without them.
    """

    path: str
    value: nw.Expr
    dtype: DType
    dialect: Dialect
    kinds: tuple[str, ...] | None = None

    def of_items(self, name: str) -> Column:
        """Return the same for the items of its lists, which stand under a name of their own."""
        return replace(self, value=nw.col(name), dtype=nw.String())

    def breach(self, wrong: nw.Expr, told: Problem | Callable[[Any], Problem | None], **options: Any) -> Breach:
        """Return a breach of this column, given the rows in which it would be wrong whatever their kind."""
        signs = options.pop("signs", None)
        counted = self.dialect.number(wrong) if signs is None else signs
        tell = (lambda _: told) if isinstance(told, Problem) else told
        return Breach(self.path, self.value, self._here(wrong), counted, tell, **options)

    def _here(self, wrong: nw.Expr) -> nw.Expr:
        return wrong if self.kinds is None else of_kinds(self.kinds) & wrong

    @property
    def text(self) -> nw.Expr:
        """The values of a column of texts, however it keeps them."""
        return self.value if isinstance(self.dtype, nw.String) else self.value.cast(nw.String())


def of_kinds(kinds: tuple[str, ...]) -> nw.Expr:
    """Return the rows of some kinds of interactions."""
    kind = nw.col(KIND).cast(nw.String())
    return kind == kinds[0] if len(kinds) == 1 else kind.is_in(kinds)


def breaches_of(column: Column, bounds: Bounds, name: str) -> Iterator[Breach]:
    """Yield what can be wrong with the values of a column.

    Parameters
    ----------
    column : Column
        The column.
    bounds : Bounds
        What its values must keep to.
    name : str
        The name in the catalogue.
    """
    if bounds.type is ValueType.NUMBER:
        yield from _numbers(column, bounds, name)
    elif bounds.type is ValueType.TEXT:
        if bounds.filled:
            told = Problem("string-too-short", "the text is empty", expected="a text", hint="leave the cell null")
            yield column.breach(column.text == "", told)
        if bounds.values is not None:
            yield among(column, bounds.values, partial(_impossible, name, bounds.values))
        elif bounds.spelling is not None:
            yield _looked_up(column, _misspelt(bounds.spelling), partial(misspelt, bounds.spelling))


def among(column: Column, values: tuple[str, ...], told: Callable[[Any], Problem | None]) -> Breach:
    """Return the breach of a text that is none of those known."""
    return _looked_up(column, [lambda text: ~text.is_in(values)], told)


def _looked_up(column: Column, wrong: Sequence[_Asked], told: Callable[[Any], Problem | None]) -> Breach:
    """Return the breach of a text of which one of several things is true; each such text is a problem of its own."""
    signs = None
    if column.dialect.name == "polars":  # most columns of properties are almost empty, and looking a text up is slow
        signs = reduce(add, [asked(column.text.drop_nulls()).sum() for asked in wrong]).cast(nw.Float64())
    known = ~column.text.is_null()  # some libraries answer of a null too
    any_of_them = reduce(or_, [asked(column.text) for asked in wrong])
    breach = column.breach(known & any_of_them, told, signs=signs, by_value=True)
    return replace(breach, value=column.text)


def _impossible(name: str, values: tuple[str, ...], found: Any) -> Problem:
    expected = f"one of: {', '.join(values)}"
    return Problem("unknown-value", f"{name} can never be this", expected=expected, hint=did_you_mean(found, values))


def _numbers(column: Column, bounds: Bounds, name: str) -> Iterator[Breach]:
    is_float = column.dtype.is_float()
    number = column.value if is_float else column.value.cast(nw.Float64())
    finite = number.is_finite() if is_float else ~number.is_null()
    signs = _signs(number, bounds) if column.dialect.name == "polars" else None
    if is_float:
        told = Problem("finite-number", "the number is not finite", expected="a finite number", hint=_LEAVE_OUT)
        yield column.breach(~finite, told, signs=signs)
    for wrong, own, told in (
        (number < bounds.low, bounds.low != -LARGEST, _too_small(bounds.low)),
        (number > bounds.high, bounds.high != LARGEST, _too_large(bounds.high)),
    ):
        if is_float or own:
            yield column.breach(finite & wrong, told if own else _beyond(name), signs=signs)
    if bounds.whole and not column.dtype.is_integer():
        told = Problem("int-type", "this is no whole number", expected="a whole number", hint="leave out the decimals")
        yield column.breach(finite & (number % 1.0 != 0.0), told)


def _signs(number: nw.Expr, bounds: Bounds) -> nw.Expr:
    """Return an aggregate that is 0 only if every number is finite and in bounds: three reductions without a mask."""
    inside = number.sum().is_finite() & (number.min() >= bounds.low) & (number.max() <= bounds.high)
    return (~inside).cast(nw.Float64())


def _too_small(low: float) -> Problem:
    message = "the number is negative" if low == 0 else f"the number is less than {low:,g}"
    expected, hint = f"{low:,g} or more", "leave the cell null where no number is known" if low == 0 else None
    return Problem("greater-than-equal", message, expected=expected, hint=hint)


def _too_large(high: float) -> Problem:
    most = f"{high:,.0f}" if high < 1e18 else f"{high:g}"
    return Problem("less-than-equal", "the number is too large", expected=f"at most {most}")


def _beyond(name: str) -> Problem:
    message, hint = f"{name} holds a value of the wrong type", "leave the cell null where no number is known"
    return Problem("wrong-type", message, expected=f"a finite number, at most {LARGEST:g}", hint=hint)


def _misspelt(spelling: Spelling) -> list[_Asked]:
    """Return what is true of a text that is not spelt so from end to end."""
    ahead = _AHEAD.fullmatch(spelling.pattern)
    pattern = spelling.pattern if ahead is None else ahead[2]
    asked: list[_Asked] = [lambda text: ~text.str.contains(rf"\A(?:{pattern})\z")]
    return asked if ahead is None else [*asked, lambda text: text.str.starts_with(ahead[1])]
