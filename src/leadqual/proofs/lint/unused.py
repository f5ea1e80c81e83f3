"""What is declared and never read."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.conditions.nodes import ANY_INTERACTION, Compare, History, In, Items, Literal, Name, Node, Selection
from leadqual.conditions.walk import names, walk
from leadqual.errors import Place, path_text
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Bands, Grid
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look

_ORDERS_LEADS = ("temperature",)
"""Grades that leadqual itself reads."""


def of_names(look: Look) -> Iterator[Finding]:
    """Yield the fields, kinds, scores and grades that nothing reads and that say nothing of what they are for."""
    policy = look.policy
    read = {name for node in conditions(policy) for name in names(node)}
    for name, spec in policy.fields.items():
        if f"{spec.on}.{name}" not in read:
            yield _unused("field", name, ("fields", name), "read it in a rule, or take it out")
    kinds = kinds_read(policy)
    for name, kind in policy.interactions.items():
        if name not in kinds and kind.shows_interest and not kind.transaction:
            yield _unused("kind of interaction", name, ("interactions", name), "read it in a rule, or take it out")
    if policy.transitions:
        yield from _outcomes(policy, read)


def _outcomes(policy: PolicyDocument, read: set[str]) -> Iterator[Finding]:
    """Yield the scores and grades that no transition comes to read; a description says what people read them for."""
    graded = {f"score.{grade.score}" for grade in policy.grades.values() if isinstance(grade, Bands)}
    grids = [grade for grade in policy.grades.values() if isinstance(grade, Grid)]
    sides = {side for grid in grids for side in (grid.rows, grid.columns)}
    hint = "read it in a transition, or say in its description what people read it for"
    meant = {name: score.description for name, score in policy.scores.items()}
    meant |= {name: scorer.description for name, scorer in policy.scorers.items()}
    for name, description in meant.items():
        if f"score.{name}" not in read | graded and description is None:
            yield _unused("score", name, ("scores" if name in policy.scores else "scorers", name), hint)
    for name, grade in policy.grades.items():
        if f"grade.{name}" not in read and name not in {*sides, *_ORDERS_LEADS} and grade.description is None:
            yield _unused("grade", name, ("grades", name), hint)


def _unused(what: str, name: str, path: tuple[str, ...], hint: str) -> Finding:
    proof = "it stands in no condition, no filter and no transition"
    return Finding("never-used", f"nothing reads the {what} {name!r}", Place(path=path_text(path)), proof, hint=hint)


def conditions(policy: PolicyDocument) -> Iterator[Node]:
    """Yield every condition of a policy: of rules and of transitions."""
    yield from (rule.when for score in policy.scores.values() for rule in score.rules if rule.when is not None)
    yield from (way.when for way in policy.transitions if way.when is not None)


def selections(policy: PolicyDocument) -> Iterator[Selection]:
    """Yield every choice of interactions that a policy makes."""
    yield from (rule.each for score in policy.scores.values() for rule in score.rules if rule.each is not None)
    for node in conditions(policy):
        yield from (part.selection for part in walk(node) if isinstance(part, History))


def kinds_read(policy: PolicyDocument) -> set[str]:
    """Return the kinds of interactions that a policy reads: by name, or with all others."""
    events = {way.event for way in policy.transitions if way.event is not None}
    return events.union(*(_kinds(one, policy) for one in selections(policy)), policy.meaning.purchases)


def _kinds(one: Selection, policy: PolicyDocument) -> set[str]:
    if one.kind != ANY_INTERACTION:
        return {one.kind}
    named = set() if one.where is None else set(_named(one.where))
    return named or set(policy.catalogue.kinds)


def _named(where: Node) -> Iterator[str]:
    """Yield the kinds that a filter names."""
    for part in walk(where):
        match part:
            case In(Name("kind"), Items(values), False):
                yield from (str(value.value) for value in values)
            case Compare(Name("kind"), (("==", Literal(value)),)):
                yield str(value)
