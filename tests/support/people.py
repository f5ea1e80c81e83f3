"""Contacts, histories and instants for tests: short to write by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leadqual import Contact, Interaction, Policy, parse_interaction
from leadqual.engines.record import RecordEngine
from leadqual.model.interactions.base import CustomInteraction

START = datetime(2026, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def day(number: float) -> datetime:
    """Return the instant a number of days after the start of 2026."""
    return START + timedelta(days=number)


def happened(kind: str, on: float | datetime, id_: str | None = None, /, **properties: Any) -> Interaction:
    """Return an interaction of a built-in kind on a day (or at an instant)."""
    when = on if isinstance(on, datetime) else day(on)
    return parse_interaction({"id": id_ or f"{kind}@{on}", "kind": kind, "occurred_at": when, **properties})


def viewed(on: float | datetime, path: str = "/", id_: str | None = None, **properties: Any) -> Interaction:
    return happened("page_viewed", on, id_ or f"view{path}@{on}", path=path, **properties)


def bought(on: float | datetime, amount: float, currency: str = "IDR", id_: str | None = None) -> Interaction:
    return happened("purchase", on, id_ or f"buy@{on}", amount=amount, currency=currency)


def updated(on: float | datetime, id_: str | None = None, /, **changes: Any) -> Interaction:
    """Return a profile update; `company_x` stands for the field ``company.x``."""
    named = {name.replace("company_", "company."): value for name, value in changes.items()}
    return happened("profile_updated", on, id_ or f"update@{on}", changes=named)


def custom(kind: str, on: float | datetime, id_: str | None = None, /, **properties: Any) -> CustomInteraction:
    when = on if isinstance(on, datetime) else day(on)
    return CustomInteraction(id=id_ or f"{kind}@{on}", kind=kind, occurred_at=when, properties=properties)


def contact(**fields: Any) -> Contact:
    """Return the contact ``c-1``."""
    return Contact(**{"id": "c-1", **fields})


def policy_of(**document: Any) -> Policy:
    """Return a policy with a name."""
    return Policy(**{"name": "test", **document})


def scoring(*rules: Mapping[str, Any], **score: Any) -> Policy:
    """Return a policy with one score, ``points``, of these rules."""
    named = [{"id": f"r{number}", **rule} for number, rule in enumerate(rules, 1)]
    more = {name: score.pop(name) for name in ("fields", "interactions", "currency") if name in score}
    return policy_of(scores={"points": {"range": [-1000, 1000], "rules": named, **score}}, **more)


def funnel(*ways: Mapping[str, Any], stages: str = "lead mql sql", **document: Any) -> Policy:
    """Return a policy with stages (the first is initial) and these transitions."""
    names = stages.split()
    specs = {name: {"initial": name == names[0]} for name in names}
    named = [{"id": f"t{number}", **way} for number, way in enumerate(ways, 1)]
    return policy_of(stages=specs, transitions=named, **document)


def engine_of(policy: Policy) -> RecordEngine:
    """Return a policy compiled for one contact at a time."""
    return RecordEngine(policy, {})
