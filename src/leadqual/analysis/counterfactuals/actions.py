"""What could be learned of a contact, or happen with it, as far as the funnel can tell the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, Final, TypeAlias

from leadqual.analysis.counterfactuals.reads import Reads
from leadqual.conditions.nodes import ANY_INTERACTION, History, Node, Selection
from leadqual.conditions.walk import names
from leadqual.errors import LeadqualError
from leadqual.model.catalogue import Field, ValueType
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.profile import DERIVED, UNCHANGEABLE
from leadqual.policy.document import PolicyDocument
from leadqual.proofs.cells import Cell, cells_of, first_others, number_cells, parts_are_covered
from leadqual.proofs.constants import constants_of
from leadqual.proofs.making import currency_of, has_amount, made, required_of

_MOST_FORMS: Final = 600
_PERSONAL, _BUSINESS = "someone@gmail.com", "someone@company.example"


@dataclass(frozen=True, slots=True)
class Learn:
    """A field becomes known, or another.

    Parameters
    ----------
    field : str
        Its full name, such as ``company.employees``.
    cell : Cell
        Which value, with what is as good.
    """

    field: str
    cell: Cell


@dataclass(frozen=True)
class Happen:
    """An interaction happens.

    Parameters
    ----------
    kind : str
        What happens.
    properties : tuple of str and object
        The properties that matter.
    required : tuple of str and object
        What the kind cannot be without, though it does not matter.
    """

    kind: str
    properties: tuple[tuple[str, Any], ...] = ()
    required: tuple[tuple[str, Any], ...] = field(default=(), compare=False)


Action: TypeAlias = Learn | Happen


def learnable(policy: PolicyDocument, reads: Reads) -> list[str]:
    """Return the fields of the profile that matter and that an update can set."""
    read = [DERIVED[name][0] if name in DERIVED else name for name in reads.names]
    fields = [name for name in read if name.startswith(("contact.", "company.")) and name not in UNCHANGEABLE]
    return [name for name in dict.fromkeys(fields) if name in policy.catalogue.fields]


def field_cells(policy: PolicyDocument, name: str, reads: Reads) -> tuple[list[Cell], bool]:
    """Return the values of a field that the conditions tell apart, and whether these are all."""
    entry = policy.catalogue.fields[name]
    constants = constants_of(name, reads.conditions)

    def is_valid(value: Any) -> bool:
        return _fits(policy, name, entry, value)

    cells = first_others(cells_of(entry, constants, is_valid))
    if name == "contact.email":
        domains = [str(value) for value in constants_of("contact.email_domain", reads.conditions).values]
        emails = [*(f"someone@{domain}" for domain in domains), _PERSONAL, _BUSINESS]
        held = {cell.value for cell in cells}
        cells += [Cell(email) for email in dict.fromkeys(emails) if email not in held and is_valid(email)]
    exact = constants.direct and parts_are_covered(constants) and entry.type is not ValueType.INSTANT
    return cells, exact


def _fits(policy: PolicyDocument, name: str, entry: Field, value: Any) -> bool:
    owner, _, attribute = name.partition(".")
    model: type[Contact] | type[Company] = Contact if owner == "contact" else Company
    try:
        entry.checked(value)
        if attribute in model.model_fields and attribute not in policy.fields:
            # What an update holds is typed by name only; a contact could not have been made with every such value.
            model.model_validate({**({"id": "x"} if owner == "contact" else {}), attribute: value})
    except LeadqualError:
        return False
    return True


class Kinds:
    """The interactions that could happen, in every form that a rule or a condition tells apart.

    Parameters
    ----------
    policy : PolicyDocument
        Whose kinds they are.
    reads : Reads
        What matters.
    answers : mapping of str to object
        What the questions to the history are answered now, by their text.
    """

    def __init__(self, policy: PolicyDocument, reads: Reads, answers: Mapping[str, Any]) -> None:
        self._policy = policy
        self._reads = reads
        self._answers = answers
        self.exact = True
        self.selections: list[Selection] = [
            *(one for _, rule in reads.rules if (one := rule.each) is not None),
            *(question.selection for question in reads.questions),
        ]

    def forms(self, kind: str) -> Iterator[Happen]:
        """Yield the forms of a kind, the plainest first; only those that can be made."""
        values = self._values(kind)
        if prod(len(options) for options in values.values()) > _MOST_FORMS:
            self.exact = False
            values = {name: options[:4] for name, options in values.items()}
        required = required_of(self._policy, kind)
        seen: set[Happen] = set()
        forms = [dict(zip(values, form, strict=True)) for form in product(*values.values())][:_MOST_FORMS]
        for form in sorted(forms, key=lambda form: sum(value is not None for value in form.values())):
            given = {name: value for name, value in form.items() if value is not None}
            needed = {name: value for name, value in required.items() if name not in given}
            if has_amount(self._policy, kind, given) and "currency" not in given:
                needed["currency"] = currency_of(self._policy)
            made = Happen(kind, tuple(given.items()), tuple(needed.items()))
            if made not in seen and self._can_be_made(made):
                seen.add(made)
                yield made

    def make(self, action: Happen, id_: str, instant: int) -> Interaction:
        """Return an interaction at an instant."""
        return made(self._policy, action.kind, id_, instant, {**dict(action.required), **dict(action.properties)})

    def _can_be_made(self, action: Happen) -> bool:
        try:
            self.make(action, "new", 0)
        except LeadqualError:
            return False
        return True

    def _values(self, kind: str) -> dict[str, list[Any]]:
        """Return the values of each property that matters; None, first, where it need not be given."""
        entries = self._policy.catalogue.properties(kind)
        chosen = [one for one in self.selections if one.kind in (kind, ANY_INTERACTION)]
        filters: list[Node] = [one.where for one in chosen if one.where is not None]
        read = dict.fromkeys(name for where in filters for name in names(where) if name != "kind")
        sums = [q for q in self._reads.questions if q.selection.kind in (kind, ANY_INTERACTION) and q.property]
        found: dict[str, list[Any]] = {}
        for name in dict.fromkeys([*read, *(str(question.property) for question in sums)]):
            if name not in entries:
                continue
            constants = constants_of(name, filters)
            if entries[name].type is not ValueType.BOOLEAN:
                self.exact = self.exact and constants.direct and parts_are_covered(constants)
            cells = first_others(cells_of(entries[name], constants, lambda _: True)) if name in read else []
            values = [cell.value for cell in cells]
            for question in sums:
                if question.property == name:
                    values += self._amounts(question, entries[name])
            found[name] = [None, *dict.fromkeys(values)]
        channels = [name.partition(".")[2] for name in self._reads.names if name.startswith("consent.")]
        if channels and "for_channel" in entries:
            found["for_channel"] = [None, *channels]
        return found

    def _amounts(self, question: History, entry: Field) -> list[Any]:
        """Return the values of a property that bring what is asked about it to a constant, and beside it."""
        constants = constants_of(str(question), self._reads.conditions)
        if entry.type is not ValueType.NUMBER:
            self.exact = self.exact and constants.direct and parts_are_covered(constants)
            cells = first_others(cells_of(entry, constants, lambda _: True))
            return [cell.value for cell in cells]
        self.exact = False  # several amounts may come to a sum in ways without end
        numbers = [value for value in constants.values if isinstance(value, int | float)]
        known = self._answers.get(str(question))
        if question.function == "sum" and isinstance(known, int | float):
            numbers += [value - known for value in numbers]
        return [cell.value for cell in number_cells(numbers)]
