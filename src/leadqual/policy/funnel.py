"""The funnel: stages and the ordered transitions between them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from leadqual.errors import PolicyError, Problem
from leadqual.model.base import Model
from leadqual.model.values import Flag
from leadqual.policy.fields import ConditionText
from leadqual.policy.rules import Identifier, RuleId

OnUnknown = Literal["hold", "deny", "error"]


class StageSpec(Model):
    """A stage of the lifecycle."""

    initial: Flag = Field(False, description="Whether a contact starts here; true for exactly one stage.")
    final: Flag = Field(False, description="Whether it is meant that no transition leads away from here.")
    closed: Flag = Field(False, description="Whether nobody sells to contacts here: lists of leads leave them out.")
    description: str | None = Field(None, description="What it means to stand here, for people.")


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _one_or_several(value: tuple[str, ...]) -> str | list[str]:
    return value[0] if len(value) == 1 else list(value)


class Transition(Model):
    """A way from one stage, or one of several, to another."""

    id: RuleId = Field(description="The name under which moves are explained.")
    source: Annotated[
        tuple[Identifier, ...],
        Field(min_length=1),
        BeforeValidator(_several, json_schema_input_type=Identifier | Annotated[list[Identifier], Field(min_length=1)]),
        PlainSerializer(_one_or_several),
    ] = Field(description="The stage it starts from, or a list of stages.")
    target: Identifier = Field(description="The stage it leads to.")
    when: ConditionText | None = Field(None, description="The condition that must be true.")
    event: Identifier | None = Field(
        None, description="The kind of interaction at which it is eligible; without it the transition is automatic."
    )
    on_unknown: OnUnknown = Field(
        "hold",
        description="If the condition is unknown: hold (wait, and say what is missing), deny (count as false), error.",
    )
    description: str | None = Field(None, description="Why the way is there, for people.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = []
        if self.when is None and self.event is None:
            message = "a transition needs when: (a condition), event: (a kind of interaction), or both"
            problems.append(Problem("when-or-event", message, hint="without either it would fire at once, always"))
        if self.target in self.source:
            message = "a transition leads to another stage"
            problems.append(Problem("same-stage", message, found=f"{self.target} to {self.target}"))
        if len(set(self.source)) < len(self.source):
            problems.append(Problem("duplicate-source", "a source is named twice", found=", ".join(self.source)))
        if problems:
            raise PolicyError(problems)
        return self
