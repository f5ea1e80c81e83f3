"""Scorers of other people: whether an object keeps what every policy and table relies on."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from leadqual.engines.outside import checked_score
from leadqual.lifecycle.policy import Policy
from leadqual.model.interactions.base import Interaction
from leadqual.model.score import Score, Scorer, is_scorer
from leadqual.proofs.scenario import Scenario
from leadqual.testing.libraries import st
from leadqual.testing.properties.failed import PropertiesFailed, PropertyFailed
from leadqual.testing.properties.names import known_names
from leadqual.testing.properties.trying import EXAMPLES, broken_by, itself, scenarios_of

_TOLERANCE: Final = 1e-9
_TABLE_TOLERANCE: Final = 1.01e-6
_SLOWER: Final = 4


@dataclass(frozen=True)
class _Asked:
    """A scorer with what it is held against."""

    scorer: Any
    policy: Policy | None
    range: tuple[float, float]

    def score(self, scenario: Scenario, history: Iterable[Interaction] | None = None) -> Score:
        given = scenario.history if history is None else history
        found: Score = self.scorer.score(scenario.contact, list(given), at=scenario.at)
        return found


def check_scorer(
    scorer: Scorer,
    policy: Policy | None = None,
    *,
    range: tuple[float, float] | None = None,
    skip: Iterable[str] = (),
    max_examples: int = EXAMPLES,
    seed: int | None = None,
    scenarios: st.SearchStrategy[Scenario] | None = None,
) -> tuple[str, ...]:
    """Try everything that is asked of a scorer; raise one error with all that it does not keep.

    Parameters
    ----------
    scorer : Scorer
        The object that is to score.
    policy : Policy, optional
        A policy whose contacts and interactions it is tried on; without one all that the library knows.
    range : tuple of float, optional
        The smallest and largest value; by default the scorer's own ``range``, else 0 to 1, as for
        `Policy.with_scorer`.
    skip : iterable of str
        Checks to leave out, by name.
    max_examples, seed, scenarios
        As for `deterministic`.

    Returns
    -------
    tuple of str
        The checks that it passed, of these: it has the ``protocol`` of a scorer; its answer keeps ``range`` and
        ``ledger`` (which sums to the value within 1e-9); it is ``deterministic``; ``order_is_irrelevant``; it
        ``looks_no_further`` than the instant asked about; it ``changes_nothing`` that it is given; it ``pickles``; and
        where it has ``score_frame``, a ``table`` is answered as one contact after another.

    Raises
    ------
    PropertiesFailed
        With every check that failed, each with a contact that shows it.
    UnknownNameError
        If there is no check of a name in `skip`.

    Examples
    --------
    >>> from leadqual import RuleScorer, policies
    >>> check_scorer(RuleScorer(policies.minimal(), "engagement"), policies.minimal(), max_examples=5)[:3]
    ('protocol', 'range', 'ledger')
    """
    left_out = known_names(skip, _CHECKS, "unknown-check", "there is no such check", "skip")
    told = getattr(scorer, "name", None)
    of = f"the scorer {told!r}"
    if not is_scorer(scorer) or not isinstance(told, str) or not told:
        wrong = f"{type(scorer).__name__} has no name, or no score(contact, history, *, at)"
        raise PropertiesFailed([PropertyFailed("protocol", of, wrong)])
    asked = _Asked(scorer, policy, range or getattr(scorer, "range", None) or (0.0, 1.0))
    examples = scenarios_of(policy, scenarios)
    passed, failures = ["protocol"], []
    for name, claim in _CHECKS.items():
        if name in left_out or (name == "table" and not callable(getattr(scorer, "score_frame", None))):
            continue
        times = max(1, max_examples // _SLOWER) if name in ("table", "pickles") else max_examples
        found = broken_by(examples, lambda one, claim=claim: claim(asked, one), max_examples=times, seed=seed)  # type: ignore[misc]
        if found is None:
            passed.append(name)
        else:
            failures.append(PropertyFailed(name, of, found[1], itself(found[0])))
    if failures:
        raise PropertiesFailed(failures)
    return tuple(passed)


def _range(asked: _Asked, scenario: Scenario) -> str | None:
    score = asked.score(scenario)
    if not isinstance(score, Score):
        return f"it answers with {type(score).__name__}, not with a Score"
    value, (low, high) = score.value, asked.range
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return f"its value is {value!r}, not a finite number or None"
    return None if low <= value <= high else f"its value {value:g} is not from {low:g} to {high:g}"


def _ledger(asked: _Asked, scenario: Scenario) -> str | None:
    score = asked.score(scenario)
    if score.value is None or not score.ledger:
        return None
    total = math.fsum(line.points for line in score.ledger)
    if abs(total - score.value) > _TOLERANCE:
        return f"its ledger sums to {total!r}, its value is {score.value!r}"
    if asked.range[0] <= score.value <= asked.range[1]:
        checked_score(score, asked.scorer.name, asked.range)
    return None


def _deterministic(asked: _Asked, scenario: Scenario) -> str | None:
    return _compared("asked again", asked.score(scenario), asked.score(scenario))


def _order_is_irrelevant(asked: _Asked, scenario: Scenario) -> str | None:
    first, by_id = asked.score(scenario), sorted(scenario.history, key=lambda one: one.id)
    ways = {"the history backwards": scenario.history[::-1], "by id": by_id, "by id backwards": by_id[::-1]}
    found = (_compared(how, first, asked.score(scenario, history)) for how, history in ways.items())
    return next((said for said in found if said is not None), None)


def _looks_no_further(asked: _Asked, scenario: Scenario) -> str | None:
    seen = [one for one in scenario.history if one.occurred_at <= scenario.at]
    later = [_moved(one, scenario.at) for one in seen]
    without = asked.score(scenario, seen)
    given = [*scenario.history, *later]
    return _compared("with interactions that happened later", without, asked.score(scenario, given))


def _moved(one: Interaction, at: datetime) -> Interaction:
    """Return the same interaction as long after an instant as it lies before it, and a second."""
    later = at + (at - one.occurred_at) + timedelta(seconds=1)
    return one.model_copy(update={"id": f"later-{one.id}", "occurred_at": later})


def _changes_nothing(asked: _Asked, scenario: Scenario) -> str | None:
    history = list(scenario.history)
    before = [one.model_dump_json() for one in history], scenario.contact.model_dump_json()
    asked.scorer.score(scenario.contact, history, at=scenario.at)
    if [one.id for one in history] != [one.id for one in scenario.history]:
        return "it changes the list of interactions that it is given"
    after = [one.model_dump_json() for one in history], scenario.contact.model_dump_json()
    return None if before == after else "it changes the contact or an interaction that it is given"


def _pickles(asked: _Asked, scenario: Scenario) -> str | None:
    copy = pickle.loads(pickle.dumps(asked.scorer))
    again = copy.score(scenario.contact, list(scenario.history), at=scenario.at)
    return _compared("after pickling", asked.score(scenario), again)


def _table(asked: _Asked, scenario: Scenario) -> str | None:
    from leadqual.testing.properties.tables import scored_by_table  # noqa: PLC0415 - tables need optional libraries

    value = asked.score(scenario, [one for one in scenario.history if one.occurred_at <= scenario.at]).value
    found, total = scored_by_table(asked.scorer, asked.policy, scenario)
    if value is None or found is None:
        return None if value is found else f"score_frame answers {found!r}, score {value!r}"
    if abs(value - found) > _TABLE_TOLERANCE:
        return f"score_frame answers {found!r}, score {value!r}"
    if abs(total - found) > _TABLE_TOLERANCE:
        return f"the lines of score_frame sum to {total!r}, its score is {found!r}"
    return None


def _compared(how: str, first: Score, second: Score) -> str | None:
    if first == second:
        return None
    what = "its ledger is another one" if first.value == second.value else f"{second.value!r}, not {first.value!r}"
    return f"{how} it answers otherwise: {what}"


_CHECKS: Final[dict[str, Callable[[_Asked, Scenario], str | None]]] = {
    "range": _range,
    "ledger": _ledger,
    "deterministic": _deterministic,
    "order_is_irrelevant": _order_is_irrelevant,
    "looks_no_further": _looks_no_further,
    "changes_nothing": _changes_nothing,
    "pickles": _pickles,
    "table": _table,
}
