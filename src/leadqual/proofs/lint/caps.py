"""Caps and limits that change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.errors import Place, path_text
from leadqual.policy.rules import Rule, ScoreRules
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look
from leadqual.proofs.times import most_points


def of_caps(look: Look) -> Iterator[Finding]:
    """Yield the caps of rules and groups that no sum passes, and the limits that a cap makes needless."""
    for name, score in look.policy.scores.items():
        for index, rule in enumerate(score.rules):
            path = ("scores", name, "rules", index)
            yield from _of_rule(rule, path)
        for group in score.groups:
            yield from _of_group(look, name, score, group)


def _of_rule(rule: Rule, path: tuple[str | int, ...]) -> Iterator[Finding]:
    if rule.cap is None or rule.at_most is None:
        return
    most = most_points(rule)
    if most <= rule.cap:
        place = Place(path=path_text((*path, "cap")), rule=rule.id)
        message, proof = f"the cap of {rule.id!r} never binds", f"{rule.at_most} lets at most {most:.9g} points count"
        yield Finding(
            "cap-never-binds", message, place, proof, found=f"{rule.cap:.9g}", hint="leave it out, or lower it"
        )
    elif _is_needless(rule, rule.at_most.count):
        place = Place(path=path_text((*path, "at_most")), rule=rule.id)
        message = f"at_most of {rule.id!r} changes nothing"
        many = f"{rule.at_most.count} of {abs(rule.points):.9g} each"
        proof = f"the points never fade, and {many} are as much as the cap of {rule.cap:.9g}"
        yield Finding("limit-never-binds", message, place, proof, found=str(rule.at_most), hint="leave it out")


def _is_needless(rule: Rule, count: int) -> bool:
    """Return whether so many interactions reach the cap for good, so that what a limit leaves out is not missed."""
    fades = rule.within or rule.half_life or rule.linear or rule.step
    return not fades and rule.cap is not None and count * abs(rule.points) >= rule.cap


def _of_group(look: Look, name: str, score: ScoreRules, group: str) -> Iterator[Finding]:
    cap = score.groups[group].cap
    low, high = look.sum_of(rule for rule in score.rules if rule.group == group)
    if high <= cap and low >= -cap:
        place = Place(path=path_text(("scores", name, "groups", group, "cap")))
        message = f"the cap of the group {group!r} never binds"
        proof = f"its rules give from {low:.9g} to {high:.9g} points together" if low < high else "no rule is in it"
        hint = "lower it, or leave the group out"
        yield Finding("cap-never-binds", message, place, proof, found=f"{cap:.9g}", hint=hint)
