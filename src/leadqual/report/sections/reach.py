"""Who may be contacted: what the law and the contacts' own wishes say at the instant of the report."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Final

import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import InputError
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.names import channel_name, purpose_name
from leadqual.outreach.rules.words import NOTICE
from leadqual.outreach.tables.permit_frame import OverdueRulesWarning
from leadqual.outreach.tables.tally import tally
from leadqual.report.charts.kinds import Bars
from leadqual.report.ground import Ground
from leadqual.report.reaching import Reach
from leadqual.report.section import Figure, Section
from leadqual.report.sections.parts import numbers, standing_at
from leadqual.report.words import counted, moment, part

_NAME: Final = "reach"
_TITLE: Final = "Who may be contacted today"
_FEW: Final = 10
"""Where fewer stand beyond the first stage, everybody who is open is asked about."""
_SHOWN: Final = 12
_ASK: Final = (
    "Nobody was asked about: a report looks at permission when it is told for what and how, such as "
    "reach={'purpose': 'telemarketing', 'channel': 'voice', 'caller': 'seller'}, or with the registries that the law "
    "wants asked."
)
_WRONG: Final = (
    "Nobody may be contacted on the ground of this report: the tables hold what the rules cannot be asked about. The "
    "notes say what is to be mended."
)
_DENY: Final = "not allowed"
_ALLOW: Final = "allowed"


def section(ground: Ground) -> Section:
    """Return who may be contacted, and what stands in the way of the others."""
    reach = ground.asked.reach
    if reach is None:
        return Section(_NAME, _TITLE, (_ASK,), notes=(NOTICE,))
    people, where = asked_about(ground)
    if not people.height:
        return Section(_NAME, _TITLE, (f"Nobody {where} now, so nobody was asked about.",), notes=(NOTICE,))
    try:
        verdicts, warned = _verdicts(ground, reach, people)
    except InputError as error:
        # The rest of the report does not hang on it; without an answer nobody is taken to be allowed.
        return Section(_NAME, _TITLE, (_WRONG,), notes=(*map(str, error.problems), NOTICE))
    answers, reasons = _answers(verdicts), reasons_of(verdicts)
    figures = (_answered(answers), _reasons(reasons, people.height))
    said = (*_told(ground, reach, answers, people.height, where), *_weightiest(reasons))
    return Section(_NAME, _TITLE, said, figures, notes=(*warned, NOTICE))


def asked_about(ground: Ground) -> tuple[pl.DataFrame, str]:
    """Return the contacts that are asked about, and in words where they stand.

    Those are the ones at open stages after the first; all that are open where these are few.
    """
    if not ground.stages:
        known = ground.appeared.drop_nulls().select(CONTACT_ID)
        return ground.contacts.join(known, on=CONTACT_ID, how="semi", maintain_order="left"), "is known"
    begun = ground.standings.filter(pl.col("entered_at").is_not_null())
    later = tuple(stage for stage in ground.open_stages if stage != ground.policy.initial_stage)
    chosen = begun.filter(pl.col("stage").is_in(later))
    if chosen.height < _FEW:
        later, chosen = ground.open_stages, begun.filter(pl.col("stage").is_in(ground.open_stages))
    people = ground.contacts.join(chosen.select(CONTACT_ID), on=CONTACT_ID, how="semi", maintain_order="left")
    return people, f"stands at {standing_at(later)}"


def _verdicts(ground: Ground, reach: Reach, people: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return the verdicts, and what has to be known about the rules."""
    history = ground.interactions.join(people.select(CONTACT_ID), on=CONTACT_ID, how="semi", maintain_order="left")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", OverdueRulesWarning)
        verdicts = reach.verdicts(ground.policy, people, history, ground.at)
    told = [str(one.message) for one in caught if issubclass(one.category, OverdueRulesWarning)]
    for one in caught:
        if not issubclass(one.category, OverdueRulesWarning):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return verdicts, [f"{text[:1].upper()}{text[1:]}." for text in dict.fromkeys(told)]


def _answers(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return how many may be contacted now, later by the clock alone, and not until somebody acts."""
    later = ~pl.col("allowed") & pl.col("next_allowed").is_not_null()
    now, waits = int(verdicts["allowed"].sum()), int(verdicts.select(later.sum()).item())
    rest = verdicts.height - now - waits
    names = ["now", "later, by the clock", "not until somebody acts"]
    return pl.DataFrame({"answer": names, "contacts": [now, waits, rest]})


def reasons_of(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return how many contacts each headline decides, denials first: what `leadqual.outreach.tally` returns."""
    found: pl.DataFrame = tally(verdicts)
    return found


def _told(ground: Ground, reach: Reach, answers: pl.DataFrame, of: int, where: str) -> Iterator[str]:
    now, later, rest = numbers(answers, "contacts")
    how = f"{purpose_name(Purpose(reach.purpose), 'en')} by {channel_name(Channel(reach.channel), 'en')}"
    yield (
        f"For {how} at {moment(ground.at, ground.zone)}, every contact that {where} was asked about:"
        f" {part(now, of)} of {counted(of, 'contact')} may be reached."
    )
    if later:
        yield f"{part(later, of)} may later, as soon as the clock allows it."
    if rest:
        yield f"{part(rest, of)} may not until somebody acts: asks for consent, fills in a country, gives a registry."


def _weightiest(reasons: pl.DataFrame) -> Iterator[str]:
    denied = reasons.filter(~pl.col("allowed"))
    if denied.height:
        row = denied.row(0, named=True)
        yield (
            f"What most often stands in the way is “{plainly(row['code'])}”: {counted(row['contacts'], 'contact')}"
            f" ({row['source'] or row['rule']})."
        )


def plainly(code: str) -> str:
    """Return the code of a reason as words.

    Examples
    --------
    >>> plainly("NATIONAL_DNC"), plainly("OUTSIDE_HOURS"), plainly("OK_WITHIN_HOURS")
    ('national do-not-call', 'outside hours', 'within hours')
    """
    words = code.removeprefix("OK_").split("_")
    return " ".join("do-not-call" if word == "DNC" else word.lower() for word in words)


def _answered(answers: pl.DataFrame) -> Figure:
    now, later, rest = numbers(answers, "contacts")
    says = f"{now:,} may be reached now, {later:,} later by the clock, {rest:,} not until somebody acts."
    chart = Bars(numbers(answers, "answer"), {"contacts": numbers(answers, "contacts")}, unit="contacts")
    return Figure("answers", "May they be reached?", says, answers, chart)


def _reasons(reasons: pl.DataFrame, of: int) -> Figure:
    by_code = reasons.group_by("allowed", "code", maintain_order=True).agg(pl.col("contacts").sum())
    known = by_code.height
    by_code = by_code.sort("allowed", "contacts", "code", descending=[False, True, False]).head(_SHOWN)
    series = {
        _DENY: [None if allowed else number for allowed, _, number in by_code.iter_rows()],
        _ALLOW: [number if allowed else None for allowed, _, number in by_code.iter_rows()],
    }
    names = [f"{plainly(code)}{' (allowed)' if allowed else ''}" for allowed, code, _ in by_code.iter_rows()]
    first = by_code.row(0, named=True)
    verb = "allows" if first["allowed"] else "denies"
    says = f"“{plainly(first['code'])}” {verb} {part(first['contacts'], of)}."
    if known > _SHOWN:
        says += f" The first {_SHOWN} of {known} reasons are drawn."
    chart = Bars(names, series, horizontal=True, stacked=True, unit="contacts")
    return Figure("reasons", "Why, by the weightiest reason of each contact", says, reasons, chart)
