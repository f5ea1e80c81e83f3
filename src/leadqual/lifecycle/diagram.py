"""The funnel as the text of a Mermaid diagram."""

from __future__ import annotations

from collections.abc import Container

from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition

_ESCAPES = {"#": "#35;", ";": "#59;", ":": "#58;", "<": "#lt;", ">": "#gt;", '"': "#quot;", "{": "#123;", "}": "#125;"}

_RESERVED = frozenset({
    "accdescr", "acctitle", "as", "class", "classdef", "click", "default", "direction", "end", "hide", "href", "note",
    "scale", "state", "statediagram", "style", "title",
})  # fmt: skip
"""Words that Mermaid would read as its own where the name of a stage stands."""


def mermaid(policy: PolicyDocument, *, conditions: bool = True) -> str:
    """Return a state diagram: every stage, and every transition with its event and, if asked for, its condition."""
    lines = ["stateDiagram-v2"]
    drawn = {name: _drawn(name, policy.stages) for name in policy.stages}
    for name, stage in policy.stages.items():
        if stage.initial:
            lines.append(f"    [*] --> {drawn[name]}")
        if stage.description or drawn[name] != name:
            lines.append(f"    {drawn[name]} : {_escaped(name)}")
    for way in policy.transitions:
        lines += [f"    {drawn[source]} --> {drawn[way.target]} : {_label(way, conditions)}" for source in way.source]
    left = {source for transition in policy.transitions for source in transition.source}
    lines += [f"    {drawn[name]} --> [*]" for name, stage in policy.stages.items() if stage.final and name not in left]
    return "\n".join(lines) + "\n"


def _drawn(name: str, stages: Container[str]) -> str:
    """Return the name of a stage in the diagram, with underscores behind a word that Mermaid keeps to itself."""
    drawn = f"{name}_" if name.lower() in _RESERVED else name
    while drawn != name and drawn in stages:
        drawn += "_"
    return drawn


def _label(transition: Transition, conditions: bool) -> str:
    parts = [transition.id]
    if transition.event is not None:
        parts.append(f"on {transition.event}")
    if transition.when is not None and conditions:
        parts.append(f"[{transition.when}]")
    return _escaped(" ".join(parts))


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)
