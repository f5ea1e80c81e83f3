"""The two libraries that others would use: zen-engine's decision table, and rule-engine's rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

INSTALL: Final = "pip install -r benchmarks/requirements.txt"

_COLUMNS: Final = ("country", "company.employees", "seniority", "company.industry")
_ROWS: Final = (
    ("'ID','SG','MY'", ">= 1000", "'owner','c_level','vp','director'", "", "call"),
    ("'ID','SG','MY'", "[50..1000)", "'owner','c_level','vp','director'", "", "A"),
    ("'ID','SG','MY'", "[50..1000)", "'manager'", "'retail','logistics'", "A"),
    ("'ID','SG','MY'", "[50..1000)", "", "", "B"),
    ("'TH','VN','PH'", ">= 50", "", "", "C"),
    ("", ">= 10", "", "", "D"),
    ("", "", "", "", "E"),
)


class MissingPeer(Exception):
    """A library to compare with is not installed."""


def zen_table() -> Callable[..., Any]:
    """Return zen-engine's ``ZenDecision.evaluate`` for a decision table of seven rows; the first hit counts."""
    try:
        import zen  # noqa: PLC0415
    except ImportError:
        raise MissingPeer(f"zen-engine is not installed: {INSTALL}") from None
    table = zen.ZenEngine().create_decision(json.dumps(_graph()))
    evaluate: Callable[..., Any] = table.evaluate
    return evaluate


def _graph() -> dict[str, Any]:
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": f"in{index}", "name": name, "field": name} for index, name in enumerate(_COLUMNS)],
        "outputs": [{"id": "out", "name": "priority", "field": "priority"}],
        "rules": [
            {
                "_id": str(index),
                **{f"in{column}": row[column] for column in range(len(_COLUMNS))},
                "out": f"'{row[-1]}'",
            }
            for index, row in enumerate(_ROWS)
        ],
    }
    return {
        "nodes": [
            {"id": "request", "type": "inputNode", "name": "request"},
            {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
            {"id": "response", "type": "outputNode", "name": "response"},
        ],
        "edges": [
            {"id": "first", "sourceId": "request", "targetId": "table"},
            {"id": "second", "sourceId": "table", "targetId": "response"},
        ],
    }


def rule_matches(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return rule-engine's ``Rule.matches`` for a rule, parsed once."""
    try:
        import rule_engine  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        raise MissingPeer(f"rule-engine is not installed: {INSTALL}") from None
    matches: Callable[[Mapping[str, Any]], bool] = rule_engine.Rule(text).matches
    return matches
