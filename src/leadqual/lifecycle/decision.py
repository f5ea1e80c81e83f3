"""A decision: where a contact stands at an instant, how it came there, and everything that speaks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field, PlainSerializer

from leadqual._suggest import did_you_mean
from leadqual.errors import Place, Problem, UnknownNameError
from leadqual.lifecycle.explain import explanation, known_zone
from leadqual.lifecycle.html import decision_card
from leadqual.lifecycle.outlook import Needed, Way, needed_for
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.later import LaterModel
from leadqual.model.score import Score
from leadqual.model.standing import Move, PolicyRef, Standing
from leadqual.model.time import Instant

if TYPE_CHECKING:
    from leadqual.lifecycle.decide import Decider

SortedTexts = Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str], when_used="json")]


class Origin(NamedTuple):
    """What a decision was made from: the compiled policy, the contact, and its history in the order of time."""

    decider: Decider
    contact: Contact
    history: Sequence[Interaction]


class Decision(LaterModel):
    """What a policy says of one contact at one instant, with every reason.

    The same policy on the same inputs gives the same bytes of JSON, and ``Decision.model_validate_json`` reads them
    back.
    """

    # No field: what a decision was made from is no part of what it says, so it is in no JSON, no copy and no pickle.
    __slots__ = ("_origin",)

    contact_id: str
    at: Instant = Field(description="The instant that was asked about, UTC.")
    policy: PolicyRef
    before: Standing | None = Field(None, description="The standing that the decision went on from, if one was given.")
    standing: Standing = Field(description="Where the contact stands; give it to the next decision.")
    moves: tuple[Move, ...] = Field((), description="The moves since the standing given, or since the beginning.")
    revised: tuple[Move, ...] = Field(
        (), description="After late='replay': the moves up to the old standing that are different now."
    )
    scores: Mapping[str, Score] = Field(description="Each score with its ledger, which sums to it.")
    grades: Mapping[str, str | None] = Field(description="Each grade; None where its score is below every band.")
    roles: SortedTexts = Field(description="The declared roles, and lead and customer from the history.")
    activity: Literal["active", "inactive"] | None = Field(description="Of a customer; None for a prospect.")
    missing: Mapping[str, tuple[str, ...]] = Field(
        description="The fields that left something unknown, with what they could have changed."
    )
    outlook: tuple[Way, ...] = Field(description="Every transition with what it still waits for.")

    def __hash__(self) -> int:
        return hash((self.contact_id, self.at, self.policy, self.standing))

    def remember(self, origin: Origin) -> None:
        """Keep what the decision was made from; for those who make decisions.

        Parameters
        ----------
        origin : Origin
            The policy, the contact and its history.
        """
        object.__setattr__(self, "_origin", origin)

    @property
    def origin(self) -> Origin | None:
        """What it was made from, in the process that made it; None for a copy and for one that was read back."""
        return getattr(self, "_origin", None)

    @property
    def stage(self) -> str | None:
        """The stage where the contact stands; None under a policy that has no stages."""
        return self.standing.stage

    @property
    def relationship(self) -> Literal["prospect", "customer"]:
        """Whether a purchase has happened: the one fact that tells a customer from a prospect."""
        return "customer" if "customer" in self.roles else "prospect"

    @property
    def temperature(self) -> str | None:
        """The grade ``temperature`` (cold, warm or hot), where the policy has one."""
        return self.grades.get("temperature")

    @property
    def next_ways(self) -> tuple[Way, ...]:
        """The transitions that lead away from where the contact stands, with what they wait for."""
        return tuple(way for way in self.outlook if self.stage in way.source)

    def needed(self, stage: str) -> Needed:
        """Return what would still have to be true to reach a stage, by the shortest way.

        Parameters
        ----------
        stage : str
            The stage to reach.

        Raises
        ------
        UnknownNameError
            If the policy has no such stage.
        """
        known = {self.stage, *(name for way in self.outlook for name in (*way.source, way.target))} - {None}
        if stage not in known or self.stage is None:
            names = sorted(str(name) for name in known)
            message, expected = f"the policy has no stage {stage!r}", ", ".join(names) or None
            hint = did_you_mean(stage, names)
            raise UnknownNameError(Problem("unknown-stage", message, Place("stage"), stage, expected, hint))
        return needed_for(stage, self.stage, self.outlook)

    def explain(self, *, time_zone: str = "UTC") -> str:
        """Return the decision in words: where, how it came there, the scores, what is missing, what is next.

        Parameters
        ----------
        time_zone : str
            The IANA zone in which times are told, such as ``"Asia/Jakarta"``.

        Raises
        ------
        InputError
            If there is no such time zone.
        """
        return explanation(self, known_zone(time_zone))

    def __repr__(self) -> str:
        return f"<Decision: contact {self.contact_id} at {self.stage!r}, seen {self.at.isoformat()}, {self.policy}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return decision_card(self)
