"""Two tables of any kind, opened and looked at as far as the caller wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from leadqual._suggest import did_you_mean
from leadqual.conditions.nodes import Node
from leadqual.engines.tables.attached import Given
from leadqual.engines.tables.checks.columns import check_columns
from leadqual.engines.tables.checks.reads import Reads, reads_of
from leadqual.engines.tables.checks.rows import check_rows
from leadqual.engines.tables.columns import OF_INTERACTIONS
from leadqual.engines.tables.engine import TableEngine
from leadqual.engines.tables.native import Table, open_table, unlike
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import aware

Check = Literal["all", "columns", "trusted"]
_CHECKS: Final = get_args(Check)


@dataclass(frozen=True)
class Tables:
    """The two tables, checked.

    Parameters
    ----------
    contacts, interactions : Table
        The tables.
    reads : Reads
        What is read of them.
    repeated : bool
        Whether the interactions may hold one several times.
    """

    contacts: Table
    interactions: Table
    reads: Reads
    repeated: bool

    def engine(
        self, policy: Policy, at: datetime, given: Mapping[str, Given], standings: Table | None = None
    ) -> TableEngine:
        """Return the engine that answers from these tables; `standings` say where the contacts stand."""
        return TableEngine(
            policy, self.contacts, self.interactions, at, given, standings=standings, repeated=self.repeated
        )


def opened(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    at: datetime,
    *,
    check: Check | None,
    expressions: Iterable[Node] | None = None,
    instant: str = "at",
) -> Tables:
    """Return two tables, after what `check` asks for has been looked at; `instant` is what errors call `at`.

    Raises
    ------
    InputError
        With everything that is wrong with the arguments, or with the tables.
    """
    check_arguments(policy, at, check, instant)
    reads = reads_of(policy, expressions)
    people, events = both_tables(contacts, interactions)
    check_columns(policy, people.schema, events.schema, engine=people.engine, reads=reads)
    wanted = check or ("columns" if people.lazy or events.lazy else "all")
    repeated = check_rows(policy, people, events, reads).repeated if wanted == "all" else wanted == "columns"
    return Tables(people, events, reads, repeated)


def both_tables(contacts: Any, interactions: Any) -> tuple[Table, Table]:
    """Return both tables; raise `InputError` with what is wrong with either, or with the two together."""
    tables: list[Table] = []
    problems: list[Problem] = []
    for native, source in ((contacts, "contacts"), (interactions, "interactions")):
        try:
            tables.append(open_table(native, source))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    people, events = tables
    for problem in (_swapped(people, events), unlike(people, events)):
        if problem is not None:
            raise InputError(problem)
    return people, events


def _swapped(people: Table, events: Table) -> Problem | None:
    """Return the problem of tables of which each stands in the other's place."""
    if not set(OF_INTERACTIONS) <= people.schema.keys() or set(OF_INTERACTIONS[1:]) & events.schema.keys():
        return None
    message, hint = "the two tables stand in each other's place", "the contacts come first, then the interactions"
    return Problem("swapped-tables", message, Place("contacts"), f"the columns {', '.join(OF_INTERACTIONS)}", hint=hint)


def check_arguments(policy: Any, at: Any, check: Any = None, instant: str = "at") -> None:
    """Raise `InputError` with everything that is wrong with what is no table."""
    problems: list[Problem] = []
    if not isinstance(policy, Policy):
        hint = "leadqual.Policy.load(path), or one that ships: leadqual.policies.sales()"
        problems.append(Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a Policy", hint))
    try:
        aware(at, instant)
    except LeadqualError as error:
        problems += error.problems
    if check is not None and check not in _CHECKS:
        expected, meant = f"one of: {', '.join(_CHECKS)}", did_you_mean(str(check), _CHECKS)
        problems.append(
            Problem("bad-argument", "there is no such check", Place("check"), shown(check), expected, meant)
        )
    if problems:
        raise InputError(problems)
