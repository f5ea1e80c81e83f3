"""Static checks of a policy."""

from __future__ import annotations

from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.linting import lint
from leadqual.proofs.lint.report import LintReport

__all__ = ["Finding", "LintReport", "lint"]
