"""The interactions that exist at an instant, as rows: their properties, which are chosen, how old they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import narwhals as nw

from leadqual.conditions.nodes import ANY_INTERACTION, History, Literal, Node, Selection
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, KIND, OCCURRED_AT, Frame
from leadqual.engines.tables.demand import Demand
from leadqual.engines.tables.gaps import MEMBER
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.logic import expression
from leadqual.engines.tables.native import Table
from leadqual.model.catalogue import MONEY, Field
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.time import aware, micros
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Rule

ID: Final = "lq_id"
TIME: Final = "lq_time"
"""UTC microseconds since 1970-01-01T00:00Z."""
AGE: Final = "lq_age"
"""Microseconds from the interaction to the instant; never negative."""
EVERY: Final = "lq_every"
"""True in every row."""

_LN_2: Final = 0.6931471805599453


class Rows:
    """The rows of interactions that a policy's questions are put to.

    Columns are named when somebody asks for them, and made once, whoever else asks.

    Parameters
    ----------
    policy : PolicyDocument
        Whose kinds and properties they have.
    table : Table
        The interactions as they came.
    at : datetime
        The instant; later interactions do not exist.
    keys : Keys
        Under which key the rows of a contact are brought together.
    repeated : bool
        Whether the table may give an interaction several times: it counts once.
    """

    def __init__(self, policy: PolicyDocument, table: Table, at: datetime, keys: Keys, *, repeated: bool) -> None:
        self._policy, self._table, self._at, self._keys, self._repeated = policy, table, aware(at), keys, repeated
        self._properties: dict[str, nw.Expr] = {}
        self._names: dict[Any, str] = {}
        self._chosen: dict[Selection, tuple[str, nw.Expr]] = {}
        self._demand = Demand(policy.catalogue.kinds)

    @property
    def now(self) -> int:
        """The instant, in UTC microseconds since 1970-01-01T00:00Z."""
        return micros(self._at)

    @property
    def table(self) -> Table:
        """The interactions as they came."""
        return self._table

    def has(self, column: str) -> bool:
        """Return whether the table has a column."""
        return column in self._table.schema

    def typed(self, column: str, entry: Field) -> nw.Expr:
        """Return a column of the table under a name of its own, as the engine computes with it."""
        return self._named((column, entry.type), self._table.dialect.typed(column, entry, self._table.schema))

    def property(self, kind: str, name: str) -> nw.Expr:
        """Return a property of a kind, with the default of its class where it is missing."""
        value, default = self.typed(name, self._policy.catalogue.properties(kind)[name]), _default(kind, name)
        return value if default is None else value.fill_null(default)

    def amount(self, kind: str, name: str) -> nw.Expr:
        """Return a property of a kind; an amount of money in the policy's currency, where the policy has one."""
        entry, value = self._policy.catalogue.properties(kind)[name], self.property(kind, name)
        is_converted = entry.unit == MONEY and self._policy.currency is not None
        return self._converted(kind, value) if is_converted else value

    def need(self, selection: Selection, within: int | None) -> None:
        """Keep the interactions that a selection means and that are younger than `within` microseconds."""
        self._demand.add(selection, within)

    def chosen(self, selection: Selection) -> nw.Expr:
        """Return which rows a selection means; null where its filter is unknown."""
        of_kind = nw.col(EVERY) if selection.kind == ANY_INTERACTION else nw.col(KIND) == selection.kind
        if selection.where is None:
            return of_kind
        if selection not in self._chosen:
            where = expression(selection.where, _Filter(self, selection.kind))
            self._chosen[selection] = (f"lq_c{len(self._chosen)}", of_kind & where)
        return nw.col(self._chosen[selection][0])

    def frame(self, kind: str | None = None) -> Frame:
        """Return the rows up to the instant that some question is about, with every column that was asked for.

        Parameters
        ----------
        kind : str, optional
            All rows of this kind instead, and no others: those of one kind are few, and cheap to find.
        """
        table = self._table
        age = nw.lit(self.now, dtype=nw.Int64()) - nw.col(TIME)
        rows = self._recent() if kind is None else self._seen().filter(nw.col(KIND) == kind)
        rows = rows.select(
            nw.col(CONTACT_ID).alias(CONTACT),
            nw.col(INTERACTION_ID).alias(ID),
            KIND,
            table.dialect.micros(nw.col(OCCURRED_AT)).alias(TIME),
            *(value.alias(name) for name, value in self._properties.items()),
        )
        rows, met = (
            table.dialect.coded(rows, KIND, sorted(self._policy.catalogue.kinds)),
            self._demand.met(age),
        )
        if met is not None and kind is None:
            rows = rows.filter(met)
        rows = rows.with_columns(age.alias(AGE), (~nw.col(KIND).is_null()).alias(EVERY))
        if self._chosen:  # before rows are moved: afterwards nobody needs the texts that filters read
            rows = rows.with_columns(chosen.alias(name) for name, chosen in self._chosen.values())
        rows = self._keys.of_rows(rows)
        # Rows of one id hold the same: two that differ are refused where rows are checked.
        return rows.unique(subset=[CONTACT, ID], keep="any") if self._repeated else rows

    def _recent(self) -> Frame:
        """Return the rows up to the instant, and no further back than any window: files can be passed over unread."""
        within = self._demand.within
        if within is None:
            return self._seen()
        since = self._table.local(OCCURRED_AT, self._at - timedelta(microseconds=within))
        return self._seen().filter(nw.col(OCCURRED_AT) > since)

    def _seen(self) -> Frame:
        return self._table.frame.filter(nw.col(OCCURRED_AT) <= self._table.local(OCCURRED_AT, self._at))

    def _named(self, key: Any, value: nw.Expr) -> nw.Expr:
        if key not in self._names:
            self._names[key] = f"lq_p{len(self._names)}"
            self._properties[self._names[key]] = value
        return nw.col(self._names[key])

    def _converted(self, kind: str, amount: nw.Expr) -> nw.Expr:
        assert self._policy.currency is not None
        currency = self.typed("currency", self._policy.catalogue.properties(kind)["currency"])
        rates = {self._policy.currency.code: 1.0, **self._policy.currency.rates}
        converted = nw.lit(None, dtype=nw.Float64())
        for code, rate in rates.items():
            converted = nw.when(currency == code).then(amount * rate).otherwise(converted)
        return converted


class _Filter:
    """The scope of a filter: the properties of one row."""

    def __init__(self, rows: Rows, kind: str) -> None:
        self._rows, self._kind = rows, kind

    def name(self, path: str) -> nw.Expr:
        return self._rows.property(self._kind, path)

    def history(self, question: History) -> nw.Expr:
        raise AssertionError(f"the check of types refuses {question} inside a filter")

    def member(self, item: Node, container: Node) -> nw.Expr:
        if not isinstance(item, Literal):
            raise MEMBER.refusal(self._rows.table.engine, f"{item} in {container}")
        return expression(container, self).list.contains(item.value)


def decay(rule: Rule) -> tuple[Any, nw.Expr] | None:
    """Return the share of a rule's points that is left at the age of each row, with a key; None if all is left."""
    age = nw.col(AGE)
    if rule.half_life is not None:
        return ("half_life", rule.half_life.micros), (age * (-_LN_2 / rule.half_life.micros)).exp()
    if rule.linear is not None:
        left = 1.0 - age / float(rule.linear.micros)
        return ("linear", rule.linear.micros), nw.when(left > 0.0).then(left).otherwise(0.0)
    if rule.step is not None:
        periods = (age // rule.step.every.micros).cast(nw.Float64())
        return ("step", rule.step.every.micros, rule.step.lose), nw.lit(1.0 - rule.step.lose) ** periods
    return None


def _default(kind: str, name: str) -> Any:
    """Return what the class of a built-in kind puts in place of a missing property."""
    cls = BUILT_IN.get(kind)
    info = None if cls is None else cls.own_properties().get(name)
    default = None if info is None or info.is_required() else info.default
    return str(default) if isinstance(default, str) else default
