from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import pytest

# Without the packages of the command line there is nothing here to test.
collect_ignore_glob = [] if find_spec("typer") and find_spec("rich") else ["test_*.py"]

POLICY = """\
name: tiny
version: 1.2.0
scores:
  engagement:
    range: [0, 100]
    rules:
      - {id: demo, each: demo_requested, points: 40, description: Asked to see the product.}
      - {id: home, when: contact.country == 'ID', points: 5}
grades:
  temperature: {score: engagement, bands: {hot: 40, cold: 0}}
stages: {lead: {initial: true}, sql: {}}
transitions:
  - {id: sales, source: lead, target: sql, when: score.engagement >= 40}
"""
CONTACTS = "contact_id,full_name,country\nc-1,Siti,ID\nc-2,Budi,SG\nc-3,Ani,ID\n"
INTERACTIONS = "contact_id,interaction_id,kind,occurred_at\nc-1,1,demo_requested,2026-11-01T00:00:00Z\n"
BAD = INTERACTIONS + "c-2,2,demo_reqested,2026-11-01T00:00:00Z\nc-2,3,demo_requested,2026-11-01 00:00\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("p.yaml", POLICY), ("c.csv", CONTACTS), ("i.csv", INTERACTIONS), ("bad.csv", BAD)):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def run():
    app, runner = import_module("leadqual.cli.program").app, import_module("typer.testing").CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def data():
    return ["-p", "p.yaml", "-c", "c.csv", "-i", "i.csv", "--at", "2026-11-22T00:00:00Z"]


@pytest.fixture
def bad_data():
    return ["-p", "p.yaml", "-c", "c.csv", "-i", "bad.csv", "--at", "2026-11-22T00:00:00Z"]
