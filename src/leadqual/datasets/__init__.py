"""Data to try things out with: `demo` makes a seeded sample whose truth is known, `bank_marketing` reads real calls."""

from __future__ import annotations

from leadqual.datasets.bank import BankMarketing, bank_marketing
from leadqual.datasets.sample import Demo, demo
from leadqual.datasets.truth import Truth

__all__ = ["BankMarketing", "Demo", "Truth", "bank_marketing", "demo"]
