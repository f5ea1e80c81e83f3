"""What a decision was made from: remembered by the decision, or given again and held against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadqual.engines.record import RecordEngine
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.decide import Decider
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.lifecycle.seen import check_seen
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction


@dataclass(frozen=True)
class Case:
    """A contact whose decision is looked at further.

    Parameters
    ----------
    decider : Decider
        The compiled policy.
    contact : Contact
        Who it is.
    history : sequence of Interaction
        What the decision saw, in time order.
    later : int
        How many interactions were given that lie after the decision; they are left out.
    """

    decider: Decider
    contact: Contact
    history: Sequence[Interaction]
    later: int


def case_of(
    decision: Decision,
    policy: Policy | None,
    contact: Contact | None,
    history: Iterable[Interaction] | None,
) -> Case:
    """Return what a decision was made from.

    Raises
    ------
    InputError
        If it is no decision, if something was neither remembered nor given, or does not belong to the decision.
    LateInteraction
        If the history given is not the one that the decision saw.
    """
    if not isinstance(decision, Decision):
        expected = "a Decision of policy.decide"
        raise InputError(Problem("wrong-type", "this is no decision", Place("decision"), shown(decision), expected))
    origin = decision.origin
    if origin is not None and policy is None and contact is None and history is None:
        view_history, decider, contact = origin.history, origin.decider, origin.contact
    else:
        if problems := [*_missing(decision, policy, contact, history), *_foreign(decision, policy, contact)]:
            raise InputError(problems)
        decider = _decider(decision, policy)
        contact = contact if contact is not None else _remembered(decision).contact
        given = history if history is not None else _remembered(decision).history
        view_history = decider.view(contact, given).history
        check_seen(decision.standing, view_history, decider.policy.lookback, contact.id)
    seen = [one for one in view_history if one.occurred_at <= decision.at]
    return Case(decider, contact, seen, len(view_history) - len(seen))


def _decider(decision: Decision, policy: Policy | None) -> Decider:
    origin = decision.origin
    if origin is not None and (policy is None or policy is origin.decider.policy):
        return origin.decider
    assert policy is not None  # _missing has reported it
    return Decider(RecordEngine(policy, policy.attached_scorers))


def _remembered(decision: Decision) -> Case:
    origin = decision.origin
    assert origin is not None  # _missing has reported it
    return Case(origin.decider, origin.contact, origin.history, 0)


def _missing(
    decision: Decision, policy: object | None, contact: object | None, history: object | None
) -> list[Problem]:
    if decision.origin is not None:
        return []
    given = {"policy": policy, "contact": contact, "history": history}
    left_out = [name for name, value in given.items() if value is None]
    if not left_out:
        return []
    message = "this decision was read back or copied, and does not hold what it was made from"
    hint = f"give {', '.join(f'{name}=' for name in left_out)} as well, as they were when it was decided"
    return [Problem("origin-unknown", message, Place("decision"), str(decision), "policy=, contact=, history=", hint)]


def _foreign(decision: Decision, policy: object | None, contact: object | None) -> list[Problem]:
    problems = []
    if policy is not None and not isinstance(policy, Policy):
        message = "this is no policy"
        problems.append(Problem("wrong-type", message, Place("policy"), shown(policy), "a leadqual.Policy"))
    elif policy is not None and policy.ref != decision.policy:
        same = str(policy.ref) == str(decision.policy)
        found = str(policy.ref) + (" with other content" if same else "")
        message, hint = "the decision was made under another policy", "decide under this policy first"
        problems.append(Problem("other-policy", message, Place("policy"), found, str(decision.policy), hint))
    if contact is not None and not isinstance(contact, Contact):
        message = "contact must be a Contact"
        problems.append(Problem("wrong-type", message, Place("contact"), shown(contact), "a leadqual.Contact"))
    elif contact is not None and contact.id != decision.contact_id:
        message = "the decision is about another contact"
        problems.append(Problem("other-contact", message, Place("contact"), contact.id, decision.contact_id))
    return problems
