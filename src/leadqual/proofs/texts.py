"""What conditions ask of a text, and which answers can come together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from leadqual.conditions.nodes import Compare, In, Items, Literal, Method, Node

MOST_PROBES: Final = 7
"""So many questions to one text are told apart; further ones may have any answer."""

_OTHERS: Final = ("ZZ", "other", "another", "+62800000000", "someone@company.example", "company.example")
_ZONES: Final = ("Asia/Jakarta", "Asia/Makassar")
_FILLS: Final = ("", "-", "a", " x")


class Probe(NamedTuple):
    """One question to a text, or to a list of texts: ``has``."""

    method: str
    text: str
    lowered: bool = False

    def of(self, value: Any) -> bool:
        """Return the answer for a value that is there."""
        if self.method == "has":
            return self.text in value
        found = value.lower() if self.lowered else value
        match self.method:
            case "eq":
                return bool(found == self.text)
            case "startswith":
                return bool(found.startswith(self.text))
            case "endswith":
                return bool(found.endswith(self.text))
            case _:
                return self.text in found


Claims = tuple[tuple[Probe, bool], ...]
"""Answers that belong together."""


class Asked(NamedTuple):
    """A condition on one text: true if any of its probes is, or, negated, if none is."""

    probes: tuple[Probe, ...]
    negated: bool = False


def asked_by(atom: Node, operand: Node) -> Asked | None:
    """Return what a condition asks of an operand; None if it is not so simple."""
    match atom:
        case Compare(first, ((("==" | "!=") as sign, Literal(str() as text)),)) if _read(first, operand) is not None:
            return Asked((Probe("eq", text, bool(_read(first, operand))),), sign == "!=")
        case Compare(Literal(str() as text), ((("==" | "!=") as sign, first),)) if _read(first, operand) is not None:
            return Asked((Probe("eq", text, bool(_read(first, operand))),), sign == "!=")
        case In(item, Items(values), negated) if _read(item, operand) is not None:
            lowered = bool(_read(item, operand))
            return Asked(tuple(Probe("eq", str(value.value), lowered) for value in values), negated)
        case In(Literal(str() as text), container, negated) if container == operand:
            return Asked((Probe("has", text),), negated)
        case Method(item, name, Literal(str() as text)) if _read(item, operand) is not None:
            return Asked((Probe(name, text, bool(_read(item, operand))),))
        case _:
            return None


def _read(node: Node, operand: Node) -> bool | None:
    """Return whether a node is the operand in small letters; None if it is another."""
    if isinstance(node, Method) and node.name == "lower":
        return True if _read(node.operand, operand) is not None else None
    return False if node == operand else None


def answers_together(probes: Sequence[Probe]) -> list[Claims]:
    """Return the answers to some probes that one text may give; too many rather than too few."""
    chosen = list(dict.fromkeys(probes))[:MOST_PROBES]
    found: list[Claims] = [()]
    for probe in chosen:
        found = [
            (*claims, (probe, said))
            for claims in found
            for said in (False, True)
            if _is_possible(probe, said) and all(_agree(*claim, probe, said) for claim in claims)
        ]
    return found


def _is_possible(probe: Probe, said: bool) -> bool:
    if not probe.text and probe.method not in ("eq", "has"):
        return said
    return not (said and probe.lowered and any("A" <= letter <= "Z" for letter in probe.text))


def _agree(one: Probe, said: bool, other: Probe, also: bool) -> bool:
    """Return whether two answers may come together."""
    if said and also:
        return not _exclude(one, other)
    if said:
        return not _entails(one, other)
    return not (also and _entails(other, one))


def _exclude(one: Probe, other: Probe) -> bool:
    if one.lowered != other.lowered or one.method == "has":
        return False
    if one.method == "eq":
        return not other.of(one.text)
    if other.method == "eq":
        return not one.of(other.text)
    if one.method == other.method == "startswith":
        return not (one.text.startswith(other.text) or other.text.startswith(one.text))
    if one.method == other.method == "endswith":
        return not (one.text.endswith(other.text) or other.text.endswith(one.text))
    return False


def _entails(one: Probe, other: Probe) -> bool:
    """Return whether a text of which the one is true must be one of which the other is."""
    if one.method == "has" or other.method == "has":
        return False
    text = one.text
    if one.lowered != other.lowered:
        # Small letters of a part are those of the whole, part by part, in plain ASCII.
        if one.lowered or not text.isascii():
            return False
        text = text.lower()
    if one.method == "eq":
        return Probe(other.method, other.text).of(text)
    if other.method == "contains":
        return other.text in text
    if one.method != other.method:
        return False
    return text.startswith(other.text) if one.method == "startswith" else text.endswith(other.text)


def text_for(claims: Claims) -> str | None:
    """Return a text that gives these answers; None if none was found."""
    fitting = (text for text in _candidates(claims) if all(probe.of(text) is said for probe, said in claims))
    return next(fitting, None)


def _candidates(claims: Claims) -> Iterator[str]:
    true = [probe for probe, said in claims if said]
    if not true:
        yield from (*_OTHERS, *_ZONES)
    for base in _joined(true):
        yield from dict.fromkeys((base, base.capitalize(), base.upper(), base.title(), base.swapcase()))


def _joined(probes: Iterable[Probe]) -> Iterator[str]:
    probes = list(probes)
    exact = [probe.text for probe in probes if probe.method == "eq"]
    yield from exact
    begins, inside, ends = (
        sorted((probe.text for probe in probes if probe.method == method), key=len)
        for method in ("startswith", "contains", "endswith")
    )
    begin, end = begins[-1] if begins else "", ends[-1] if ends else ""
    for fill in _FILLS:
        yield fill.join([begin, *inside, end])
        yield fill.join([begin, end])
        yield f"{begin}{fill}{''.join(inside)}{fill}{end}" if begin or end else f"{fill}{''.join(inside)}{fill}"


def list_for(claims: Claims) -> tuple[str, ...]:
    """Return a list of texts that holds what it must."""
    return tuple(probe.text for probe, said in claims if said)
