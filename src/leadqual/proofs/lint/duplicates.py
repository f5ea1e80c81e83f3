"""Rules that give points for the same, and rules that divide a number into bands with a slip where they meet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Final, NamedTuple

from leadqual.conditions.nodes import Comparator, Compare, History, Literal, Name, Node
from leadqual.conditions.walk import walk
from leadqual.errors import Place, path_text
from leadqual.policy.rules import Rule
from leadqual.proofs.cells import plain_number
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look

_TURNED: Final[Mapping[Comparator, Comparator]] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def of_duplicates(look: Look) -> Iterator[Finding]:
    """Yield the rules of a score that are true of the same contacts, or about the same interactions, as one before."""
    for name, score in look.policy.scores.items():
        found: set[str] = set()
        for (_, one), (index, other) in combinations(enumerate(score.rules), 2):
            proof = None if {one.id, other.id} & found else _sameness(look, one, other)
            if proof is not None:
                found.add(other.id)
                place = Place(path=path_text(("scores", name, "rules", index)), rule=other.id)
                message = f"{other.id!r} gives points for the same as {one.id!r}"
                hint = "join the two, or mend the one that was copied"
                yield Finding("duplicate-rule", message, place, proof, found=str(other.when or other.each), hint=hint)


def _sameness(look: Look, one: Rule, other: Rule) -> str | None:
    if one.when is not None and other.when is not None:
        if one.when == other.when:
            return "they have the same condition"
        if not (_operands(one.when) == _operands(other.when) and look.can_hold(one.when)):
            return None
        same = look.follows(one.when, other.when) and look.follows(other.when, one.when)
        return f"`{one.when}` is true where `{other.when}` is, and nowhere else" if same else None
    if one.each is None or other.each is None or one.each != other.each:
        return None
    options = [(rule.within, rule.half_life, rule.linear, rule.step, rule.at_most) for rule in (one, other)]
    return "they count the same interactions, in the same way" if options[0] == options[1] else None


def _operands(node: Node) -> set[Node]:
    return {part for part in walk(node) if isinstance(part, Name | History)}


@dataclass(frozen=True)
class _Band:
    """What a rule is about: a number between two ends, each with whether it belongs to the band."""

    operand: Node
    low: tuple[float, bool]
    high: tuple[float, bool]

    def holds(self, value: float) -> bool:
        above = value > self.low[0] or (value == self.low[0] and self.low[1])
        return above and (value < self.high[0] or (value == self.high[0] and self.high[1]))


class _Placed(NamedTuple):
    """A rule with its place in its score and its band."""

    place: int
    rule: Rule
    band: _Band


def of_rule_bands(look: Look) -> Iterator[Finding]:
    """Yield the rules of a score whose bands of one number share a single value, or leave a single one out."""
    for name, score in look.policy.scores.items():
        read = ((index, rule, _band(rule)) for index, rule in enumerate(score.rules))
        bands = [_Placed(index, rule, band) for index, rule, band in read if band is not None]
        for lower, upper in _meeting(bands):
            yield from _where_they_meet(look, name, lower, upper, bands)


def _where_they_meet(look: Look, score: str, lower: _Placed, upper: _Placed, bands: list[_Placed]) -> Iterator[Finding]:
    operand, value = lower.band.operand, lower.band.high[0]
    exactly = Compare(operand, (("==", Literal(plain_number(value))),))
    later = max(lower, upper, key=lambda placed: placed.place)
    place = Place(path=path_text(("scores", score, "rules", later.place, "when")), rule=later.rule.id)
    found, ids = str(later.rule.when), (repr(lower.rule.id), repr(upper.rule.id))
    if lower.band.high[1] and upper.band.low[1]:
        message = f"{ids[0]} and {ids[1]} both give points where {exactly}"
        hint = "let one of them begin where the other ends: < and >="
        yield Finding("bands-overlap", message, place, None, look.shown(exactly), found=found, hint=hint)
    elif not any(one.band.holds(value) for one in bands if one.band.operand == operand) and look.can_hold(exactly):
        message = f"neither {ids[0]} nor {ids[1]} gives points where {exactly}"
        hint = "let one of them take it in: < and >="
        yield Finding("bands-gap", message, place, None, look.shown(exactly), found=found, hint=hint)


def _meeting(bands: list[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Yield pairs of bands of one number, the lower one first, that meet at one value."""
    for one, other in permutations(bands, 2):
        low, high = one.band, other.band
        touch = low.operand == high.operand and low.low[0] < low.high[0] == high.low[0] < high.high[0]
        if touch and low.high[1] == high.low[1]:
            yield one, other


def _band(rule: Rule) -> _Band | None:
    """Return the band that a rule is about; None if its condition is another."""
    if not isinstance(rule.when, Compare):
        return None
    operands = [rule.when.first, *(operand for _, operand in rule.when.rest)]
    read = [operand for operand in operands if not isinstance(operand, Literal)]
    if len(read) != 1 or not isinstance(read[0], Name | History) or not all(map(_is_number, operands)):
        return None
    low, high = (-math.inf, False), (math.inf, False)
    for left, (sign, right) in zip(operands, rule.when.rest, strict=False):
        if sign not in _TURNED:
            return None
        if isinstance(left, Literal):
            left, sign, right = right, _TURNED[sign], left
        if not isinstance(right, Literal):
            return None
        value = float(right.value)
        if sign in (">", ">="):
            low = (value, sign == ">=")
        else:
            high = (value, sign == "<=")
    return _Band(read[0], low, high)


def _is_number(node: Node) -> bool:
    return not isinstance(node, Literal) or node.type == "number"
