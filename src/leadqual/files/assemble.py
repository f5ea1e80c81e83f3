"""From the cells of a row to the nested data of a model, and from its problems back to the columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leadqual.errors import LeadqualError, Place, Problem, shown
from leadqual.files.columns import Column, unknown_column
from leadqual.files.hints import with_word


@dataclass
class Assembled:
    """The data that a row's cells make, and what is wrong with them."""

    data: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    cells: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    """What people call the columns that are not there, by their one name."""


def assemble(
    cells: Mapping[str, Any],
    columns: Mapping[str, Column],
    name_of: Callable[[str], str],
    on_unknown: Callable[[str, Any], Problem | None],
    *,
    textual: bool,
) -> Assembled:
    """Convert the cells of a row and put each in its place; what is missing is left out.

    Parameters
    ----------
    cells : mapping
        The cells by header.
    columns : mapping of str to Column
        The columns by their one name.
    name_of : callable
        The one name of a header.
    on_unknown : callable
        What is wrong with a cell that has no column; None if it may be left out.
    textual : bool
        Whether every cell is text. Then an empty one is missing too; elsewhere only None is, and an empty text is a
        text.
    """
    made = Assembled(cells=cells)
    for header, cell in cells.items():
        if cell is None or (textual and not cell.strip()):
            continue
        name = name_of(header)
        column = columns.get(name)
        if column is None:
            problem = on_unknown(header, cell)
            if problem is not None:
                made.problems.append(problem.at(path=header))
        elif name in made.headers:
            message = f"{made.headers[name]!r} and {header!r} are the same"
            made.problems.append(Problem("duplicate-column", message, Place(path=header), hint="leave one of them"))
        else:
            made.headers[name] = header
            _put(made, name, column, cell)
    return made


def _put(made: Assembled, name: str, column: Column, cell: Any) -> None:
    try:
        value = column.read(cell)
    except LeadqualError as error:
        made.problems += [problem.at(source=None, path=made.headers[name]) for problem in error.problems]
        made.failed.add(name)
        return
    target = made.data
    for part in column.path[:-1]:
        target = target.setdefault(part, {})
    target[column.path[-1]] = value


def validated(made: Assembled, build: Callable[[dict[str, Any]], Any], name_of: Callable[[str], str]) -> Any:
    """Return the model of a row's data, or None with its problems added, each under the column it comes from."""
    try:
        value = build(made.data)
    except LeadqualError as error:
        made.problems += [
            _placed(problem, made, name_of) for problem in error.problems if not _already_told(problem, made, name_of)
        ]
        return None
    return None if made.problems else value


def _placed(problem: Problem, made: Assembled, name_of: Callable[[str], str]) -> Problem:
    """Return a problem of the model under its column, with the hint that the cell's own words give."""
    path = problem.place.path
    name = name_of((path or "").partition("[")[0])
    header = made.headers.get(name)
    if header is None:
        empty = next((given for given in made.cells if name_of(given) == name), None)
        return problem.at(path=empty or made.labels.get(name, path))
    return with_word(problem.at(path=header), made.cells[header])


def _already_told(problem: Problem, made: Assembled, name_of: Callable[[str], str]) -> bool:
    # A cell that could not be read is not in the data, and would be missed there a second time.
    name = name_of(problem.place.path or "currency")
    failed = name in made.failed or any(cell.startswith(f"{name}.") for cell in made.failed)
    return problem.code in ("missing-field", "missing-currency") and failed


def flattened(cells: Mapping[str, Any], groups: Iterable[str]) -> dict[str, Any]:
    """Return nested cells under dotted names; a group is the name of a column that may hold a mapping of others.

    Examples
    --------
    >>> flattened({"id": "c-1", "company": {"employees": 250}}, ["company"])
    {'id': 'c-1', 'company.employees': 250}
    """
    flat = dict(cells)
    for group in groups:
        if group in flat and (flat[group] is None or isinstance(flat[group], Mapping)):
            nested = flat.pop(group) or {}
            flat.update((f"{group}.{name}", value) for name, value in nested.items() if f"{group}.{name}" not in flat)
    return flat


def unknown_cell(known: Iterable[str], *, ignore: bool) -> Callable[[str, Any], Problem | None]:
    """Return what tells the problem of a cell without a column, or lets it pass."""
    names = list(known)
    return lambda header, cell: None if ignore else _with_cell(unknown_column(header, names), cell)


def _with_cell(problem: Problem, cell: Any) -> Problem:
    return Problem(problem.code, problem.message, problem.place, shown(cell), problem.expected, problem.hint)
