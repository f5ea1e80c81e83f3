from __future__ import annotations

from pathlib import Path

import pytest

from leadqual.files.leads import read_leads
from leadqual.policy.document import PolicyDocument


@pytest.fixture(scope="session")
def policy():
    return PolicyDocument(
        name="files",
        fields={
            "monthly_budget": {"type": "number"},
            "newsletter": {"type": "boolean"},
            "interests": {"type": "texts"},
            "fleet": {"type": "number", "on": "company"},
        },
        interactions={"roi_calculated": {"properties": {"saving": {"type": "number"}, "tool": {"type": "text"}}}},
    )


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path: Path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def read(policy, write):
    """Read two texts as CSV, whatever is bad in them."""

    def read(contacts, interactions="contact_id,interaction_id,kind,occurred_at\n", **options):
        paths = write("contacts.csv", contacts), write("interactions.csv", interactions)
        return read_leads(*paths, policy, **{"skip_bad": True, **options})

    return read


@pytest.fixture
def codes():
    def codes(leads):
        return [(row.line, problem.code, problem.place.path) for row in leads.rejected for problem in row.problems]

    return codes
