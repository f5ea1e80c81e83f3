"""Small policies for the static checks, and what is found in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leadqual import Policy
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.linting import lint

STAGES = {"lead": {"initial": True}, "mql": {}, "sql": {}, "end": {"final": True}}


def scored(*rules: Mapping[str, Any], reach: Iterable[float] = (0, 100), **more: Any) -> Policy:
    """Return a policy with one score, `s`, of some rules."""
    named = [{"id": f"r{number}", "points": 10, **rule} for number, rule in enumerate(rules)]
    declared = {"range": list(reach), "rules": named, "groups": more.pop("groups", {}), "description": "For people."}
    return Policy(name="x", scores={"s": declared}, **more)


def funnel(*ways: Mapping[str, Any], **more: Any) -> Policy:
    """Return a policy with the stages lead, mql, sql and end, and a score `s` of demos, in that funnel."""
    rules = [{"id": "demo", "each": "demo_requested", "points": 40, "half_life": "30d", "within": "365d"}]
    given = {"scores": {"s": {"range": [0, 100], "rules": rules}}, "stages": STAGES, "review_every": "1d", **more}
    named = [{"id": f"t{number}", **way} for number, way in enumerate(ways)]
    return Policy(name="x", transitions=named, **given)


def found(policy: Policy, *codes: str) -> list[Finding]:
    """Return the findings of some codes."""
    return [finding for finding in lint(policy) if finding.code in codes]


def one(policy: Policy, code: str) -> Finding:
    """Return the one finding of a code."""
    (finding,) = found(policy, code)
    return finding
