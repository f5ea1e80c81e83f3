"""Mappings: those that ship, and documents of one's own, with every problem at its line."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as Map
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from leadqual._suggest import did_you_mean
from leadqual.errors import PolicyError, Problem, path_text
from leadqual.integrations.checks import Parts, problems_of_document
from leadqual.integrations.document import Document
from leadqual.integrations.mapping_card import mapping_card
from leadqual.model.base import problems_of
from leadqual.policy.shipped import shipped_text
from leadqual.policy.source import Source, parse_source, read_source
from leadqual.policy.wording import reworded

SYSTEMS: Final = ("hubspot", "salesforce", "odoo", "zoho", "pipedrive", "generic")
"""The systems whose documents ship."""

_AT_THE_KEY: Final = ("unknown-field",)


class Mapping:
    """What the files of another system become here.

    Examples
    --------
    >>> from leadqual import integrations
    >>> own = integrations.mapping("generic").with_words(activities={"Site visit": "appointment_kept"})
    >>> own.document.words["activities"]["Site visit"]
    'appointment_kept'
    """

    def __init__(self, document: Document) -> None:
        self.document = document

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Mapping:
        """Read a document of YAML, or of JSON if its name ends in ``.json``.

        Parameters
        ----------
        path : str or path
            The file.

        Raises
        ------
        PolicyError
            With file, line and column of everything that is wrong with it.
        """
        return cls(_document(read_source(path), Path(path).parent))

    @classmethod
    def loads(cls, text: str, name: str = "<text>") -> Mapping:
        """Read a document from its text.

        Parameters
        ----------
        text : str
            The document.
        name : str, default '<text>'
            What problems call it.
        """
        return cls(_document(parse_source(text, name), Path()))

    @property
    def system(self) -> str:
        """The system, in one word."""
        return self.document.system

    @property
    def title(self) -> str:
        """The system, for people."""
        return self.document.title

    def with_words(self, **vocabularies: Map[str, str]) -> Mapping:
        """Return the same mapping with more terms in its vocabularies.

        Parameters
        ----------
        **vocabularies : mapping
            For each vocabulary its terms and what they mean here.

        Raises
        ------
        PolicyError
            If there is no such vocabulary, or a meaning is none of our words.
        """
        words = {name: dict(terms) for name, terms in self.document.words.items()}
        problems = []
        for name, terms in vocabularies.items():
            if name not in words:
                known = self.document.words
                message, hint = "the mapping has no vocabulary of this name", did_you_mean(name, known)
                expected = ", ".join(known) or "none: it has no vocabularies"
                problems.append(Problem("unknown-vocabulary", message, found=repr(name), expected=expected, hint=hint))
            words.setdefault(name, {}).update(terms)
        document = self.document.model_copy(update={"words": words})
        problems += [problem.at(path=path_text(parts)) for parts, problem in problems_of_document(document)]
        if problems:
            raise PolicyError(problems)
        return Mapping(document)

    def __repr__(self) -> str:
        return f"Mapping({self.title}, {self.document.version}: {', '.join(self.document.files)})"

    def _repr_html_(self) -> str:
        return mapping_card(self.document)


def systems() -> tuple[str, ...]:
    """Return the names of the systems whose mappings ship.

    Examples
    --------
    >>> "hubspot" in systems()
    True
    """
    return SYSTEMS


def mapping(name: str | os.PathLike[str] | Mapping) -> Mapping:
    """Return a mapping: one that ships, by its name, or that of a document.

    Parameters
    ----------
    name : str, path or Mapping
        The name of one that ships, a file, or a mapping, which is given back.

    Raises
    ------
    PolicyError
        With everything that is wrong with the document.
    """
    if isinstance(name, Mapping):
        return name
    given = os.fspath(name)
    if given in SYSTEMS:
        return _shipped(given)
    try:
        return Mapping.load(given)
    except PolicyError as error:
        if error.code != "unreadable-file" or Path(given).suffix:
            raise
        hint = did_you_mean(given, SYSTEMS) or f"name a document, or one of those that ship: {', '.join(SYSTEMS)}"
        problem = error.problems[0]
        raise PolicyError(Problem(problem.code, problem.message, problem.place, given, hint=hint)) from None


def mapping_text(name: str) -> str:
    """Return the document of a mapping that ships, comments and all.

    Parameters
    ----------
    name : str
        The name, as `systems` lists it.

    Raises
    ------
    UnknownNameError
        If none of that name ships.
    """
    message = "no mapping of this name ships with the package"
    return shipped_text("leadqual.integrations.mappings", name, SYSTEMS, "unknown-system", message)


@cache
def _shipped(name: str) -> Mapping:
    return Mapping(_document(parse_source(mapping_text(name), f"{name}.yaml"), Path()))


def _document(source: Source, folder: Path) -> Document:
    if not isinstance(source.data, dict):
        expected, found = "a mapping that begins with system:, title: and files:", type(source.data).__name__
        problem = Problem("not-a-mapping", "the document maps nothing", source.locate(()), found, expected)
        raise PolicyError(problem)
    data = _whole(source.data, folder, (source.name,))
    try:
        document: Document = TypeAdapter(Document).validate_python(data)
    except ValidationError as error:
        raise PolicyError(_in_order(_of_pydantic(error, source, data))) from None
    problems = [_located(parts, problem, source) for parts, problem in problems_of_document(document)]
    if problems:
        raise PolicyError(_in_order(problems))
    return document


def _whole(data: dict[str, Any], folder: Path, seen: tuple[str, ...]) -> dict[str, Any]:
    """Return the data of a document, with those of the document that it changes beneath."""
    base = data.get("extends")
    if not isinstance(base, str):
        return data
    if base in seen or len(seen) > 10:
        raise PolicyError(Problem("circular-extends", "documents extend one another in a circle", found=repr(base)))
    shipped = base in SYSTEMS
    below = parse_source(mapping_text(base), f"{base}.yaml") if shipped else read_source(folder / base)
    if not isinstance(below.data, dict):
        return data
    whole: dict[str, Any] = _merged(_whole(below.data, folder, (*seen, base)), data)
    return whole


def _merged(base: Any, change: Any) -> Any:
    if isinstance(base, dict) and isinstance(change, dict):
        return {**base, **{name: _merged(base.get(name), value) for name, value in change.items()}}
    if _are_rules(base) and _are_rules(change):
        return _merged_rules(base, change)
    return change


def _merged_rules(base: list[dict[str, Any]], change: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rules with those that change them; one change of an id is for all rules of that id, several go in turn."""
    changes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for rule in change:
        changes[rule["id"]].append(rule)
    found, seen = [], Counter[str]()
    for rule in base:
        mine = changes[rule["id"]]
        one = mine[min(seen[rule["id"]], len(mine) - 1)] if mine else {}
        seen[rule["id"]] += 1
        found.append(_merged(rule, one))
    return [*found, *(rule for name, several in changes.items() for rule in several[seen[name] :])]


def _are_rules(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in value)


def _of_pydantic(error: ValidationError, source: Source, data: Any) -> Iterable[Problem]:
    """Yield the problems that pydantic found, once each, where the writer can see them.

    Headers hold dots and brackets, so the way is followed in the data; and of the branches of a union only the one
    that the writer took is told.
    """
    for item, problem in zip(error.errors(include_url=False), problems_of(error, Document), strict=True):
        parts, value = _followed(data, item["loc"])
        of_mapping = item["type"] in ("model_type", "model_attributes_type")
        if of_mapping is isinstance(value, dict) and item["type"] not in (
            "extra_forbidden",
            "missing",
            "literal_error",
        ):
            continue
        last = item["loc"][-1]
        if item["type"] in ("missing", "extra_forbidden") and parts[-1:] != (last,):
            parts = (*parts, last)
        yield _located(parts, reworded(problem), source)


def _followed(data: Any, loc: Iterable[str | int]) -> tuple[Parts, Any]:
    parts: list[str | int] = []
    for part in loc:
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data = data[part]
            parts.append(part)
    return tuple(parts), data


def _located(parts: Parts, problem: Problem, source: Source) -> Problem:
    place = source.locate(parts, key=problem.code in _AT_THE_KEY)
    return problem.at(source=place.source, line=place.line, column=place.column, path=path_text(parts))


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
