"""From a document to approaches, with what it extends, or to every problem with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leadqual._suggest import did_you_mean
from leadqual.errors import LeadqualError, PolicyError, Problem, shown
from leadqual.outreach.approach.check import problems_under
from leadqual.outreach.approach.shipped import names, source_of
from leadqual.policy.load import located
from leadqual.policy.recover import parts_of
from leadqual.policy.source import Source, read_source

if TYPE_CHECKING:
    from leadqual.errors import Place
    from leadqual.outreach.approach.document import Approaches
    from leadqual.policy.document import PolicyDocument

A = TypeVar("A", bound="Approaches")
_LIST: Final = "approaches"
_PLACING: Final = ("before", "after")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An approach as it is written, and where it stands."""

    data: Any
    source: Source
    index: int

    @property
    def id(self) -> str | None:
        name = self.data.get("id") if isinstance(self.data, Mapping) else None
        return name if isinstance(name, str) else None


def resolved(cls: type[A], source: Source, policy: PolicyDocument | None) -> A:
    """Build approaches from a document that was read; raise `PolicyError` with every problem at its line."""
    head, entries = _whole(source, (source.name,))
    try:
        approaches = cls.model_validate({**head, _LIST: [_plain(entry) for entry in entries]})
        problems = [] if policy is None else problems_under(approaches, policy)
    except LeadqualError as error:
        problems = list(error.problems)
    if problems:
        raise PolicyError(_in_order(_found_at(problem, source, entries) for problem in problems))
    return approaches


def _whole(source: Source, seen: tuple[str, ...]) -> tuple[dict[str, Any], list[_Entry]]:
    """Return the head of a document, and its approaches together with those of the document that it extends."""
    if not isinstance(source.data, dict):
        found, expected = type(source.data).__name__, "a mapping that begins with name:, policy: and approaches:"
        problem = Problem("not-approaches", "the document holds no approaches", source.locate(()), found, expected)
        raise PolicyError(problem)
    head = {name: value for name, value in source.data.items() if name not in ("extends", "remove", _LIST)}
    written = source.data.get(_LIST)
    own = [_Entry(item, source, index) for index, item in enumerate(written if isinstance(written, list) else ())]
    if "extends" not in source.data:
        if not isinstance(written, list):
            place, expected = source.locate((_LIST,)), "approaches: with one item a line, each after a dash"
            raise PolicyError(Problem("not-approaches", "a list belongs here", place, shown(written), expected))
        return head, own
    parent = _extended(source, seen)
    inherited, below = _whole(parent, (*seen, parent.name))
    inherited = {name: value for name, value in inherited.items() if name not in ("name", "version")}
    return {**inherited, **head}, _merged(source, below, own)


def _extended(source: Source, seen: tuple[str, ...]) -> Source:
    """Return the document that another one extends."""
    given, place = source.data["extends"], source.locate(("extends",))
    if not isinstance(given, str):
        expected = "the name of a document that ships, or a file"
        raise PolicyError(Problem("wrong-type", "a document is named", place, shown(given), expected))
    try:
        parent = source_of(given) if given in names() else read_source(Path(source.name).parent / given)
    except PolicyError as error:
        hint = did_you_mean(given, names()) or f"name a file, or one of those that ship: {', '.join(names())}"
        problem = error.problems[0]
        raise PolicyError(Problem(problem.code, problem.message, place, given, problem.expected, hint)) from None
    if parent.name in seen:
        found = " extends ".join((*seen, parent.name))
        raise PolicyError(Problem("circular", "the documents extend each other", place, found))
    return parent


def _merged(source: Source, below: Sequence[_Entry], own: Sequence[_Entry]) -> list[_Entry]:
    """Return the approaches of a document over those that it extends, in the order of their priority."""
    problems: list[Problem] = []
    merged = _left(source, below, problems)
    first = 0
    for entry in own:
        known = {one.id: place for place, one in enumerate(merged)}
        place = None if entry.id is None else known.get(entry.id)
        if place is not None:
            entry = _Entry({**merged[place].data, **entry.data}, source, entry.index)
            merged[place] = entry
            if not any(name in entry.data for name in _PLACING):
                continue
            del merged[place]
        wanted = _wanted(entry, merged, problems)
        merged.insert(first if wanted is None else wanted, entry)
        first += wanted is None
    if problems:
        raise PolicyError(_in_order(problems))
    return merged


def _left(source: Source, below: Sequence[_Entry], problems: list[Problem]) -> list[_Entry]:
    """Return what a document keeps of the approaches that it extends."""
    removed = source.data.get("remove") or ()
    removed = [removed] if isinstance(removed, str) else removed
    if not isinstance(removed, list | tuple):
        place = source.locate(("remove",))
        problems.append(Problem("wrong-type", "a list belongs here", place, shown(removed), "remove: [id, id]"))
        return list(below)
    known = [entry.id for entry in below]
    for index, name in enumerate(removed):
        if name not in known:
            problems.append(_unknown(name, known, source.locate(("remove", index))))
    return [entry for entry in below if entry.id not in removed]


def _wanted(entry: _Entry, merged: Sequence[_Entry], problems: list[Problem]) -> int | None:
    """Return where an approach says that it belongs; None if it says nothing."""
    if not isinstance(entry.data, Mapping):
        return None
    known = [one.id for one in merged]
    for beside in _PLACING:
        if beside in entry.data:
            name = entry.data[beside]
            if name in known:
                return known.index(name) + (beside == "after")
            place = entry.source.locate((_LIST, entry.index, beside))
            problems.append(_unknown(name, known, place))
    return None


def _unknown(name: Any, known: Sequence[Any], place: Place) -> Problem:
    message, names_ = f"there is no approach {name!r}", [str(one) for one in known]
    return Problem("unknown-approach", message, place, shown(name), ", ".join(names_), did_you_mean(str(name), names_))


def _plain(entry: _Entry) -> Any:
    """Return an approach without the words that only place it."""
    if not isinstance(entry.data, Mapping):
        return entry.data
    return {name: value for name, value in entry.data.items() if name not in _PLACING}


def _found_at(problem: Problem, source: Source, entries: Sequence[_Entry]) -> Problem:
    """Return a problem with the line where its approach is written, in whichever document that is."""
    parts = parts_of(problem.place.path)
    if len(parts) > 1 and parts[0] == _LIST and isinstance(parts[1], int) and parts[1] < len(entries):
        entry = entries[parts[1]]
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts[2:])
        return located(problem.at(path=f"{_LIST}[{entry.index}]{path}"), entry.source)
    return located(problem, source)


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    once = dict.fromkeys(problems)
    return sorted(once, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
