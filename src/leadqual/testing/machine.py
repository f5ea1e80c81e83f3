"""The funnel of one contact as a state machine of Hypothesis: things happen, time passes, and rules are held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.lifecycle.seen import still_matter
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.profile import PROFILE_UPDATED
from leadqual.model.standing import Move, Standing
from leadqual.model.time import from_micros, micros
from leadqual.policies.documents import as_policy
from leadqual.proofs.scenario import Scenario
from leadqual.testing.libraries import st, stateful
from leadqual.testing.properties.failed import PropertyFailed
from leadqual.testing.properties.trying import Refused, outcome
from leadqual.testing.strategies.contacts import contacts as any_contacts
from leadqual.testing.strategies.instants import instants, spans
from leadqual.testing.strategies.interactions import chosen_kinds, happening, made

Invariant = Callable[[Decision], bool | None]
"""Holds unless it returns False or raises."""

_LIMIT: Final = timedelta(days=365 * 20)


def funnel_machine(
    policy: Policy | str,
    invariants: Iterable[Invariant] = (),
    *,
    kinds: Sequence[str] | None = None,
    contacts: st.SearchStrategy[Contact] | None = None,
) -> type[stateful.RuleBasedStateMachine]:
    """Return a state machine of Hypothesis that leads a contact through the funnel of a policy.

    Its steps: an interaction of each kind that the policy reads, an update of the profile, an interaction that comes
    late, time that passes, up to the next review, over a window. After each step going on from the last standing must
    give what deciding from the beginning gives, moves must be ways of the funnel, and every invariant must hold.

    Parameters
    ----------
    policy : Policy or str
        The policy, the name of one that ships, or a file.
    invariants : iterable of callable
        From a decision to whether all is well: False, or an exception, is a failure.
    kinds : sequence of str, optional
        Which kinds of interactions happen; by default those that the policy reads.
    contacts : strategy, optional
        Who it is about; by default `leadqual.testing.strategies.contacts` of the policy.

    Returns
    -------
    type
        A subclass of `hypothesis.stateful.RuleBasedStateMachine`: its ``TestCase`` is a test case of `unittest`, which
        pytest runs too.

    Raises
    ------
    InputError
        If there is no kind of a name.

    Examples
    --------
    >>> from hypothesis import settings
    >>> from hypothesis.stateful import run_state_machine_as_test
    >>> from leadqual import policies
    >>> machine = funnel_machine(policies.minimal(), [lambda decision: decision.scores["engagement"].value <= 100])
    >>> run_state_machine_as_test(machine, settings=settings(max_examples=3, stateful_step_count=5, database=None))
    """
    policy = as_policy(policy)
    happens = tuple(kind for kind in chosen_kinds(policy, kinds) if kind != PROFILE_UPDATED)
    begins = stateful.initialize(contact=any_contacts(policy) if contacts is None else contacts, at=instants(policy))
    rules: dict[str, Any] = {"begins": begins(_named(_begins, "begins"))}
    for kind in happens:
        rules[kind] = stateful.rule(after=spans(policy), what=happening(policy, kind))(_named(_happens, kind))
    if kinds is None or PROFILE_UPDATED in kinds:
        updates = stateful.rule(after=spans(policy), what=happening(policy, PROFILE_UPDATED))
        rules["profile_updated"] = updates(_named(_happens, PROFILE_UPDATED))
    if happens:
        late = st.sampled_from(happens).flatmap(lambda kind: happening(policy, kind))
        rules["comes_late"] = stateful.rule(ago=spans(policy), what=late)(_named(_comes_late, "comes_late"))
    rules["time_passes"] = stateful.rule(by=spans(policy))(_named(_time_passes, "time_passes"))
    if policy.review_every is not None:
        rules["next_review"] = stateful.rule()(_named(_next_review, "next_review"))
    name = "Funnel" + "".join(part.capitalize() for part in policy.name.split() if part.isidentifier())
    told = {"policy": policy, "held": tuple(invariants), "__module__": __name__}
    return type(name, (_Funnel,), {**told, **rules})


class _Funnel(stateful.RuleBasedStateMachine):
    """One contact on its way; the rules are added by `funnel_machine`."""

    policy: Policy
    held: tuple[Invariant, ...]

    def __init__(self) -> None:
        super().__init__()
        self.contact = Contact(id="contact")
        self.history: list[Interaction] = []
        self.now = self.begun = from_micros(0)
        self.standing: Standing | None = None
        self.moves: tuple[Move, ...] = ()
        self.story: list[str] = []

    @property
    def scenario(self) -> Scenario:
        """What has happened up to now."""
        return Scenario(self.contact, tuple(self.history), self.now)

    def tell(self, said: str) -> None:
        """Note a step of the story."""
        self.story.append(f"{self.now.isoformat(' ').replace('+00:00', 'Z')}  {said}")

    def tell_moves(self, moves: Iterable[Move]) -> None:
        """Note some moves."""
        for move in moves:
            self.story.append(f"    it moves from {move.source} to {move.target} ({move.transition}): {move.because}")

    def pass_time(self, by: timedelta) -> None:
        """Let time pass, as long as anybody's life."""
        self.now = min(self.now + by, max(self.begun + _LIMIT, self.now))

    def fail(self, said: str) -> None:
        """Raise with the story so far."""
        story = "\n".join(f"  {line}" for line in self.story)
        raise PropertyFailed("the funnel", str(self.policy.ref), f"{said}\n\nWhat happened\n{story}", self.scenario)

    def look(self) -> None:
        """Decide from the last standing and from the beginning, and hold everything against it."""
        whole = outcome(lambda: self.scenario.decide(self.policy))
        further = outcome(lambda: self.policy.decide(self.contact, self.history, at=self.now, standing=self.standing))
        if isinstance(whole, Refused) or isinstance(further, Refused):
            if whole != further:
                self.fail("only one of deciding at once and going on from the last standing is refused")
            return
        moves = self.moves + further.moves
        self.tell_moves(further.moves)
        if further.standing != whole.standing or moves != whole.moves:
            self.fail(f"going on it stands at {further.stage!r}, decided from the beginning at {whole.stage!r}")
        self.standing, self.moves = further.standing, moves
        if said := illegal(self.policy, moves, {one.id: one.kind for one in self.history}, self.now):
            self.fail(said)
        for invariant in self.held:
            self._hold(invariant, whole)

    def _hold(self, invariant: Invariant, decision: Decision) -> None:
        name = getattr(invariant, "__name__", repr(invariant))
        try:
            kept = invariant(decision)
        except AssertionError as error:
            self.fail(f"the invariant {name} does not hold: {error}")
        else:
            if kept is False:
                self.fail(f"the invariant {name} does not hold")


def illegal(policy: Policy, moves: Sequence[Move], kinds: dict[str, str], now: datetime) -> str | None:
    """Return what is wrong with some moves from the beginning on; None if each is a way of the funnel."""
    ways = {way.id: way for way in policy.transitions}
    stands, before = policy.initial_stage, None
    for move in moves:
        way = ways.get(move.transition)
        if way is None or move.source not in way.source or move.target != way.target:
            return f"{move.source} -> {move.target} is no way of {move.transition}"
        if move.source != stands:
            return f"{move.transition} leaves {move.source!r}, and it stood at {stands!r}"
        if way.event is not None and kinds.get(str(move.interaction)) != way.event:
            return f"{move.transition} fired without {way.event}"
        if move.at > now or (before is not None and move.at < before):
            return f"{move.transition} fired at {move.at}, out of its time"
        stands, before = move.target, move.at
    return None


def _begins(self: _Funnel, contact: Contact, at: datetime) -> None:
    self.contact, self.now, self.begun = contact, at, at
    known = contact.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
    self.tell(f"somebody of whom is known: {known or 'nothing'}")
    self.look()


def _happens(self: _Funnel, after: timedelta, what: dict[str, Any]) -> None:
    self.pass_time(after)
    one = made(self.policy, {**what, "id": f"i-{len(self.history) + 1:03}", "occurred_at": self.now})
    self.tell(_told(one))
    _note(self, one)


def _comes_late(self: _Funnel, ago: timedelta, what: dict[str, Any]) -> None:
    instant = max(self.now - ago, self.begun)
    one = made(self.policy, {**what, "id": f"i-{len(self.history) + 1:03}", "occurred_at": instant})
    self.tell(f"only now it becomes known that at {instant} there was: {_told(one)}")
    _note(self, one)


def _note(self: _Funnel, one: Interaction) -> None:
    """Add an interaction; if it lies before the last standing, this has to be noticed, and mended by a replay."""
    self.history.append(one)
    standing = self.standing
    if standing is None or not still_matter([one], micros(standing.as_of), self.policy.lookback):
        self.look()
        return
    noticed = outcome(lambda: self.policy.decide(self.contact, self.history, at=self.now, standing=standing))
    if not (isinstance(noticed, Refused) and "late-interaction" in noticed):
        self.fail(f"{one.kind} came late, after {standing.as_of} was decided, and nobody noticed")
    again = outcome(
        lambda: self.policy.decide(self.contact, self.history, at=self.now, standing=standing, late="replay")
    )
    if not isinstance(again, Refused):
        self.tell_moves(move for move in again.moves if move not in self.moves)
        self.standing, self.moves = again.standing, again.moves
    self.look()


def _time_passes(self: _Funnel, by: timedelta) -> None:
    self.pass_time(by)
    self.tell(f"{by} have passed")
    self.look()


def _next_review(self: _Funnel) -> None:
    assert self.policy.review_every is not None  # there is no such step otherwise
    every = self.policy.review_every.micros
    self.pass_time(from_micros((micros(self.now) // every + 1) * every) - self.now)
    self.tell("the next review")
    self.look()


def _told(one: Interaction) -> str:
    known = one.model_dump(mode="json", exclude_defaults=True, exclude={"id", "kind", "occurred_at"})
    return f"{one.kind} {known}" if known else one.kind


def _named(step: Callable[..., None], name: str) -> Callable[..., None]:
    """Return a step of its own under a name, which is how Hypothesis tells it."""

    @wraps(step)
    def named(self: _Funnel, **drawn: Any) -> None:
        step(self, **drawn)

    named.__name__ = named.__qualname__ = name
    return named
