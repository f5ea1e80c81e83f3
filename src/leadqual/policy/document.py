"""The policy as it is declared: what stands in the document, checked as a whole, and nothing compiled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationError, ValidationInfo, model_validator

from leadqual.errors import InputError, LeadqualError, Place, PolicyError, Problem, shown
from leadqual.model.base import Model, problems_of
from leadqual.model.built_in import built_in_catalogue
from leadqual.model.catalogue import Catalogue, Kind, ValueType
from leadqual.model.catalogue import Field as Entry
from leadqual.model.derived import BUILT_IN_MEANING, Meaning
from leadqual.model.interactions.base import Interaction
from leadqual.model.score import Scorer
from leadqual.model.standing import PolicyRef
from leadqual.model.time import Duration
from leadqual.policy.check import check_policy
from leadqual.policy.declare import Currency, FieldSpec, InteractionSpec, declared_fields, declared_interactions
from leadqual.policy.digest import digest
from leadqual.policy.dump import dump_yaml
from leadqual.policy.funnel import StageSpec, Transition
from leadqual.policy.load import load_policy
from leadqual.policy.lookback import lookback_of
from leadqual.policy.parse import interaction_of
from leadqual.policy.recover import UNCHECKED
from leadqual.policy.rules import Bands, Grid, Identifier, ScorerSpec, ScoreRules, none_is_empty, none_is_no_item
from leadqual.policy.source import Source, parse_source, read_source
from leadqual.policy.warnings import warnings_of
from leadqual.policy.wording import reworded


def _grade_kind(value: Any) -> str:
    is_grid = "rows" in value or "columns" in value if isinstance(value, Mapping) else isinstance(value, Grid)
    return "grid()" if is_grid else "bands()"


def _parsed(text: str, name: str) -> Source:
    """Return the source of a text: JSON if it is that, since its escapes are not all YAML's, else YAML."""
    if not isinstance(text, str):
        hint = "read a file with Policy.load(path), and build one from plain data with Policy(**data)"
        raise InputError(Problem("wrong-type", "a document is text", Place("text"), shown(text), "a text", hint))
    if text.lstrip()[:1] == "{":
        try:
            return parse_source(text, name, json=True)
        except PolicyError as error:
            if error.code != "bad-json":
                raise
    return parse_source(text, name)


def _none_are_empty(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return none_is_empty(value)
    return {name: none_is_empty(spec) for name, spec in value.items()}


Grade = Annotated[Annotated[Bands, Tag("bands()")] | Annotated[Grid, Tag("grid()")], Discriminator(_grade_kind)]


class PolicyDocument(Model):
    """A qualification policy: fields and kinds, scores, grades, stages and the transitions between them."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="The name of the policy.")
    version: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        "0.0.0", description="Its version; every move names it."
    )
    description: str | None = Field(None, description="What the policy is for, for people.")
    review_every: Duration | None = Field(
        None, description="How often stages are reviewed without an interaction, from 1970-01-01T00:00Z: 1d is daily."
    )
    active_within: Duration = Field(
        Duration.parse("365d"), description="A customer is active who bought or used something in this time."
    )
    fields: Annotated[dict[Identifier, FieldSpec], BeforeValidator(declared_fields)] = Field(
        default_factory=dict, description="Typed fields of contacts and companies, beyond the built-in ones."
    )
    interactions: Annotated[dict[Identifier, InteractionSpec], BeforeValidator(declared_interactions)] = Field(
        default_factory=dict, description="Kinds of interactions, beyond the built-in ones."
    )
    currency: Currency | None = Field(None, description="The currency in which amounts are added, with rates.")
    scores: Annotated[dict[Identifier, ScoreRules], BeforeValidator(none_is_empty)] = Field(
        default_factory=dict, description="Scores by rules; each may read those before it."
    )
    scorers: Annotated[dict[Identifier, ScorerSpec], BeforeValidator(_none_are_empty)] = Field(
        default_factory=dict, description="Scores that scorer objects give, such as a model."
    )
    grades: Annotated[dict[Identifier, Grade], BeforeValidator(none_is_empty)] = Field(
        default_factory=dict, description="Bands on scores (temperature, fit), and grids of two of them."
    )
    stages: Annotated[dict[Identifier, StageSpec], BeforeValidator(_none_are_empty)] = Field(
        default_factory=dict, description="The stages of the funnel; one is initial."
    )
    transitions: Annotated[tuple[Transition, ...], BeforeValidator(none_is_no_item)] = Field(
        (), description="The ways between stages; the first that may fire does."
    )

    @model_validator(mode="after")
    def _checked(self, info: ValidationInfo) -> Self:
        if info.context is not UNCHECKED and (problems := check_policy(self)):
            raise PolicyError(problems)
        return self

    @classmethod
    def error_from(cls, error: ValidationError) -> LeadqualError:
        """Return the typed error for a document with problems."""
        return PolicyError(reworded(problem) for problem in problems_of(error, cls, "policy"))

    @classmethod
    def load(
        cls,
        source: str | PathLike[str],
        *,
        contact: type[Model] | None = None,
        interactions: Iterable[type[Model]] | type[Model] = (),
    ) -> Self:
        """Read a policy from a YAML 1.2 or JSON file.

        Parameters
        ----------
        source : str or path
            The file; ``.json`` is read as JSON, anything else as YAML.
        contact : type, optional
            A subclass of `Contact` whose own fields the policy may use.
        interactions : iterable of type
            Subclasses of `Interaction` whose kinds the policy may use; a single one may stand alone.

        Raises
        ------
        PolicyError
            With every problem of the document: file, line, rule, what was found, and a hint.
        InputError
            If an argument is not what it should be.
        """
        return load_policy(cls, read_source(source), contact=contact, interactions=interactions)

    @classmethod
    def loads(
        cls,
        text: str,
        *,
        name: str = "<text>",
        contact: type[Model] | None = None,
        interactions: Iterable[type[Model]] | type[Model] = (),
    ) -> Self:
        """Read a policy from the text of a YAML 1.2 (or JSON) document; raise what `load` raises.

        Parameters
        ----------
        text : str
            The document.
        name : str, optional
            What errors call it.
        contact, interactions : optional
            As for `load`.
        """
        return load_policy(cls, _parsed(text, name), contact=contact, interactions=interactions)

    def parse_interaction(self, data: Mapping[str, Any]) -> Interaction:
        """Return the interaction that plain data describes, of any kind that this policy knows.

        A kind of a class given to `load` or to the policy comes back as that class, one that only the document
        declares as a `CustomInteraction`. Its properties stand beside the other fields, or nested under
        ``properties``.

        Parameters
        ----------
        data : Mapping
            The fields, with at least ``id``, ``kind`` and ``occurred_at``.

        Raises
        ------
        InputError
            If the kind is missing or unknown, or with everything in the data that does not fit it.

        Examples
        --------
        >>> visit = {"properties": {"minutes": {"type": "number"}}}
        >>> policy = PolicyDocument(name="tiny", interactions={"visit": visit})
        >>> row = {"id": "i-1", "kind": "visit", "occurred_at": "2026-11-20T08:00:00Z", "minutes": 45}
        >>> policy.parse_interaction(row).value("minutes")
        45
        """
        return interaction_of(self, data)

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, without what stands at its default."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def to_yaml(self) -> str:
        """Return the document as YAML; reading it gives an equal policy with the same hash."""
        return dump_yaml(self.to_dict())

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of the document, as it is published for editors.

        Examples
        --------
        >>> PolicyDocument.json_schema()["$schema"]
        'https://json-schema.org/draft/2020-12/schema'
        """
        published = Path(__file__).with_name("policy.schema.json")
        schema: dict[str, Any] = json.loads(published.read_text(encoding="utf-8"))
        return schema

    def warnings(self) -> tuple[Problem, ...]:
        """Return what the policy allows and its author may not have meant; an empty tuple if nothing was found.

        Stages that no way leads to or from, ways there and back that might both be open at one instant (found by
        simple reasoning, so a warning says *not proved*, never *wrong*), scores below every band of a grade, and
        conditions that change with time in a policy without `review_every`. This is a first look that takes no time;
        `leadqual.analysis.lint` finds more, and proves it or shows it on a contact.

        Examples
        --------
        >>> policy = PolicyDocument(name="two", stages={"lead": {"initial": True}, "customer": None}, transitions=[
        ...     {"id": "bought", "source": "lead", "target": "customer", "event": "purchase"}])
        >>> [problem.code for problem in policy.warnings()]
        ['no-way-out']
        """
        return warnings_of(self)

    @cached_property
    def content_hash(self) -> str:
        """The SHA-256 of the document's content, whatever its layout: 64 hexadecimal digits."""
        return digest(self.to_dict())

    @cached_property
    def ref(self) -> PolicyRef:
        """Name, version and content hash."""
        return PolicyRef(name=self.name, version=self.version, hash=self.content_hash)

    @cached_property
    def lookback(self) -> timedelta | None:
        """How far back an interaction can matter, so how much history has to be loaded; None means all of it.

        Profile updates matter for ever and are always to be given.
        """
        reach = lookback_of(self)
        return None if reach is None else timedelta(microseconds=reach)

    @cached_property
    def initial_stage(self) -> str | None:
        """The stage in which a contact starts; None for a policy that only scores."""
        return next((name for name, stage in self.stages.items() if stage.initial), None)

    @property
    def attached_scorers(self) -> Mapping[str, Scorer]:
        """The scorer objects behind the scores that the document leaves to them; a bare document has none."""
        return {}

    @property
    def built_in(self) -> Catalogue:
        """The names and kinds that every policy may use."""
        return built_in_catalogue()

    @cached_property
    def catalogue(self) -> Catalogue:
        """Every name and kind that this policy's conditions may use."""
        declared = [spec.entry(f"{spec.on}.{name}") for name, spec in self.fields.items()]
        kinds: list[Kind] = [spec.kind(name) for name, spec in self.interactions.items()]
        known = [*declared, *self.score_fields(self.score_ranges), *self._grade_fields(), *self._stage_fields()]
        return self.built_in.extended(known, kinds)

    @cached_property
    def meaning(self) -> Meaning:
        """What kinds of interactions mean for roles: which are purchases, which show no interest."""
        bought = [name for name, spec in self.interactions.items() if spec.transaction]
        quiet = [name for name, spec in self.interactions.items() if not spec.shows_interest]
        return Meaning(BUILT_IN_MEANING.purchases.union(bought), frozenset(quiet))

    @cached_property
    def score_ranges(self) -> dict[str, tuple[float, float]]:
        """The range of each score, of rules and of scorers, in the order in which they are computed."""
        external = {name: spec.range for name, spec in self.scorers.items()}
        return {**external, **{name: score.range for name, score in self.scores.items()}}

    def score_fields(self, names: Iterable[str]) -> list[Entry]:
        """Return the catalogue's entries for some of the scores.

        Parameters
        ----------
        names : iterable of str
            The names of scores.
        """
        return [
            Entry(f"score.{name}", ValueType.NUMBER, f"the score {name}", range=self.score_ranges[name])
            for name in names
            if name in self.score_ranges
        ]

    def grade_values(self, name: str) -> tuple[str, ...]:
        """Return what a grade can be, best first.

        Parameters
        ----------
        name : str
            The name of a grade.
        """
        grade = self.grades[name]
        if isinstance(grade, Bands):
            return tuple(grade.bands)
        sides = [self.grades.get(side) for side in (grade.rows, grade.columns)]
        rows, columns = ([*side.bands] if isinstance(side, Bands) else [] for side in sides)
        return tuple(grade.cell(row, column) for row in rows for column in columns)

    def _grade_fields(self) -> list[Entry]:
        return [
            Entry(f"grade.{name}", ValueType.TEXT, f"the grade {name}", values=self.grade_values(name))
            for name in self.grades
        ]

    def _stage_fields(self) -> list[Entry]:
        if not self.stages:
            return []
        return [
            Entry("stage", ValueType.TEXT, "where the contact stands", values=tuple(self.stages)),
            Entry("days_in_stage", ValueType.NUMBER, "days of 24 hours since the stage was entered", unit="days"),
        ]
