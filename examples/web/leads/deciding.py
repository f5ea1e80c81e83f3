"""Deciding a contact from what is on file: going on from its standing where that is right, else from the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import leadqual as lq
from leads.log import Log, holding, others
from leads.settings import NewPolicy


@dataclass(frozen=True, slots=True)
class Deciding:
    """How contacts are decided.

    Parameters
    ----------
    policy : Policy
        By which.
    new_policy : {"adopt", "replay"}
        What to do with a standing of another policy.
    """

    policy: lq.Policy
    new_policy: NewPolicy = "adopt"

    def now(self, log: Log, contact: lq.Contact, now: datetime) -> lq.Decision:
        """Return where a contact stands, with everything that a decision can say; nothing is written."""
        return self._decided(log, contact, now, log.standing(contact.id), log.history(contact.id))[0]

    def at(self, log: Log, contact: lq.Contact, at: datetime) -> lq.Decision:
        """Return what the policy says of an instant, by everything that is known of it today."""
        return self.policy.decide(contact, log.history(contact.id), at=at)

    def write(self, log: Log, contact: lq.Contact, now: datetime, new: Sequence[lq.Interaction] = ()) -> lq.Decision:
        """Decide a contact that is locked, after some interactions were written, and write down what follows."""
        standing = log.standing(contact.id)
        if standing is not None and any(one.occurred_at <= standing.as_of for one in new):
            # Something came late. leadqual would notice only what lies within the lookback, and an older one may
            # have moved the contact long ago: whoever writes the log knows better.
            now, standing = max(now, standing.as_of), None
        history = log.history(contact.id, after=None if standing is None else self._reach(standing))
        decision, afresh = self._decided(log, contact, now, standing, history)
        before = holding(log.filed(contact.id)) if afresh else []
        log.file(contact.id, "withdrawn", others(before, decision.moves), now)
        log.file(contact.id, "made", others(decision.moves, before), now)
        log.keep(contact.id, decision.standing)
        return decision

    def _reach(self, standing: lq.Standing) -> datetime | None:
        lookback = self.policy.lookback
        return None if lookback is None else standing.as_of - lookback

    def _decided(
        self,
        log: Log,
        contact: lq.Contact,
        now: datetime,
        standing: lq.Standing | None,
        history: Sequence[lq.Interaction],
    ) -> tuple[lq.Decision, bool]:
        """Return a decision, and whether it was made from the beginning."""
        at = now if standing is None else max(now, standing.as_of)  # another server's clock may be ahead of ours
        if standing is not None and standing.policy != self.policy.ref:
            kept = self.new_policy == "adopt" and standing.stage in self.policy.stages
            standing = self.policy.adopt(standing, contact, history) if kept else None
        if standing is not None:
            try:
                return self.policy.decide(contact, history, at=at, standing=standing), False
            except lq.LateInteraction:  # the log was mended by hand, or restored
                pass
        return self.policy.decide(contact, log.history(contact.id), at=at), True
