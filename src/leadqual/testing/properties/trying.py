"""Trying a claim on generated examples, and finding the smallest for which it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from random import Random
from typing import Any, Final, Protocol, TypeVar

from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.proofs.scenario import Scenario
from leadqual.testing.libraries import hypothesis, st
from leadqual.testing.properties.failed import PropertyFailed
from leadqual.testing.strategies.scenarios import scenarios as any_scenarios

T = TypeVar("T")
Claim = Callable[[T], str | None]
"""From an example to what is wrong; None if nothing is."""

EXAMPLES: Final = 100
_PHASES: Final = (hypothesis.Phase.generate, hypothesis.Phase.shrink)


class Property(Protocol):
    """Something that is to hold of every contact; called, it raises `PropertyFailed` unless it does."""

    __name__: str

    def __call__(
        self,
        policy: Policy,
        *,
        max_examples: int = EXAMPLES,
        seed: int | None = None,
        scenarios: st.SearchStrategy[Scenario] | None = None,
    ) -> None: ...


def of_scenarios(claim_of: Callable[[Policy], Claim[Scenario]]) -> Property:
    """Return the property that the claim of a policy holds for its scenarios, with the name and docstring of the claim.

    The decorated function may raise `PropertyFailed` itself, for what has nothing to do with contacts.
    """

    @wraps(claim_of, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
    def holds(
        policy: Policy,
        *,
        max_examples: int = EXAMPLES,
        seed: int | None = None,
        scenarios: st.SearchStrategy[Scenario] | None = None,
    ) -> None:
        examples, claim = scenarios_of(policy, scenarios), claim_of(policy)
        hold(claim_of.__name__, policy, examples, claim, itself, max_examples=max_examples, seed=seed)

    del holds.__wrapped__  # its parameters are not those of the property
    return holds


def scenarios_of(
    policy: Policy | None, given: st.SearchStrategy[Scenario] | None, **options: Any
) -> st.SearchStrategy[Scenario]:
    """Return the scenarios that are given, or else those of the policy."""
    return any_scenarios(policy, **options) if given is None else given


def broken_by(
    examples: st.SearchStrategy[T], claim: Claim[T], *, max_examples: int, seed: int | None
) -> tuple[T, str] | None:
    """Return the smallest example for which a claim is wrong, and what is; None if none was found.

    The same examples are tried each time: nothing is kept in a folder, and no clock is looked at. Another `seed`
    gives others. A claim that raises is wrong.
    """
    last: list[tuple[T, str]] = []

    def wrong(example: T) -> bool:
        said = _said(claim, example)
        if said is not None:
            last[:] = [(example, said)]
        return said is not None

    settings = hypothesis.settings(
        max_examples=max_examples, database=None, deadline=None, derandomize=False, phases=_PHASES
    )
    try:
        found = hypothesis.find(examples, wrong, settings=settings, random=Random(0 if seed is None else seed))
    except hypothesis.errors.NoSuchExample:
        return None
    except hypothesis.errors.Flaky:
        return last[0]  # wrong at one time and not at another: what was seen is reason enough
    return found, _said(claim, found) or last[0][1]


def _said(claim: Claim[T], example: T) -> str | None:
    try:
        return claim(example)
    except Exception as error:
        if isinstance(error, hypothesis.errors.HypothesisException):
            raise
        return f"it raised {type(error).__name__}: {error}"


def hold(
    name: str,
    policy: Policy,
    examples: st.SearchStrategy[T],
    claim: Claim[T],
    shown: Callable[[T], Scenario],
    *,
    max_examples: int,
    seed: int | None,
) -> None:
    """Raise `PropertyFailed` if a claim about a policy is wrong for an example; `shown` is what a reader sees of it."""
    found = broken_by(examples, claim, max_examples=max_examples, seed=seed)
    if found is not None:
        example, said = found
        raise PropertyFailed(name, str(policy.ref), said, shown(example))


def outcome(ask: Callable[[], Any]) -> Any:
    """Return an answer, or the codes of what was refused."""
    try:
        return ask()
    except LeadqualError as error:
        return Refused(problem.code for problem in error.problems)


class Refused(frozenset[str]):
    """The codes of an error in place of an answer."""

    def __new__(cls, codes: Iterable[str]) -> Refused:
        """Return the codes as a set."""
        return super().__new__(cls, codes)


def itself(scenario: Scenario) -> Scenario:
    """Return the scenario that an example is."""
    return scenario


def first_of(example: tuple[Any, ...]) -> Scenario:
    """Return the scenario that an example begins with."""
    scenario: Scenario = example[0]
    return scenario


def difference(first: str, second: str) -> str:
    """Return where two long texts part, with a little of each."""
    at = next((n for n, (one, other) in enumerate(zip(first, second, strict=False)) if one != other), None)
    begin = max(0, min(len(first), len(second)) if at is None else at - 30)
    return f"…{first[begin : begin + 70]}… and …{second[begin : begin + 70]}…"
