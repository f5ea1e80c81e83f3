"""All engines give one answer: the slow interpreter, the compiled one, the state machine, and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

from leadqual.engines import fold, reference
from leadqual.engines.intake import ordered_history
from leadqual.engines.reference import Situation
from leadqual.errors import UnsupportedError
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.time import from_micros, micros
from leadqual.proofs.scenario import Scenario
from leadqual.testing.libraries import st
from leadqual.testing.properties.failed import PropertyFailed
from leadqual.testing.properties.names import known_names
from leadqual.testing.properties.shrinking import smallest
from leadqual.testing.properties.trying import EXAMPLES, Refused, broken_by, outcome, scenarios_of
from leadqual.testing.strategies.instants import ANCHORS

Told = dict[str, Any]
"""What an engine says of one contact: its moves, its scores, its grades; only what it is asked for."""

Ask = Callable[[Policy, Sequence[Scenario], datetime], list[Told]]
"""Asks an engine about several contacts at one instant, at which all of them are looked at."""

_TOLERANCE: Final = 1.01e-6
_LOOKS: Final = 2
_SLOW, _LONG = 25, timedelta(days=100)
"""So many contacts the slow interpreter is asked about at most, and none with a longer life."""
_TABLES: Final = ("polars", "pandas", "pyarrow", "duckdb", "pyspark")
_ON_A_CLUSTER: Final = "pyspark"
_ENGINES: Final = ("reference", "chart", *_TABLES)


def engines_agree(
    policy: Policy,
    *,
    engines: Sequence[str] | None = None,
    max_examples: int = EXAMPLES,
    seed: int | None = None,
    scenarios: st.SearchStrategy[Scenario] | None = None,
) -> dict[str, str]:
    """Raise unless every engine gives the answer of `Policy.decide`; return what came of each.

    Parameters
    ----------
    policy : Policy
        The policy.
    engines : sequence of str, optional
        Among ``reference`` (the slow interpreter), ``chart`` (the state machine), ``polars``, ``pandas``, ``pyarrow``,
        ``duckdb`` and ``pyspark`` (their tables). By default all whose library is installed, but for a cluster.
    max_examples : int, default 100
        How many contacts are tried; fewer by the slow interpreter.
    seed, scenarios
        As for `deterministic`.

    Returns
    -------
    dict of str to str
        For each engine ``"agrees"``, or the reason for which it cannot answer this policy.

    Raises
    ------
    PropertyFailed
        With the smallest contact on which one differs.
    UnknownNameError
        If there is no engine of a name.

    Examples
    --------
    >>> from leadqual import policies
    >>> engines_agree(policies.minimal(), engines=["reference", "chart"], max_examples=10)
    {'reference': 'agrees', 'chart': 'agrees'}
    """
    examples = scenarios_of(policy, scenarios, max_size=8)
    found: dict[str, str] = {}
    crowd = _some(examples, max_examples, seed)
    for name in _chosen(engines):
        ask = _ASKING.get(name) or partial(_of_tables, name)
        try:
            ask(policy, [Scenario(Contact(id="contact"), (), ANCHORS[0])], ANCHORS[0])
        except UnsupportedError as error:
            found[name] = error.problems[0].message
            continue
        wrong = _first_wrong(policy, ask, _looks(name, crowd))
        if wrong is not None:
            witness = smallest(wrong, lambda one, ask=ask: bool(_differing(policy, ask, [one], one.at)))  # type: ignore[misc]
            ((_, said),) = _differing(policy, ask, [witness], witness.at) or [(witness, "among others")]
            raise PropertyFailed("engines_agree", str(policy.ref), f"the engine {name!r} differs: {said}", witness)
        found[name] = "agrees"
    return found


def _some(examples: st.SearchStrategy[Scenario], number: int, seed: int | None) -> list[Scenario]:
    """Return some examples of a strategy."""
    found: list[Scenario] = []
    broken_by(examples, found.append, max_examples=number, seed=seed)
    return found


def _first_wrong(policy: Policy, ask: Ask, looks: Iterable[tuple[datetime, Sequence[Scenario]]]) -> Scenario | None:
    """Return somebody of whom an engine says something else, at an instant at which somebody looks."""
    found = (one for at, crowd in looks for one, _ in _differing(policy, ask, crowd, at))
    return next(found, None)


def _looks(name: str, crowd: Sequence[Scenario]) -> Iterator[tuple[datetime, Sequence[Scenario]]]:
    """Yield who is looked at when: one after another when they ask, or all of a table at a few instants."""
    if name == "reference":
        yield from ((one.at, [one]) for one in [one for one in crowd if _span(one) <= _LONG][:_SLOW])
    elif name in _ASKING:
        yield from ((one.at, [one]) for one in crowd)
    else:
        yield from ((at, crowd) for at in dict.fromkeys(one.at for one in crowd[-_LOOKS:]))


def _span(scenario: Scenario) -> timedelta:
    begun = [one.occurred_at for one in scenario.history]
    begun += [scenario.at if scenario.contact.created_at is None else scenario.contact.created_at]
    return scenario.at - min(begun)


def _chosen(engines: Sequence[str] | None) -> tuple[str, ...]:
    if engines is None:
        tables = all(map(find_spec, ("narwhals", "polars")))
        there = [name for name in _TABLES if tables and name != _ON_A_CLUSTER and find_spec(name)]
        return ("reference", "chart", *there)
    return known_names(engines, _ENGINES, "unknown-engine", "there is no such engine", "engines")


def _differing(policy: Policy, ask: Ask, crowd: Sequence[Scenario], at: datetime) -> list[tuple[Scenario, str]]:
    """Return those of whom an engine says something else than `Policy.decide`, with what.

    Whom the policy refuses is left out: which contact of a table is named then is open.
    """
    looked_at = [Scenario(one.contact, one.history, at) for one in crowd]
    decided = [
        (one, found) for one in looked_at if not isinstance(found := outcome(partial(_of_decide, policy, one)), Refused)
    ]
    try:
        told = ask(policy, [one for one, _ in decided], at) if decided else []
    except Exception as error:
        if len(decided) > 1:  # whose fault it is shows when each is asked about alone
            return [wrong for one, _ in decided for wrong in _differing(policy, ask, [one], at)][:1]
        return [(decided[0][0], f"it raised {type(error).__name__}: {error}")]
    pairs = zip(decided, told, strict=True)
    return [(one, said) for (one, ours), theirs in pairs if (said := _difference(ours, theirs)) is not None]


def _difference(ours: Told, theirs: Told) -> str | None:
    for what, value in theirs.items():
        if not _alike(ours[what], value):
            return f"{what} is {value!r}, and decide says {ours[what]!r}"
    return None


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _TOLERANCE
    return bool(one == other)


def _of_decide(policy: Policy, scenario: Scenario) -> Told:
    decision = scenario.decide(policy)
    moves = [(move.source, move.target, move.transition, move.at, move.interaction) for move in decision.moves]
    scores = {f"score.{name}": score.value for name, score in decision.scores.items()}
    return {"moves": moves, **scores, **{f"grade.{name}": band for name, band in decision.grades.items()}}


def _one_by_one(ask: Callable[[Policy, Scenario], Told]) -> Ask:
    return lambda policy, crowd, at: [ask(policy, one) for one in crowd]


def _of_reference(policy: Policy, scenario: Scenario) -> Told:
    history = ordered_history(policy, scenario.contact, scenario.history)
    scorers, now = policy.attached_scorers, micros(scenario.at)
    moves = []
    if policy.initial_stage is not None:
        _, steps = fold.fold(policy, scenario.contact, history, now, scorers=scorers)
        for step in steps:
            one = step.visit.interaction
            at, way = from_micros(step.visit.instant), step.transition
            moves.append((step.source, way.target, way.id, at, None if one is None else one.id))
    situation = Situation(policy, scenario.contact, history, now, scorers=scorers)
    scores = {f"score.{name}": reference.score(name, situation).value for name in policy.score_ranges}
    return {"moves": moves, **scores, **{f"grade.{name}": reference.grade(name, situation) for name in policy.grades}}


def _of_chart(policy: Policy, scenario: Scenario) -> Told:
    if policy.initial_stage is None:
        return {}
    moves = policy.lifecycle(scenario.contact, scenario.history).advance(scenario.at)
    return {"moves": [(move.source, move.target, move.transition, move.at, move.interaction) for move in moves]}


def _of_tables(library: str, policy: Policy, crowd: Sequence[Scenario], at: datetime) -> list[Told]:
    from leadqual.testing.properties.tables import told_by_tables  # noqa: PLC0415 - tables need optional libraries

    return told_by_tables(library, policy, crowd, at)


_ASKING: Final[dict[str, Ask]] = {"reference": _one_by_one(_of_reference), "chart": _one_by_one(_of_chart)}
