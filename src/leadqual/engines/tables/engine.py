"""The engine for tables: from a policy and two tables to a table of answers, one row a contact."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

import narwhals as nw

from leadqual.conditions.nodes import Node
from leadqual.engines.tables.answers import SCORE
from leadqual.engines.tables.attached import Given
from leadqual.engines.tables.columns import CONTACT_ID, Frame
from leadqual.engines.tables.consent import Consents
from leadqual.engines.tables.contact import ROLES_NAME, ContactScope
from leadqual.engines.tables.gaps import ROLES
from leadqual.engines.tables.gather import Gathering
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.logic import causes, expression
from leadqual.engines.tables.native import Table
from leadqual.engines.tables.profile import Profile
from leadqual.engines.tables.rows import Rows
from leadqual.engines.tables.scores import Computed, Scores
from leadqual.model.catalogue import ValueType
from leadqual.model.time import DAY
from leadqual.policy.document import PolicyDocument

_STAGE: Final = "lq_stage"
_DAYS: Final = "lq_days"


class TableEngine:
    """A policy over two tables at an instant.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    contacts, interactions : Table
        The tables, both of one library.
    at : datetime
        The instant; interactions after it do not exist.
    given : mapping of str to Given
        The scores of scorer objects, by name.
    standings : Table, optional
        Where the contacts stand at the instant, one row each, for expressions that read it.
    repeated : bool, default False
        Whether the interactions may hold one several times.
    """

    def __init__(
        self,
        policy: PolicyDocument,
        contacts: Table,
        interactions: Table,
        at: datetime,
        given: Mapping[str, Given] | None = None,
        *,
        standings: Table | None = None,
        repeated: bool = False,
    ) -> None:
        self._standings = standings
        self._policy, self._contacts, self._given = policy, contacts, given or {}
        self._keys = keys = Keys(contacts)
        self._gathering = Gathering(Rows(policy, interactions, at, keys, repeated=repeated))
        self._profile = Profile(policy, contacts, self._gathering)
        consents = Consents(contacts, keys, self._gathering)
        self._scope = ContactScope(
            policy, contacts.engine, self._gathering, self._profile, consents, self._worked_out, self._in_funnel
        )
        self._scores = Scores(policy, self._scope, self._gathering, contacts.dialect, self._outside)

    def scored(self, scores: Iterable[str] | None = None, *, ledger: bool = False, missing: bool = False) -> Any:
        """Return scores and grades in a table of the kind that came; with `ledger` and `missing` what led to them.

        Parameters
        ----------
        scores : iterable of str, optional
            These scores alone, without grades; all scores and grades by default.
        """
        names = [f"score.{name}" for name in (self._policy.score_ranges if scores is None else scores)]
        made = {name: self._scores.computed(name) for name in names}
        columns = {name: one.value for name, one in made.items()}
        if scores is None:
            columns |= {f"grade.{name}": self._scores.computed(f"grade.{name}").value for name in self._policy.grades}
        if ledger:
            columns |= {line: column for one in made.values() for line, column in one.lines.items()}
            self._scores.steps.append(
                {name: nw.col(name).fill_null(0.0) for one in made.values() for name in sorted(one.absent)}
            )
        if missing:
            self._scores.steps.append({"lq_missing": self._missing()})
            columns["missing"] = "lq_missing"
        return self._result(columns)

    def one_score(self, name: str) -> Any:
        """Return a score with its ledger as scorers do: ``contact_id``, ``score``, and a column a line."""
        made, prefix = self._scores.computed(f"score.{name}"), f"score.{name}."
        self._scores.steps.append({column: nw.col(column).fill_null(0.0) for column in sorted(made.absent)})
        lines = {line.removeprefix(prefix): column for line, column in made.lines.items()}
        return self._result({SCORE: made.value, **lines})

    def evaluated(self, expressions: Mapping[str, tuple[Node, ValueType]]) -> Any:
        """Return the values of expressions, a column each, in a table of the kind that came."""
        columns = {name: f"lq_e{number}" for number, name in enumerate(expressions)}
        self._scores.steps.append({columns[name]: self._value(node) for name, (node, _) in expressions.items()})
        return self._result(
            columns, [columns[name] for name, (_, kind) in expressions.items() if kind is ValueType.INSTANT]
        )

    def _value(self, node: Node) -> nw.Expr:
        if node == ROLES_NAME:
            raise ROLES.refusal(self._contacts.engine, str(node))
        return expression(node, self._scope)

    def _worked_out(self, name: str) -> nw.Expr:
        return nw.col(self._scores.computed(name).value)

    def _in_funnel(self, path: str) -> nw.Expr:
        self._gathering.add_of_contacts("standing", self._stood)
        return nw.col(_STAGE if path == "stage" else _DAYS)

    def _stood(self) -> Frame:
        """Return where each contact stands, and for how many days, under its key."""
        assert self._standings is not None  # whoever asks for it has to give it
        entered = self._standings.dialect.micros(nw.col("entered_at"))
        days = (nw.lit(self._gathering.rows.now, dtype=nw.Int64()) - entered) / DAY
        known = nw.col(CONTACT_ID).alias(CONTACT), nw.col("stage").alias(_STAGE), days.alias(_DAYS)
        return self._keys.of_rows(self._standings.frame.select(*known))

    def _outside(self, name: str) -> Computed:
        one = self._given[name]
        self._gathering.add_of_contacts(("given", name), lambda: one.keyed(self._keys))
        return Computed(one.value, one.lines)

    def _missing(self) -> nw.Expr:
        """Return the names that left a rule unknown, as one text with ``; `` between them."""
        found: dict[str, list[nw.Expr]] = {}
        for score in self._policy.scores.values():
            for rule in score.rules:
                for name, where in () if rule.when is None else causes(rule.when, self._scope):
                    found.setdefault(name, []).append(where)
        if not found:
            return nw.lit("")
        said = [nw.when(reduce(or_, where)).then(nw.lit(name)) for name, where in found.items()]
        return nw.concat_str(said, separator="; ", ignore_nulls=True)

    def _result(self, columns: Mapping[str, str], instants: Collection[str] = ()) -> Any:
        kept = self._contacts.frame.select(CONTACT_ID, self._keys.of_contacts, *self._profile.columns())
        frame = self._gathering.join(kept)
        for step in self._scores.steps:
            if step:
                frame = frame.with_columns(value.alias(name) for name, value in step.items())
        if self._contacts.ordered:
            frame = frame.sort(CONTACT)
        inside = self._contacts.dialect.instants(frame.select(CONTACT_ID, *columns.values()), instants)
        return self._contacts.close(inside, [CONTACT_ID, *columns])
