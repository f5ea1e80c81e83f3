"""Whole scenarios: a contact, what happened to it, and when somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.proofs.scenario import Scenario
from leadqual.testing.libraries import st
from leadqual.testing.strategies.contacts import contact_fields, placed_contact
from leadqual.testing.strategies.drawing import built_from
from leadqual.testing.strategies.histories import built, entries
from leadqual.testing.strategies.instants import instants, seen_from
from leadqual.testing.strategies.interactions import chosen_kinds


def scenarios(
    policy: Policy | None = None,
    *,
    at: datetime | st.SearchStrategy[datetime] | None = None,
    kinds: Sequence[str] | None = None,
    max_size: int = 12,
    **fixed: Any,
) -> st.SearchStrategy[Scenario]:
    """Return a strategy for scenarios; the simplest is a contact of whom nothing is known and to whom nothing happened.

    Parameters
    ----------
    policy : Policy, optional
        The policy, for what can be known and happen, and when.
    at : datetime or strategy, optional
        When somebody looks; by default `leadqual.testing.strategies.instants` of the policy.
    kinds : sequence of str, optional
        Which kinds of interactions happen; by default those that the policy reads.
    max_size : int, default 12
        The most interactions.
    **fixed
        Fields of the contact as they are to be, as for `contacts`.

    Examples
    --------
    >>> from leadqual import policies
    >>> from hypothesis import find
    >>> sales = policies.sales()
    >>> print(find(scenarios(sales), lambda found: found.decide(sales).stage == "customer"), end="")
    interactions:
      - {kind: purchase, on: 2026-11-22}
    at: 2026-11-22
    """
    when = at if isinstance(at, st.SearchStrategy) else instants(policy) if at is None else st.just(at)
    fields, taken = contact_fields(policy, None, fixed)
    happened = entries(policy, chosen_kinds(policy, kinds), None, max_size)

    def placed(parts: tuple[datetime, Any, Any]) -> Scenario:
        moment, who, history = parts
        place = seen_from(policy, moment)
        contact = placed_contact(who, place, Contact, taken)
        return Scenario(contact, tuple(built(policy, history, place, max_size)), moment)

    return built_from(st.tuples(when, fields, happened), placed)
