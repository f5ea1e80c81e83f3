"""A change of a policy in words: what it was, and what it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import PydanticUndefined

from leadqual.conditions.parse import parse_condition
from leadqual.conditions.walk import conjuncts
from leadqual.model.base import Model
from leadqual.policy.declare import Currency, FieldSpec, InteractionSpec, PropertySpec
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import StageSpec, Transition
from leadqual.policy.rules import Bands, Group, Rule, ScorerSpec, ScoreRules

_MODELS: Final[Mapping[str, type[Model]]] = {
    "policy": PolicyDocument,
    "field": FieldSpec,
    "kind": InteractionSpec,
    "property": PropertySpec,
    "currency": Currency,
    "score": ScoreRules,
    "scorer": ScorerSpec,
    "grade": Bands,
    "group": Group,
    "rule": Rule,
    "stage": StageSpec,
    "transition": Transition,
}


def worded(action: str, part: str, path: str, what: str | None, old: Any, new: Any) -> str:
    """Return a change as one line.

    Examples
    --------
    >>> worded("changed", "rule", "scores.intent.rules.demo", "points", 40.0, 30.0)
    'rule scores.intent.rules.demo: points 40 -> 30'
    >>> worded("moved", "transition", "transitions.demo", None, None, "marketing")
    'transition transitions.demo: moved from first to after marketing'
    """
    name = path if part == "policy" else f"{part} {path}"
    match action:
        case "moved":
            return f"{name}: moved from {_after(old)} to {_after(new)}"
        case "renamed":
            return f"{name}: renamed {old} -> {new}"
        case "added" | "removed":
            held = _held(part, new if action == "added" else old)
            return f"{name}: {action}{f' ({held})' if held else ''}"
    before, now = shown_values(part, what or path, old, new)
    return f"{name}: {f'{what} ' if what else ''}{before} -> {now}"


def shown_values(part: str, key: str, old: Any, new: Any) -> tuple[str, str]:
    """Return an old and a new value as a change shows them; of conditions only the parts that are different.

    Examples
    --------
    >>> shown_values("rule", "when", "consent.email and score.a > 1", "consent.email and score.a > 2")
    ('... and score.a > 1', '... and score.a > 2')
    """
    if key == "when" and isinstance(old, str) and isinstance(new, str):
        sides = [[str(part) for part in conjuncts(parse_condition(text))] for text in (old, new)]
        common = set(sides[0]) & set(sides[1])
        own = [[part for part in side if part not in common] for side in sides]
        if common and all(own):
            return tuple(" and ".join(("...", *parts)) for parts in own)  # type: ignore[return-value]
    return _value(part, key, old), _value(part, key, new)


def _after(name: str | None) -> str:
    return "first" if name is None else f"after {name}"


def _value(part: str, key: str, value: Any) -> str:
    """Return a value as a policy would write it; where it is left out, what it is then."""
    if value is None:
        info = _MODELS[part].model_fields.get(key)
        value = None if info is None or info.default is PydanticUndefined else info.default
        return "none" if value is None else _plain(value)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and str(value) != "-0.0" else repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_plain, value))}]"
    return str(value)


def _held(part: str, content: Any) -> str:
    """Return what a part that is there in one policy only holds."""
    if not isinstance(content, Mapping):
        return ""
    if part == "score":
        rules = [rule["id"] for rule in content.get("rules", ())]
        return f"{len(rules)} rule{'' if len(rules) == 1 else 's'}: {', '.join(rules)}" if rules else ""
    told = {key: value for key, value in content.items() if key not in ("id", "description")}
    if part == "transition":
        head = f"{_plain(told.pop('source'))} to {told.pop('target')}"
        return ", ".join((head, *(f"{key} {_plain(value)}" for key, value in told.items())))
    return ", ".join(f"{key} {_nested(value)}" for key, value in told.items())


def _nested(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_nested(one)}' for key, one in value.items())}}}"
    return _plain(value)
