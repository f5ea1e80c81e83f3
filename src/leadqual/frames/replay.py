"""Where every contact stood, and every move that brought it there, for two tables and any instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from leadqual.engines.tables.gaps import PYSPARK
from leadqual.engines.tables.native import open_table
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.frames.native import into_polars
from leadqual.frames.opened import Check, opened
from leadqual.frames.replays.handed_back import handed_back
from leadqual.frames.replays.in_memory import guards_of, in_memory
from leadqual.lifecycle.decide import Late
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import aware


def replay(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    *,
    until: datetime,
    standings: Any = None,
    late: Late = "error",
    check: Check | None = None,
) -> Any:
    """Return every move of every contact up to an instant, in a table of the kind that came.

    The moves are those of `Policy.decide` for each contact, reviews included: the fold of the law, computed for all
    contacts at once. Any day in the past is one call: nothing after `until` is seen.

    Parameters
    ----------
    policy : Policy
        The policy.
    contacts, interactions : table
        As for `leadqual.frames.score`.
    until : datetime
        The last instant, with its time zone: interactions after it do not exist.
    standings : table, optional
        Where contacts stood earlier, as `leadqual.frames.standings` returned it: the replay goes on from there, and
        gives the moves after it. Contacts that are not in it start at the beginning. The interactions have to reach
        back to ``as_of - policy.lookback`` (all of them if that is None), with every profile update. Without the
        column ``seen``, or where it is null, nobody notices interactions that came late.
    late : {"error", "replay"}, default "error"
        What to do with contacts whose history up to their standing is not the one that it saw. ``"replay"`` folds
        them again: they need their whole history, and their moves are given from the beginning.
    check : {"all", "columns", "trusted"}, optional
        As for `leadqual.frames.score`.

    Returns
    -------
    table
        One row a move: ``contact_id``, ``at`` (UTC), ``source``, ``target``, ``transition``, ``interaction_id`` (null
        at a review) and ``entered_at``: since when it stood in the source. In the order of the contacts and of time,
        where tables have an order. A lazy table of Polars is computed at once, for all has to be sorted.

    Raises
    ------
    InputError
        As for `leadqual.frames.score`; and for standings that lie after `until` (code ``standing-in-future``), are of
        another policy (``other-policy``), in a stage that it lacks (``unknown-stage``) or of contacts that are not
        there (``unknown-contact``), with counts and the first few rows.
    LateInteraction
        If the number of interactions up to a standing is not the one that it saw: some came late, or are missing. Its
        ``contacts`` are all contacts of which that is so.
    EvaluationError
        If a transition with ``on_unknown: error`` meets an unknown condition.
    UnsupportedError
        Where the library of the tables cannot answer what the policy asks; the reason is told.

    Notes
    -----
    The rows are sorted once. Windows and decayed points of every row come from running sums, every condition is one
    column, and each contact goes from move to move by the next row at which one holds. Of the reviews between two
    interactions only those are computed at which interval arithmetic does not rule out that something fires.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import polars as pl
    >>> from leadqual import Policy
    >>> policy = Policy(name="tiny", stages={"lead": {"initial": True}, "mql": {}}, transitions=[
    ...     {"id": "asked", "source": "lead", "target": "mql", "when": "count(demo_requested) >= 1"}])
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"]})
    >>> demos = pl.DataFrame({"contact_id": ["c-2"], "interaction_id": ["i-1"], "kind": ["demo_requested"],
    ...     "occurred_at": [datetime(2026, 11, 20, 12, tzinfo=UTC)]})
    >>> moves = replay(policy, contacts, demos, until=datetime(2026, 11, 22, tzinfo=UTC))
    >>> moves.select("contact_id", "source", "target", "transition").rows()
    [('c-2', 'lead', 'mql', 'asked')]
    """
    return replayed(policy, contacts, interactions, until=until, standings=standings, late=late, check=check)[0]


def standings(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    *,
    at: datetime,
    standings: Any = None,
    late: Late = "error",
    check: Check | None = None,
) -> Any:
    """Return where every contact stands at an instant, in a table of the kind that came.

    Parameters
    ----------
    policy, contacts, interactions, late, check
        As for `replay`.
    at : datetime
        The instant, with its time zone: interactions after it do not exist.
    standings : table, optional
        What this function returned for an earlier instant, to go on from; see `replay`.

    Returns
    -------
    table
        One row a contact: ``contact_id``, ``stage``, ``entered_at`` (UTC; null while nothing is known of when it
        began), ``as_of``, ``policy`` (its content hash) and ``seen`` (how many interactions can still matter). Keep
        it, and give it to the next call.

    Raises
    ------
    InputError, LateInteraction, EvaluationError, UnsupportedError
        As for `replay`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import leadqual as lq
    >>> from leadqual import frames
    >>> demo = lq.datasets.demo(contacts=200)
    >>> june = frames.standings(lq.policies.sales(), *demo.frames(), at=datetime(2026, 6, 3, tzinfo=UTC))
    >>> june.filter(june["stage"] == "customer").height
    17
    """
    return replayed(
        policy, contacts, interactions, until=at, standings=standings, late=late, check=check, instant="at"
    )[1]


def replayed(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    *,
    until: datetime,
    standings: Any = None,
    late: Late = "error",
    check: Check | None = None,
    instant: str = "until",
) -> tuple[Any, Any]:
    """Return the moves and the standings of one replay, for those who need both.

    `instant` is what errors call `until`; the rest is as for `replay`.
    """
    if late not in get_args(Late):
        expected = f"one of: {', '.join(get_args(Late))}"
        raise InputError(Problem("bad-argument", "there is no such way", Place("late"), shown(late), expected))
    conditions = list(guards_of(policy)) if isinstance(policy, Policy) else []
    tables = opened(policy, contacts, interactions, until, check=check, expressions=conditions, instant=instant)
    until = aware(until)
    if tables.contacts.engine == PYSPARK:
        from leadqual.frames.replays.spark import replayed_on_spark  # noqa: PLC0415 - pyspark is optional

        return replayed_on_spark(policy, contacts, interactions, until, standings, tables, late)
    people, events = contacts, interactions
    if tables.contacts.dialect.is_sql:
        people, events = into_polars(contacts, "contacts"), into_polars(interactions, "interactions")
        opened_both = open_table(people, "contacts"), open_table(events, "interactions")
        tables = replace(tables, contacts=opened_both[0], interactions=opened_both[1])
    done = in_memory(policy, people, events, until, standings, tables, late)
    engine = open_table(contacts, "contacts").engine
    return handed_back(done.moves, engine, contacts), handed_back(done.standings, engine, contacts)
