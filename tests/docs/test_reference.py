"""What the pages say of the code is held against the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import get_args

import polars as pl
import pytest
from pydantic_core import core_schema

import leadqual as lq
from leadqual import outreach
from leadqual.cli.program import app
from leadqual.conditions.parse import HISTORY_FUNCTIONS
from leadqual.outreach.approach.action import Outcome

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "leadqual"
_CODE = re.compile(r"[a-z]+(-[a-z]+)+")
_NO_CODES = frozenset(
    {"leadqual-demo", "in-memory", "allow-nan", "log-odds", "scikit-learn"}
    | {"after-sales", "charset-normalizer", "cross-selling", "e-mail", "email-validator", "python-dateutil"}
    | {"do-not-call", "line-ns", "triangle-up"}
)
_ONE_WORD = frozenset({"circular", "unreachable", "enum", "unknown"})
_OF_NAMES = frozenset(
    {f"unknown-{what}" for what in ("score", "stage", "grade", "group", "band", "transition", "channel")}
)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_generated_pages_are_up_to_date():
    script = ROOT / "docs" / "generate.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_function_of_the_language_is_on_the_page_of_names():
    page = read("docs/reference/names.md")
    assert [name for name in HISTORY_FUNCTIONS if f"`{name}(" not in page] == []


@cache
def codes_in_the_source():
    """Return every text in the source that looks like a code; the sample is no source of errors."""
    found = set(_OF_NAMES)
    for file in SOURCE.rglob("*.py"):
        if "datasets" in file.parts:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        found |= {text for text in texts if _CODE.fullmatch(text)} - _NO_CODES
        found |= {code for code in map(_first_argument, ast.walk(tree)) if code is not None}
    return found


def _first_argument(node):
    match node:
        case ast.Call(func=ast.Name(id="Problem"), args=[ast.Constant(value=str(code)), *_]):
            return code
    return None


def codes_of_pydantic():
    return {name.replace("_", "-") for name in get_args(core_schema.ErrorType)}


def codes_on_the_page():
    return set(re.findall(r"^\| `([a-z-]+)` \|", read("docs/errors.md"), flags=re.MULTILINE))


def test_every_code_of_an_error_is_explained():
    assert sorted(codes_in_the_source() - codes_on_the_page() - codes_of_pydantic()) == []


def test_every_code_that_is_explained_exists():
    assert sorted(codes_on_the_page() - codes_in_the_source() - codes_of_pydantic() - _ONE_WORD) == []


def test_the_funnel_in_the_readme_is_that_of_the_shipped_policy():
    picture = re.search(r"```mermaid\n(.*?)```", read("README.md"), flags=re.DOTALL)
    drawn = set(re.findall(r"^\s+(\w+) --> (\w+)", picture[1], flags=re.MULTILINE))
    policy = lq.policies.sales()
    ways = {(source, way.target) for way in policy.transitions for source in way.source}
    assert drawn - ways == set()
    assert {stage for way in drawn for stage in way} == set(policy.stages)


def test_the_two_commands_stand_at_the_top_of_the_readme():
    commands = re.findall(r"```sh\n(.+)\n```", read("README.md"))[:2]
    assert commands[0].endswith("leadqual demo")
    assert commands[1].endswith("-m pytest -n auto")
    assert read("README.md").index("```sh") < 900


def test_the_conditions_shown_as_examples_fit_the_shipped_policy():
    shown = re.search(r"## Conditions\n.*?```text\n(.*?)```", read("docs/writing-a-policy.md"), flags=re.DOTALL)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    for condition in shown[1].splitlines():
        assert lq.policies.sales().evaluate(condition, lq.Contact(id="c-1"), at=at) in (True, False, None)


def test_the_table_of_missing_values_is_true():
    rows = re.findall(
        r"^\| `(.*employees.*)` \| (\w+) \| (\w+) \| (\w+) \|", read("docs/writing-a-policy.md"), re.MULTILINE
    )
    assert len(rows) == 5
    said = {True: "true", False: "false", None: "unknown"}
    for condition, *answers in rows:
        for employees, answer in zip((80, 20, None), answers, strict=True):
            contact = lq.Contact(id="c-1", company=lq.Company(employees=employees))
            found = lq.policies.sales().evaluate(condition, contact, at=datetime(2026, 11, 22, tzinfo=UTC))
            assert said[found] == answer, (condition, employees)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/semantics.md"])
def test_pages_name_no_unfinished_work(page):
    assert re.findall(r"TODO|FIXME|XXX|TBD", read(page)) == []


def test_the_page_on_reaching_out_names_every_attribute_that_a_rule_reads():
    page = read("docs/reaching-out.md")
    rules = [held.rule for held in outreach.rulebook("us_states", "courtesy").rules.values()]
    read_by_rules = {rule.attribute for rule in rules if rule.kind == "circumstance"}
    named = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    assert sorted((read_by_rules | {"line", "line_use", "inconvenient_times"}) - named) == []


def test_the_page_on_reaching_out_lists_every_outcome_of_an_action():
    table = re.search(r"^\| outcome \|.*?\n\n", read("docs/reaching-out.md"), flags=re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^\| `(\w+)` \|", table[0], flags=re.MULTILINE)) == set(get_args(Outcome))


def test_the_page_on_reaching_out_lists_every_column_of_a_screened_list():
    page = read("docs/reaching-out.md")
    table = re.search(r"^\| column \|.*?\n\n", page, flags=re.MULTILINE | re.DOTALL)
    first_cells = re.findall(r"^\| (`.*?) \|", table[0], flags=re.MULTILINE)
    shown = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    contacts = pl.DataFrame({"contact_id": ["c-1"]})
    at = datetime(2026, 11, 22, tzinfo=UTC)
    verdicts = outreach.permit_frame(contacts, purpose="survey", channel="voice", at=at, reasons=True)
    assert shown == set(verdicts.columns)


def test_every_command_is_in_the_table_of_commands():
    listed = set(re.findall(r"^\| `leadqual ([a-z]+)", read("docs/command-line.md"), flags=re.MULTILINE))
    assert listed == {command.name or command.callback.__name__ for command in app.registered_commands} | {
        group.name for group in app.registered_groups
    }
