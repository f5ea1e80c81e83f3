"""The engine that a case is asked of: every one of them in turn."""

from __future__ import annotations

import pytest
from support.engines import ENGINES, Engine


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found
