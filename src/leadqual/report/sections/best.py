"""The best open leads, with the reasons that their score has; and how the scores of all open leads are spread."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from leadqual.cards.values import rounded
from leadqual.engines.tables.columns import CONTACT_ID, KIND
from leadqual.errors import InputError, cut
from leadqual.frames.models import to_models
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.outlook import wants
from leadqual.model.contact import Contact
from leadqual.model.score import LedgerLine
from leadqual.report.charts.kinds import Bars
from leadqual.report.ground import Ground
from leadqual.report.section import Card, Figure, Reason, Section
from leadqual.report.sections.parts import column_of, standing_at
from leadqual.report.sections.people import labels, who_is
from leadqual.report.words import counted, day, days, listed, part

_NAME: Final = "best"
_TITLE: Final = "The best open leads"
_BINS: Final = 20
_REASONS: Final = 6
_OWN: Final = 3
"""So many reasons at least are of the score that ranks, if it has as many."""
_WAYS: Final = 2
_LONGEST: Final = 160
_KINDS: Final = {"cap": "the most that this may count: ", "group_cap": "the most that these may count: ",
                 "clip": "the end of the range: "}  # fmt: skip
_VALUE: Final = "value"
_ALL: Final = "contacts"
_DAY: Final = 86_400


def section(ground: Ground) -> Section:
    """Return the best open leads with their reasons, and how the scores of all open leads are spread."""
    if ground.score is None:
        return Section(_NAME, _TITLE, ("The policy has no scores, so nobody is ranked.",))
    leads = ranked(ground)
    if not leads.height:
        nobody = f"Nobody stands at {standing_at(ground.open_stages)} now."
        return Section(_NAME, _TITLE, (nobody,), notes=_notes(ground))
    first = leads.head(ground.asked.best)
    known = decided(ground, first[CONTACT_ID].to_list())
    cards = _cards(ground, first, known)
    figure = _spread(ground, leads)
    said = [f"{_stand(ground, leads)}. They are ranked {_how(ground)}.", *_first(cards)]
    notes = [*_notes(ground), *_other_score(ground)]
    if len(known) < len(cards):
        notes.append("Of some leads no reasons are given: their rows hold what no contact or interaction may hold.")
    return Section(_NAME, _TITLE, tuple(said), (figure,), tuple(cards), tuple(notes))


def ranked(ground: Ground) -> pl.DataFrame:
    """Return all open leads, the best first: ``contact_id``, ``stage``, ``entered_at`` and ``value``.

    They are ranked as ``leadqual score`` and ``leadqual demo`` rank the hottest: by the score of the grade
    ``temperature``, or by the one that was named, and then by the other scores. Those of whom nothing is known yet are
    not there; those whose score abstains come last.
    """
    keys = [f"lq_{place}" for place, _ in enumerate(ground.ranked_by)]
    found = _open(ground).join(_scores(ground, keys), on=CONTACT_ID, how="inner")
    down = [True] * len(keys)
    ordered = found.sort(*keys, CONTACT_ID, descending=[*down, False], nulls_last=[*down, False])
    return ordered.select(CONTACT_ID, "stage", "entered_at", pl.col(keys[0]).alias(_VALUE))


def _scores(ground: Ground, names: list[str]) -> pl.DataFrame:
    """Return the scores by which leads are ranked, under other names: a score may be called as a column is."""
    columns = zip(names, ground.ranked_by, strict=True)
    return ground.scores.select(CONTACT_ID, *(pl.col(f"score.{score}").alias(name) for name, score in columns))


def _open(ground: Ground) -> pl.DataFrame:
    """Return where those stand who may still be won: ``contact_id``, ``stage`` and ``entered_at``."""
    if not ground.stages:
        known = ground.appeared.drop_nulls().select(CONTACT_ID)
        return known.with_columns(stage=pl.lit(None, pl.String), entered_at=pl.lit(None, pl.Datetime("us", "UTC")))
    begun = ground.standings.filter(pl.col("entered_at").is_not_null()).select(CONTACT_ID, "stage", "entered_at")
    had = ground.interactions.lazy().filter(pl.col(KIND) == ground.asked.outcome.kind).select(CONTACT_ID).collect()
    beside = begun.filter(pl.col("stage").is_in(_beside(ground))).join(had, on=CONTACT_ID, how="anti")
    return pl.concat([begun.filter(pl.col("stage").is_in(ground.open_stages)), beside])


def _beside(ground: Ground) -> list[str]:
    """Return the stages beside the way to the goal, neither closed nor final: who never had the outcome may come back.

    So does every list of the hottest leads see it.
    """
    if ground.goal is None:
        return []
    usable = (name for name, spec in ground.policy.stages.items() if not (spec.closed or spec.final))
    return [name for name in usable if name != ground.goal and name not in ground.open_stages]


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


def _cards(ground: Ground, leads: pl.DataFrame, known: dict[str, tuple[Contact, Decision]]) -> list[Card]:
    named = labels(ground.contacts, leads[CONTACT_ID].to_list())
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
    reasons = tuple(_reasons(decision, ground.score or ""))
    return Card(contact.id, who_is(contact), decision.stage or "", facts, reasons, tuple(_then(ground, decision)))


def _value(ground: Ground, value: float | None) -> str:
    if value is None:
        return f"{ground.score} not known"
    most = ground.policy.score_ranges[ground.score or ""][1]
    return f"{ground.score} {rounded(value, 4)} of {rounded(most, 6)}"


def _facts(ground: Ground, decision: Decision) -> Iterator[str]:
    yield from (f"{name} {grade}" for name, grade in decision.grades.items() if grade is not None)
    since = decision.standing.entered_at
    if decision.stage and since is not None:
        length = days((ground.at - since).total_seconds() / _DAY)
        yield f"there since {day(since, ground.zone)} ({length})"


def _reasons(decision: Decision, ranked_by: str) -> Iterator[Reason]:
    """Yield what counts most: of the score that ranks first of all, then of all scores; the weightiest first."""
    lines = [(name, line) for name, score in decision.scores.items() for line in score.ledger if line.points]
    lines.sort(key=lambda pair: -abs(pair[1].points))
    own = [pair for pair in lines if pair[0] == ranked_by][:_OWN]
    chosen = own + [pair for pair in lines if pair not in own][: _REASONS - len(own)]
    for name, line in sorted(chosen, key=lambda pair: -abs(pair[1].points)):
        of = f"{name}: " if len(decision.scores) > 1 else ""
        yield Reason(cut(f"{of}{_words(line)}", limit=_LONGEST), round(line.points, 2))


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


def _where(ground: Ground, leads: pl.DataFrame) -> tuple[str, ...]:
    """Return the stages that leads may stand at: the open ones, and others where any of them does."""
    others = [stage for stage in _beside(ground) if stage in leads["stage"]]
    return (*ground.open_stages, *others)


def _stand(ground: Ground, leads: pl.DataFrame) -> str:
    if not ground.stages:
        return f"{counted(leads.height, 'contact')} are known up to {day(ground.at, ground.zone)}"
    still = "may still be won" if ground.goal is not None else "can be ranked"
    return f"{counted(leads.height, 'contact')} at {standing_at(_where(ground, leads))} {still}"


def _how(ground: Ground) -> str:
    asked = ", as was asked" if ground.asked.score is not None else ""
    others = ", and then by the other scores" if len(ground.ranked_by) > 1 else ""
    return f"by {ground.score}{asked}{others}"


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
    where = known["stage"].fill_null(_ALL)
    stages = _where(ground, leads) if ground.stages else (_ALL,)
    counts = {stage: np.bincount(place[(where == stage).to_numpy()], minlength=_BINS).tolist() for stage in stages}
    ends = {"from": edges[:-1], "to": edges[1:]}
    table = pl.DataFrame({**ends, **{column_of(stage, ends): column for stage, column in counts.items()}})
    names = [f"{rounded(first, 4)} to {rounded(last, 4)}" for first, last in pairwise(edges.tolist())]
    chart = Bars(names, counts, stacked=True, unit="contacts")
    upper = known.filter(pl.col(_VALUE) >= (low + high) / 2).height
    says = f"{part(upper, leads.height)} of these have {ground.score} in the upper half of its range."
    return Figure("scores", f"How {ground.score} is spread among them", says, table, chart)


def _other_score(ground: Ground) -> Iterator[str]:
    """Yield which score told most of the past, where leads are ranked by another one and nobody asked for it."""
    if ground.asked.score is None and ground.told_best not in (None, ground.score):
        yield f"Of the past, {ground.told_best} told most. A report with score={ground.told_best!r} ranks by it."


def _notes(ground: Ground) -> tuple[str, ...]:
    if not ground.stages:
        return ("The policy has no stages, so everybody is ranked.",)
    if not ground.open_stages:
        return ("No stage is open: each is the goal, closed or final.",)
    ends = f" before {ground.goal}" if ground.goal is not None else ""
    told = f"Open are the stages{ends} that are neither closed nor final: {listed(ground.open_stages)}."
    if beside := _beside(ground):
        told += f" Whoever stands at {listed(beside, 'or')} and never had the outcome can still be won too."
    return (told,)
