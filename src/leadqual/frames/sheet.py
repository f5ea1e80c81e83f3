"""A table while it is filled: columns by name, each of one type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from pydantic import BaseModel

from leadqual.errors import Place, Problem, shown
from leadqual.frames.cells import converter, given, is_plain, series, type_of_values
from leadqual.frames.types import Fields, Type, common_type, field_types, spoken


class Sheet:
    """The columns of a table of known height; what no column can hold becomes a problem.

    Parameters
    ----------
    name : str
        The table, for problems.
    height : int
        How many rows it has.
    row_name : callable
        What a row is about, by its number from 0.
    given_only : bool, default False
        Whether a field that was not given to a model is missing, in place of what the model puts there.

    Examples
    --------
    >>> sheet = Sheet("contacts", 2, lambda row: f"contact {row}")
    >>> sheet.fill("budget", None, [0, 1], [None, 4000], "contact")
    >>> sheet.frame(["budget"]).rows(), sheet.problems
    ([(None,), (4000,)], [])
    """

    def __init__(self, name: str, height: int, row_name: Callable[[int], str], *, given_only: bool = False) -> None:
        self.problems: list[Problem] = []
        self._given_only = given_only
        self._name, self._height, self._row_name = name, height, row_name
        self._cells: dict[str, list[Any]] = {}
        self._types: dict[str, Type] = {}
        self._owners: dict[str, str] = {}

    def fill(self, column: str, kind: Type | None, rows: Sequence[int], values: Sequence[Any], owner: str) -> None:
        """Put values into rows of a column, which there is only if one of them is not None.

        Parameters
        ----------
        column : str
            The column.
        kind : Type, optional
            What it holds; by default what the values are.
        rows : sequence of int
            The numbers of the rows, from 0.
        values : sequence
            A value a row.
        owner : str
            Whose values these are: for the problem that others need another type.
        """
        classes = set(map(type, values)) - {type(None)}
        if not classes:
            return
        known = [value for value in values if value is not None] if kind is None else ()
        kind = kind or type_of_values(known)
        if kind is None:
            self.problems.append(self._mixed(column, known, owner))
        elif self._agrees(column, kind, owner):
            self._put(column, rows, values if is_plain(kind, classes) else self._converted(column, kind, rows, values))

    def fill_models(
        self, prefix: str, rows: Sequence[int], models: Sequence[BaseModel], fields: Fields, owner: str
    ) -> None:
        """Put the fields of models of one class into their rows, a column each.

        Parameters
        ----------
        prefix : str
            What the names of the columns begin with.
        rows : sequence of int
            The numbers of the rows, from 0.
        models : sequence of BaseModel
            A model a row, all of one class or with only the fields that they share.
        fields : mapping of str to FieldInfo
            The fields by name.
        owner : str
            What the models are, for problems.
        """
        if not models:
            return
        types = field_types(type(models[0]))
        held = [given(model) if self._given_only else model.__dict__ for model in models]
        for name, info in fields.items():
            values, column = [values.get(name) for values in held], f"{prefix}{name}"
            default = None if self._given_only else info.get_default(call_default_factory=True)
            if isinstance(default, tuple | list | frozenset | set):
                values = [value or None for value in values]  # an empty list that all begin with says as little
            elif default is not None and None in values and not info.is_required():
                self.problems.append(self._lost(column, rows[values.index(None)], default))
            self.fill(column, types[name], rows, values, owner)

    def frame(self, order: Iterable[str], more: Mapping[str, Type] | None = None) -> pl.DataFrame:
        """Return the table with its columns in an order, and empty columns where there are none of `more`."""
        types = {**(more or {}), **self._types}
        nothing = [None] * self._height
        return pl.DataFrame(
            [series(name, types[name], self._cells.get(name, nothing)) for name in order if name in types]
        )

    @property
    def columns(self) -> Iterable[str]:
        """The columns that hold anything."""
        return self._types.keys()

    def _put(self, column: str, rows: Sequence[int], values: Sequence[Any]) -> None:
        if column not in self._cells and len(rows) == self._height:
            self._cells[column] = list(values)
            return
        cells = self._cells.setdefault(column, [None] * self._height)
        for row, value in zip(rows, values, strict=True):
            if value is not None:
                cells[row] = value

    def _converted(self, column: str, kind: Type, rows: Sequence[int], values: Sequence[Any]) -> list[Any]:
        convert = converter(kind, given if self._given_only else vars)
        cells: list[Any] = []
        for row, value in zip(rows, values, strict=True):
            try:
                cells.append(None if value is None else convert(value))
            except (TypeError, ValueError) as error:
                self.problems.append(self._misfit(column, kind, row, value, error))
                cells.append(None)
        return cells

    def _agrees(self, column: str, kind: Type, owner: str) -> bool:
        """Settle the type of a column, and return whether the values of one more owner fit it."""
        before = self._types.get(column)
        both = kind if before is None else common_type(before, kind)
        if both is None and before is not None:
            message = f"the column {column!r} would hold {spoken(before)} and {spoken(kind)}"
            found = f"{spoken(before)} for {self._owners[column]}, {spoken(kind)} for {owner}"
            hint = "a column has one type: give one of them another name"
            self.problems.append(Problem("mixed-column", message, Place(self._name, path=column), found, hint=hint))
            return False
        self._types[column] = both or kind
        self._owners.setdefault(column, owner)
        return True

    def _mixed(self, column: str, values: Sequence[Any], owner: str) -> Problem:
        place = Place(self._name, path=column)
        samples = {type(value).__name__: value for value in reversed(values)}
        found = ", ".join(shown(value, limit=30) for value in samples.values())
        if len(samples) == 1:
            return Problem("wrong-type", f"no column can hold values of type {next(iter(samples))}", place, found)
        hint = "give them one type, or declare the name in the policy"
        message = f"the values of {column!r} of {owner} have several types"
        return Problem("mixed-column", message, place, found, "one type a column", hint)

    def _lost(self, column: str, row: int, default: Any) -> Problem:
        message = f"None would be read back as {shown(default)}, with which the field begins"
        hint = "let the field begin with None"
        return Problem("wrong-type", message, Place(self._row_name(row), path=column), "None", hint=hint)

    def _misfit(self, column: str, kind: Type, row: int, value: Any, error: Exception) -> Problem:
        place, expected = Place(self._row_name(row), path=column), spoken(kind)
        if isinstance(error, TypeError):
            return Problem("wrong-type", f"the value does not fit the column: {error}", place, shown(value), expected)
        hint = "hold it as a text if every digit matters"
        return Problem("bad-number", f"the value does not fit the column: {error}", place, shown(value), expected, hint)
