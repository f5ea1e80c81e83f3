"""Loading and checking a policy of 200 rules, beside one ``json.loads`` of the same rules."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.timing import Figure, Target, calls, compared
from leadqual import Policy
from leadqual.conditions import parse
from leadqual.policy.dump import dump_yaml

RULES: Final = 200

_WHENS: Final = (
    "contact.country in ['ID', 'SG'] and company.employees >= {n}",
    "{n} <= company.employees < {m}",
    "contact.seniority in ['owner', 'director'] and contact.job_title.lower().contains('role {n}')",
    "days_since(demo_requested) < {n}",
    "count(page_viewed[path.startswith('/pricing/{n}')], within='90d') >= 3",
)
_EACHES: Final[tuple[dict[str, Any], ...]] = (
    {"each": "page_viewed[path.startswith('/product/{n}') and seconds >= 5]", "half_life": "30d", "within": "90d"},
    {"each": "form_submitted[form == 'form-{n}']", "linear": "90d", "cap": 40},
    {"each": "email_clicked[campaign == 'mail-{n}']", "within": "60d", "at_most": "3 per 1d"},
)


def document(rules: int = RULES) -> dict[str, Any]:
    """Return a policy as plain data; no two of its conditions are alike, so that none is read for free."""
    made = [_rule(number) for number in range(rules)]
    half = rules // 2
    return {
        "name": "large",
        "version": "1.0.0",
        "scores": {
            "fit": {"range": [0, 100], "rules": made[:half]},
            "engagement": {"range": [0, 100], "rules": made[half:]},
        },
        "grades": {"fit": {"score": "fit", "bands": {"A": 70, "B": 40, "C": 0}}},
        "stages": {"lead": {"initial": True}, "mql": {}, "sql": {}},
        "transitions": [
            {"id": "marketing", "source": "lead", "target": "mql", "when": "grade.fit in ['A', 'B']"},
            {"id": "sales", "source": "mql", "target": "sql", "when": "score.engagement >= 60"},
        ],
    }


def _rule(number: int) -> dict[str, Any]:
    rule = {"id": f"rule-{number}", "points": 1 + number % 20, "description": f"Says why rule {number} is there."}
    if number % 2:
        options = _EACHES[number // 2 % len(_EACHES)]
        return {**rule, **options, "each": options["each"].replace("{n}", str(number))}
    when = _WHENS[number // 2 % len(_WHENS)]
    return {**rule, "when": when.replace("{n}", str(number + 10)).replace("{m}", str(number + 500))}


def forget() -> None:
    """Empty the memory of texts that were read before: an application reads each policy for the first time."""
    for cached in (parse._parsed, parse._parsed_selection, parse._parsed_property):
        cached.cache_clear()


def figures(*, quick: bool) -> list[Figure]:
    """Measure JSON and YAML, and JSON once more with the texts of its conditions still in memory."""
    repeats, rules = (3, 20) if quick else (25, RULES)
    data = document(rules)
    text = json.dumps(data)
    peer = calls(lambda: json.loads(text), 5 if quick else 50)

    def line(name: str, run: Callable[[], Any], target: Target | None = None) -> Figure:
        return compared(f"load and check {rules} rules, {name} / json.loads", calls(run, 1), peer, repeats, target)

    with tempfile.TemporaryDirectory() as folder:
        as_json, as_yaml = Path(folder, "large.json"), Path(folder, "large.yaml")
        as_json.write_text(text, encoding="utf-8")
        as_yaml.write_text(dump_yaml(data), encoding="utf-8")

        def first(path: Path) -> Policy:
            forget()
            return Policy.load(path)

        return [
            line("JSON", lambda: first(as_json), Target(60)),
            line("YAML", lambda: first(as_yaml), Target(60)),
            line("JSON again", lambda: Policy.load(as_json)),
        ]
