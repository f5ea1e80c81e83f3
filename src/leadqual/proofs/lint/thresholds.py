"""Thresholds that no score can pass, in conditions and in the bands of grades."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.conditions.nodes import Compare, Literal, Name, Node
from leadqual.conditions.walk import walk
from leadqual.engines.numbers import COMPARATORS
from leadqual.errors import Place, path_text
from leadqual.policy.rules import Bands
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look
from leadqual.proofs.reach import Reach

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_HINT = "lower the threshold, or give more points"


def out_of_reach(look: Look, node: Node, place: Place) -> Iterator[Finding]:
    """Yield the comparisons of a condition with a threshold that the score can never pass."""
    for part in walk(node):
        if not isinstance(part, Compare):
            continue
        lefts = (part.first, *(operand for _, operand in part.rest))
        for left, (sign, right) in zip(lefts, part.rest, strict=False):
            found = _against_a_number(left, sign, right)
            if found is not None:
                yield from _passed(look, *found, place)


def _against_a_number(left: Node, sign: str, right: Node) -> tuple[str, str, float] | None:
    """Return a comparison as a score, a comparator and a number; None if it is another."""
    if isinstance(left, Literal):
        left, sign, right = right, _TURNED[sign], left
    if isinstance(left, Name) and left.path.startswith("score.") and isinstance(right, Literal):
        return left.path.partition(".")[2], sign, float(right.value)
    return None


def _passed(look: Look, score: str, sign: str, number: float, place: Place) -> Iterator[Finding]:
    reach = look.reach(score)
    if _can_be(reach, sign, number):
        return
    text = f"score.{score} {sign} {number:.9g}"
    message = f"`{text}` can never be true"
    proof = reach.reckoning(top=reach.high <= number)
    yield Finding("threshold-out-of-reach", message, place, proof, found=text, hint=_HINT if number > 0 else None)


def _can_be(reach: Reach, sign: str, number: float) -> bool:
    if sign in ("==", "!="):
        alone = reach.low == reach.high == number
        return not alone if sign == "!=" else reach.low <= number <= reach.high
    end = reach.high if sign in (">", ">=") else reach.low
    return bool(COMPARATORS[sign](end, number))


def of_bands(look: Look) -> Iterator[Finding]:
    """Yield the bands of grades that no score reaches, or that every score passes."""
    for name, grade in look.policy.grades.items():
        if isinstance(grade, Bands) and grade.score in look.policy.scores:
            yield from _of_grade(look, name, grade)


def _of_grade(look: Look, name: str, grade: Bands) -> Iterator[Finding]:
    reach, above = look.reach(grade.score), float("inf")
    for band, threshold in grade.bands.items():
        place = Place(path=path_text(("grades", name, "bands", band)))
        message = f"nobody ever has the grade {band!r} of {name!r}"
        if threshold > reach.high:
            proof = reach.reckoning(top=True)
            yield Finding("threshold-out-of-reach", message, place, proof, found=f"{band}: {threshold:.9g}", hint=_HINT)
        elif reach.low >= above:
            proof, hint = reach.reckoning(top=False), "take the band out, or raise the one above it"
            yield Finding("threshold-out-of-reach", message, place, proof, found=f"{band}: {threshold:.9g}", hint=hint)
        above = threshold
