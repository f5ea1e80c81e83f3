"""What the static checks found, on the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from rich.text import Text

from leadqual.cli.output import clean, print_texts, progress_bar, told
from leadqual.lifecycle.policy import Policy
from leadqual.policy.source import Source
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.linting import lint
from leadqual.proofs.lint.report import LintReport

_AT_ONCE: Final = 1.0
_STYLES: Final = {"warning": "note", "note": "hint"}


def findings_of(policy: Policy, source: Source, *, quiet: bool) -> LintReport:
    """Return what the static checks find, with lines; what takes longer than a second shows how far it has come."""
    begin = time.monotonic()
    with progress_bar(quiet=quiet) as watch:

        def show(name: str, done: float) -> None:
            if time.monotonic() - begin > _AT_ONCE:
                watch(f"checking {policy.name}", done)

        return lint(policy, progress=show).located(source)


def print_findings(findings: Iterable[Finding]) -> None:
    """Print findings to the standard error."""
    print_texts(map(_text, findings))


def _text(finding: Finding) -> Text:
    sort = f"{finding.severity} [{finding.code}]"
    text = told(finding.as_problem(), sort, _STYLES[finding.severity], finding.said())
    if finding.witness is not None:
        text.append("\n    a contact that shows it:")
        for line in str(finding.witness).splitlines():
            text.append(f"\n      {clean(line)}")
    return text
