"""What may be known of a contact, as far as a condition can tell the difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any, Final, TypeAlias

from leadqual.conditions.nodes import Name, Node
from leadqual.conditions.walk import histories, names
from leadqual.model.profile import UNCHANGEABLE
from leadqual.proofs.build import built
from leadqual.proofs.cells import Cell, plain_number
from leadqual.proofs.scope import Scope
from leadqual.testing.mutation.operators.edit import moved
from leadqual.testing.mutation.search.bench import Bench
from leadqual.testing.mutation.search.story import Story

_MOST: Final = 400
_EMAIL: Final = "contact.email"
_DERIVED: Final = ("contact.email_is_personal", "contact.email_domain")

Known: TypeAlias = dict[str, Any]
"""Fields by their full names."""


def is_of_profile(node: Node) -> bool:
    """Return whether a condition reads nothing but fields that can be set."""
    read = names(node)
    return bool(read) and not histories(node) and all(_is_field(name) for name in read)


def _is_field(name: str) -> bool:
    return name.startswith(("contact.", "company.")) and name not in UNCHANGEABLE


class Profile:
    """The profiles that conditions tell apart.

    Parameters
    ----------
    bench : Bench
        Where they are tried out.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._known: dict[str, list[tuple[Known, bool | None]]] = {}

    def cells(self, node: Node) -> list[tuple[Known, bool | None]]:
        """Return what may be known, with the answer of a condition; what takes the fewest fields first."""
        text = str(node)
        if text not in self._known:
            found = islice(self._answered(node), _MOST)
            self._known[text] = sorted(found, key=lambda pair: sum(v is not None for v in pair[0].values()))
        return self._known[text]

    def giving(self, node: Node, answer: bool | None) -> Iterator[Known]:
        """Yield what may be known for a condition to have an answer."""
        return (known for known, found in self.cells(node) if found is answer)

    def _answered(self, node: Node) -> Iterator[tuple[Known, bool | None]]:
        options = self._options(node)
        for values in product(*options.values()):
            known = dict(zip(options, values, strict=True))
            story = Story(known)
            if self._bench.can_be(story):
                yield known, self._bench.value(node, story)

    def _options(self, node: Node) -> Mapping[str, list[Any]]:
        options: dict[str, list[Any]] = {}
        for variable in built(Scope(self._bench.policy), [node]).variables:
            if not isinstance(variable.operand, Name) or not _is_field(variable.operand.path):
                continue
            values = _values(variable.cells)
            name = variable.operand.path
            if name in _DERIVED:
                options.setdefault(_EMAIL, [None]).extend(_mails(name, values))
            else:
                options.setdefault(name, [None]).extend(values)
        return options


def _values(cells: Iterable[Cell]) -> list[Any]:
    """Return the values of cells, and of numbers those one step beside a constant."""
    told = [cell for cell in cells if cell.value is not None]
    ends = [cell.low for cell in told if cell.low is not None and cell.low == cell.high]
    beside = [plain_number(other) for end in ends for other in moved(end)]
    return list(dict.fromkeys([*(cell.value for cell in told), *beside]))


def _mails(name: str, values: list[Any]) -> list[str]:
    if name == "contact.email_domain":
        return [f"someone@{domain}" for domain in values if domain]
    return ["someone@gmail.com" if personal else "someone@company.example" for personal in values]
