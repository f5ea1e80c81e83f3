"""Training sets from a policy and two tables, behind the wall of each cutoff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import polars as pl

from leadqual import frames
from leadqual.analysis.backtests.cutoffs import fitting
from leadqual.analysis.backtests.labels import CONVERTED, counted, labelled
from leadqual.analysis.looked_back import history
from leadqual.analysis.outcomes import outcomes
from leadqual.analysis.past import CREATED_AT, Past
from leadqual.conditions.handles import Handle
from leadqual.conditions.nodes import History, Name, Selection
from leadqual.engines.tables.columns import CONTACT_ID, OCCURRED_AT
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.frames.opened import Check
from leadqual.lifecycle.policy import Policy
from leadqual.ml.training.asked import Asked, asked
from leadqual.ml.training.data import TYPES, TrainingSet
from leadqual.ml.training.exports import export_set
from leadqual.ml.training.features import Features
from leadqual.ml.training.leaks import refuse_leaks
from leadqual.ml.training.useful import useful
from leadqual.ml.training.wide import library_of

_HORIZON: Final = "90d"


def training_set(
    policy: Policy,
    contacts: Any,
    interactions: Any = None,
    *,
    outcome: str | Selection | Handle = "purchase",
    horizon: str | timedelta | None = None,
    cutoffs: datetime | Iterable[datetime] | None = None,
    features: Sequence[str | Handle] | None = None,
    until: datetime | None = None,
    time: str | None = None,
    allow: Iterable[str | Handle] = (),
    check: Check | None = None,
) -> TrainingSet:
    """Return rows to learn from: what was known of each contact at each cutoff, and whether the outcome came after it.

    The features are worked out by the same engine that later works them out for the model in the policy, from what lay
    at or before the cutoff and nothing else. The label is whether the outcome came in ``(cutoff, cutoff + horizon]``.
    Contacts that had not appeared by the cutoff or had had the outcome, and cutoffs whose horizon is not over when the
    data end, are left out and counted.

    Parameters
    ----------
    policy : Policy
        Whose names, kinds and scores the features use.
    contacts, interactions : table
        As for `leadqual.frames.score`, of any library; they are brought into memory. Without interactions the contacts
        are an export, one row each, of which nothing tells when it was known: see Notes.
    outcome : str, Selection or Handle, default "purchase"
        The interactions that count: a kind, or a selection such as ``"purchase[amount > 100]"``. Without interactions
        a condition on the contact, such as ``"contact.status == 'won'"``.
    horizon : str or timedelta, default "90d"
        How long after a cutoff the outcome may come.
    cutoffs : datetime or iterable of datetime, optional
        The instants to look from; by default as for `leadqual.analysis.backtest`: the beginnings of months.
    features : sequence of expressions, optional
        Expressions of the conditions language. By default what the policy itself looks at: the fields and questions to
        the history in its rules and transitions, and its scores.
    until : datetime, optional
        Up to when the data tell what happened; by default the instant of the last interaction.
    time : str, optional
        Without interactions: the column that tells when a row was known, so that rows can be divided by time.
    allow : iterable of expressions
        Features that may predict as well as they do: somebody has made sure that they are known before the outcome.
    check : {"all", "columns", "trusted"}, optional
        What of the tables is looked at first, as for `leadqual.frames.score`.

    Raises
    ------
    InputError
        With everything that is wrong with the arguments or the tables. With the code ``no-room`` if the horizon of no
        cutoff is over when the data end, ``nobody-judged`` if nobody is left, ``always-missing`` for a feature that was
        asked for and is never known, and ``leaking-feature`` for one that tells the outcome though it rests on fields
        without a time: they stand as the table has them now.
    ConditionError
        With every problem of the features or the outcome.

    Warns
    -----
    UndatedWarning
        Without interactions: nobody can vouch that the features came before the outcome.
    LeakWarning
        Without interactions: for each feature that predicts too well to be true.

    Notes
    -----
    A table without interactions is trained on all the same, with every field of the policy that it has (but those of
    the outcome) as features. That the fields were known before the outcome is then for the user to vouch for.

    Examples
    --------
    >>> policy = Policy(name="tiny", scores={"heat": {"range": [0, 100], "rules": [
    ...     {"id": "demo", "each": "demo_requested", "points": 40}]}})
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2"], "created_at": [datetime(2026, 1, 1, tzinfo=UTC)] * 2})
    >>> interactions = pl.DataFrame({"contact_id": ["c-1", "c-1"], "interaction_id": ["i-1", "i-2"],
    ...     "kind": ["demo_requested", "purchase"], "amount": [None, 5.0], "currency": [None, "USD"],
    ...     "occurred_at": [datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)]})
    >>> cutoff, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    >>> data = training_set(policy, contacts, interactions, horizon="30d", cutoffs=cutoff, until=end)
    >>> data.X.rows(named=True)[0]
    {'count(demo_requested)': 1.0, 'days_since(demo_requested)': 28.0, 'score.heat': 40.0}
    >>> data.y.tolist()
    [1, 0]
    """
    if not isinstance(policy, Policy):
        hint = "leadqual.Policy.load(path), or one that ships: leadqual.policies.sales()"
        raise InputError(Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a Policy", hint))
    if interactions is None:
        unused = {"horizon": horizon, "cutoffs": cutoffs}
        return export_set(policy, contacts, outcome, features, time, allow, until, check, unused)
    if time is not None:
        message, hint = "the interactions tell the times", "leave time out: cutoffs= says when to look"
        raise InputError(Problem("bad-argument", message, Place("time"), shown(time), hint=hint))
    question = asked(policy, outcome, _HORIZON if horizon is None else horizon, cutoffs, features, until, allow)
    data = _built(policy, contacts, interactions, question, check)
    refuse_leaks(data, question.allow)
    return data


def _built(policy: Policy, contacts: Any, interactions: Any, question: Asked, check: Check | None) -> TrainingSet:
    read = [*question.features, History("count", question.outcome, None, None), Name(f"contact.{CREATED_AT}")]
    past, end = history(policy, contacts, interactions, read, question.until, check)
    known = outcomes(policy, past, question.outcome, end)
    chosen = fitting(question.cutoffs, question.horizon, known, past.interactions[OCCURRED_AT], end, UTC)
    rows = [_rows(policy, past, known, question, cutoff) for cutoff in chosen.used]
    counts = _counted(known, chosen.used, rows)
    table = pl.concat(rows)
    if table.is_empty():
        raise InputError(_nobody(counts))
    features, left_out = useful(table, question.features, asked_for=question.chosen)
    late = {f"cutoff {one:%Y-%m-%d %H:%M}": "its horizon is not over when the data end" for one in chosen.left_out}
    return TrainingSet(
        policy=policy,
        outcome=str(question.outcome),
        horizon=question.horizon,
        until=end,
        features={str(node): kind for node, kind in features.items()},
        rows=table.drop(str(node) for node in question.features if node not in features),
        counts=counts,
        left_out=late | left_out,
        timed=True,
        library=library_of(contacts),
        past=past,
    )


def _rows(policy: Policy, past: Past, known: pl.DataFrame, question: Asked, cutoff: datetime) -> pl.DataFrame:
    """Return who is judged at a cutoff, what came of them, and the features of then."""
    labels = labelled(known, cutoff, question.horizon)
    then = past.as_of(cutoff)
    named = {str(node): node for node in question.features}
    found = frames.evaluate(policy, named, then.contacts, then.interactions, at=cutoff, check="trusted")
    return labels.join(_typed(found, question.features), on=CONTACT_ID, how="left", maintain_order="left")


def _typed(found: pl.DataFrame, features: Features) -> pl.DataFrame:
    """Return features with the types of their kinds, whatever a cutoff at which all is missing would give."""
    return found.select(CONTACT_ID, *(pl.col(str(node)).cast(TYPES[kind]) for node, kind in features.items()))


def _counted(known: pl.DataFrame, cutoffs: Sequence[datetime], rows: Sequence[pl.DataFrame]) -> pl.DataFrame:
    judged = pl.Series("judged", map(len, rows), pl.Int64)
    converted = pl.Series("converted", [int(one[CONVERTED].sum()) for one in rows], pl.Int64)
    rate = pl.when(pl.col("judged") > 0).then(pl.col("converted") / pl.col("judged")).alias("rate")
    return counted(known, cutoffs).with_columns(judged, converted).with_columns(rate)


def _nobody(counts: pl.DataFrame) -> Problem:
    hint = "take later cutoffs, or another outcome: those who had it before a cutoff are left out"
    found = f"{len(counts):,} cutoffs"
    return Problem("nobody-judged", "at no cutoff was anybody left to judge", Place("cutoffs"), found, hint=hint)
