"""What every rule on reaching out says: of whom it speaks, where it is written, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from leadqual.model.base import Model
from leadqual.model.values import Identifier, Region
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.rules.words import CallerKind, Confidence, LineKind, Whom
from leadqual.policy.rules import RuleId

Language = Literal["en", "id"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "id")

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=60)]
"""The code of a reason: capital letters, digits and underscores."""


def _in_every_language(text: Mapping[Language, str]) -> Mapping[Language, str]:
    known = next(iter(text.values()))
    return {language: text.get(language, known) for language in LANGUAGES}


class RuleBase(Model):
    """What rules of every kind share.

    A filter that nobody can answer (no caller is given, the kind of line is not known) leaves a restriction in force
    and an exemption without effect: what is unknown denies.
    """

    id: RuleId = Field(description="The id under which verdicts name the rule.")
    purposes: tuple[Purpose, ...] = Field(description="The purposes it speaks of.", min_length=1)
    channels: tuple[Channel, ...] = Field(description="The channels it speaks of.", min_length=1)
    callers: frozenset[CallerKind] | None = Field(None, description="The callers it speaks of; all, if it names none.")
    paid: bool | None = Field(None, description="Whether it speaks of callers who are paid to call for somebody else.")
    lines: frozenset[LineKind] | None = Field(None, description="The kinds of line it speaks of.")
    to: Whom | None = Field(None, description="Whether it speaks of numbers of businesses or of persons.")
    regions: frozenset[Region] | None = Field(None, description="The states or provinces it speaks of (ISO 3166-2).")
    source: Identifier = Field(description="The legal instrument, with its section.")
    url: Identifier = Field(description="Where it was read, or its official address.")
    confidence: Confidence = Field(description="V1 official, V2 secondary, M unverified, D disputed.")
    read_on: date | None = Field(None, description="When it was read; the pack's own day if nothing is said.")
    review_by: date | None = Field(None, description="When it has to be read again; the pack's own day otherwise.")
    effective_from: date | None = Field(None, description="The first day on which it holds, where one is known.")
    effective_to: date | None = Field(None, description="The last day on which it holds, where one is known.")
    text: Annotated[Mapping[Language, str], Field(min_length=1), AfterValidator(_in_every_language)] = Field(
        description="What it says, in one plain sentence of each language; one alone is taken for both."
    )
    note: str | None = Field(None, description="What else a compliance officer should know, such as a dispute.")
    replaces: RuleId | None = Field(None, description="The rule of another pack in whose place it stands.")
