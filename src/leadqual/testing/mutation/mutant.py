"""A policy with one change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from leadqual.cards.shown import Shown
from leadqual.lifecycle.policy import Policy
from leadqual.model.base import Model

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mutant(Shown):
    """A policy with one change.

    Parameters
    ----------
    id : str
        The same in every run: where the change is, what sort it is, and its number among several such.
    operator : str
        What sort of change it is, in a few words.
    path : str
        The place in the document, such as ``transitions[9].when``.
    rule : str or None
        The rule, such as ``intent.demo``, or the transition that is changed.
    before, after : str
        The place before and after, as text; nothing after where something was dropped.
    place : tuple
        The part of the policy that is replaced.
    value : object
        What stands there now.
    original : Policy
        The policy without the change.
    """

    id: str
    operator: str
    path: str
    rule: str | None
    before: str
    after: str
    place: Path = field(repr=False)
    value: Any = field(repr=False)
    original: Policy = field(repr=False, compare=False)

    @property
    def policy(self) -> Policy:
        """The policy with the change, made and checked anew each time; `PolicyError` if it would be none."""
        head, *rest = self.place
        assert isinstance(head, str)
        return self.original.model_copy(update={head: _replaced(getattr(self.original, head), tuple(rest), self.value)})

    @property
    def change(self) -> str:
        """The change in one line."""
        return f"{self.operator}: {self.before} -> {self.after}" if self.after else f"{self.operator}: {self.before}"

    def __str__(self) -> str:
        """Return where and what in one line."""
        return f"{self.rule or self.path}: {self.change}"


def _replaced(part: Any, path: Path, value: Any) -> Any:
    """Return a part of a policy with a value at a place inside of it; models check themselves again."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(part, Model):
        assert isinstance(key, str)
        return type(part)(**{**part.__dict__, key: _replaced(part.__dict__[key], rest, value)})
    if isinstance(part, tuple):
        assert isinstance(key, int)
        return (*part[:key], _replaced(part[key], rest, value), *part[key + 1 :])
    return {name: _replaced(inner, rest, value) if name == key else inner for name, inner in part.items()}
