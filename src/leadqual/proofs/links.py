"""What operands have to do with each other: windows in longer windows, customers and purchases, parts of an e-mail.

Two cells are held against each other; "they may come together" is the answer where nothing is known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from leadqual.conditions.nodes import ANY_INTERACTION, History, Name, Node
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.mailboxes import PERSONAL_MAIL, mail_domain
from leadqual.proofs.cells import Cell
from leadqual.proofs.ranges import Range
from leadqual.proofs.scope import Scope, days
from leadqual.proofs.selections import covers
from leadqual.proofs.texts import Probe
from leadqual.proofs.variables import Variable

_OF_PROPERTY = ("min", "max", "first", "last")
_EMAIL = "contact.email"


def links_between(one: Variable, other: Variable, scope: Scope) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return for each cell of either variable the cells of the other that it allows; None if it allows all."""
    if not _are_related(one.operand, other.operand, scope):
        return None
    forth = tuple(
        sum(1 << j for j in range(len(other.cells)) if _may_meet(one, i, other, j, scope))
        for i in range(len(one.cells))
    )
    if all(bits == other.all for bits in forth):
        return None
    back = tuple(sum(1 << i for i in range(len(one.cells)) if forth[i] >> j & 1) for j in range(len(other.cells)))
    return forth, back


def _are_related(one: Node, other: Node, scope: Scope) -> bool:
    if isinstance(one, History) and isinstance(other, History):
        here, there = one.selection, other.selection
        return covers(here, there, scope) or covers(there, here, scope)
    if scope.kind is not None:
        return False
    names = [node.path for node in (one, other) if isinstance(node, Name)]
    if len(names) == 2:
        return all(name in _FAMILIES for name in names) and len({_FAMILIES[name] for name in names}) == 1
    return names[0] in _OF_THE_HISTORY


_FAMILIES = {
    "contact.email": "mail", "contact.email_domain": "mail", "contact.email_is_personal": "mail",
    "contact.roles": "roles", "contact.is_customer": "roles",
    "stage": "stage", "days_in_stage": "stage",
}  # fmt: skip
_OF_THE_HISTORY = ("contact.roles", "contact.is_customer", "days_in_stage")


def _may_meet(one: Variable, i: int, other: Variable, j: int, scope: Scope) -> bool:
    a, b, mine, theirs = one.operand, other.operand, one.ranges[i], other.ranges[j]
    if isinstance(a, History) and isinstance(b, History):
        return _may_follow(a, mine, b, theirs, scope) and _may_follow(b, theirs, a, mine, scope)
    if isinstance(a, History):
        return _suits(b, other.cells[j], a, mine, scope)
    if isinstance(b, History):
        return _suits(a, one.cells[i], b, theirs, scope)
    cells = {str(a): one.cells[i], str(b): other.cells[j]}
    if "stage" in cells:
        initial = cells["stage"].value == scope.policy.initial_stage
        return initial or cells["days_in_stage"].value is not None
    if "contact.roles" in cells:
        said = dict(cells["contact.roles"].claims).get(Probe("has", "customer"))
        return said is None or said is cells["contact.is_customer"].value
    return _mail_agrees(cells)


# What one question to the history says of another.


def _may_follow(part: History, mine: Range, whole: History, theirs: Range, scope: Scope) -> bool:
    """Return whether two answers may come together, as far as what the first is about is part of the second's."""
    if not covers(whole.selection, part.selection, scope):
        return True
    if _is_longer(whole, part) and not _fits_inside(part, mine, whole, theirs):
        return False
    return _ages_agree(part, mine, whole, theirs)


def _is_longer(whole: History, part: History) -> bool:
    return days(whole) >= days(part)


def _fits_inside(part: History, mine: Range, whole: History, theirs: Range) -> bool:
    """Return whether answers agree where every interaction of the one question is one of the other."""
    if _least(part, mine) > _most(whole, theirs):
        return False
    functions = (part.function, whole.function)
    if functions == ("days_since", "days_since"):
        return not mine.present or (theirs.present and theirs.low <= mine.high)
    if part.property != whole.property or not set(functions) <= set(_OF_PROPERTY):
        return True
    if mine.present and not mine.missing and not theirs.present:
        return False
    if not (mine.present and theirs.present):
        return True
    if whole.function == "min":
        return mine.high >= theirs.low
    if whole.function == "max":
        return mine.low <= theirs.high
    return True


def _ages_agree(part: History, mine: Range, whole: History, theirs: Range) -> bool:
    """Return whether answers agree on when the latest interaction was."""
    window = days(part)
    if whole.function == "days_since" and _least(part, mine) >= 1 and days(whole) >= window:
        return theirs.present and (theirs.low < window or math.isinf(window))
    if part.function == "days_since" and mine.present and _most(whole, theirs) == 0:
        return mine.high >= days(whole)
    same = part.function == whole.function == "days_since" and part.selection == whole.selection
    if same and days(part) <= days(whole) and theirs.present:
        if mine.present:
            return mine.low <= theirs.high and theirs.low <= mine.high
        return theirs.high >= days(part)
    return True


def _least(question: History, answer: Range) -> float:
    """Return how many interactions there are at least, given an answer."""
    match question.function:
        case "count":
            return answer.low
        case "sum":
            return 0 if answer.low <= 0 <= answer.high else 1
        case _:
            return 0 if answer.missing else 1


def _most(question: History, answer: Range) -> float:
    """Return how many interactions there are at most, given an answer."""
    match question.function:
        case "count":
            return answer.high
        case "days_since":
            return 0 if not answer.present else math.inf
        case _:
            return math.inf


# What a question to the history says of a name.


def _suits(name: Node, cell: Cell, question: History, answer: Range, scope: Scope) -> bool:
    least, most, kind = _least(question, answer), _most(question, answer), question.selection.kind
    everything = question.within is None and question.selection.where is None
    if str(name) == "days_in_stage":
        return cell.value is not None or least == 0
    meaning = scope.policy.meaning
    bought, interested = _said_of_roles(name, cell)
    if bought is False and least >= 1 and kind in meaning.purchases:
        return False
    if interested is False and least >= 1 and _shows_interest(kind) and kind not in meaning.quiet:
        return False
    if most > 0 or not everything:
        return True
    if bought and (kind == ANY_INTERACTION or meaning.purchases == {kind}):
        return False
    return not (interested and kind == ANY_INTERACTION)


def _said_of_roles(name: Node, cell: Cell) -> tuple[bool | None, bool | None]:
    """Return whether a cell says that something was bought, and that an interest was shown."""
    if str(name) == "contact.is_customer":
        return cell.value, None
    said = dict(cell.claims)
    return said.get(Probe("has", "customer")), said.get(Probe("has", "lead"))


def _shows_interest(kind: str) -> bool:
    cls = BUILT_IN.get(kind)
    return cls is not None and cls.shows_interest and not cls.interest_if


# The parts of an e-mail address.


def _mail_agrees(cells: dict[str, Cell]) -> bool:
    missing = {cell.value is None for cell in cells.values()}
    if len(missing) == 2:
        return False
    if missing == {True}:
        return True
    email, domain = cells.get(_EMAIL), cells.get("contact.email_domain")
    personal = cells.get("contact.email_is_personal")
    known = mail_domain(email.value) if email is not None and email.is_point else None
    if domain is not None and domain.is_point:
        if known is not None and known != domain.value:
            return False
        known = domain.value
    elif domain is not None and known is not None and not domain.holds(known):
        return False
    return known is None or personal is None or personal.value is (known in PERSONAL_MAIL)


def neighbours(
    variables: Sequence[Variable], scope: Scope, first: int | None = None
) -> dict[int, list[tuple[int, tuple[int, ...]]]]:
    """Return for each variable the others that it constrains, with what each of its cells allows them.

    Parameters
    ----------
    first : int, optional
        How many of the variables are held against all; the others are not held against each other.
    """
    found: dict[int, list[tuple[int, tuple[int, ...]]]] = {index: [] for index in range(len(variables))}
    for i, one in enumerate(variables):
        for j in range(i if first is None else min(i, first)):
            tables = links_between(one, variables[j], scope)
            if tables is not None:
                found[i].append((j, tables[0]))
                found[j].append((i, tables[1]))
    return found
