"""Models as the rows of flat tables: the columns that the readers read back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from leadqual.files.row import Row
from leadqual.lifecycle.decision import Decision
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.names import name_of
from leadqual.model.profile import CHANGES, CLEARED, PROFILE_UPDATED
from leadqual.model.score import LedgerLine, Score


def contact_record(contact: Contact) -> dict[str, Any]:
    """Return a contact as one row.

    Examples
    --------
    >>> record = contact_record(Contact(id="c-1", country="ID", attributes={"monthly_budget": 4000}))
    >>> {name: value for name, value in record.items() if value not in (None, [])}
    {'contact_id': 'c-1', 'kind': 'person', 'country': 'ID', 'monthly_budget': 4000}
    """
    values = _values(contact, skip=("id", "company", "attributes"))
    company = {} if contact.company is None else _values(contact.company, skip=("attributes",))
    attributes = {} if contact.company is None else contact.company.attributes
    nested = {f"company.{name}": value for name, value in {**company, **attributes}.items()}
    return {"contact_id": contact.id, **values, **nested, **contact.attributes}


def interaction_record(contact_id: str, interaction: Interaction) -> dict[str, Any]:
    """Return an interaction of a contact as one row; properties that it lacks have no column.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual.model.interactions.desk import ProfileUpdated
    >>> changes = {"country": "SG", "company.employees": None}
    >>> update = ProfileUpdated(id="i-1", occurred_at=datetime(2026, 11, 1, tzinfo=UTC), changes=changes)
    >>> record = interaction_record("c-1", update)
    >>> record["changes.country"], record["cleared"]
    ('SG', ['company.employees'])
    """
    is_update = interaction.kind == PROFILE_UPDATED
    values = _values(interaction, skip=("id", "properties", *(("changes",) if is_update else ())))
    own = {name: value for name, value in values.items() if value is not None}
    changes = _changes(interaction) if is_update else {}
    properties = interaction.__dict__.get("properties", {})
    return {"contact_id": contact_id, "interaction_id": interaction.id, **own, **properties, **changes}


def decision_record(decision: Decision, contact: Contact, *, ledger: bool = False) -> dict[str, Any]:
    """Return a decision as one row; with `ledger` every line of every score has a column, and they sum to it."""
    last = decision.moves[-1] if decision.moves else None
    record: dict[str, Any] = {
        "contact_id": decision.contact_id,
        "full_name": name_of(contact),
        "email": contact.email,
        "company.name": contact.company.name if contact.company else None,
        "at": decision.at,
        "stage": decision.stage,
        "entered_at": decision.standing.entered_at,
        "relationship": decision.relationship,
        "activity": decision.activity,
        "roles": sorted(decision.roles),
        **{f"score.{name}": score.value for name, score in decision.scores.items()},
        **{f"grade.{name}": value for name, value in decision.grades.items()},
        "transition": last.transition if last else None,
        "because": last.because if last else None,
        "reasons": "; ".join(reasons(decision)),
        "missing": sorted(decision.missing),
    }
    if ledger:
        record |= {
            _line_name(name, line): line.points for name, score in decision.scores.items() for line in score.ledger
        }
    return record


def reasons(decision: Decision, limit: int = 3) -> list[str]:
    """Return what speaks most for a contact: the rules that gave it the most points, in the policy's own words."""
    lines = [line for score in decision.scores.values() for line in _after_caps(score)]
    best = sorted((line for line in lines if line.points > 0), key=lambda line: (-line.points, line.id))[:limit]
    return [f"{_words(line)} ({line.points:+.3g})" for line in best]


def rejected_record(row: Row[Any]) -> dict[str, Any]:
    """Return a rejected row as one row of flat text: where it stood, why, and as what it was written."""
    told = "; ".join(
        f"{problem.place.path}: {problem.message}" if problem.place.path else problem.message
        for problem in row.problems
    )
    hints = "; ".join(dict.fromkeys(problem.hint for problem in row.problems if problem.hint))
    codes = [problem.code for problem in row.problems]
    return {"file": row.source, "line": row.line, "codes": codes, "reasons": told, "hints": hints, "row": row.text}


def _after_caps(score: Score) -> list[LedgerLine]:
    """Return the rules and parts of a score with the points that the caps of the rules leave them."""
    taken = {line.id: line.points for line in score.ledger if line.kind == "cap"}
    own = (line for line in score.ledger if line.kind in ("rule", "part"))
    return [replace(line, points=line.points + taken.get(line.id, 0.0)) for line in own]


def _words(line: LedgerLine) -> str:
    # The first sentence says what it is; what follows says why it is so.
    return line.description.partition(". ")[0].rstrip(".") if line.description else line.id


def _line_name(score: str, line: LedgerLine) -> str:
    own = line.id if line.kind in ("rule", "part") else f"{line.kind}.{line.id}"
    return f"score.{score}.{own}"


def _changes(update: Interaction) -> dict[str, Any]:
    """Return the new values of a profile in a column each, and the names of those that are missing from now on."""
    changes = {name: _flat(value) for name, value in update.value("changes").items()}
    known = {f"{CHANGES}{name}": value for name, value in changes.items() if value is not None}
    gone = [name for name, value in changes.items() if value is None]
    return {**known, CLEARED: gone} if gone else known


def _values(model: BaseModel, skip: tuple[str, ...]) -> dict[str, Any]:
    """Return a model's fields as cells: enumerations as their values, nested models as JSON."""
    plain = model.model_dump(exclude=set(skip))
    return {name: _flat(value) for name, value in plain.items()}


def _flat(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return [str(item) for item in value]
    if isinstance(value, tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=lambda one: one.isoformat())
    return str(value) if isinstance(value, str) else value
