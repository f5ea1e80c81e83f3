"""The kind of table that a case is asked of: every one in turn, but for Spark, where a question takes seconds."""

from __future__ import annotations

import pytest
from support.engines import TABLES, Tables


@pytest.fixture(params=TABLES, ids=lambda tables: tables.name)
def kind(request: pytest.FixtureRequest) -> Tables:
    found: Tables = request.param
    return found
