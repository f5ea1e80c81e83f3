"""What a policy asks of the interactions, gathered to one row a contact: each question once, however often asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Final, Literal, cast

import narwhals as nw

from leadqual.conditions.nodes import ANY_INTERACTION, History, Selection
from leadqual.engines.tables.columns import Frame
from leadqual.engines.tables.dialect import VALUE, Dialect
from leadqual.engines.tables.keys import CONTACT
from leadqual.engines.tables.limits import counted, marked
from leadqual.engines.tables.rows import AGE, ID, TIME, Rows, decay
from leadqual.model.time import DAY, Duration
from leadqual.policy.fields import AtMost
from leadqual.policy.rules import Rule

_PART: Final = "lq_part"
"""Which limit let a row through; missing in the rows that no limit has looked at."""


class Gathering:
    """The questions of a policy, and the one row a contact that answers them.

    Nearly all are aggregates of one grouping of all rows. What a limit (``at_most``) lets through is marked: in SQL by
    a column of the rows, in Polars by adding those rows once more, since it is slow in small windows. What looks for
    one row in an order (the latest value of a field) is a table that is joined; on a cluster it is an aggregate too.

    Parameters
    ----------
    rows : Rows
        The interactions.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._asked: dict[Hashable, tuple[str, nw.Expr]] = {}
        self._decays: dict[Hashable, tuple[str, nw.Expr]] = {}
        self._limits: dict[tuple[Selection, AtMost], tuple[int, nw.Expr]] = {}
        self._tables: dict[Hashable, tuple[Callable[[Frame], Frame], str | None]] = {}
        self._of_contacts: dict[Hashable, Callable[[], Frame]] = {}
        self._names: dict[History, str] = {}
        self._worked: defaultdict[int, dict[str, nw.Expr]] = defaultdict(dict)

    def answer(self, question: History) -> nw.Expr:
        """Return the column of the answers to a question, for the frame that `join` gives."""
        if question.function in ("first", "last"):
            return self._picked(question)
        chosen = self._chosen(question.selection, question.within)
        match question.function:
            case "count":
                return self.count((question.selection, question.within), chosen)
            case "days_since":
                latest = self.latest((question.selection, question.within), chosen)
                return (nw.lit(self.rows.now, dtype=nw.Int64()) - latest) / float(DAY)
            case _:
                return self._aggregated(question, chosen)

    def count(self, key: Hashable, chosen: nw.Expr) -> nw.Expr:
        """Return how many of each contact's rows are chosen; `key` says what is asked."""
        return self._ask(("count", key), lambda: self._dialect.number(chosen)).fill_null(0.0)

    def latest_of(self, selection: Selection) -> nw.Expr:
        """Return when the last interaction of a selection happened, in microseconds; null if there is none."""
        return self.latest((selection, None), self._chosen(selection, None))

    def latest(self, key: Hashable, chosen: nw.Expr) -> nw.Expr:
        """Return when the last of the chosen rows happened, in microseconds; null if there is none."""
        return self._ask(("latest", key), lambda: self._dialect.largest(nw.col(TIME), chosen))

    def shares(self, rule: Rule) -> nw.Expr:
        """Return the sum of the shares of a rule's points that are left at the instant."""
        assert rule.each is not None  # only rules about interactions come here
        key: Hashable = (rule.each, rule.at_most, rule.within)
        if rule.at_most is None:
            chosen = self._chosen(rule.each, rule.within)
        else:
            number = self._limit(rule.each, rule.at_most, rule.within)
            through = nw.col(_mark(number)) if self._dialect.is_sql else nw.col(_PART) == number
            chosen = _young(through, rule.within)
        left = decay(rule)
        if left is None:
            return self.count(key, chosen)
        name, _ = self._decays.setdefault(left[0], (f"lq_d{len(self._decays)}", left[1]))
        return self._ask(("share", left[0], key), lambda: self._dialect.total(nw.col(name), chosen)).fill_null(0.0)

    def work(self, level: int, columns: Mapping[str, nw.Expr]) -> None:
        """Compute columns beside the aggregates, before they are joined: what they are made of need not be.

        Those of one level are computed side by side, after the lower ones.
        """
        self._worked[level].update(columns)

    def add(self, key: Hashable, gather: Callable[[Frame], Frame], kind: str | None = None) -> None:
        """Have another table of one row a contact joined; `gather` makes it of the rows, of one kind or of all."""
        self._tables.setdefault(key, (gather, kind))

    def add_of_contacts(self, key: Hashable, gather: Callable[[], Frame]) -> None:
        """Have another table of one row a contact joined, which is not made of interactions."""
        self._of_contacts.setdefault(key, gather)

    def join(self, contacts: Frame) -> Frame:
        """Return the contacts with a column for every question that was asked."""
        tables = [self._gathered(self.rows.frame())] if self._asked else []
        tables += [gather(self.rows.frame(kind)) for gather, kind in self._tables.values()]
        tables += [gather() for gather in self._of_contacts.values()]
        for table in tables:
            contacts = contacts.join(table, on=CONTACT, how="left")
        return contacts

    @property
    def _dialect(self) -> Dialect:
        return self.rows.table.dialect

    def _gathered(self, rows: Frame) -> Frame:
        """Return one row a contact with every aggregate that was asked for."""
        if self._limits and self._dialect.is_sql:
            limits = {_mark(number): (limit, chosen) for (_, limit), (number, chosen) in self._limits.items()}
            rows = marked(rows, limits, self.rows.table, CONTACT, TIME)
        elif self._limits:
            rows = nw.concat([rows, *self._let_through(rows)], how="diagonal")
        if self._decays:
            rows = rows.with_columns(share.alias(name) for name, share in self._decays.values())
        rows = rows.group_by(CONTACT).agg(aggregate.alias(name) for name, aggregate in self._asked.values())
        for _, columns in sorted(self._worked.items()):
            if columns:
                rows = rows.with_columns(value.alias(name) for name, value in columns.items())
        return rows

    def _let_through(self, rows: Frame) -> Iterator[Frame]:
        """Yield the rows that each limit lets through, with its number."""
        age = (nw.lit(self.rows.now, dtype=nw.Int64()) - nw.col(TIME)).alias(AGE)
        for (_, limit), (number, chosen) in self._limits.items():
            kept = counted(rows.filter(chosen), limit, CONTACT, TIME)
            yield kept.with_columns(age, nw.lit(number, dtype=nw.Int32()).alias(_PART))

    def outermost(self, key: Hashable, keep: Literal["first", "last"], value: nw.Expr, chosen: nw.Expr) -> nw.Expr:
        """Return the first or last of each contact's chosen rows as a struct with `VALUE`; null if none is chosen."""
        return self._ask(("outermost", keep, key), lambda: self._dialect.outermost(keep, (TIME, ID), value, chosen))

    def _ask(self, key: Hashable, aggregate: Callable[[], nw.Expr]) -> nw.Expr:
        """Return the column of an aggregate, which is made once however often it is asked for."""
        if key not in self._asked:
            self._asked[key] = (f"lq_q{len(self._asked)}", aggregate())
        return nw.col(self._asked[key][0])

    def _chosen(self, selection: Selection, within: Duration | None) -> nw.Expr:
        """Return which rows a selection means that are young enough, and have them kept."""
        self.rows.need(selection, None if within is None else within.micros)
        return _young(self.rows.chosen(selection), within)

    def _limit(self, selection: Selection, limit: AtMost, within: Duration | None) -> int:
        """Return the number under which a limit marks what it lets through."""
        # What came earlier in the window decides: of the calendar's windows one more, of rolling ones all.
        reach = None if within is None or limit.rolling else within.micros + limit.per.micros
        self.rows.need(selection, reach)
        return self._limits.setdefault((selection, limit), (len(self._limits), self.rows.chosen(selection)))[0]

    def _aggregated(self, question: History, chosen: nw.Expr) -> nw.Expr:
        assert question.property is not None  # the check of types refuses it
        value, dialect = self.rows.amount(question.selection.kind, question.property), self._dialect
        match question.function:
            case "sum":
                return dialect.rounded(self._ask(question, lambda: dialect.total(value, chosen)).fill_null(0.0))
            case "min":
                return self._ask(question, lambda: dialect.smallest(value, chosen))
            case _:
                return self._ask(question, lambda: dialect.largest(value, chosen))

    def _picked(self, question: History) -> nw.Expr:
        assert question.property is not None  # the check of types refuses it
        selection, keep = question.selection, cast("Literal['first', 'last']", question.function)
        value = self.rows.amount(selection.kind, question.property)
        if self._dialect.shuffles:
            chosen = self._chosen(selection, question.within) & ~value.is_null()
            return self.outermost(question, keep, value, chosen).struct.field(VALUE)
        name = self._names.setdefault(question, f"lq_o{len(self._names)}")
        kind = None if selection.kind == ANY_INTERACTION else selection.kind
        if kind is None:
            self.rows.need(selection, None if question.within is None else question.within.micros)
        chosen = _young(self.rows.chosen(selection), question.within) & ~value.is_null()

        def gather(rows: Frame) -> Frame:
            known = rows.filter(chosen).select(CONTACT, TIME, ID, value.alias(name))
            return known.unique(subset=[CONTACT], keep=keep, order_by=[TIME, ID]).select(CONTACT, name)

        self.add(question, gather, kind)
        return nw.col(name)


def _mark(number: int) -> str:
    return f"lq_m{number}"


def _young(chosen: nw.Expr, within: Duration | None) -> nw.Expr:
    return chosen if within is None else chosen & (nw.col(AGE) < within.micros)
