"""Whether a test notices a mutant."""

from __future__ import annotations

from collections.abc import Sequence

from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.testing.checks import failures_of
from leadqual.testing.mutation.compiled import Compiled
from leadqual.testing.mutation.killing.glance import Glance
from leadqual.testing.mutation.killing.suspects import Suspect, could_notice
from leadqual.testing.mutation.mutant import Mutant
from leadqual.testing.running import run_unwatched

_REMOVED = ("rule removed", "transition removed")


def noticed_by(mutant: Mutant, compiled: Compiled, suspects: Sequence[Suspect]) -> str | None:
    """Return the name of a test that a mutant fails; None if it passes all of them."""
    is_smaller = mutant.operator in _REMOVED
    for one in could_notice(mutant, suspects):
        if not _passes(one, compiled, check=is_smaller):
            return one.case.name
    return None


def _passes(one: Suspect, compiled: Compiled, *, check: bool) -> bool:
    """Return whether a test passes under a policy; one that raises does not."""
    try:
        if one.trial is None:
            return _runs(compiled.policy, one)
        if check:
            one.case.expect.check(compiled.policy)
        seen = Glance(compiled, one.trial, one.at, one.case.expect.holds)
        return not failures_of(one.case.expect, seen, seen.answer)
    except LeadqualError:
        return False


def _runs(policy: Policy, one: Suspect) -> bool:
    return run_unwatched(policy, one.case).passed
