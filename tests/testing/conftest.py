"""Running pytest inside of pytest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadqual.policies.documents import policy_named
from leadqual.testing.plugin import asked, coverage, items, mutation

# All that reads a policy has to be loaded before: what pytest loads inside of pytest is forgotten after it, and loading
# it anew takes longer than the tests themselves.
_LOADED = (asked.register, coverage.CoveragePlugin, items.PolicyTestFile, mutation.MutationPlugin)


@pytest.fixture
def run(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    assert policy_named("minimal")
    pytester.makeini("[pytest]")
    return lambda *arguments: pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
