"""The policies that ship with the package: `sales` and `collection` to start from, `minimal` to learn from.

Examples
--------
>>> from leadqual import policies
>>> policies.names()
('collection', 'minimal', 'sales')
>>> policies.minimal().initial_stage
'lead'
"""

from __future__ import annotations

from functools import cache

from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import cases, names, text

__all__ = ["cases", "collection", "minimal", "names", "sales", "text"]


@cache
def sales() -> Policy:
    """Return the policy for business-to-business sales: from lead to loyal customer, and all the ways back."""
    return Policy.loads(text("sales"), name="sales.yaml")


@cache
def minimal() -> Policy:
    """Return the small policy for learning: one score, one grade, three stages."""
    return Policy.loads(text("minimal"), name="minimal.yaml")


@cache
def collection() -> Policy:
    """Return the policy for collecting what is overdue: from the first late invoice to payment, a plan, or a lawyer."""
    return Policy.loads(text("collection"), name="collection.yaml")
