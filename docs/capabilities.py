"""What can be asked of one contact and of tables: the rows of docs/support.md, with questions that a test asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from leadqual.engines.tables.gaps import GAPS, TABLES, Gap

ONE_CONTACT: Final = ("interpreter", "compiled")
"""The engines for one contact, which answer everything."""

POLICY: Final = """
name: everything
fields:
  budget: {type: number}
  tags: {type: texts}
interactions:
  roi: {properties: {saving: {type: number}}}
currency: {code: IDR, rates: {USD: 15800}}
scores:
  when: {range: [0, 100], rules: [{id: home, when: contact.country == 'ID', points: 10}]}
  each: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 10}]}
  filter: {range: [0, 100], rules: [{id: view, each: "page_viewed[path.startswith('/pricing')]", points: 10}]}
  within: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 10, within: 3d}]}
  half_life: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 10, half_life: 2d}]}
  linear: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 10, linear: 8d}]}
  step: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 10, step: {every: 2d, lose: 0.5}}]}
  cap: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 10, cap: 15}]}
  group:
    range: [0, 100]
    groups: {web: {cap: 25}}
    rules:
      - {id: view, each: page_viewed, points: 10, group: web}
      - {id: tag, when: "'b' in contact.tags", points: 20, group: web}
  clip: {range: [0, 5], rules: [{id: view, each: page_viewed, points: 10}]}
  at_most: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 10, at_most: 1 per 1d}]}
  rolling: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 10, at_most: 1 per 1d rolling}]}
  reads: {range: [0, 100], rules: [{id: warm, when: score.each >= 20, points: 30}]}
grades:
  heat: {score: each, bands: {hot: 30, warm: 10}}
  home: {score: when, bands: {here: 10, away: 0}}
  cell: {rows: heat, columns: home, cells: {hot: {here: top}}}
stages: {lead: {initial: true}, mql: {}}
transitions: [{id: warm, source: lead, target: mql, when: score.each >= 10}]
"""
"""The policy of the questions."""


@dataclass(frozen=True, slots=True)
class Capability:
    """A row of the table.

    Parameters
    ----------
    room : str
        What it belongs to.
    what : str
        What is asked, in Markdown.
    asks : str, optional
        A question that needs it; None where a test of its own asks.
    gap : str, optional
        The code of the gap that some kinds of table have here.
    """

    room: str
    what: str
    asks: str | None = None
    gap: str | None = None


_CONDITIONS, _HISTORY, _NAMES = "Conditions", "Questions to the history", "Names that are worked out"
_RULES, _GRADES, _RESULTS, _SCORERS = "Rules", "Grades", "Results and checks", "Scorers"

CAPABILITIES: Final = (
    Capability(_CONDITIONS, "fields, declared ones too; numbers, texts, booleans", "contact.budget"),
    Capability(_CONDITIONS, "instants", "contact.created_at"),
    Capability(_CONDITIONS, "lists of texts", "contact.tags"),
    Capability(_CONDITIONS, "constants", "'yes 😀'"),
    Capability(_CONDITIONS, "`==`, `!=`", "contact.country != 'SG'"),
    Capability(_CONDITIONS, "`<`, `<=`, `>`, `>=`, chained", "2 <= contact.budget < 50"),
    Capability(_CONDITIONS, "`x in ['a', 'b']`, `not in`", "contact.country not in ['SG', 'MY']"),
    Capability(_CONDITIONS, "`'a' in list`, `not in`", "'b' in contact.tags"),
    Capability(_CONDITIONS, "`field in list`", "contact.country in contact.tags", "member-not-constant"),
    Capability(_CONDITIONS, "`is None`, `is not None`", "contact.budget is None"),
    Capability(_CONDITIONS, "`and`, three-valued", "contact.budget > 5 and contact.country == 'ID'"),
    Capability(_CONDITIONS, "`or`, three-valued", "contact.budget > 5 or contact.country == 'ID'"),
    Capability(_CONDITIONS, "`not`, three-valued", "not contact.budget > 5"),
    Capability(_CONDITIONS, "`+`, `-`, `*`, `/`, `-x`", "-contact.budget / (contact.budget - 7) * 2 + 1"),
    Capability(_CONDITIONS, "`.startswith()`, `.endswith()`, `.contains()`", "company.name.contains('ü😀')"),
    Capability(_CONDITIONS, "`.lower()`", "company.name.lower()"),
    Capability(_HISTORY, "`count`", "count(page_viewed)"),
    Capability(_HISTORY, "`sum`", "sum(roi.saving)"),
    Capability(_HISTORY, "`min`, `max`", "max(roi.saving) - min(roi.saving)"),
    Capability(_HISTORY, "`first`, `last`", "last(page_viewed.path)"),
    Capability(_HISTORY, "`days_since`", "days_since(page_viewed)"),
    Capability(_HISTORY, "`within=`", "count(page_viewed, within='3d')"),
    Capability(_HISTORY, "filters", "count(page_viewed[seconds > 5 or path.endswith('/')])"),
    Capability(_HISTORY, "`any_interaction`", "count(any_interaction[kind in ['roi', 'purchase']])"),
    Capability(_HISTORY, "amounts of money, converted", "sum(purchase.amount)"),
    Capability(_NAMES, "`contact.is_customer`", "contact.is_customer"),
    Capability(_NAMES, "`contact.email_domain`", "contact.email_domain"),
    Capability(_NAMES, "`contact.email_is_personal`", "contact.email_is_personal"),
    Capability(_NAMES, "`'lead' in contact.roles`", "'lead' in contact.roles and 'customer' not in contact.roles"),
    Capability(_NAMES, "the same with a kind that overrides `is_interest()`", None, "interest-in-code"),
    Capability(_NAMES, "`contact.roles` as a value", "contact.roles", "roles-not-a-column"),
    Capability(_NAMES, "`consent.<channel>`", "consent.email"),
    Capability(_NAMES, "updates of the profile, at the instant", "company.name"),
    Capability(_NAMES, "fields that an update set to missing", "contact.job_title is None"),
    Capability(_NAMES, "`stage`, `days_in_stage`", "stage"),
    Capability(_RULES, "`when`", "score.when"),
    Capability(_RULES, "`each`", "score.each"),
    Capability(_RULES, "`each` with a filter", "score.filter"),
    Capability(_RULES, "`within`", "score.within"),
    Capability(_RULES, "`half_life`", "score.half_life"),
    Capability(_RULES, "`linear`", "score.linear"),
    Capability(_RULES, "`step`", "score.step"),
    Capability(_RULES, "`cap`", "score.cap"),
    Capability(_RULES, "`group`, with its cap", "score.group"),
    Capability(_RULES, "`range`", "score.clip"),
    Capability(_RULES, "`at_most: 3 per 1d`", "score.at_most"),
    Capability(_RULES, "`at_most: 3 per 1d rolling`", "score.rolling", "rolling-limit"),
    Capability(_RULES, "scores that read scores", "score.reads"),
    Capability(_GRADES, "bands", "grade.heat"),
    Capability(_GRADES, "grids", "grade.cell"),
    Capability(_RESULTS, "ledgers (`ledger=True`)"),
    Capability(_RESULTS, "what is missing (`missing=True`)"),
    Capability(_RESULTS, "moves and standings (`frames.replay`, `frames.standings`)"),
    Capability(_RESULTS, "interactions given twice count once"),
    Capability(_RESULTS, 'every row looked at (`check="all"`)'),
    Capability(_SCORERS, "`RuleScorer`"),
    Capability(_SCORERS, "`BlendScorer`"),
    Capability(_SCORERS, "`ModelScorer`", None, "model-not-in-memory"),
    Capability(_SCORERS, "an object with `score_frame()`"),
    Capability(_SCORERS, "an object with `score()` alone", None, "scorer-one-by-one"),
)
"""Everything that can be asked, in the order of the page."""


def support_page(written: str) -> str:
    """Return the page of what each kind of table can do; `written` says by whom it was written."""
    return "\n".join(_lines(written))


def _lines(written: str) -> Iterator[str]:
    known = {gap.code: gap for gap in GAPS}
    assert {one.gap for one in CAPABILITIES} - {None} == set(known)  # a gap wants a row, and a row its gap
    yield written
    yield "# What can be asked of one contact, and of tables\n"
    yield "One contact is answered by a slow interpreter, which is the law, and by a compiled engine"
    yield "(`policy.decide`, `policy.evaluate`). Tables are answered by an engine of their own (`frames.score`,"
    yield "`frames.evaluate`; see [Tables](tables.md)). The answers are the same: a test puts each question below to"
    yield "each of them. Where a kind of table cannot answer, it says so with an error that has the code given here."
    yield "One difference is left, in [two letters in DuckDB](tables.md#what-differs-between-libraries). Moves and"
    yield "standings of tables come from a [replay](replay.md); explanations are for one contact.\n"
    for room, rows in groupby(CAPABILITIES, key=lambda one: one.room):
        yield f"## {room}\n"
        yield f"| | {' | '.join((*ONE_CONTACT, *TABLES))} |"
        yield f"| --- |{' :-: |' * len((*ONE_CONTACT, *TABLES))}"
        for row in rows:
            yield f"| {row.what} | {' | '.join(_cells(known.get(row.gap or '')))} |"
        yield ""
    yield "## The gaps\n"
    yield "| code | what | not in | why | instead |"
    yield "| --- | --- | --- | --- | --- |"
    for gap in GAPS:
        where = "any table" if gap.engines == TABLES else ", ".join(gap.engines)
        yield f"| `{gap.code}` | {gap.what} | {where} | {gap.reason} | {gap.hint} |"
    yield ""


def _cells(gap: Gap | None) -> Iterator[str]:
    yield from ("✓" for _ in ONE_CONTACT)
    for kind in TABLES:
        yield "✓" if gap is None or kind not in gap.engines else "[—](#the-gaps)"
