"""A scorecard as a policy: a rule for each bin that gives points."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import names
from leadqual.lifecycle.policy import Policy
from leadqual.ml.scorecards.bins import condition, slug, words
from leadqual.ml.scorecards.parts import Part
from leadqual.policy.rules import Rule, ScoreRules

_SCORE = "score."


def score_rules(parts: Iterable[Part], highest: int, description: str) -> ScoreRules:
    """Return the score: what converts least often gives nothing and has no rule."""
    return ScoreRules(range=(0, highest), rules=tuple(_rules(parts)), description=description)


def _rules(parts: Iterable[Part]) -> Iterator[Rule]:
    used: set[str] = set()
    for part in parts:
        for one, points, rows, hits in zip(part.bins, part.points, part.evidence.rows, part.evidence.hits, strict=True):
            if points:
                name = _new(f"{_short(part.feature)}-{slug(one)}", used)
                told = f"{hits:,} of {rows:,} converted ({hits / rows:.1%})." if rows else None
                yield Rule(id=name, when=condition(one, part.node), points=points, description=told)


def _short(feature: str) -> str:
    return words(feature.removeprefix("contact.").removeprefix("company.")) or "feature"


def _new(name: str, used: set[str]) -> str:
    number, found = 2, name
    while found in used:
        found, number = f"{name}-{number}", number + 1
    used.add(found)
    return found


def alone(policy: Policy, name: str, score: str, rules: ScoreRules, nodes: Sequence[Node], description: str) -> Policy:
    """Return a policy with this score alone, and with what its conditions read: fields, kinds, currency, other scores.

    Parameters
    ----------
    policy : Policy
        Whose names the conditions use.
    name : str
        What the new policy is called.
    score : str
        What its score is called.
    rules : ScoreRules
        The score.
    nodes : sequence of Node
        The features.
    description : str
        What the policy is for.
    """
    read = scores_read(policy, nodes)
    scores = {one: spec for one, spec in policy.scores.items() if one in read}
    made = Policy(
        name=name,
        version="1.0.0",
        description=description,
        active_within=policy.active_within,
        fields=policy.fields,
        interactions=policy.interactions,
        currency=policy.currency,
        scores={**scores, score: rules},
        scorers={one: spec for one, spec in policy.scorers.items() if one in read},
    )
    for one, scorer in policy.attached_scorers.items():
        made = made.with_scorer(one, scorer) if one in read else made
    return made


def scores_read(policy: Policy, nodes: Iterable[Node]) -> set[str]:
    """Return the scores that conditions read, and those that these read in their turn."""
    found: set[str] = set()
    waiting = [score for node in nodes for score in _scores(node)]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        rules = policy.scores[name].rules if name in policy.scores else ()
        waiting += [score for rule in rules if rule.when is not None for score in _scores(rule.when)]
    return found


def _scores(node: Node) -> list[str]:
    return [name.removeprefix(_SCORE) for name in names(node) if name.startswith(_SCORE)]


def unreadable(node: Node) -> Collection[str]:
    """Return what no rule of a score may read: where the contact stands, and grades."""
    return [name for name in names(node) if name in ("stage", "days_in_stage") or name.startswith("grade.")]
