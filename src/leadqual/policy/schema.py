"""The JSON Schema of a policy document, for editors that complete and check while somebody writes.

``python -m leadqual.policy.schema`` writes ``policy.schema.json`` beside this module; the package publishes that file.
It describes shapes: names that do not exist, types inside conditions and the like are found by reading the policy.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from leadqual.model.interactions.registry import BUILT_IN
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import DECAYS, OF_INTERACTIONS

ID: Final = "https://leadqual.readthedocs.io/en/stable/policy.schema.json"
PUBLISHED: Final = Path(__file__).with_name("policy.schema.json")

Schema = dict[str, Any]

_SECTIONS: Final = ("fields", "interactions", "scores", "scorers", "grades", "stages", "transitions")
_NULL: Final[Schema] = {"type": "null"}
_UNSAID: Final = "maxLength"  # a limit against abuse, of no use to an editor
_A_LIMIT: Final = 100_000


def policy_schema() -> Schema:
    """Return the JSON Schema of a policy document, draft 2020-12."""
    generated = _tidied(PolicyDocument.model_json_schema())
    parts, top = generated.pop("$defs"), generated["properties"]
    top["active_within"]["default"] = str(PolicyDocument.model_fields["active_within"].default)
    for section in _SECTIONS:
        top[section] = _or_nothing(top[section])
    for section in ("rules", "groups"):
        parts["ScoreRules"]["properties"][section] = _or_nothing(parts["ScoreRules"]["properties"][section])
    for section, owner in (("properties", "InteractionSpec"), ("cells", "Grid")):
        parts[owner]["properties"][section] = _or_nothing(parts[owner]["properties"][section])
    for section in ("interactions", "scorers", "stages"):
        _entries_or_nothing(top[section])
    parts["Rule"].update(_rule_choices())
    parts["Transition"]["anyOf"] = [_given("when"), _given("event")]
    event = parts["Transition"]["properties"]["event"]
    event["anyOf"].insert(0, {"enum": list(BUILT_IN), "description": "A built-in kind of interaction."})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        **generated,
        "title": "leadqual policy",
        "$defs": parts,
    }


def _tidied(part: Any) -> Any:
    """Return a schema without limits of no use to an editor, and with every mapping closed."""
    if isinstance(part, list):
        return [_tidied(item) for item in part]
    if not isinstance(part, dict):
        return part
    tidy = {name: _tidied(value) for name, value in part.items() if not (name == _UNSAID and value == _A_LIMIT)}
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    return tidy


def _or_nothing(schema: Schema) -> Schema:
    """Allow ``name:`` with nothing after it."""
    said: Schema = {name: schema[name] for name in ("title", "description", "default") if name in schema}
    return {**said, "anyOf": [{name: value for name, value in schema.items() if name not in said}, _NULL]}


def _entries_or_nothing(section: Schema) -> None:
    entries = section["anyOf"][0]["patternProperties"]
    for pattern, entry in entries.items():
        entries[pattern] = {"anyOf": [entry, _NULL]}


def _given(name: str) -> Schema:
    return {"required": [name], "properties": {name: {"type": "string"}}}


def _rule_choices() -> Schema:
    """Return that a rule has either ``when`` or ``each``, what belongs to ``each`` only, and at most one decay."""
    once = _given("when")
    once["properties"] |= dict.fromkeys(("each", *OF_INTERACTIONS), _NULL)
    often = _given("each")
    often["properties"]["when"] = _NULL
    two = [
        {"required": [one, other], "properties": {one: {"not": _NULL}, other: {"not": _NULL}}}
        for one, other in combinations(DECAYS, 2)
    ]
    return {"oneOf": [once, often], "not": {"anyOf": two}}


def main() -> None:
    """Write the published file."""
    PUBLISHED.write_text(json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
