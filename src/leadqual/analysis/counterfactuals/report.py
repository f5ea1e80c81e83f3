"""What a counterfactual says: the changes that would bring a contact to a stage, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from leadqual.analysis.counterfactuals.changes import Learned, Wanted
from leadqual.analysis.counterfactuals.limits import Blocked
from leadqual.analysis.counterfactuals.text import change_text, counterfactual_card, counterfactual_text
from leadqual.lifecycle.explain import known_zone
from leadqual.model.interactions.base import Interaction
from leadqual.model.standing import Move, PolicyRef


@dataclass(frozen=True)
class Option:
    """One smallest set of changes, which was decided and brings the contact to the stage.

    Parameters
    ----------
    changes : tuple of Happened and Learned
        What would have to happen or be known.
    size : int
        How many changes these are: fields learned and interactions.
    interactions : tuple of Interaction
        The same as interactions to add to the history; what is learned is a `ProfileUpdated`.
    at : datetime
        The instant at which the contact then stands at the stage, UTC.
    moves : tuple of Move
        How it comes there.
    """

    changes: tuple[Wanted, ...]
    size: int
    interactions: tuple[Interaction, ...]
    at: datetime
    moves: tuple[Move, ...]

    def __str__(self) -> str:
        return "; ".join(change_text(change) for change in self.changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the option as data for JSON."""
        return {
            "changes": [_change_dict(change) for change in self.changes],
            "size": self.size,
            "interactions": [one.model_dump(mode="json", exclude_none=True) for one in self.interactions],
            "at": self.at.isoformat(),
            "moves": [move.model_dump(mode="json", exclude={"policy"}) for move in self.moves],
            "text": str(self),
        }


def _change_dict(change: Wanted) -> dict[str, Any]:
    if isinstance(change, Learned):
        return {"learn": change.field, "value": change.value, "words": change.words, "known": change.known}
    return {
        "happen": change.kind,
        "times": change.times,
        "on": [instant.isoformat() for instant in change.on],
        "properties": dict(change.properties),
        "alike": list(change.alike),
        "anything": change.anything,
    }


Status: TypeAlias = Literal["already", "found", "impossible", "unknown"]


@dataclass(frozen=True)
class Counterfactual:
    """What would have to be otherwise for a contact to stand at a stage.

    Parameters
    ----------
    contact_id, policy, at, stage
        Of the decision.
    target : str
        The stage that was asked about.
    status : {"already", "found", "impossible", "unknown"}
        Whether it stands there; whether changes were found; whether it is proved that there are none; or whether the
        search ended without an answer.
    options : tuple of Option
        The smallest sets of changes, in the order of the policy. Every one of them was decided.
    more : int
        How many equally small sets were found beside those listed.
    proven_smallest : bool
        Whether every smaller set was tried. Else there may be a smaller one.
    complete : int
        Up to how many changes every set was tried.
    tried : int
        How many sets were decided.
    exact : bool
        Whether the values tried stand for all there are. They do not where the policy computes with a field or sums
        amounts.
    blocked : tuple of Blocked
        Where it is impossible: the conditions that can never be true.
    by_itself : datetime or None
        When the contact comes to the stage though nothing happens, if reviews take it there within a year.
    left_out : int
        How many interactions of the history lie after the decision, and are taken not to happen.
    """

    contact_id: str
    policy: PolicyRef
    at: datetime
    stage: str
    target: str
    status: Status
    options: tuple[Option, ...] = ()
    more: int = 0
    proven_smallest: bool = False
    complete: int = 0
    tried: int = 0
    exact: bool = True
    blocked: tuple[Blocked, ...] = ()
    by_itself: datetime | None = None
    left_out: int = 0

    @property
    def reachable(self) -> bool:
        """Whether the contact stands there, or changes are known that bring it there."""
        return self.status in ("already", "found")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as data for JSON."""
        names = ("contact_id", "stage", "target", "status", "more", "proven_smallest", "complete", "tried", "exact")
        blocked = [
            {"transition": one.transition, "source": one.source, "target": one.target, "condition": one.condition,
             "values": dict(one.values)}
            for one in self.blocked
        ]  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "policy": self.policy.model_dump(mode="json"),
            "at": self.at.isoformat(),
            "options": [option.to_dict() for option in self.options],
            "blocked": blocked,
            "by_itself": None if self.by_itself is None else self.by_itself.isoformat(),
            "left_out": self.left_out,
        }

    def explain(self, *, time_zone: str = "UTC") -> str:
        """Return everything in words, times in an IANA zone; raise `InputError` if there is no such zone.

        Parameters
        ----------
        time_zone : str, default 'UTC'
            The zone in which times are written, such as ``Asia/Jakarta``.
        """
        return counterfactual_text(self, known_zone(time_zone))

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return counterfactual_card(self)
