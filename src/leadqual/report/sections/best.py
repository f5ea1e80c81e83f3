"""The best open leads, with the reasons that their score has; and how the scores of all open leads are spread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import InputError, cut
from leadqual.frames.models import to_models
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.outlook import wants
from leadqual.model.contact import Contact
from leadqual.model.score import LedgerLine, Score
from leadqual.report.charts.kinds import Bars
from leadqual.report.ground import Ground
from leadqual.report.section import Card, Figure, Reason, Section
from leadqual.report.sections.parts import numbers
from leadqual.report.sections.people import labels, who_is
from leadqual.report.words import counted, day, days, listed, part

_NAME: Final = "best"
_TITLE: Final = "The best open leads"
_BINS: Final = 20
_REASONS: Final = 6
_WAYS: Final = 2
_LONGEST: Final = 160
_KINDS: Final = {"cap": "the most that this may count: ", "group_cap": "the most that these may count: ",
                 "clip": "the end of the range: "}  # fmt: skip
_VALUE: Final = "value"
_DAY: Final = 86_400


def section(ground: Ground) -> Section:
    """Return the best open leads with their reasons, and how the scores of all open leads are spread."""
    if ground.score is None:
        return Section(_NAME, _TITLE, ("The policy has no scores, so nobody is ranked.",))
    leads = ranked(ground)
    if not leads.height:
        return Section(_NAME, _TITLE, (f"Nobody stands at {_where(ground)} now.",), notes=_notes(ground))
    cards = _cards(ground, leads.head(ground.asked.best))
    figure = _spread(ground, leads)
    said = [f"{_stand(ground, leads)}. They are ranked {_how(ground)}.", *_first(cards)]
    notes = [*_notes(ground)]
    if any(not card.reasons and not card.facts[1:] for card in cards):
        notes.append("Of some leads no reasons are given: their rows hold what no contact or interaction may hold.")
    return Section(_NAME, _TITLE, tuple(said), (figure,), tuple(cards), tuple(notes))


def ranked(ground: Ground) -> pl.DataFrame:
    """Return all open leads, the best first: ``contact_id``, ``stage``, ``entered_at`` and ``value``.

    Of equal scores the one further on comes first; where nothing tells which score matters, those further on come first
    whatever their score. Those of whom nothing is known yet are not there; those whose score abstains come last.
    """
    score = ground.scores.select(CONTACT_ID, pl.col(f"score.{ground.score}").alias(_VALUE))
    if not ground.stages:
        known = ground.appeared.drop_nulls().select(CONTACT_ID)
        nowhere = known.with_columns(stage=pl.lit(None, pl.String), entered_at=pl.lit(None, pl.Datetime("us", "UTC")))
        found = nowhere.join(score, on=CONTACT_ID, how="inner")
        return found.sort(_VALUE, CONTACT_ID, descending=[True, False], nulls_last=True)
    begun = pl.col("entered_at").is_not_null() & pl.col("stage").is_in(ground.open_stages)
    stands = ground.standings.filter(begun).select(CONTACT_ID, "stage", "entered_at")
    found = stands.join(score, on=CONTACT_ID, how="inner")
    place = pl.col("stage").cast(pl.Enum(ground.stages)).to_physical()
    keys = [place, pl.col(_VALUE)] if ground.by_stage else [pl.col(_VALUE), place]
    return found.sort(*keys, CONTACT_ID, descending=[True, True, False], nulls_last=True)


def decided(ground: Ground, ids: list[str]) -> dict[str, tuple[Contact, Decision]]:
    """Return some contacts by their ids, each with its decision.

    Those are left out whose rows are no contact or no interactions: what a policy does not read of tables is not looked
    at before, and may be anything.
    """
    wanted = pl.col(CONTACT_ID).is_in(ids)
    people, events = ground.contacts.filter(wanted), ground.interactions.filter(wanted)
    found = {}
    for one in ids:
        mine = pl.col(CONTACT_ID) == one
        try:
            (person,), history = to_models(
                people.filter(mine), events.filter(mine), policy=ground.policy, ignore_unknown_columns=True
            )
            found[one] = person, ground.policy.decide(person, history.get(one, []), at=ground.at)
        except InputError:
            continue
    return found


def _cards(ground: Ground, leads: pl.DataFrame) -> list[Card]:
    ids = leads[CONTACT_ID].to_list()
    known, named = decided(ground, ids), labels(ground.contacts, ids)
    cards = []
    for row in leads.iter_rows(named=True):
        one = row[CONTACT_ID]
        if one in known:
            cards.append(_card(ground, *known[one]))
        else:
            cards.append(Card(one, named[one], row["stage"] or "", (_value(ground, row[_VALUE]),)))
    return cards


def _card(ground: Ground, contact: Contact, decision: Decision) -> Card:
    score = decision.scores[ground.score or ""]
    facts = (_value(ground, score.value), *_facts(ground, decision))
    reasons = tuple(_reasons(score))
    return Card(contact.id, who_is(contact), decision.stage or "", facts, reasons, tuple(_then(ground, decision)))


def _value(ground: Ground, value: float | None) -> str:
    if value is None:
        return f"{ground.score} not known"
    return f"{ground.score} {value:.4g} of {ground.policy.score_ranges[ground.score or ''][1]:g}"


def _facts(ground: Ground, decision: Decision) -> Iterator[str]:
    yield from (f"{name} {grade}" for name, grade in decision.grades.items() if grade is not None)
    since = decision.standing.entered_at
    if decision.stage and since is not None:
        length = days((ground.at - since).total_seconds() / _DAY)
        yield f"there since {day(since, ground.zone)} ({length})"


def _reasons(score: Score) -> Iterator[Reason]:
    lines = [line for line in score.ledger if line.points]
    for line in sorted(lines, key=lambda line: -abs(line.points))[:_REASONS]:
        yield Reason(cut(_words(line), limit=_LONGEST), round(line.points, 2))


def _words(line: LedgerLine) -> str:
    times = f" ({counted(line.count, 'time')})" if line.count is not None and line.count > 1 else ""
    return f"{_KINDS.get(line.kind, '')}{(line.description or line.id).rstrip('.')}{times}"


def _then(ground: Ground, decision: Decision) -> Iterator[str]:
    """Yield what is wanting for the next stages: those further on the path where there are any, the nearest first."""
    place = {stage: number for number, stage in enumerate(ground.path)}
    here = place.get(decision.stage or "", -1)
    further = [way for way in decision.next_ways if place.get(way.target, -1) > here]
    open_ways = [way for way in decision.next_ways if not ground.policy.stages[way.target].closed]
    ways = sorted(further, key=lambda way: place[way.target]) if ground.goal is not None else open_ways
    for way in ways[:_WAYS]:
        yield cut(f"to {way.target}: {'; '.join(wants(way))}", limit=_LONGEST)


def _where(ground: Ground) -> str:
    return listed(ground.open_stages, "or")


def _stand(ground: Ground, leads: pl.DataFrame) -> str:
    if not ground.stages:
        return f"{counted(leads.height, 'contact')} are known up to {day(ground.at, ground.zone)}"
    still = "may still be won" if ground.goal is not None else "can be ranked"
    return f"{counted(leads.height, 'contact')} at {_where(ground)} {still}"


def _how(ground: Ground) -> str:
    if ground.asked.score is not None:
        return f"by {ground.score}, as was asked"
    if ground.told_best is not None:
        return f"by {ground.score}, which told best who had the outcome"
    few = "since too few have had the outcome to tell which score matters"
    return f"by their stage and then by {ground.score}, {few}" if ground.by_stage else f"by {ground.score}, {few}"


def _first(cards: list[Card]) -> Iterator[str]:
    if cards:
        one = cards[0]
        stage = f" stands at {one.stage}," if one.stage else " is known,"
        yield f"At the top: {one.who}{stage} with {one.facts[0]}."


def _spread(ground: Ground, leads: pl.DataFrame) -> Figure:
    """Return how many open leads have a score in each part of its range, by stage."""
    assert ground.score is not None  # there are no leads without one
    low, high = ground.policy.score_ranges[ground.score]
    edges = np.linspace(low, high, _BINS + 1)
    known = leads.filter(pl.col(_VALUE).is_not_null())
    place = np.clip(np.searchsorted(edges, known[_VALUE].to_numpy(), side="right") - 1, 0, _BINS - 1)
    cells = known.select(pl.col("stage").fill_null("contacts"), bin=pl.Series(place, dtype=pl.Int64))
    number = cells.group_by("bin", "stage").len()
    table = pl.DataFrame({"bin": range(_BINS), "from": edges[:-1], "to": edges[1:]})
    stages = ground.open_stages if ground.stages else ("contacts",)
    for stage in stages:
        one = number.filter(pl.col("stage") == stage).select("bin", pl.col("len").cast(pl.Int64).alias(stage))
        table = table.join(one, on="bin", how="left", maintain_order="left").with_columns(pl.col(stage).fill_null(0))
    names = [f"{first:.4g} to {last:.4g}" for first, last in table.select("from", "to").iter_rows()]
    chart = Bars(names, {stage: numbers(table, stage) for stage in stages}, stacked=True, unit="contacts")
    upper = known.filter(pl.col(_VALUE) >= (low + high) / 2).height
    says = f"{part(upper, leads.height)} of these have {ground.score} in the upper half of its range."
    return Figure("scores", f"How {ground.score} is spread among them", says, table.drop("bin"), chart)


def _notes(ground: Ground) -> tuple[str, ...]:
    if not ground.stages:
        return ("The policy has no stages, so everybody is ranked.",)
    ends = f" before {ground.goal}" if ground.goal is not None else ""
    return (f"Open are the stages{ends} that are neither closed nor final: {listed(ground.open_stages)}.",)
