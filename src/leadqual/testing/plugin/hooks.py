"""What pytest calls; everything that costs time is imported when somebody asks for it.

A test takes the policy from the fixture ``policy``::

    def test_a_demo_request_counts(policy):
        given(policy).interaction("demo_requested").at("2026-11-22").expect(reasons=["demo"])

The fixture gives what ``pytest --leadqual-policy FILE|NAME`` names, or ``leadqual_policy`` in the configuration; a test
that is about one policy alone names it itself, with ``@pytest.mark.funnel_policy("sales")``. Files whose names end in
``.policytest.yaml`` are collected as tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from leadqual.testing.files.names import is_case_file
from leadqual.testing.plugin.options import add_options, is_asked

if TYPE_CHECKING:
    from pathlib import Path

    from leadqual.lifecycle.policy import Policy
    from leadqual.testing.plugin.items import PolicyTestFile

MARKER: Final = "funnel_policy"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and what can stand in the configuration."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and register what the options ask for."""
    config.addinivalue_line("markers", f"{MARKER}(policy): the policy that the fixture policy gives, by file or name.")
    if not is_asked(config):
        return
    from leadqual.testing.plugin.asked import register  # noqa: PLC0415

    register(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PolicyTestFile | None:
    """Collect files of tests that are written as data."""
    if not is_case_file(file_path.name):
        return None
    from leadqual.testing.plugin.items import PolicyTestFile  # noqa: PLC0415

    made: PolicyTestFile = PolicyTestFile.from_parent(parent, path=file_path)
    return made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let the marker choose the policy, though the fixture is made once a session."""
    marker = metafunc.definition.get_closest_marker(MARKER)
    if marker is None or "policy" not in metafunc.fixturenames:
        return
    asked = (marker, metafunc.definition.path.parent)
    # pytest moves tests with equal values together, within this scope: not beyond their module.
    metafunc.parametrize("policy", [asked], ids=[pytest.HIDDEN_PARAM], indirect=True, scope="module")


@pytest.fixture(scope="session")
def policy(request: pytest.FixtureRequest) -> Policy:
    """Give the policy that the marker ``funnel_policy``, ``--leadqual-policy`` or ``leadqual_policy`` names."""
    from leadqual.testing.plugin.shelf import policy_for  # noqa: PLC0415

    return policy_for(request)
