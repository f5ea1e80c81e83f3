"""A policy as a card for notebooks: its funnel as a picture, its scores, its grades, and what is doubtful about it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from leadqual.cards.frame import CODE, SMALL, code, folded, folded_lines, framed, heading, table
from leadqual.lifecycle.funnel import funnel_svg
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Bands, ScoreRules
from leadqual.policy.rules_card import bands_html, grid_html, range_text, rules_html

if TYPE_CHECKING:
    from leadqual.lifecycle.policy import Policy


def policy_card(policy: Policy) -> str:
    """Return a policy as one piece of HTML without scripts."""
    said = [policy.description.strip()] if policy.description else []
    parts = [
        heading(f"{policy.name} {policy.version}", said),
        f"<div style='{SMALL};margin-bottom:.5rem'>{_about(policy)}</div>",
        funnel_svg(policy),
        _transitions(policy),
        *_scores(policy),
        _grades(policy),
        folded_lines("Worth a second look", [problem.message for problem in policy.warnings()], is_open=True),
    ]
    return framed("".join(parts), width=64)


def _about(policy: Policy) -> str:
    reviews = f"reviewed every {policy.review_every}" if policy.review_every is not None else "never reviewed"
    days = None if policy.lookback is None else policy.lookback.total_seconds() / 86_400
    reach = "looks back for ever" if days is None else f"looks back {days:g} days" if days else "looks at no history"
    parts = [escape(f"{reviews}, {reach}"), f"content <span style='{CODE}'>{policy.content_hash[:12]}</span>"]
    return "; ".join(parts)


def _transitions(policy: Policy) -> str:
    if not policy.transitions:
        return ""
    rows = [_transition(one) for one in policy.transitions]
    return folded(f"Transitions, the first that may fire does ({len(rows)})", table(("from", "to", "when"), rows))


def _transition(one: Transition) -> tuple[str, str, str]:
    when = [f"at {code(one.event)}"] if one.event is not None else []
    when += [code(str(one.when))] if one.when is not None else []
    why = f"<div style='{SMALL}'>{escape(one.description)}</div>" if one.description else ""
    target = f"{escape(one.target)}<div style='{SMALL}'>{escape(one.id)}</div>"
    return escape(", ".join(one.source)), target, " and ".join(when) + why


def _scores(policy: Policy) -> Iterator[str]:
    for name, spec in policy.scores.items():
        yield _score(name, spec)
    for name, scorer in policy.scorers.items():
        there = policy.attached_scorers.get(name)
        by = f"given by {type(there).__name__}" if there is not None else "no scorer is attached yet"
        yield folded(f"Score {name}, {range_text(scorer.range)}: {by}", escape(scorer.description or ""))


def _score(name: str, spec: ScoreRules) -> str:
    title = f"Score {name}, {range_text(spec.range)}: {len(spec.rules)} rule{'s' * (len(spec.rules) != 1)}"
    why = f"<div style='{SMALL}'>{escape(spec.description)}</div>" if spec.description else ""
    return folded(title, why + rules_html(spec))


def _grades(policy: Policy) -> str:
    parts = []
    for name, grade in policy.grades.items():
        on = f"of {grade.score}" if isinstance(grade, Bands) else f"of {grade.rows} and {grade.columns}"
        drawn = (
            bands_html(grade, policy.score_ranges.get(grade.score)) if isinstance(grade, Bands) else grid_html(grade)
        )
        parts.append(f"<div style='margin-top:.4rem'><strong>{escape(name)}</strong> {escape(on)}{drawn}</div>")
    return folded(f"Grades ({len(parts)})", "".join(parts)) if parts else ""
