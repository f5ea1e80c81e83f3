"""Tests of a scorecard: what it gives on either side of every threshold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from leadqual.conditions.nodes import ANY_INTERACTION, History, Name, Node
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.ml.scorecards.bins import Bin, Missing, OtherTexts, Span, Texts, Truth
from leadqual.ml.scorecards.parts import Part
from leadqual.model.contact import Contact
from leadqual.policy.dump import dump_yaml

_AT: Final = "2026-01-01"
_OTHER: Final = "something else"

Given = dict[str, Any]
"""What a case gives: `contact`, `interactions`, or neither."""


def cases_text(policy: Policy, score: str, parts: Iterable[Part], file: str) -> str:
    """Return the text of a file of tests, with a case for each bin and either side of each threshold.

    Parameters
    ----------
    policy : Policy
        The policy of the scorecard; what it gives is what is expected.
    score : str
        The score.
    parts : iterable of Part
        Its features. Those of which a case cannot be made for every threshold are named in a comment.
    file : str
        The policy, as the tests name it.
    """
    cases = [_case(policy, score, "nothing is known", {})]
    silent = []
    for part in parts:
        asked = list(_of_part(policy, score, part))
        found = [one for one in asked if one is not None]
        cases += found
        if found and len(found) < len(asked):
            silent.append(f"# Not on every side, since a case cannot give it all these values: {part.feature}\n")
        elif asked and not found:
            silent.append(f"# Not tested here, since a case cannot give it such values: {part.feature}\n")
        elif not asked:
            silent.append(f"# Not tested here, since it counts only whether it is known: {part.feature}\n")
    head = f"# What the score {score} gives now, on either side of every threshold. Read it before you keep it.\n"
    return head + "".join(silent) + dump_yaml({"policy": file, "at": _AT, "cases": cases})


def _of_part(policy: Policy, score: str, part: Part) -> Iterator[Given | None]:
    for one in part.bins:
        for value in dict.fromkeys(_values(one)):
            try:
                given = _given(policy, part.node, value)
                yield given and _case(policy, score, f"{part.feature} is {_spoken(value)}", given)
            except LeadqualError:  # this field cannot have this value, or this kind needs properties
                yield None


def _values(part: Bin) -> Iterator[Any]:
    """Yield the values of a bin that lie next to its borders, or all of its texts."""
    match part:
        case Span(low, high):
            inside = [] if low is None else [low]
            yield from map(_number, inside if high is None else [*inside, high - _step(high)])
        case Texts(values):
            yield from values
        case OtherTexts():
            yield _OTHER
        case Truth(value):
            yield value
        case Missing():
            return
        case _:
            return


def _step(threshold: float) -> float:
    decimals = len(f"{threshold:.12f}".rstrip("0").partition(".")[2])
    return float(10.0**-decimals)


def _number(value: float) -> float:
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() else rounded


def _given(policy: Policy, node: Node, value: Any) -> Given | None:
    """Return how a case gives a feature a value, if it can."""
    match node:
        case Name(path):
            owner, _, field = path.partition(".")
            known = {field: value}
            fields = Contact.model_fields if owner == "contact" else policy.fields
            if owner == "contact" and (field in fields or field in policy.fields):
                return {"contact": known}
            return {"contact": {"company": known}} if owner == "company" else None
        case History("count", selection, None) if selection.where is None and selection.kind != ANY_INTERACTION:
            if value < 0 or value != int(value):
                return None
            return {"interactions": [{"kind": selection.kind, "times": value}] if value else []}
        case _:
            return None


def _case(policy: Policy, score: str, name: str, given: Mapping[str, Any]) -> Given:
    at = datetime.fromisoformat(_AT).replace(tzinfo=UTC)
    contact = _contact(policy, given.get("contact", {}))
    happened = [
        policy.parse_interaction({"id": f"i-{number}", "kind": one["kind"], "occurred_at": at})
        for one in given.get("interactions", ())
        for number in range(one["times"])
    ]
    value = policy.evaluate(f"score.{score}", contact, happened, at=at)
    told = {key: part for key, part in given.items() if part}
    return {"name": name, **told, "expect": {"scores": {score: _number(value)}}}


def _contact(policy: Policy, fields: Mapping[str, Any]) -> Contact:
    own = {name: value for name, value in fields.items() if name in policy.fields}
    built_in: dict[str, Any] = {name: value for name, value in fields.items() if name not in own}
    company = dict(built_in.pop("company", {}))
    declared = {name: company.pop(name) for name in list(company) if name in policy.fields}
    if company or declared:
        built_in["company"] = {**company, "attributes": declared}
    return Contact(id="c-1", attributes=own, **built_in)


def _spoken(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
