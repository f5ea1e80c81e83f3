"""What can be said of two policies for every contact: whom they move where, by walking both funnels at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final, Protocol

from leadqual.errors import InputError, LeadqualError, Place, Problem, UnknownNameError, shown
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.policy.ways import stages_after, steps_of
from leadqual.proofs.pairs import Pair, Pairs, Taken, calmed
from leadqual.proofs.paths import along
from leadqual.proofs.sameness import differing_scores
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.solve import scope_of, search_of
from leadqual.proofs.together import Unlike, together
from leadqual.proofs.verdict import Verdict

_MOST_PAIRS: Final = 400
_MOST_SHOWN: Final = 16
_STEPS: Final = 2_000


class Claim(Protocol):
    """What is claimed of two policies."""

    def is_broken_by(self, taken: Taken) -> bool:
        """Return whether a step breaks the claim."""
        ...

    def flags_after(self, taken: Taken) -> frozenset[str] | None:
        """Return what has happened by the end of a step; None if nothing can break the claim from there on."""
        ...

    def may_still_break(self, pair: Pair, old: Set[str], new: Set[str]) -> bool:
        """Return whether a contact can break the claim from there on, given to which stages ways lead."""
        ...

    def is_broken_for(self, old: Decision, new: Decision) -> bool:
        """Return whether the decisions on a contact break the claim."""
        ...


@dataclass(frozen=True)
class _Brings:
    """Whoever the new policy brings to a stage was brought there by the old one, by then."""

    stage: str

    def is_broken_by(self, taken: Taken) -> bool:
        return self._among(taken.new_moves) and not self._among(taken.old_moves)

    def flags_after(self, taken: Taken) -> frozenset[str] | None:
        return None if self._among(taken.old_moves) else frozenset()

    def may_still_break(self, pair: Pair, old: Set[str], new: Set[str]) -> bool:
        return self.stage in new

    def is_broken_for(self, old: Decision, new: Decision) -> bool:
        first = next((move.at for move in new.moves if move.target == self.stage), None)
        return first is not None and not any(move.target == self.stage and move.at <= first for move in old.moves)

    def _among(self, moves: Sequence[tuple[str, str]]) -> bool:
        return any(target == self.stage for _, target in moves)


@dataclass(frozen=True)
class _Parts:
    """Nobody is brought to a stage by both policies."""

    stage: str

    def is_broken_by(self, taken: Taken) -> bool:
        return len(self.flags_after(taken)) == 2

    def flags_after(self, taken: Taken) -> frozenset[str]:
        moves = {"old": taken.old_moves, "new": taken.new_moves}
        came = {name for name, one in moves.items() if any(target == self.stage for _, target in one)}
        return taken.before.flags | came

    def may_still_break(self, pair: Pair, old: Set[str], new: Set[str]) -> bool:
        return all(name in pair.flags or self.stage in ahead for name, ahead in (("old", old), ("new", new)))

    def is_broken_for(self, old: Decision, new: Decision) -> bool:
        return all(any(move.target == self.stage for move in one.moves) for one in (old, new))


@dataclass(frozen=True)
class _Same:
    """Both policies move everybody alike."""

    def is_broken_by(self, taken: Taken) -> bool:
        return taken.old_moves != taken.new_moves

    def flags_after(self, taken: Taken) -> frozenset[str] | None:
        return frozenset()

    def may_still_break(self, pair: Pair, old: Set[str], new: Set[str]) -> bool:
        return True

    def is_broken_for(self, old: Decision, new: Decision) -> bool:
        told = [[(move.source, move.target, move.at) for move in one.moves] for one in (old, new)]
        return told[0] != told[1] or _values(old) != _values(new)


def _values(decision: Decision) -> object:
    return {name: score.value for name, score in decision.scores.items()}, dict(decision.grades)


def implies(new: Policy, old: Policy, stage: str | None = None) -> Verdict:
    """Return whether whoever a policy ever moves to a stage was moved there by another too, by that instant.

    Parameters
    ----------
    new, old : Policy
        The policies.
    stage : str, optional
        The stage; without it each but the initial one.

    Raises
    ------
    UnknownNameError
        If neither policy has the stage.

    Examples
    --------
    >>> from leadqual import policies
    >>> old = policies.minimal()
    >>> stricter = [way.model_copy(update={"when": "score.engagement >= 40"}) if way.id == "marketing" else way
    ...             for way in old.transitions]
    >>> new = old.model_copy(update={"transitions": [way.model_dump() for way in stricter]})
    >>> print(implies(new, old, "mql"))
    proved: whoever the first policy moves to 'mql' was moved there by the second, by then
    >>> implies(old, new, "mql").holds
    False
    """
    _check(new, old, stage)
    stages = [stage] if stage is not None else [name for name in new.stages if name != new.initial_stage]
    named = ", ".join(map(repr, stages))
    proved = f"whoever the first policy moves to {named} was moved there by the second, by then"
    broken = "here is a contact whom the first policy moves to {}, and the second did not by then"
    return _each([(_Brings(name), broken.format(repr(name))) for name in stages], old, new, proved)


def disjoint(a: Policy, b: Policy, stage: str) -> Verdict:
    """Return whether nobody is ever moved to a stage by both policies.

    Parameters
    ----------
    a, b : Policy
        The policies.
    stage : str
        The stage.
    """
    _check(a, b, stage)
    proved = f"nobody is moved to {stage!r} by both policies"
    return _each([(_Parts(stage), f"here is a contact whom both policies move to {stage!r}")], a, b, proved)


def equivalent(old: Policy, new: Policy) -> Verdict:
    """Return whether two policies make the same moves, and give the same scores and grades, for everybody.

    Examples
    --------
    >>> from leadqual import policies
    >>> print(equivalent(policies.sales(), policies.sales()))
    proved: the same moves, scores and grades for everybody
    """
    _check(old, new, None)
    proved = "the same moves, scores and grades for everybody"
    moves = _each([(_Same(), "here is a contact that they treat differently")], old, new, proved)
    if moves.holds is False:
        return moves
    scores = differing_scores(old, new)
    return moves if scores is None or (scores.holds is None and moves.holds is None) else scores


def _check(one: Policy, other: Policy, stage: str | None) -> None:
    for policy in (one, other):
        if not isinstance(policy, Policy):
            raise InputError(Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a Policy"))
    if stage is not None and stage not in one.stages and stage not in other.stages:
        known = ", ".join(dict.fromkeys([*one.stages, *other.stages]))
        raise UnknownNameError(Problem("unknown-stage", "neither policy has such a stage", found=stage, expected=known))


def _each(claims: Sequence[tuple[Claim, str]], old: Policy, new: Policy, proved: str) -> Verdict:
    """Return whether every claim holds: the first that is broken decides, then the first that is left open."""
    try:
        both = together(old, new)
    except Unlike as reason:
        return Verdict(None, str(reason))
    except LeadqualError as error:
        return Verdict(None, f"the two cannot be looked at together: {error.problems[0].message}")
    if not (old.stages and new.stages):
        return Verdict(True, proved) if not (old.stages or new.stages) else Verdict(None, "one of them has no stages")
    pairs = Pairs(old, new, both)
    left_open = None
    for claim, broken in claims:
        verdict = _Walk(pairs, claim).verdict(broken)
        if verdict is not None and verdict.holds is False:
            return verdict
        left_open = verdict if left_open is None else left_open
    return Verdict(True, proved) if left_open is None else left_open


@dataclass
class _Walk:
    """The walk through every pair of stages, for one claim."""

    pairs: Pairs
    claim: Claim
    is_cut_short: bool = False

    def verdict(self, broken: str) -> Verdict | None:
        """Return the verdict if a step breaks the claim, or may; None if it is proved that none does."""
        left_open, tried = None, 0
        for path in self._broken():
            taken = path[-1]
            if self._is_refuted(taken):
                continue
            left_open = Verdict(None, _told(taken)) if left_open is None else left_open
            found = along(self.pairs, path, self._is_shown_by)
            if found is not None:
                return Verdict(False, broken, found)
            tried += 1
            if tried == _MOST_SHOWN:
                return left_open
        if self.is_cut_short and left_open is None:
            return Verdict(None, "a contact can stand in too many pairs of stages to look at each")
        return left_open

    def _broken(self) -> Iterator[tuple[Taken, ...]]:
        """Yield the ways to each step that breaks the claim, the shortest first."""
        start = self.pairs.start()
        seen: set[Pair] = {start}
        waiting: deque[tuple[Pair, tuple[Taken, ...]]] = deque([(start, ())])
        while waiting:
            pair, path = waiting.popleft()
            for taken in self.pairs.steps(pair):
                further = (*path, taken)
                if self.claim.is_broken_by(taken):
                    yield further
                    continue
                flags = self.claim.flags_after(taken)
                if flags is None:
                    continue
                reached = replace(taken.after, flags=flags)
                if not self._may_still_break(reached):
                    continue
                for after in (calmed(reached), reached):
                    if after not in seen and len(seen) < _MOST_PAIRS:
                        seen.add(after)
                        waiting.append((after, further))
        self.is_cut_short = len(seen) >= _MOST_PAIRS

    def _may_still_break(self, pair: Pair) -> bool:
        sides = ((self.pairs.old, pair.old), (self.pairs.new, pair.new))
        old, new = (stages_after(stage, steps_of(policy.transitions)) for policy, stage in sides)
        return self.claim.may_still_break(pair, old, new)

    def _is_refuted(self, taken: Taken) -> bool:
        """Return whether the step is impossible once the scores are worked out from their rules."""
        scope = scope_of(self.pairs.both.policy)
        search, _ = search_of(scope, list(dict.fromkeys(taken.asked)), scored=True, thorough=True, steps=_STEPS)
        return not search.may_find()

    def _is_shown_by(self, scenario: Scenario) -> bool:
        try:
            decisions = [scenario.decide(policy) for policy in (self.pairs.old, self.pairs.new)]
        except LeadqualError:
            return False
        return self.claim.is_broken_for(*decisions)


def _told(taken: Taken) -> str:
    moves = {"first": taken.new_moves, "second": taken.old_moves}
    told = [f"the {name} policy may go {_in_words(one)}" for name, one in moves.items() if one]
    return f"at one instant {' and '.join(told) or 'they may part'}, and no contact was found that shows it"


def _in_words(moves: Sequence[tuple[str, str]]) -> str:
    return " and ".join(f"from {source!r} to {target!r}" for source, target in moves)
