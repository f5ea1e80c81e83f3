"""Choosing what to do next: the first approach that holds, is due, and has a channel that may be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadqual._suggest import did_you_mean
from leadqual.engines.view import View
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.decide import Decider
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import aware, from_micros, micros
from leadqual.model.vocabulary import Purpose
from leadqual.outreach.approach.action import Action
from leadqual.outreach.approach.asking import Asking
from leadqual.outreach.approach.cadence import waiting_since
from leadqual.outreach.approach.defaults import approaches_for
from leadqual.outreach.approach.document import Approaches
from leadqual.outreach.approach.offers import Offer, best_of, held, offers_of
from leadqual.outreach.approach.plan import Approach
from leadqual.outreach.approach.reading import Reading, reading_of
from leadqual.outreach.approach.reasons import closed, not_permitted, nothing_prescribed, why
from leadqual.outreach.caller import Caller
from leadqual.outreach.facts.situation import Registry
from leadqual.outreach.rules.rulebook import Rulebook
from leadqual.outreach.rules.words import read_as


def next_action(
    decision: Decision,
    contact: Contact,
    history: Iterable[Interaction],
    *,
    at: datetime,
    approaches: Approaches | str | None = None,
    purpose: Purpose | str | None = None,
    policy: Policy | None = None,
    caller: Caller | Mapping[str, Any] | str | None = None,
    registries: Registry | Iterable[Registry] | Mapping[str, Registry] | None = None,
    rules: Rulebook | None = None,
    debt: str | None = None,
    campaign: str | None = None,
    strict: bool = False,
) -> Action:
    """Return what to do next with a contact, on which channel, when and why; or why nothing may be done.

    The first approach that holds, is due and has a channel that may be used is chosen. One that is not due yet, or
    that no rule lets through, leaves the way to the next; if none can be taken now, the one that is due first. The
    stage is that of the instant `at`, going on from the decision's standing.

    Parameters
    ----------
    decision : Decision
        Where the contact stands, at `at` or before.
    contact : Contact
        The contact that was decided on.
    history : iterable of Interaction
        Its interactions, in any order; what happened after `at` is not seen.
    at : datetime
        The instant, timezone-aware.
    approaches : Approaches or str, optional
        What to choose from; by default what ships for the policy of the decision.
    purpose : Purpose, optional
        Consider the approaches of this purpose only.
    policy : Policy, optional
        The policy of the decision; needed for a decision that was read back or copied.
    caller, registries, rules, debt, campaign, strict : optional
        As for `leadqual.outreach.permit`, which is asked about every channel.

    Raises
    ------
    InputError
        For a naive time, a decision of another contact or from after `at`, a policy for which no approaches ship.
    LateInteraction
        If the history is not the one that the decision saw.
    PolicyError
        If the approaches do not fit the policy of the decision.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual import DemoRequested, policies
    >>> ann = Contact(id="c-1", country="US", email="ann@example.com", time_zone="America/New_York")
    >>> asked = [DemoRequested(id="i-1", occurred_at=datetime(2026, 11, 20, 15, tzinfo=UTC))]
    >>> at = datetime(2026, 11, 23, 15, tzinfo=UTC)
    >>> decision = policies.sales().decide(ann, asked, at=at)
    >>> action = next_action(decision, ann, asked, at=at, caller="seller")
    >>> action.approach.id, action.channel.value, action.outcome
    ('answer-inquiry', 'email', 'now')
    >>> print(action.explain("id").splitlines()[0])
    Sekarang, Sen 23 Nov 2026 10.00 (America/New_York), lewat surel: Jawab permintaannya
    """
    at = aware(at)
    _check(decision, contact, at)
    history = tuple(history)
    decider = _decider(decision, contact, history, at, policy)
    document = approaches_for(approaches, decision.policy.name)
    reading = reading_of(document, decider.engine)
    considered = _of_purpose(document, purpose)
    view = _view(decider, decision, contact, history, at)
    known = {"contact_id": contact.id, "asked_at": at, "policy": decision.policy, "document": document.ref}
    known |= {"stage": view.stage, "time_zone": contact.time_zone}
    if view.stage is not None and decider.policy.stages[view.stage].closed:
        return Action(do=False, outcome="closed_stage", because=closed(view.stage), **known)
    copies = tuple(registries) if isinstance(registries, Iterator) else registries  # they are asked more than once
    options: dict[str, Any] = {"caller": caller, "registries": copies, "rules": rules}
    options |= {"debt": debt, "campaign": campaign, "strict": strict}
    return _chosen(reading, considered, view, Asking(contact, view.history, at, options), known)


def _chosen(
    reading: Reading, considered: Sequence[Approach], view: View, asking: Asking, known: dict[str, Any]
) -> Action:
    holding, unknown = reading.holding(considered, view)
    known["unknown"] = unknown
    if not holding:
        return Action(do=False, outcome="nothing_prescribed", because=nothing_prescribed(view.stage), **known)
    offers = offers_of(holding, reading.document, view, asking)
    best = best_of(offers, asking.at)
    known["holding"] = tuple(held(one, offers, best, asking.at) for one in holding)
    known["verdicts"] = tuple(asked for offer in offers for asked in offer.asked)
    if best is None:
        return Action(do=False, outcome="not_permitted", because=not_permitted(offers[0].asked), **known)
    outcome = "due_later" if best.due > asking.at else "now" if best.at == asking.at else "opens_later"
    known |= {"approach": best.approach, "channel": best.channel, "at": best.at}
    known["values"] = reading.values(best.approach, view)
    since = waiting_since(best.approach, view) if best.approach.answers else None
    known["waiting_since"] = None if since is None else from_micros(since)
    known["time_zone"] = known["time_zone"] or _only_zone(offers)
    return Action(do=True, outcome=outcome, because=why(best.approach, outcome), **known)


def _only_zone(offers: Sequence[Offer]) -> str | None:
    """Return the time zone in which the contact must be by its address and number, if there is only one."""
    zones = {zone for offer in offers for asked in offer.asked for zone in asked.verdict.zones}
    return zones.pop() if len(zones) == 1 else None


def _check(decision: object, contact: object, at: datetime) -> None:
    if not isinstance(decision, Decision):
        expected = "a Decision, from policy.decide(...)"
        raise InputError(Problem("wrong-type", "this is no decision", Place("decision"), shown(decision), expected))
    if not isinstance(contact, Contact):
        expected = "a leadqual.Contact"
        raise InputError(Problem("wrong-type", "contact must be a Contact", Place("contact"), shown(contact), expected))
    if decision.contact_id != contact.id:
        message, found = "the decision is about another contact", f"{contact.id!r}, decided on {decision.contact_id!r}"
        raise InputError(Problem("other-contact", message, Place("contact"), found))
    if decision.at > at:
        message, found = "the decision lies after the instant that is asked about", f"{decision.at}, at {at}"
        raise InputError(
            Problem("decision-in-future", message, Place("decision"), found, hint="decide again with the same at=")
        )


def _decider(
    decision: Decision, contact: Contact, history: Sequence[Interaction], at: datetime, policy: Policy | None
) -> Decider:
    """Return the compiled policy of a decision, from the decision itself or from the policy that is given."""
    if policy is not None:
        if not isinstance(policy, Policy):
            problem = Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a leadqual.Policy")
            raise InputError(problem)
        again = policy.decide(contact, history, at=at, standing=decision.standing)
        assert again.origin is not None  # it was made just now
        return again.origin.decider
    if decision.origin is None:
        message = "the decision was read back or copied, and does not know its policy any more"
        hint = "pass the policy it was made with: next_action(..., policy=policy)"
        raise InputError(Problem("no-policy", message, Place("policy"), None, str(decision.policy), hint))
    return decision.origin.decider


def _of_purpose(approaches: Approaches, purpose: Purpose | str | None) -> list[Approach]:
    if purpose is None:
        return list(approaches.approaches)
    known = [one.value for one in Purpose]
    if purpose not in known:
        message, hint = "there is no such purpose", did_you_mean(str(purpose), known)
        raise InputError(Problem("unknown-purpose", message, Place("purpose"), shown(purpose), ", ".join(known), hint))
    wanted = read_as(Purpose(purpose))
    return [one for one in approaches.approaches if read_as(one.purpose) == wanted]


def _view(decider: Decider, decision: Decision, contact: Contact, history: Sequence[Interaction], at: datetime) -> View:
    """Return the contact as it stands at the instant, going on from where the decision left it."""
    view = decider.view(contact, history)
    decider.usable(view, decision.standing, at, "error")
    position, _ = decider.stand(view, micros(at), decision.standing)
    view.enter(*position)
    view.move_to(micros(at))
    return view
