"""The funnel as the text of a Mermaid diagram."""

from __future__ import annotations

from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition

_ESCAPES = {"#": "#35;", ";": "#59;", ":": "#58;", "<": "#lt;", ">": "#gt;", '"': "#quot;", "{": "#123;", "}": "#125;"}


def mermaid(policy: PolicyDocument) -> str:
    """Return a state diagram: every stage, and every transition with its event and condition."""
    lines = ["stateDiagram-v2"]
    for name, stage in policy.stages.items():
        if stage.initial:
            lines.append(f"    [*] --> {name}")
        if stage.description:
            lines.append(f"    {name} : {_escaped(name)}")
    for transition in policy.transitions:
        lines += [f"    {source} --> {transition.target} : {_label(transition)}" for source in transition.source]
    left = {source for transition in policy.transitions for source in transition.source}
    lines += [f"    {name} --> [*]" for name, stage in policy.stages.items() if stage.final and name not in left]
    return "\n".join(lines) + "\n"


def _label(transition: Transition) -> str:
    parts = [transition.id]
    if transition.event is not None:
        parts.append(f"on {transition.event}")
    if transition.when is not None:
        parts.append(f"[{transition.when}]")
    return _escaped(" ".join(parts))


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)
