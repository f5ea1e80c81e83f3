"""A pack: the rules of one jurisdiction, platform or company, as one document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Self

from pydantic import Field, ValidationError, model_validator

from leadqual._suggest import did_you_mean
from leadqual.errors import LeadqualError, Place, PolicyError, Problem
from leadqual.model.base import Model, problems_of
from leadqual.model.values import Flag, Identifier
from leadqual.model.vocabulary import Channel
from leadqual.outreach.places.atlas import zones_by_country
from leadqual.outreach.rules.kinds import ExemptionRule, Rule, Rules
from leadqual.outreach.rules.pack_card import pack_card
from leadqual.outreach.rules.words import EVERYWHERE
from leadqual.policy.rules import RuleId
from leadqual.policy.wording import reworded


class Pack(Model):
    """The rules of one jurisdiction, platform or company.

    Examples
    --------
    >>> from leadqual import outreach
    >>> pack = outreach.load_pack("ca")
    >>> pack.jurisdiction, pack.rule("CA-DNCL-AGE").confidence.value
    ('CA', 'V1')
    """

    pack: Identifier = Field(description="The name of the pack.")
    title: Identifier = Field(description="The name of the place, platform or company, for people.")
    version: Identifier = Field(description="The version of the pack.")
    jurisdiction: Identifier = Field(description="What reasons call it.")
    countries: tuple[Identifier, ...] = Field(
        description=f"Whose contacts it speaks of (ISO 3166); [{EVERYWHERE}] for everybody.", min_length=1
    )
    law: Flag = Field(
        False,
        description="Whether it says what the law of these countries is. Other packs only narrow what a law allows: "
        "where nothing but them speaks, the law is unknown.",
    )
    channels: tuple[Channel, ...] = Field((), description="The only channels it speaks of; all, if empty.")
    description: str | None = Field(None, description="What it holds and what it leaves out.")
    read_on: date | None = Field(None, description="When its rules were read, where a rule says nothing else.")
    review_by: date = Field(description="When somebody has to read its rules again, where a rule says nothing else.")
    replaces: tuple[Identifier, ...] = Field((), description="The packs in whose place it stands as a whole.")
    drops: tuple[RuleId, ...] = Field((), description="Rules of other packs that hold no longer.")
    rules: Rules = Field(description="The rules.")

    @classmethod
    def error_from(cls, error: ValidationError) -> LeadqualError:
        """Return the typed error for a failed validation."""
        return PolicyError(list(_first_causes([reworded(problem) for problem in problems_of(error, cls)])))

    @model_validator(mode="after")
    def _fits(self) -> Self:
        problems = [*_countries(self), *_twice(self), *_unread(self), *_pointing_nowhere(self)]
        if problems:
            raise PolicyError(problems)
        return self

    def _repr_html_(self) -> str:
        return pack_card(self)

    @property
    def everywhere(self) -> bool:
        """Whether it speaks of contacts of every country."""
        return EVERYWHERE in self.countries

    def rule(self, name: str) -> Rule:
        """Return the rule of an id; raise `KeyError` if there is none.

        Parameters
        ----------
        name : str
            The id of the rule.
        """
        return next(rule for rule in self.rules if rule.id == name)

    def read(self, rule: Rule) -> date:
        """Return the day on which a rule was read.

        Parameters
        ----------
        rule : Rule
            A rule of the pack.
        """
        return rule.read_on or self.read_on or date.min

    def review(self, rule: Rule) -> date:
        """Return the day by which a rule has to be read again.

        Parameters
        ----------
        rule : Rule
            A rule of the pack.
        """
        return rule.review_by or self.review_by


def _first_causes(problems: list[Problem]) -> Iterator[Problem]:
    """Yield problems without those that follow from others: a list is empty once its only item is wrong."""
    paths = [problem.place.path or "" for problem in problems]
    for problem in problems:
        within = f"{problem.place.path}["
        if problem.code != "empty" or not any(path.startswith(within) for path in paths):
            yield problem


def _countries(pack: Pack) -> Iterator[Problem]:
    if EVERYWHERE in pack.countries and len(pack.countries) > 1:
        message = f"{EVERYWHERE} stands for every country, and others beside it mean nothing"
        yield Problem("bad-country", message, Place(path="countries"), ", ".join(pack.countries), f"[{EVERYWHERE}]")
    known = zones_by_country()
    for number, country in enumerate(pack.countries):
        if country not in known and country != EVERYWHERE:
            hint = "write 'GB'" if country.upper() == "UK" else did_you_mean(country, known)
            message, expected = "there is no such country", "an ISO 3166 code of two capital letters, such as 'ID'"
            yield Problem("bad-country", message, Place(path=f"countries[{number}]"), country, expected, hint)


def _twice(pack: Pack) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, rule in enumerate(pack.rules):
        if rule.id in first:
            message = f"two rules have one id, the other one is rules[{first[rule.id]}]"
            yield Problem("duplicate-id", message, Place(path=f"rules[{number}].id", rule=rule.id), rule.id)
        first.setdefault(rule.id, number)


def _unread(pack: Pack) -> Iterator[Problem]:
    for number, rule in enumerate(pack.rules):
        if rule.read_on is None and pack.read_on is None:
            place = Place(path=f"rules[{number}]", rule=rule.id)
            hint = "write read_on: on the rule, or once for all rules on the pack"
            yield Problem("missing-field", "nobody says when the rule was read", place, hint=hint)


def _pointing_nowhere(pack: Pack) -> Iterator[Problem]:
    exempting = {rule.id for rule in pack.rules if isinstance(rule, ExemptionRule)}
    for number, rule in enumerate(pack.rules):
        for name in rule.together_with if isinstance(rule, ExemptionRule) else ():
            if name not in exempting:
                place = Place(path=f"rules[{number}].together_with", rule=rule.id)
                message = "the pack has no exemption of this id"
                yield Problem("unknown-rule", message, place, name, hint=did_you_mean(name, exempting))
