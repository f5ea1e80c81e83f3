"""The kinds of rules: what each asks of a contact, its history, the clock and the registries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, LeadqualError, Place, PolicyError, Problem, shown
from leadqual.model.base import Model, frozen_mapping
from leadqual.model.time import Duration
from leadqual.model.values import Identifier, refusal
from leadqual.model.vocabulary import Channel, ConsentMeans
from leadqual.outreach.hours.opening import Opening
from leadqual.outreach.hours.week import Week
from leadqual.outreach.rules.base import Code, RuleBase
from leadqual.outreach.rules.period import PeriodText
from leadqual.policy.fields import AnyInstance, teaching
from leadqual.policy.rules import RuleId

_GROUNDS = ("relation", "consent", "always")
_A_CENTURY: Final = 36_600


def _readable(written: Any) -> Any:
    try:
        Week.parse(written)
    except InputError as error:
        raise InputError([below("hours", problem) for problem in error.problems]) from None
    return frozen_mapping(written)


Hours = Annotated[Mapping[str, Any], BeforeValidator(teaching(_readable))]
"""Spans of local wall time by day, as a document writes them."""


HolidayKind: TypeAlias = Literal[
    "public", "government", "bank", "half_day", "optional", "school", "de_facto", "unofficial",
    "catholic", "christian", "hebrew", "hindu", "islamic", "orthodox", "protestant",
]  # fmt: skip
"""Kinds of days off: national ones are ``public``, those that a government recommends ``government``."""


class HoursRule(RuleBase):
    """Only at certain hours of the contact's local time, and on no holiday."""

    kind: Literal["hours"]
    hours: Hours = Field(description="When it is allowed: days and half-open spans of local time.")
    holidays: tuple[HolidayKind, ...] = Field((), description="The categories of holidays on which it is closed.")

    @cached_property
    def week(self) -> Week:
        """The hours, read."""
        return Week.parse(self.hours)

    @cached_property
    def opening(self) -> Opening:
        """The hours without holidays, which depend on the country."""
        return Opening(self.week)


class InconvenientTimesRule(RuleBase):
    """Not at times that the contact called inconvenient (its attribute ``inconvenient_times``)."""

    kind: Literal["inconvenient_times"]
    code: Code = Field("OUTSIDE_HOURS", description="The code of its refusal.")


class RegistryRule(RuleBase):
    """Not if the number stands on a do-not-call registry."""

    kind: Literal["registry"]
    registry: Identifier = Field(description="The country of the registry.")


class RegistryAgeRule(RuleBase):
    """Not with a copy of the registry that is too old."""

    kind: Literal["registry_age"]
    registry: Identifier = Field(description="The country of the registry.")
    max_age: Duration = Field(description="How old the copy may be.")


class Consent(Model):
    """Which consent is enough."""

    means: frozenset[ConsentMeans] = Field(frozenset(), description="How it must have been given; anyhow, if empty.")
    proof: bool = Field(False, description="Whether the record must say where its proof lies.")


class ConsentRule(RuleBase):
    """Only with a consent of a certain form, for this channel and purpose."""

    kind: Literal["consent"]
    means: frozenset[ConsentMeans] = Field(frozenset(), description="How it must have been given; anyhow, if empty.")
    proof: bool = Field(False, description="Whether the record must say where its proof lies.")
    code: Code = Field("NO_CONSENT", description="The code of its refusal.")
    allow: Code = Field("OK_EXPRESS_CONSENT", description="The code where there is such a consent.")

    @cached_property
    def wanted(self) -> Consent:
        """The consent that is enough."""
        return Consent(means=self.means, proof=self.proof)


class Relation(Model):
    """A relationship that follows from what happened lately."""

    kinds: tuple[Identifier, ...] = Field(description="The kinds of interactions that show it.", min_length=1)
    within: PeriodText = Field(description="How long ago the latest may be, inclusive.")


class ExemptionRule(RuleBase):
    """Lifts other rules on one ground; without that ground it changes nothing."""

    kind: Literal["exemption"]
    lifts: tuple[RuleId, ...] = Field((), description="The rules that do not stand in the way where it holds.")
    relation: Relation | None = Field(None, description="Its ground: a relationship.")
    consent: Consent | None = Field(None, description="Its ground: a consent.")
    always: bool = Field(False, description="Its ground: none is needed beyond its filters.")
    together_with: tuple[RuleId, ...] = Field((), description="Exemptions that have to hold too.")
    allow: Code = Field(description="The code where it holds.")
    unmet: Code = Field("NOT_EXEMPT", description="The code of the note where it does not.")

    @model_validator(mode="after")
    def _one_ground(self) -> Self:
        named = [name for name in _GROUNDS if getattr(self, name)]
        if len(named) == 1:
            return self
        expected = f"one of {', '.join(_GROUNDS)}"
        found = f"it names {' and '.join(named)}" if named else "it names none"
        raise refusal("bad-exemption", f"an exemption rests on one ground: {found}", expected=expected)


class RequestRule(RuleBase):
    """Not once the contact asked not to be contacted."""

    kind: Literal["request"]
    code: Code = Field("INTERNAL_DNC", description="The code of its refusal.")
    means: frozenset[ConsentMeans] = Field(frozenset(), description="How it must have been said; anyhow, if empty.")
    any_channel: bool = Field(False, description="Whether a request about another channel counts too.")
    named_purpose: bool = Field(
        False, description="Whether a consent taken back for every purpose counts for nothing: none was needed here."
    )


class FrequencyRule(RuleBase):
    """Only so often within a length of time."""

    kind: Literal["frequency"]
    at_most: int = Field(description="How many within that time are allowed.", ge=0, strict=True)
    within: Duration = Field(description="The length of time, which ends now.")
    per: Literal["person", "debt", "campaign"] = Field("person", description="What is counted apart.")
    counts: Literal["attempts", "conversations"] = Field("attempts", description="What is counted.")
    counted_channels: tuple[Channel, ...] = Field((), description="The channels counted; the rule's own, if empty.")
    any_purpose: bool = Field(False, description="Whether attempts for other purposes count too.")
    code: Code = Field("FREQUENCY_LIMIT", description="The code of its refusal.")


class CoolDownRule(RuleBase):
    """Not on the days after a conversation; the day of the conversation is the first."""

    kind: Literal["cool_down"]
    days: int = Field(
        description="How many days of the local calendar, that of the conversation included.",
        ge=1,
        le=_A_CENTURY,
        strict=True,
    )
    after: Literal["conversation", "attempt"] = Field("conversation", description="After what.")
    per: Literal["person", "debt", "campaign"] = Field("person", description="What is looked at apart.")
    counted_channels: tuple[Channel, ...] = Field((), description="The channels looked at; the rule's own, if empty.")
    any_purpose: bool = Field(False, description="Whether conversations for other purposes count too.")
    code: Code = Field("FREQ_AFTER_CONVERSATION", description="The code of its refusal.")


class NoticeRule(RuleBase):
    """Only some days after a notice was sent."""

    kind: Literal["notice"]
    kinds: tuple[Identifier, ...] = Field(description="The kinds of interactions that are such a notice.", min_length=1)
    days: int = Field(description="How many days of 24 hours must have passed since.", ge=0, le=_A_CENTURY, strict=True)
    code: Code = Field("NOTICE_REQUIRED", description="The code of its refusal.")


class ServiceWindowRule(RuleBase):
    """Freely only for a while after the contact's last message on the channel; after that from a template."""

    kind: Literal["service_window"]
    within: Duration = Field(description="How long after the contact's last message.")
    code: Code = Field("TEMPLATE_REQUIRED", description="The code of its refusal.")
    allow: Code = Field("OK_SERVICE_WINDOW", description="The code within that time.")


class CircumstanceRule(RuleBase):
    """Not where something is known about the contact that no history tells."""

    kind: Literal["circumstance"]
    attribute: Identifier = Field(description="The attribute of the contact that tells it.")
    denies: tuple[bool | str, ...] = Field(description="The values that deny.", min_length=1)
    allows: tuple[bool | str, ...] = Field((), description="The only values that do not deny, if any are named.")
    when_missing: Literal["allow", "deny"] = Field("allow", description="What it says where nobody knows.")
    code: Code = Field(description="The code of its refusal.")


class MissingRule(RuleBase):
    """Says that the law of a place is not known here, which denies."""

    kind: Literal["missing"]
    code: Code = Field("RULE_MISSING", description="The code of its refusal.")


class DutyRule(RuleBase):
    """What the caller has to do when reaching out; it decides nothing."""

    kind: Literal["duty"]


class NoteRule(RuleBase):
    """What is worth knowing, such as an exception that is not relied on; it decides nothing."""

    kind: Literal["note"]


Restriction: TypeAlias = (
    HoursRule
    | InconvenientTimesRule
    | RegistryRule
    | RegistryAgeRule
    | ConsentRule
    | RequestRule
    | FrequencyRule
    | CoolDownRule
    | NoticeRule
    | ServiceWindowRule
    | CircumstanceRule
    | MissingRule
)
"""A rule that can stand in the way."""

Rule: TypeAlias = Restriction | ExemptionRule | DutyRule | NoteRule
"""A rule of any kind."""

_CLASSES: Final = (*get_args(Restriction), ExemptionRule, DutyRule, NoteRule)
KINDS: Final[Mapping[str, type[RuleBase]]] = {get_args(cls.model_fields["kind"].annotation)[0]: cls for cls in _CLASSES}
"""The class of each kind of rule, by the name that documents give it."""


def _rules(value: Any) -> Any:
    """Return the rules of a list of plain data; raise `PolicyError` with everything that is wrong with any of them."""
    if not isinstance(value, list | tuple):
        expected = "one rule after another, each after a dash"
        raise PolicyError(Problem("wrong-type", "the rules are a list", Place("rules"), shown(value), expected))
    made: list[Any] = []
    problems: list[Problem] = []
    for number, item in enumerate(value):
        try:
            made.append(_as_rule(item))
        except LeadqualError as error:
            problems += [below(f"rules[{number}]", problem) for problem in error.problems]
    if problems:
        raise PolicyError(problems)
    return made


def _as_rule(value: Any) -> RuleBase:
    """Return the rule that plain data is meant to be; its kind says which fields it has."""
    if isinstance(value, RuleBase):
        return value
    if not isinstance(value, Mapping):
        expected = "a mapping with id:, kind: and what the kind needs"
        raise InputError(Problem("wrong-type", "a rule is a mapping", Place(), shown(value), expected))
    kind = value.get("kind")
    cls = KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        message = "the rule has no kind" if kind is None else f"there is no kind of rule {shown(kind)}"
        hint = did_you_mean(kind, KINDS) if isinstance(kind, str) else None
        raise InputError(Problem("unknown-kind", message, Place(path="kind"), shown(kind), ", ".join(KINDS), hint))
    return cls.model_validate(value)


def below(path: str, problem: Problem) -> Problem:
    """Return a problem of a part with its path in the whole."""
    inner = problem.place.path
    return problem.at(path=path if not inner else f"{path}.{inner}" if inner[0] != "[" else f"{path}{inner}")


Rules = Annotated[tuple[Rule, ...], AnyInstance, BeforeValidator(teaching(_rules)), AfterValidator(tuple)]
"""Rules as they stand in a document: the kind of each says which fields it has."""
