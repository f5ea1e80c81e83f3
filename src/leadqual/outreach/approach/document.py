"""The approaches of a company as one document: read, checked against a policy, written again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from leadqual._suggest import did_you_mean
from leadqual.errors import LeadqualError, Place, PolicyError, Problem, UnknownNameError, path_text
from leadqual.model.base import Model, problems_of
from leadqual.model.standing import PolicyRef
from leadqual.model.time import Duration
from leadqual.outreach.approach.check import problems_under
from leadqual.outreach.approach.document_card import approaches_card
from leadqual.outreach.approach.load import resolved
from leadqual.outreach.approach.plan import Approach
from leadqual.outreach.approach.words import Words
from leadqual.policy.digest import digest
from leadqual.policy.document import PolicyDocument
from leadqual.policy.dump import dump_yaml
from leadqual.policy.source import parse_source, read_source
from leadqual.policy.wording import reworded


class Approaches(Model):
    """What to do with whom: approaches in the order of their priority, written for the stages of one policy.

    Examples
    --------
    >>> from leadqual.outreach.approach.shipped import text
    >>> sales = Approaches.loads(text("sales"), name="sales.yaml")
    >>> sales.policy, sales["nurture-newsletter"].every.days
    ('sales', 30.0)
    """

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="The name of the document.")
    version: Annotated[str, Field(min_length=1, max_length=100)] = Field("0.0.0", description="Its version.")
    policy: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="The name of the policy whose stages, scores and grades the conditions read."
    )
    description: Words | None = Field(None, description="What the document is for, for people.")
    rest: Duration | None = Field(
        None, description="The least time between any two times that we reach out; answers do not wait."
    )
    approaches: tuple[Approach, ...] = Field(description="The approaches; the first that holds goes first.")

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def _repr_html_(self) -> str:
        return approaches_card(self)

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        problems = []
        often = Counter(approach.id for approach in self.approaches)
        for index, approach in enumerate(self.approaches):
            if often[approach.id] > 1:
                place = Place(path=path_text(("approaches", index, "id")))
                message, hint = f"{often[approach.id]} approaches are called {approach.id!r}", "give each its own id"
                problems.append(Problem("duplicate-id", message, place, approach.id, hint=hint))
        if problems:
            raise PolicyError(problems)
        return self

    @classmethod
    def error_from(cls, error: ValidationError) -> LeadqualError:
        """Return the typed error for a document with problems."""
        return PolicyError(reworded(problem) for problem in problems_of(error, cls, "approaches"))

    @classmethod
    def load(cls, source: str | PathLike[str], *, policy: PolicyDocument | None = None) -> Self:
        """Read approaches from a YAML 1.2 or JSON file.

        A document may say ``extends:`` (the name of one that ships, or a file beside it). It then holds what that one
        holds; an approach with an id of that one replaces the parts it gives, any other comes first, or stands where
        its ``before:`` or ``after:`` says; ``remove:`` lists those to leave out.

        Parameters
        ----------
        source : str or path
            The file; ``.json`` is read as JSON, anything else as YAML.
        policy : Policy, optional
            Check the conditions against this policy at once; otherwise they are checked when they are first used.

        Raises
        ------
        PolicyError
            With every problem of the document: file, line, approach, what was found, and a hint.
        """
        return resolved(cls, read_source(source), policy)

    @classmethod
    def loads(cls, text: str, *, name: str = "<text>", policy: PolicyDocument | None = None) -> Self:
        """Read approaches from the text of a YAML 1.2 document; raise what `load` raises.

        Parameters
        ----------
        text : str
            The document.
        name : str, default '<text>'
            What problems call it.
        policy : PolicyDocument, optional
            The policy that its conditions are checked against.
        """
        return resolved(cls, parse_source(text, name), policy)

    def check(self, policy: PolicyDocument) -> list[Problem]:
        """Return every problem that the conditions have under a policy: unknown names, wrong types, other stages.

        Parameters
        ----------
        policy : PolicyDocument
            The policy.
        """
        return problems_under(self, policy)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, with some parts of the document replaced and the whole checked again."""
        if not update:
            return super().model_copy(deep=deep)
        return type(self)(**{**{field: getattr(self, field) for field in type(self).model_fields}, **update})

    def __getitem__(self, name: str) -> Approach:
        """Return an approach by its id.

        Raises
        ------
        UnknownNameError
            If there is none of that name.
        """
        for approach in self.approaches:
            if approach.id == name:
                return approach
        known = [approach.id for approach in self.approaches]
        message, place = f"there is no approach {name!r}", Place(self.name)
        raise UnknownNameError(
            Problem("unknown-approach", message, place, str(name), ", ".join(known), did_you_mean(str(name), known))
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, without what stands at its default."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def to_yaml(self) -> str:
        """Return the document as YAML, complete in itself; reading it gives equal approaches with the same hash."""
        return dump_yaml(self.to_dict())

    @cached_property
    def content_hash(self) -> str:
        """The SHA-256 of the document's content, whatever its layout: 64 hexadecimal digits."""
        return digest(self.to_dict())

    @cached_property
    def ref(self) -> PolicyRef:
        """Name, version and content hash."""
        return PolicyRef(name=self.name, version=self.version, hash=self.content_hash)
