"""What of the two tables a policy reads: only that much of the values is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from leadqual.conditions.nodes import History, Name, Node, Selection
from leadqual.conditions.walk import histories, names, walk
from leadqual.conditions.words import named_currency
from leadqual.model.catalogue import MONEY
from leadqual.model.interactions.base import CustomInteraction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.profile import DERIVED
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Grid

CONSENTS: Final = "contact.consents"
"""The list behind ``consent.<channel>``, which is no name of the catalogue itself."""

_WORDS: Final = ("consent_given", "consent_withdrawn", "opted_out")
_NO_COLUMNS: Final = ("contact.is_customer", "stage", "days_in_stage")


@dataclass(frozen=True)
class Reads:
    """What is read of the two tables.

    Parameters
    ----------
    fields : set of str
        Fields of contacts by their names in the catalogue, such as ``company.employees``.
    properties : set of (str, str)
        Kinds of interactions, and of each the properties: ``("page_viewed", "path")``. The kind may stand for every
        kind (``any_interaction``).
    amounts : set of (str, str, str or None)
        The amounts that are converted to the policy's currency: kind, property, and the one currency that the filter
        lets through, where it names one.
    scorers : set of str
        The scores of scorer objects, which look at what they like.
    """

    fields: set[str] = field(default_factory=set)
    properties: set[tuple[str, str]] = field(default_factory=set)
    amounts: set[tuple[str, str, str | None]] = field(default_factory=set)
    scorers: set[str] = field(default_factory=set)


def reads_of(policy: PolicyDocument, expressions: Iterable[Node] | None = None) -> Reads:
    """Return what expressions read of the two tables, by themselves and through the scores and grades they name.

    Parameters
    ----------
    policy : PolicyDocument
        Whose names they use.
    expressions : iterable of Node, optional
        The expressions; without them all scores and grades of the policy.
    """
    reader = _Reader(policy)
    scored = (Name(f"score.{name}") for name in policy.score_ranges)
    for node in scored if expressions is None else expressions:
        reader.expression(node)
    return reader.reads


class _Reader:
    def __init__(self, policy: PolicyDocument) -> None:
        self._policy = policy
        self._scores: set[str] = set()
        self.reads = Reads()

    def expression(self, node: Node) -> None:
        for path in names(node):
            self._name(path)
        for question in histories(node):
            self._question(question)

    def _name(self, path: str) -> None:
        owner, _, name = path.partition(".")
        if owner == "score":
            self._score(name)
        elif owner == "grade":
            self._grade(name)
        elif owner == "consent":
            self.reads.fields.add(CONSENTS)
            self.reads.properties.update((kind, name) for kind in _WORDS for name in ("for_channel", "purpose"))
        elif path not in _NO_COLUMNS:
            self.reads.fields.add(DERIVED[path][0] if path in DERIVED else path)
            if path == "contact.roles":
                self.reads.properties.update(_of_interest(self._policy))

    def _score(self, name: str) -> None:
        if name in self._policy.scorers:
            self.reads.scorers.add(name)
            return
        if name in self._scores:
            return
        self._scores.add(name)
        for rule in self._policy.scores[name].rules:
            if rule.when is not None:
                self.expression(rule.when)
            if rule.each is not None:
                self._selection(rule.each)

    def _grade(self, name: str) -> None:
        grade = self._policy.grades[name]
        if isinstance(grade, Grid):
            self._grade(grade.rows)
            self._grade(grade.columns)
        else:
            self._score(grade.score)

    def _question(self, question: History) -> None:
        self._selection(question.selection)
        if question.property is None:
            return
        kind, prop = question.selection.kind, question.property
        self.reads.properties.add((kind, prop))
        if self._policy.catalogue.properties(kind)[prop].unit == MONEY and self._policy.currency is not None:
            where = question.selection.where
            self.reads.amounts.add((kind, prop, None if where is None else named_currency(where)))

    def _selection(self, selection: Selection) -> None:
        if selection.where is not None:
            read = {part.path for part in walk(selection.where) if isinstance(part, Name)} - {"kind"}
            self.reads.properties.update((selection.kind, name) for name in read)


def _of_interest(policy: PolicyDocument) -> Iterator[tuple[str, str]]:
    """Yield the properties that say whether an interaction is a sign of interest."""
    own = {name: spec.written_as or CustomInteraction for name, spec in policy.interactions.items()}
    for kind, cls in {**BUILT_IN, **own}.items():
        if cls.shows_interest and kind not in policy.meaning.quiet:
            yield from ((kind, name) for name in cls.interest_if)
