"""The same scores one contact at a time, by the record engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from benchmarks.frames_data import AT, Tables
from leadqual import Contact, Interaction, Policy, parse_interaction
from leadqual.engines.record import RecordEngine
from leadqual.model.time import micros

_SHARED: Final = {"contact_id", "interaction_id"}


def sample(tables: Tables, size: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return some contacts, spread over the table, and all their interactions."""
    step = max(1, tables.contact_rows // size)
    contacts = pl.read_parquet(tables.contacts).gather_every(step).head(size)
    interactions = pl.scan_parquet(tables.interactions).join(contacts.lazy().select("contact_id"), on="contact_id")
    return contacts, interactions.collect()


def models(contacts: pl.DataFrame, interactions: pl.DataFrame) -> list[tuple[Contact, list[Interaction]]]:
    """Return contacts with their histories as models."""
    histories: dict[str, list[Interaction]] = {}
    for row in interactions.iter_rows(named=True):
        histories.setdefault(row["contact_id"], []).append(_interaction(row))
    return [(_contact(row), histories.get(row["contact_id"], [])) for row in contacts.iter_rows(named=True)]


def _contact(row: dict[str, Any]) -> Contact:
    company = {name.removeprefix("company."): value for name, value in row.items() if name.startswith("company.")}
    own = {name: value for name, value in row.items() if "." not in name and value is not None}
    attributes = {name: own.pop(name) for name in ("monthly_budget",) if name in own}
    return Contact(id=own.pop("contact_id"), **own, company=company, attributes=attributes)


def _interaction(row: dict[str, Any]) -> Interaction:
    told = {name: value for name, value in row.items() if value is not None and name not in _SHARED}
    given: dict[str, Any] = {name: value for name, value in told.items() if "." not in name}
    if row["kind"] == "profile_updated":
        given["changes"] = {name.removeprefix("changes."): value for name, value in told.items() if "." in name}
    return parse_interaction({"id": row["interaction_id"], **given})


class Records:
    """The loop of the record engine over contacts with their histories."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.engine = RecordEngine(policy, {})

    def scores(self, known: list[tuple[Contact, list[Interaction]]]) -> Iterator[dict[str, Any]]:
        """Yield the row of each contact."""
        now = micros(AT)
        for contact, history in known:
            view = self.engine.view(contact, history)
            view.move_to(now)
            scores = {f"score.{name}": self.engine.score_value(view, name) for name in self.policy.scores}
            grades = {f"grade.{name}": self.engine.grade(view, name) for name in self.policy.grades}
            yield {"contact_id": contact.id, **scores, **grades}


def expected(policy: Policy, known: list[tuple[Contact, list[Interaction]]]) -> pl.DataFrame:
    """Return what the record engine says, from decisions with their ledgers."""
    rows = []
    for contact, history in known:
        decision = policy.decide(contact, history, at=AT)
        scores = {f"score.{name}": score.value for name, score in decision.scores.items()}
        rows.append({"contact_id": contact.id, **scores, **{f"grade.{k}": v for k, v in decision.grades.items()}})
    return pl.DataFrame(rows, infer_schema_length=None)
