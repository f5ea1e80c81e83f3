"""What the application answers, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

import leadqual as lq
from leadqual.outreach import Verdict
from leads.desk import Story, Taken
from leads.log import holding, key_of


class Reason(BaseModel):
    """A line of a score's ledger."""

    score: str
    rule: str
    points: float
    why: str | None

    @classmethod
    def of(cls, score: lq.Score) -> list[Reason]:
        """Return what made a score, the weightiest first."""
        lines = sorted((line for line in score.ledger if line.points), key=lambda line: -abs(line.points))
        return [cls(score=score.name, rule=line.id, points=line.points, why=line.description) for line in lines]


class Moved(BaseModel):
    """A move from stage to stage."""

    source: str
    target: str
    at: datetime
    transition: str
    because: str

    @classmethod
    def of(cls, move: lq.Move, **more: Any) -> Self:
        return cls(
            source=move.source, target=move.target, at=move.at, transition=move.transition, because=move.because, **more
        )


class Answer(BaseModel):
    """Where a contact stands, and why."""

    contact_id: str
    at: datetime
    stage: str | None
    since: datetime | None = Field(description="When the stage was entered.")
    policy: str
    scores: dict[str, float | None]
    grades: dict[str, str | None]
    reasons: list[Reason] = Field(description="What made the scores.")

    @classmethod
    def of(cls, decision: lq.Decision, **more: Any) -> Self:
        return cls(
            contact_id=decision.contact_id,
            at=decision.at,
            stage=decision.stage,
            since=decision.standing.entered_at,
            policy=str(decision.policy),
            scores={name: score.value for name, score in decision.scores.items()},
            grades=dict(decision.grades),
            reasons=[reason for score in decision.scores.values() for reason in Reason.of(score)],
            **more,
        )


class Qualified(Answer):
    """What came of a request that wrote something."""

    new: int = Field(description="How many interactions were written.")
    repeated: int = Field(description="How many were on file already.")
    moves: list[Moved] = Field(description="The moves since the contact was decided last.")

    @classmethod
    def of_taken(cls, taken: Taken) -> Self:
        decision = taken.decision
        moves = [Moved.of(move) for move in decision.moves]
        return cls.of(decision, new=taken.new, repeated=taken.repeated, moves=moves)


class Explained(Answer):
    """Where a contact stands, for people too."""

    moves: list[Moved] = Field(description="Every move that led there.")
    missing: dict[str, list[str]] = Field(description="What nobody knows of the contact, and what it could change.")
    explanation: str

    @classmethod
    def of_decision(cls, decision: lq.Decision, time_zone: str) -> Self:
        moves = [Moved.of(move) for move in decision.moves]
        missing = {name: list(affected) for name, affected in decision.missing.items()}
        return cls.of(decision, moves=moves, missing=missing, explanation=decision.explain(time_zone=time_zone))


class FiledMove(Moved):
    """A line of the ledger of moves."""

    word: Literal["made", "withdrawn"]
    decided_at: datetime
    holds: bool = Field(description="Whether the move is still held to have happened.")


class History(BaseModel):
    """What is on file about a contact."""

    contact: dict[str, Any] = Field(description="As first recorded; changes are interactions.")
    interactions: list[dict[str, Any]]
    moves: list[FiledMove] = Field(description="Every move that was decided, and every one that was taken back.")

    @classmethod
    def of(cls, story: Story) -> Self:
        held = {key_of(move) for move in holding(story.ledger)}
        return cls(
            contact=_known(story.contact.model_dump(mode="json")),
            interactions=[
                {**_known(one.model_dump(mode="json")), "received_at": story.received[one.id]} for one in story.history
            ],
            moves=[
                FiledMove.of(line.move, word=line.word, decided_at=line.decided_at, holds=key_of(line.move) in held)
                for line in story.ledger
            ],
        )


class Question(BaseModel):
    """Whom may we reach, what for, and how?"""

    model_config = ConfigDict(extra="forbid", strict=True)

    purpose: str = Field(examples=["telemarketing"])
    channel: str = Field(examples=["voice"])
    contact_ids: list[str] | None = Field(None, max_length=1000, description="These contacts.")
    stages: list[str] | None = Field(None, description="Or those that stand in these stages.")
    limit: int = Field(100, ge=1, le=1000, description="How many of them at most.")


class Permitted(BaseModel):
    """Whether a contact may be reached now."""

    contact_id: str
    allowed: bool
    code: str | None
    source: str | None = Field(description="The law that says so.")
    next_allowed: datetime | None
    unknown: list[str]
    says: str

    @classmethod
    def of(cls, contact_id: str, verdict: Verdict) -> Self:
        first = verdict.headline
        return cls(
            contact_id=contact_id,
            allowed=verdict.allowed,
            code=first.code if first else None,
            source=first.source if first else None,
            next_allowed=verdict.next_allowed,
            unknown=list(verdict.unknown),
            says=first.text if first else "",
        )


class Reachable(BaseModel):
    """The answer to a `Question`."""

    at: datetime
    notice: str = "No legal advice: somebody who answers for it has to read the rules."
    contacts: list[Permitted]


class Health(BaseModel):
    """Whether the application can work."""

    status: Literal["ok"]
    database: str
    policy: str


def _known(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value not in (None, [], {})}
