"""All that the static checks found in a policy, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any, Final

from leadqual.cards.frame import BAD, SMALL, as_written, framed, heading
from leadqual.model.standing import PolicyRef
from leadqual.policy.source import Source
from leadqual.proofs.lint.codes import Severity
from leadqual.proofs.lint.finding import Finding

_WIDTH: Final = 80
_COLOURS: Final[dict[Severity, str]] = {"warning": BAD, "note": "#7a6ad8"}


@dataclass(frozen=True, slots=True)
class LintReport:
    """What the static checks found.

    Parameters
    ----------
    policy : PolicyRef
        Which policy.
    findings : tuple of Finding
        In the order of the document.

    Examples
    --------
    >>> from leadqual import Policy, analysis
    >>> report = analysis.lint(Policy(name="two", stages={"lead": {"initial": True}, "customer": None}, transitions=[
    ...     {"id": "bought", "source": "lead", "target": "customer", "event": "purchase"}]))
    >>> [finding.code for finding in report]
    ['no-way-out']
    """

    policy: PolicyRef
    findings: tuple[Finding, ...] = ()

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is most likely a slip."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What is worth knowing."""
        return tuple(finding for finding in self.findings if finding.severity == "note")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def located(self, source: Source) -> LintReport:
        """Return it with the lines of the document that the policy was read from.

        Parameters
        ----------
        source : Source
            The text that the policy was read from, with its lines.
        """
        found = [finding.located(source) for finding in self.findings]
        return LintReport(
            self.policy, tuple(sorted(found, key=lambda one: (one.place.line or 0, one.place.column or 0)))
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON."""
        return {
            "policy": self.policy.model_dump(mode="json"),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def __str__(self) -> str:
        """Return it as text that is no wider than 80 columns."""
        lines = [line for finding in self.findings for line in ("", *_wrapped(str(finding)))]
        return "\n".join([f"{self.policy}: {self._summary()}", *lines])

    def _summary(self) -> str:
        if not self.findings:
            return "nothing was found."
        counts = ((len(self.warnings), "warning"), (len(self.notes), "note"))
        told = [f"{number} {what}{'' if number == 1 else 's'}" for number, what in counts if number]
        return f"{', '.join(told)}."

    def _repr_html_(self) -> str:
        parts = "".join(map(_card, self.findings))
        return framed(heading(str(self.policy), [self._summary()]) + parts)


def _wrapped(text: str) -> Iterator[str]:
    """Yield lines that are no wider than a terminal; what follows a line stands two columns to the right of it."""
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        safe = "".join(sign if sign.isprintable() else "?" for sign in line.strip())
        yield from wrap(
            safe, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
        ) or [""]


def _card(finding: Finding) -> str:
    colour = _COLOURS[finding.severity]
    head = f"<strong style='color:{colour}'>{finding.severity}</strong> <code>{finding.code}</code>"
    rows = "".join(f"<div><em>{label}</em>: {escape(said)}</div>" for label, said in finding.said())
    shown = ""
    if finding.witness is not None:
        shown = f"<details><summary>a contact that shows it</summary>{as_written(str(finding.witness))}</details>"
    place = f"<div style='{SMALL}'>{escape(str(finding.place))}</div>"
    return f"<div style='margin-top:.7rem'>{head} {escape(finding.message)}{place}{rows}{shown}</div>"
