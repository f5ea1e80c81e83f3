"""`permit_frame`: whether each contact of a list may be reached, in one call."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.asked import question_of
from leadqual.outreach.caller import Caller
from leadqual.outreach.facts.situation import Registry
from leadqual.outreach.facts.suppressed import Suppressed
from leadqual.outreach.judge.selection import Entry
from leadqual.outreach.rules.rulebook import Rulebook, rulebook
from leadqual.outreach.tables.lines import with_lines
from leadqual.outreach.tables.needs import attributes_of, attributes_read, kinds_read
from leadqual.outreach.tables.opened import Columns, opened
from leadqual.outreach.tables.own_list import with_wishes
from leadqual.outreach.tables.people import FIELDS, people_of
from leadqual.outreach.tables.screening import Screening
from leadqual.outreach.tables.updates import updated

ListCheck: TypeAlias = Literal["all", "trusted"]
_CHECKS: Final = get_args(ListCheck)
_NAMED: Final = 5


class OverdueRulesWarning(UserWarning):
    """Rules that may speak of a list should have been read again before the day that was asked about."""


def permit_frame(
    contacts: Any,
    interactions: Any = None,
    *,
    purpose: Purpose | str,
    channel: Channel | str,
    at: datetime,
    caller: Caller | Mapping[str, Any] | str | None = None,
    registries: Registry | Iterable[Registry] | Mapping[str, Registry] | None = None,
    rules: Rulebook | None = None,
    debt: str | None = None,
    debt_column: str | None = None,
    campaign: str | None = None,
    template: bool = False,
    strict: bool = False,
    suppressed: Iterable[str] | Suppressed = (),
    reasons: bool = False,
    check: ListCheck = "all",
    ignore_unknown_columns: bool = False,
) -> Any:
    """Return whether each contact of a list may be reached: the verdicts of `permit`, a row each.

    Both tables are read at once, lazy ones too. Contacts of whom the rules see the same are judged once.

    Parameters
    ----------
    contacts : table
        One row a contact: ``contact_id`` and its fields, such as ``phone`` (international, +628123456789), ``email``,
        ``country``, ``region``, ``time_zone``, ``kind``, ``consents`` and ``do_not_call`` (lists of structs), and
        attributes that rules read, such as ``line`` or ``attorney``. A table of pandas, Polars, PyArrow or DuckDB.
    interactions : table, optional
        One row an interaction: ``contact_id``, ``interaction_id``, ``kind``, ``occurred_at`` (with its time zone), then
        properties such as ``outcome``, ``purpose``, ``for_channel``. Of the same library. Left out, nothing happened.
    purpose, channel, at, caller, registries, rules, debt, campaign, template, strict, suppressed
        As for `permit`.
    debt_column : str, optional
        The column of contacts with the debt that each is asked about, in place of one `debt` for all.
    reasons : bool, default False
        Add the column ``reasons``: of each contact, every reason that denies, or where none does, that allows. Every
        contact with a history is judged by itself then, since its reasons name its times: on long lists ask for them
        for some contacts only.
    check : {"all", "trusted"}, default "all"
        Whether the rows are looked at first. ``"trusted"`` takes them to be right; a number that is none still denies
        (``INVALID_NUMBER``).
    ignore_unknown_columns : bool, default False
        Leave out columns of contacts that nothing reads, in place of refusing them: what stands in one such as
        ``opted_out`` counts for nothing.

    Returns
    -------
    table
        One row a contact, in the order of the contacts, of the kind that came: ``contact_id``, ``allowed``; of the
        headline ``code``, ``rule``, ``jurisdiction``, ``source`` and ``confidence``; ``codes`` (all that deny),
        ``next_allowed`` (UTC), ``unknown`` and ``warnings``, with ``; `` between several. What is empty is null.

    Raises
    ------
    InputError
        With everything that is wrong with the arguments or with the tables: numbers that are not international, ids
        given twice, unknown kinds, and so on, each with its rows.
    UnsupportedError
        For tables of PySpark.

    Warns
    -----
    OverdueRulesWarning
        Once, if rules that may speak of the list should have been read again.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import polars as pl
    >>> contacts = pl.DataFrame(
    ...     {"contact_id": ["c-1", "c-2"], "country": ["US", "US"], "phone": ["+12125550123", "+13105550123"]})
    >>> at = datetime(2026, 11, 23, 15, tzinfo=UTC)
    >>> permit_frame(contacts, purpose="survey", channel="voice", at=at)["contact_id", "allowed"].rows()
    [('c-1', True), ('c-2', True)]
    """
    _check_arguments(check, debt, debt_column)
    question = question_of(purpose, channel, at, caller, registries, debt, campaign, template, strict)
    book = rulebook() if rules is None else rules
    attributes = attributes_read(book, question.purpose, question.channel)
    kinds = kinds_read(book, question.purpose, question.channel)
    columns = Columns(attributes, debt_column, kinds, attributes_of(book), ignore_unknown_columns)
    tables = opened(contacts, interactions, columns, checked=check == "all")
    current = updated(tables.contacts, tables.interactions, question.instant, (*FIELDS, *columns.own))
    known = with_lines(current, question.channel, question.registries, apart=reasons)
    if suppressed:
        known = with_wishes(known, suppressed, question.at)
    here = tuple(name for name in attributes if name in known.columns)
    people = people_of(known, question, here, debt_column)
    screening = Screening(book, people, question, reasons=reasons)
    found = screening.screened(known, tables.interactions)
    if overdue := screening.overdue():
        warnings.warn(_told(overdue), OverdueRulesWarning, stacklevel=2)
    ids = known.select(pl.col("contact_id").cast(pl.String))
    return tables.close(pl.concat([ids, found], how="horizontal"))


def _told(overdue: list[Entry]) -> str:
    named = ", ".join(f"{one.rule.id} ({one.review})" for one in overdue[:_NAMED])
    more = f" and {len(overdue) - _NAMED} more" if len(overdue) > _NAMED else ""
    return f"rules were to be read again, somebody has to check that they still hold: {named}{more}"


def _check_arguments(check: Any, debt: Any, debt_column: Any) -> None:
    problems: list[Problem] = []
    if check not in _CHECKS:
        expected, hint = f"one of: {', '.join(_CHECKS)}", did_you_mean(str(check), _CHECKS)
        problems.append(Problem("bad-argument", "there is no such check", Place("check"), shown(check), expected, hint))
    if debt is not None and debt_column is not None:
        message = "one debt for all is given, and a column with the debt of each"
        problems.append(Problem("bad-argument", message, Place("debt_column"), shown(debt_column), "one of them"))
    if problems:
        raise InputError(problems)
